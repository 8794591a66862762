"""The pipeline of a small team, with one fact changed at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.named_values import Settings

TODAY = date(2026, 11, 22)
STAGES: list[dict[str, Any]] = [
    {"stage": "Lead", "kind": "open", "day_limit": 10, "cadence": 7, "action": "Call them."},
    {"stage": "Demo", "kind": "open", "action": "Show it."},
    {"stage": "Won", "kind": "won"},
    {"stage": "Lost", "kind": "lost"},
    {"stage": "Care", "kind": "aftercare", "cadence": 90, "action": "Visit them."},
]
QUIET: dict[str, Any] = {
    "recorded_stage": "Demo",
    "outcome": "open",
    "next_step": "Call",
    "next_step_date": date(2026, 12, 24),
}
"""An open deal without any reason for a follow-up."""


def ago(days: int) -> date:
    """Return the day that is *days* days before the run."""
    return TODAY - timedelta(days=days)


def desk(
    *deals: dict[str, Any], language: Language = "en", settings: dict[str, Any] | None = None, **tables: Any
) -> Pipeline:
    """Make a pipeline with *deals* (D-1, D-2…, each without a reason except for the given cells) and other *tables*."""
    stages = [{"playbook": "crm", "position": n, "probability": 0.5, **stage} for n, stage in enumerate(STAGES, 1)]
    rows = [{"deal": f"D-{n}", "owner": "Li", **QUIET, **deal} for n, deal in enumerate(deals, 1)]
    pipeline = build_pipeline(TODAY, language, **{"Stages": stages, "Deals": rows, **tables})
    return replace(
        pipeline, settings=Settings({"workweek": "every_day", "plan_next_contact": "no", **(settings or {})})
    )
