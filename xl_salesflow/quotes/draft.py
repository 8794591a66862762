"""A new quote: the next version of the one the customer turned down, or else one line with the deal's product and amount."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import chain
from typing import Any

import pandas as pd

from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.quotes.current import latest
from xl_salesflow.quotes.record import Record, found, record, records

_MOST = 10_000  # units that an amount may be a whole multiple of; above, chance is likelier than intent
_KEPT = ("contact", "currency", "rate", "tax_mode", "tax_rate", "discount", "shipping", "terms", "notes")
_LINE_KEPT = ("position", "product", "description", "quantity", "unit", "price", "discount", "optional")


def draft(pipeline: Pipeline, deal: Record) -> tuple[str, Plan]:
    """Return the number of a new quote for *deal* and the rows that make it."""
    quotes = pipeline["Quotes"]
    before = latest(quotes[quotes["deal"].str.lower() == deal["deal"].lower()])
    number = next_number(pipeline)
    if before is None:
        return number, _added(
            pipeline, _first(pipeline, deal), [{"position": 1, **_offered(pipeline, deal)}], number, deal
        )
    old = record(pipeline, "Quotes", before)
    revised = _added(pipeline, _revised(quotes, old), _lines(pipeline, old["quote"]), number, deal)
    return number, Plan(edits=_no_longer_first(quotes, deal)) + revised


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


def _added(
    pipeline: Pipeline, terms: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], number: str, deal: Record
) -> Plan:
    day, days = pipeline.today, int(pipeline.settings.number("quote_days"))
    fresh = {"quote": number, "deal": deal["deal"], "status": "draft", "primary": "yes", "date": day}
    quote = {**terms, **fresh, "valid_until": day + timedelta(days=days)}
    rows = {"Quotes": [quote], "QuoteLines": [{**line, "quote": number} for line in lines]}
    return Plan(appends=tuple(Append(name, frame(TABLES[name], those), "quote") for name, those in rows.items()))


def _first(pipeline: Pipeline, deal: Record) -> Record:
    tax_rate = pipeline.settings.number("tax_rate")
    return {"version": 1, "contact": deal["contact"], "tax_mode": "exclusive", "tax_rate": tax_rate}


def _offered(pipeline: Pipeline, deal: Record) -> Record:
    # an amount that is a whole multiple of the list price is that many units; any other is one unit at that price
    amount, price = deal["amount"], found(pipeline, "Products", deal["product"])["price"]
    units = amount / price if price != "" and price > 0 else math.nan
    if amount != amount or (1 <= units <= _MOST and float(units).is_integer()):
        return {"product": deal["product"], "quantity": 1 if amount != amount else units}
    named = {} if deal["product"] else {"description": deal["name"] or deal["deal"]}
    return {"product": deal["product"], "quantity": 1, "price": amount, **named}


def _revised(quotes: pd.DataFrame, old: Record) -> Record:
    versions = quotes.loc[quotes["deal"].str.lower() == old["deal"].lower(), "version"]
    highest = versions.max()
    version = 2 if highest != highest else int(highest) + 1
    return {**{id: old[id] for id in _KEPT}, "version": version, "supersedes": old["quote"]}


def _lines(pipeline: Pipeline, number: str) -> list[Record]:
    lines = pipeline["QuoteLines"]
    mine = lines[lines["quote"].str.lower() == number.lower()]
    return [{id: line[id] for id in _LINE_KEPT} for line in records(mine)]


def _no_longer_first(quotes: pd.DataFrame, deal: Record) -> tuple[Edit, ...]:
    # one quote of a deal is the primary one
    first = quotes[(quotes["deal"].str.lower() == deal["deal"].lower()) & (quotes["primary"] == "yes")]
    if first.empty:
        return ()
    after = pd.Series("no", index=first.index, dtype=object)
    return (Edit("Quotes", "primary", first["quote"], first["primary"], after, "quote"),)
