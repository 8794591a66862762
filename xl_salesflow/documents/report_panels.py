"""Panels of the report with tables only: what goes with winning, how new people get going, and the triangle of cohorts.

Facts, beside those of report_page.py:

    wins       {factors (WinFactor, those worth most first), tests, closed}
    ramps      PersonRamp of each new person, the newest first
    cohorts    a CohortsAnswer, or None
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xl_salesflow.core.insight_answers import FACTOR_COLUMNS, CohortMonth, CohortsAnswer, PersonRamp, WinFactor
from xl_salesflow.documents.report_formatter import UNKNOWN_VALUE_DASH, ReportFormatter
from xl_salesflow.locale.texts import LABEL_AND_VALUE
from xl_salesflow.schema.table_registry import TABLES


def report_panel_fields(facts: Mapping[str, Any], show: ReportFormatter) -> dict[str, Any]:
    """Return the tables of winning and of cohorts; None for those that say nothing."""
    return {
        "wins": _wins_panel(facts["wins"], show),
        "ramps": _ramps_panel(facts["ramps"], show),
        "cohorts": _cohorts_panel(facts["cohorts"], show),
    }


def _wins_panel(wins: Mapping[str, Any], show: ReportFormatter) -> dict[str, Any] | None:
    if not wins["factors"]:
        return None
    is_marked = any(factor.more_than_chance for factor in wins["factors"])
    basis = show.document_text("wins_basis" if is_marked else "wins_chance", tests=show.count(wins["tests"]))
    heads = ("name", "closed_deals", "win_rate", "interval", "others", "worth")
    return {
        "heads": [show.document_text(head) for head in heads],
        "rows": [_factor_row(factor, show) for factor in wins["factors"]],
        "flags": ["*" if factor.more_than_chance else "" for factor in wins["factors"]],
        "basis": basis,
    }


def _factor_row(factor: WinFactor, show: ReportFormatter) -> list[str]:
    header = FACTOR_COLUMNS.get(factor.column) or TABLES["Deals"][factor.column].header
    value = factor.value or show.document_text("blank")
    low, high = (show.value(each, "percent") for each in (factor.low, factor.high))
    return [
        LABEL_AND_VALUE.in_(show.language, label=header, value=value), show.count(factor.closed),
        show.value(factor.rate, "percent"), f"{low}–{high}", show.value(factor.others_rate, "percent"),
        show.money(factor.worth),
    ]  # fmt: skip


def _ramps_panel(ramps: Sequence[PersonRamp], show: ReportFormatter) -> dict[str, Any] | None:
    """Return the table of new people who can be compared."""
    compared = [each for each in ramps if each.others_activities.median is not None]
    if not compared:
        return None
    heads = ("owner", "ramp_since", "ramp_months", "won_value", "others", "ramp_activities", "others", "ramp_people")
    rows = [
        [
            each.owner, show.value(each.since, "month"), show.count(each.months), show.money(each.won_value),
            show.money(each.others_won_value.median), show.count(each.activities),
            show.count(each.others_activities.median), show.count(each.others_activities.n),
        ]
        for each in compared
    ]  # fmt: skip
    return {"heads": [show.document_text(head) for head in heads], "rows": rows}


def _cohorts_panel(cohorts: CohortsAnswer | None, show: ReportFormatter) -> dict[str, Any] | None:
    if cohorts is None:
        return None
    months = cohorts.count_shown_months()
    heads = [show.document_text("created_in"), show.document_text("deals"), *map(str, range(months))]
    rows = [_cohort_row(cohort, show)[: len(heads)] for cohort in cohorts.cohorts]
    basis = [show.document_text("cohorts_basis"), "", *map(show.count, cohorts.basis[:months])]
    return {"heads": heads, "rows": [*rows, basis]}


def _cohort_row(cohort: CohortMonth, show: ReportFormatter) -> list[str]:
    cells = [show.value(cohort.month, "month"), show.count(cohort.deals)]
    for known, projected in zip(cohort.won_shares, cohort.projected_shares, strict=True):
        number = known if known is not None else projected
        mark = "~" if known is None else ""
        cells.append(UNKNOWN_VALUE_DASH if number is None else mark + show.value(number, "percent"))
    return cells
