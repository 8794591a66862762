"""Every stage move of History, from and to, and the check that none is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

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


def cube_move_matrix(cube: Cube) -> list[dict[str, Any]]:
    """Return every move in view that happened by the as-of date: playbook, from, to, move, count and value, most first."""
    history = cube.pipeline["History"]
    moved = history[
        _stays_moved(cube)
        & match_view_filters(history, cube.view.filters)
        & (history["moved_to"] != "").to_numpy(dtype=bool)
    ]
    keys = moved["playbook"] + "\n" + moved["stage"] + "\n" + moved["moved_to"] + "\n" + moved["move"]
    codes, found = pd.factorize(keys)
    group, everything = codes.astype(np.int64), np.ones(len(moved), dtype=bool)
    count = count_by_group(everything, group, len(found))
    value = sum_by_group(column_numbers(moved["amount"]), everything, group, len(found))
    names = ("playbook", "from", "to", "move")
    return [
        dict(zip(names, str(found[row]).split("\n"), strict=True))
        | {"count": int(count[row]), "value": float(value[row])}
        for row in np.argsort(-count, kind="stable")
    ]


def step_entry_count(asked: FunnelSteps) -> MetricArray:
    """Count the visits of each step begun by the as-of date; the period does not matter."""
    return _count_stays(asked, np.ones(len(asked.step_of_visits), dtype=bool))


def step_ongoing_count(asked: FunnelSteps) -> MetricArray:
    """Count the visits of each step that go on."""
    return _count_stays(asked, asked.visit_dates("left") > asked.cube.as_of)


def step_balance_check(asked: FunnelSteps) -> MetricArray:
    """Take every way out from the entries: nought where History is whole."""
    return step_entry_count(asked) - step_ongoing_count(asked) - sum(_exit_count(way)(asked) for way in STAGE_EXITS)


def _exit_count(id: str) -> Callable[[FunnelSteps], MetricArray]:
    def count(asked: FunnelSteps) -> MetricArray:
        codes, places = _stage_exit_codes(asked.cube)
        return _count_stays(asked, _stays_moved(asked.cube) & (codes == places.get(id, -1)))

    return count


def _move_count_to(row: int) -> Callable[[FunnelSteps], MetricArray]:
    def count(asked: FunnelSteps) -> MetricArray:
        return _count_stays(asked, _moved_to_step(asked, row)) if row < asked.size else np.full(asked.size, np.nan)

    return count


def _move_value_to(row: int) -> Callable[[FunnelSteps], MetricArray]:
    def value(asked: FunnelSteps) -> MetricArray:
        return _sum_stay_amounts(asked, _moved_to_step(asked, row)) if row < asked.size else np.full(asked.size, np.nan)

    return value


def _moved_to_step(asked: FunnelSteps, row: int) -> MetricMask:
    # a switch leads to a stage of another playbook, which may have the same name
    codes, places = _stage_exit_codes(asked.cube)
    within = codes != places.get("switched", -1)
    return np.asarray(_stays_moved(asked.cube) & within & (_moved_to_steps(asked) == row))


def moved_lost_value(asked: FunnelSteps) -> MetricArray:
    """Sum the amounts of the visits of each step that ended lost; the period does not matter."""
    codes, places = _stage_exit_codes(asked.cube)
    return _sum_stay_amounts(asked, _stays_moved(asked.cube) & (codes == places.get("lost", -1)))


def _sum_stay_amounts(asked: FunnelSteps, mask: MetricMask) -> MetricArray:
    amount = column_numbers(asked.cube.pipeline["History"]["amount"])
    return sum_by_group(
        amount, mask & _stays_begun(asked.cube) & (asked.step_of_visits >= 0), asked.step_of_visits, asked.size
    )


@cache_on_argument
def _stage_exit_codes(cube: Cube) -> tuple[GroupNumbers, dict[str, int]]:
    return encode_words(cube.pipeline["History"]["move"])


@cache_on_argument
def _moved_to_steps(asked: FunnelSteps) -> GroupNumbers:
    return asked.place_of(asked.cube.pipeline["History"]["moved_to"])


@cache_on_argument
def _stays_moved(cube: Cube) -> MetricMask:
    return np.asarray(_stays_begun(cube) & (column_days(cube.pipeline["History"]["left"]) <= cube.as_of))


@cache_on_argument
def _stays_begun(cube: Cube) -> MetricMask:
    history = cube.pipeline["History"]
    return (
        np.ones(len(history), dtype=bool) if cube.today else np.asarray(column_days(history["entered"]) <= cube.as_of)
    )


def _count_stays(asked: FunnelSteps, mask: MetricMask) -> MetricArray:
    return count_by_group(
        mask & _stays_begun(asked.cube) & (asked.step_of_visits >= 0), asked.step_of_visits, asked.size
    )


_ONGOING_STAYS = f"{ongoing_stays_formula()}+{working_lookup('State', '(-1000*(1+{position}))')}"
_ALL_STAYS = "+".join((_ONGOING_STAYS, *(working_lookup("State", f"({sign}*(1+{{position}}))") for sign in (-1, -30))))


def _move_count_formula(row: int) -> MetricFormula:
    within = f'MovedWay,"<>{1 + STAGE_EXITS.index("switched")}"'
    told = f"SUMIFS(MovedFound,MovedFrom,{{position}},MovedTo,{row},{within})"
    return MetricFormula(
        formula_if_step(f'IF(INDEX({{StageMetrics.stage}},MATCH({row},{{StageMetrics.position}},0))="","",{told})')
    )


_LEFT_ROW_STEP = Criterion("state", "=", "(-1-{position})")


def _move_column_formula(column: str) -> str:
    return f"INDEX({{Moves.{column}}},MATCH({{position}},{{Moves.position}},0))"


def _move_value_formula(row: int) -> MetricFormula:
    count = _move_column_formula(f"to_{row}")
    name = f"INDEX({{StageMetrics.stage}},MATCH({row},{{StageMetrics.position}},0))"
    there = (_LEFT_ROW_STEP, Criterion("moved_to", "=", name))
    kept = (*there, Criterion("move", "<>", "{move:switched}"))
    every, some = (sum_formula("amount")("History", asked) for asked in (there, kept))
    # a move nobody made is spared the question, and so is what nobody switched
    total = f"ROUND(IF({_move_column_formula('switched')}=0,{every},{some}),2)"
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
