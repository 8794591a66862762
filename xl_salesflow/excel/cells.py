"""What Excel hands over and what it is given: errors told from text, and text that it must not read as something else."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from xl_salesflow.workbook import ErrorValue

ERRORS = frozenset(
    (
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#N/A",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#BLOCKED!",
    )
)

_FORMULA_LIKE = re.compile(r"\s*[=+\-@']")
_NUMBER_LIKE = re.compile(r"[\s\d.,:/()%$¢£¤¥€₩₹¥Ee+\-]*\d[\s\d.,:/()%$¢£¤¥€₩₹¥Ee+\-]*")
_DATE_LIKE = re.compile(
    r"(?=.*\d).{0,30}(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|am|pm|年|月|日|时|分)[a-z]*.{0,12}", re.IGNORECASE
)
_TRUTH = frozenset(("true", "false", "真", "假"))


def taken(cell: Any) -> Any:
    """Return a cell's value as the grid reads it: an error as one, a whole day as a date."""
    if isinstance(cell, str):
        return ErrorValue(cell) if cell in ERRORS else cell
    if isinstance(cell, datetime):
        cell = cell.replace(tzinfo=None)
        return cell.date() if not (cell.hour or cell.minute or cell.second or cell.microsecond) else cell
    return cell


def given(cell: Any) -> Any:
    """Return a value as Excel is to be given it; text it would read as a number, date or formula keeps being text."""
    if isinstance(cell, str):
        return f"'{cell}" if misread(cell) else cell
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)
    return cell


def misread(text: str) -> bool:
    """Tell whether Excel would take *text*, typed into a cell, for something else."""
    return bool(
        _FORMULA_LIKE.match(text)
        or _NUMBER_LIKE.fullmatch(text)
        or _DATE_LIKE.fullmatch(text)
        or text.strip().casefold() in _TRUTH
    )


def same(found: Any, wanted: Any) -> bool:
    """Tell whether a cell took what it was given."""
    found, wanted = taken(found), taken(wanted)
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        return found in (None, "") if wanted in (None, "") else bool(found == wanted)
    return isinstance(found, int | float) and math.isclose(found, wanted, rel_tol=1e-12, abs_tol=1e-300)


def column(cells: Sequence[Any]) -> list[list[Any]]:
    """Return *cells* as a block one column wide."""
    return [[cell] for cell in cells]
