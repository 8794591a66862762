"""One spelling for each name: of people, customers, products, playbooks, stages, list values, and every key.

Two texts are one name if they fold to the same text (`fold_text`): case, width and spaces do not distinguish them. The
sheet where a name is declared says how it is spelled; a name that it does not have is spelled as in most rows, or else as in
the first one. Every verb computes from these spellings, and a run on the whole workbook writes them, because the sheets' own
formulas ignore case, but neither width nor spaces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import NamedCellChange
from xl_salesflow.core.history_seal import reseal_history
from xl_salesflow.core.key_numbers import find_key_columns
from xl_salesflow.core.pipelines import NameColumn, Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.choice_lists import LISTS, find_option_text, identify_choice
from xl_salesflow.schema.named_values import QUERY_FILTERS, Settings
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_registry import TABLES


@dataclass(frozen=True, slots=True)
class NameSource:
    """The column that declares names, and the columns that use them."""

    declared: NameColumn
    used: tuple[NameColumn, ...]


def _find_key_sources() -> Iterator[NameSource]:
    for table in TABLES.values():
        if table.key and not table.generated and table[table.key].type is ColumnType.KEY:
            used = [name for name in find_key_columns(table)[1:] if not TABLES[name[0]].generated]
            used += _OTHER_KEY_COLUMNS.get(table.name, ())
            if used:
                yield NameSource((table.name, table.key), tuple(used))


def _find_list_sources() -> Iterator[NameSource]:
    for name in LISTS:
        used = [
            (table.name, column.id)
            for table in TABLES.values()
            for column in table.columns
            if column.type is ColumnType.LIST and column.options == name and table.name != "Lists"
        ]
        yield NameSource(("Lists", name), tuple(used))


_OTHER_KEY_COLUMNS: Mapping[str, tuple[NameColumn, ...]] = MappingProxyType(
    {
        "Team": (("History", "owner"), ("Deals", "last_owner"), ("Team", "manager")),
        "Products": (("History", "product"),),
        "Deals": (("Documents", "deal"),),
        "Accounts": (("Accounts", "parent"),),
    }
)
"""Text columns that hold a key and are not counted by `find_key_columns`, because they do not reserve it."""

_PLAYBOOK_COLUMN: NameColumn = ("Stages", "playbook")


@cache
def list_name_sources() -> tuple[NameSource, ...]:
    """Return where each kind of name is declared and used."""
    playbooks = (_PLAYBOOK_COLUMN, *((table, "playbook") for table in ("Deals", "Gates", "StageTasks", "History")))
    stages = (
        *((table, "stage") for table in ("Deals", "Gates", "StageTasks", "Tasks", "History")),
        ("Deals", "recorded_stage"),
        ("History", "moved_to"),
    )
    return (
        NameSource(_PLAYBOOK_COLUMN, playbooks),
        NameSource(("Stages", "stage"), stages),
        *_find_key_sources(),
        *_find_list_sources(),
    )


Spellings = Mapping[str, str]
"""A text as it stands in cells → the spelling of the name; only texts that differ."""


def find_spellings(pipeline: Pipeline, source: NameSource) -> Spellings:
    """Return the texts of the columns of *source* that differ from the spelling of their name."""
    columns = (source.declared, *source.used)
    names = tuple(pipeline.name_reader.list_names(pipeline[table], table, column) for table, column in columns)
    known = pipeline.name_reader.found.get(source)
    if known is None or any(new is not old for new, old in zip(names, known[0], strict=True)):
        known = pipeline.name_reader.found[source] = names, _find_spellings(pipeline, source, names)
    return known[1]


def _find_spellings(pipeline: Pipeline, source: NameSource, names: tuple[tuple[str, ...], ...]) -> Spellings:
    declared = names[0] if source.declared not in source.used else _first_of_each_fold(names[0])
    ids = LISTS.get(source.declared[1], {}) if source.declared[0] == "Lists" else {}
    known = {*declared, *ids, ""}
    unknown = dict.fromkeys(name for column in names for name in column if name not in known)
    if not unknown:
        return {}
    spelled = {fold_text(name): name for name in reversed(declared) if name}
    alike: dict[str, list[str]] = {}
    for name in unknown:
        alike.setdefault(fold_text(name), []).append(name)
    for folded, spellings in alike.items():
        if folded and folded not in spelled:
            spelled[folded] = spellings[0] if len(spellings) == 1 else _most_frequent(pipeline, source, spellings)
    found = {name: spelled.get(folded, "") for folded, spellings in alike.items() for name in spellings}
    return {name: spelling for name, spelling in found.items() if name != spelling}


def _first_of_each_fold(names: Iterable[str]) -> tuple[str, ...]:
    return tuple({fold_text(name): name for name in reversed(tuple(names)) if name}.values())


def _most_frequent(pipeline: Pipeline, source: NameSource, spellings: list[str]) -> str:
    counts = Counter[str]()
    for table, column in source.used:
        cells = pipeline[table][column]
        counts.update(str(name) for name in cells[cells.isin(spellings)])
    # of several the first one without surplus spaces
    return max(spellings, key=lambda name: (counts[name], name == " ".join(name.split())))


def unify_names(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with one spelling for each name, in tables, Settings and the query; seals of History stay intact."""
    new: dict[str, dict[str, pd.Series]] = {}
    for source in list_name_sources():
        spellings = find_spellings(pipeline, source)
        for table, column in source.used if spellings else ():
            cells = pipeline[table][column]
            if (rows := cells.isin(list(spellings))).any():
                new.setdefault(table, {})[column] = cells.mask(rows, cells.map(spellings)).astype(object)
    frames = {table: pipeline[table].assign(**columns) for table, columns in new.items()}
    if "History" in frames:
        frames["History"] = reseal_history(pipeline["History"], frames["History"])
    if frames or pipeline.typed_texts:
        pipeline = replace(pipeline.with_tables(**frames), typed_texts={})
    return _unify_query(_unify_default_playbook(pipeline))


