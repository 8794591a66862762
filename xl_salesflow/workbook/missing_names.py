"""Add named cells that a workbook lacks, and move names of an older layout to their new places.

A name is given again where its cell stands, or its cell is written where the template has it. Of displaced names only
formulas move; a cell that people fill in keeps its name.
"""

from __future__ import annotations

from xl_salesflow.metrics.metric_sheets import card_formulas
from xl_salesflow.ooxml.cell_contents import CellFormula
from xl_salesflow.ooxml.cell_references import Area, column_letters
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.sheet_transfer import SheetGraft
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.loose_cells import BookCell, BookCells
from xl_salesflow.workbook.missing_parts import find_declared_tables, is_broken_reference, match_template_sheets
from xl_salesflow.workbook.workbook_layout import language_of_headers, match_headers


class DisplacedNames:
    """Where the names of the template belong in a workbook, and who stands there now."""

    def __init__(self, here: BookCells, there: BookCells) -> None:
        self._here, self._there = here, there
        self._homes = match_template_sheets(here.book, there.book)
        self._holders = {BookCell(at.sheet, at.row, at.col): name for name, at in here.book.names.items()}
        self._filled: dict[str, list[Area]] = {}

    def place(self, name: str) -> BookCell | None:
        """Return where the template has a name, on the sheet that is the template's here; None in a table or nowhere."""
        at = self._there.book.names.get(name)
        if (
            at is None
            or at.sheet not in self._homes
            or is_cell_in_table(self._there.book, BookCell(at.sheet, at.row, at.col))
        ):
            return None
        return BookCell(self._homes[at.sheet], at.row, at.col)

    def holder(self, cell: BookCell) -> str:
        """Return the name that stands there now; the words around it are about that one."""
        return self._holders.get(cell, "")

    def displaced_by(self, name: str) -> dict[str, BookCell] | None:
        """Return the names that go, and where to, so that *name* can have its place; None where it cannot have it."""
        gone: dict[str, BookCell] = {}
        wanted = self.place(name)
        while wanted is not None:
            holder = self.holder(wanted)
            if holder in (name, *gone) or holder not in self._there.book.names:
                return gone if holder or self._is_free(wanted, next(reversed(gone), name)) else None
            if self._here.formula(wanted) is None:
                return None
            wanted = self.place(holder)
            if wanted is not None:
                gone[holder] = wanted
        return None

    def _is_free(self, cell: BookCell, name: str) -> bool:
        """Tell whether a cell that no name stands on holds nothing of anybody's, or a formula where one belongs."""
        at = self._there.book.names[name]
        is_formula = self._there.formula(BookCell(at.sheet, at.row, at.col)) is not None
        return (
            self._here.is_blank(cell)
            or (self._here.formula(cell) is not None) == is_formula
            or (is_formula and any(area.contains_cell(cell.row, cell.column) for area in self._arrays(cell.sheet)))
        )

    def _arrays(self, sheet: str) -> list[Area]:
        if sheet not in self._filled:
            self._filled[sheet] = list(self._here.book.arrays(sheet).values())
        return self._filled[sheet]


def is_cell_in_table(book: Workbook, cell: BookCell) -> bool:
    """Tell whether a cell stands in the body or the headers of a table."""
    return any(
        table.sheet == cell.sheet
        and (table.header_row or table.first_row) <= cell.row <= table.last_row
        and table.first_col <= cell.column <= table.last_col
        for table in book.tables.values()
    )


_CARD_NAMES = set(card_formulas("en"))  # the names are the same in every language
_LABEL_OFFSETS = ((0, -1), (-1, 0), (1, 0))  # where a label stands: at the left or above, and what it means below


def add_missing_names(workbook: Workbook, shipped: Workbook) -> Workbook:
    """Return *workbook* with the names that it lacks, as far as there is a place for them.

    Names of ours that stand where the template has another one now make room.
    """
    lacking = [
        name
        for name, text in shipped.name_texts.items()
        if _is_missing_or_broken_name(workbook, workbook.name_texts.get(name))
    ]
    draft, here, there = PackageDraft(workbook.package), BookCells(workbook), BookCells(shipped)
    graft, places = SheetGraft(draft, PackageDraft(shipped.package)), dict[str, BookCell]()
    displaced = DisplacedNames(here, there)
    for name in lacking:
        at = shipped.names.get(name)
        if at is None:
            graft.name(name, shipped.name_texts[name])
            continue
        pattern, own, going = BookCell(at.sheet, at.row, at.col), displaced.place(name), displaced.displaced_by(name)
        if own and going is not None:
            places |= {**going, name: own}
        elif not own and (place := _find_place_for_name(here, there, pattern)):
            places[name] = place
    for name, place in places.items():
        graft.name(
            name, _reference_to_book_cell(place, shipped.name_texts[name] if place == displaced.place(name) else "")
        )
        if displaced.holder(place) in _CARD_NAMES - set(shipped.names):
            graft.unname(displaced.holder(place))  # a card there is no longer
    after = Workbook(workbook.path, draft.to_bytes())
    for name, place in places.items():
        at = shipped.names[name]
        words = None if displaced.holder(place) else _labels_around_names(there, at.sheet)
        _write_missing_named_cell(after, here, there, BookCell(at.sheet, at.row, at.col), place, words)
    return Workbook(workbook.path, after.to_bytes())


