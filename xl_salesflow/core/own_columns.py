"""Columns that a team added to our tables: read when a gate asks for one, and never written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from xl_salesflow.locale.texts import Text, literal_text
from xl_salesflow.schema.table_columns import Column, ColumnType

EXTENSIBLE_TABLES = ("Deals", "Accounts", "Contacts", "Products", "Team", "Quotes")
"""The tables whose added columns are read."""


class OwnColumns(Protocol):
    """The added columns of one workbook."""

    def list_headers(self, table: str) -> Sequence[str]:
        """Return the headers of the columns that the team added to *table*."""

    def read(self, table: str, column: Column) -> pd.Series:
        """Return the cells of *column* (as from `describe_own_column`) by sheet row; what is not of its type is blank."""


class NoOwnColumns:
    """A workbook without added columns."""

    def list_headers(self, table: str) -> Sequence[str]:
        """Return no headers."""
        return ()

    def read(self, table: str, column: Column) -> pd.Series:
        """Raise KeyError: there is no such column."""
        raise KeyError(column.id)


def describe_own_column(header: str, column_type: ColumnType = ColumnType.TEXT) -> Column:
    """Return an added column as a declaration; its header is its id and the same in every language."""
    return Column(header, literal_text(header), column_type, Text(""))
