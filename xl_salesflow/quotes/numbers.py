"""Quote numbers: prefix, year and a counter, such as Q-2026-0007, without a gap and never the same twice.

Of two runs that write one file, the second is told and plans anew (cli/again.py); of two copies that meet, the one that is
taken in is numbered anew (merging/numbers.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from xl_salesflow.model.pipeline import Pipeline


def next_number(pipeline: Pipeline) -> str:
    """Return the number after the last one of this year."""
    return next_numbers(pipeline, 1)[0]


def next_numbers(pipeline: Pipeline, count: int) -> list[str]:
    """Return the *count* numbers after the last one of this year."""
    start = f"{pipeline.settings.text('quote_prefix')}{pipeline.today.year}-"
    pattern = re.compile(re.escape(start) + r"(\d{1,9})", re.IGNORECASE | re.ASCII)
    taken = (pattern.fullmatch(number.strip()) for number in _numbers(pipeline))
    last = max((int(match[1]) for match in taken if match), default=0)
    return [f"{start}{number:04d}" for number in range(last + 1, last + 1 + count)]


def _numbers(pipeline: Pipeline) -> Iterable[str]:
    # a quote whose row was deleted may have gone out: its number lives on where it is referred to
    quotes, lines, journal = pipeline["Quotes"], pipeline["QuoteLines"], pipeline["Journal"]
    written = journal.loc[journal["table"] == "Quotes", "key"]
    return map(str, chain(quotes["quote"], quotes["supersedes"], lines["quote"], written))
