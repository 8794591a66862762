"""Damaged stores: read as a run on some deals reads them, now and then updated twice through the command line."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.fuzz_targets.damage import damage_package, packed
from benchmarks.fuzz_targets.quiet_runs import FuzzFault, run_quietly
from tests.ooxml.fuzzing import damaged, seeds, unpacked, use
from xl_salesflow.errors import SalesflowError
from xl_salesflow.workbook.closed_book import ClosedBook

TODAY = date(2026, 11, 22)
_TABLES = ("Deals", "History", "Journal", "Accounts", "Quotes", "Team")
_UPDATED_ONE_IN = 50
_ROWS = (
    "Deal,Deal name,Account,Amount,Stage,Owner\nD-1,Scanner,Acme,5,Lead,Li\nD-2,Router,Nord,6.5,Qualified,Wu\n"
    "D-3,Press,Acme,700,Won,Li\nD-4,Pump,Süd,80,Lost,Wu\n"
)


@cache
def sound_store(folder: Path) -> dict[str, bytes]:
    """Return the parts of a workbook with four deals."""
    folder.mkdir(parents=True, exist_ok=True)
    book, rows = folder / "sound.xlsx", folder / "rows.csv"
    rows.write_text(_ROWS, encoding="utf-8")
    for arguments in (("init", book, "--lang", "en"), ("import", book, rows, "--yes", "--today", TODAY)):
        code, said = run_quietly(*arguments)
        if code > 1:
            raise FuzzFault(f"no sound workbook: {said}")
    return unpacked(book.read_bytes())


def use_store(chance: Random, folder: Path) -> str:
    """Use one damaged store."""
    book = folder / "fuzzed.xlsx"
    book.write_bytes(damage_package(sound_store(folder.parent / "seeds"), chance))
    if chance.randrange(_UPDATED_ONE_IN) == 0:
        return update_twice(book)
    try:
        pipeline = ClosedBook(book).read_as_needed(TODAY)
        for table in _TABLES:
            pipeline[table]
        list(pipeline.cell_findings)
    except SalesflowError as error:
        return refused(error)
    return "read"


def refused(error: SalesflowError) -> str:
    """Return that it was refused, in both languages."""
    if not str(error).strip() or not error.in_("zh").strip():
        raise FuzzFault("a refusal without words") from error
    return "refused"


def update_twice(book: Path) -> str:
    """Update the workbook twice: refused and unchanged, or settled after the first."""
    before = book.read_bytes()
    code, _ = run_quietly("update", book, "--today", TODAY)
    after = book.read_bytes()
    if code > 1 and after != before:
        raise FuzzFault(f"changed although the update ended with {code}")
    if code <= 1:
        run_quietly("update", book, "--today", TODAY)
        if book.read_bytes() != after:
            raise FuzzFault("the second update wrote again")
    return "updated" if code <= 1 else "refused"


def use_package(chance: Random, folder: Path) -> str:
    """Use every operation of the package reader and writer on one damaged workbook; *folder* stays empty."""
    use(damaged(chance.choice(_package_seeds()), chance))
    return "used"


@cache
def _package_seeds() -> list[dict[str, bytes]]:
    return seeds()


__all__ = ["packed", "sound_store", "use_package", "use_store"]
