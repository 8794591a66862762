"""The rows of many workbooks as Parquet files, one a table, for tools that read columns; one workbook in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.column import Table, Type
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES
from xl_salesflow.rollup.joined import together
from xl_salesflow.rollup.keys import NAMED, NUMBERED

TABLE_NAMES = (*NUMBERED, *NAMED, "Answers", "QuoteLines", "Targets", "Stages")


def write_parquet(folder: Path, parts: Iterable[tuple[str, Pipeline]]) -> list[Path]:
    """Write every table of *parts* to ``folder/table.parquet`` and return the files; the first column is the workbook.

    Numbers are float64, dates date32, moments timestamps to the second, choices their ids; blank is null.

    Raises:
        UsageError: pyarrow is not installed, or the workbooks count in different currencies.
    """
    try:
        import pyarrow as arrow  # type: ignore[import-untyped]
        import pyarrow.parquet as parquet  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError(
            "Parquet files need pyarrow; install xl-salesflow[parquet].",
            "生成 Parquet 文件需要 pyarrow；请安装 xl-salesflow[parquet]。",
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: folder / f"{name.lower()}.parquet" for name in TABLE_NAMES}
    schemas = {name: _schema(arrow, TABLES[name]) for name in TABLE_NAMES}
    with ExitStack() as open_files:
        writers = {
            name: open_files.enter_context(parquet.ParquetWriter(file, schemas[name], compression="zstd"))
            for name, file in files.items()
        }
        for book, part in together(parts):
            for name, writer in writers.items():
                if len(part[name]):
                    rows = _plain(TABLES[name], part[name], book)
                    writer.write_table(arrow.Table.from_pandas(rows, schema=schemas[name], preserve_index=False))
    return list(files.values())


def _schema(arrow: Any, table: Table) -> Any:
    kinds = {Type.DATE: arrow.date32(), Type.TIME: arrow.timestamp("s")}
    fields = [
        (column.id, arrow.string() if column.type.is_text else kinds.get(column.type, arrow.float64()))
        for column in table.columns
    ]
    return arrow.schema([("book", arrow.string()), *fields])


def _plain(table: Table, rows: pd.DataFrame, book: str) -> pd.DataFrame:
    texts = {
        column.id: rows[column.id].where(rows[column.id] != "", None) for column in table.columns if column.type.is_text
    }
    days = {
        column.id: rows[column.id].dt.date.where(rows[column.id].notna(), None)
        for column in table.columns
        if column.type is Type.DATE
    }
    plain = rows.assign(**texts, **days)
    plain.insert(0, "book", book)
    return plain
