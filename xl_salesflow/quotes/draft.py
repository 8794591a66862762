"""A new quote: the next version of the one the customer turned down, or else one line with the deal's product and amount."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.quotes.current import latest
from xl_salesflow.quotes.numbers import next_number
from xl_salesflow.quotes.record import Record, found, record, records

_MOST = 10_000  # units that an amount may be a whole multiple of; above, chance is likelier than intent
_KEPT = ("contact", "currency", "rate", "tax_mode", "tax_rate", "discount", "shipping", "terms", "notes")
_LINE_KEPT = ("position", "product", "description", "quantity", "unit", "price", "discount", "optional")


def draft(pipeline: Pipeline, deal: Record) -> tuple[str, Plan]:
    """Return the number of a new quote for *deal* and the rows that make it."""
    quotes = pipeline["Quotes"]
    before = latest(quotes[quotes["deal"].str.lower() == deal["deal"].lower()])
    if before is not None:
        return revision(pipeline, before)
    number = next_number(pipeline)
    line = {"position": 1, **_offered(pipeline, deal)}
    return number, _added(pipeline, _first(pipeline, deal), [line], number, deal["deal"])


def revision(pipeline: Pipeline, row: int) -> tuple[str, Plan]:
    """Return the number of the next version of the quote in sheet row *row*, and the plan that makes it the primary one."""
    old = record(pipeline, "Quotes", row)
    version = 2 if old["version"] != old["version"] else int(old["version"]) + 1
    number, plan = _copied(pipeline, old, {"version": version, "supersedes": old["quote"], "primary": "yes"})
    return number, Plan(edits=_no_longer_first(pipeline["Quotes"], old["deal"])) + plan


def alternative(pipeline: Pipeline, row: int) -> tuple[str, Plan]:
    """Return the number of a copy of the quote in sheet row *row* that is offered beside it, and the rows that make it."""
    return _copied(pipeline, record(pipeline, "Quotes", row), {"version": 1, "primary": "no"})


def _copied(pipeline: Pipeline, old: Record, terms: Mapping[str, Any]) -> tuple[str, Plan]:
    number = next_number(pipeline)
    kept = {id: old[id] for id in _KEPT}
    return number, _added(pipeline, {**kept, **terms}, _lines(pipeline, old["quote"]), number, old["deal"])


def _added(
    pipeline: Pipeline, terms: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], number: str, deal: str
) -> Plan:
    day, days = pipeline.today, int(pipeline.settings.number("quote_days"))
    fresh = {"quote": number, "deal": deal, "status": "draft", "date": day}
    quote = {**terms, **fresh, "valid_until": day + timedelta(days=days)}
    rows = {"Quotes": [quote], "QuoteLines": [{**line, "quote": number} for line in lines]}
    return Plan(appends=tuple(Append(name, frame(TABLES[name], those), "quote") for name, those in rows.items()))


def _first(pipeline: Pipeline, deal: Record) -> Record:
    tax_rate = pipeline.settings.number("tax_rate")
    return {
        "version": 1, "primary": "yes", "contact": deal["contact"], "tax_mode": "exclusive", "tax_rate": tax_rate,
    }  # fmt: skip


def _offered(pipeline: Pipeline, deal: Record) -> Record:
    # an amount that is a whole multiple of the list price is that many units; any other is one unit at that price
    amount, price = deal["amount"], found(pipeline, "Products", deal["product"])["price"]
    units = amount / price if price != "" and price > 0 else math.nan
    if amount != amount or (1 <= units <= _MOST and float(units).is_integer()):
        return {"product": deal["product"], "quantity": 1 if amount != amount else units}
    named = {} if deal["product"] else {"description": deal["name"] or deal["deal"]}
    return {"product": deal["product"], "quantity": 1, "price": amount, **named}


def _lines(pipeline: Pipeline, number: str) -> list[Record]:
    lines = pipeline["QuoteLines"]
    mine = lines[lines["quote"].str.lower() == number.lower()]
    return [{id: line[id] for id in _LINE_KEPT} for line in records(mine)]


def _no_longer_first(quotes: pd.DataFrame, deal: str) -> tuple[Edit, ...]:
    # one quote of a deal is the primary one
    first = quotes[(quotes["deal"].str.lower() == deal.lower()) & (quotes["primary"] == "yes")]
    if first.empty:
        return ()
    after = pd.Series("no", index=first.index, dtype=object)
    return (Edit("Quotes", "primary", first["quote"], first["primary"], after, "quote"),)
