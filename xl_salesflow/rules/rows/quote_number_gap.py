"""A number is missing in the row of quote numbers of a year: a quote was deleted or renamed."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    quotes = pipeline["Quotes"]["quote"]
    start = re.escape(pipeline.settings.text("quote_prefix").strip())
    parts = quotes.str.strip().str.extract(rf"^(?i:(?P<year>{start}\d{{4}}-))(?P<number>\d{{1,9}})$").dropna()
    told = parts.assign(count=parts["number"].astype("int64"), year=parts["year"].str.lower()).sort_values(
        ["year", "count"]
    )
    before = told.groupby("year")["count"].shift(1)
    gap = told[(told["count"] - before) > 1]
    first = before[gap.index].astype("int64") + 1
    missing = [
        f"{start}{low:04d}" + (f"–{high:04d}" if high > low else "")
        for start, low, high in zip(parts.loc[gap.index, "year"], first, gap["count"] - 1, strict=True)
    ]
    facts = {"quote": quotes[gap.index], "missing": pd.Series(missing, index=gap.index, dtype=object)}
    yield Hits("Quotes", gap.index, "quote", facts)


RULE = Rule(
    "quote_number_gap",
    Text("A gap in the quote numbers", "报价单号不连续"),
    Text(
        "Before {quote} the number {missing} is missing; numbers are given without a gap, so look for the deleted row.",
        "{quote} 之前缺少 {missing}；编号应连续，请查找被删除的行。",
    ),
    "note",
    _hits,
)
