"""Named cells that a workbook lacks: named again where they stand, or written where the template has them."""

from __future__ import annotations

from xl_salesflow.metrics.formulas import card_formulas
from xl_salesflow.model.tables import TABLES
from xl_salesflow.ooxml import Formula, Workbook, letters
from xl_salesflow.ooxml.draft import Draft
from xl_salesflow.ooxml.graft import Graft
from xl_salesflow.workbook.cells_of_book import Cell, Cells
from xl_salesflow.workbook.displaced_names import Displaced, in_a_table
from xl_salesflow.workbook.layout import language_of_headers, match_headers
from xl_salesflow.workbook.missing import home_of, leads_nowhere, our_tables

_CARDS = set(card_formulas("en"))  # the names are the same in every language
_AROUND = ((0, -1), (-1, 0), (1, 0))  # where a label stands: at the left or above, and what it means below


def add_names(workbook: Workbook, shipped: Workbook) -> Workbook:
    """Return *workbook* with the names that it lacks, as far as there is a place for them.

    Names of ours that stand where the template has another one now make room.
    """
    lacking = [name for name, text in shipped.name_texts.items() if _broken(workbook, workbook.name_texts.get(name))]
    draft, here, there = Draft(workbook.package), Cells(workbook), Cells(shipped)
    graft, places = Graft(draft, Draft(shipped.package)), dict[str, Cell]()
    displaced = Displaced(here, there)
    for name in lacking:
        at = shipped.names.get(name)
        if at is None:
            graft.name(name, shipped.name_texts[name])
            continue
        pattern, own, going = Cell(at.sheet, at.row, at.col), displaced.place(name), displaced.by(name)
        if own and going is not None:
            places |= {**going, name: own}
        elif not own and (place := _place(here, there, pattern)):
            places[name] = place
    for name, place in places.items():
        graft.name(name, _text(place, shipped.name_texts[name] if place == displaced.place(name) else ""))
        if displaced.holder(place) in _CARDS - set(shipped.names):
            graft.unname(displaced.holder(place))  # a card there is no longer
    after = Workbook(workbook.path, draft.to_bytes())
    for name, place in places.items():
        at = shipped.names[name]
        words = None if displaced.holder(place) else _words(there, at.sheet)
        _write(after, here, there, Cell(at.sheet, at.row, at.col), place, words)
    return Workbook(workbook.path, after.to_bytes())


def deleted_names(workbook: Workbook, shipped: Workbook) -> list[str]:
    """Return the names of the template that are gone although their cells are there, or that point to nothing."""
    here, there = Cells(workbook), Cells(shipped)
    found = []
    for name in shipped.name_texts:
        text, at = workbook.name_texts.get(name), shipped.names.get(name)
        if text is None and at is not None:
            place = _place(here, there, Cell(at.sheet, at.row, at.col))
            if place is None or here.blank(place):
                continue
        if text is None and at is None:
            continue
        if _broken(workbook, text):
            found.append(name)
    return found


def _place(here: Cells, there: Cells, pattern: Cell) -> Cell | None:
    return _in_table(here.book, there.book, pattern) or _counterpart(here, there, pattern)


def _text(cell: Cell, pattern: str = "") -> str:
    # of several cells, as the template's *pattern* has them
    sheet = cell.sheet.replace("'", "''")
    return f"'{sheet}'!" + (pattern.rpartition("!")[2] or f"${letters(cell.column)}${cell.row}")


def _broken(workbook: Workbook, text: str | None) -> bool:
    return text is None or leads_nowhere(workbook, text)


def _in_table(workbook: Workbook, shipped: Workbook, cell: Cell) -> Cell | None:
    """Where the row of a cell in one of our tables is, by its key."""
    there = next(
        (t for t in shipped.tables.values() if t.sheet == cell.sheet and t.body.holds(cell.row, cell.column)), None
    )
    if there is None or there.name not in workbook.tables or there.name not in TABLES:
        return None
    declared, here = TABLES[there.name], workbook.tables[there.name]
    language = language_of_headers(our_tables(workbook))
    ours = match_headers(declared, there.headers, language)
    theirs = match_headers(declared, here.headers, language)
    id = next((id for id, header in ours.items() if there.column(header) == cell.column), None)
    key = declared.key or ""
    wanted = shipped.read_table(there.name)[ours[key]][cell.row - there.first_row]
    keys = workbook.read_table(there.name)[theirs[key]]
    if id is None or wanted not in keys:
        return None
    return Cell(here.sheet, here.first_row + keys.index(wanted), here.column(theirs[id]))


def _counterpart(here: Cells, there: Cells, cell: Cell) -> Cell | None:
    """The same place on the same sheet, if that holds a formula as it should, a value as it should, or nothing."""
    sheet = home_of(here.book, there.book).get(cell.sheet)
    if sheet is None:
        return None
    place = cell._replace(sheet=sheet)
    alike = (here.formula(place) is None) == (there.formula(cell) is None)
    return place if alike or here.blank(place) else None


def _write(after: Workbook, here: Cells, there: Cells, pattern: Cell, place: Cell, ours: set[str] | None) -> None:
    """Write a cell that is blank as the template has it, and what it says around it; of other words only *ours* give way."""
    if here.blank(place):
        formula = there.formula(pattern)
        after.set_cell(place.sheet, place.row, place.column, Formula(formula) if formula else there.value(pattern))
    for down, right in _AROUND:
        cell, label = (Cell(c.sheet, c.row + down, c.column + right) for c in (place, pattern))
        if cell.row and cell.column and isinstance(said := there.value(label), str) and not in_a_table(here.book, cell):
            held = here.value(cell)
            if held != said and (here.blank(cell) or ours is None or held in ours):
                after.set_cell(cell.sheet, cell.row, cell.column, said)


def _words(there: Cells, sheet: str) -> set[str]:
    """Return what the template says around its names of a sheet."""
    around = (
        there.value(Cell(sheet, at.row + down, at.col + right))
        for at in there.book.names.values()
        if at.sheet == sheet
        for down, right in _AROUND
        if at.row + down > 0 and at.col + right > 0
    )
    return {said for said in around if isinstance(said, str)}
