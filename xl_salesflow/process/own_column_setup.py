"""Declare a column of the team's own, or change what the sheet Own columns says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit
from xl_salesflow.core.column_answers import DeclaredColumnRow
from xl_salesflow.core.declared_columns import split_semicolons
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_frames import fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_TABLE = TABLES["Columns"]


def declare_own_column(
    pipeline: Pipeline, sheet: str, title: str, cells: Mapping[str, str]
) -> ChangeSet[DeclaredColumnRow]:
    """Return the change set that declares the column *title* of *sheet*; *cells* are the other cells of its row that are given.

    Raises:
        UsageError: there is no such sheet, type or stage, the header is one of ours, or a list has no values.
    """
    title = " ".join(title.split())
    given = {"table": _identify(pipeline, "table", sheet), "column": title}
    given |= {column: _identify(pipeline, column, cell) for column, cell in cells.items() if cell.strip()}
    if not title or TABLES[given["table"]].find_column(title):
        raise UsageError(
            "“{title}” is no header for a column of your own: {sheet} has a column of ours with this name.",
            title=title,
            sheet=TABLES[given["table"]].title,
        )
    rows = pipeline["Columns"]
    found = rows.index[
        ((rows["table"] == given["table"]) & (fold_keys(rows["column"]) == fold_text(title))).to_numpy(bool)
    ]
    held = {str(column): str(cell) for column, cell in rows.loc[found[0]].items()} if len(found) else {}
    after = {**held, **given}
    if after.get("kind") == "list" and not split_semicolons(after.get("values", "")):
        raise UsageError('A list needs its values: --values "A; B"')
    answer = DeclaredColumnRow(
        given["table"], title, not held, {column: cell for column, cell in after.items() if cell}
    )
    if held:
        return ChangeSet(edits=tuple(_list_edits(rows, found[:1], after)), answer=answer)
    return ChangeSet(appends=(Append("Columns", make_table_frame(_TABLE, [after]), "column"),), answer=answer)


def _list_edits(rows: pd.DataFrame, at: pd.Index, after: Mapping[str, str]) -> Iterator[Edit]:
    for column, cell in after.items():
        before = rows.loc[at, column]
        if column != "column" and before.iloc[0] != cell:
            yield Edit("Columns", column, rows.loc[at, "column"], before, pd.Series([cell], at, dtype=object), "column")


def _identify(pipeline: Pipeline, column: str, cell: str) -> str:
    """Return the id of a choice or the name of a stage as it is spelled; other cells as they are given."""
    if column == "stage":
        known = {fold_text(name): name for playbook in pipeline.playbooks.values() for name in playbook.by_name}
        if fold_text(cell) not in known:
            hint = suggest_names(cell, known.values())
            raise UsageError("There is no {what} “{key}”; {hint}", what=_TABLE["stage"].header, key=cell, hint=hint)
        return known[fold_text(cell)]
    declared = _TABLE[column]
    if declared.type is not ColumnType.CHOICE:
        return cell.strip()
    choices = CHOICES[declared.options or ""]
    found = identify_choice(choices, cell)
    if found is None:
        hint = suggest_names(cell, choices.values())
        raise UsageError("There is no {what} “{key}”; {hint}", what=declared.header, key=cell, hint=hint)
    return found
