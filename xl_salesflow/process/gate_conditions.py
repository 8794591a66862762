"""Gates that only some deals have to pass: "Amount > 100000", "Channel = Agent", "New customer".

Several conditions are separated by semicolons, and all of them must hold. A blank cell takes no deal out of a gate: as long as
it is unknown whether the condition holds, the gate applies and says what to fill in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.core.rule_declarations import (
    GateFinding,
    format_short_number,
    identify_option,
    read_gate_number,
    split_written_list,
)
from xl_salesflow.locale.texts import Text, fold_text, literal_text
from xl_salesflow.process.gate_subjects import (
    DATES,
    NUMBERS,
    GateSubject,
    explain_bad_subject,
    find_gate_subject,
    holds_numbers,
)
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

Flags = np.ndarray[Any, np.dtype[np.bool_]]

_NEW_CUSTOMER, _EXISTING_CUSTOMER = Text("New customer"), Text("Existing customer")
_COMPARISON = re.compile(r"(?P<subject>.+?)\s*(?P<sign><>|!=|>=|<=|[\u2260\u2265\u2264=<>])\s*(?P<value>.+)")
_SIGNS: Mapping[str, str] = MappingProxyType({"!=": "<>", "\u2260": "<>", "\u2265": ">=", "\u2264": "<="})
_ORDERS: Mapping[str, Callable[[pd.Series, float], pd.Series]] = MappingProxyType(
    {
        ">": lambda cells, limit: cells > limit,
        ">=": lambda cells, limit: cells >= limit,
        "<": lambda cells, limit: cells < limit,
        "<=": lambda cells, limit: cells <= limit,
    }
)


@dataclass(frozen=True, slots=True)
class GateCondition:
    """One condition; *judge* returns which deals it holds for, and for which that is known. *name* is what may be blank."""

    name: Text
    judge: Callable[[Pipeline, pd.DataFrame], tuple[Flags, Flags]]


@dataclass(frozen=True, slots=True)
class GateReach:
    """Which deals have to pass a gate; *blank* names, for those of which that is not known, the cell to fill in, else "" ."""

    applies: Flags
    blank: pd.Series


def find_gate_reach(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateReach | None:
    """Return which of *deals* have to pass *gate*; None if all of them have to."""
    if not gate.condition.strip():
        return None
    applies = np.ones(len(deals), bool)
    blank = pd.Series("", index=deals.index, dtype=object)
    for part in _split_conditions(gate.condition):
        condition = _read_condition(pipeline, part)
        if isinstance(condition, Text):
            return None  # the gate is reported, and blocks every deal
        holds, known = condition.judge(pipeline, deals)
        applies &= holds | ~known
        blank = blank.mask(~known & (blank == "").to_numpy(bool), condition.name.in_(pipeline.language))
    return GateReach(applies, blank)


def find_bad_condition(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    """Return the error in the gate's condition, or None."""
    for part in _split_conditions(gate.condition):
        condition = _read_condition(pipeline, part)
        if isinstance(condition, Text):
            return "condition", condition
    return None


def _split_conditions(text: str) -> Iterator[str]:
    parts = normalize("NFKC", text).replace("\n", ";").split(";")
    return (part.strip() for part in parts if part.strip())


def _read_condition(pipeline: Pipeline, part: str) -> GateCondition | Text:
    """Return *part* as a condition, or what is wrong with it."""
    folded = fold_text(part)
    for words, is_new in ((_NEW_CUSTOMER, True), (_EXISTING_CUSTOMER, False)):
        if folded in map(fold_text, words.translations()):
            return GateCondition(TABLES["Deals"]["account"].header, partial(_judge_customer, is_new=is_new))
    split = _COMPARISON.fullmatch(part)
    if split is None:
        return Text(
            "“{part}” is not a condition; write, for example: Amount > 100000, or: Channel = Agent, or: New customer"
        ).with_facts(part=part)
    sign = _SIGNS.get(split["sign"], split["sign"])
    return _read_comparison(pipeline, split["subject"], sign, split["value"])


def _read_comparison(pipeline: Pipeline, written: str, sign: str, value: str) -> GateCondition | Text:
    in_order = sign in _ORDERS
    if why := explain_bad_subject(pipeline, written, *((holds_numbers, NUMBERS) if in_order else ())):
        return why
    subject = find_gate_subject(pipeline, written)
    assert subject is not None
    name = literal_text(subject.name_in(pipeline.language))
    if in_order:
        limit = read_gate_number(value)
        if limit is None:
            return Text("“{value}” is not a number").with_facts(value=value)
        return GateCondition(name, partial(_judge_order, subject=subject, order=_ORDERS[sign], limit=limit))
    if subject.type is not None and subject.type.is_date:
        return Text("the column “{column}” holds {kind}; a condition compares texts and numbers").with_facts(
            column=written, kind=DATES
        )
    items = _list_values(subject, value)
    choices = CHOICES.get(subject.column.options or "", {})
    unknown = [item for item in items if choices and identify_choice(choices, item) is None]
    if unknown:
        return Text("“{value}” is not a choice of “{column}”").with_facts(value=unknown[0], column=written)
    allowed = frozenset(identify_option(subject.column, item) for item in items)
    return GateCondition(name, partial(_judge_equality, subject=subject, allowed=allowed, equal=sign == "="))


def _list_values(subject: GateSubject, value: str) -> tuple[str, ...]:
    # the comma of 100,000 separates thousands, the one of 2, 3 values
    number = read_gate_number(value)
    if number is not None and subject.type is not None and holds_numbers(subject.type) and ", " not in value:
        return (_format_plain_number(number),)
    return split_written_list(value)


def _format_plain_number(number: float) -> str:
    return format_short_number(number).replace(",", "")


def _judge_order(
    pipeline: Pipeline,
    deals: pd.DataFrame,
    subject: GateSubject,
    order: Callable[[pd.Series, float], pd.Series],
    limit: float,
) -> tuple[Flags, Flags]:
    cells = subject.read_cells(pipeline, deals, ColumnType.NUMBER)
    return order(cells, limit).to_numpy(bool), cells.notna().to_numpy(bool)


def _judge_equality(
    pipeline: Pipeline, deals: pd.DataFrame, subject: GateSubject, allowed: frozenset[str], equal: bool
) -> tuple[Flags, Flags]:
    cells = subject.read_cells(pipeline, deals, ColumnType.TEXT)
    if subject.type is not None and not subject.type.is_text:
        cells = cells.map(_format_plain_number, na_action="ignore")
    folded = fold_keys(cells.astype(object).fillna(""))
    found = folded.isin(allowed).to_numpy(bool)
    return found if equal else ~found, (folded != "").to_numpy(bool)


def _judge_customer(pipeline: Pipeline, deals: pd.DataFrame, is_new: bool) -> tuple[Flags, Flags]:
    # a customer is new until a deal other than the one that moves was won
    account = TABLES["Accounts"]
    won = GateSubject("Accounts", account["won_deals"]).read_cells(pipeline, deals, ColumnType.INTEGER).fillna(0)
    known = GateSubject("Accounts", account["account"]).read_cells(pipeline, deals, ColumnType.TEXT) != ""
    others = won - (deals["outcome"] == "won").to_numpy(float)
    new = (others <= 0).to_numpy(bool)
    return new if is_new else ~new, known.to_numpy(bool)
