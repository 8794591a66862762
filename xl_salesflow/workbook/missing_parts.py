"""Find what a workbook lacks of the template, and renew outdated helper sheets.

A part is missing because an older version made the workbook, or because somebody deleted it. Helper sheets, such as
Workings, hold no data of people and are rewritten from the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from xl_salesflow.errors import NotOurWorkbook
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS
from xl_salesflow.ooxml.excel_notation import split_sheet_reference, unquote_sheet_name
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.sheet_transfer import SheetGraft, rename_sheets
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import ExcelTable, read_relationships
from xl_salesflow.schema.named_values import NAMED_CELLS, SETTINGS_BY_ID
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.row_name_texts import find_row_name_texts, is_same_definition
from xl_salesflow.workbook.workbook_layout import guess_renamed_header, language_of_headers, match_headers


def find_outdated_helper_sheets(workbook: Workbook, shipped: Workbook) -> list[str]:
    """Return the helper sheets that a workbook has with names at other places, or without their names."""
    return [
        sheet
        for sheet in _find_helper_sheets(shipped)
        if sheet in workbook.sheets and _has_displaced_names(workbook, shipped, sheet)
    ]


def renew_helper_sheets(workbook: Workbook, shipped: Workbook, sheets: list[str]) -> Workbook:
    """Return *workbook* with helper sheets as in the template, and the names that refer to them."""
    if not sheets:
        return workbook
    draft = PackageDraft(workbook.package)
    graft = SheetGraft(draft, PackageDraft(shipped.package))
    for sheet in sheets:
        graft.body(sheet, workbook.sheets[sheet].part)
        for name, text in _names_on_sheet(shipped, sheet).items():
            graft.name(name, text)
    return Workbook(workbook.path, draft.to_bytes())


def _find_helper_sheets(shipped: Workbook) -> Iterator[str]:
    homes = {table.sheet for table in shipped.tables.values()}
    for sheet, place in shipped.sheets.items():
        if (
            sheet not in homes
            and _names_on_sheet(shipped, sheet)
            and not read_relationships(shipped.package, place.part)
        ):
            yield sheet


def _has_displaced_names(workbook: Workbook, shipped: Workbook, sheet: str) -> bool:
    there = workbook.name_texts
    return any(
        _split_sheet_reference(there.get(name, "")) != _split_sheet_reference(text)
        for name, text in _names_on_sheet(shipped, sheet).items()
    )


def _names_on_sheet(book: Workbook, sheet: str) -> Mapping[str, str]:
    return {
        name: text
        for name, text in book.name_texts.items()
        if "!" in text and _split_sheet_reference(text)[0] == sheet.casefold()
    }


def _split_sheet_reference(text: str) -> tuple[str, str]:
    # Excel removes quotes that are not needed
    sheet, cells = split_sheet_reference(text)
    return unquote_sheet_name(sheet).casefold(), cells


DECLARED_ROW_KEYS: Mapping[str, tuple[str | int, ...]] = {
    **METRIC_ROW_KEYS,
    "Settings": tuple(SETTINGS_BY_ID),
}
"""Tables with declared rows → the keys of those rows."""

_MISSING_PART_TEXTS = {
    "table": Text("the table {table}"),
    "column": Text("the column “{what}” of {table}"),
    "row": Text("the row of {what} in {table}"),
    "name": Text("the name {what}"),
    "sheet": Text("the sheet {what} as it is now"),
    "title": Text("the sheet name {what}, because Excel reserves the one before"),
}


_OWN_SHEET_REFERENCE = re.compile(r"'(?:[^'\[\]]|'')+'|[\w.]+")  # of this workbook, not of another one


_RESERVED_TITLE = "history"  # Excel keeps it for its change tracking, and lets nobody give it to a sheet


class MissingPart(NamedTuple):
    """A missing part: its *kind* (table, column, row, sheet, name or title), its table, and its name."""

    kind: str
    table: str
    what: str | int = ""

    def describe(self, language: Language) -> str:
        """Return a description."""
        what = self.what
        if self.kind == "column":
            what = TABLES[self.table].header(str(what), language)
        return _MISSING_PART_TEXTS[self.kind].in_(language, table=self.table, what=str(what))


def find_missing_parts(workbook: Workbook, shipped: Workbook) -> list[MissingPart]:
    """Return what *workbook* lacks of the template *shipped*, tables first.

    Tables, and columns that seem to have been renamed, are not included: the reader reports them, with the likely new
    name.

    Raises:
        NotOurWorkbook: it has none of our tables.
    """
    ours = find_declared_tables(workbook)
    language = language_of_headers(ours)
    found = [MissingPart("table", name) for name in TABLES if name not in ours]
    for name, table in ours.items():
        declared, matched = TABLES[name], match_headers(TABLES[name], table.headers, language)
        lacking = [column for column in declared.columns if column.id not in matched]
        added = [column for column in lacking if guess_renamed_header(declared, column, matched, table.headers) is None]
        found += [MissingPart("column", name, column.id) for column in added]
        found += [MissingPart("row", name, key) for key in _find_missing_rows(workbook, name, matched)]
    found += [
        MissingPart("title", name, shipped.tables[name].sheet) for name in _find_reserved_titles(workbook, shipped)
    ]
    found += [MissingPart("sheet", "", sheet) for sheet in find_outdated_helper_sheets(workbook, shipped)]
    return found + [MissingPart("name", "", name) for name in _find_missing_names(workbook, shipped)]


def rename_reserved_titles(workbook: Workbook, tables: Iterable[str], shipped: Workbook) -> Workbook:
    """Return *workbook* with the sheets of *tables* called as in the template, and every reference to them."""
    return rename_sheets(workbook, {workbook.tables[name].sheet: shipped.tables[name].sheet for name in tables})


def _find_reserved_titles(workbook: Workbook, shipped: Workbook) -> Iterator[str]:
    """Yield the tables on a sheet with the name that Excel reserves; older versions used it."""
    taken = {sheet.casefold() for sheet in workbook.sheets}
    for name, table in workbook.tables.items():
        reserved = name in TABLES and name in shipped.tables and table.sheet.casefold() == _RESERVED_TITLE
        if reserved and shipped.tables[name].sheet.casefold() not in taken:
            yield name


def find_declared_tables(workbook: Workbook) -> dict[str, ExcelTable]:
    """Return the declared tables that exist; raises NotOurWorkbook."""
    found = {name: workbook.tables[name] for name in TABLES if name in workbook.tables}
    if not found:
        raise NotOurWorkbook(workbook.path)
    return found


def _find_missing_rows(workbook: Workbook, table: str, headers: Mapping[str, str]) -> Iterator[str | int]:
    """Yield the keys of declared rows that a table lacks; none for a table that was never filled."""
    key = TABLES[table].key or ""
    if table in DECLARED_ROW_KEYS and key in headers:
        there = {_row_key_text(cell) for cell in workbook.read_table(table)[headers[key]]} - {""}
        yield from (row for row in DECLARED_ROW_KEYS[table] if there and str(row) not in there)


def _row_key_text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _find_missing_names(workbook: Workbook, shipped: Workbook) -> Iterator[str]:
    """Yield the names of the template that are missing or refer to nothing."""
    lacks = MissingNameTest(workbook)
    yield from (name for name in find_expected_names(workbook, shipped) if lacks(name))


class MissingNameTest:
    """Tells whether a name of ours is missing in a workbook, refers to nothing, or reads other columns than it should."""

    def __init__(self, workbook: Workbook) -> None:
        self._book, self.row_names = workbook, find_row_name_texts(find_declared_tables(workbook))

    def __call__(self, name: str) -> bool:
        """Return whether *name* has to be defined anew."""
        text = self._book.name_texts.get(name)
        if text is None or is_broken_reference(self._book, text):
            return True
        return name in self.row_names and not is_same_definition(text, self.row_names[name])


_START_NAMES = frozenset(cell.name for cell in NAMED_CELLS.values() if cell.sheet == "Start")


def find_expected_names(workbook: Workbook, shipped: Workbook) -> Iterator[str]:
    """Yield the names that a workbook should have; an older one keeps its own sheet Start, which has none."""
    older_start = _START_NAMES.isdisjoint(workbook.name_texts)
    yield from (name for name in shipped.name_texts if not older_start or name not in _START_NAMES)


def is_broken_reference(workbook: Workbook, text: str) -> bool:
    """Return whether the target of a name was deleted."""
    sheet, _ = split_sheet_reference(text)
    return "#REF!" in text.upper() or (
        _OWN_SHEET_REFERENCE.fullmatch(sheet) is not None and unquote_sheet_name(sheet) not in workbook.sheets
    )


def match_template_sheets(workbook: Workbook, shipped: Workbook) -> Mapping[str, str]:
    """Return the sheet that corresponds to each sheet of the template: of the same name, or with the same tables."""
    by_table = {t.sheet: workbook.tables[t.name].sheet for t in shipped.tables.values() if t.name in workbook.tables}
    by_name = {name: workbook.sheets[name].name for name in shipped.sheets if name in workbook.sheets}
    return by_name | by_table


def find_named_sheets(workbook: Workbook) -> set[str]:
    """Return the sheets that defined names refer to, whether they exist or not."""
    named = (split_sheet_reference(text)[0] for text in workbook.name_texts.values())
    return {unquote_sheet_name(sheet) for sheet in named if _OWN_SHEET_REFERENCE.fullmatch(sheet)}
