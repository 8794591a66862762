"""The groups that the sheet Trends compares, and two of them tested against chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import erfc, sqrt
from typing import Any, Literal

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    count_by_group,
    divide_or_unknown,
    round_array_to_cents,
    sum_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
    GROUP_COLUMN,
    OUTCOME_LOST,
    OUTCOME_OPEN,
    OUTCOME_WON,
    Criterion,
    count_formula,
    deals_formula,
    sum_formula,
)
from xl_salesflow.metrics.metric_declaration import ColumnMetric, MetricArray, MetricFormula
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice

LISTED_GROUP_ROWS = 12
"""Rows of Groups that have a name of their own; one more holds everything else."""

OTHER_GROUPS_LABEL = Text("(everything else)", "（其余）")
_GROUP_NAME_SOURCES = {"owner": ("Team", "person"), "product": ("Products", "product")}


@dataclass(frozen=True)
class Grouping:
    """One row of Groups per name, and one for the deals that have none of them; every number is an array over these."""

    cube: Cube

    @cached_property
    def column(self) -> str:
        """Return the column that the sheet compares by."""
        return find_grouping_column(self.cube.pipeline)

    @cached_property
    def names(self) -> Sequence[str]:
        """Return the first names of the column's list, as frames hold them; "" is a blank row."""
        listed = list_group_names(self.cube.pipeline, self.column)[:LISTED_GROUP_ROWS]
        return (*listed, *[""] * (LISTED_GROUP_ROWS - len(listed)))

    @property
    def labels(self) -> list[str]:
        """Return what the rows are called on the sheet."""
        language, known = self.cube.pipeline.language, LISTS.get(self.column, {})
        return [*(known[n].in_(language) if n in known else n for n in self.names), OTHER_GROUPS_LABEL.in_(language)]

    @cached_property
    def of_deals(self) -> GroupNumbers:
        """Return the row of every deal's name, the first of those alike; -1 is none of ours."""
        place = {name.casefold(): row for row, name in reversed(list(enumerate(self.names))) if name}
        codes, found = pd.factorize(self.cube.frame[self.column])
        return np.array([place.get(str(name).casefold(), -1) for name in found] + [-1], dtype=np.int64)[codes]

    def rows(self, listed: MetricArray, whole: float) -> MetricArray:
        """Return the numbers of the rows: each name's, and what is left of the *whole*; blank rows are unknown."""
        first = [self.names.index(name) for name in self.names]
        shown = np.where([bool(name) for name in self.names], listed[first], np.nan)
        return np.append(shown, whole - np.nansum(shown))


def find_grouping_column(pipeline: Pipeline) -> str:
    """Return the column that the sheet Trends compares by; the first one when it says nothing we know."""
    return identify_choice(CHOICES["group"], str(pipeline.named.get("GroupBy") or "")) or "owner"


def list_group_names(pipeline: Pipeline, column: str) -> list[str]:
    """Return the values that the dropdown of *column* offers, in its order."""
    if column == "playbook":
        found: list[str] = []
        for name in reversed(list(pipeline["Stages"]["playbook"])):  # as the sheet finds them: from the last row up
            if name and name.casefold() not in {one.casefold() for one in found}:
                found.append(name)
        return found
    table, id = _GROUP_NAME_SOURCES.get(column, ("Lists", column))
    return [str(value) for value in pipeline[table][id]]


def group_open_count(asked: Grouping) -> MetricArray:
    """Count the open deals of each group."""
    return _count_groups(asked, asked.cube.open)


def group_open_value(asked: Grouping) -> MetricArray:
    """Sum their amounts."""
    return _sum_groups(asked, asked.cube.open)


def group_won_count(asked: Grouping) -> MetricArray:
    """Count the won deals of each group."""
    return _count_groups(asked, asked.cube.won)


def group_lost_count(asked: Grouping) -> MetricArray:
    """Count the lost deals of each group."""
    return _count_groups(asked, asked.cube.lost)


def group_win_rate(asked: Grouping) -> MetricArray:
    """Divide won by closed."""
    won = group_won_count(asked)
    return divide_or_unknown(won, won + group_lost_count(asked))


def group_won_value(asked: Grouping) -> MetricArray:
    """Sum the amounts of the won deals of each group."""
    return _sum_groups(asked, asked.cube.won)


def _count_groups(asked: Grouping, mask: np.ndarray) -> MetricArray:
    return asked.rows(
        count_by_group(mask & (asked.of_deals >= 0), asked.of_deals, LISTED_GROUP_ROWS),
        float(asked.cube.count(mask)[0]),
    )


def _sum_groups(asked: Grouping, mask: np.ndarray) -> MetricArray:
    listed = sum_by_group(asked.cube.amount, mask & (asked.of_deals >= 0), asked.of_deals, LISTED_GROUP_ROWS)
    return round_array_to_cents(asked.rows(listed, float(asked.cube.total(asked.cube.amount, mask)[0])))