def find_deleted_names(workbook: Workbook, shipped: Workbook) -> list[str]:
    """Return the names of the template that are gone although their cells are there, or that point to nothing."""
    here, there = BookCells(workbook), BookCells(shipped)
    found = []
    for name in shipped.name_texts:
        text, at = workbook.name_texts.get(name), shipped.names.get(name)
        if text is None and at is not None:
            place = _find_place_for_name(here, there, BookCell(at.sheet, at.row, at.col))
            if place is None or here.is_blank(place):
                continue
        if text is None and at is None:
            continue
        if _is_missing_or_broken_name(workbook, text):
            found.append(name)
    return found


def _find_place_for_name(here: BookCells, there: BookCells, pattern: BookCell) -> BookCell | None:
    return _find_cell_in_table(here.book, there.book, pattern) or _find_counterpart_cell(here, there, pattern)


def _reference_to_book_cell(cell: BookCell, pattern: str = "") -> str:
    # of several cells, as the template's *pattern* has them
    sheet = cell.sheet.replace("'", "''")
    return f"'{sheet}'!" + (pattern.rpartition("!")[2] or f"${column_letters(cell.column)}${cell.row}")


def _is_missing_or_broken_name(workbook: Workbook, text: str | None) -> bool:
    return text is None or is_broken_reference(workbook, text)


def _find_cell_in_table(workbook: Workbook, shipped: Workbook, cell: BookCell) -> BookCell | None:
    """Where the row of a cell in one of our tables is, by its key."""
    there = next(
        (t for t in shipped.tables.values() if t.sheet == cell.sheet and t.body.contains_cell(cell.row, cell.column)),
        None,
    )
    if there is None or there.name not in workbook.tables or there.name not in TABLES:
        return None
    declared, here = TABLES[there.name], workbook.tables[there.name]
    language = language_of_headers(find_declared_tables(workbook))
    ours = match_headers(declared, there.headers, language)
    theirs = match_headers(declared, here.headers, language)
    column_id = next((column_id for column_id, header in ours.items() if there.column(header) == cell.column), None)
    key = declared.key or ""
    wanted = shipped.read_table(there.name)[ours[key]][cell.row - there.first_row]
    keys = workbook.read_table(there.name)[theirs[key]]
    if column_id is None or wanted not in keys:
        return None
    return BookCell(here.sheet, here.first_row + keys.index(wanted), here.column(theirs[column_id]))


def _find_counterpart_cell(here: BookCells, there: BookCells, cell: BookCell) -> BookCell | None:
    """The same place on the same sheet, if that holds a formula as it should, a value as it should, or nothing."""
    sheet = match_template_sheets(here.book, there.book).get(cell.sheet)
    if sheet is None:
        return None
    place = cell._replace(sheet=sheet)
    alike = (here.formula(place) is None) == (there.formula(cell) is None)
    return place if alike or here.is_blank(place) else None


def _write_missing_named_cell(
    after: Workbook, here: BookCells, there: BookCells, pattern: BookCell, place: BookCell, ours: set[str] | None
) -> None:
    """Write a cell that is blank as the template has it, and what it says around it; of other words only *ours* give way."""
    if here.is_blank(place):
        formula = there.formula(pattern)
        after.set_cell(place.sheet, place.row, place.column, CellFormula(formula) if formula else there.value(pattern))
    for down, right in _LABEL_OFFSETS:
        cell, label = (BookCell(c.sheet, c.row + down, c.column + right) for c in (place, pattern))
        if (
            cell.row
            and cell.column
            and isinstance(said := there.value(label), str)
            and not is_cell_in_table(here.book, cell)
        ):
            held = here.value(cell)
            if held != said and (here.is_blank(cell) or ours is None or held in ours):
                after.set_cell(cell.sheet, cell.row, cell.column, said)


def _labels_around_names(there: BookCells, sheet: str) -> set[str]:
    """Return what the template says around its names of a sheet."""
    around = (
        there.value(BookCell(sheet, at.row + down, at.col + right))
        for at in there.book.names.values()
        if at.sheet == sheet
        for down, right in _LABEL_OFFSETS
        if at.row + down > 0 and at.col + right > 0
    )
    return {said for said in around if isinstance(said, str)}
