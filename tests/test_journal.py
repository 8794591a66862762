"""What a run writes to the change log."""

from datetime import date, datetime

from xl_salesflow.changelog.change_log import log_changes
from xl_salesflow.core.change_sets import diff_pipelines
from xl_salesflow.core.pipelines import build_pipeline

NOW = datetime(2026, 3, 1, 9, 30)


def rows(before: dict[str, object], after: dict[str, object]) -> list[tuple[str, ...]]:
    old, new = (build_pipeline(NOW.date(), Deals=[{"deal": "D-1", **cells}]) for cells in (before, after))
    plan = log_changes(diff_pipelines(old, new, "because"), "update", "Mara", NOW)
    return [
        (row["column"], row["before"], row["after"], row["because"], row["by"])
        for append in plan.appends
        for row in append.rows.to_dict("records")
    ]


def test_a_persons_cell_and_the_recorded_stage_are_logged() -> None:
    assert rows({"amount": 100, "created": date(2026, 1, 2)}, {"amount": 99.5, "recorded_stage": "Lead"}) == [
        ("amount", "100", "99.5", "because", "Mara"),
        ("created", "2026-01-02", "", "because", "Mara"),
        ("recorded_stage", "", "Lead", "because", "Mara"),
    ]


def test_values_that_can_be_recomputed_are_not_logged() -> None:
    assert rows({}, {"warnings": "idle", "last_activity": date(2026, 1, 2), "weighted_value": 5}) == []
