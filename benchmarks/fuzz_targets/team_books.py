"""A team's own workbook, damaged, that becomes a store: our sheets are joined to it, and the result is opened."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from benchmarks.fuzz_targets.damage import damage_package
from benchmarks.fuzz_targets.lists import XLSX_PARTS
from benchmarks.fuzz_targets.stores import TODAY, refused
from tests.ooxml.fuzzing import seeds
from xl_salesflow.errors import SalesflowError
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import build_adopted_store, build_new_workbook

_READ_ONE_IN = 10


def use_team_book(chance: Random, folder: Path) -> str:
    """Join our sheets to one damaged workbook; one in ten is then read as a store."""
    path = folder / "team.xlsx"
    path.write_bytes(damage_package(chance.choice(_sound_books()), chance))
    try:
        data, _, _ = build_adopted_store(path, _template())
        book = ClosedBook(path, data)
        if chance.randrange(_READ_ONE_IN):
            return "joined"
        list(book.read(TODAY).cell_findings)
    except SalesflowError as error:
        return refused(error)
    finally:
        path.unlink()
    return "read"


@cache
def _sound_books() -> list[dict[str, bytes]]:
    return [XLSX_PARTS, *seeds()]


@cache
def _template() -> bytes:
    return build_new_workbook("en", "crm")
