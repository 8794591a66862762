"""The report's flow, factors and cohorts: the bars follow one another, and the period is that of the query."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.metrics.generated import TODAY, generated
from tests.metrics.stories import pipeline_from_table
from xl_salesflow.metrics.readings.report_insights import collect_report_insights
from xl_salesflow.schema.named_values import Query


def test_each_bar_begins_where_the_one_before_ended() -> None:
    facts = collect_report_insights(generated(120))
    bars = facts["flow"]
    at = bars[0]["value"]
    for bar in bars[1:-1]:
        ends = sorted((bar["start"], bar["start"] + bar["value"]))
        assert round(at, 2) in (round(ends[0], 2), round(ends[1], 2)), bar["step"]
        at += bar["sign"] * bar["value"]
    assert round(at, 2) == bars[-1]["value"]
    assert (bars[0]["step"], bars[-1]["step"]) == ("opening", "closing")
    assert facts["cohorts"] is not None
    assert 0 < len(facts["wins"]["factors"]) <= 10


def test_the_flow_is_of_the_period_of_the_query() -> None:
    made = generated(20)
    asked = Query(as_of=date(2026, 2, 10), start=date(2026, 1, 5), end=date(2026, 12, 31))
    assert collect_report_insights(replace(made, query=asked))["flow_days"] == (date(2026, 1, 5), date(2026, 2, 10))
    assert collect_report_insights(made)["flow_days"] == (date(2026, 1, 1), TODAY)


def test_a_report_without_amounts_draws_no_flow() -> None:
    facts = collect_report_insights(pipeline_from_table("deal | visits\nD-1 | Lead 04-01", date(2026, 4, 15)))
    assert (facts["flow"], facts["cohorts"], facts["wins"]["factors"]) == ([], None, ())
