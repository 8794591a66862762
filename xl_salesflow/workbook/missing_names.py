"""Add named cells that a workbook lacks, and move names of an older layout to their new places.

If the cell exists, it gets its name again; otherwise the cell is written where the template has it. Of displaced names,
only those of formulas move; an input cell keeps its name.
"""

from __future__ import annotations

from xl_salesflow.locale.texts import LANGUAGES
from xl_salesflow.metrics.funnel_notes import CARD_FEET
from xl_salesflow.metrics.metric_sheets import card_formulas
from xl_salesflow.ooxml.cell_contents import CellFormula
from xl_salesflow.ooxml.cell_references import Area
from xl_salesflow.ooxml.excel_notation import column_letters, quote_sheet_name, split_sheet_reference
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.sheet_transfer import SheetGraft
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.loose_cells import BookCell, BookCells
from xl_salesflow.workbook.missing_parts import (
    MissingNameTest,
    find_declared_tables,
    find_expected_names,
    match_template_sheets,
)
from xl_salesflow.workbook.workbook_layout import language_of_headers, match_headers


class DisplacedNames:
    """Where the names of the template belong in a workbook, and which names are at these places now."""

    def __init__(self, here: BookCells, there: BookCells) -> None:
        self._here, self._there = here, there
        self._homes = match_template_sheets(here.book, there.book)
        self._holders = {BookCell(at.sheet, at.row, at.col): name for name, at in here.book.names.items()}
        self._filled: dict[str, list[Area]] = {}

    def place(self, name: str) -> BookCell | None:
        """Return the place of a name on the sheet that corresponds to the template's.

        None if it is in a table or has no place.
        """
        at = self._there.book.names.get(name)
        if (
            at is None
            or at.sheet not in self._homes
            or is_cell_in_table(self._there.book, BookCell(at.sheet, at.row, at.col))
        ):
            return None
        return BookCell(self._homes[at.sheet], at.row, at.col)

    def holder(self, cell: BookCell) -> str:
        """Return the name that is there now; the texts around the cell describe that one."""
        return self._holders.get(cell, "")

    def displaced_by(self, name: str) -> dict[str, BookCell] | None:
        """Return the names that have to move, and their new places, so that *name* can have its place; None if it cannot."""
        displaced: dict[str, BookCell] = {}
        target = self.place(name)
        while target is not None:
            holder = self.holder(target)
            if holder in (name, *displaced) or holder not in self._there.book.names:
                return displaced if holder or self._is_free(target, next(reversed(displaced), name)) else None
            if self._here.formula(target) is None:
                return None
            target = self.place(holder)
            if target is not None:
                displaced[holder] = target
        return None

    def _is_free(self, cell: BookCell, name: str) -> bool:
        """Return whether a cell without a name is empty, or has a formula where one is expected."""
        at = self._there.book.names[name]
        is_formula = self._there.formula(BookCell(at.sheet, at.row, at.col)) is not None
        return (
            _may_be_written(self._here, cell)
            or (self._here.formula(cell) is not None) == is_formula
            or (is_formula and any(area.contains_cell(cell.row, cell.column) for area in self._arrays(cell.sheet)))
        )

    def _arrays(self, sheet: str) -> list[Area]:
        if sheet not in self._filled:
            self._filled[sheet] = list(self._here.book.arrays(sheet).values())
        return self._filled[sheet]


def is_cell_in_table(book: Workbook, cell: BookCell) -> bool:
    """Return whether a cell is in the body or the header row of a table."""
    return any(
        table.sheet == cell.sheet
        and (table.header_row or table.first_row) <= cell.row <= table.last_row
        and table.first_col <= cell.column <= table.last_col
        for table in book.tables.values()
    )


_CARD_NAMES = set(card_formulas("en"))  # the names are the same in every language
_FORMER_SMALL_PRINT = {foot.words.in_(language) for foot in CARD_FEET.values() for language in LANGUAGES}
_LABEL_OFFSETS = (
    (0, -1),
    (-1, 0),
    (1, 0),
)  # positions of a cell's texts: the label to the left or above, the explanation below


