"""Comparison of two groups: their win rates, and whether the difference could be chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import erfc, sqrt
from typing import Literal

import numpy as np

from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.array_arithmetic import divide_or_unknown
from xl_salesflow.metrics.group_metrics import Grouping, group_lost_count, group_won_count
from xl_salesflow.metrics.metric_declaration import ColumnMetric, ColumnText, MetricArray, MetricColumn, MetricFormula
from xl_salesflow.schema.choice_lists import CHOICES

SEGMENT_ROWS = 2
"""Number of rows of Segments: the two groups chosen on the sheet Trends."""

RateVerdict = Literal["first", "second", "no difference", "too few"]

Z_SCORE_95 = 1.95996398454005  # of the normal distribution, two-sided 95 %; a formula keeps fifteen digits


@dataclass(frozen=True, slots=True)
class RateComparison:
    """The result of an A/B test. Rates and *difference* (first − second) are fractions, *interval* its 95 % interval.

    *p_value* is that of the two-proportion z test; None if a side is empty or nothing varies. *verdict* names the
    better side, or says that the difference could be chance, or that there are too few deals to tell.
    """

    first_rate: float | None
    second_rate: float | None
    difference: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    verdict: RateVerdict
    tried: tuple[int, int] = (0, 0)


def compare_win_rates(won: tuple[int, int], tried: tuple[int, int], small_sample: float = 30) -> RateComparison:
    """Compare *won* of *tried* of two segments; with fewer than *small_sample* on either side the verdict is "too few".

    Source: the pooled two-proportion z test; the interval of the difference is Newcombe's (1998, method 10), made from the
    Wilson intervals of both rates, so that it stays between −1 and 1.
    """
    if not all(tried):
        rates = [part / whole if whole else None for part, whole in zip(won, tried, strict=True)]
        return RateComparison(rates[0], rates[1], None, None, None, "too few", tried)
    first, second = won[0] / tried[0], won[1] / tried[1]
    difference = first - second
    interval = _find_newcombe_interval(first, tried[0], second, tried[1])
    pooled = sum(won) / sum(tried)
    error = sqrt(pooled * (1 - pooled) * (1 / tried[0] + 1 / tried[1]))
    p_value = erfc(abs(difference) / error / sqrt(2)) if error else None
    verdict = _judge_rates(difference, p_value, tried, small_sample)
    return RateComparison(first, second, difference, interval, p_value, verdict, tried)


def _find_newcombe_interval(first: float, first_tried: int, second: float, second_tried: int) -> tuple[float, float]:
    low_1, high_1 = find_wilson_interval(first, first_tried)
    low_2, high_2 = find_wilson_interval(second, second_tried)
    difference = first - second
    return (
        difference - sqrt((first - low_1) ** 2 + (high_2 - second) ** 2),
        difference + sqrt((high_1 - first) ** 2 + (second - low_2) ** 2),
    )


def find_wilson_interval(rate: float, tried: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a *rate* of *tried* deals."""
    square = Z_SCORE_95**2
    middle, spread = 2 * tried * rate + square, Z_SCORE_95 * sqrt(square + 4 * tried * rate * (1 - rate))
    return (middle - spread) / (2 * (tried + square)), (middle + spread) / (2 * (tried + square))


def _judge_rates(difference: float, p_value: float | None, tried: tuple[int, int], small_sample: float) -> RateVerdict:
    if min(tried) < small_sample:
        return "too few"
    if p_value is None or p_value >= 0.05:
        return "no difference"
    return "first" if difference > 0 else "second"


@dataclass(frozen=True)
class SegmentPair:
    """One row of Segments per chosen group, each compared with the other; every number is an array of two."""

    groups: Grouping

    @cached_property
    def names(self) -> list[str]:
        """Return the names typed on the sheet Trends; "" if blank."""
        return [str(self.groups.cube.pipeline.named.get(name) or "") for name in ("SegmentA", "SegmentB")]

    @cached_property
    def won(self) -> MetricArray:
        """Return the won deals of each; unknown if there is no group of that name."""
        return self._pick(group_won_count(self.groups))

    @cached_property
    def closed(self) -> MetricArray:
        """Return the won and lost deals of each."""
        return self.won + self._pick(group_lost_count(self.groups))

    def _pick(self, numbers: MetricArray) -> MetricArray:
        labels = [fold_text(label) for label in self.groups.labels]
        rows = [labels.index(fold_text(name)) if name and fold_text(name) in labels else None for name in self.names]
        return np.array([np.nan if row is None else numbers[row] for row in rows], dtype=np.float64)

    @cached_property
    def comparison(self) -> RateComparison | None:
        """Return the comparison of the first with the second; None unless both are groups of the table."""
        won, closed = self.won, self.closed
        if np.isnan(closed).any():
            return None
        limit = self.groups.cube.pipeline.settings.number("small_sample")
        return compare_win_rates((int(won[0]), int(won[1])), (int(closed[0]), int(closed[1])), limit)

    @property
    def verdicts(self) -> list[str]:
        """Return the verdict, the same in both rows."""
        if self.comparison is None:
            return [""] * SEGMENT_ROWS
        verdict = CHOICES["verdict"][VERDICT_CHOICES[self.comparison.verdict]]
        return [verdict.in_(self.groups.cube.pipeline.language)] * SEGMENT_ROWS


