"""What an earlier export wrote, so that a later one can write the changes only.

The Journal could not tell: it has what runs changed, and people type between them. Each export therefore leaves a digest
of every row in a hidden folder beside its files; of what the rows say, the folder has the keys only. Formulas do not
count: days in stage would change every row every day.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from xl_salesflow.core.file_saving import save_file_atomically
from xl_salesflow.errors import UsageError
from xl_salesflow.exports.exported_tables import EXPORT_LAYOUT_VERSION, ExportedTable
from xl_salesflow.exports.text_files import plain_record

_RUNS_FOLDER = ".export-runs"
_RUNS_KEPT = 10
LAST_RUN = "last"

RowDigests = Mapping[str, str]
"""The digest of each row by its key, or by the digest itself in a table without a key."""


@dataclass(frozen=True)
class RowChange:
    """One row that differs from an earlier export; *record* is None for a row that is gone."""

    change: Literal["added", "changed", "removed"]
    table: str
    key: str
    record: Mapping[str, Any] | None = None


def digest_tables(tables: Iterable[ExportedTable]) -> dict[str, RowDigests]:
    """Return the digest of every row of *tables*, by table and key."""
    return {table.name: dict(zip(_name_rows(table), _digest_records(table), strict=True)) for table in tables}


def list_row_changes(tables: Iterable[ExportedTable], before: Mapping[str, RowDigests]) -> Iterator[RowChange]:
    """Yield the rows of *tables* that differ from the export *before*, then the rows that are gone, table by table."""
    left = dict(before)
    for table in tables:
        known = dict(left.pop(table.name, {}))
        for key, digest, record in zip(_name_rows(table), _digest_records(table), table.records, strict=True):
            earlier = known.pop(key, None)
            if earlier != digest:
                yield RowChange("added" if earlier is None else "changed", table.name, key, record)
        yield from (RowChange("removed", table.name, key) for key in known)
    for name, rows in left.items():
        yield from (RowChange("removed", name, key) for key in rows)


def select_changed_rows(tables: Iterable[ExportedTable], changes: Sequence[RowChange]) -> Iterator[ExportedTable]:
    """Yield the *tables* that have rows among *changes*, with these rows only."""
    changed = {(change.table, change.key) for change in changes}
    for table in tables:
        records = [
            record for key, record in zip(_name_rows(table), table.records, strict=True) if (table.name, key) in changed
        ]
        if records:
            yield replace(table, records=records)


def read_export_run(folder: Path, run: str) -> tuple[str, dict[str, RowDigests]]:
    """Return the number and the digests of the export *run* into *folder*; LAST_RUN is the newest.

    Raises:
        UsageError: there was no such export, its record cannot be read, or its layout was another one.
    """
    runs = list_export_runs(folder)
    if not runs:
        raise UsageError("Nothing was exported into {folder} yet; start with an export without --since.", folder=folder)
    number = runs[-1] if run == LAST_RUN else run
    if number not in runs:
        raise UsageError(
            "There is no record of the export {run} in {folder}; the last one is {last}.",
            run=run, folder=folder, last=runs[-1],
        )  # fmt: skip
    file = _run_file(folder, number)
    try:
        kept = json.loads(file.read_bytes())
        layout = kept["layout"]
        tables: dict[str, RowDigests] = {str(name): dict(rows) for name, rows in kept["tables"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise UsageError("{file} cannot be read; delete it and export without --since.", file=file) from None
    if layout != EXPORT_LAYOUT_VERSION:
        raise UsageError(
            "The export {run} was written by another version, with other tables; export once without --since.",
            run=number,
        )
    return number, tables


def save_export_run(folder: Path, run: str, tables: Mapping[str, RowDigests], like: Path) -> None:
    """Keep the digests of one export, and those of the nine before it; it is as private as the workbook *like*."""
    kept = {"layout": EXPORT_LAYOUT_VERSION, "tables": tables}
    save_file_atomically(_run_file(folder, run), json.dumps(kept, ensure_ascii=False).encode("utf-8"), like)
    for old in list_export_runs(folder)[:-_RUNS_KEPT]:
        _run_file(folder, old).unlink(missing_ok=True)


def list_export_runs(folder: Path) -> list[str]:
    """Return the numbers of the exports into *folder* that are known, the oldest first."""
    return sorted(file.stem for file in (folder / _RUNS_FOLDER).glob("*.json"))


def _run_file(folder: Path, run: str) -> Path:
    return folder / _RUNS_FOLDER / f"{run}.json"


def _name_rows(table: ExportedTable) -> list[str]:
    """Return a name for each row: its key, or the digest of its cells, with a number if several rows have the same."""
    names = [str(record[table.key]) for record in table.records] if table.key else _digest_records(table)
    seen, named = Counter[str](), []
    for name in names:
        seen[name] += 1
        named.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return named


def _digest_records(table: ExportedTable) -> list[str]:
    typed = [column.id for column in table.columns if not column.is_formula]
    return [
        blake2b(
            json.dumps([plain[column] for column in typed], ensure_ascii=False).encode("utf-8"), digest_size=8
        ).hexdigest()
        for plain in map(plain_record, table.records)
    ]
