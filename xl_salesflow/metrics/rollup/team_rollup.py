"""Roll up many workbooks into one, or into Parquet files, under keys that cannot collide.

The roll-up contains the rows of all workbooks, one workbook after another, and its formulas cover them all. There is one
Parquet file per table, written with one workbook in memory at a time. What a person has to know about the workbooks comes
with it as findings (rollup_review.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, Remove
from xl_salesflow.core.file_saving import PendingFile, raise_as_cannot_save
from xl_salesflow.core.key_numbers import COUNTED_TABLES
from xl_salesflow.core.metric_answers import BookContribution, MetricValue, TeamTotals
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.funnel_answers import Funnel, compute_funnel
from xl_salesflow.metrics.rollup.rollup_keys import BookAligner
from xl_salesflow.metrics.rollup.rollup_review import RollupReview, has_same_currency
from xl_salesflow.metrics.rollup.rollup_rows import JOINED_TABLES, ROLLUP_NAMED_TABLES, join_book_rows
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_columns import ColumnType, TableSchema
from xl_salesflow.schema.table_registry import TABLES

ROLLUP_ROW_LIMIT = 1_048_575
"""Number of rows that a sheet has below its headers."""

ROLLUP_REASON = "rollup"

ADDITIVE_METRICS = ("open_count", "won_count", "lost_count", "open_value", "weighted_value", "won_value", "lost_value")
"""The metrics that can be summed over workbooks."""


def align_workbooks(
    parts: Iterable[tuple[str, Pipeline]], review: RollupReview | None = None
) -> Iterator[tuple[str, Pipeline]]:
    """Yield every (book, pipeline) with keys and playbooks that fit the previous ones; one workbook is in memory at a time.

    Findings about the workbooks are added to *review*.

    Raises:
        UsageError: the currency of a workbook differs from that of the first one.
    """
    aligner, first = BookAligner(), ("", Settings({}))
    for book, part in parts:
        first = first if first[0] else (book, part.settings)
        if not has_same_currency(part.settings, first[1]):
            raise UsageError(
                "The workbooks have different currencies ({first}: {first_currency}, {book}: "
                "{currency}); roll up one currency at a time.",
                first=first[0],
                first_currency=first[1].text("currency"),
                book=book,
                currency=part.settings.text("currency"),
            )
        aligned = aligner.align(part, book)
        if review:
            review.look_at(book, part)
            review.report_renamed(book, aligned.renamed)
        yield book, aligned.pipeline


def join_workbooks(into: Pipeline, parts: Mapping[str, Pipeline]) -> tuple[Pipeline, ChangeSet]:
    """Return *into*, a new workbook, with the settings of the first of *parts*, and the change set that fills it.

    Raises:
        UsageError: the workbooks have different currencies, or together more rows than a sheet.
    """
    first, review = next(iter(parts.values())), RollupReview(into.language)
    rows: dict[str, dict[str, pd.DataFrame]] = {name: {} for name in JOINED_TABLES}
    for book, part in align_workbooks(parts.items(), review):
        for name, found in rows.items():
            found[book] = part[name]
    frames = dict[str, pd.DataFrame]()
    for name, found in rows.items():
        frames[name], differing = join_book_rows(name, found)
        review.report_other_values(differing)
    _check_row_limit(frames)
    changes = ChangeSet(
        removes=tuple(Remove(name, into[name], ROLLUP_REASON) for name in frames if len(into[name])),
        appends=tuple(Append(name, found, ROLLUP_REASON) for name, found in frames.items() if len(found)),
        edits=_rollup_settings(into, first),
        findings=tuple(review.findings),
    )
    return replace(into, settings=first.settings), changes


def _check_row_limit(frames: Mapping[str, pd.DataFrame]) -> None:
    for name, rows in frames.items():
        if len(rows) > ROLLUP_ROW_LIMIT:
            raise UsageError(
                "The workbooks have {count:,} rows of {sheet} together and a sheet holds {limit:,}; "
                "use --parquet without a workbook, or roll up fewer.",
                count=len(rows),
                sheet=TABLES[name].title,
                limit=ROLLUP_ROW_LIMIT,
            )


def list_book_contributions(parts: Mapping[str, Pipeline]) -> tuple[BookContribution, ...]:
    """Return the contribution of each workbook: the metrics that can be summed."""
    funnels = {book: compute_funnel(part) for book, part in parts.items()}
    return tuple(
        BookContribution(book, select_additive_metrics(funnel), len(parts[book]["Deals"]))
        for book, funnel in funnels.items()
    )


def select_additive_metrics(funnel: Funnel) -> Mapping[str, MetricValue]:
    """Return the metrics of *funnel* that can be summed."""
    return {metric: funnel.metrics[metric] for metric in ADDITIVE_METRICS}


def compute_team_totals(pipeline: Pipeline) -> ChangeSet[TeamTotals]:
    """Return as an answer the metrics that can be summed, over all rows of *pipeline*."""
    return ChangeSet(answer=TeamTotals(select_additive_metrics(compute_funnel(pipeline)), len(pipeline["Deals"])))


def _rollup_settings(into: Pipeline, first: Pipeline) -> tuple[Edit, ...]:
    ours, theirs = into["Settings"], first["Settings"].drop_duplicates("setting").set_index("setting")["value"]
    new_values = ours["setting"].map(theirs).astype(object).fillna("")
    rows = ours.index[
        (new_values != ours["value"]) & ours["setting"].isin(theirs.index) & (ours["setting"] != "language")
    ]
    if not len(rows):
        return ()
    before, after = ours.loc[rows, "value"], new_values.loc[rows].astype(object)
    return (Edit("Settings", "value", ours.loc[rows, "setting"], before, after, ROLLUP_REASON),)


PARQUET_TABLES = (*COUNTED_TABLES, *ROLLUP_NAMED_TABLES, "Answers", "QuoteLines", "Targets", "Stages")


def write_parquet(
    folder: Path, parts: Iterable[tuple[str, Pipeline]], review: RollupReview | None = None
) -> list[Path]:
    """Write every table of *parts* to ``folder/table.parquet`` and return the files; the first column is the workbook.

    Numbers are float64, dates date32, moments timestamps to the second, choices their ids; blank is null. Findings about the
    workbooks are added to *review*.

    Raises:
        UsageError: pyarrow is not installed, or the workbooks have different currencies.
        CannotSave: the folder or the disk refuses; older files are unchanged.
    """
    try:
        import pyarrow as arrow  # type: ignore[import-untyped]
        import pyarrow.parquet as parquet  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError(
            "Parquet files need pyarrow; install xl-salesflow[parquet].",
        ) from None
    schemas = {name: _parquet_schema(arrow, TABLES[name]) for name in PARQUET_TABLES}
    with raise_as_cannot_save(folder), ExitStack() as pending_files:
        files = {
            name: pending_files.enter_context(PendingFile(folder / f"{name.lower()}.parquet"))
            for name in PARQUET_TABLES
        }
        with ExitStack() as open_writers:
            writers = {
                name: open_writers.enter_context(parquet.ParquetWriter(file.file, schemas[name], compression="zstd"))
                for name, file in files.items()
            }
            for book, part in align_workbooks(parts, review):
                for name, writer in writers.items():
                    if len(part[name]):
                        rows = _parquet_rows(TABLES[name], part[name], book)
                        writer.write_table(arrow.Table.from_pandas(rows, schema=schemas[name], preserve_index=False))
        return [file.place() for file in files.values()]


def _parquet_schema(arrow: Any, table: TableSchema) -> Any:
    kinds = {ColumnType.DATE: arrow.date32(), ColumnType.TIME: arrow.timestamp("s")}
    fields = [
        (column.id, arrow.string() if column.type.is_text else kinds.get(column.type, arrow.float64()))
        for column in table.columns
    ]
    return arrow.schema([("book", arrow.string()), *fields])


def _parquet_rows(table: TableSchema, rows: pd.DataFrame, book: str) -> pd.DataFrame:
    texts = {
        column.id: rows[column.id].where(rows[column.id] != "", None) for column in table.columns if column.type.is_text
    }
    days = {
        column.id: rows[column.id].dt.date.where(rows[column.id].notna(), None)
        for column in table.columns
        if column.type is ColumnType.DATE
    }
    converted = rows.assign(**texts, **days)
    converted.insert(0, "book", book)
    return converted
