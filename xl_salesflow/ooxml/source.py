"""What calculating needs to know of a workbook on disk, and which of its formulas are taken care of elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from xl_salesflow.ooxml.parts import DefinedName
from xl_salesflow.ooxml.sheet_scan import SheetStream
from xl_salesflow.ooxml.tables import Table

Spans = Mapping[int, Sequence[tuple[int, int]]]  # column to spans of rows


@dataclass(frozen=True)
class Source:
    """A workbook as formulas see it."""

    sheets: Sequence[str]
    tables: Mapping[str, Table]
    names: Mapping[str, DefinedName]
    texts: Mapping[str, str]  # of the defined names
    date1904: bool
    strings: Callable[[], Sequence[str]]
    stream: Callable[[str], SheetStream]
    nothing_but: Mapping[str, Known] = field(default_factory=dict)  # sheets whose formulas were all seen already


@dataclass(frozen=True)
class Known:
    """Formula cells whose values somebody else writes: columns of tables by their headers, and named cells."""

    columns: Mapping[str, Collection[str]] = field(default_factory=dict)
    names: Collection[str] = ()

    def covers(self, other: Known | None) -> bool:
        """Say whether all that *other* knows is known here."""
        return other is not None and all(
            {*headers} <= {*self.columns.get(table, ())} for table, headers in other.columns.items()
        )

    def places(self, source: Source) -> Mapping[str, Spans]:
        """Where they are in a workbook: sheet to column to rows."""
        found: defaultdict[str, defaultdict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for name, headers in self.columns.items():
            table = source.tables[name]
            for header in headers:
                found[table.sheet][table.column(header)].append((table.first_row, table.last_row))
        for name in self.names:
            if at := source.names.get(name):
                found[at.sheet][at.col].append((at.row, at.row))
        return found
