"""A change is a value before it is an act: what a verb wants done to a workbook, and what it found.

Edits are columnar, because an update of a hundred thousand deals is a few columns, not a million cells; `Plan.changes`
gives them one by one to whoever wants to read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from xl_salesflow.model.text import Text


@dataclass(frozen=True, slots=True)
class Change:
    """One cell: what stood there, what will, and why."""

    table: str
    key: str
    column: str
    before: Any
    after: Any
    because: str


@dataclass(frozen=True)
class Edit:
    """Cells of one column. *after* is indexed by sheet row, as *before* and *keys* are; all have the column's dtype."""

    table: str
    column: str
    keys: pd.Series
    before: pd.Series
    after: pd.Series
    because: str | pd.Series

    def __len__(self) -> int:
        return len(self.after)

    def __iter__(self) -> Iterator[Change]:
        reasons: Sequence[str] = [self.because] * len(self) if isinstance(self.because, str) else list(self.because)
        for key, before, after, because in zip(self.keys, self.before, self.after, reasons, strict=True):
            yield Change(self.table, str(key), self.column, before, after, because)


@dataclass(frozen=True)
class Append:
    """Rows to add below a table: a complete frame (see frames.py) whose index is ignored."""

    table: str
    rows: pd.DataFrame
    because: str


@dataclass(frozen=True)
class Remove:
    """Rows to take out of a table, as they stand: a complete frame indexed by sheet row."""

    table: str
    rows: pd.DataFrame
    because: str


@dataclass(frozen=True)
class Fill:
    """The whole new body of a generated table, and the one it had where that is known."""

    table: str
    rows: pd.DataFrame
    before: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A named cell and its new value; *cached* keeps the formula and replaces only what it last came to."""

    name: str
    before: Any
    after: Any
    cached: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with which row, in words its owner can act on. *cell* is the address such as ``Deals!F12``."""

    rule: str
    severity: str  # block, warn or note
    message: str
    table: str = ""
    key: str = ""
    column: str = ""
    cell: str = ""

    @property
    def blocks(self) -> bool:
        """Tell whether the finding makes a run end with exit code 1."""
        return self.severity == "block"


@dataclass(frozen=True)
class Document:
    """Something to print: the template's *kind*, the *name* of the file without ending, and the facts to fill in."""

    kind: str
    name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """Everything a verb wants: values only, so that a dry run prints exactly what the real run writes."""

    edits: tuple[Edit, ...] = ()
    appends: tuple[Append, ...] = ()
    fills: tuple[Fill, ...] = ()
    caches: tuple[Edit, ...] = ()  # formula cells: the formula stays, its cached value is refreshed
    cells: tuple[Cell, ...] = ()
    findings: tuple[Finding, ...] = ()
    documents: tuple[Document, ...] = ()
    repairs: Mapping[str, Mapping[str, Sequence[int]]] = field(default_factory=dict)  # table → column → rows to restore
    answer: Mapping[str, Any] = field(default_factory=dict)  # what --json prints
    summary: Text | None = None
    removes: tuple[Remove, ...] = ()

    def __add__(self, other: Plan) -> Plan:
        return Plan(
            self.edits + other.edits,
            self.appends + other.appends,
            self.fills + other.fills,
            self.caches + other.caches,
            self.cells + other.cells,
            self.findings + other.findings,
            self.documents + other.documents,
            {**self.repairs, **other.repairs},
            {**self.answer, **other.answer},
            other.summary or self.summary,
            self.removes + other.removes,
        )

    @property
    def writes(self) -> bool:
        """Tell whether the workbook would change at all."""
        lengths = [len(edit) for edit in self.edits + self.caches]
        rows = [len(table.rows) for table in self.appends + self.removes]
        return any(lengths) or any(rows) or bool(self.fills or self.cells or self.repairs)

    @property
    def blocks(self) -> bool:
        """Tell whether a finding blocks (exit code 1)."""
        return any(finding.blocks for finding in self.findings)

    @property
    def changes(self) -> Iterator[Change]:
        """Yield every edit cell by cell, cached values left out."""
        for edit in self.edits:
            yield from edit
