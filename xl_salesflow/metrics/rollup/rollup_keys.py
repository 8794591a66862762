"""Fit workbooks to one another for a roll-up: keys, processes and people that cannot be confused.

Numbers get the name of their workbook as a prefix, so the same number in two workbooks is two rows. Playbooks with
equivalent stages are shared, others are kept apart by name, and so are two people of one name. The seals of stage stays
cover these names and are made anew; a seal that was broken stays broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from xl_salesflow.core.change_sets import find_equal_cells
from xl_salesflow.core.history_seal import reseal_history
from xl_salesflow.core.key_numbers import COUNTED_TABLES, find_key_columns
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_COUNTED_STAGE_COLUMNS = ("position", "kind", "probability", "day_limit")
"""The columns of Stages that affect the numbers of a funnel."""

_STAGE_NAME_PLACES: Mapping[str, tuple[str, ...]] = {
    "Deals": ("stage", "recorded_stage"),
    "History": ("stage", "moved_to"),
    "Gates": ("stage",),
    "StageTasks": ("stage",),
    "Stages": ("stage",),
    "Tasks": ("stage",),
    "Approvals": ("stage",),
}
_STAGE_OF_DEAL_TABLES = ("Tasks", "Approvals")  # tables that name a stage of their deal, but no playbook
_PROCESS_TABLES = ("Deals", "History", "Stages", "Gates", "StageTasks")  # tables that name the playbook
_NAME_WITH_BOOK = "{name} ({book})"


class AlignedBook(NamedTuple):
    """A workbook with its own numbers, and its contacts who got another name: their name → the workbook that had it first."""

    pipeline: Pipeline
    renamed: Mapping[str, str]


@dataclass
class BookAligner:
    """Fits workbooks to the previous ones; it remembers their stages and contacts, and no other rows."""

    _stages: pd.DataFrame = field(default_factory=lambda: make_table_frame(TABLES["Stages"]))
    _people: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # folded name → account, mail address, book

    def align(self, pipeline: Pipeline, book: str) -> AlignedBook:
        """Return *pipeline*, the workbook *book*, with its own numbers and the names of the previous workbooks."""
        renamed = self._find_other_people(pipeline)
        fitted = align_processes(_rename_people(pipeline, book, renamed), book, self._stages)
        fitted = prefix_book_keys(fitted, book)
        known = pd.concat([self._stages, fitted["Stages"]], ignore_index=True)
        self._stages = known.drop_duplicates(["playbook", "stage"])
        for name, account, email in _list_people(fitted):
            self._people.setdefault(fold_text(name), (account, email, book))
        fitted = fitted.with_tables(History=reseal_history(pipeline["History"], fitted["History"]))
        return AlignedBook(fitted, renamed)

    def _find_other_people(self, pipeline: Pipeline) -> dict[str, str]:
        """Return the contacts of *pipeline* with the name of somebody else, and the workbook that they are in.

        Two contacts are different people if their accounts differ, or their mail addresses where an account is not known.
        """
        return {
            name: other[2]
            for name, account, email in _list_people(pipeline)
            if (other := self._people.get(fold_text(name))) and _are_two_people((account, email), other[:2])
        }


def _are_two_people(one: tuple[str, str], other: tuple[str, str]) -> bool:
    (account, email), (known_account, known_email) = one, other
    if account and known_account:
        return account != known_account
    return bool(email and known_email) and email != known_email


def _list_people(pipeline: Pipeline) -> list[tuple[str, str, str]]:
    rows = pipeline["Contacts"]
    columns = (rows["contact"], rows["account"].map(fold_text), rows["email"].map(fold_text))
    return [(str(name), str(account), str(email)) for name, account, email in zip(*columns, strict=True) if name]


def _rename_people(pipeline: Pipeline, book: str, names: Iterable[str]) -> Pipeline:
    new = {name: _NAME_WITH_BOOK.format(name=name, book=book) for name in names}
    changed: dict[str, pd.DataFrame] = {}
    for table, column in find_key_columns(TABLES["Contacts"]) if new else ():
        rows = changed.get(table, pipeline[table])
        changed[table] = rows.assign(**{column: rows[column].replace(new)})
    return pipeline.with_tables(**changed)


def prefix_book_keys(pipeline: Pipeline, book: str) -> Pipeline:
    """Return *pipeline* with every key that is a number, and every reference to it, as ``book/number``."""
    changed: dict[str, pd.DataFrame] = {}
    for name in COUNTED_TABLES:
        for table, column in find_key_columns(TABLES[name]):
            rows = changed.get(table, pipeline[table])
            cells = rows[column]
            changed[table] = rows.assign(**{column: (f"{book}/" + cells).where(cells != "", "")})
    return pipeline.with_tables(**changed)


def align_processes(pipeline: Pipeline, book: str, known: pd.DataFrame) -> Pipeline:
    """Return *pipeline* with its playbooks and stages named as in *known*, the stages of the previous workbooks.

    A playbook with equivalent stages (same positions, kinds, probabilities and limits) takes the names used there, for
    example if its own are in another language; a different playbook of the same name becomes ``name (book)``, so that
    no number changes.
    """
    spelled = {fold_text(name): str(name) for name in reversed(known["playbook"].unique()) if name}
    for playbook in filter(None, pipeline["Stages"]["playbook"].unique()):
        name = spelled.get(fold_text(playbook))
        if name is None:
            continue
        ours, theirs = _stages_of_playbook(known, name), _stages_of_playbook(pipeline["Stages"], playbook)
        if _stages_count_alike(ours, theirs):
            names = dict(zip(theirs["stage"], ours["stage"], strict=True))
            pipeline = _rename_rollup_stages(pipeline, playbook, {old: new for old, new in names.items() if old != new})
            pipeline = _rename_rollup_process(pipeline, playbook, name)
        else:
            pipeline = _rename_rollup_process(pipeline, playbook, _NAME_WITH_BOOK.format(name=name, book=book))
    return pipeline


def _stages_of_playbook(stages: pd.DataFrame, playbook: str) -> pd.DataFrame:
    return stages[stages["playbook"] == playbook].sort_values("position")


def _stages_count_alike(ours: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    if len(ours) != len(theirs):
        return False
    table, theirs = TABLES["Stages"], theirs.set_axis(ours.index, axis=0)
    return all(
        bool(find_equal_cells(table[column], ours[column], theirs[column]).all()) for column in _COUNTED_STAGE_COLUMNS
    )


def _rename_rollup_stages(pipeline: Pipeline, playbook: str, names: Mapping[str, str]) -> Pipeline:
    if not names:
        return pipeline
    deals = set(pipeline["Deals"].loc[pipeline["Deals"]["playbook"] == playbook, "deal"])
    changed: dict[str, pd.DataFrame] = {}
    for table, columns in _STAGE_NAME_PLACES.items():
        rows = pipeline[table].copy(deep=False)
        own = rows["deal"].isin(deals) if table in _STAGE_OF_DEAL_TABLES else rows["playbook"] == playbook
        for column in columns:
            rows[column] = rows[column].mask(own, rows[column].replace(dict(names)))
        changed[table] = rows
    return pipeline.with_tables(**changed)


def _rename_rollup_process(pipeline: Pipeline, playbook: str, name: str) -> Pipeline:
    if playbook == name:
        return pipeline
    return pipeline.with_tables(
        **{
            table: pipeline[table].assign(playbook=pipeline[table]["playbook"].replace(playbook, name))
            for table in _PROCESS_TABLES
        }
    )
