"""Sheets that hold nothing of people's, such as Workings: one of an older layout is written anew, as the template has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xl_salesflow.ooxml import Workbook
from xl_salesflow.ooxml.draft import Draft
from xl_salesflow.ooxml.graft import Graft
from xl_salesflow.ooxml.parts import relationships
from xl_salesflow.ooxml.refs import unquote


def outdated(workbook: Workbook, shipped: Workbook) -> list[str]:
    """Return the helper sheets of the template that a workbook has with their names elsewhere, or without them."""
    return [sheet for sheet in _helpers(shipped) if sheet in workbook.sheets and _differs(workbook, shipped, sheet)]


def renewed(workbook: Workbook, shipped: Workbook, sheets: list[str]) -> Workbook:
    """Return *workbook* with helper sheets as the template has them, and the names that point to them."""
    if not sheets:
        return workbook
    draft = Draft(workbook.package)
    graft = Graft(draft, Draft(shipped.package))
    for sheet in sheets:
        graft.body(sheet, workbook.sheets[sheet].part)
        for name, text in _names(shipped, sheet).items():
            graft.name(name, text)
    return Workbook(workbook.path, draft.to_bytes())


def _helpers(shipped: Workbook) -> Iterator[str]:
    homes = {table.sheet for table in shipped.tables.values()}
    for sheet, place in shipped.sheets.items():
        if sheet not in homes and _names(shipped, sheet) and not relationships(shipped.package, place.part):
            yield sheet


def _differs(workbook: Workbook, shipped: Workbook, sheet: str) -> bool:
    there = workbook.name_texts
    return any(_cells(there.get(name, "")) != _cells(text) for name, text in _names(shipped, sheet).items())


def _names(book: Workbook, sheet: str) -> Mapping[str, str]:
    return {name: text for name, text in book.name_texts.items() if "!" in text and _cells(text)[0] == sheet.casefold()}


def _cells(text: str) -> tuple[str, str]:
    # Excel leaves out quotes that it can do without
    sheet, _, cells = text.rpartition("!")
    return unquote(sheet).casefold() if sheet else "", cells