def add_missing_names(workbook: Workbook, shipped: Workbook) -> Workbook:
    """Return *workbook* with its missing names, as far as there is a place for them.

    Names of ours where the template now has another one are moved away.
    """
    is_lacking = MissingNameTest(workbook)
    lacking = list(filter(is_lacking, find_expected_names(workbook, shipped)))
    draft, here, there = PackageDraft(workbook.package), BookCells(workbook), BookCells(shipped)
    graft, places = SheetGraft(draft, PackageDraft(shipped.package)), dict[str, BookCell]()
    displaced = DisplacedNames(here, there)
    for name in lacking:
        at = shipped.names.get(name)
        if at is None:
            graft.name(name, is_lacking.row_names.get(name, shipped.name_texts[name]))
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
            graft.unname(displaced.holder(place))  # there is no card any more
    after = Workbook(workbook.path, draft.to_bytes())
    for name, place in places.items():
        at = shipped.names[name]
        words = None if displaced.holder(place) else _labels_around_names(there, at.sheet)
        _write_missing_named_cell(after, here, there, BookCell(at.sheet, at.row, at.col), place, words)
    return Workbook(workbook.path, after.to_bytes())


def find_deleted_names(workbook: Workbook, shipped: Workbook) -> list[str]:
    """Return the names of the template that were deleted although their cells exist, or that refer to nothing."""
    here, there, is_lacking = BookCells(workbook), BookCells(shipped), MissingNameTest(workbook)
    found = []
    for name in find_expected_names(workbook, shipped):
        text, at = workbook.name_texts.get(name), shipped.names.get(name)
        if text is None and at is not None:
            place = _find_place_for_name(here, there, BookCell(at.sheet, at.row, at.col))
            if place is None or _may_be_written(here, place):
                continue
        if text is None and at is None:
            continue
        if is_lacking(name):
            found.append(name)
    return found


def _find_place_for_name(here: BookCells, there: BookCells, pattern: BookCell) -> BookCell | None:
    return _find_cell_in_table(here.book, there.book, pattern) or _find_counterpart_cell(here, there, pattern)


def _reference_to_book_cell(cell: BookCell, pattern: str = "") -> str:
    # if there are several cells, use the order of the template (*pattern*)
    cells = split_sheet_reference(pattern)[1] or f"${column_letters(cell.column)}${cell.row}"
    return f"{quote_sheet_name(cell.sheet)}!{cells}"


def _find_cell_in_table(workbook: Workbook, shipped: Workbook, cell: BookCell) -> BookCell | None:
    """Return the position of a cell in one of our tables, found by the key of its row."""
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
    row_key = shipped.read_table(there.name)[ours[key]][cell.row - there.first_row]
    keys = workbook.read_table(there.name)[theirs[key]]
    if column_id is None or row_key not in keys:
        return None
    return BookCell(here.sheet, here.first_row + keys.index(row_key), here.column(theirs[column_id]))


def _find_counterpart_cell(here: BookCells, there: BookCells, cell: BookCell) -> BookCell | None:
    """Return the same place on the same sheet if it has the expected formula, an expected value, or no content."""
    sheet = match_template_sheets(here.book, there.book).get(cell.sheet)
    if sheet is None:
        return None
    place = cell._replace(sheet=sheet)
    alike = (here.formula(place) is None) == (there.formula(cell) is None)
    return place if alike or _may_be_written(here, place) else None


def _may_be_written(here: BookCells, place: BookCell) -> bool:
    """Return whether a cell is blank, or has the small print of a card, which is a formula now."""
    return here.is_blank(place) or here.value(place) in _FORMER_SMALL_PRINT


def _write_missing_named_cell(
    after: Workbook, here: BookCells, there: BookCells, pattern: BookCell, place: BookCell, ours: set[str] | None
) -> None:
    """Write a blank cell and its texts as in the template; of existing texts, only those in *ours* are overwritten."""
    if _may_be_written(here, place):
        formula = there.formula(pattern)
        after.set_cell(place.sheet, place.row, place.column, CellFormula(formula) if formula else there.value(pattern))
    for down, right in _LABEL_OFFSETS:
        cell, label = (BookCell(c.sheet, c.row + down, c.column + right) for c in (place, pattern))
        if (
            cell.row
            and cell.column
            and isinstance(text := there.value(label), str)
            and not is_cell_in_table(here.book, cell)
        ):
            held = here.value(cell)
            if held != text and (here.is_blank(cell) or ours is None or held in ours):
                after.set_cell(cell.sheet, cell.row, cell.column, text)


def _labels_around_names(there: BookCells, sheet: str) -> set[str]:
    """Return the texts around the names on a sheet of the template."""
    around = (
        there.value(BookCell(sheet, at.row + down, at.col + right))
        for at in there.book.names.values()
        if at.sheet == sheet
        for down, right in _LABEL_OFFSETS
        if at.row + down > 0 and at.col + right > 0
    )
    return {text for text in around if isinstance(text, str)}
