"""Assemble the changed parts of a workbook from its collected edits.

Also changes the calculation settings and removes the calculation chain, which Excel rebuilds.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

from xl_salesflow.ooxml.cell_contents import unescape_cell_text
from xl_salesflow.ooxml.cell_writer import CellWriter
from xl_salesflow.ooxml.copied_ranges import RowCopies, follow_in_copied_table, follow_in_drawing
from xl_salesflow.ooxml.number_formats import DateFormats, read_format_kinds
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.row_shifts import (
    FormulaFollower,
    RowDeletion,
    RowPermutation,
    TableShift,
    XmlChange,
    drop_insert_row,
    follow_in_comments,
    follow_in_links,
    follow_in_names,
    follow_in_pivot_source,
    follow_in_table,
    follow_in_tail,
)
from xl_salesflow.ooxml.shared_texts import SharedTexts
from xl_salesflow.ooxml.sheet_edits import SheetEdits
from xl_salesflow.ooxml.sheet_printer import PrintedSheet, SheetPrinter, read_wrapping_formats
from xl_salesflow.ooxml.sheet_rewriter import CellSetting, SheetRewriter, ShiftFollowers
from xl_salesflow.ooxml.sheet_stream import SheetStream
from xl_salesflow.ooxml.workbook_parts import (
    ExcelTable,
    WorkbookPart,
    Worksheet,
    find_parts_of_kinds,
    read_relationships,
    read_sheet_tables,
)
from xl_salesflow.ooxml.zip_archive import DeflatedPart, deflate_chunks

_CALCULATION_SETTINGS = re.compile(rb"<((?:[\w.-]+:)?)calcPr\b([^<>]*?)(/?)>")
_PROTECTED_STRUCTURE = re.compile(rb'<(?:[\w.-]+:)?workbookProtection\b[^<>]*\blockStructure="(?:1|true|on)"')
_SHEET_TAG = re.compile(rb"<(?:[\w.-]+:)?sheet\s[^<>]*>")
_SHEET_NAME = re.compile(rb"\sname=([\"'])(.*?)\1")
_SHEET_STATE = re.compile(rb"\sstate=([\"'])hidden\1")
_FULL_CALC_ON_LOAD = re.compile(rb'\sfullCalcOnLoad="[^"]*"')
_BEFORE_CALCULATION_SETTINGS = re.compile(
    rb"</((?:[\w.-]+:)?)(?:sheets|functionGroups|externalReferences|definedNames)>"
)


def recalculate_on_load(workbook: bytes) -> bytes:
    """Make Excel calculate everything when it opens the workbook."""
    settings = _CALCULATION_SETTINGS.search(workbook)
    if settings:
        prefix, attributes, closed = settings.groups()
        new = b'<%bcalcPr%b fullCalcOnLoad="1"%b>' % (prefix, _FULL_CALC_ON_LOAD.sub(b"", attributes), closed)
        return workbook[: settings.start()] + new + workbook[settings.end() :]
    *_, place = _BEFORE_CALCULATION_SETTINGS.finditer(workbook)
    return workbook[: place.end()] + b'<%bcalcPr fullCalcOnLoad="1"/>' % place.group(1) + workbook[place.end() :]


def show_hidden_sheets(workbook: bytes, names: Collection[str]) -> bytes:
    """Make hidden sheets visible; a workbook whose structure is protected stays as it is."""
    if _PROTECTED_STRUCTURE.search(workbook):
        return workbook
    wanted = {name.casefold() for name in names}

    def show(tag: re.Match[bytes]) -> bytes:
        name = _SHEET_NAME.search(tag[0])
        if name is None or unescape_cell_text(name[2]).casefold() not in wanted:
            return tag[0]
        return _SHEET_STATE.sub(b"", tag[0])

    return _SHEET_TAG.sub(show, workbook)


def drop_relationship(rels: bytes, kind: bytes) -> bytes:
    """Remove the relationships of a kind, the last step of their type."""
    return re.sub(rb'<(?:[\w.-]+:)?Relationship\s[^<>]*?Type="[^"]*/%b"[^<>]*?/>\s*' % re.escape(kind), b"", rels)


def drop_content_type(types: bytes, part: str) -> bytes:
    """Remove a part's own content type."""
    name = re.escape(part.encode())
    return re.sub(rb'<(?:[\w.-]+:)?Override\s[^<>]*?PartName="/%b"[^<>]*?/>' % name, b"", types, flags=re.IGNORECASE)


