"""The sheets of the module forecast say what the verbs answer, are off until they are used, and follow every update."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest

from tests.metrics.generated import TODAY, generated
from xl_salesflow.core.change_sets import apply_change_set, diff_pipelines
from xl_salesflow.core.flow_answers import FLOW_STEPS, SIGNED_FLOW_STEPS
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.metrics.forecasting.outlook_sheets import is_accuracy_due
from xl_salesflow.metrics.readings.flow_sheet import find_flow_request
from xl_salesflow.metrics.written_sheets import refresh_written_sheets
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.sheet_modules import MODULE_TABLES
from xl_salesflow.verbs import accuracy, flow, forecast, insights, update, write_sheet

RUN = Run("test", datetime.combine(TODAY, datetime.min.time()))
QUERIES = [
    Query(),
    Query(start=date(2026, 2, 1), end=date(2026, 2, 28)),
    Query(start=date(2026, 1, 1), filters={"owner": "Ann"}),
    Query(end=date(2026, 12, 31), filters={"source": "referral", "playbook": "crm"}),
    Query(start=date(2027, 1, 1)),  # a period that is still to come
    Query(as_of=date(2025, 11, 30)),
]


@pytest.fixture(scope="module")
def team() -> Pipeline:
    """Return a team that an update has been run on."""
    made = generated(120)
    return apply_change_set(made, update(made, RUN))


@pytest.mark.parametrize("query", QUERIES)
def test_the_sheet_flow_is_the_answer_of_the_verb_and_adds_up(team: Pipeline, query: Query) -> None:
    asked = replace(team, query=query)
    filled = apply_change_set(asked, write_sheet(asked, "flow"))
    answer = flow(asked, find_flow_request(asked)).answer
    steps = filled["FlowSteps"].set_index("step")
    assert list(steps.index) == [step for step in FLOW_STEPS if step != "later"]
    for step in steps.index:
        bar = getattr(answer.steps, step)
        assert (steps.at[step, "count"], steps.at[step, "value"]) == (bar.count, bar.value)
    cents = (steps["value"] * 100).round()
    assert cents["opening"] + sum(sign * cents[step] for step, sign in SIGNED_FLOW_STEPS.items()) == cents["closing"]
    listed = filled["FlowDeals"].groupby("step")["value"].agg(["size", "sum"])
    for step in (*SIGNED_FLOW_STEPS, "moved_stage"):  # every bar opens its deals
        size, total = listed.loc[step] if step in listed.index else (0, 0.0)
        assert (size, round(total * 100)) == (steps.at[step, "count"], cents[step])
    assert answer.to.isoformat() in steps.at["closing", "meaning"]


def test_the_columns_of_the_chart_begin_where_the_one_before_ended(team: Pipeline) -> None:
    rows = apply_change_set(team, write_sheet(team, "flow"))["FlowSteps"].set_index("step")[
        ["end", "gain", "drop", "base"]
    ]
    level = rows.at["opening", "end"]
    for step, sign in SIGNED_FLOW_STEPS.items():
        base, height = rows.at[step, "base"], rows.at[step, "gain" if sign > 0 else "drop"]
        assert base + (0 if sign > 0 else height) == pytest.approx(level)
        level += sign * height
    assert level == pytest.approx(rows.at["closing", "end"])


def test_a_sheet_is_off_until_it_is_filled_and_then_every_update_keeps_it(team: Pipeline) -> None:
    tables = MODULE_TABLES["forecast"]
    assert not {fill.table for fill in update(team, RUN).fills} & set(tables)
    plan = write_sheet(team, "flow")
    assert [fill.table for fill in plan.fills] == ["FlowSteps", "FlowDeals"]
    assert (plan.edits, plan.appends, plan.caches) == ((), (), ())
    filled = apply_change_set(team, plan)
    assert not update(filled, RUN).fills
    assert not write_sheet(filled, "flow").writes
    deals = filled["Deals"]
    opened = filled.with_tables(Deals=deals.assign(amount=deals["amount"].mask(deals["outcome"] == "open", 5.0)))
    kept = apply_change_set(opened, update(opened, RUN))
    assert not kept["FlowSteps"].equals(filled["FlowSteps"])
    pd.testing.assert_frame_equal(kept["FlowSteps"], apply_change_set(kept, write_sheet(kept, "flow"))["FlowSteps"])


def test_the_sheet_outlook_is_the_answer_of_forecast(team: Pipeline) -> None:
    now = apply_change_set(team, write_sheet(team, "forecast"))
    outlook = now["Outlook"]
    answer = forecast(team, outlook["from"].min().date(), outlook["to"].max().date()).answer
    assert list(outlook["period"].iloc[:6]) == [f"2026-{month:02d}" for month in range(4, 10)]
    assert list(outlook["period"].iloc[6:]) == ["2026-Q2", "2026-Q3"]
    for (_, row), one in zip(outlook.iterrows(), (*answer.months, *answer.quarters), strict=True):
        shown = (row["from"].date(), row["to"].date(), row["won"], row["p10"], row["p50"], row["p90"], row["deals"])
        assert shown == (one.from_, one.to, one.won, one.range.p10, one.range.p50, one.range.p90, one.count.p50)
    assert list(now["DecidingDeals"]["deal"]) == [deal.deal for deal in answer.deals]
    assert not update(now, RUN).fills  # the same workbook on the same day gives the same numbers


def test_the_sheet_accuracy_is_the_answer_of_the_verb_and_is_written_again_when_a_month_is_over(team: Pipeline) -> None:
    now, answer = apply_change_set(team, write_sheet(team, "accuracy")), accuracy(team).answer
    errors = now["ForecastErrors"].set_index(["kind", "method"])
    assert errors.index.is_unique
    for one in answer.methods:
        row = errors.loc[(one.kind, one.method)]
        assert row["mean_absolute_error" if one.weeks is None else f"error_{one.weeks}"] == one.mean_absolute_error
        assert one.weeks is not None or (row["periods"], row["bias"]) == (one.periods, one.bias)
    for best in answer.best:
        verdicts = errors.loc[best.kind, "verdict"]
        assert [bool(verdict) for verdict in verdicts] == [True] + [False] * (len(verdicts) - 1)
        assert errors.loc[best.kind, "mean_absolute_error"].dropna().is_monotonic_increasing
        assert ("no method" in verdicts.iloc[0]) == (best.method is None)
    months = [period for period in answer.periods if period.kind == "month"][-12:]
    assert [(row.won, row.simulation) for row in now["SaidAndWon"].replace({float("nan"): None}).itertuples()] == [
        (month.won, said.simulation) for month in months for said in month.forecasts if said.weeks == 4
    ]
    said = {
        (one.day, one.weeks, period.won, one.simulation)
        for period in answer.periods
        for one in period.forecasts
        if one.simulation is not None
    }
    rows = now["PastForecasts"].dropna(subset="simulation")
    assert set(zip(rows["day"].dt.date, rows["weeks"], rows["won"], rows["simulation"], strict=True)) == said
    days = (TODAY, date(2026, 4, 29), date(2026, 4, 30), date(2026, 5, 1))
    assert [is_accuracy_due(replace(now, today=day)) for day in days] == [False, False, True, True]


@pytest.mark.parametrize("query", QUERIES)
def test_the_sheets_of_cohorts_are_the_answer_of_insights(team: Pipeline, query: Query) -> None:
    asked = replace(team, query=query)
    now = apply_change_set(asked, write_sheet(asked, "cohorts"))
    answer = insights(asked, "cohorts").answer.cohorts
    assert answer is not None
    assert len(answer.cohorts) == len(now["Cohorts"]) == len(now["CohortValues"])
    triangles = {"Cohorts": ("won_shares", "projected_shares"), "CohortValues": ("won_values", "projected_values")}
    for table, parts in triangles.items():
        for (_, row), one in zip(now[table].iterrows(), answer.cohorts, strict=True):
            assert (row["created"], row["deals"]) == (f"{one.month:%Y-%m}", one.deals)
            known, projected = (getattr(one, part) for part in parts)
            shown = [None if pd.isna(row[f"month_{month}"]) else row[f"month_{month}"] for month in range(12)]
            over = int(row["known"])
            assert [*known[:over], *projected[over:]] == shown
    for (_, row), one in zip(now["Cohorts"].iterrows(), answer.cohorts, strict=True):
        assert (row["won"], row["won_value"]) == (one.won, one.won_value)
        ends = [value for value in one.projected_values if value is not None]
        assert pd.isna(row["coming"]) if not ends else round(row["won_value"] + row["coming"], 2) == ends[-1]


def test_updates_keep_the_sheets_of_cohorts_until_their_rows_are_deleted(team: Pipeline) -> None:
    now = apply_change_set(team, write_sheet(team, "cohorts"))
    assert not diff_pipelines(now, refresh_written_sheets(now)).writes
    later = replace(now, query=Query(as_of=date(2025, 12, 31)))
    kept = diff_pipelines(later, refresh_written_sheets(later))
    assert [fill.table for fill in kept.fills] == ["Cohorts", "CohortValues"]
    off = later.with_tables(Cohorts=later["Cohorts"].iloc[:0])
    assert not diff_pipelines(off, refresh_written_sheets(off)).writes


def test_too_little_to_learn_from_is_said_in_one_row() -> None:
    made = generated(5)
    now = apply_change_set(made, write_sheet(made, "forecast"))
    assert len(now["Outlook"]) == 1
    assert "a simulation needs" in now["Outlook"]["note"].iloc[0]
