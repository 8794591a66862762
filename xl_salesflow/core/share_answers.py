"""The answers of share and collect: the workbooks that people got, and what came back from them."""

from __future__ import annotations

from dataclasses import dataclass

from xl_salesflow.core.answers import Answer
from xl_salesflow.core.verb_answers import MergedCopy


@dataclass(frozen=True)
class SharedFile(Answer):
    """The workbook of one person."""

    person: str
    """Name of the person, as on the sheet Team."""
    file: str
    """Path of the workbook."""
    status: str
    """made, refreshed, unchanged, or kept: left as it is, for the reason that a finding gives."""
    deals: int
    """Deals in it."""
    mark: str
    """What stands in the numbers of the rows that the person adds, such as AL in D-AL-00001."""


@dataclass(frozen=True)
class CollectedCopies(Answer):
    """What was taken over from each workbook that came back, in the order in which they were merged."""

    copies: tuple[MergedCopy, ...]
    """What was taken over from each of them."""

    @property
    def total(self) -> MergedCopy:
        """Return what was taken over from all of them together."""
        counts = ((one.cells, one.rows, one.rows_removed, one.conflicts) for one in self.copies)
        return MergedCopy(*map(sum, zip((0, 0, 0, 0), *counts, strict=True)))


@dataclass(frozen=True)
class CollectedFile(Answer):
    """A workbook found in the folder, or missing there."""

    file: str
    """Path of the workbook."""
    person: str
    """Whose workbook it is; blank if that is not known."""
    status: str
    """collected, unchanged since it was shared or collected, missing, or left: not merged; a finding gives the reason."""
    taken: MergedCopy | None = None
    """What was taken over; null if it was not merged."""
