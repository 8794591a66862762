"""Where deals are lost, which step costs most, which stage is too slow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.conversion import reached, step_conversion
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula, Metric, Unit, once
from xl_salesflow.metrics.grouped import Mask, counts, ratio, totals
from xl_salesflow.metrics.outcomes import mean_won_value
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.metrics.rows import numbers
from xl_salesflow.metrics.steps import Steps, ended, if_step, of_stage, steps
from xl_salesflow.metrics.timing import finished, mean_days, median_days, visits
from xl_salesflow.metrics.workings import found, left
from xl_salesflow.model.text import Text


@once
def _lost(asked: Steps) -> Mask:
    return np.asarray(asked.ended & (asked.cube.pipeline["History"]["move"] == "lost").to_numpy(dtype=bool))


@once
def lost_count(asked: Steps) -> Floats:
    """Count the visits of each step that ended with the deal lost."""
    return counts(_lost(asked), asked.step_of_visits, asked.size)


def lost_value(asked: Steps) -> Floats:
    """Sum the amounts those deals had when they entered the step."""
    amount = numbers(asked.cube.pipeline["History"]["amount"])
    return totals(amount, _lost(asked), asked.step_of_visits, asked.size)


def lost_share(asked: Steps) -> Floats:
    """Divide each step's losses by all of them."""
    lost = lost_count(asked)
    return ratio(lost, np.full(asked.size, lost.sum()))


def lost_cumulative(asked: Steps) -> Floats:
    """Divide the losses of the steps that lose at least as many by all of them: largest first, how much is explained."""
    return cumulative(lost_count(asked))


def cumulative(lost: Floats) -> Floats:
    """Return for each number the share of those at least as large."""
    at_least = np.array([lost[lost >= number].sum() for number in lost])
    return ratio(at_least, np.full(len(lost), lost.sum()))


@once
def one_point_more(asked: Steps) -> Floats:
    """Return the won value that one percentage point more of each step's conversion would bring the same deals."""
    conversion, value = step_conversion(asked), mean_won_value(asked.cube)[0]
    won = reached(asked)[~asked.is_open].sum()
    room = np.clip(1 - conversion, 0, 0.01)
    return to_cents(ratio(won * value * room, conversion))


@once
def limit_ratio(asked: Steps) -> Floats:
    """Divide the median days of each stage by its limit."""
    return ratio(median_days(asked), asked.limit)


def days_per_deal(asked: Steps) -> Floats:
    """Divide the days of the finished visits of each stage by those that were a deal's first: a return adds its days."""
    first = finished(asked) & (numbers(asked.cube.pipeline["History"]["first"]) == 1)
    return ratio(mean_days(asked) * visits(asked), counts(first, asked.step_of_visits, asked.size))


def _largest(column: Callable[[Steps], Floats]) -> Callable[[Cube], Floats]:
    def compute(cube: Cube) -> Floats:
        found = column(steps(cube)) if not cube.column else np.array([])
        known = found[~np.isnan(found)]
        return np.array([known.max()]) if len(known) else cube.nothing()

    return compute


_LOST = c.Criterion("move", "=", "{move:lost}")
_LOST_COUNT = f"IF(HasPeriod=0,{left('lost')},{found('Lost', '{position}')})"
_ALL = "SUM({Leaks.lost_count})"
_CONVERSION = of_stage("step_conversion")
_WON = "SUMIFS({StageMetrics.reached},{StageMetrics.kind},{kind:won})"
_MORE = f"ROUND({_WON}*mean_won_value*MIN(0.01,MAX(0,1-{_CONVERSION}))/{_CONVERSION},2)"
_MEDIAN, _LIMIT = of_stage("median_days"), of_stage("day_limit")
_DAYS = f"{of_stage('mean_days')}*{of_stage('visits')}"
_FIRST = ended(c.count, c.Criterion("days", ">=", "0"), c.Criterion("first", "=", "1"))
_AT_LEAST = 'SUMIFS({Leaks.lost_count},{Leaks.lost_count},">="&{lost_count})'

LEAK_NAMING: dict[str, Formula] = {"stage": Formula(of_stage("stage"))}

LEAK_COLUMNS: tuple[ColumnMetric[Steps], ...] = (
    ColumnMetric("lost_count", Formula(if_step(_LOST_COUNT)), lost_count),
    ColumnMetric("lost_value", Formula(if_step(f"ROUND({ended(c.total('amount'), _LOST)},2)")), lost_value),
    ColumnMetric("lost_share", Formula(if_step(f'IF({_ALL}=0,"",{{lost_count}}/{_ALL})')), lost_share),
    ColumnMetric("lost_cumulative", Formula(if_step(f'IF({_ALL}=0,"",{_AT_LEAST}/{_ALL})')), lost_cumulative),
    ColumnMetric(
        "one_point_more",
        Formula(if_step(f'IF(OR({_CONVERSION}="",mean_won_value=""),"",IF({_CONVERSION}=0,"",{_MORE}))')),
        one_point_more,
    ),
    ColumnMetric(
        "limit_ratio",
        Formula(if_step(f'IF(OR({_MEDIAN}="",{_LIMIT}=""),"",IF({_LIMIT}=0,"",{_MEDIAN}/{_LIMIT}))')),
        limit_ratio,
    ),
    ColumnMetric(
        "days_per_deal",
        Formula(if_step(f'IF({of_stage("mean_days")}="","",IFERROR({_DAYS}/({_FIRST}),""))')),
        days_per_deal,
    ),
)


def _metric(id: str, column: ColumnMetric[Steps], unit: Unit, name: Text, definition: Text) -> Metric[Cube]:
    largest = f'IF(COUNT({{Leaks.{column.id}}})=0,"",MAX({{Leaks.{column.id}}}))'
    return Metric(id, name, definition, unit, Formula(largest), _largest(column.compute), Formula('""'), Cube.nothing)


LEAKS: tuple[Metric[Cube], ...] = (
    _metric(
        "bottleneck", LEAK_COLUMNS[4], Unit.MONEY,
        Text("Bottleneck: one point more", "短板：提高一个百分点"),
        Text(
            "The most won value that one percentage point more of one step's conversion would bring (won deals × mean won value "
            "× 0.01 ÷ conversion); step by step on Leaks.",
            "某一步转化率提高一个百分点可带来的最大赢单金额增量（赢单数 × 平均赢单金额 × 0.01 ÷ 转化率）；各步见“流失分析”。",
        ),
    ),
    _metric(
        "slowest_stage", LEAK_COLUMNS[5], Unit.TIMES,
        Text("Slowest stage: days against limit", "最慢阶段：天数与期限之比"),
        Text(
            "The largest ratio of a stage's median days to its limit; the sheet Leaks shows it for every stage.",
            "阶段天数中位数与期限之比的最大值；各阶段见“流失分析”。",
        ),
    ),
)  # fmt: skip
