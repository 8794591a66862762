"""Check names: spellings that differ from the declared one, and values that the sheet Lists does not offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from xl_salesflow.core.name_spelling import Spellings, find_spellings, list_name_sources
from xl_salesflow.core.pipelines import Finding, NameColumn, Pipeline
from xl_salesflow.core.rule_declarations import (
    Rule,
    RuleMatch,
    format_column_values,
    list_rule_findings,
    suggest_for_each,
)
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.renamed_names import find_renamed_names, list_renamed_texts
from xl_salesflow.process.renamed_stages import find_renamed_stages
from xl_salesflow.schema.choice_lists import LISTS, choice_label, identify_choice
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES


def _find_spelling_variants(pipeline: Pipeline) -> Iterable[RuleMatch]:
    spellings = {
        used: found
        for source in list_name_sources()
        if (found := find_spellings(pipeline, source))
        for used in source.used
    }
    typed = {
        (table, column): texts for table, columns in pipeline.typed_texts.items() for column, texts in columns.items()
    }
    for name in {**spellings, **typed}:
        yield _match_variants(pipeline, name, spellings.get(name, {}), typed.get(name, {}))


def _match_variants(pipeline: Pipeline, name: NameColumn, spellings: Spellings, typed: Mapping[int, str]) -> RuleMatch:
    # a cell that was read in another spelling than its text may hold one that differs from the name again
    table, column = name
    cells = pipeline[table][column]
    texts = cells[cells.isin(list(spellings)) | cells.index.isin(list(typed))]
    texts = texts.where(~texts.index.isin(list(typed)), texts.index.map(typed))
    values = cells.loc[texts.index].map(lambda value: spellings.get(value, value))
    names = format_column_values(TABLES[table][column], values, pipeline.language)
    tidy = texts.map(lambda text: " ".join(text.split()))  # surplus spaces alone make no second spelling
    texts = texts.where((tidy == names).to_numpy(bool), tidy)
    first = texts.drop_duplicates()
    names = names.loc[first.index]
    return RuleMatch(
        table, first.index, column, {"text": first, "name": names, "count": first.map(texts.value_counts())}
    )


SPELLING_VARIANT = Rule(
    "spelling_variant",
    Text("A name in another spelling"),
    Text(
        "“{text}” (in {count} {count:row|rows}) is “{name}” in another spelling: every number counts it as "
        "“{name}”, and an update writes "
        "it so."
    ),
    "note",
    _find_spelling_variants,
)


def find_spelling_variants(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return the findings about names in another spelling in *pipeline* as it was read; a run spells them the same way."""
    return tuple(list_rule_findings(pipeline, SPELLING_VARIANT))


def _find_typed_renames(pipeline: Pipeline) -> Iterator[RuleMatch]:
    for one in find_renamed_stages(pipeline):
        yield RuleMatch("Stages", pd.Index([one.row]), "stage", {"old": one.old, "new": one.new, "count": one.deals})


STAGE_RENAMED = Rule(
    "stage_renamed",
    Text("A stage renamed in the sheet Stages"),
    Text(
        "No stage is called “{old}” any more, but {count} {count:deal is|deals are} in it, and nothing is in "
        "“{new}”. If “{old}” is called "
        '“{new}” now, this carries every row along: salesflow rename BOOK "{old}" "{new}" --in Stages'
    ),
    "warn",
    _find_typed_renames,
    needs=("Stages",),
)


def _find_renamed_names(pipeline: Pipeline) -> Iterator[RuleMatch]:
    for one in find_renamed_names(pipeline):
        sheet = TABLES[one.table].title.in_(pipeline.language)
        facts = {"sheet": sheet, "old": one.old, "new": one.new, "count": one.uses, "place": one.place}
        yield RuleMatch(one.table, pd.Index([one.row]), one.column, facts)


NAME_RENAMED = Rule(
    "name_renamed",
    Text("A name changed in the sheet that declares it"),
    Text(
        "“{old}” is not in the sheet {sheet} any more, but {count} {count:row names|rows name} it, and none names "
        "“{new}”. If “{old}” is called "
        '“{new}” now, this carries every row along: salesflow rename BOOK "{old}" "{new}" --in {place}; or select the cell '
        "and press Rename."
    ),
    "warn",
    _find_renamed_names,
)

_OPEN_LIST_COLUMNS = tuple(
    (table.name, column.id, (column.options or "",))
    for table in TABLES.values()
    for column in table.columns
    if column.type is ColumnType.LIST and table.name not in ("Lists", "History", "StageTasks") and not table.generated
)
TRAIT_LISTS = ("golden_trait", "bad_trait")


def list_offered_values(pipeline: Pipeline, options: Iterable[str]) -> dict[str, str]:
    """Return the values that the sheet Lists offers in its columns *options* → how cells show them."""
    return {
        value: choice_label(name, value, pipeline.language)
        for name in options
        for value in pipeline["Lists"][name]
        if value
    }


def is_value_offered(options: Iterable[str], value: str, offered: dict[str, str]) -> bool:
    """Return whether *value*, an id, a label in any language or a text of the team's, is one of those *offered*."""
    ids = (identify_choice(LISTS[name], value) for name in options)
    folded = {fold_text(known) for known in (*offered, *offered.values())}
    return any(choice_id in offered for choice_id in ids if choice_id) or fold_text(value) in folded


def _leave_out_renamed(pipeline: Pipeline, column: Column, options: Iterable[str], cells: pd.Series) -> pd.Series:
    # the finding about the rename says what to do about all rows with the old name
    renamed = (
        {text for name in options for text in list_renamed_texts(pipeline, "Lists", name)} if len(cells) else set()
    )
    return cells[~fold_keys(format_column_values(column, cells, pipeline.language)).isin(renamed)] if renamed else cells


def _find_off_list_values(pipeline: Pipeline) -> Iterator[RuleMatch]:
    for table, column, options in (*_OPEN_LIST_COLUMNS, ("Traits", "trait", TRAIT_LISTS)):
        offered, cells = list_offered_values(pipeline, options), pipeline[table][column]
        if not offered or not len(cells):
            continue  # a team without a list takes anything
        lost = cells[~cells.isin([*offered, ""])]
        if not len(lost):
            continue
        off = [value for value in lost.unique() if not is_value_offered(options, value, offered)]
        lost = _leave_out_renamed(pipeline, TABLES[table][column], options, lost[lost.isin(off)])
        first = lost.drop_duplicates()
        facts = {
            "value": format_column_values(TABLES[table][column], first, pipeline.language),
            "count": first.map(lost.value_counts()),
            "hint": suggest_for_each(first, offered.values(), pipeline.language),
        }
        yield RuleMatch(table, first.index, column, facts)


OFF_LIST_VALUE = Rule(
    "off_list",
    Text("A value that the sheet Lists does not offer"),
    Text(
        "“{value}” (in {count} {count:row|rows}) is not one of the values of “{column}” in the sheet Lists; {hint} "
        "Choose from the list, "
        "or add the value there; until then it counts as something else."
    ),
    "warn",
    _find_off_list_values,
)
