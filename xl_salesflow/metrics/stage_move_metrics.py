"""All stage moves of History, by origin and target, and a check that none is missing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from xl_salesflow.core.metric_answers import StageMoveCount
from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    MetricMask,
    column_days,
    column_numbers,
    count_by_group,
    encode_words,
    sum_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube, match_view_filters
from xl_salesflow.metrics.formula_criteria import Criterion, sum_formula
from xl_salesflow.metrics.funnel_steps import FunnelSteps, formula_if_step
from xl_salesflow.metrics.history_workings import (
    STAGE_EXITS,
    STEP_ROWS,
    ongoing_stays_formula,
    stage_exits_formula,
    working_lookup,
)
from xl_salesflow.metrics.metric_declaration import ColumnMetric, MetricArray, MetricFormula, cache_on_argument


def cube_move_matrix(cube: Cube) -> list[StageMoveCount]:
    """Return every kind of move by the as-of date, most frequent first.

    Only stays that match the dropdowns count; the period is ignored.
    """
    history = cube.pipeline["History"]
    moved = history[
        _stays_moved(cube)
        & match_view_filters(history, cube.query.filters)
        & (history["moved_to"] != "").to_numpy(dtype=bool)
    ]
    keys = moved["playbook"] + "\n" + moved["stage"] + "\n" + moved["moved_to"] + "\n" + moved["move"]
    codes, found = pd.factorize(keys)
    group, everything = codes.astype(np.int64), np.ones(len(moved), dtype=bool)
    count = count_by_group(everything, group, len(found))
    value = sum_by_group(column_numbers(moved["amount"]), everything, group, len(found))
    order = np.argsort(-count, kind="stable")
    names = (str(found[row]).split("\n") for row in order)
    return [
        StageMoveCount(playbook, left, entered, move, int(count[row]), float(value[row]))
        for row, (playbook, left, entered, move) in zip(order, names, strict=True)
    ]


def step_entry_count(steps: FunnelSteps) -> MetricArray:
    """Count the stays in each step that began by the as-of date; the period is ignored."""
    return _count_stays(steps, np.ones(len(steps.step_of_stays), dtype=bool))


def step_ongoing_count(steps: FunnelSteps) -> MetricArray:
    """Count the stays in each step that continue after the as-of date."""
    return _count_stays(steps, steps.stay_dates("left") > steps.cube.as_of)


def step_balance_check(steps: FunnelSteps) -> MetricArray:
    """Subtract every exit and the ongoing stays from the entries; the result is 0 if History is complete."""
    return step_entry_count(steps) - step_ongoing_count(steps) - sum(_exit_count(way)(steps) for way in STAGE_EXITS)


def _exit_count(way: str) -> Callable[[FunnelSteps], MetricArray]:
    def count(steps: FunnelSteps) -> MetricArray:
        codes, places = _stage_exit_codes(steps.cube)
        return _count_stays(steps, _stays_moved(steps.cube) & (codes == places.get(way, -1)))

    return count


def _move_count_to(row: int) -> Callable[[FunnelSteps], MetricArray]:
    def count(steps: FunnelSteps) -> MetricArray:
        return _count_stays(steps, _moved_to_step(steps, row)) if row < steps.size else np.full(steps.size, np.nan)

    return count


def _move_value_to(row: int) -> Callable[[FunnelSteps], MetricArray]:
    def value(steps: FunnelSteps) -> MetricArray:
        return _sum_stay_amounts(steps, _moved_to_step(steps, row)) if row < steps.size else np.full(steps.size, np.nan)

    return value


def _moved_to_step(steps: FunnelSteps, row: int) -> MetricMask:
    # a switch leads to a stage of another playbook, which may have the same name as a stage of this one
    codes, places = _stage_exit_codes(steps.cube)
    within = codes != places.get("switched", -1)
    return np.asarray(_stays_moved(steps.cube) & within & (_moved_to_steps(steps) == row))


def moved_lost_value(steps: FunnelSteps) -> MetricArray:
    """Sum the amounts of the stays in each step that ended lost; the period is ignored."""
    codes, places = _stage_exit_codes(steps.cube)
    return _sum_stay_amounts(steps, _stays_moved(steps.cube) & (codes == places.get("lost", -1)))


def _sum_stay_amounts(steps: FunnelSteps, mask: MetricMask) -> MetricArray:
    amount = column_numbers(steps.cube.pipeline["History"]["amount"])
    return sum_by_group(
        amount, mask & _stays_begun(steps.cube) & (steps.step_of_stays >= 0), steps.step_of_stays, steps.size
    )


@cache_on_argument
def _stage_exit_codes(cube: Cube) -> tuple[GroupNumbers, dict[str, int]]:
    return encode_words(cube.pipeline["History"]["move"])


@cache_on_argument
def _moved_to_steps(steps: FunnelSteps) -> GroupNumbers:
    return steps.place_of(steps.cube.pipeline["History"]["moved_to"])


@cache_on_argument
def _stays_moved(cube: Cube) -> MetricMask:
    return np.asarray(_stays_begun(cube) & (column_days(cube.pipeline["History"]["left"]) <= cube.as_of))


@cache_on_argument
def _stays_begun(cube: Cube) -> MetricMask:
    history = cube.pipeline["History"]
    return (
        np.ones(len(history), dtype=bool) if cube.today else np.asarray(column_days(history["entered"]) <= cube.as_of)
    )


def _count_stays(steps: FunnelSteps, mask: MetricMask) -> MetricArray:
    return count_by_group(mask & _stays_begun(steps.cube) & (steps.step_of_stays >= 0), steps.step_of_stays, steps.size)


_ONGOING_STAYS = f"{ongoing_stays_formula()}+{working_lookup('State', '(-1000*(1+{position}))')}"
_ALL_STAYS = "+".join((_ONGOING_STAYS, *(working_lookup("State", f"({sign}*(1+{{position}}))") for sign in (-1, -30))))


def _move_count_formula(row: int) -> MetricFormula:
    within = f'MovedWay,"<>{1 + STAGE_EXITS.index("switched")}"'
    moved = f"SUMIFS(MovedFound,MovedFrom,{{position}},MovedTo,{row},{within})"
    return MetricFormula(
        formula_if_step(f'IF(INDEX({{StageMetrics.stage}},MATCH({row},{{StageMetrics.position}},0))="","",{moved})')
    )


_LEFT_ROW_STEP = Criterion("state", "=", "(-1-{position})")


def _move_column_formula(column: str) -> str:
    return f"INDEX({{Moves.{column}}},MATCH({{position}},{{Moves.position}},0))"


def _move_value_formula(row: int) -> MetricFormula:
    count = _move_column_formula(f"to_{row}")
    name = f"INDEX({{StageMetrics.stage}},MATCH({row},{{StageMetrics.position}},0))"
    moved = (_LEFT_ROW_STEP, Criterion("moved_to", "=", name))
    within = (*moved, Criterion("move", "<>", "{move:switched}"))
    every, inside = (sum_formula("amount")("History", criteria) for criteria in (moved, within))
    # to save time, nothing is summed if there was no such move, and switches are left out only if there are any
    total = f"ROUND(IF({_move_column_formula('switched')}=0,{every},{inside}),2)"
    return MetricFormula(formula_if_step(f'IF({count}="","",IF({count}=0,0,{total}))'))


def _moved_lost_formula() -> MetricFormula:
    total = sum_formula("amount")("History", (_LEFT_ROW_STEP, Criterion("move", "=", "{move:lost}")))
    return MetricFormula(formula_if_step(f"IF({_move_column_formula('lost')}=0,0,ROUND({total},2))"))


MOVE_COLUMNS: tuple[ColumnMetric[FunnelSteps], ...] = (
    ColumnMetric("entries", MetricFormula(formula_if_step(_ALL_STAYS)), step_entry_count),
    *(
        ColumnMetric(way, MetricFormula(formula_if_step(stage_exits_formula(way))), _exit_count(way))
        for way in STAGE_EXITS
    ),
    ColumnMetric("there", MetricFormula(formula_if_step(_ONGOING_STAYS)), step_ongoing_count),
    ColumnMetric("check", MetricFormula(formula_if_step("{entries}-SUM({forward:there})")), step_balance_check),
    *(ColumnMetric(f"to_{row}", _move_count_formula(row), _move_count_to(row - 1)) for row in range(1, STEP_ROWS + 1)),
)

MOVE_VALUE_COLUMNS: tuple[ColumnMetric[FunnelSteps], ...] = (
    ColumnMetric("lost", _moved_lost_formula(), moved_lost_value),
    *(ColumnMetric(f"to_{row}", _move_value_formula(row), _move_value_to(row - 1)) for row in range(1, STEP_ROWS + 1)),
)
