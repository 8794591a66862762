"""What an export contains: every table in use with its keys, types and references, and the numbers of the managers' sheets.

The layout has a version, which rises when a table, a column or a type goes or changes its meaning; what is added leaves
it as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import Any

import pandas as pd

from xl_salesflow.core.declared_columns import list_declared_columns
from xl_salesflow.core.own_columns import EXTENSIBLE_TABLES, describe_own_column
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text, literal_text
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.funnel_answers import metric_table_rows
from xl_salesflow.metrics.metric_tables import METRIC_TABLES, METRICS_BY_ID
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.manager_tables import METRICS_TABLE
from xl_salesflow.schema.plain_values import is_blank, plain_value
from xl_salesflow.schema.table_columns import OWN_COLUMN_TABLES, Column, ColumnType, TableSchema
from xl_salesflow.schema.table_registry import TABLES

EXPORT_LAYOUT_VERSION = 1

_OWN_TYPES = (ColumnType.NUMBER, ColumnType.DATE)
"""The types that a team's own column is tried as; it is text if a cell is of neither."""


@dataclass(frozen=True)
class ExportedTable:
    """One table: *key* names the column that tells its rows apart, if each row has a value of its own in it.

    *records* has a mapping from column id to plain value for each row: choices and list values are ids, a blank is None.
    """

    name: str
    columns: tuple[Column, ...]
    records: Sequence[Mapping[str, Any]]
    key: str | None = None

    @cached_property
    def references(self) -> Mapping[str, str]:
        """Return the table that each column with keys of another table refers to."""
        references = ((column.id, column.options) for column in self.columns if column.type is ColumnType.REF)
        return {column: table for column, table in references if table is not None and table in TABLES}


def list_tables_in_use(pipeline: Pipeline) -> Iterator[ExportedTable]:
    """Yield every table of *pipeline* that has rows, with the columns that the team added.

    The numbers of the managers' sheets are as the sheets show them, for the deals in view there.
    """
    for name, table in TABLES.items():
        if len(pipeline[name]):
            yield _collect_table(table, pipeline)


def is_metric_table(table: ExportedTable) -> bool:
    """Return whether *table* has the numbers of a managers' sheet."""
    return table.name in METRIC_TABLES or table.name == METRICS_TABLE.name


def list_metric_tables(pipeline: Pipeline) -> Iterator[ExportedTable]:
    """Yield the numbers of the managers' sheets as Python computes them, for the deals in view and the day there.

    Metrics has a row for each number; every table of steps, months, groups or people has the columns of its sheet.
    """
    cube = build_cube(pipeline)
    language = pipeline.language
    yield ExportedTable(
        METRICS_TABLE.name,
        _METRIC_COLUMNS,
        [
            {
                "metric": metric.id,
                "name": metric.name.in_(language),
                "value": plain_value(float(metric.compute(cube)[0])),
                "sample": plain_value(float(metric.sample(cube)[0])),
                "unit": metric.unit.name.casefold(),
                "definition": metric.definition.in_(language),
            }
            for metric in METRICS_BY_ID.values()
        ],
        "metric",
    )
    for name in METRIC_TABLES:
        rows = [{column: plain_value(value) for column, value in row.items()} for row in metric_table_rows(name, cube)]
        columns = tuple(column for column in TABLES[name].columns if rows and column.id in rows[0])
        filled = [row for row in rows if not all(is_blank(value) for value in row.values())]
        if filled:
            yield ExportedTable(name, columns, filled)


