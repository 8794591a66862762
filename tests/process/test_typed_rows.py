"""Rows typed without a number, values that no list offers, closings without a day, and loss reasons of reopened deals."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.tables import TODAY, crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.verbs import update

RUN = Run("test", datetime.combine(TODAY, datetime.min.time()))


def updated(pipeline: Pipeline) -> Pipeline:
    after = apply_change_set(pipeline, update(pipeline, RUN))
    assert not update(after, RUN).edits
    return after


def test_rows_without_a_number_are_numbered() -> None:
    """
    name | account | stage     | amount | created
    one  |         |           | 50000  | 2026-03-01
         | Acme    | Qualified | 7      | 2026-03-01
         |         |           | 50007  |
    """
    now = updated(
        crm(
            Deals=rows(test_rows_without_a_number_are_numbered.__doc__ or ""),
            Accounts=[{"account": "Acme"}],
            Tasks=[{"deal": "D-00001", "task": "Call"}],
            Objections=[{"deal": "D-00001", "type": "price"}],
            Feedback=[{"deal": "D-00001", "date": date(2026, 3, 1), "satisfaction": 4.0}, {"satisfaction": 2.0}],
        )
    )
    deals = now["Deals"]
    assert deals["deal"].tolist() == ["D-00002", "D-00003", ""]  # a task names the first; a sum is no deal
    assert deals["stage"].tolist()[:2] == ["Lead", "Qualified"]
    assert deals["recorded_stage"].tolist() == ["Lead", "Qualified", ""]
    assert compute_funnel(now).metrics["open_value"] == 50007
    assert [now[table].iloc[0, 0] for table in ("Tasks", "Objections", "Feedback")] == ["T000001", "O00001", "F-00001"]


def test_feedback_counts_by_its_rows() -> None:
    pipeline = crm(Feedback=[{"satisfaction": 4.0}, {"feedback": "F-1", "satisfaction": 2.0}, {"comment": "Fine"}])
    metrics = compute_funnel(pipeline).metrics
    assert (metrics["satisfaction"], metrics["response_count"]) == (3, 3)


def test_a_reopened_deal_loses_its_loss_reason() -> None:
    """
    deal | stage     | recorded_stage | outcome | loss_reason | closed     | since      | created    | move_reason
    D-1  | Qualified | Lost           | lost    | price       | 2026-03-01 | 2026-03-01 | 2026-01-01 | they called
    D-2  | Lost      | Lost           | lost    | price       | 2026-03-01 | 2026-03-01 | 2026-01-01 |
    """
    pipeline = crm(Deals=rows(test_a_reopened_deal_loses_its_loss_reason.__doc__ or ""))
    deals = pipeline["Deals"].assign(need=3.0, budget=3.0, authority=3.0, timeline=3.0, playbook="crm")
    now = apply_change_set(pipeline, update(pipeline.with_tables(Deals=deals), RUN))
    assert now["Deals"]["recorded_stage"].tolist() == ["Qualified", "Lost"]
    assert now["Deals"]["loss_reason"].tolist() == ["", "price"]


def test_closed_deals_without_a_day_are_told_once() -> None:
    """
    deal | stage | recorded_stage | outcome | closed
    D-1  | Won   | Won            | won     |
    D-2  | Lost  | Lost           | lost    |
    D-3  | Lost  | Lost           | lost    | 2026-03-01
    D-4  | Lead  | Lead           | open    |
    """
    pipeline = crm(Deals=rows(test_closed_deals_without_a_day_are_told_once.__doc__ or ""))
    (found,) = [finding for finding in check_pipeline(pipeline) if finding.rule == "closed_without_date"]
    assert (found.severity, found.key, found.column) == ("note", "D-1", "closed")
    assert found.message.startswith("2 won or lost deals")


LISTED = [
    {"source": "referral", "loss_reason": "price", "activity_type": "call", "objection_type": "trust", "account_class": "key",
     "golden_trait": "near", "bad_trait": "far"},
    {"source": "Fair 2026"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "row", "near"),
    [
        ("Deals", {"deal": "D-1", "source": "Refferal"}, "Referral"),
        ("Deals", {"deal": "D-1", "source": "fair 2025"}, "Fair 2026"),
        ("Deals", {"deal": "D-1", "loss_reason": "Prise"}, "Price"),
        ("Activities", {"activity": "A1", "type": "Cal"}, "Call"),
        ("Objections", {"objection": "O1", "type": "Trusst"}, "Trust"),
        ("Accounts", {"account": "Acme", "account_class": "Key acount"}, "Key account"),
        ("Traits", {"account": "Acme", "trait": "Close bye"}, "Close by"),
        ("Deals", {"deal": "D-1", "source": "referral"}, None),
        ("Deals", {"deal": "D-1", "source": "FAIR  2026"}, None),
        ("Traits", {"account": "Acme", "trait": "close by"}, None),
        ("Traits", {"account": "Acme", "trait": "就在附近"}, "Close by"),
    ],
)
def test_a_value_that_no_list_offers_is_found_with_the_nearest(
    table: str, row: dict[str, str], near: str | None
) -> None:
    found = [finding for finding in check_pipeline(crm(**{table: [row]}, Lists=LISTED)) if finding.rule == "off_list"]
    assert len(found) == (near is not None)
    if near:
        assert found[0].severity == "warn"
        assert any(f"{words}{near}" in found[0].message for words in ("did you mean “", "choose one of: "))


def test_a_list_that_a_team_has_emptied_takes_anything() -> None:
    pipeline = crm(Deals=[{"deal": "D-1", "source": "Anything"}], Lists=[{"region": "north"}])
    assert not [finding for finding in check_pipeline(pipeline) if finding.rule == "off_list"]
