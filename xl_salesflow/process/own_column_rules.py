"""Check the columns that the team declared: the rows of the sheet Own columns, and the values of lists in their cells.

Cells that are not of the declared type are found when they are read, as in our own columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from xl_salesflow.core.declared_columns import list_declared_columns, read_declared_columns
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.core.rule_declarations import GateFinding, Rule, RuleMatch, suggest_for_each
from xl_salesflow.locale.texts import Sentence, Text, fold_text
from xl_salesflow.process.gate_conditions import find_bad_condition
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

_WORD_KINDS = ("", "text", "list", "yes_no")


def _find_wrong_declarations(pipeline: Pipeline) -> Iterable[RuleMatch]:
    rows = pipeline["Columns"]
    named = rows[(rows["table"] != "") & (rows["column"].str.strip() != "")]
    again = pd.Series(fold_keys(named["column"]) + "|" + named["table"], named.index).duplicated()
    for row in named.index:
        cells = {str(column): str(cell) for column, cell in named.loc[row].items()}
        for column, why in _list_declaration_errors(pipeline, cells, bool(again[row])):
            sheet = TABLES[cells["table"]].title.in_(pipeline.language)
            facts = {"name": cells["column"], "sheet": sheet, "why": Sentence(why).in_(pipeline.language)}
            yield RuleMatch("Columns", pd.Index([row]), column, facts)


def _list_declaration_errors(pipeline: Pipeline, cells: dict[str, str], is_again: bool) -> Iterator[GateFinding]:
    """Yield each cell of a row of Columns that says something that cannot be, and what."""
    if TABLES[cells["table"]].find_column(cells["column"]):
        yield "column", Text("the sheet has a column of this name that is not yours; give yours another header")
        return
    if is_again:
        yield "column", Text("a row above declares it already; delete one of the two")
        return
    if cells["kind"] == "list" and not cells["values"].strip(" ;"):
        yield "values", Text("a list needs its values, with semicolons between")
    if cells["slice"] == "yes" and cells["kind"] not in _WORD_KINDS:
        yield "slice", Text("numbers are grouped by words only; clear “Group by it”")
    if cells["slice"] == "yes" and cells["table"] == "Activities":
        yield "slice", Text("a deal has many activities, so its numbers cannot be grouped by them")
    yield from _list_stage_errors(pipeline, cells)


def _list_stage_errors(pipeline: Pipeline, cells: dict[str, str]) -> Iterator[GateFinding]:
    stage = cells["stage"].strip()
    known = {name: None for playbook in pipeline.playbooks.values() for name in playbook.by_name}
    if stage and stage not in known:
        hint = suggest_names(stage, known)
        yield "stage", Text("there is no stage “{stage}”; {hint}").with_facts(stage=stage, hint=hint)
    if stage and cells["table"] == "Activities":
        yield "stage", Text("a deal has many activities, so none of them can be asked for; clear the stage")
    if misplaced := find_bad_condition(pipeline, Gate("", "", "", "", "", "", "", "", 0, cells["condition"])):
        yield misplaced


WRONG_OWN_COLUMN = Rule(
    "own_column",
    Text("A column of your own that cannot count as declared"),
    Text("“{name}” of {sheet}: {why}"),
    "warn",
    _find_wrong_declarations,
    needs=("Columns",),
)


def _find_absent_columns(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for one in read_declared_columns(pipeline["Columns"], pipeline.language):
        if one.column.id not in pipeline[one.table]:
            sheet = TABLES[one.table].title.in_(pipeline.language)
            yield RuleMatch("Columns", pd.Index([one.row]), "column", {"name": one.title, "sheet": sheet})


ABSENT_OWN_COLUMN = Rule(
    "own_column_absent",
    Text("A declared column that the sheet does not have"),
    Text(
        "The sheet {sheet} has no column “{name}”. salesflow check --repair adds it; if it has another header there, write that "
        "header here; if you no longer need it, delete this row."
    ),
    "warn",
    _find_absent_columns,
    needs=("Columns",),
)


def _find_values_off_list(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for one in list_declared_columns(pipeline):
        if not one.values:
            continue
        cells = pipeline[one.table][one.column.id]
        wrong = cells[(cells != "") & ~fold_keys(cells).isin({fold_text(value) for value in one.values})]
        if len(wrong):
            hints = suggest_for_each(wrong, one.values, pipeline.language)
            yield RuleMatch(one.table, wrong.index, one.column.id, {"value": wrong, "hint": hints})


UNLISTED_OWN_VALUE = Rule(
    "own_column_value",
    Text("A value that the list of your own column does not have"),
    Text("“{value}” is not one of the values of “{column}”; {hint} Or add it to its row in the sheet Own columns."),
    "note",
    _find_values_off_list,
    needs=("Columns",),
)

OWN_COLUMN_RULES = (WRONG_OWN_COLUMN, ABSENT_OWN_COLUMN, UNLISTED_OWN_VALUE)
"""The rules about columns that the team declared."""
