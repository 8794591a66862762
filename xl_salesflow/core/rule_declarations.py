"""Declarations of rules, gate checks and rules for stage moves, and how their findings are worded.

A rule is declared with its title, its message, its severity and the function that finds the rows. The function works on
whole columns and returns rows, a column, and the facts of the message, one value per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Finding, Gate, Pipeline, Playbook
from xl_salesflow.locale.texts import Language, Text, fold_text
from xl_salesflow.schema.choice_lists import LISTS, choice_label, identify_choice, list_options
from xl_salesflow.schema.plain_values import is_blank
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

SentenceFacts = Mapping[str, Any]
"""Values for the {placeholders} of a message: one value for all rows, or a Series with one per row."""

BLANK_LABEL = Text("blank")


@dataclass(frozen=True)
class RuleMatch:
    """Rows of *table* that a rule applies to, the *column* whose cell it points at, and the *facts* of its message."""

    table: str
    rows: pd.Index
    column: str = ""
    facts: SentenceFacts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of rows or an early warning; *title* is its name in the docs, *severity* is block, warn or note.

    *code* is the word for an early warning where there is no room for its message. *needs* names the tables of which
    each must have rows for the rule to find anything.
    """

    id: str
    title: Text
    message: Text
    severity: str
    find: Callable[[Pipeline], Iterable[RuleMatch]]
    code: Text | None = None
    needs: tuple[str, ...] = ()

    def find_matches(self, pipeline: Pipeline) -> Iterable[RuleMatch]:
        """Return the rows that the rule applies to; none without a search if a table that it *needs* has no rows."""
        return () if any(pipeline[table].empty for table in self.needs) else self.find(pipeline)


def write_sentences(text: Text, language: Language, index: pd.Index, facts: SentenceFacts) -> pd.Series:
    """Return *text* in *language* for every row of *index*; equal facts are formatted once."""
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


def suggest_for_each(names: pd.Series, known: Iterable[str | Text], language: Language) -> pd.Series:
    """Return for each of *names*, which are not among *known*, which one to use instead."""
    listed = list(known)
    hints = {name: suggest_names(name, listed).in_(language) for name in names.unique()}
    return pd.Series([hints[name] for name in names], index=names.index, dtype=object)


def format_column_values(column: Column, values: pd.Series, language: Language) -> pd.Series:
    """Return *values* of *column* as people read them; a blank cell is labelled as blank."""
    codes, unique = pd.factorize(values)
    labels = [_format_column_value(column, value, language) for value in unique] + [BLANK_LABEL.in_(language)]
    return pd.Series(np.array(labels, object)[codes], index=values.index, dtype=object)


def _format_column_value(column: Column, value: Any, language: Language) -> str:
    if is_blank(value):
        return BLANK_LABEL.in_(language)
    if column.type.is_text:
        return choice_label(column.options, str(value), language)
    if column.type.is_date:
        return str(pd.Timestamp(value).date())
    return f"{value * 100:.6g} %" if column.type is ColumnType.PERCENT else format_short_number(value)


def format_short_number(value: float) -> str:
    """Return a number without trailing zeros: 2, 1,250.5."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


MAX_ROWS_PER_FINDING = 100
"""Maximum number of rows listed one by one; the rest are counted."""

_MORE_FINDINGS = Text(
    "{count} more {count:row|rows} of {sheet} {count:has|have} the same problem; filter the column to see them."
)


def list_rule_findings(pipeline: Pipeline, rule: Rule) -> Iterator[Finding]:
    """Yield the findings of *rule*, row by row; beyond the limit, one finding per column counts the other rows."""
    for match in rule.find_matches(pipeline):
        yield from word_rule_match(pipeline, rule, match)


def word_rule_match(pipeline: Pipeline, rule: Rule, match: RuleMatch) -> Iterator[Finding]:
    """Yield *match* as findings, with keys and addresses."""
    if match.rows.empty:
        return
    table, language, rows = TABLES[match.table], pipeline.language, match.rows[:MAX_ROWS_PER_FINDING]
    keys = pipeline[match.table].loc[rows, table.name_column]
    facts = {"column": table.header(match.column, language) if match.column else "", **match.facts}
    for row, key, message in zip(rows, keys, write_sentences(rule.message, language, rows, facts), strict=True):
        cell = pipeline.cell_address(match.table, int(row), match.column)
        yield Finding(rule.id, rule.severity, message, match.table, str(key), match.column, cell)
    if len(match.rows) > MAX_ROWS_PER_FINDING:
        more = _MORE_FINDINGS.in_(
            language, count=len(match.rows) - MAX_ROWS_PER_FINDING, sheet=table.title.in_(language)
        )
        cell = pipeline.cell_address(match.table, int(match.rows[MAX_ROWS_PER_FINDING]), match.column)
        yield Finding(rule.id, rule.severity, more, match.table, "", match.column, cell)


class RowMessages:
    """The messages about each row of *index*; "" if there are none."""

    def __init__(self, index: pd.Index, mark: str = "\n") -> None:
        self._index, self._mark = index, mark
        self._texts = [""]
        self._code = np.zeros(len(index), np.int64)

    def add(self, rows: pd.Index, sentences: pd.Series | str) -> None:
        """Add *sentences* (one for all, or one per row in the order of *rows*) to *rows*."""
        at = self._index.get_indexer(rows)
        if isinstance(sentences, str):
            new, sentence_by_code = np.zeros(len(at), np.int64), [sentences]
        else:
            new, unique = pd.factorize(sentences.to_numpy(object))
            sentence_by_code = list(unique)
        pairs, unique_pairs = pd.factorize(self._code[at] * len(sentence_by_code) + new)
        made = [
            self._joined(self._texts[pair // len(sentence_by_code)], sentence_by_code[pair % len(sentence_by_code)])
            for pair in unique_pairs.tolist()
        ]
        self._code[at] = pairs + len(self._texts)
        self._texts += made

    def join_messages(self) -> np.ndarray[Any, np.dtype[np.object_]]:
        """Return the joined messages, in the order of the index."""
        return np.array(self._texts, object)[self._code]

    def _joined(self, old: str, new: str) -> str:
        return f"{old}{self._mark}{new}" if old and new else old or new


GateFinding = tuple[str, Text]
"""A column of Gates and the error in its cell."""


@dataclass(frozen=True)
class GateResult:
    """Whether each deal passes a gate, and the facts of the message if it does not."""

    is_met: np.ndarray[Any, np.dtype[np.bool_]]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One kind of gate check.

    A deal that does not pass gets the message *missing*, followed by the gate's own remedy or *remedy*. *judge* takes
    the pipeline, the gate and the rows of Deals concerned; *find_misconfiguration* returns the error in the gate's own
    row, or None. It asks for the column of Deals that *asks* names, or else for the gate's subject.
    """

    id: str
    missing: Text
    remedy: Text
    judge: Callable[[Pipeline, Gate, pd.DataFrame], GateResult]
    find_misconfiguration: Callable[[Pipeline, Gate], GateFinding | None]
    asks: str = ""


