"""Read a table with bars in a test as lists of cells."""

from __future__ import annotations


def lines(table: str) -> list[list[str]]:
    """Return the cells of every line except the first, which is the header."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]
