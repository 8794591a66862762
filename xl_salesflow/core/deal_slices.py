"""The team's own columns by which numbers are grouped and filtered, as columns of every deal and of every stage stay.

A deal has the cell of its own row, or that of its customer's or contact's row. Stage history has no such cells, so a past
date is grouped by what the cells say today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from xl_salesflow.core.declared_columns import DeclaredColumn, list_declared_columns
from xl_salesflow.core.name_spelling import spell_name
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.choice_lists import identify_choice, list_options
from xl_salesflow.schema.named_values import QUERY_FILTERS
from xl_salesflow.schema.table_frames import fold_keys, look_up_values
from xl_salesflow.schema.table_registry import TABLES

_REFERRED_TABLES = {"Deals": "deal", "Accounts": "account", "Contacts": "contact"}


def list_slices(pipeline: Pipeline) -> Iterator[DeclaredColumn]:
    """Yield the declared columns of words by which numbers may be grouped; of equal ids, the one of Deals."""
    found = {
        one.column.id: one
        for table in reversed(_REFERRED_TABLES)
        for one in list_declared_columns(pipeline, table)
        if one.is_slice and one.column.type.is_text
    }
    yield from reversed(found.values())


def find_slice(pipeline: Pipeline, written: str) -> DeclaredColumn | None:
    """Return the column that *written* names by a header, its id or an import name, or None."""
    name = fold_text(written)
    return next((one for one in list_slices(pipeline) if name in one.names), None)


def name_slices(pipeline: Pipeline) -> str:
    """Return what numbers can be grouped by, for a message."""
    return ", ".join([*QUERY_FILTERS.values(), *(one.title for one in list_slices(pipeline))])


def name_filters(pipeline: Pipeline, filters: Mapping[str, str]) -> tuple[Pipeline, dict[str, str]]:
    """Return *filters*, column → value, by the ids of the columns, and *pipeline* with the slices among them spread.

    Raises:
        UsageError: numbers cannot be filtered by one of them.
    """
    named = {_identify_filter_column(pipeline, column): value for column, value in filters.items()}
    return (pipeline if set(QUERY_FILTERS.values()) >= set(named) else spread_slices(pipeline)), named


def _identify_filter_column(pipeline: Pipeline, written: str) -> str:
    declared = TABLES["Deals"].find_column(written)
    if declared is not None and declared.id in QUERY_FILTERS.values():
        return declared.id
    if own := find_slice(pipeline, written):
        return own.column.id
    raise UsageError(
        "Numbers cannot be filtered by “{column}”; there is {known}. A column of your own needs Yes under “Group by it” in the "
        "sheet Own columns.",
        column=written,
        known=name_slices(pipeline),
    )


def identify_filter_value(pipeline: Pipeline, column: str, wanted: str) -> str:
    """Return the value of *column* that a filter names as cells show it, in either language.

    Raises:
        UsageError: no deal has it.
    """
    held = {str(value) for value in pipeline["Deals"][column].unique() if value}
    labels = list_options(TABLES["Deals"][column].options)
    choice_id = identify_choice(labels, wanted) or spell_name(pipeline, column, wanted)
    if choice_id in held:
        return choice_id
    known = sorted({text.in_(pipeline.language) for key, text in labels.items() if key in held} | (held - set(labels)))
    header = TABLES["Deals"][column].header
    hint = suggest_names(wanted, known)
    raise UsageError("No deal has “{value}” as its {column}; {hint}", value=wanted, column=header, hint=hint)


def spread_slices(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with every slice as a column of Deals and of History; only numbers are computed from it."""
    slices = [one for one in list_slices(pipeline) if one.column.id not in pipeline["History"]]
    if not slices:
        return pipeline
    deals = pipeline["Deals"]
    deals = deals.assign(**{one.column.id: _cells_of_deals(pipeline, one) for one in slices})
    by_key = deals.assign(deal=fold_keys(deals["deal"])).drop_duplicates("deal").set_index("deal")
    stays = pipeline["History"]
    keys = fold_keys(stays["deal"])
    of_stays = {one.column.id: _as_words(look_up_values(keys, by_key[one.column.id])) for one in slices}
    return pipeline.with_tables(Deals=deals, History=stays.assign(**of_stays))


def _cells_of_deals(pipeline: Pipeline, one: DeclaredColumn) -> pd.Series:
    deals, rows, key = pipeline["Deals"], pipeline[one.table], _REFERRED_TABLES[one.table]
    if one.table == "Deals":
        return deals[one.column.id]
    named = pd.Series(rows[one.column.id].to_numpy(), fold_keys(rows[key]).to_numpy(), dtype=object)
    return _as_words(look_up_values(fold_keys(deals[key]), named[~named.index.duplicated()]))


def _as_words(cells: pd.Series) -> pd.Series:
    return cells.astype(object).fillna("")