def group_naming_formulas(language: Language) -> dict[str, MetricFormula]:
    """Return the formulas that say which group a row is about."""
    listed = 'INDEX(GroupValues,{position},GroupNumber)&""'
    return {
        "name": MetricFormula(f'IF({{position}}>{LISTED_GROUP_ROWS},"{OTHER_GROUPS_LABEL.in_(language)}",{listed})')
    }


_IN_ROW_GROUP = Criterion(GROUP_COLUMN, "=", "{name}")


def _group_row_formula(column: str, whole: str, formula: str) -> MetricFormula:
    others = f'{whole}-SUMIFS({{Groups.{column}}},{{Groups.position}},"<={LISTED_GROUP_ROWS}")'
    return MetricFormula(f'IF({{name}}="","",ROUND(IF({{position}}>{LISTED_GROUP_ROWS},{others},{formula}),2))')


_SUM_GROUP_AMOUNT = sum_formula("amount")

GROUP_COLUMNS: tuple[ColumnMetric[Grouping], ...] = (
    ColumnMetric(
        "open_count",
        _group_row_formula(
            "open_count", "open_count", deals_formula(count_formula, "open", OUTCOME_OPEN, _IN_ROW_GROUP)
        ),
        group_open_count,
    ),
    ColumnMetric(
        "open_value",
        _group_row_formula(
            "open_value", "open_value", deals_formula(_SUM_GROUP_AMOUNT, "open", OUTCOME_OPEN, _IN_ROW_GROUP)
        ),
        group_open_value,
    ),
    ColumnMetric(
        "won_count",
        _group_row_formula(
            "won_count", "won_count", deals_formula(count_formula, "closed", OUTCOME_WON, _IN_ROW_GROUP)
        ),
        group_won_count,
    ),
    ColumnMetric(
        "lost_count",
        _group_row_formula(
            "lost_count", "lost_count", deals_formula(count_formula, "closed", OUTCOME_LOST, _IN_ROW_GROUP)
        ),
        group_lost_count,
    ),
    ColumnMetric(
        "win_rate",
        MetricFormula('IF({name}="","",IF({won_count}+{lost_count}=0,"",{won_count}/({won_count}+{lost_count})))'),
        group_win_rate,
    ),
    ColumnMetric(
        "won_value",
        _group_row_formula(
            "won_value", "won_value", deals_formula(_SUM_GROUP_AMOUNT, "closed", OUTCOME_WON, _IN_ROW_GROUP)
        ),
        group_won_value,
    ),
)

RateVerdict = Literal["first", "second", "no difference", "too few"]

Z_SCORE_95 = 1.95996398454005  # of the normal distribution, two-sided 95 %; a formula keeps fifteen digits


@dataclass(frozen=True, slots=True)
class RateComparison:
    """What an A/B test says. Rates and *difference* (first − second) are fractions, *interval* its 95 % interval.

    *p_value* is that of the two-proportion z test; None where a side is empty or nothing varies. *verdict* names the better
    side, or says that there is no difference to speak of, or that there are too few deals to call one.
    """

    first_rate: float | None
    second_rate: float | None
    difference: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    verdict: RateVerdict
    tried: tuple[int, int] = (0, 0)


def compare_win_rates(won: tuple[int, int], tried: tuple[int, int], small_sample: float = 30) -> RateComparison:
    """Compare *won* of *tried* of two segments; below *small_sample* on either side no difference is called.

    Source: the pooled two-proportion z test, and the unpooled (Wald) interval of the difference.
    """
    if not all(tried):
        rates = [part / whole if whole else None for part, whole in zip(won, tried, strict=True)]
        return RateComparison(rates[0], rates[1], None, None, None, "too few", tried)
    first, second = won[0] / tried[0], won[1] / tried[1]
    difference = first - second
    spread = sqrt(first * (1 - first) / tried[0] + second * (1 - second) / tried[1])
    pooled = sum(won) / sum(tried)
    error = sqrt(pooled * (1 - pooled) * (1 / tried[0] + 1 / tried[1]))
    p_value = erfc(abs(difference) / error / sqrt(2)) if error else None
    interval = (difference - Z_SCORE_95 * spread, difference + Z_SCORE_95 * spread)
    verdict = _judge_rates(difference, p_value, tried, small_sample)
    return RateComparison(first, second, difference, interval, p_value, verdict, tried)


def _judge_rates(difference: float, p_value: float | None, tried: tuple[int, int], small_sample: float) -> RateVerdict:
    if min(tried) < small_sample:
        return "too few"
    if p_value is None or p_value >= 0.05:
        return "no difference"
    return "first" if difference > 0 else "second"