VERDICT_CHOICES: dict[RateVerdict, str] = {
    "first": "first",
    "second": "second",
    "no difference": "same",
    "too few": "too_few",
}
"""Verdict of a comparison → the id of the choice that sheets and buttons show."""


def segment_win_rate(pair: SegmentPair) -> MetricArray:
    """Divide won by closed."""
    return divide_or_unknown(pair.won, pair.closed)


def segment_difference(pair: SegmentPair) -> MetricArray:
    """Subtract the other group's win rate from this one's."""
    rates = segment_win_rate(pair)
    return rates - rates[::-1]


def segment_interval_start(pair: SegmentPair) -> MetricArray:
    """Find the lower end of the 95 % interval of the difference."""
    low, high = _find_interval(pair)
    return np.array([low, -high])


def segment_interval_end(pair: SegmentPair) -> MetricArray:
    """Find the upper end of the 95 % interval of the difference."""
    low, high = _find_interval(pair)
    return np.array([high, -low])


def _find_interval(pair: SegmentPair) -> tuple[float, float]:
    interval = pair.comparison.interval if pair.comparison else None
    return interval or (np.nan, np.nan)


def segment_p_value(pair: SegmentPair) -> MetricArray:
    """Find the probability that chance alone makes a difference of this size."""
    p_value = pair.comparison.p_value if pair.comparison else None
    return np.full(SEGMENT_ROWS, np.nan if p_value is None else p_value)


def _group_metric_formula(column: str) -> str:
    return f'IF({{name}}="","",IFERROR(INDEX({{Groups.{column}}},MATCH({{name}},{{Groups.name}},0)),""))'


def _other_segment_formula(column: str) -> str:
    return f"INDEX({{Segments.{column}}},MATCH(3-{{position}},{{Segments.position}},0))"


_OTHER_WON, _OTHER_COUNT, _OTHER_RATE = map(_other_segment_formula, ("won_count", "closed_count", "win_rate"))
_Z_SQUARE = f"{Z_SCORE_95}^2"


def _wilson_formula(rate: str, tried: str, sign: str) -> str:
    spread = f"{Z_SCORE_95}*SQRT({_Z_SQUARE}+4*{tried}*{rate}*(1-{rate}))"
    return f"((2*{tried}*{rate}+{_Z_SQUARE}{sign}{spread})/(2*({tried}+{_Z_SQUARE})))"


def _newcombe_formula(sign: str, other_sign: str) -> str:
    own = f"({{win_rate}}-{_wilson_formula('{win_rate}', '{closed_count}', sign)})^2"
    other = f"({_OTHER_RATE}-{_wilson_formula(_OTHER_RATE, _OTHER_COUNT, other_sign)})^2"
    return f"{{difference}}{sign}SQRT({own}+{other})"


_POOLED_RATE = f"(({{won_count}}+{_OTHER_WON})/({{closed_count}}+{_OTHER_COUNT}))"
_RATE_ERROR = f"SQRT({_POOLED_RATE}*(1-{_POOLED_RATE})*(1/{{closed_count}}+1/{_OTHER_COUNT}))"
_FEWEST_CLOSED = f"MIN({{closed_count}},{_OTHER_COUNT})"
_BETTER_VERDICT = "IF(({difference}>0)=({position}=1),{verdict:first},{verdict:second})"


def _formula_if_both(formula: str) -> MetricFormula:
    return MetricFormula(f'IF({{difference}}="","",{formula})')


SEGMENT_NAMING: tuple[MetricColumn[SegmentPair], ...] = (
    ColumnText("name", MetricFormula('IF({position}=1,SegmentA&"",SegmentB&"")'), lambda pair: pair.names),
)
"""The column that identifies the group of a row."""

SEGMENT_COLUMNS: tuple[MetricColumn[SegmentPair], ...] = (
    ColumnMetric("won_count", MetricFormula(_group_metric_formula("won_count")), lambda pair: pair.won),
    ColumnMetric(
        "closed_count",
        MetricFormula('IF({won_count}="","",{won_count}+INDEX({Groups.lost_count},MATCH({name},{Groups.name},0)))'),
        lambda pair: pair.closed,
    ),
    ColumnMetric(
        "win_rate",
        MetricFormula('IF({won_count}="","",IF({closed_count}=0,"",{won_count}/{closed_count}))'),
        segment_win_rate,
    ),
    ColumnMetric(
        "difference",
        MetricFormula(f'IF({{win_rate}}="","",IF({_OTHER_RATE}="","",{{win_rate}}-{_OTHER_RATE}))'),
        segment_difference,
    ),
    ColumnMetric("low", _formula_if_both(_newcombe_formula("-", "+")), segment_interval_start),
    ColumnMetric("high", _formula_if_both(_newcombe_formula("+", "-")), segment_interval_end),
    ColumnMetric(
        "p_value",
        _formula_if_both(f'IF({_RATE_ERROR}=0,"",2*(1-NORMSDIST(ABS({{difference}})/{_RATE_ERROR})))'),
        segment_p_value,
    ),
    ColumnText(
        "verdict",
        MetricFormula(
            f'IF({{closed_count}}="","",IF({_OTHER_COUNT}="","",'
            f"IF(OR({_FEWEST_CLOSED}=0,{_FEWEST_CLOSED}<SmallSample),{{verdict:too_few}},"
            f'IF({{p_value}}="",{{verdict:same}},IF({{p_value}}>=0.05,{{verdict:same}},{_BETTER_VERDICT})))))'
        ),
        lambda pair: pair.verdicts,
    ),
)
