"""A table written with bars in a test, as the lists of its cells."""

from __future__ import annotations


def lines(table: str) -> list[list[str]]:
    """Return the cells of every line but the first, which is the heading."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]
