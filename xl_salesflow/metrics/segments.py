"""Two segments side by side: is one really converting better, or is it chance?"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Any, Literal

from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.funnel import by
from xl_salesflow.model.choices import identify
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES

Verdict = Literal["first", "second", "no difference", "too few"]

Z95 = 1.95996398454005  # of the normal distribution, two-sided 95 %; a formula keeps fifteen digits


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an A/B test says. Rates and *difference* (first − second) are fractions, *interval* its 95 % interval.

    *p_value* is that of the two-proportion z test; None where a side is empty or nothing varies. *verdict* names the better
    side, or says that there is no difference to speak of, or that there are too few deals to call one.
    """

    first_rate: float | None
    second_rate: float | None
    difference: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    verdict: Verdict
    tried: tuple[int, int] = (0, 0)


def compare_rates(won: tuple[int, int], tried: tuple[int, int], small_sample: float = 30) -> Comparison:
    """Compare *won* of *tried* of two segments; below *small_sample* on either side no difference is called.

    Source: the pooled two-proportion z test, and the unpooled (Wald) interval of the difference.
    """
    if not all(tried):
        rates = [part / whole if whole else None for part, whole in zip(won, tried, strict=True)]
        return Comparison(rates[0], rates[1], None, None, None, "too few", tried)
    first, second = won[0] / tried[0], won[1] / tried[1]
    difference = first - second
    spread = sqrt(first * (1 - first) / tried[0] + second * (1 - second) / tried[1])
    pooled = sum(won) / sum(tried)
    error = sqrt(pooled * (1 - pooled) * (1 / tried[0] + 1 / tried[1]))
    p_value = erfc(abs(difference) / error / sqrt(2)) if error else None
    interval = (difference - Z95 * spread, difference + Z95 * spread)
    verdict = _verdict(difference, p_value, tried, small_sample)
    return Comparison(first, second, difference, interval, p_value, verdict, tried)


def compare_segments(pipeline: Pipeline, column: str, first: str, second: str) -> Comparison:
    """Compare the win rates of the closed deals of two values of *column*, as the pipeline's view asks.

    Raises:
        UsageError: no deal has one of the values.
    """
    rows = {str(row["key"]).casefold(): row for row in by(pipeline, column)}
    sides = [_side(rows, column, name, _shown(pipeline, column, name)) for name in (first, second)]
    won, closed = zip(*((side["won_count"], side["won_count"] + side["lost_count"]) for side in sides), strict=True)
    return compare_rates((won[0], won[1]), (closed[0], closed[1]), pipeline.settings.number("small_sample"))


def _shown(pipeline: Pipeline, column: str, name: str) -> str:
    labels = LISTS.get(TABLES["Deals"][column].options or "", {})
    id = identify(labels, name)
    return labels[id].in_(pipeline.language) if id else name


def _side(rows: dict[str, dict[str, Any]], column: str, typed: str, name: str) -> dict[str, Any]:
    if name.casefold() not in rows:
        there = [str(row["key"]) for row in rows.values() if row["key"]]
        if not there:
            header = TABLES["Deals"][column].header
            raise UsageError(
                f"No deal in view has a value of “{header.en}”; fill it in, or compare by another column.",
                f"筛选范围内的商机均未填写“{header.zh}”；请先填写，或改按其他列比较。",
            )
        raise UsageError(
            f"No deal in view has “{typed}”; there are {', '.join(there)}.",
            f"没有商机属于“{typed}”；现有：{'、'.join(there)}。",
        )
    return rows[name.casefold()]


def _verdict(difference: float, p_value: float | None, tried: tuple[int, int], small_sample: float) -> Verdict:
    if min(tried) < small_sample:
        return "too few"
    if p_value is None or p_value >= 0.05:
        return "no difference"
    return "first" if difference > 0 else "second"
