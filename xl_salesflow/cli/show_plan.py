"""How the way back from a target looks on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from xl_salesflow.cli.show import as_json, number, table
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.metrics import METRICS, Unit
from xl_salesflow.model.plan import Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

_TOTALS = {
    "target": METRICS["target"].name,
    "won_to_date": METRICS["won_to_date"].name,
    "gap": METRICS["target_gap"].name,
    "value_to_win": METRICS["plan_value"].name,
    "by": Text("By", "截止日期"),
    "won_needed": METRICS["won_needed"].name,
    "leads_needed": Text("Leads needed", "所需线索数"),
    "activities_per_week": Text("Activities per week", "每周活动数"),
}
_STAGES = ("stage", "step_conversion", "deals_needed", "deals_now", "gap", "median_days", "by_when")
_GROUPS = {"owners": Text("Owner", "负责人"), "channels": Text("Channel", "渠道")}


def back_from_target(plan: Plan, language: Language, wants_json: bool) -> None:
    """Print the totals, the stages, then whoever has a target of their own; headers are the sheet's."""
    if wants_json:
        as_json(plan.answer)
        return
    rows = [(name.in_(language), number(plan.answer[id])) for id, name in _TOTALS.items()]
    table((say("Plan", "计划"), say("Value", "数值")), rows)
    _stages(plan.answer["stages"], language)
    for part, name in _GROUPS.items():
        if plan.answer[part]:
            _parts(plan.answer[part], name)


def _stages(rows: Sequence[Mapping[str, Any]], language: Language) -> None:
    declared = TABLES["PlanStages"]
    columns = _STAGES
    ratios = {"step_conversion": Unit.RATIO}
    click.echo("")
    table(
        [declared.header(id, language) for id in columns],
        [[number(row[id], ratios.get(id)) for id in columns] for row in rows],
    )


def _parts(rows: Sequence[Mapping[str, Any]], name: Text) -> None:
    columns = [id for id in _TOTALS if id not in ("by", "activities_per_week")]
    click.echo("")
    table(
        [name.in_(LANGUAGE), *(_TOTALS[id].in_(LANGUAGE) for id in columns)],
        [[row["key"], *(number(row[id]) for id in columns)] for row in rows],
    )
