"""Find a person, product, customer, contact or list value that somebody renamed by typing in the sheet that declares it.

The rows still have the old name, which the sheet no longer has, and the sheet has a name that no row uses yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from xl_salesflow.core.name_spelling import NameSource, list_name_sources
from xl_salesflow.core.name_suggestions import find_nearest
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.process.renamed_stages import find_renamed_stages
from xl_salesflow.schema.choice_lists import LISTS, choice_label, identify_choice
from xl_salesflow.schema.table_registry import TABLES

FIXED_LISTS = ("activity_type", "activity_outcome", "role", "account_class", "preparation")
"""Lists whose shipped values mean something to rules and gates, so that these keep their names."""

_RENAMED_TABLES = ("Team", "Products", "Accounts", "Contacts", "Lists")
_FEWEST_ROWS = 2
"""Number of rows that show that a name was in use; a name in a single row is rather a typing error."""

LEAST_ORPHAN_LIKENESS = 75
"""Minimum similarity, of 100, for an unknown name in one sheet to be taken for a typing error of a known one."""


class TypedRename(NamedTuple):
    """A name that *uses* rows still have as *old*; *row* is that of *new* in *column* of *table*, which declares it."""

    table: str
    column: str
    old: str
    new: str
    row: int
    uses: int

    @property
    def place(self) -> str:
        """Return what says where the name is declared: a list in the sheet Lists by its column, any other by its sheet."""
        return self.column if self.table == "Lists" else self.table


def list_typed_renames(pipeline: Pipeline) -> list[TypedRename]:
    """Return every rename that was typed, those of stages first."""
    stages = [TypedRename("Stages", "stage", *one[1:]) for one in find_renamed_stages(pipeline)]
    return [*stages, *find_renamed_names(pipeline)]


def find_renamed_names(pipeline: Pipeline) -> Iterator[TypedRename]:
    """Yield the names that rows use but the declaring sheet does not have, each with the one there that no row uses yet."""
    for source in list_name_sources():
        if source.declared[0] in _RENAMED_TABLES and source.declared[1] not in FIXED_LISTS:
            yield from _find_renamed(pipeline, source, *source.declared)


def list_renamed_texts(pipeline: Pipeline, table: str, column: str) -> set[str]:
    """Return the folded old names of the renames typed in *column* of *table*."""
    renamed = (one for one in find_renamed_names(pipeline) if (one.table, one.column) == (table, column))
    return {fold_text(one.old) for one in renamed}


def _find_renamed(pipeline: Pipeline, source: NameSource, table: str, column: str) -> Iterator[TypedRename]:
    declared = {fold_text(name): name for name in reversed(_names_in(pipeline, table, column)) if name}
    used = {name for place in source.used for name in _names_in(pipeline, *place) if name}
    lost = sorted(name for name in used if not declared.keys() & set(_fold_spellings(table, column, name)))
    if not lost:
        return
    in_use = {fold_text(name) for name in used}
    spare = [name for folded, name in declared.items() if folded not in in_use and name not in LISTS.get(column, {})]
    for old in lost:
        label = choice_label(column, old, pipeline.language)
        new = spare[0] if len(lost) == len(spare) == 1 else find_nearest(label, spare)
        is_alike = bool(new and find_nearest(label, [new], LEAST_ORPHAN_LIKENESS))
        if new and (count := _count_established_uses(pipeline, source, old, is_alike=is_alike)):
            row = pipeline[table].index[pipeline[table][column] == new][0]
            yield TypedRename(table, column, label, new, int(row), count)


def _names_in(pipeline: Pipeline, table: str, column: str) -> tuple[str, ...]:
    return pipeline.name_reader.list_names(pipeline[table], table, column)


def _fold_spellings(table: str, column: str, name: str) -> Iterable[str]:
    choices = LISTS.get(column, {}) if table == "Lists" else {}
    choice_id = identify_choice(choices, name)
    return (fold_text(name), *((fold_text(choice_id),) if choice_id else ()))


def _count_established_uses(pipeline: Pipeline, source: NameSource, old: str, *, is_alike: bool) -> int:
    """Return in how many rows *old* is a name that was in use; 0 if it is rather a typing error.

    A name like the new one is a typing error unless two sheets have it.
    """
    found = {place: int((pipeline[place[0]][place[1]] == old).sum()) for place in source.used}
    tables = {table for (table, _), count in found.items() if count and not TABLES[table].generated}
    count = sum(found.values())
    return count if count >= _FEWEST_ROWS and (len(tables) > 1 or not is_alike) else 0