def _unify_default_playbook(pipeline: Pipeline) -> Pipeline:
    named = pipeline.settings.text("playbook")
    declared = pipeline.name_reader.list_names(pipeline["Stages"], *_PLAYBOOK_COLUMN)
    spelled = named if named in declared else _find_spelling(named, declared)
    if spelled is None or spelled == named:
        return pipeline
    frame = pipeline["Settings"]
    values = frame["value"].mask(frame["setting"] == "playbook", spelled)
    settings = Settings({**pipeline.settings.values, "playbook": spelled})
    return replace(pipeline.with_tables(Settings=frame.assign(value=values)), settings=settings)


def _unify_query(pipeline: Pipeline) -> Pipeline:
    filters = {column: spell_name(pipeline, column, name) for column, name in pipeline.query.filters.items()}
    if filters == pipeline.query.filters:
        return pipeline
    return replace(pipeline, query=replace(pipeline.query, filters=filters))


def spell_name(pipeline: Pipeline, column: str, name: str) -> str:
    """Return *name* as *column* of Deals and the sheet that declares its names spell it; as given if neither has it.

    A value of a list may be named in any language; its id is returned.
    """
    options = TABLES["Deals"][column].options or ""
    if choice_id := identify_choice(LISTS.get(options, {}), name):
        return choice_id
    source = next((one for one in list_name_sources() if ("Deals", column) in one.used), None)
    declared = source.declared if source else None
    known = pipeline.name_reader.list_names(pipeline[declared[0]], *declared) if declared else ()
    held = pipeline.name_reader.list_names(pipeline["Deals"], "Deals", column)
    if name in known or name in held:
        return name
    return _find_spelling(name, (*known, *held)) or name


def _find_spelling(name: str, names: Iterable[str]) -> str | None:
    folded = fold_text(name)
    return next((one for one in names if fold_text(one) == folded), None)


def restore_typed_texts(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the texts of its cells where their spelling differs from what a run would write."""
    frames = {}
    for table, columns in pipeline.typed_texts.items():
        frame = pipeline[table]
        cells = {}
        for column, texts in columns.items():
            here = {row: text for row, text in texts.items() if row in frame.index}
            held = frame[column].copy()
            held.loc[list(here)] = np.array(list(here.values()), object)
            cells[column] = held
        frames[table] = frame.assign(**cells)
    return pipeline.with_tables(**frames) if frames else pipeline


def spell_filter_cells(pipeline: Pipeline) -> Iterator[NamedCellChange]:
    """Yield the dropdown cells of the sheet Funnel whose value the sheet's formulas would not find, spelled as it is in Deals."""
    for name, column in QUERY_FILTERS.items():
        typed = pipeline.named.get(name)
        if not isinstance(typed, str) or column not in pipeline.query.filters:
            continue
        text = find_option_text(TABLES["Deals"][column].options, value := spell_name(pipeline, column, typed))
        spelled = text.translations() if text else (value,)
        if typed.casefold() not in (one.casefold() for one in spelled):
            yield NamedCellChange(name, typed, text.in_(pipeline.language) if text else value, cached=False)
