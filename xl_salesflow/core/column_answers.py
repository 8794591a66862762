"""What the verb column answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xl_salesflow.core.answers import Answer


@dataclass(frozen=True)
class DeclaredColumnRow(Answer):
    """A column of the team's own, as the sheet Own columns declares it now."""

    table: str
    """The table with the column."""
    column: str
    """Its header."""
    is_new: bool
    """Whether the sheet Own columns did not have it before."""
    cells: Mapping[str, str]
    """Column of the sheet Own columns → its cell, choices as ids; only the filled ones."""
