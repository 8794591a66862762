"""Count the open deals of each early warning.

Four rules are counted live from the deals' own cells. The others depend on contacts, quotes, scores or several deals:
an update marks the deals (in the column `warned`), and a live formula counts the marks.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.array_arithmetic import MetricMask, column_numbers
from xl_salesflow.metrics.deal_cube import Cube, days_since_1970
from xl_salesflow.metrics.formula_criteria import (
    OUTCOME_OPEN,
    Aggregate,
    Criterion,
    array_condition,
    count_formula,
    formula_today_only,
)
from xl_salesflow.metrics.metric_declaration import Metric, MetricArray, MetricFormula, Unit
from xl_salesflow.schema.choice_lists import CHOICES


def _warned_mask(cube: Cube) -> MetricMask:
    return ~cube.has_value("warnings", "")


def _idle_mask(cube: Cube) -> MetricMask:
    last = np.fmax(cube.dates("since"), cube.dates("last_activity"))
    return np.asarray(days_since_1970(cube.pipeline.today) - last > cube.pipeline.settings.number("idle_limit"))


def _close_past_mask(cube: Cube) -> MetricMask:
    return np.asarray(cube.dates("expected_close") < days_since_1970(cube.pipeline.today))


def _pushed_mask(cube: Cube) -> MetricMask:
    return np.asarray(column_numbers(cube.frame["pushes"]) >= cube.pipeline.settings.number("push_limit"))


def _no_next_step_mask(cube: Cube) -> MetricMask:
    return np.asarray(cube.has_value("next_step", "") & np.isnan(cube.dates("next_step_date")))


def _count_open_today(mask: Callable[[Cube], MetricMask]) -> Callable[[Cube], MetricArray]:
    return lambda cube: cube.count(cube.open & mask(cube)) if cube.today else cube.unknown()


def _warning_metric(
    metric: str, name: Text, definition: Text, mask: Callable[[Cube], MetricMask], *criteria: Criterion
) -> Metric[Cube]:
    compute = _count_open_today(mask)
    formula = MetricFormula(formula_today_only(count_formula, "open", OUTCOME_OPEN, *criteria))
    definition = Text("{definition} Available only in today's snapshot.").with_facts(definition=definition)
    return Metric(metric, name, definition, Unit.DEALS, formula, compute, formula, compute)


def _marked_mask(place: int) -> Callable[[Cube], MetricMask]:
    return lambda cube: np.asarray(
        np.nan_to_num(column_numbers(cube.frame["warned"])).astype(np.int64) >> place & 1 == 1
    )


def _marked_rule_metric(place: int, rule: str) -> Metric[Cube]:
    """Return the count of a rule that needs more than the deal's own row, from the marks of the last update."""
    name = CHOICES["early_warning"][rule]
    definition = Text(
        "Open deals that the last update warned about: “{name}”. Available only in today's snapshot."
    ).with_facts(name=name)
    compute = _count_open_today(_marked_mask(place))
    formula = MetricFormula(formula_today_only(_count_marked_formula(place), "open", OUTCOME_OPEN))
    return Metric(f"{rule}_count", name, definition, Unit.DEALS, formula, compute, formula, compute)


def _count_marked_formula(place: int) -> Aggregate:
    mark = f"MOD(INT({{Deals.warned}}/{2**place}),2)"
    return lambda table, criteria: f"SUMPRODUCT({array_condition(table, criteria)}*{mark})"


_LIVE_WARNINGS = ("idle", "close_past", "pushed", "no_next_step")
"""Rules that depend only on the deals' own cells, so that a live formula can count them."""

EARLY_WARNING_METRICS: tuple[Metric[Cube], ...] = (
    _warning_metric(
        "warned_count",
        Text("Open deals with a warning"),
        Text("Open deals with at least one early warning at the last update."),
        _warned_mask, Criterion("warnings", "<>", ""),
    ),
    _warning_metric(
        "idle_count",
        Text("Idle deals"),
        Text("Open deals without an activity or move for longer than the idle limit."),
        _idle_mask, Criterion("idle_days", ">", "IdleLimit"),
    ),
    _warning_metric(
        "close_past_count",
        Text("Expected close in the past"),
        Text("Open deals whose expected close has passed."),
        _close_past_mask, Criterion("expected_close", "<", "Today"),
    ),
    _warning_metric(
        "pushed_count",
        Text("Close pushed"),
        Text("Open deals whose expected close was pushed at least as often as the limit."),
        _pushed_mask, Criterion("pushes", ">=", "PushLimit"),
    ),
    _warning_metric(
        "no_next_step_count",
        Text("No next step"),
        Text("Open deals with neither a next step nor a day for it."),
        _no_next_step_mask, Criterion("next_step", "=", '""'), Criterion("next_step_date", "=", '""'),
    ),
    *(_marked_rule_metric(place, rule) for place, rule in enumerate(CHOICES["early_warning"]) if rule not in _LIVE_WARNINGS),
)  # fmt: skip
