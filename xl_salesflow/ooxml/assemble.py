"""From collected edits to the parts that change."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from xl_salesflow.ooxml import calc, grow
from xl_salesflow.ooxml.deflate import Deflated, deflate
from xl_salesflow.ooxml.edits import SheetEdits
from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.parts import WorkbookPart
from xl_salesflow.ooxml.rewrite import SheetRewriter
from xl_salesflow.ooxml.sheet_scan import SheetStream


@dataclass(slots=True)
class Edits:
    """Everything that is to change in a workbook."""

    sheets: dict[str, SheetEdits] = field(default_factory=dict)
    growths: dict[str, grow.Growth] = field(default_factory=dict)
    recalculate: bool = False

    def sheet(self, name: str) -> SheetEdits:
        """The edits of a sheet, to add to."""
        return self.sheets.setdefault(name, SheetEdits())


class Assembly:
    """Works out the changed parts of a package, each compressed and ready to write."""

    def __init__(self, package: Package, workbook: WorkbookPart, edits: Edits) -> None:
        self._package, self._workbook, self._edits = package, workbook, edits
        self._growths = [g for g in edits.growths.values() if g.last_row != g.table.last_row]
        self._small: dict[str, bytes] = {}  # parts changed as a whole
        self._changed: dict[str, Deflated | None] = {}

    def changed(self) -> Mapping[str, Deflated | None]:
        """Apply everything; None drops a part. Raises UnsupportedEdit."""
        formulas_changed = self._rewrite_sheets()
        if self._growths:
            self._follow_growth()
        if formulas_changed:
            self._drop_calculation_chain()
        if self._edits.recalculate:
            self._change(self._workbook.part, calc.recalculate_on_load)
        return self._changed | {name: deflate([data]) for name, data in self._small.items()}

    def _change(self, part: str, change: Callable[[bytes], bytes]) -> None:
        """Change a small part; one that stays equal stays untouched."""
        before = self._small.get(part) or self._package.read(part)
        after = change(before)
        if after != before:
            self._small[part] = after

    def _rewrite_sheets(self) -> bool:
        formulas_changed = False
        for name, edits in self._edits.sheets.items():
            sheet = self._workbook.sheets[name]
            tail = grow.grow_tail(self._growths, sheet.name)
            rewriter = SheetRewriter(self._package.path, sheet.name, edits, tail, self._workbook.date1904)
            self._changed[sheet.part] = deflate(rewriter.rewrite(SheetStream(self._package, sheet.part)))
            formulas_changed |= rewriter.formulas_changed
        return formulas_changed

    def _follow_growth(self) -> None:
        for growth in self._growths:
            self._change(growth.table.part, lambda xml, growth=growth: grow.grow_table(growth, xml))  # type: ignore[misc]
        self._change(self._workbook.part, lambda xml: grow.grow_names(self._growths, xml))
        for part in self._package.names:
            folder = posixpath.basename(posixpath.dirname(part)).lower()
            if folder == "charts" and part.endswith(".xml"):
                self._change(part, lambda xml: grow.grow_formulas(self._growths, xml))
            elif folder == "pivotcache" and "definition" in part.lower() and part.endswith(".xml"):
                self._change(part, lambda xml: grow.grow_pivot_source(self._growths, xml))
        for sheet in self._workbook.sheets.values():
            if sheet.part not in self._changed:
                self._follow_in_tail(sheet.name, sheet.part)

    def _follow_in_tail(self, name: str, part: str) -> None:
        """Rewrite a sheet without edits only if its validations or formats look at the table."""
        stream = SheetStream(self._package, part)
        for _ in stream.blocks():
            pass
        tail = grow.grow_tail(self._growths, name)(stream.tail)
        if tail != stream.tail:
            self._changed[part] = deflate(self._with_tail(part, tail))

    def _with_tail(self, part: str, tail: bytes) -> Iterator[bytes]:
        stream = SheetStream(self._package, part)
        yield stream.head + stream.opening
        yield from stream.blocks()
        yield stream.closing + tail

    def _drop_calculation_chain(self) -> None:
        chain = self._workbook.target("calcChain")
        if chain is None or chain not in self._package.names:
            return
        folder, file = posixpath.split(self._workbook.part)
        rels = self._package.find(posixpath.join(folder, "_rels", f"{file}.rels"))
        types = self._package.find("[Content_Types].xml")
        self._changed[chain] = None
        if rels:
            self._change(rels, lambda xml: calc.without_relationship(xml, b"calcChain"))
        if types:
            self._change(types, lambda xml: calc.without_content_type(xml, chain))
