"""Fingerprints of what a quote promises and of the file that says it, so that a later change is noticed.

Who is addressed, who sells, how it looks and how long it holds may change without changing the promise: what, and for how much.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import pandas as pd

from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.quotes.arithmetic import line_columns, prices, quote_columns

_QUOTE = (
    "date",
    "currency",
    "rate",
    "tax_mode",
    "discount",
    "shipping",
    "terms",
    "notes",
    "tax",
    "total",
)
_LINE = ("position", "product", "description", "quantity", "unit", "price", "discount", "optional", "net")
_SIZE = 8  # bytes; enough to notice a change that nobody forges


def promises(pipeline: Pipeline) -> pd.Series:
    """Return a fingerprint per quote, indexed as Quotes: alike as long as the quote offers the same."""
    lines = pipeline["QuoteLines"].assign(net=line_columns(pipeline)["net"], price=prices(pipeline))
    lines = lines.assign(quote=folded(lines["quote"])).sort_values(["quote", "position"], kind="stable")
    said = _rows(lines, _LINE)
    offered: dict[str, list[str]] = {}
    for quote, line in zip(lines["quote"], said, strict=True):
        offered.setdefault(str(quote), []).append(line)
    sums = quote_columns(pipeline)
    quotes = pipeline["Quotes"].assign(tax=sums["tax"], total=sums["total"])
    heads = zip(folded(quotes["quote"]), _rows(quotes, _QUOTE), strict=True)
    return pd.Series(
        [fingerprint("\n".join((head, *offered.get(key, ())))) for key, head in heads], quotes.index, dtype=object
    )


def fingerprint(content: str | bytes) -> str:
    """Return the fingerprint of a text or of a file's bytes."""
    return blake2b(content.encode() if isinstance(content, str) else content, digest_size=_SIZE).hexdigest()


def _rows(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    return ["\t".join(map(_plain, row)) for row in zip(*(frame[id] for id in columns), strict=True)]


def _plain(cell: Any) -> str:
    if isinstance(cell, str):
        return " ".join(cell.split())
    if cell is pd.NaT or cell != cell:
        return ""
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else repr(float(cell))
