"""Declare a metric once: its name, its unit, its live formula and its Python function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import wraps
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from xl_salesflow.locale.texts import Language, Text

MetricArray = NDArray[np.float64]
MetricSource = TypeVar("MetricSource")


CachedAnswer = TypeVar("CachedAnswer")


def cache_on_argument(function: Callable[[MetricSource], CachedAnswer]) -> Callable[[MetricSource], CachedAnswer]:
    """Compute *function* once per argument and store the result in that object, as a cached property does."""
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def cached(source: MetricSource) -> CachedAnswer:
        answers: dict[str, CachedAnswer] = source.__dict__
        if name not in answers:
            answers[name] = function(source)
        return answers[name]

    return cached


@dataclass(frozen=True, slots=True)
class MetricFormula:
    """A template for `table_registry.render_formula`, or the rendered text; with *array* it is an array formula.

    A placeholder named in *words*, such as ``{others}``, is replaced by that text in the workbook's language.
    """

    text: str
    array: bool = False
    words: Mapping[str, Text] = field(default_factory=dict, hash=False)

    def spell_words(self, language: Language) -> MetricFormula:
        """Return the template with its words in *language*."""
        text = self.text
        for slot, word in self.words.items():
            text = text.replace(f"{{{slot}}}", f'"{word.in_(language)}"')
        return MetricFormula(text, self.array)


class Unit(Enum):
    """What a number counts; the label is shown next to it."""

    DEALS = Text("deals")
    MONEY = Text("money")
    RATIO = Text("ratio")
    DAYS = Text("days")
    MONEY_PER_DAY = Text("money per day")
    TIMES = Text("times")
    POINTS = Text("points")
    ANSWERS = Text("answers")
    ACTIVITIES = Text("activities")


@dataclass(frozen=True, slots=True)
class Metric(Generic[MetricSource]):
    """One number. *compute* and *sample* return it for every group at once (NaN is unknown, "" in formulas).

    *sample_formula* counts what the number is based on; *formula* may refer to that cell as ``{sample}`` and to any
    other metric by its id, which is the defined name of its cell.
    """

    id: str
    name: Text
    definition: Text
    unit: Unit
    formula: MetricFormula
    compute: Callable[[MetricSource], MetricArray]
    sample_formula: MetricFormula
    sample: Callable[[MetricSource], MetricArray]

    @property
    def is_count(self) -> bool:
        """Return whether the number is its own sample, so that it is never marked as based on a small sample."""
        return self.sample is self.compute


@dataclass(frozen=True, slots=True)
class ColumnMetric(Generic[MetricSource]):
    """One column of numbers in a metric table; its name and definition are the header and tip of the column.

    *compute* returns one number per row, NaN for unknown; a column of days counts them since 1970.
    """

    id: str
    formula: MetricFormula
    compute: Callable[[MetricSource], MetricArray]


@dataclass(frozen=True, slots=True)
class ColumnText(Generic[MetricSource]):
    """One column of texts in a metric table, such as the stage of a row; *read* returns one per row, "" for none.

    A column with options, such as a kind of stage, has the ids of its choices.
    """

    id: str
    formula: MetricFormula
    read: Callable[[MetricSource], Sequence[str]]


MetricColumn = ColumnMetric[MetricSource] | ColumnText[MetricSource]
"""A column of a metric table, of numbers or of texts."""

SMALL_SAMPLE_MARK = Text("Small sample", context="metric_declaration")
"""Shown next to a number based on fewer deals than the setting small_sample."""


@dataclass(frozen=True, slots=True)
class SampleMark:
    """The column `mark`, which warns that the number in column *of* is based on few deals.

    The columns of *sample* add up to the number of those deals.
    """

    of: str
    sample: tuple[str, ...]

    @property
    def formula(self) -> MetricFormula:
        """Return the formula of the mark."""
        deals = "+".join(f"{{{column}}}" for column in self.sample)
        text = f'IF({{{self.of}}}="","",IF({deals}<SmallSample,{{small_sample}},""))'
        return MetricFormula(text, words={"small_sample": SMALL_SAMPLE_MARK})

    def is_due(self, row: Mapping[str, Any], limit: float) -> bool:
        """Return whether *row* needs the mark: its number is known, and based on fewer than *limit* deals."""
        return row[self.of] is not None and sum(row[column] for column in self.sample) < limit