@dataclass(slots=True)
class WorkbookEdits:
    """All edits of a workbook."""

    sheets: dict[str, SheetEdits] = field(default_factory=dict)
    row_shifts: dict[str, TableShift] = field(default_factory=dict)  # by table
    orders: dict[str, RowPermutation] = field(default_factory=dict)  # by table
    printed: dict[str, PrintedSheet] = field(default_factory=dict)  # sheets whose rows are repeated or left out
    filled: set[str] = field(default_factory=set)  # the parts of tables that get values
    shown: set[str] = field(default_factory=set)  # hidden sheets that will be visible
    recalculate: bool = False

    def sheet(self, name: str) -> SheetEdits:
        """Return the edits of a sheet, to which more can be added."""
        return self.sheets.setdefault(name, SheetEdits())

    def last_row(self, table: ExcelTable) -> int:
        """Return the last body row of a table after the edits."""
        shift = self.row_shifts.get(table.name)
        return shift.last_row if shift else table.last_row


class EditAssembly:
    """Makes the changed parts of a package, each compressed and ready to write.

    `other_formulas` names the sheets on which formulas change or move.
    """

    def __init__(self, package: Package, workbook: WorkbookPart, edits: WorkbookEdits) -> None:
        self._styles = workbook.target("styles")
        self._kinds = read_format_kinds(package.parse(self._styles)) if self._styles else []
        self._dates = DateFormats(self._kinds)
        self._strings = workbook.target("sharedStrings")
        self._shared = SharedTexts(lambda: package.read(self._strings) if self._strings else None)
        self._package, self._workbook, self._edits = package, workbook, edits
        self._table_shifts = [s for s in edits.row_shifts.values() if s.last_row != s.table.last_row]
        self._shifts = [*self._table_shifts, *(printed.copies for printed in edits.printed.values())]
        self.other_formulas = {shift.sheet for shift in self._shifts}
        self._small: dict[str, bytes] = {}  # parts changed as a whole
        self._changed: dict[str, DeflatedPart | None] = {}

    def changed_parts(self) -> Mapping[str, DeflatedPart | None]:
        """Return the changed parts by name; None removes a part. Raises UnsupportedEdit."""
        formulas_changed = self._rewrite_sheets()
        self._print_sheets()
        if self._shifts:
            self._follow_shifts()
        self._follow_orders()
        for part in self._edits.filled:
            self._change(part, drop_insert_row)
        if formulas_changed or self._edits.printed:
            self._drop_calculation_chain()
        if self._dates and self._styles:
            self._change(self._styles, self._dates.add_to)
        if self._shared and self._strings:
            self._change(self._strings, lambda _: self._shared.write())
        if self._edits.shown:
            self._change(self._workbook.part, partial(show_hidden_sheets, names=self._edits.shown))
        if self._edits.recalculate:
            self._change(self._workbook.part, recalculate_on_load)
        return self._changed | {name: deflate_chunks([data]) for name, data in self._small.items()}

    @property
    def _setting(self) -> CellSetting:
        return CellSetting(self._workbook.date1904, self._dates, self._shared)

    def _change(self, part: str, change: XmlChange) -> None:
        """Change a small part; if it stays equal, it is not written."""
        before = self._small.get(part) or self._package.read(part)
        after = change(before)
        if after != before:
            self._small[part] = after

    def _rewrite_sheets(self) -> bool:
        formulas_changed = False
        for name, edits in self._edits.sheets.items():
            sheet = self._workbook.sheets[name]
            if not edits:
                continue
            followers = self._followers(sheet.name)
            rewriter = SheetRewriter(self._package.path, sheet.name, edits, followers, self._setting)
            self._changed[sheet.part] = deflate_chunks(rewriter.rewrite(SheetStream(self._package, sheet.part)))
            formulas_changed |= rewriter.formulas_changed
            if rewriter.formulas_changed or rewriter.followed:
                self.other_formulas.add(sheet.name)
        return formulas_changed

    def _print_sheets(self) -> None:
        wraps = read_wrapping_formats(self._package.parse(self._styles)) if self._edits.printed and self._styles else []
        copies = [printed.copies for printed in self._edits.printed.values()]
        for name, printed in self._edits.printed.items():
            sheet = self._workbook.sheets[name]
            stream = SheetStream(self._package, sheet.part)
            write = CellWriter(stream.grammar.prefix, self._workbook.date1904)
            printer = SheetPrinter(printed, copies, write, self._kinds, wraps)
            self._changed[sheet.part] = deflate_chunks(printer.write_sheet(stream))
            for table in read_sheet_tables(self._package, sheet):
                self._change(table.part, follow_in_copied_table(table, printed.copies))
            for relation in read_relationships(self._package, sheet.part):
                if relation.kind == "drawing" and self._package.find(relation.target):
                    self._change(relation.target, follow_in_drawing(printed.copies))

    def _followers(self, sheet: str) -> ShiftFollowers:
        follow = follow_in_tail(self._shifts, sheet)
        here = [order for order in self._edits.orders.values() if order.sheet == sheet]
        links = follow_in_links(here)
        return ShiftFollowers(
            FormulaFollower(self._shifts, sheet), (lambda tail: links(follow(tail))) if here else follow
        )

    def _follow_orders(self) -> None:
        for order in self._edits.orders.values():
            for part, change in follow_in_comments(self._package, self._workbook.sheets[order.sheet], order):
                self._change(part, change)

    def _follow_shifts(self) -> None:
        for table_shift in self._table_shifts:
            self._change(table_shift.table.part, follow_in_table(table_shift))
        self._change(self._workbook.part, follow_in_names(self._shifts))
        for shift in self._shifts:
            if isinstance(shift, RowDeletion | RowCopies):
                for part, change in follow_in_comments(self._package, self._workbook.sheets[shift.sheet], shift):
                    self._change(part, change)
        for kind, part in find_parts_of_kinds(self._package, "chart", "chartEx", "pivotCacheDefinition"):
            pivot = kind == "pivotCacheDefinition"
            self._change(part, follow_in_pivot_source(self._shifts) if pivot else FormulaFollower(self._shifts))
        for sheet in self._workbook.sheets.values():
            if sheet.part not in self._changed:
                self._follow_in_sheet(sheet)

    def _follow_in_sheet(self, sheet: Worksheet) -> None:
        """Rewrite a sheet without edits, but only if something on it refers to shifted rows."""
        rewriter = self._unedited(sheet)
        deque(rewriter.rewrite(SheetStream(self._package, sheet.part)), maxlen=0)
        if rewriter.followed:
            self.other_formulas.add(sheet.name)
        if rewriter.followed or rewriter.tail_followed:
            pieces = self._unedited(sheet).rewrite(SheetStream(self._package, sheet.part))
            self._changed[sheet.part] = deflate_chunks(pieces)

    def _unedited(self, sheet: Worksheet) -> SheetRewriter:
        return SheetRewriter(self._package.path, sheet.name, SheetEdits(), self._followers(sheet.name), self._setting)

    def _drop_calculation_chain(self) -> None:
        chain = self._workbook.target("calcChain")
        if chain is None:
            return
        folder, file = posixpath.split(self._workbook.part)
        rels = self._package.find(posixpath.join(folder, "_rels", f"{file}.rels"))
        types = self._package.find("[Content_Types].xml")
        self._changed[chain] = None
        if rels:
            self._change(rels, lambda xml: drop_relationship(xml, b"calcChain"))
        if types:
            self._change(types, lambda xml: drop_content_type(xml, chain))
