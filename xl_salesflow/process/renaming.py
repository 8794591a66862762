"""Rename a stage, a person, a product, a customer or a list value with every row that names it; merge two customers.

A name may be renamed by the verb, or typed anew in the sheet that declares it; then the verb only carries the rows along.
Clocks, furthest stages and the seals of History stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, diff_pipelines
from xl_salesflow.core.history_seal import reseal_history
from xl_salesflow.core.name_spelling import NameSource, list_name_sources
from xl_salesflow.core.name_suggestions import suggest_names, unknown_key_error
from xl_salesflow.core.pipelines import NameColumn, Pipeline
from xl_salesflow.core.verb_answers import RenamedRows
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text, TextList, fold_text
from xl_salesflow.process.deal_upkeep import is_cell_filled
from xl_salesflow.process.renamed_names import FIXED_LISTS
from xl_salesflow.schema.choice_lists import LISTS, choice_label, identify_choice
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

_MORE_MENTIONS: Mapping[NameColumn, tuple[NameColumn, ...]] = MappingProxyType(
    {
        ("Team", "person"): (
            ("History", "by"), ("History", "override_by"), ("Deals", "override_by"), ("Quotes", "approved_by"),
        ),
    }
)  # fmt: skip
"""Columns that may hold a person besides the columns of people: a system account or several names."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """A name in the sheet that declares it, and what it becomes."""

    source: NameSource
    old: str
    new: str


def rename_everywhere(pipeline: Pipeline, old: str, new: str, table: str = "") -> ChangeSet[RenamedRows]:
    """Rename *old* to *new* in the sheet that declares it (*table*, if several do) and in every row that names it.

    Raises:
        UsageError: nothing has the name, several sheets have it, or the new name is taken.
    """
    renaming = _find_renaming(pipeline, old.strip(), new.strip(), table)
    now = _carry_along(pipeline, renaming)
    return _answer_renamed(pipeline, now, renaming.old, renaming.new)


def _find_renaming(pipeline: Pipeline, old: str, new: str, table: str) -> Renaming:
    if not new:
        raise UsageError("A name cannot be blank.")
    found = [
        renaming
        for source in list_name_sources()
        if not table or fold_text(table) in _list_source_titles(source.declared)
        if (renaming := _match_source(pipeline, source, old, new))
    ]
    if not found:
        raise _unknown_name_error(pipeline, old)
    if len(found) > 1:
        titles = TextList(
            tuple(TABLES[table][column].header for table, column in (one.source.declared for one in found))
        )
        raise UsageError("Several sheets have {old!r}: {titles}; say which with --in.", old=old, titles=titles)
    _refuse_taken_name(pipeline, found[0])
    return found[0]


def _list_source_titles(declared: NameColumn) -> set[str]:
    table = TABLES[declared[0]]
    titles = (declared[0], declared[1], *table[declared[1]].header.translations())
    sheet = () if declared[0] in ("Lists", "Stages") else table.title.translations()
    return {fold_text(title) for title in (*titles, *sheet)}


def _match_source(pipeline: Pipeline, source: NameSource, old: str, new: str) -> Renaming | None:
    declared = source.declared
    if declared[0] == "Lists":
        old = identify_choice(LISTS[declared[1]], old) or old
        new = identify_choice(LISTS[declared[1]], new) or new
    names = [*pipeline[declared[0]][declared[1]]]
    used = [name for table, column in source.used for name in pipeline[table][column].unique()]
    held = next((name for name in names if name and fold_text(name) == fold_text(old)), None)
    is_renamed = any(fold_text(name) == fold_text(new) for name in names)
    held = held or (
        next((name for name in used if name and fold_text(name) == fold_text(old)), None) if is_renamed else None
    )
    return Renaming(source, held, new) if held else None


def _refuse_taken_name(pipeline: Pipeline, renaming: Renaming) -> None:
    table, column = renaming.source.declared
    names = pipeline[table][column]
    if table == "Lists" and column in FIXED_LISTS and renaming.old in LISTS[column]:
        label = choice_label(column, renaming.old, pipeline.language)
        raise UsageError(
            "Rules and gates use {old!r}, so it keeps its name; add a value of your own instead.", old=label
        )
    if fold_text(renaming.old) == fold_text(renaming.new):
        return
    if (names == renaming.old).any() and renaming.new in set(names):
        if table == "Accounts":
            raise UsageError(
                "There is a customer {new!r} already; to make the two one, run: salesflow merge-accounts.",
                new=renaming.new,
            )
        raise UsageError("The name {new!r} is taken; choose another one.", new=renaming.new)


def _unknown_name_error(pipeline: Pipeline, old: str) -> UsageError:
    known = [
        choice_label(column, str(name), pipeline.language)
        for source in list_name_sources()
        for table, column in [source.declared]
        for name in pipeline[table][column].unique()
        if name
    ]
    return UsageError("Nothing is called “{old}”; {hint}", old=old, hint=suggest_names(old, known))


def _carry_along(pipeline: Pipeline, renaming: Renaming) -> Pipeline:
    declared = renaming.source.declared
    columns = dict.fromkeys((declared, *renaming.source.used, *_MORE_MENTIONS.get(declared, ())))
    frames: dict[str, pd.DataFrame] = {}
    for table, column in columns:
        frame = frames.get(table, pipeline[table])
        rows = frame[column] == renaming.old
        if rows.any():
            frames[table] = frame.assign(**{column: frame[column].mask(rows, renaming.new).astype(object)})
    if "History" in frames:
        frames["History"] = reseal_history(pipeline["History"], frames["History"])
    if declared == ("Stages", "playbook") and pipeline.default_playbook == renaming.old:
        settings = frames.get("Settings", pipeline["Settings"])
        values = settings["value"].mask(settings["setting"] == "playbook", renaming.new)
        frames["Settings"] = settings.assign(value=values)
        known = replace(pipeline.settings, values={**pipeline.settings.values, "playbook": renaming.new})
        pipeline = replace(pipeline, settings=known)
    return pipeline.with_tables(**frames)


def _answer_renamed(before: Pipeline, now: Pipeline, old: str, new: str) -> ChangeSet[RenamedRows]:
    changes = diff_pipelines(before, now, RENAME_REASON.in_(before.language, old=old, new=new))
    rows: dict[str, set[int]] = {}
    for edit in changes.edits:
        rows.setdefault(edit.table, set()).update(map(int, edit.after.index))
    counts = {table: len(found) for table, found in rows.items()}
    return changes.with_answer(RenamedRows(old, new, counts))


RENAME_REASON = Text("“{old}” is called “{new}” now")


def merge_accounts(pipeline: Pipeline, duplicate: str, kept: str) -> ChangeSet[RenamedRows]:
    """Make two customers one: the rows of *duplicate* name *kept*, whose blank cells are filled from it; its row is removed.

    Raises:
        UsageError: there is no such customer, or both are the same one.
    """
    accounts = pipeline["Accounts"]
    left, into = (_find_account(pipeline, name) for name in (duplicate, kept))
    if left == into:
        raise UsageError("{name!r} is one customer; name two.", name=accounts.at[into, "account"])
    old, new = str(accounts.at[left, "account"]), str(accounts.at[into, "account"])
    source = next(one for one in list_name_sources() if one.declared == ("Accounts", "account"))
    pair = accounts.loc[[into, left]]
    filled = {
        column.id: _first_filled(pair[column.id]) for column in TABLES["Accounts"].columns if not column.is_formula
    }
    merged = accounts.assign(
        **{column: accounts[column].mask(accounts.index == into, cell) for column, cell in filled.items()}
    )
    now = pipeline.with_tables(Accounts=merged.drop(index=left))
    now = _carry_along(now, Renaming(NameSource(("Accounts", "account"), source.used), old, new))
    return _answer_renamed(pipeline, now, old, new)


def _find_account(pipeline: Pipeline, name: str) -> int:
    accounts = pipeline["Accounts"]["account"]
    rows = accounts.index[(fold_keys(accounts) == fold_text(name)).to_numpy(bool)]
    if len(rows):
        return int(rows[0])
    raise unknown_key_error(name, Text("customer"), accounts)


def _first_filled(pair: pd.Series) -> Any:
    filled = pair[is_cell_filled(pair)]
    return pair.iloc[0] if filled.empty else filled.iloc[0]
