"""The answer of ``plan``: back from the target to leads and activities, for everybody and for whoever has a target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from xl_salesflow.metrics.cube import Cube, cube
from xl_salesflow.metrics.declaration import Floats
from xl_salesflow.metrics.feedback import activities_per_week, activities_per_won
from xl_salesflow.metrics.funnel import plan_rows
from xl_salesflow.metrics.outcomes import mean_won_value
from xl_salesflow.metrics.plan import plan, plan_value, up, won_needed
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.metrics.rows import days
from xl_salesflow.metrics.steps import steps
from xl_salesflow.metrics.targets import SLICES, target, target_period, won_to_date
from xl_salesflow.model.pipeline import Pipeline

Answer = dict[str, Any]
GROUPS = {"owners": "owner", "channels": "sales_channel"}
"""Part of the answer → the column of Targets it is about."""


def planned(pipeline: Pipeline, value: float | None = None, by: date | None = None) -> Answer:
    """Return what it takes to win *value* by the day *by*; what is not said is taken from the sheets Plan and Targets.

    Owners and channels with a target of their own in the target's period are planned from their own conversion and times.
    """
    own = {"PlanTarget": value, "PlanBy": by}
    pipeline = replace(pipeline, named={**pipeline.named, **{name: own[name] for name in own if own[name] is not None}})
    whole = _back(pipeline)
    parts = {part: list(_groups(pipeline, column)) for part, column in GROUPS.items()}
    return {"as_of": pipeline.as_of.isoformat(), **whole, **parts}


def _back(pipeline: Pipeline) -> Answer:
    asked = cube(pipeline)
    back = plan(steps(asked))
    rows = plan_rows(back)
    needed, per_won = won_needed(asked), activities_per_won(asked)
    activities = up(needed * per_won)
    return {
        "by": (date(1970, 1, 1) + timedelta(days=back.by)).isoformat(),
        **_standing(asked),
        "value_to_win": _number(plan_value(asked)),
        "mean_won_value": _number(mean_won_value(asked)),
        "won_needed": _number(needed),
        "leads_needed": rows[0]["deals_needed"] if rows else None,
        "activities_per_won": _number(per_won),
        "activities_needed": _number(activities),
        "activities_per_week": _number(activities_per_week(asked)),
        "stages": [{**row, "by_when": row["by_when"].isoformat()} for row in rows],
    }


def _standing(asked: Cube) -> Answer:
    """Return the target, what is won of it in its period, and what is missing; below nought once it is passed."""
    own = asked.pipeline.named.get("PlanTarget")
    typed = isinstance(own, int | float) and own == own
    wanted = plan_value(asked) if typed else target(asked)
    wanted = np.where(wanted == 0, np.nan, wanted)
    won = won_to_date(asked)
    return {"target": _number(wanted), "won_to_date": _number(won), "gap": _number(to_cents(wanted - won))}


def _groups(pipeline: Pipeline, column: str) -> Iterator[Answer]:
    """Plan for everyone who has a target; the value and the conversions typed for all are nobody's own."""
    named = {**pipeline.named, "PlanTarget": None}
    pipeline = pipeline.with_tables(PlanStages=pipeline["PlanStages"].assign(what_if=np.nan))
    for key in _with_target(pipeline, column):
        view = replace(pipeline.view, filters={**pipeline.view.filters, column: key})
        yield {"key": key, **_back(replace(pipeline, view=view, named=named))}


def _with_target(pipeline: Pipeline, column: str) -> Iterable[str]:
    """Return the values of *column* that a target of the view's period names, in the order of the sheet."""
    if column in pipeline.view.filters:
        return ()
    rows = pipeline["Targets"]
    first, last = target_period(cube(pipeline))
    chosen = (days(rows["from"]) >= first) & (days(rows["to"]) <= last) & (rows[column] != "").to_numpy(dtype=bool)
    for other in SLICES:
        if other != column:
            wanted = pipeline.view.filters.get(other, "").casefold()
            chosen &= (rows[other].str.casefold() == wanted).to_numpy(dtype=bool)
    return dict.fromkeys(rows[column][chosen])


def _number(found: Floats) -> float | int | None:
    value = float(found[0])
    if value != value:
        return None
    return int(value) if value.is_integer() else value
