"""Assemble the changed parts of a workbook from its collected edits.

Also changes what makes Excel calculate: the calculation settings and the chain of formulas.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xl_salesflow.ooxml.number_formats import DateFormats, read_format_kinds
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.row_shifts import (
    RowDeletion,
    RowShift,
    XmlChange,
    drop_insert_row,
    follow_in_comments,
    follow_in_formulas,
    follow_in_names,
    follow_in_pivot_source,
    follow_in_table,
    follow_in_tail,
)
from xl_salesflow.ooxml.sheet_edits import SheetEdits
from xl_salesflow.ooxml.sheet_rewriter import DateSetting, SheetRewriter, ShiftFollowers
from xl_salesflow.ooxml.sheet_stream import SheetStream
from xl_salesflow.ooxml.workbook_parts import ExcelTable, WorkbookPart, Worksheet
from xl_salesflow.ooxml.zip_archive import DeflatedPart, deflate_chunks

_CALCULATION_SETTINGS = re.compile(rb"<((?:[\w.-]+:)?)calcPr\b([^>]*?)(/?)>")
_FULL_CALC_ON_LOAD = re.compile(rb'\sfullCalcOnLoad="[^"]*"')
_BEFORE_CALCULATION_SETTINGS = re.compile(
    rb"</((?:[\w.-]+:)?)(?:sheets|functionGroups|externalReferences|definedNames)>"
)


def recalculate_on_load(workbook: bytes) -> bytes:
    """Ask Excel to calculate everything when it opens the workbook."""
    settings = _CALCULATION_SETTINGS.search(workbook)
    if settings:
        prefix, attributes, closed = settings.groups()
        new = b'<%bcalcPr%b fullCalcOnLoad="1"%b>' % (prefix, _FULL_CALC_ON_LOAD.sub(b"", attributes), closed)
        return workbook[: settings.start()] + new + workbook[settings.end() :]
    *_, place = _BEFORE_CALCULATION_SETTINGS.finditer(workbook)
    return workbook[: place.end()] + b'<%bcalcPr fullCalcOnLoad="1"/>' % place.group(1) + workbook[place.end() :]


def drop_relationship(rels: bytes, kind: bytes) -> bytes:
    """Drop the relationships of a kind, told by the last step of their type."""
    return re.sub(rb'<(?:[\w.-]+:)?Relationship\s[^>]*?Type="[^"]*/%b"[^>]*?/>\s*' % re.escape(kind), b"", rels)


def drop_content_type(types: bytes, part: str) -> bytes:
    """Drop a part's own content type."""
    name = re.escape(part.encode())
    return re.sub(rb'<(?:[\w.-]+:)?Override\s[^>]*?PartName="/%b"[^>]*?/>' % name, b"", types, flags=re.IGNORECASE)


@dataclass(slots=True)
class WorkbookEdits:
    """Everything that is to change in a workbook."""

    sheets: dict[str, SheetEdits] = field(default_factory=dict)
    moves: dict[str, RowShift] = field(default_factory=dict)  # by table
    filled: set[str] = field(default_factory=set)  # the parts of tables that get values
    recalculate: bool = False

    def sheet(self, name: str) -> SheetEdits:
        """The edits of a sheet, to add to."""
        return self.sheets.setdefault(name, SheetEdits())

    def last_row(self, table: ExcelTable) -> int:
        """Where a table's body ends once the edits are applied."""
        move = self.moves.get(table.name)
        return move.last_row if move else table.last_row


class EditAssembly:
    """Works out the changed parts of a package, each compressed and ready to write.

    `other_formulas` names the sheets whose formulas are others afterwards, or stand elsewhere.
    """

    def __init__(self, package: Package, workbook: WorkbookPart, edits: WorkbookEdits) -> None:
        self._styles = workbook.target("styles")
        self._dates = DateFormats(read_format_kinds(package.parse(self._styles)) if self._styles else [])
        self._package, self._workbook, self._edits = package, workbook, edits
        self._moves = [move for move in edits.moves.values() if move.last_row != move.table.last_row]
        self.other_formulas = {move.table.sheet for move in self._moves}
        self._small: dict[str, bytes] = {}  # parts changed as a whole
        self._changed: dict[str, DeflatedPart | None] = {}

    def changed(self) -> Mapping[str, DeflatedPart | None]:
        """Apply everything; None drops a part. Raises UnsupportedEdit."""
        formulas_changed = self._rewrite_sheets()
        if self._moves:
            self._follow_moves()
        for part in self._edits.filled:
            self._change(part, drop_insert_row)
        if formulas_changed:
            self._drop_calculation_chain()
        if self._dates and self._styles:
            self._change(self._styles, self._dates.add_to)
        if self._edits.recalculate:
            self._change(self._workbook.part, recalculate_on_load)
        return self._changed | {name: deflate_chunks([data]) for name, data in self._small.items()}

    @property
    def _setting(self) -> DateSetting:
        return DateSetting(self._workbook.date1904, self._dates)

    def _change(self, part: str, change: XmlChange) -> None:
        """Change a small part; one that stays equal stays untouched."""
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

    def _followers(self, sheet: str) -> ShiftFollowers:
        return ShiftFollowers(follow_in_formulas(self._moves, sheet), follow_in_tail(self._moves, sheet))

    def _follow_moves(self) -> None:
        for move in self._moves:
            self._change(move.table.part, follow_in_table(move))
        self._change(self._workbook.part, follow_in_names(self._moves))
        for move in self._moves:
            if isinstance(move, RowDeletion):
                for part, change in follow_in_comments(self._package, self._workbook.sheets[move.table.sheet], move):
                    self._change(part, change)
        for part in self._package.names:
            folder = posixpath.basename(posixpath.dirname(part)).lower()
            if folder == "charts" and part.endswith(".xml"):
                self._change(part, follow_in_formulas(self._moves))
            elif folder == "pivotcache" and "definition" in part.lower() and part.endswith(".xml"):
                self._change(part, follow_in_pivot_source(self._moves))
        for sheet in self._workbook.sheets.values():
            if sheet.part not in self._changed:
                self._follow_in_sheet(sheet)

    def _follow_in_sheet(self, sheet: Worksheet) -> None:
        """Rewrite a sheet without edits only if something on it points into a table that moved."""
        rows, tail = self._followers(sheet.name)
        stream = SheetStream(self._package, sheet.part)
        concerned = sum([rows(block) != block for block in stream.blocks()])
        if concerned:
            self.other_formulas.add(sheet.name)
        if concerned or tail(stream.tail) != stream.tail:
            rewriter = SheetRewriter(
                self._package.path, sheet.name, SheetEdits(), ShiftFollowers(rows, tail), self._setting
            )
            self._changed[sheet.part] = deflate_chunks(rewriter.rewrite(SheetStream(self._package, sheet.part)))

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
