"""Named cells that a workbook lacks: named again where they stand, or written where the template has them."""

from __future__ import annotations

from xl_salesflow.model.tables import TABLES
from xl_salesflow.ooxml import Formula, Workbook, letters
from xl_salesflow.ooxml.draft import Draft
from xl_salesflow.ooxml.graft import Graft
from xl_salesflow.workbook.cells_of_book import Cell, Cells
from xl_salesflow.workbook.layout import language_of_headers, match_headers
from xl_salesflow.workbook.missing import home_of, leads_nowhere, our_tables


def add_names(workbook: Workbook, shipped: Workbook) -> Workbook:
    """Return *workbook* with the names that it lacks, as far as there is a place for them."""
    lacking = [name for name, text in shipped.name_texts.items() if _broken(workbook, workbook.name_texts.get(name))]
    draft, here, there = Draft(workbook.package), Cells(workbook), Cells(shipped)
    graft, written = Graft(draft, Draft(shipped.package)), list[tuple[Cell, Cell]]()
    for name in lacking:
        at = shipped.names.get(name)
        if at is None:
            graft.name(name, shipped.name_texts[name])
            continue
        pattern = Cell(at.sheet, at.row, at.col)
        place = _place(here, there, pattern)
        if place is None:
            continue
        if here.blank(place):
            written.append((pattern, place))
        graft.name(name, _text(place))
    after = Workbook(workbook.path, draft.to_bytes())
    for pattern, place in written:
        _copy(after, there, pattern, place)
    return Workbook(workbook.path, after.to_bytes()) if written else after


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


def _text(cell: Cell) -> str:
    sheet = cell.sheet.replace("'", "''")
    return f"'{sheet}'!${letters(cell.column)}${cell.row}"


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


def _copy(after: Workbook, there: Cells, pattern: Cell, place: Cell) -> None:
    """Write a cell as the template has it, and the label at its left."""
    formula, here = there.formula(pattern), Cells(after)
    after.set_cell(place.sheet, place.row, place.column, Formula(formula) if formula else there.value(pattern))
    left, beside = pattern._replace(column=pattern.column - 1), place._replace(column=place.column - 1)
    if beside.column and isinstance(label := there.value(left), str) and here.blank(beside):
        after.set_cell(beside.sheet, beside.row, beside.column, label)
