"""A rule, declared once: what it is about, what it says, how much it weighs, and the function that finds the rows.

A rule looks at whole columns and answers with Hits: rows, a column, and the facts of its sentence, one value per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

Facts = Mapping[str, Any]
"""What fills the {slots} of a sentence: one value for every row, or a Series with one per row."""

BLANK = Text("blank", "空")


@dataclass(frozen=True)
class Hits:
    """Rows of *table* that a rule speaks about, the *column* whose cell it points at, and the *facts* it tells."""

    table: str
    rows: pd.Index
    column: str = ""
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of rows or an early warning. *title* names it in the docs; *severity* is block, warn or note."""

    id: str
    title: Text
    message: Text
    severity: str
    hits: Callable[[Pipeline], Iterable[Hits]]


def sentences(text: Text, language: Language, index: pd.Index, facts: Facts) -> pd.Series:
    """Return *text* in *language* for every row of *index*; equal facts are worded once."""
    alike = {name: fact for name, fact in facts.items() if not isinstance(fact, pd.Series)}
    differing = {name: fact.reindex(index) for name, fact in facts.items() if isinstance(fact, pd.Series)}
    if not differing:
        return pd.Series(text.in_(language, **alike) if alike else text.in_(language), index=index, dtype=object)
    code = np.zeros(len(index), np.int64)
    for fact in differing.values():
        values, _ = pd.factorize(fact, use_na_sentinel=False)
        code, _ = pd.factorize(code * (values.max(initial=0) + 1) + values)
    first = np.unique(code, return_index=True)[1]
    rows = ({name: fact.iat[row] for name, fact in differing.items()} for row in first)
    worded = np.array([text.in_(language, **alike, **row) for row in rows], object)
    return pd.Series(worded[code], index=index, dtype=object)


def shown(column: Column, values: pd.Series, language: Language) -> pd.Series:
    """Return *values* of *column* as a person reads them; a blank cell is called blank."""
    codes, unique = pd.factorize(values)
    told = [_shown(column, value, language) for value in unique] + [BLANK.in_(language)]
    return pd.Series(np.array(told, object)[codes], index=values.index, dtype=object)


def _shown(column: Column, value: Any, language: Language) -> str:
    if value == "" or value is pd.NaT or value != value:
        return BLANK.in_(language)
    if column.type in (Type.CHOICE, Type.LIST):
        label = {**LISTS, **CHOICES}.get(column.options or "", {}).get(value)
        return label.in_(language) if label else str(value)
    if column.type.is_text:
        return str(value)
    if column.type.is_date:
        return str(pd.Timestamp(value).date())
    return f"{value * 100:.6g} %" if column.type is Type.PERCENT else number(value)


def number(value: float) -> str:
    """Return a number without idle zeros: 2, 1,250.5."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


LISTED = 100
"""So many rows are told one by one; the rest is counted."""

_MORE = Text(
    "{count} more rows of {sheet} have the same fault; filter the column to see them.",
    "“{sheet}”表另有 {count} 行存在同样问题；可筛选该列查看。",
)


def findings(pipeline: Pipeline, rule: Rule) -> Iterator[Finding]:
    """Yield what *rule* finds, row by row; beyond LISTED rows of one column the rest is one finding with their number."""
    for hits in rule.hits(pipeline):
        yield from told(pipeline, rule, hits)


def told(pipeline: Pipeline, rule: Rule, hits: Hits) -> Iterator[Finding]:
    """Yield *hits* in words, with keys and addresses."""
    if hits.rows.empty:
        return
    table, language, rows = TABLES[hits.table], pipeline.language, hits.rows[:LISTED]
    keys = pipeline[hits.table].loc[rows, table.key or table.columns[0].id]
    facts = {"column": table.header(hits.column, language) if hits.column else "", **hits.facts}
    for row, key, message in zip(rows, keys, sentences(rule.message, language, rows, facts), strict=True):
        cell = pipeline.cell(hits.table, int(row), hits.column)
        yield Finding(rule.id, rule.severity, message, hits.table, str(key), hits.column, cell)
    if len(hits.rows) > LISTED:
        more = _MORE.in_(language, count=len(hits.rows) - LISTED, sheet=table.title.in_(language))
        cell = pipeline.cell(hits.table, int(hits.rows[LISTED]), hits.column)
        yield Finding(rule.id, rule.severity, more, hits.table, "", hits.column, cell)
