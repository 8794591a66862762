"""Quote numbers: prefix, year and a counter, such as Q-2026-0007, without a gap and never the same twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

import numpy as np
import pandas as pd

from xl_salesflow.model.frames import folded
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


def renumbered(
    pipeline: Pipeline, quotes: pd.DataFrame, lines: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Return *quotes* of another copy and their *lines* with new numbers for those that *pipeline* gave to a quote of its own.

    A quote for the same deal with the same date and version is the same one and keeps its number. The third value says which
    number became which.
    """
    ours = pipeline["Quotes"]
    same = ["quote", "deal", "version", "date"]
    known = pd.MultiIndex.from_frame(ours[same].assign(quote=folded(ours["quote"]), deal=folded(ours["deal"])))
    theirs = pd.MultiIndex.from_frame(quotes[same].assign(quote=folded(quotes["quote"]), deal=folded(quotes["deal"])))
    taken = folded(quotes["quote"]).isin(set(folded(ours["quote"]))).to_numpy(bool) & ~theirs.isin(known)
    both = pipeline.with_tables(Quotes=pd.concat([ours, quotes]) if len(ours) else quotes)
    old = quotes.loc[taken, "quote"]
    names = dict(zip(old, next_numbers(both, len(old)), strict=True))
    by_key = {name.strip().casefold(): new for name, new in names.items()}

    def renamed(column: pd.Series) -> pd.Series:
        return pd.Series(
            np.array([by_key.get(key, name) for key, name in zip(folded(column), column, strict=True)], object),
            column.index,
        )

    changed = quotes.assign(quote=renamed(quotes["quote"]), supersedes=renamed(quotes["supersedes"]))
    return changed, lines.assign(quote=renamed(lines["quote"])), names


def _numbers(pipeline: Pipeline) -> Iterable[str]:
    # a quote whose row was deleted may have gone out: its number lives on where it is referred to
    quotes, lines, journal = pipeline["Quotes"], pipeline["QuoteLines"], pipeline["Journal"]
    written = journal.loc[journal["table"] == "Quotes", "key"]
    return map(str, chain(quotes["quote"], quotes["supersedes"], lines["quote"], written))
