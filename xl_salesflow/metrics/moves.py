"""Every move of History, from × to: the truth the funnel is derived from, and the check that none is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats, Formula, once
from xl_salesflow.metrics.grouped import Groups, Mask, counts, totals
from xl_salesflow.metrics.rows import days, in_view, numbers, words
from xl_salesflow.metrics.steps import Steps, if_step, of_stage
from xl_salesflow.metrics.workings import ROWS, WAYS, found, goes_on, left


def matrix(cube: Cube) -> list[dict[str, Any]]:
    """Return every move in view that happened by the as-of date: playbook, from, to, move, count and value, most first."""
    history = cube.pipeline["History"]
    moved = history[
        _moved(cube) & in_view(history, cube.view.filters) & (history["moved_to"] != "").to_numpy(dtype=bool)
    ]
    keys = moved["playbook"] + "\n" + moved["stage"] + "\n" + moved["moved_to"] + "\n" + moved["move"]
    codes, found = pd.factorize(keys)
    group, everything = codes.astype(np.int64), np.ones(len(moved), dtype=bool)
    count = counts(everything, group, len(found))
    value = totals(numbers(moved["amount"]), everything, group, len(found))
    names = ("playbook", "from", "to", "move")
    return [
        dict(zip(names, str(found[row]).split("\n"), strict=True))
        | {"count": int(count[row]), "value": float(value[row])}
        for row in np.argsort(-count, kind="stable")
    ]


def entries(asked: Steps) -> Floats:
    """Count the visits of each step begun by the as-of date; the period does not matter."""
    return _count(asked, np.ones(len(asked.step_of_visits), dtype=bool))


def there(asked: Steps) -> Floats:
    """Count the visits of each step that go on."""
    return _count(asked, asked.visit_dates("left") > asked.cube.as_of)


def check(asked: Steps) -> Floats:
    """Take every way out from the entries: nought where History is whole."""
    return entries(asked) - there(asked) - sum(_way(way)(asked) for way in WAYS)


def _way(id: str) -> Callable[[Steps], Floats]:
    def count(asked: Steps) -> Floats:
        codes, places = _ways(asked.cube)
        return _count(asked, _moved(asked.cube) & (codes == places.get(id, -1)))

    return count


def _to(row: int) -> Callable[[Steps], Floats]:
    def count(asked: Steps) -> Floats:
        return _count(asked, _there(asked, row)) if row < asked.size else np.full(asked.size, np.nan)

    return count


def _worth(row: int) -> Callable[[Steps], Floats]:
    def value(asked: Steps) -> Floats:
        return _value(asked, _there(asked, row)) if row < asked.size else np.full(asked.size, np.nan)

    return value


def _there(asked: Steps, row: int) -> Mask:
    # a switch leads to a stage of another playbook, which may have the same name
    codes, places = _ways(asked.cube)
    within = codes != places.get("switched", -1)
    return np.asarray(_moved(asked.cube) & within & (_targets(asked) == row))


def lost_value(asked: Steps) -> Floats:
    """Sum the amounts of the visits of each step that ended lost; the period does not matter."""
    codes, places = _ways(asked.cube)
    return _value(asked, _moved(asked.cube) & (codes == places.get("lost", -1)))


def _value(asked: Steps, mask: Mask) -> Floats:
    amount = numbers(asked.cube.pipeline["History"]["amount"])
    return totals(amount, mask & _begun(asked.cube) & (asked.step_of_visits >= 0), asked.step_of_visits, asked.size)


@once
def _ways(cube: Cube) -> tuple[Groups, dict[str, int]]:
    return words(cube.pipeline["History"]["move"])


@once
def _targets(asked: Steps) -> Groups:
    return asked.place_of(asked.cube.pipeline["History"]["moved_to"])


@once
def _moved(cube: Cube) -> Mask:
    return np.asarray(_begun(cube) & (days(cube.pipeline["History"]["left"]) <= cube.as_of))


@once
def _begun(cube: Cube) -> Mask:
    history = cube.pipeline["History"]
    return np.ones(len(history), dtype=bool) if cube.today else np.asarray(days(history["entered"]) <= cube.as_of)


def _count(asked: Steps, mask: Mask) -> Floats:
    return counts(mask & _begun(asked.cube) & (asked.step_of_visits >= 0), asked.step_of_visits, asked.size)


_GOES_ON = f"{goes_on()}+{found('State', '(-1000*(1+{position}))')}"
_ANY_STATE = "+".join((_GOES_ON, *(found("State", f"({sign}*(1+{{position}}))") for sign in (-1, -30))))


def _to_formula(row: int) -> Formula:
    within = f'MovedWay,"<>{1 + WAYS.index("switched")}"'
    told = f"SUMIFS(MovedFound,MovedFrom,{{position}},MovedTo,{row},{within})"
    return Formula(if_step(f'IF(INDEX({{StageMetrics.stage}},MATCH({row},{{StageMetrics.position}},0))="","",{told})'))


_LEFT = c.Criterion("state", "=", "(-1-{position})")


def _of_moves(column: str) -> str:
    return f"INDEX({{Moves.{column}}},MATCH({{position}},{{Moves.position}},0))"


def _worth_formula(row: int) -> Formula:
    count = _of_moves(f"to_{row}")
    name = f"INDEX({{StageMetrics.stage}},MATCH({row},{{StageMetrics.position}},0))"
    there = (_LEFT, c.Criterion("moved_to", "=", name))
    kept = (*there, c.Criterion("move", "<>", "{move:switched}"))
    every, some = (c.total("amount")("History", asked) for asked in (there, kept))
    # a move nobody made is spared the question, and so is what nobody switched
    total = f"ROUND(IF({_of_moves('switched')}=0,{every},{some}),2)"
    return Formula(if_step(f'IF({count}="","",IF({count}=0,0,{total}))'))


def _lost_formula() -> Formula:
    total = c.total("amount")("History", (_LEFT, c.Criterion("move", "=", "{move:lost}")))
    return Formula(if_step(f"IF({_of_moves('lost')}=0,0,ROUND({total},2))"))


MOVE_NAMING: dict[str, Formula] = {"stage": Formula(of_stage("stage"))}

MOVE_COLUMNS: tuple[ColumnMetric[Steps], ...] = (
    ColumnMetric("entries", Formula(if_step(_ANY_STATE)), entries),
    *(ColumnMetric(way, Formula(if_step(left(way))), _way(way)) for way in WAYS),
    ColumnMetric("there", Formula(if_step(_GOES_ON)), there),
    ColumnMetric("check", Formula(if_step("{entries}-SUM({forward:there})")), check),
    *(ColumnMetric(f"to_{row}", _to_formula(row), _to(row - 1)) for row in range(1, ROWS + 1)),
)

VALUE_COLUMNS: tuple[ColumnMetric[Steps], ...] = (
    ColumnMetric("lost", _lost_formula(), lost_value),
    *(ColumnMetric(f"to_{row}", _worth_formula(row), _worth(row - 1)) for row in range(1, ROWS + 1)),
)