def compare_segment_rows(asked: Grouping) -> list[dict[str, Any]]:
    """Return the two rows of the table Segments: the groups chosen on the sheet Trends, each against the other."""
    chosen = [str(asked.cube.pipeline.named.get(name) or "") for name in ("SegmentA", "SegmentB")]
    won, lost, labels = group_won_count(asked), group_lost_count(asked), [label.casefold() for label in asked.labels]
    sides = []
    for name in chosen:
        row = labels.index(name.casefold()) if name and name.casefold() in labels else None
        sides.append((None, None) if row is None else (int(won[row]), int(won[row] + lost[row])))
    small = asked.cube.pipeline.settings.number("small_sample")
    return [_segment_row(asked, name, sides[own], sides[1 - own], small, own) for own, name in enumerate(chosen)]


def _segment_row(
    asked: Grouping, name: str, own: _SegmentSide, other: _SegmentSide, small: float, place: int
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(SEGMENT_FORMULAS) | {"name": name, "won_count": own[0], "closed_count": own[1]}
    if own[0] is not None and own[1]:
        row["win_rate"] = own[0] / own[1]
    if own[0] is None or own[1] is None or other[0] is None or other[1] is None:
        return row
    said = compare_win_rates((own[0], other[0]), (own[1], other[1]), small)
    low, high = said.interval or (None, None)
    told = CHOICES["verdict"][_VERDICTS_BY_ROW[said.verdict][place]].in_(asked.cube.pipeline.language)
    return row | {"difference": said.difference, "low": low, "high": high, "p_value": said.p_value, "verdict": told}


_SegmentSide = tuple[int | None, int | None]
_VERDICTS_BY_ROW = {
    "first": ("first", "second"), "second": ("second", "first"), "no difference": ("same", "same"),
    "too few": ("too_few", "too_few"),
}  # fmt: skip
"""What a comparison says, seen from either row."""


def _group_metric_formula(column: str) -> str:
    return f'IF({{name}}="","",IFERROR(INDEX({{Groups.{column}}},MATCH({{name}},{{Groups.name}},0)),""))'


_OTHER_SEGMENT = {
    column: f"INDEX({{Segments.{column}}},MATCH(3-{{position}},{{Segments.position}},0))"
    for column in ("won_count", "closed_count", "win_rate")
}
_OTHER_RATE, _OTHER_COUNT = _OTHER_SEGMENT["win_rate"], _OTHER_SEGMENT["closed_count"]
_RATE_SPREAD = f"SQRT({{win_rate}}*(1-{{win_rate}})/{{closed_count}}+{_OTHER_RATE}*(1-{_OTHER_RATE})/{_OTHER_COUNT})"
_POOLED_RATE = f"(({{won_count}}+{_OTHER_SEGMENT['won_count']})/({{closed_count}}+{_OTHER_SEGMENT['closed_count']}))"
_RATE_ERROR = f"SQRT({_POOLED_RATE}*(1-{_POOLED_RATE})*(1/{{closed_count}}+1/{_OTHER_SEGMENT['closed_count']}))"
_FEWEST_CLOSED = f"MIN({{closed_count}},{_OTHER_SEGMENT['closed_count']})"
_BETTER_VERDICT = "IF(({difference}>0)=({position}=1),{verdict:first},{verdict:second})"


def _formula_if_both(formula: str) -> MetricFormula:
    return MetricFormula(f'IF({{difference}}="","",{formula})')


SEGMENT_FORMULAS: dict[str, MetricFormula] = {
    "name": MetricFormula('IF({position}=1,SegmentA&"",SegmentB&"")'),
    "won_count": MetricFormula(_group_metric_formula("won_count")),
    "closed_count": MetricFormula(
        'IF({won_count}="","",{won_count}+INDEX({Groups.lost_count},MATCH({name},{Groups.name},0)))'
    ),
    "win_rate": MetricFormula('IF({won_count}="","",IF({closed_count}=0,"",{won_count}/{closed_count}))'),
    "difference": MetricFormula(
        f'IF({{win_rate}}="","",IF({_OTHER_SEGMENT["win_rate"]}="","",{{win_rate}}-{_OTHER_SEGMENT["win_rate"]}))'
    ),
    "low": _formula_if_both(f"{{difference}}-{Z_SCORE_95}*{_RATE_SPREAD}"),
    "high": _formula_if_both(f"{{difference}}+{Z_SCORE_95}*{_RATE_SPREAD}"),
    "p_value": _formula_if_both(f'IF({_RATE_ERROR}=0,"",2*(1-NORMSDIST(ABS({{difference}})/{_RATE_ERROR})))'),
    "verdict": MetricFormula(
        f'IF({{closed_count}}="","",IF({_OTHER_SEGMENT["closed_count"]}="","",'
        f"IF(OR({_FEWEST_CLOSED}=0,{_FEWEST_CLOSED}<SmallSample),{{verdict:too_few}},"
        f'IF({{p_value}}="",{{verdict:same}},IF({{p_value}}>=0.05,{{verdict:same}},{_BETTER_VERDICT})))))'
    ),
}
"""The formulas of the table Segments, by column."""
