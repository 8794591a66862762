"""The quote a deal starts with: one line with its product at its amount."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain
from typing import Any

from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.quotes.record import Record, found

_MOST = 10_000  # units that an amount may be a whole multiple of; above, chance is likelier than intent


def draft(pipeline: Pipeline, deal: Record) -> tuple[str, Plan]:
    """Return the number of a new quote for *deal* and the rows that make it."""
    number = next_number(pipeline)
    day = pipeline.today
    quote = {
        "quote": number, "deal": deal["deal"], "version": 1, "status": "draft",
        "primary": "yes", "date": day, "valid_until": day + timedelta(days=int(pipeline.settings.number("quote_days"))),
        "contact": deal["contact"], "tax_mode": "exclusive", "tax_rate": pipeline.settings.number("tax_rate"),
    }  # fmt: skip
    line = {"quote": number, "position": 1, **_offered(pipeline, deal)}
    rows = (("Quotes", quote), ("QuoteLines", line))
    return number, Plan(appends=tuple(Append(name, frame(TABLES[name], [row]), "quote") for name, row in rows))


def next_number(pipeline: Pipeline) -> str:
    """Return the quote number after the last one of this year: prefix, year and a counter, such as Q-2026-0007."""
    start = f"{pipeline.settings.text('quote_prefix')}{pipeline.today.year}-"
    pattern = re.compile(re.escape(start) + r"(\d{1,9})", re.IGNORECASE | re.ASCII)
    taken = (pattern.fullmatch(number.strip()) for number in _numbers(pipeline))
    return f"{start}{1 + max((int(match[1]) for match in taken if match), default=0):04d}"


def _numbers(pipeline: Pipeline) -> Iterable[str]:
    # a quote whose row was deleted may have gone out: its number lives on where it is referred to
    quotes, lines, journal = pipeline["Quotes"], pipeline["QuoteLines"], pipeline["Journal"]
    written = journal.loc[journal["table"] == "Quotes", "key"]
    return map(str, chain(quotes["quote"], quotes["supersedes"], lines["quote"], written))


def _offered(pipeline: Pipeline, deal: Record) -> dict[str, Any]:
    # an amount that is a whole multiple of the list price is that many units; any other is one unit at that price
    amount, price = deal["amount"], found(pipeline, "Products", deal["product"])["price"]
    units = amount / price if price != "" and price > 0 else math.nan
    if amount != amount or (1 <= units <= _MOST and float(units).is_integer()):
        return {"product": deal["product"], "quantity": 1 if amount != amount else units}
    named = {} if deal["product"] else {"description": deal["name"] or deal["deal"]}
    return {"product": deal["product"], "quantity": 1, "price": amount, **named}
