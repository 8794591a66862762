"""Write an export: every table in use, or the rows that changed since an earlier export, in one format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from xl_salesflow.core.export_answers import ExportAnswer
from xl_salesflow.core.file_saving import save_file_atomically
from xl_salesflow.core.key_numbers import next_run_number
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.exports.database_files import build_duckdb, build_parquet, build_sqlite
from xl_salesflow.exports.export_runs import (
    RowChange,
    digest_tables,
    list_export_runs,
    list_row_changes,
    read_export_run,
    save_export_run,
    select_changed_rows,
)
from xl_salesflow.exports.exported_tables import (
    EXPORT_LAYOUT_VERSION,
    ExportedTable,
    is_metric_table,
    list_metric_tables,
    list_setup_tables,
    list_tables_in_use,
)
from xl_salesflow.exports.text_files import format_json_lines, format_table_csv, format_table_json, plain_record
from xl_salesflow.locale.texts import Language, literal_text
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_registry import TABLES

ExportFormat = Literal["csv", "json", "jsonl", "sqlite", "duckdb", "parquet"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)

_DATABASES: Mapping[str, Callable[[Sequence[ExportedTable]], bytes]] = {"sqlite": build_sqlite, "duckdb": build_duckdb}
_WITH_METRICS = (*_DATABASES, "parquet")
"""The formats for programs that make charts; they get the numbers of the managers' sheets too."""


def write_export(
    pipeline: Pipeline, book: Path, folder: Path, file_format: ExportFormat, now: datetime, since: str | None = None
) -> ExportAnswer:
    """Write the tables of *pipeline*, which was read from *book*, into *folder*, and return what was written.

    A database is one file, named after the workbook; JSON lines are one file of events; the other formats have a file
    for each table. With *since*, the number of an earlier export into the folder or "last", only rows that changed are
    written, into a folder of their own, with a table RemovedRows for what is gone.

    Raises:
        UsageError: there was no such export, or the format needs a library that is not installed.
        CannotSave: the folder or the disk refuses.
    """
    tables = list(list_tables_in_use(pipeline))
    lasting = [table for table in tables if not (TABLES[table.name].generated or is_metric_table(table))]
    run = next_run_number(now, list_export_runs(folder))
    earlier, before = read_export_run(folder, since) if since else ("", {})
    if since:
        changes = list(list_row_changes(lasting, before))
        written = [*select_changed_rows(lasting, changes), *_list_removed_rows(changes)]
    else:
        changes = []
        written = tables
        if file_format in _WITH_METRICS:
            written = [*(table for table in tables if not is_metric_table(table)), *list_metric_tables(pipeline)]
    place = folder / f"changes {run}" if since else folder
    if file_format == "jsonl":
        events = _list_events(changes if since else list_row_changes(lasting, {}), run)
        contents = {f"changes {run}.jsonl" if since else f"{book.stem}.jsonl": format_json_lines(events)}
        place = folder
    else:
        contents = dict(_make_files(written, file_format, book.stem, pipeline.language))
    files = [save_file_atomically(place / name, content, book) for name, content in contents.items()]
    save_export_run(folder, run, digest_tables(lasting), book)
    counts = Counter(change.change for change in changes)
    return ExportAnswer(
        tuple(map(str, files)),
        run,
        EXPORT_LAYOUT_VERSION,
        earlier,
        counts["added"],
        counts["changed"],
        counts["removed"],
    )


def _make_files(
    tables: Sequence[ExportedTable], file_format: ExportFormat, stem: str, language: Language
) -> Iterator[tuple[str, bytes]]:
    if build := _DATABASES.get(file_format):
        yield f"{stem}.{file_format}", build([*tables, *list_setup_tables(tables)])
        return
    for table in [*tables, *list_setup_tables(tables)] if file_format in _WITH_METRICS else tables:
        if file_format == "parquet":
            yield f"{table.name}.parquet", build_parquet(table)
        elif file_format == "json":
            yield f"{table.name}.json", format_table_json(table)
        else:
            yield f"{table.name}.csv", format_table_csv(table, language)


def _list_events(changes: Iterator[RowChange] | Sequence[RowChange], run: str) -> Iterator[dict[str, object]]:
    for change in changes:
        event: dict[str, object] = {"layout_version": EXPORT_LAYOUT_VERSION, "run": run, "change": change.change}
        event |= {"table": change.table, "key": change.key}
        if change.record is not None:
            event["row"] = plain_record(change.record)
        yield event


def _list_removed_rows(changes: Sequence[RowChange]) -> Iterator[ExportedTable]:
    gone = [{"table": change.table, "key": change.key} for change in changes if change.change == "removed"]
    if gone:
        yield ExportedTable("RemovedRows", _REMOVED_COLUMNS, gone)


_REMOVED_COLUMNS = tuple(
    Column(name, literal_text(name), ColumnType.TEXT, literal_text("")) for name in ("table", "key")
)
