"""Columns of one file with the same header: read as one if they agree, and asked about if they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from xl_salesflow.core.written_numbers import parse_number_reading


class ColumnDifference(NamedTuple):
    """In how many rows two columns differ, the first such row, and its two texts."""

    rows: int
    row: int
    first: str
    second: str


def find_repeated_headers(row: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return name → name of the first column with the same header, where *names* are the unique names of *row*."""
    first: dict[str, str] = {}
    repeated: dict[str, str] = {}
    for header, name in zip(row, names, strict=False):
        shown = " ".join(header.split())
        if shown and first.setdefault(shown, name) != name:
            repeated[name] = first[shown]
    return repeated


def join_agreeing_columns(cells: pd.DataFrame, repeated: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return *cells* with each column that agrees with the first of its header read into it, and those that do not agree.

    Two columns agree if no row has different values in both.
    """
    rivals: dict[str, str] = {}
    for name, first in repeated.items():
        if name not in cells or first not in cells:
            continue
        if find_column_difference(cells, first, name, blanks=False):
            rivals[name] = first
        else:
            filled = cells[first].where(cells[first].str.strip() != "", cells[name])
            cells = cells.drop(columns=name).assign(**{first: filled})
    return cells, rivals


def find_column_difference(
    cells: pd.DataFrame, first: str, second: str, blanks: bool = True
) -> ColumnDifference | None:
    """Return how two columns differ, None if they do not; without *blanks*, a blank agrees with everything."""
    one, other = cells[first].str.strip(), cells[second].str.strip()
    candidates = one != other
    if not blanks:
        candidates &= (one != "") & (other != "")
    rows = [row for row in one.index[candidates] if not _mean_the_same(one[row], other[row])]
    return ColumnDifference(len(rows), int(rows[0]), one[rows[0]], other[rows[0]]) if rows else None


def _mean_the_same(first: str, second: str) -> bool:
    if first.casefold() == second.casefold():
        return True
    one, other = parse_number_reading(first), parse_number_reading(second)
    return (
        one is not None
        and other is not None
        and one.dot is not None
        and (one.dot, one.codes) == (other.dot, other.codes)
    )
