"""The answer of export: the files that were written, and what changed since an earlier export."""

from __future__ import annotations

from dataclasses import dataclass

from xl_salesflow.core.answers import Answer


@dataclass(frozen=True)
class ExportAnswer(Answer):
    """One export of a workbook."""

    files: tuple[str, ...]
    """Paths of the files."""
    run: str = ""
    """Number of this export, for a later --since."""
    layout_version: int = 0
    """Version of the tables, columns and types."""
    since: str = ""
    """The earlier export that it was compared with; blank for a whole export."""
    added: int = 0
    """Rows that are new since then."""
    changed: int = 0
    """Rows of which a cell changed since then, other than cells with a formula."""
    removed: int = 0
    """Rows that are gone since then."""
