"""What the sheets Cohorts and Cohort values show: the triangles of the part cohorts of insights as the rows of two tables.

The dropdowns and the as-of date of the Funnel apply.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from xl_salesflow.core.insight_answers import CohortMonth
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.readings.creation_cohorts import compute_cohorts
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES


def make_cohort_tables(pipeline: Pipeline) -> dict[str, pd.DataFrame]:
    """Return the rows of the tables Cohorts and CohortValues."""
    cohorts = compute_cohorts(pipeline).cohorts
    return {
        "Cohorts": make_table_frame(TABLES["Cohorts"], [_describe_cohort_shares(cohort) for cohort in cohorts]),
        "CohortValues": make_table_frame(
            TABLES["CohortValues"], [_describe_cohort_values(cohort) for cohort in cohorts]
        ),
    }


def _describe_cohort_shares(cohort: CohortMonth) -> dict[str, Any]:
    ends = [value for value in cohort.projected_values if value is not None]
    return {
        **_begin_row(cohort), "won": cohort.won, "won_value": cohort.won_value,
        "coming": max(round(ends[-1] - cohort.won_value, 2), 0.0) if ends else None,
        **_join_months(cohort.won_shares, cohort.projected_shares),
    }  # fmt: skip


def _describe_cohort_values(cohort: CohortMonth) -> dict[str, Any]:
    return {**_begin_row(cohort), **_join_months(cohort.won_values, cohort.projected_values)}


def _begin_row(cohort: CohortMonth) -> dict[str, Any]:
    known = sum(share is not None for share in cohort.won_shares)
    return {"created": f"{cohort.month:%Y-%m}", "deals": cohort.deals, "known": known}


def _join_months(known: Sequence[float | None], projected: Sequence[float | None]) -> dict[str, float | None]:
    """Return the number of each month since: the known one, or else the projected one."""
    months = enumerate(zip(known, projected, strict=True))
    return {f"month_{month}": later if now is None else now for month, (now, later) in months}
