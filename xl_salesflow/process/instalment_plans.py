"""Make the instalments of a won deal from its payment terms, such as 30/60/10.

Terms are shares of the contract amount that add up to 100, separated by slashes, each with the event after which it is due and
the days after it if you wish: ``30 Contract signed / 60 Delivery +30 / 10 Delivery +365``. Without events, the first share is
due with the contract and the second with the delivery; the days of the others are for people to fill in.

The amounts are whole cents and add up to the contract: what rounding down leaves goes, cent by cent, to the shares that lost
most by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unicodedata import normalize

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, apply_change_set, diff_pipelines
from xl_salesflow.core.deal_standing import find_primary_quotes
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch
from xl_salesflow.locale.texts import Text, TextList
from xl_salesflow.process.payment_upkeep import find_contract_amounts, mark_payments
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.table_frames import fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_PART = re.compile(r"(?P<share>\d{1,3}(?:\.\d{1,4})?)\s*%?\s*(?P<event>[^\d+%][^+]*?)?\s*(?:\+\s*(?P<days>\d{1,4}))?")
_USUAL_EVENTS = ("signature", "delivery")
_RECENT_DAYS = 31
_FROM_TERMS = Text("payment terms {terms}")
_DEPOSIT, _PART_NAME, _BALANCE = Text("Deposit"), Text("Instalment {number}"), Text("Balance")
_WHOLE_AMOUNT = Text("Whole amount")
PART_NAMES = (_DEPOSIT, _PART_NAME, _BALANCE)
"""The names of the first instalment, of those between, and of the last one."""


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """One part of payment terms: its share in per cent, its event ("" for none) and the days after it."""

    share: Decimal
    event: str
    days: int


def read_payment_terms(terms: str) -> tuple[PlannedPart, ...] | None:
    """Return the parts of *terms*, or None if they cannot be read or do not add up to 100."""
    parts = tuple(_read_parts(normalize("NFKC", terms).replace("\u3001", "/").split("/")))
    if not parts or None in parts:
        return None
    known = tuple(part for part in parts if part)
    return known if sum(part.share for part in known) == 100 else None


def _read_parts(written: Sequence[str]) -> Iterator[PlannedPart | None]:
    bare = not any(re.search(r"[^\W\d_]", part) for part in written)
    for number, text in enumerate(written):
        match = _PART.fullmatch(text.strip())
        usual = _USUAL_EVENTS[number] if bare and number < len(_USUAL_EVENTS) else ""
        event = identify_choice(CHOICES["payment_event"], match["event"]) if match and match["event"] else usual
        if match is None or event is None or not Decimal(match["share"]):
            yield None
        else:
            yield PlannedPart(Decimal(match["share"]), event, int(match["days"] or 0))


def split_into_cents(total: int, shares: Sequence[Decimal] | Sequence[int]) -> list[int]:
    """Return *total* cents in parts as large as *shares*, whole cents that add up to it: the largest remainders first."""
    whole = sum(map(Decimal, shares))
    exact = [total * Decimal(share) / whole for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(shares)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def make_instalments(pipeline: Pipeline) -> ChangeSet:
    """Return the instalments of won deals that have terms and none yet; terms of Settings are for deals won lately."""
    planned = list(_find_planned_deals(pipeline))
    rows = [row for deal, terms, amount in planned for row in _plan_rows(pipeline, deal, terms, amount)]
    if not rows:
        return ChangeSet()
    keys = next_keys(pipeline, "Payments", len(rows))
    frame = make_table_frame(TABLES["Payments"], [{**row, "payment": key} for row, key in zip(rows, keys, strict=True)])
    because = _FROM_TERMS.in_(pipeline.language, terms=TextList(tuple(dict.fromkeys(terms for _, terms, _ in planned))))
    added = apply_change_set(pipeline, ChangeSet(appends=(Append("Payments", frame, because),)))
    return diff_pipelines(pipeline, mark_payments(added), because)


def _find_planned_deals(pipeline: Pipeline) -> Iterator[tuple[dict[str, Any], str, float]]:
    default = pipeline.settings.text("payment_terms").strip()
    own = _find_own_terms(pipeline)
    if not default and not own:
        return
    deals = pipeline["Deals"]
    keys = fold_keys(deals["deal"])
    there = set(fold_keys(pipeline["Payments"]["deal"]))
    new = deals[(deals["outcome"] == "won") & (keys != "") & ~keys.isin(there) & ~keys.duplicated()]
    lately = pd.Timestamp(pipeline.today) - pd.Timedelta(days=_RECENT_DAYS)
    amounts = find_contract_amounts(pipeline)
    for deal in new.to_dict("records"):
        key = fold_keys(pd.Series([deal["deal"]])).iloc[0]
        terms = own.get(key) or (default if deal["closed"] >= lately else "")
        amount = amounts.get(key)
        if terms and read_payment_terms(terms) and amount is not None and amount > 0:
            yield {str(name): cell for name, cell in deal.items()}, terms, float(amount)


def _find_own_terms(pipeline: Pipeline) -> dict[str, str]:
    # folded deal → the terms of its primary quote
    quoted = find_primary_quotes(pipeline)
    terms = pipeline["Quotes"].loc[quoted.index, "payment_terms"].str.strip()
    return {deal: text for deal, text in zip(quoted["deal"], terms, strict=True) if text}


def _plan_rows(pipeline: Pipeline, deal: dict[str, Any], terms: str, amount: float) -> Iterator[dict[str, Any]]:
    parts = read_payment_terms(terms) or ()
    cents = split_into_cents(round(amount * 100), [part.share for part in parts])
    for number, (part, value) in enumerate(zip(parts, cents, strict=True)):
        yield {
            "deal": deal["deal"],
            "name": _name_part(number, len(parts)).in_(pipeline.language, number=number + 1),
            "share": float(part.share / 100),
            "amount": value / 100,
            "event": part.event,
            "event_days": float(part.days) if part.event else None,
        }


def _name_part(number: int, count: int) -> Text:
    if count == 1:
        return _WHOLE_AMOUNT
    if number == 0:
        return _DEPOSIT
    return _BALANCE if number == count - 1 else _PART_NAME


def _find_unusable_terms(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for table, column, where in (("Quotes", "payment_terms", None), ("Settings", "value", "payment_terms")):
        rows = pipeline[table]
        terms = rows[column] if where is None else rows.loc[rows["setting"] == where, column]
        given = terms[terms.str.strip() != ""]
        wrong = given[[read_payment_terms(text) is None for text in given]]
        yield RuleMatch(table, wrong.index, column, {"terms": wrong})


UNUSABLE_TERMS = Rule(
    "payment_terms",
    Text("Payment terms that cannot be read"),
    Text(
        "“{terms}” makes no instalments: write shares that add up to 100, such as 30/60/10, or with events: 30 Contract signed "
        "/ 70 Delivery +30."
    ),
    "warn",
    _find_unusable_terms,
)