def list_setup_tables(tables: Sequence[ExportedTable]) -> Iterator[ExportedTable]:
    """Yield the description of *tables*: the labels of ids in both languages, every column, and the version of the layout."""
    values = [
        {"list": name, "id": value, "english": text.in_("en"), "chinese": text.in_("zh")}
        for lists in (CHOICES, LISTS)
        for name, choices in lists.items()
        for value, text in choices.items()
    ]
    yield ExportedTable("ExportLabels", _plain_columns("list", "id", "english", "chinese"), values)
    described = [
        {
            "table": table.name,
            "column": column.id,
            "type": column.type.value,
            "english": column.header.in_("en"),
            "chinese": column.header.in_("zh"),
            "is_key": "yes" if column.id == table.key else None,
            "refers_to": table.references.get(column.id),
            "labels": column.options if column.type in (ColumnType.CHOICE, ColumnType.LIST) else None,
            "meaning": column.tip.in_("en") or None,
        }
        for table in tables
        for column in table.columns
    ]
    names = ("table", "column", "type", "english", "chinese", "is_key", "refers_to", "labels", "meaning")
    yield ExportedTable("ExportColumns", _plain_columns(*names), described)
    version = Column("layout_version", literal_text("layout_version"), ColumnType.INTEGER, literal_text(""))
    yield ExportedTable("ExportLayout", (version,), [{"layout_version": EXPORT_LAYOUT_VERSION}])


def _collect_table(table: TableSchema, pipeline: Pipeline) -> ExportedTable:
    rows = pipeline[table.name]
    taken = {fold_text(column_id) for column_id in table.by_id}
    own = dict(_read_declared_columns(table, pipeline, taken)) | dict(
        _read_own_columns(table, pipeline, rows.index, taken)
    )
    columns = (*table.columns, *own)
    cells = {column.id: _plain_cells(rows[column.id]) for column in table.columns}
    cells |= {column.id: _plain_cells(values) for column, values in own.items()}
    records = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    keys = [record[table.key] for record in records] if table.key else []
    is_unique = bool(keys) and None not in keys and len(set(keys)) == len(keys)
    return ExportedTable(table.name, columns, records, table.key if is_unique else None)


def _plain_cells(cells: pd.Series) -> list[Any]:
    return [None if is_blank(value) else plain_value(value) for value in cells.tolist()]


def _read_declared_columns(
    table: TableSchema, pipeline: Pipeline, taken: set[str]
) -> Iterator[tuple[Column, pd.Series]]:
    """Yield the columns that the team declared, of their types, by their headers."""
    for one in list_declared_columns(pipeline, table.name) if table.name in OWN_COLUMN_TABLES else ():
        yield replace(one.column, id=_choose_free_name(one.title, taken)), pipeline[table.name][one.column.id]


def _read_own_columns(
    table: TableSchema, pipeline: Pipeline, rows: pd.Index, taken: set[str]
) -> Iterator[tuple[Column, pd.Series]]:
    """Yield the columns that the team added, each of the type that all of its cells are of."""
    if table.name not in EXTENSIBLE_TABLES:
        return
    for header in pipeline.own_columns.list_headers(table.name):
        column = describe_own_column(header)
        cells = pipeline.own_columns.read(table.name, column).reindex(rows)
        filled = sum(not is_blank(cell) for cell in cells)
        for column_type in _OWN_TYPES if filled else ():
            typed = describe_own_column(header, column_type)
            values = pipeline.own_columns.read(table.name, typed).reindex(rows)
            if values.notna().sum() == filled:
                column, cells = typed, values
                break
        yield replace(column, id=_choose_free_name(header, taken)), cells


def _choose_free_name(header: str, taken: set[str]) -> str:
    """Return *header* with a number if a database would take it for a column that is there, and note it in *taken*."""
    names = (header if number == 1 else f"{header} {number}" for number in count(1))
    name = next(name for name in names if fold_text(name) not in taken)
    taken.add(fold_text(name))
    return name


def _plain_columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, literal_text(name), ColumnType.TEXT, literal_text("")) for name in names)


_METRIC_COLUMNS = tuple(
    Column(
        name,
        literal_text(name),
        ColumnType.NUMBER if name in ("value", "sample") else ColumnType.TEXT,
        literal_text(""),
    )
    for name in ("metric", "name", "value", "sample", "unit", "definition")
)
"""The columns of the table Metrics in an export."""
