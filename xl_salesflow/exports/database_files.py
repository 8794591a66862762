"""Exported tables as a database (SQLite, DuckDB) or as Parquet files, with keys, types, references and views.

A database is built in memory or in a private folder and returned as bytes, so that it reaches its place in one step.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.exports.exported_tables import ExportedTable
from xl_salesflow.exports.sql_views import list_view_statements
from xl_salesflow.schema.table_columns import ColumnType


@dataclass(frozen=True)
class _Database:
    """What one kind of database calls the types of columns, and how it takes a value; *default* is for numbers."""

    types: Mapping[ColumnType, str]
    convert: Callable[[Any, str], Any]
    has_references: bool


def build_sqlite(tables: Sequence[ExportedTable]) -> bytes:
    """Return *tables* as an SQLite database: money and numbers are REAL, days and moments ISO text, a blank is NULL.

    A reference is declared but not enforced, because a workbook may name what is not there.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        for statement, rows in _list_statements(tables, _SQLITE):
            if rows is None:
                database.execute(statement)
            else:
                for row in rows:
                    database.execute(f"{statement} VALUES ({', '.join('?' * len(row))})", row)
        database.commit()
        return database.serialize()


def build_duckdb(tables: Sequence[ExportedTable]) -> bytes:
    """Return *tables* as a DuckDB database: money is DECIMAL(18,2), days are DATE, moments TIMESTAMP, a blank is NULL.

    References are listed in ExportColumns only: DuckDB would refuse a row that names what is not there.

    Raises:
        UsageError: duckdb is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise UsageError("DuckDB databases need duckdb; install xl-salesflow[duckdb].") from None
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.duckdb"
        with closing(duckdb.connect(str(path), config={"default_block_size": _DUCKDB_BLOCK})) as database:
            database.execute("BEGIN")
            for statement, rows in _list_statements(tables, _DUCKDB):
                if rows is None:
                    database.execute(statement)
                else:
                    _insert_rows(database, statement, list(rows))
            database.execute("COMMIT")
        return path.read_bytes()


_DUCKDB_BLOCK = "16384"
"""Bytes of a block, the smallest that DuckDB takes: each column of each table fills at least one."""


def _insert_rows(database: Any, start: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert *rows* as one frame of texts, because DuckDB takes single rows slowly, and guesses types from some rows only."""
    frame = pd.DataFrame([[None if one is None else str(one) for one in row] for row in rows], dtype=object)
    frame.columns = [f"c{number}" for number in range(frame.shape[1])]
    database.register("new_rows", frame)
    database.execute(f"{start} SELECT * FROM new_rows")
    database.unregister("new_rows")


def build_parquet(table: ExportedTable) -> bytes:
    """Return one table as a Parquet file: money is decimal(18, 2), days are date32, moments timestamps to the second.

    Raises:
        UsageError: pyarrow is not installed.
    """
    try:
        import pyarrow as arrow  # type: ignore[import-untyped]
        import pyarrow.parquet as parquet  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError("Parquet files need pyarrow; install xl-salesflow[parquet].") from None
    types = {
        "VARCHAR": arrow.string(),
        "DOUBLE": arrow.float64(),
        "DECIMAL(18,2)": arrow.decimal128(18, 2),
        "DATE": arrow.date32(),
        "TIMESTAMP": arrow.timestamp("s"),
    }
    names = [_name_type(column.type, _DUCKDB) for column in table.columns]
    arrays = [
        arrow.array([_DUCKDB.convert(record[column.id], name) for record in table.records], types[name])
        for column, name in zip(table.columns, names, strict=True)
    ]
    made = BytesIO()
    whole = arrow.Table.from_arrays(arrays, [column.id for column in table.columns])
    parquet.write_table(whole, made, compression="zstd")
    return made.getvalue()


def _list_statements(
    tables: Sequence[ExportedTable], database: _Database
) -> Iterator[tuple[str, Iterator[tuple[Any, ...]] | None]]:
    """Yield each statement that builds the database; of one that inserts, only its start, with the rows."""
    keys = {table.name: table.key for table in tables}
    for table in tables:
        yield _create_statement(table, database, keys), None
        yield f"INSERT INTO {_quote_name(table.name)}", _list_rows(table, database)
    for statement in list_view_statements(keys):
        yield statement, None


def _create_statement(table: ExportedTable, database: _Database, keys: Mapping[str, str | None]) -> str:
    parts = [f"{_quote_name(column.id)} {_name_type(column.type, database)}" for column in table.columns]
    if table.key:
        parts.append(f"PRIMARY KEY ({_quote_name(table.key)})")
    if database.has_references:
        parts += _list_references(table, keys)
    return f"CREATE TABLE {_quote_name(table.name)} ({', '.join(parts)})"


def _list_references(table: ExportedTable, keys: Mapping[str, str | None]) -> Iterable[str]:
    for column, target in table.references.items():
        if key := keys.get(target):
            yield f"FOREIGN KEY ({_quote_name(column)}) REFERENCES {_quote_name(target)} ({_quote_name(key)})"


def _list_rows(table: ExportedTable, database: _Database) -> Iterator[tuple[Any, ...]]:
    names = [_name_type(column.type, database) for column in table.columns]
    for record in table.records:
        yield tuple(
            database.convert(record.get(column.id), name) for column, name in zip(table.columns, names, strict=True)
        )


def _name_type(column_type: ColumnType, database: _Database) -> str:
    return database.types[ColumnType.TEXT if column_type.is_text else column_type]


def _quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _convert_for_sqlite(value: Any, type_name: str) -> Any:
    if value is None or isinstance(value, int | float):
        return str(value) if type_name == "TEXT" and value is not None else value
    return value.isoformat() if isinstance(value, date) else str(value)


def _convert_for_columns(value: Any, type_name: str) -> Any:
    """Return *value* as a column of one type takes it; a value of another type, as in a damaged cell, becomes NULL."""
    if value is None or type_name == "VARCHAR":
        return None if value is None else _write_as_text(value)
    if type_name in ("DATE", "TIMESTAMP"):
        return _as_moment(value, type_name) if isinstance(value, date) else None
    if not isinstance(value, int | float):
        return None
    return Decimal(str(round(value, 2))) if type_name.startswith("DECIMAL") else float(value)


def _write_as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _as_moment(value: date, type_name: str) -> date:
    if type_name == "DATE":
        return value.date() if isinstance(value, datetime) else value
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def _types_of(text: str, number: str, money: str, day: str, moment: str) -> Mapping[ColumnType, str]:
    numbers = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.POINTS, ColumnType.PERCENT)
    special = {ColumnType.TEXT: text, ColumnType.MONEY: money, ColumnType.DATE: day, ColumnType.TIME: moment}
    return MappingProxyType({**dict.fromkeys(numbers, number), **special})


_SQLITE = _Database(_types_of("TEXT", "REAL", "REAL", "TEXT", "TEXT"), _convert_for_sqlite, True)
_DUCKDB = _Database(_types_of("VARCHAR", "DOUBLE", "DECIMAL(18,2)", "DATE", "TIMESTAMP"), _convert_for_columns, False)
