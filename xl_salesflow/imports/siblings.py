"""Files beside the one that holds the deals: its accounts, its price list, its team, or more about the same deals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.cells import tidied
from xl_salesflow.imports.headers import OUR_SHEETS, Match, best_match
from xl_salesflow.imports.remarks import Remarks
from xl_salesflow.imports.sources import SPREADSHEETS, TEXTS, Source, read
from xl_salesflow.imports.spreadsheets import names_of
from xl_salesflow.model.tables import TABLES

_MOST_FILES, _MOST_BYTES = 30, 20_000_000  # a folder of downloads is not searched through
_SHARED = 0.5

Matches = list[tuple[Source, Match | None]]


def siblings(given: Matches, book: str, remarks: Remarks) -> Matches:
    """Return the files beside those of *given* that hold deals and share keys with them, each with its table.

    The workbook itself (*book*) and others like it are no such files.
    """
    found: Matches = []
    for deals, match in given:
        if match is None or match.table != "Deals":
            continue
        taken = {source.path.resolve() for source, _ in [*given, *found]}
        for source in _beside(deals, book):
            if source.path.resolve() in taken or (other := best_match(source)) is None:
                continue
            if shared := _shared(deals, match, source, other):
                remarks.sibling(source, deals, shared)
                found.append((source, other))
    return found


def _beside(deals: Source, book: str) -> Iterator[Source]:
    endings = SPREADSHEETS | TEXTS - {".txt"}
    files = sorted(path for path in deals.path.resolve().parent.iterdir() if path.suffix.lower() in endings)
    for path in files[:_MOST_FILES]:
        passed_over = path.name.startswith(("~$", ".")) or path in (deals.path.resolve(), Path(book).resolve())
        if passed_over or path.stat().st_size > _MOST_BYTES:
            continue
        if path.suffix.lower() in SPREADSHEETS and _is_store(names_of(path)):
            continue
        try:
            yield from read(path)
        except UsageError:
            continue  # nobody asked for this file


def _is_store(sheets: Iterable[str]) -> bool:
    return {"Stages", "Settings"} <= {OUR_SHEETS.get(name) for name in sheets}


def _shared(deals: Source, match: Match, other: Source, its: Match) -> str | None:
    """Return the header by which *other* belongs to *deals*: the deals' own key, or a reference to the key of its table."""
    key = _header(its, str(TABLES[its.table].key))
    wanted = "deal" if its.table == "Deals" else _reference(match, its.table)
    header = _header(match, wanted) if wanted else None
    if key is None or header is None:
        return None
    mine, theirs = set(tidied(deals.cells[header])) - {""}, set(tidied(other.cells[key])) - {""}
    if its.table == "Deals" and (key != header or not set(other.cells) - set(deals.cells)):
        return None
    enough = min(len(mine), len(theirs)) if its.table == "Deals" else len(mine)
    return header if enough and len(mine & theirs) >= _SHARED * enough else None


def _reference(match: Match, table: str) -> str | None:
    targets = set(match.columns.values())
    return next((c.id for c in TABLES["Deals"].columns if c.options == table and c.id in targets), None)


def _header(match: Match, target: str) -> str | None:
    return next((header for header, to in match.columns.items() if to == target), None)
