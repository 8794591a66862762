"""Turn the values of frames into plain Python values, which cells, JSON and files can hold, and recognise blank ones.

Frames hold values of numpy and pandas, every number as a float, and NaN, NaT or "" for a blank cell.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

_EXACT_INTEGERS = 1e15  # above it, a float does not have the digits that an integer would show

LOST_CHARACTER = "\ufffd"
"""The sign that programs put in place of a character that they could not read."""

replace_half_characters = partial(re.compile("[\ud800-\udfff]").sub, LOST_CHARACTER)
"""Returns a text as Excel displays it: half a character, which no file in UTF-8 can hold, as the sign of a lost one."""


def is_missing(value: Any) -> bool:
    """Return whether *value* is None, NaN or NaT."""
    return value is None or value is pd.NA or bool(value != value)


def is_blank(value: Any) -> bool:
    """Return whether *value* is missing or an empty text."""
    return is_missing(value) or (isinstance(value, str) and not value)


def plain_number(number: float) -> int | float:
    """Return *number* as an integer if it is one."""
    return int(number) if float(number).is_integer() and abs(number) < _EXACT_INTEGERS else float(number)


def plain_value(value: Any) -> Any:
    """Return *value* as plain Python: None for a blank one, an integer if possible, a date if it has no time."""
    if isinstance(value, str):  # most values are
        return str(value) or None
    if is_missing(value):
        return None
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=None)
        return moment.date() if moment.time() == time() else moment
    return plain_number(value) if isinstance(value, float) else value


def json_value(value: Any) -> Any:
    """Return *value* as JSON can hold it: plain, with dates as ISO text."""
    plain = plain_value(value)
    return plain.isoformat() if isinstance(plain, date) else plain
