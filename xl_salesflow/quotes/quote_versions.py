"""The verbs quote and revise: a draft, the next version, an alternative, and the quote's document."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Document, Edit, apply_change_set
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.verb_answers import NumberedQuote, PrintedQuote, RevisedQuote
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.quotes.quote_facts import collect_quote_facts
from xl_salesflow.quotes.quote_findings import check_quote, find_nothing_to_quote
from xl_salesflow.quotes.quote_lookup import (
    PRINTED_NEED_COLUMNS,
    DealFacts,
    Record,
    find_latest_quote,
    find_quote_or_deal,
    find_record,
    list_records,
    read_record,
    select_deal_lines,
)
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_MOST_QUOTED_UNITS = (
    10_000  # largest multiple of the list price that is read as a quantity; above that it is more likely a coincidence
)
_COPIED_QUOTE_COLUMNS = (
    "contact",
    "currency",
    "rate",
    "tax_mode",
    "tax_rate",
    "discount",
    "shipping",
    "terms",
    "notes",
    *PRINTED_NEED_COLUMNS.values(),
    "next_steps",
)
_COPIED_LINE_COLUMNS = ("position", "product", "description", "quantity", "unit", "price", "discount", "optional")


def draft_quote(pipeline: Pipeline, deal: Record) -> tuple[str, ChangeSet]:
    """Return the number of a new quote for *deal* and the rows that make it."""
    quotes = pipeline["Quotes"]
    before = find_latest_quote(quotes[fold_keys(quotes["deal"]) == fold_text(deal["deal"])])
    if before is not None:
        return draft_revision(pipeline, before)
    number = next_keys(pipeline, "Quotes", 1)[0]
    lines = _take_over_deal_lines(pipeline, deal) or [{"position": 1, **_first_quote_line(pipeline, deal)}]
    return number, _append_quote(pipeline, _first_quote_terms(pipeline, deal), lines, number, deal["deal"])


def draft_revision(pipeline: Pipeline, row: int) -> tuple[str, ChangeSet]:
    """Return the number of the next version of the quote in sheet row *row*, and the changes that make it the primary one."""
    old = read_record(pipeline, "Quotes", row)
    version = 2 if old["version"] != old["version"] else int(old["version"]) + 1
    number, plan = _copy_quote(pipeline, old, {"version": version, "supersedes": old["quote"], "primary": "yes"})
    return number, ChangeSet(edits=_unset_primary_quote(pipeline["Quotes"], old["deal"])) + plan


def draft_alternative(pipeline: Pipeline, row: int) -> tuple[str, ChangeSet]:
    """Return the number of a copy of the quote in sheet row *row* offered as an alternative, and the rows that make it."""
    return _copy_quote(pipeline, read_record(pipeline, "Quotes", row), {"version": 1, "primary": "no"})


def _copy_quote(pipeline: Pipeline, old: Record, terms: Mapping[str, Any]) -> tuple[str, ChangeSet]:
    number = next_keys(pipeline, "Quotes", 1)[0]
    kept = {column_id: old[column_id] for column_id in _COPIED_QUOTE_COLUMNS}
    return number, _append_quote(
        pipeline, {**kept, **terms}, _copy_quote_lines(pipeline, old["quote"]), number, old["deal"]
    )


def _append_quote(
    pipeline: Pipeline, terms: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], number: str, deal: str
) -> ChangeSet:
    day, days = pipeline.today, int(pipeline.settings.number("quote_days"))
    fresh = {"quote": number, "deal": deal, "status": "draft", "date": day}
    quote = {**terms, **fresh, "valid_until": day + timedelta(days=days)}
    rows = {"Quotes": [quote], "QuoteLines": [{**line, "quote": number} for line in lines]}
    return ChangeSet(
        appends=tuple(Append(name, make_table_frame(TABLES[name], those), "quote") for name, those in rows.items())
    )


def _first_quote_terms(pipeline: Pipeline, deal: Record) -> Record:
    tax_rate = pipeline.settings.number("tax_rate")
    return {
        "version": 1, "primary": "yes", "contact": deal["contact"], "tax_mode": "exclusive", "tax_rate": tax_rate,
    }  # fmt: skip


def _take_over_deal_lines(pipeline: Pipeline, deal: Record) -> list[Record]:
    mine = list_records(select_deal_lines(pipeline, deal["deal"]))
    return [{"position": number, **line} for number, line in enumerate(mine, 1)]


def _first_quote_line(pipeline: Pipeline, deal: Record) -> Record:
    # an amount that is a multiple of the list price becomes that quantity; any other becomes one unit at that price
    amount, price = deal["amount"], find_record(pipeline, "Products", deal["product"])["price"]
    units = amount / price if price != "" and price > 0 else math.nan
    if is_missing(amount) or (1 <= units <= _MOST_QUOTED_UNITS and float(units).is_integer()):
        return {"product": deal["product"], "quantity": 1 if is_missing(amount) else units}
    named = {} if deal["product"] else {"description": deal["name"] or deal["deal"]}
    return {"product": deal["product"], "quantity": 1, "price": amount, **named}


def _copy_quote_lines(pipeline: Pipeline, number: str) -> list[Record]:
    lines = pipeline["QuoteLines"]
    mine = lines[fold_keys(lines["quote"]) == fold_text(number)]
    return [{column_id: line[column_id] for column_id in _COPIED_LINE_COLUMNS} for line in list_records(mine)]


def _unset_primary_quote(quotes: pd.DataFrame, deal: str) -> tuple[Edit, ...]:
    # only one quote of a deal is primary
    first = quotes[(fold_keys(quotes["deal"]) == fold_text(deal)) & (quotes["primary"] == "yes")]
    if first.empty:
        return ()
    after = pd.Series("no", index=first.index, dtype=object)
    return (Edit("Quotes", "primary", first["quote"], first["primary"], after, "quote"),)


def offer_quote(pipeline: Pipeline, key: str) -> ChangeSet[NumberedQuote]:
    """Return the document of the quote that *key* (of a deal or quote) refers to, and the rows of a draft if there is none.

    Raises:
        UsageError: *key* is unknown; the message names the nearest key.
    """
    which = find_quote_or_deal(pipeline, key)
    if which.table == "Quotes":
        return print_quote(pipeline, which.row, created=False)
    nothing = find_nothing_to_quote(pipeline, which.row)
    if nothing:
        return ChangeSet(findings=(nothing,), answer=NumberedQuote(None))
    return _offer_drafted_quote(pipeline, read_record(pipeline, "Deals", which.row))


def _offer_drafted_quote(pipeline: Pipeline, deal: Record) -> ChangeSet[NumberedQuote]:
    number, plan = draft_quote(pipeline, deal)
    after = apply_change_set(pipeline, plan)
    quotes = after["Quotes"]
    printed = print_quote(after, int(quotes.index[quotes["quote"] == number][-1]), created=True)
    return (plan + printed).with_answer(printed.answer)


def print_quote(pipeline: Pipeline, row: int, created: bool) -> ChangeSet[NumberedQuote]:
    """Return the document of the quote in sheet row *row* of Quotes, or the findings that prevent printing it."""
    wrong: tuple[Finding, ...] = check_quote(pipeline, row)
    if any(finding.blocks for finding in wrong):
        return ChangeSet(findings=wrong, answer=NumberedQuote(str(pipeline["Quotes"].at[row, "quote"])))
    facts = collect_quote_facts(pipeline, row)
    name = " ".join(filter(None, (facts["quote"]["number"], facts["buyer"]["account"])))
    return ChangeSet(
        findings=wrong, documents=(Document("quote", name, facts),), answer=_build_quote_answer(facts, name, created)
    )


def _build_quote_answer(facts: DealFacts, name: str, created: bool) -> PrintedQuote:
    quote, totals = facts["quote"], facts["totals"]
    return PrintedQuote(
        quote["number"],
        deal=facts["deal"]["deal"],
        account=facts["buyer"]["account"],
        created=created,
        status=quote["status"],
        valid_until=quote["valid_until"],
        currency=facts["currency"],
        lines=len(facts["lines"]),
        subtotal=float(totals["subtotal"]),
        net=float(totals["net"]),
        tax=float(totals["tax"]),
        total=float(totals["total"]),
        shipping=float(totals["shipping"]),
        discount=float(totals["discount"]),
        document=name,
    )


def revise_quote(pipeline: Pipeline, key: str, beside: bool = False) -> ChangeSet[RevisedQuote]:
    """Return the changes that copy the quote of *key*, with its lines, into its next version; nothing is printed.

    With *beside* the original is kept: the copy is another offer of the deal, and not its primary one.

    Raises:
        UsageError: there is no such quote, or it was already replaced.
    """
    row = _find_revisable_quote(pipeline, key, beside)
    held = pipeline["Quotes"].loc[[row]]
    if beside:
        number, plan = draft_alternative(pipeline, row)
    else:
        number, plan = draft_revision(pipeline, row)
        over = pd.Series(["superseded"], index=held.index, dtype=object)
        plan = ChangeSet(edits=(Edit("Quotes", "status", held["quote"], held["status"], over, "revise"),)) + plan
    after = apply_change_set(pipeline, plan)
    made = int(after["Quotes"].index[after["Quotes"]["quote"] == number][-1])
    printed = print_quote(after, made, created=True)
    replaced = "" if beside else str(held["quote"].iloc[0])
    return replace(plan, findings=printed.findings).with_answer(RevisedQuote(printed.answer, number, replaced))


def _find_revisable_quote(pipeline: Pipeline, key: str, beside: bool) -> int:
    which = find_quote_or_deal(pipeline, key)
    if which.table == "Deals":
        raise UsageError("Deal {key} has no quote to revise; make one with quote.", key=key)
    old = read_record(pipeline, "Quotes", which.row)
    quotes = pipeline["Quotes"]
    newer = quotes.loc[fold_keys(quotes["supersedes"]) == fold_text(old["quote"]), "quote"]
    if not beside and (old["status"] == "superseded" or len(newer)):
        quote = old["quote"]
        if len(newer):
            raise UsageError(
                "Quote {quote} has already been replaced; revise {newest}.", quote=quote, newest=str(newer.iloc[-1])
            )
        raise UsageError("Quote {quote} has already been replaced; revise its newest version.", quote=quote)
    return which.row
