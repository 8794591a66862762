"""Declare a metric once: its name, its unit, its live formula and its Python function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from xl_salesflow.locale.texts import Text

MetricArray = NDArray[np.float64]
MetricSource = TypeVar("MetricSource")


CachedAnswer = TypeVar("CachedAnswer")


def cache_on_argument(function: Callable[[MetricSource], CachedAnswer]) -> Callable[[MetricSource], CachedAnswer]:
    """Work *function* out once per object it is asked of, and keep the answer with that object, as a cached property."""
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def kept(asked: MetricSource) -> CachedAnswer:
        answers: dict[str, CachedAnswer] = asked.__dict__
        if name not in answers:
            answers[name] = function(asked)
        return answers[name]

    return kept


@dataclass(frozen=True, slots=True)
class MetricFormula:
    """A template of model.formulas.render, or the text it became; *array* ones are entered as array formulas."""

    text: str
    array: bool = False


class Unit(Enum):
    """What a number counts; the label stands beside it."""

    DEALS = Text("deals", "个商机")
    MONEY = Text("money", "金额")
    RATIO = Text("ratio", "比率")
    DAYS = Text("days", "天")
    MONEY_PER_DAY = Text("money per day", "金额/天")
    TIMES = Text("times", "倍")
    POINTS = Text("points", "分")
    ANSWERS = Text("answers", "份")
    ACTIVITIES = Text("activities", "次活动")


@dataclass(frozen=True, slots=True)
class Metric(Generic[MetricSource]):
    """One number. *compute* and *sample* answer for every group at once (NaN is unknown); formulas show "" for that.

    *sample_formula* says what the number stands on; *formula* may speak of that cell as ``{sample}`` and of any other
    metric by its id, which is the defined name of its cell.
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
        """Tell whether the number is its own sample, so that no sample makes it unsure."""
        return self.sample is self.compute


@dataclass(frozen=True, slots=True)
class ColumnMetric(Generic[MetricSource]):
    """One column of a table of metrics, such as StageMetrics; the column's header and tip name and define it."""

    id: str
    formula: MetricFormula
    compute: Callable[[MetricSource], MetricArray]
