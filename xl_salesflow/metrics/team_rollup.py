"""Roll up many workbooks into one, or into Parquet files, under keys that cannot collide.

The roll-up contains the rows of all workbooks, one workbook after another, and its formulas cover them all. Keys that
are numbers get the name of their workbook as a prefix; keys that are names are kept, and rows of equal names are
merged. Playbooks with equivalent stages are shared, others are kept apart by name. There is one Parquet file per table,
written with one workbook in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, Remove, find_equal_cells
from xl_salesflow.core.file_saving import PendingFile, raise_as_cannot_save
from xl_salesflow.core.key_numbers import COUNTED_TABLES, find_key_columns
from xl_salesflow.core.metric_answers import BookContribution
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.schema.table_columns import ColumnType, TableSchema
from xl_salesflow.schema.table_frames import fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

ROLLUP_NAMED_TABLES = ("Accounts", "Contacts", "Products", "Team", "Questions")
"""Tables whose keys are names: the same name in two workbooks is the same thing, and the row of the first workbook is kept."""


def prefix_book_keys(pipeline: Pipeline, book: str) -> Pipeline:
    """Return *pipeline* with every key that is a number, and every reference to it, as ``book/number``."""
    changed: dict[str, pd.DataFrame] = {}
    for name in COUNTED_TABLES:
        for table, column in find_key_columns(TABLES[name]):
            rows = changed.get(table, pipeline[table])
            cells = rows[column]
            changed[table] = rows.assign(**{column: (f"{book}/" + cells).where(cells != "", "")})
    return pipeline.with_tables(**changed)


_COUNTED_STAGE_COLUMNS = (
    "position",
    "kind",
    "probability",
    "day_limit",
)  # the columns that affect the numbers of a funnel
_STAGE_NAME_PLACES = {
    "Deals": ("stage", "recorded_stage"),
    "History": ("stage", "moved_to"),
    "Gates": ("stage",),
    "StageTasks": ("stage",),
    "Stages": ("stage",),
    "Tasks": ("stage",),
}
_PROCESS_TABLES = ("Deals", "History", "Stages", "Gates", "StageTasks")  # tables that name the playbook


def align_processes(pipeline: Pipeline, book: str, known: pd.DataFrame) -> Pipeline:
    """Return *pipeline* with its playbooks and stages named as in *known*, the stages of the previous workbooks.

    A playbook with equivalent stages (same positions, kinds, probabilities and limits) takes the names used there, for
    example if its own are in another language; a different playbook of the same name becomes ``name (book)``, so that
    no number changes.
    """
    for playbook in pipeline["Stages"]["playbook"].unique():
        ours, theirs = (_stages_of_playbook(rows, playbook) for rows in (known, pipeline["Stages"]))
        if ours.empty or not playbook:
            continue
        if _stages_count_alike(ours, theirs):
            names = dict(zip(theirs["stage"], ours["stage"], strict=True))
            pipeline = _rename_rollup_stages(pipeline, playbook, {old: new for old, new in names.items() if old != new})
        else:
            pipeline = _rename_rollup_process(pipeline, playbook, f"{playbook} ({book})")
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
        own = rows["deal"].isin(deals) if table == "Tasks" else rows["playbook"] == playbook
        for column in columns:
            rows[column] = rows[column].mask(own, rows[column].replace(dict(names)))
        changed[table] = rows
    return pipeline.with_tables(**changed)


def _rename_rollup_process(pipeline: Pipeline, playbook: str, name: str) -> Pipeline:
    return pipeline.with_tables(
        **{
            table: pipeline[table].assign(playbook=pipeline[table]["playbook"].replace(playbook, name))
            for table in _PROCESS_TABLES
        }
    )


ROLLUP_ROW_LIMIT = 1_048_575
"""Number of rows that a sheet has below its headers."""

_KEYLESS_TABLES = ("Answers", "QuoteLines", "Targets")  # all the tables whose rows have no keys
_PROCESS_KEYS = {
    "Stages": ["playbook", "stage"],
    "Gates": ["gate", "playbook"],
    "StageTasks": ["playbook", "stage", "task"],
}
ROLLUP_REASON = "rollup"

ADDITIVE_METRICS = ("open_count", "won_count", "lost_count", "open_value", "weighted_value", "won_value", "lost_value")
"""The metrics that can be summed over workbooks."""


def align_workbooks(parts: Iterable[tuple[str, Pipeline]]) -> Iterator[tuple[str, Pipeline]]:
    """Yield every (book, pipeline) with keys and playbooks that fit the previous ones; one workbook is in memory at a time.

    Raises:
        UsageError: the currency of a workbook differs from that of the first one.
    """
    known, first = make_table_frame(TABLES["Stages"]), ("", "")
    for book, part in parts:
        currency = part.settings.text("currency")
        first = first if first[0] else (book, currency)
        if currency != first[1]:
            raise UsageError(
                "The workbooks have different currencies ({first}: {first_currency}, {book}: "
                "{currency}); roll up one currency at a time.",
                first=first[0],
                first_currency=first[1],
                book=book,
                currency=currency,
            )
        part = prefix_book_keys(align_processes(part, book, known), book)
        known = pd.concat([known, part["Stages"]], ignore_index=True).drop_duplicates(_PROCESS_KEYS["Stages"])
        yield book, part


def join_workbooks(into: Pipeline, parts: Mapping[str, Pipeline]) -> tuple[Pipeline, ChangeSet]:
    """Return *into*, a new workbook, with the settings of the first of *parts*, and the change set that fills it.

    Raises:
        UsageError: the workbooks have different currencies, or together more rows than a sheet.
    """
    first = next(iter(parts.values()))
    rows: dict[str, list[pd.DataFrame]] = {
        name: [] for name in (*COUNTED_TABLES, *_KEYLESS_TABLES, *ROLLUP_NAMED_TABLES, *_PROCESS_KEYS)
    }
    for _, part in align_workbooks(parts.items()):
        for name, found in rows.items():
            found.append(part[name])
    frames = {name: _drop_repeated_rows(name, pd.concat(found, ignore_index=True)) for name, found in rows.items()}
    _check_row_limit(frames)
    changes = ChangeSet(
        removes=tuple(Remove(name, into[name], ROLLUP_REASON) for name in frames if len(into[name])),
        appends=tuple(Append(name, found, ROLLUP_REASON) for name, found in frames.items() if len(found)),
        edits=_rollup_settings(into, first),
    )
    return replace(into, settings=first.settings), changes


def _drop_repeated_rows(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    keys = [TABLES[name].key or ""] if name in ROLLUP_NAMED_TABLES else _PROCESS_KEYS.get(name)
    return rows[~rows[keys].apply(fold_keys).duplicated()] if keys else rows


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
        BookContribution(book, {metric: funnel.metrics[metric] for metric in ADDITIVE_METRICS})
        for book, funnel in funnels.items()
    )


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


def write_parquet(folder: Path, parts: Iterable[tuple[str, Pipeline]]) -> list[Path]:
    """Write every table of *parts* to ``folder/table.parquet`` and return the files; the first column is the workbook.

    Numbers are float64, dates date32, moments timestamps to the second, choices their ids; blank is null.

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
            for book, part in align_workbooks(parts):
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
