"""The comparison day: the sheet shows the same as ``funnel --compare-to``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.generated import TODAY, generated
from xl_salesflow.core.metric_answers import MetricChange
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.day_comparison import COMPARED_METRICS
from xl_salesflow.metrics.funnel_answers import answer_funnel
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.schema.named_values import Query

VIEWS = {
    "today": Query(),
    "a past day": Query(as_of=date(2025, 9, 15)),
    "a period": Query(start=date(2025, 4, 1), end=date(2025, 12, 31)),
    "a cohort": Query(start=date(2025, 4, 1), end=date(2025, 12, 31), reading="cohort"),
    "one owner, entered": Query(filters={"owner": "Ann"}, reach="entered"),
}
NUMBERS = ("reached", "open_count", "open_value")


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return generated(120)


def shown(value: Any) -> Any:
    """Return the value of a cell for a number."""
    return "" if value is None else pytest.approx(value, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("view", VIEWS)
def test_sheet_and_command_line_make_the_same_comparison(view: str, pipeline: Pipeline) -> None:
    day = date(2025, 8, 1)
    asked = replace(pipeline, query=VIEWS[view])
    values = compute_sheet_values(replace(asked, named={"CompareInput": day}))
    answer = answer_funnel(asked, None, day)
    assert values.cells["CompareTo"] == day
    for metric in COMPARED_METRICS:
        assert values.cells[f"Then_{metric}"] == shown(answer.comparison[metric].then), metric
        assert values.cells[f"Change_{metric}"] == shown(answer.comparison[metric].difference), metric
    for row, stage in enumerate(answer.stage_comparison, 1):
        cells = values.tables["StageChanges"][row]
        for metric in NUMBERS:
            change = stage[metric]
            assert isinstance(change, MetricChange)
            assert cells[metric] == shown(change.now)
            assert cells[f"{metric}_then"] == shown(change.then)
            assert cells[f"{metric}_change"] == shown(change.difference)
    assert any(values.tables["StageChanges"][row]["reached_change"] for row in (1, 2, 3))


@pytest.mark.parametrize("day", [None, "", date(2025, 9, 16)])
def test_without_a_day_and_after_the_as_of_date_nothing_is_compared(day: object, pipeline: Pipeline) -> None:
    asked = replace(pipeline, query=Query(as_of=date(2025, 9, 15)), named={"CompareInput": day})
    values = compute_sheet_values(asked)
    assert {values.cells[f"{part}_{metric}"] for part in ("Then", "Change") for metric in COMPARED_METRICS} == {""}
    assert values.cells["CompareTo"] == ""
    assert values.tables["StageChanges"][1]["open_count"] != ""
    assert (
        values.tables["StageChanges"][1]["open_count_then"] == values.tables["StageChanges"][1]["reached_change"] == ""
    )


def test_compared_with_today_nothing_has_changed(pipeline: Pipeline) -> None:
    values = compute_sheet_values(replace(pipeline, named={"CompareInput": TODAY}))
    assert {values.cells[f"Change_{metric}"] for metric in COMPARED_METRICS} == {0.0}
