"""Tables: where they lie and what their columns are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xl_salesflow.ooxml.guard import unsound
from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.parts import Sheet, children, relationships, whole
from xl_salesflow.ooxml.refs import Area
from xl_salesflow.ooxml.text import cell_text


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A table's column: its header and, where it calculates, its formula."""

    name: str
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table on a sheet; rows and columns count from 1, the body lies between first_row and last_row."""

    name: str
    sheet: str
    part: str
    header_row: int | None
    first_row: int
    last_row: int
    first_col: int
    last_col: int
    columns: tuple[TableColumn, ...]
    has_totals: bool = False

    @property
    def area(self) -> Area:
        """The whole table, header and totals included."""
        return Area(self.header_row or self.first_row, self.first_col, self.last_row + self.has_totals, self.last_col)

    @property
    def body(self) -> Area:
        """The rows between header and totals."""
        return Area(self.first_row, self.first_col, self.last_row, self.last_col)

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns' names in their order."""
        return tuple(column.name for column in self.columns)

    def column(self, header: str) -> int:
        """The sheet column under a header; raises KeyError."""
        wanted = header.casefold()
        for offset, column in enumerate(self.columns):
            if column.name.casefold() == wanted:
                return self.first_col + offset
        raise KeyError(header)


def read_tables(package: Package, sheet: Sheet) -> Iterator[Table]:
    """Read the tables of a sheet, without touching the sheet itself."""
    for relation in relationships(package, sheet.part):
        if relation.kind == "table" and package.find(relation.target):
            yield _read_table(package, sheet, relation.target)


def _read_table(package: Package, sheet: Sheet, part: str) -> Table:
    root = package.parse(part)
    name = root.get("displayName") or root.get("name") or ""
    area, headers, totals = (
        Area.find(root.get("ref") or ""),
        whole(root, "headerRowCount", 1),
        whole(root, "totalsRowCount"),
    )
    columns = tuple(
        TableColumn(
            cell_text((column.get("name") or "").encode("utf-8", "surrogatepass").replace(b"&", b"&amp;")),
            next((f.text for f in children(column, "calculatedColumnFormula")), None),
        )
        for column in children(root, "tableColumns", "tableColumn")
    )
    if area is None or len(columns) != area.last_col - area.first_col + 1 or area.last_row - totals < area.first_row:
        raise unsound(package.path, f"has a table {name} that does not fit its place", f"表 {name} 与其区域不符")
    first = area.first_row + headers
    header_row = area.first_row if headers else None
    return Table(
        name,
        sheet.name,
        part,
        header_row,
        first,
        area.last_row - totals,
        area.first_col,
        area.last_col,
        columns,
        totals > 0,
    )