def gate_limit(gate: Gate) -> float | None:
    """Return the gate's value as a number; “10 %” is 0.1; None if it is not a number."""
    return read_gate_number(gate.value)


def read_gate_number(text: str) -> float | None:
    """Return *text* as a number, None if it is not one; “10 %” is 0.1, “100k” is 100,000."""
    text = normalize("NFKC", text).strip()
    plain = text.replace(",", "")
    try:
        value: float | None = float(plain.rstrip("% "))
    except ValueError:
        return _read_written_limit(text)
    if value is None or not np.isfinite(value):
        return None
    return value / 100 if plain.endswith("%") else value


def _read_written_limit(text: str) -> float | None:
    # imported here, because few gates have limits in other forms
    from xl_salesflow.core.written_numbers import read_written_number

    value = read_written_number(text).value
    return None if value is None else float(value)


def find_bad_limit(gate: Gate) -> GateFinding | None:
    """Return the error in a value that should be a number."""
    return ("value", Text("“{is_}” is not a number")) if gate_limit(gate) is None else None


def gate_items(gate: Gate) -> tuple[str, ...]:
    """Return the gate's value as a list."""
    return split_written_list(gate.value)


def split_written_list(text: str) -> tuple[str, ...]:
    """Return the items of *text*, split at commas, semicolons and the equivalent Chinese marks."""
    text = normalize("NFKC", text)
    for mark in ";\u3001":  # the latter separates the items of a Chinese list
        text = text.replace(mark, ",")
    return tuple(item.strip() for item in text.split(",") if item.strip())


def identify_list_values(name: str, text: str) -> tuple[str, ...]:
    """Return the ids of the values of the open list *name* written in *text*; a team's own values are folded."""
    return tuple(fold_text(identify_choice(LISTS[name], item) or item) for item in split_written_list(text))


MAIL_MARK, EVENT_MARK = "mail:", "event:"
"""How the column `message` of Activities begins for a mail, and for an appointment of a calendar."""

_NOT_TAKEN_PLACE = "postponed"
_NOT_REACHED = "no_answer"
_ONE_SIDED_TYPES = (
    "mail", "proposal", "quote", "contract_sent", "contract_signed", "delivery", "note", "site_visit", "download",
)  # fmt: skip
"""Activity types that are done without an answer: a mail was sent, even if nobody answered it."""


def find_activities_done(activities: pd.DataFrame) -> pd.Series:
    """Return which rows of Activities took place: a postponed demo did not, and a call that nobody answered is none."""
    outcome = fold_keys(activities["outcome"])
    unheard = (outcome == _NOT_REACHED) & ~fold_keys(activities["type"]).isin(_ONE_SIDED_TYPES)
    return ~unheard & (outcome != _NOT_TAKEN_PLACE)


def find_planned_visits(activities: pd.DataFrame) -> pd.Series:
    """Return which rows of Activities are appointments from a calendar whose outcome is not filled in yet."""
    return activities["message"].str.startswith(EVENT_MARK) & (activities["outcome"] == "")


def identify_option(column: Column, item: str) -> str:
    """Return the id of *item* in the list of *column*, or the text itself, in a form for comparison without case."""
    return fold_text(identify_choice(list_options(column.options), item) or item)


@dataclass(frozen=True, slots=True)
class MoveRule:
    """A rule for every move, independent of the sheet Gates.

    *judge* takes the moving rows of Deals and their crossings: per deal the target stage's name `to`, its position
    `at`, the position `since` up to which gates were passed already, and the direction `move` (a choice id). *asks* is
    the column of Deals that settles it, if there is one.
    """

    id: str
    missing: Text
    judge: Callable[[Playbook, pd.DataFrame, pd.DataFrame], GateResult]
    asks: str = ""
