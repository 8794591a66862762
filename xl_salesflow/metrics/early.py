"""How many open deals each early warning speaks about.

Four rules are counted live from the deals' own cells. The others look at contacts, quotes, scores or all deals together: an
update marks the deals (the column `warned`), and the count over the marks is live.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube, day
from xl_salesflow.metrics.declaration import Floats, Formula, Metric, Unit
from xl_salesflow.metrics.grouped import Mask
from xl_salesflow.metrics.rows import numbers
from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.text import Text


def _warned(cube: Cube) -> Mask:
    return ~cube.is_("warnings", "")


def _idle(cube: Cube) -> Mask:
    last = np.fmax(cube.dates("since"), cube.dates("last_activity"))
    return np.asarray(day(cube.pipeline.today) - last > cube.pipeline.settings.number("idle_limit"))


def _close_past(cube: Cube) -> Mask:
    return np.asarray(cube.dates("expected_close") < day(cube.pipeline.today))


def _pushed(cube: Cube) -> Mask:
    return np.asarray(numbers(cube.frame["pushes"]) >= cube.pipeline.settings.number("push_limit"))


def _no_next_step(cube: Cube) -> Mask:
    return np.asarray(cube.is_("next_step", "") & np.isnan(cube.dates("next_step_date")))


def _counted(mask: Callable[[Cube], Mask]) -> Callable[[Cube], Floats]:
    return lambda cube: cube.count(cube.open & mask(cube)) if cube.today else cube.nothing()


def _metric(
    id: str, name: Text, definition: Text, mask: Callable[[Cube], Mask], *criteria: c.Criterion
) -> Metric[Cube]:
    compute = _counted(mask)
    formula = Formula(c.today_only(c.count, "open", c.OPEN, *criteria))
    now = Text(" Only today's snapshot knows it.", "仅当前快照可知。")
    told = Text(definition.en + now.en, definition.zh + now.zh)
    return Metric(id, name, told, Unit.DEALS, formula, compute, formula, compute)


def _marked(place: int) -> Callable[[Cube], Mask]:
    return lambda cube: np.asarray(np.nan_to_num(numbers(cube.frame["warned"])).astype(np.int64) >> place & 1 == 1)


def _of_rule(place: int, id: str) -> Metric[Cube]:
    """Return the count of a rule that looks at more than the deal's own row: the last update marked the deals."""
    name = CHOICES["early_warning"][id]
    definition = Text(
        f"Open deals that the last update warned about: “{name.en}”. Only today's snapshot knows it.",
        f"最近一次更新时触发预警“{name.zh}”的进行中商机；仅当前快照可知。",
    )
    compute = _counted(_marked(place))
    formula = Formula(c.today_only(_with_mark(place), "open", c.OPEN))
    return Metric(f"{id}_count", name, definition, Unit.DEALS, formula, compute, formula, compute)


def _with_mark(place: int) -> c.Aggregate:
    mark = f"MOD(INT({{Deals.warned}}/{2**place}),2)"
    return lambda table, criteria: f"SUMPRODUCT({c.array_condition(table, criteria)}*{mark})"


_ROWS_TELL = ("idle", "close_past", "pushed", "no_next_step")
"""Rules that a plain count over the deals' own cells can tell, live."""

EARLY: tuple[Metric[Cube], ...] = (
    _metric(
        "warned_count",
        Text("Open deals with a warning", "有预警的商机"),
        Text(
            "Open deals that at least one early warning spoke about at the last update.",
            "最近一次更新时至少有一条预警的进行中商机。",
        ),
        _warned, c.Criterion("warnings", "<>", ""),
    ),
    _metric(
        "idle_count",
        Text("Idle deals", "停滞商机"),
        Text("Open deals without an activity or move for longer than the idle limit.", "超过停滞上限无活动或变更的进行中商机。"),
        _idle, c.Criterion("idle_days", ">", "IdleLimit"),
    ),
    _metric(
        "close_past_count",
        Text("Expected close in the past", "预计成交日已过"),
        Text("Open deals whose expected close has passed.", "预计成交日已过的进行中商机。"),
        _close_past, c.Criterion("expected_close", "<", "Today"),
    ),
    _metric(
        "pushed_count",
        Text("Close pushed", "多次延期"),
        Text("Open deals whose expected close was pushed as often as the limit or more.", "延期次数达到上限的进行中商机。"),
        _pushed, c.Criterion("pushes", ">=", "PushLimit"),
    ),
    _metric(
        "no_next_step_count",
        Text("No next step", "没有下一步"),
        Text("Open deals with neither a next step nor a day for it.", "既无下一步也无日期的进行中商机。"),
        _no_next_step, c.Criterion("next_step", "=", '""'), c.Criterion("next_step_date", "=", '""'),
    ),
    *(_of_rule(place, id) for place, id in enumerate(CHOICES["early_warning"]) if id not in _ROWS_TELL),
)  # fmt: skip
