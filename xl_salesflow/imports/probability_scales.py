"""Tell whether a column of probabilities counts in per cent, as fractions, or on a scale up to 5 or 10.

A header such as "Probability (0-10)" tells the scale. Without one, whole numbers up to ten are a question: 7 may be 7 % or 70 %.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from functools import cache

import pandas as pd

from xl_salesflow.core.written_columns import open_choices, read_number_column
from xl_salesflow.core.written_numbers import NumberStyle
from xl_salesflow.core.written_values import read_number_words
from xl_salesflow.imports.map_parts import OPEN_TIMES, ColumnMap
from xl_salesflow.schema.table_columns import ColumnType

_PER_CENT, _HIGHEST_SCALE = 0.01, 10


def judge_share_factor(header: str, texts: pd.Series, how: ColumnMap, number_cells: Set[str]) -> float:
    """Return what 1 stands for in a column of shares with *texts*; OPEN_TIMES if nothing tells, *how* if it knows.

    The factor is 0.01 for per cent, 1 for fractions and 0.1 for a scale up to ten.
    """
    if how.times != 1.0:
        return how.times
    style = NumberStyle(open_choices(how.decimal)[0])
    values = read_number_column(texts, ColumnType.NUMBER, style, number_cells).values
    most = _scale_of_header(header)
    if most and 1 < values.max() <= most:
        return 1 / most
    if not values.max() > 1:
        return how.times  # fractions, as far as the column shows
    is_on_scale = values.max() <= _HIGHEST_SCALE and (values.dropna() % 1 == 0).all()
    return OPEN_TIMES if is_on_scale and not texts.str.contains("%", regex=False).any() else _PER_CENT


def _scale_of_header(header: str) -> int:
    """Return the highest number of the scale that *header* names, such as (0-10), /10 or "out of 5"; 0 if it names none."""
    normalized = unicodedata.normalize("NFKC", header)
    return next((int(match["most"]) for shape in _scale_shapes() if (match := shape.search(normalized))), 0)


def drop_scale(header: str) -> str:
    """Return *header* without the scale that it ends with: "Probability" for "Probability /10"."""
    normalized = unicodedata.normalize("NFKC", header)
    ends = (shape.search(normalized) for shape in _scale_shapes())
    return next((normalized[: end.start()].strip() for end in ends if end and end.end() == len(normalized)), header)


@cache
def _scale_shapes() -> tuple[re.Pattern[str], ...]:
    words = {
        kind: "|".join(map(re.escape, found)) for kind, found in read_number_words()["header_words"]["scales"].items()
    }
    most = r"(?<![0-9])(?P<most>5|10|100)(?![0-9])"
    shapes = (
        rf"(?<![0-9])[01]\s*(?:{words['between']})\s*{most}",
        rf"(?:{words['before']}|/)\s*{most}",
        rf"{most}\s*(?:{words['behind']})",
    )  # fmt: skip
    return tuple(re.compile(shape, re.IGNORECASE) for shape in shapes)
