"""From collected edits to the parts that change."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from xl_salesflow.ooxml import calc, comments, follow
from xl_salesflow.ooxml.deflate import Deflated, deflate
from xl_salesflow.ooxml.edits import SheetEdits
from xl_salesflow.ooxml.moves import Deletion, Move
from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.parts import Sheet, WorkbookPart
from xl_salesflow.ooxml.rewrite import Followers, Setting, SheetRewriter
from xl_salesflow.ooxml.sheet_scan import SheetStream
from xl_salesflow.ooxml.styles import DateFormats, format_kinds
from xl_salesflow.ooxml.tables import Table


@dataclass(slots=True)
class Edits:
    """Everything that is to change in a workbook."""

    sheets: dict[str, SheetEdits] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)  # by table
    filled: set[str] = field(default_factory=set)  # the parts of tables that get values
    recalculate: bool = False

    def sheet(self, name: str) -> SheetEdits:
        """The edits of a sheet, to add to."""
        return self.sheets.setdefault(name, SheetEdits())

    def last_row(self, table: Table) -> int:
        """Where a table's body ends once the edits are applied."""
        move = self.moves.get(table.name)
        return move.last_row if move else table.last_row


class Assembly:
    """Works out the changed parts of a package, each compressed and ready to write.

    `other_formulas` names the sheets whose formulas are others afterwards, or stand elsewhere.
    """

    def __init__(self, package: Package, workbook: WorkbookPart, edits: Edits) -> None:
        self._styles = workbook.target("styles")
        self._dates = DateFormats(format_kinds(package.parse(self._styles)) if self._styles else [])
        self._package, self._workbook, self._edits = package, workbook, edits
        self._moves = [move for move in edits.moves.values() if move.last_row != move.table.last_row]
        self.other_formulas = {move.table.sheet for move in self._moves}
        self._small: dict[str, bytes] = {}  # parts changed as a whole
        self._changed: dict[str, Deflated | None] = {}

    def changed(self) -> Mapping[str, Deflated | None]:
        """Apply everything; None drops a part. Raises UnsupportedEdit."""
        formulas_changed = self._rewrite_sheets()
        if self._moves:
            self._follow_moves()
        for part in self._edits.filled:
            self._change(part, follow.without_insert_row)
        if formulas_changed:
            self._drop_calculation_chain()
        if self._dates and self._styles:
            self._change(self._styles, self._dates.add_to)
        if self._edits.recalculate:
            self._change(self._workbook.part, calc.recalculate_on_load)
        return self._changed | {name: deflate([data]) for name, data in self._small.items()}

    @property
    def _setting(self) -> Setting:
        return Setting(self._workbook.date1904, self._dates)

    def _change(self, part: str, change: follow.Change) -> None:
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
            self._changed[sheet.part] = deflate(rewriter.rewrite(SheetStream(self._package, sheet.part)))
            formulas_changed |= rewriter.formulas_changed
            if rewriter.formulas_changed or rewriter.followed:
                self.other_formulas.add(sheet.name)
        return formulas_changed

    def _followers(self, sheet: str) -> Followers:
        return Followers(follow.in_formulas(self._moves, sheet), follow.in_tail(self._moves, sheet))

    def _follow_moves(self) -> None:
        for move in self._moves:
            self._change(move.table.part, follow.in_table(move))
        self._change(self._workbook.part, follow.in_names(self._moves))
        for move in self._moves:
            if isinstance(move, Deletion):
                for part, change in comments.following(self._package, self._workbook.sheets[move.table.sheet], move):
                    self._change(part, change)
        for part in self._package.names:
            folder = posixpath.basename(posixpath.dirname(part)).lower()
            if folder == "charts" and part.endswith(".xml"):
                self._change(part, follow.in_formulas(self._moves))
            elif folder == "pivotcache" and "definition" in part.lower() and part.endswith(".xml"):
                self._change(part, follow.in_pivot_source(self._moves))
        for sheet in self._workbook.sheets.values():
            if sheet.part not in self._changed:
                self._follow_in_sheet(sheet)

    def _follow_in_sheet(self, sheet: Sheet) -> None:
        """Rewrite a sheet without edits only if something on it points into a table that moved."""
        rows, tail = self._followers(sheet.name)
        stream = SheetStream(self._package, sheet.part)
        concerned = sum([rows(block) != block for block in stream.blocks()])
        if concerned:
            self.other_formulas.add(sheet.name)
        if concerned or tail(stream.tail) != stream.tail:
            rewriter = SheetRewriter(self._package.path, sheet.name, SheetEdits(), Followers(rows, tail), self._setting)
            self._changed[sheet.part] = deflate(rewriter.rewrite(SheetStream(self._package, sheet.part)))

    def _drop_calculation_chain(self) -> None:
        chain = self._workbook.target("calcChain")
        if chain is None:
            return
        folder, file = posixpath.split(self._workbook.part)
        rels = self._package.find(posixpath.join(folder, "_rels", f"{file}.rels"))
        types = self._package.find("[Content_Types].xml")
        self._changed[chain] = None
        if rels:
            self._change(rels, lambda xml: calc.without_relationship(xml, b"calcChain"))
        if types:
            self._change(types, lambda xml: calc.without_content_type(xml, chain))
