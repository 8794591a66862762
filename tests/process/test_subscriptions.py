"""Contracts with an amount every period: their values and statuses, what an update fills in, renewals, and wrong rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.tables import TODAY, crm, rows
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import list_rule_findings
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.process.cell_rules import WRONG_DATE_ORDER
from xl_salesflow.process.due_followups import list_followups
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.process.renewal_deals import UNKNOWN_RENEWAL_PLAYBOOK, open_renewals
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.process.subscription_rules import SUBSCRIPTION_RULES
from xl_salesflow.process.subscription_upkeep import mark_subscriptions
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import undo, update

RUN = Run("Li", datetime.combine(TODAY, datetime.min.time()))
ACME = [{"account": "Acme"}, {"account": "Beta"}]


def team(listed: list[dict[str, Any]], settings: dict[str, Any] | None = None, **deal: Any) -> Pipeline:
    """Return a team with a won deal of Acme and the contracts *listed*, which are Acme's unless they say otherwise."""
    won = {"deal": "D-1", "stage": "Won", "recorded_stage": "Won", "outcome": "won", "owner": "Li", "account": "Acme"}
    dates = {"created": date(2025, 1, 5), "closed": date(2025, 3, 5), "since": date(2025, 3, 5)}
    sold = {**won, **dates, "playbook": "crm", "amount": 1200.0, "product": "Licence", **deal}
    contracts = [{"subscription": f"S-{n}", "account": "Acme", **row} for n, row in enumerate(listed)]
    made = crm(
        Deals=[sold], Accounts=ACME, Team=[{"person": "Li"}, {"person": "Wu"}], Products=[{"product": "Licence"}],
        Subscriptions=contracts,
    )  # fmt: skip
    return replace(made, settings=Settings(settings or {}))


def updated(pipeline: Pipeline) -> Pipeline:
    after = apply_change_set(pipeline, update(pipeline, RUN))
    again = update(after, RUN)
    assert [(edit.table, edit.column) for edit in again.edits] == []
    assert not again.appends
    return recompute_formula_columns(after)


VALUES = """
    amount   | period    | start      | end        | ended      | automatic | yearly   | monthly | status   | last
    100      | month     | 2026-01-01 |            |            |           | 1200     | 100     | running  |
    100      | quarter   | 2026-01-01 | 2026-06-30 |            |           | 400      | 33.33   | running  | 2026-06-30
    100      | quarter   | 2026-01-01 | 2026-06-29 |            |           | 400      | 33.33   | ending   | 2026-06-29
    100      | half_year | 2026-04-01 | 2026-06-29 |            |           | 200      | 16.67   | upcoming | 2026-06-29
    1000.02  | year      | 2025-01-01 | 2026-03-31 |            |           | 1000.02  | 83.34   | ending   | 2026-03-31
    1000     | year      | 2025-01-01 | 2026-03-30 |            |           | 1000     | 83.33   | ended    | 2026-03-30
    1000     | year      | 2025-01-01 | 2026-03-30 |            | yes       | 1000     | 83.33   | running  |
    1000     | year      | 2025-01-01 | 2026-12-31 | 2026-04-30 |           | 1000     | 83.33   | leaving  | 2026-04-30
    1000     | year      | 2025-01-01 |            | 2026-03-30 | yes       | 1000     | 83.33   | ended    | 2026-03-30
             | year      | 2025-01-01 |            |            |           |          |         |          |
    100      |           | 2025-01-01 |            |            |           |          |         |          |
    100      | year      |            |            |            |           |          |         |          |
    100      | year      | 2026-02-01 | 2026-01-31 |            |           |          |         |          | 2026-01-31
"""
COMPUTED = ("yearly", "monthly", "status", "last")


def test_value_and_status_follow_from_amount_period_and_days() -> None:
    listed = rows(VALUES, "Subscriptions")
    given = [{name: cell for name, cell in row.items() if name not in COMPUTED} for row in listed]
    now = recompute_formula_columns(team(given))["Subscriptions"]
    assert now["yearly"].fillna(-1).tolist() == [row.get("yearly", -1) for row in listed]
    assert now["monthly"].fillna(-1).tolist() == [row.get("monthly", -1) for row in listed]
    assert now["status"].tolist() == [row.get("status", "") for row in listed]
    days = now["last"].dt.strftime("%Y-%m-%d").fillna("").tolist()
    assert days == [str(row.get("last", "")) for row in listed]


def test_an_update_numbers_contracts_and_takes_what_their_deals_say() -> None:
    """
    subscription | account | owner | deal | name    | start      | amount | period
                 |         |       | d-1  | Licence | 2026-01-01 | 100    | month
                 | Beta    | Wu    | D-1  | Support | 2026-01-01 | 100    | month
                 | Beta    |       |      | Hosting | 2026-01-01 | 100    | month
    """
    listed = rows(test_an_update_numbers_contracts_and_takes_what_their_deals_say.__doc__ or "", "Subscriptions")
    now = updated(team([{"subscription": "", "account": "", **row} for row in listed]))["Subscriptions"]
    assert now["subscription"].tolist() == ["S-00001", "S-00002", "S-00003"]
    assert now["account"].tolist() == ["Acme", "Beta", "Beta"]
    assert now["owner"].tolist() == ["Li", "Wu", ""]


YEARLY = {"deal": "D-1", "name": "Licence", "amount": 1200.0, "period": "year", "start": date(2025, 6, 1)}


def test_a_renewal_deal_is_opened_once_linked_and_undone() -> None:
    before = team([{**YEARLY, "end": date(2026, 5, 31), "notice_days": 30.0}])
    now = updated(before)
    assert now["Subscriptions"]["renewed_by"].tolist() == ["D-00002"]
    deal = now["Deals"].iloc[1]
    assert deal[["deal", "name", "account", "owner", "product", "playbook", "source", "stage"]].tolist() == [
        "D-00002", "Renewal: Licence", "Acme", "Li", "Licence", "crm", "existing", "Lead",
    ]  # fmt: skip
    assert deal["amount"] == 1200.0
    assert (deal["created"].date(), deal["next_step_date"].date()) == (TODAY, TODAY)
    assert deal["expected_close"].date() == date(2026, 5, 1)  # the last day for notice
    back = apply_change_set(now, undo(now, Run("Li", RUN.now + timedelta(minutes=1))))
    assert back["Deals"]["deal"].tolist() == ["D-1"]
    assert back["Subscriptions"]["renewed_by"].tolist() == [""]


def renewed(pipeline: Pipeline) -> dict[str, Any]:
    """Return the deal that is opened."""
    return dict(apply_change_set(pipeline, open_renewals(pipeline))["Deals"].iloc[1].to_dict())


NOT_OPENED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("ends later", {"end": date(2026, 6, 30)}, {}),
    ("fewer days in Settings", {"end": date(2026, 5, 31)}, {"renewal_days": 60.0}),
    ("never", {"end": date(2026, 5, 31)}, {"renewal_days": 0.0}),
    ("over", {"end": date(2026, 3, 30)}, {}),
    ("ended", {"end": date(2026, 5, 31), "ended": date(2026, 5, 31)}, {}),
    ("renews by itself", {"end": date(2026, 5, 31), "automatic": "yes"}, {}),
    ("no end", {}, {}),
    ("no amount", {"end": date(2026, 5, 31), "amount": None}, {}),
    ("not begun", {"start": date(2026, 4, 1), "end": date(2026, 5, 31)}, {}),
]


@pytest.mark.parametrize(("cells", "settings"), [case[1:] for case in NOT_OPENED], ids=[case[0] for case in NOT_OPENED])
def test_no_renewal_deal_is_opened(cells: dict[str, Any], settings: dict[str, Any]) -> None:
    assert open_renewals(team([{**YEARLY, **cells}], settings)) == ChangeSet()


TERMS = [
    ("month", 100.0, date(2025, 6, 1), date(2026, 5, 31), 1200.0),
    ("quarter", 99.99, date(2025, 6, 1), date(2026, 5, 31), 399.96),
    ("half_year", 500.0, date(2024, 6, 1), date(2026, 5, 31), 2000.0),
    ("year", 500.0, date(2023, 6, 1), date(2026, 5, 31), 1500.0),
    ("year", 500.0, date(2026, 3, 1), date(2026, 5, 31), 500.0),
]


@pytest.mark.parametrize(("period", "amount", "start", "end", "value"), TERMS)
def test_a_renewal_asks_for_the_value_of_the_term(
    period: str, amount: float, start: date, end: date, value: float
) -> None:
    row = {**YEARLY, "period": period, "amount": amount, "start": start, "end": end}
    assert renewed(team([row]))["amount"] == value


def test_a_renewal_follows_the_playbook_of_settings() -> None:
    ending = {**YEARLY, "end": date(2026, 5, 31)}
    wished = team([ending], {"renewal_playbook": "b2c"})
    settings = make_table_frame(TABLES["Settings"], [{"setting": "renewal_playbook", "value": "b2c"}])
    unknown = wished.with_tables(Settings=settings)
    assert renewed(unknown)["playbook"] == "crm"
    (found,) = list_rule_findings(unknown, UNKNOWN_RENEWAL_PLAYBOOK)
    assert (found.table, found.key, found.column) == ("Settings", "renewal_playbook", "value")
    stages = [make_shipped_setup(playbook, "en")["Stages"] for playbook in ("crm", "b2c")]
    known = unknown.with_tables(Stages=pd.concat(stages, ignore_index=True))
    assert (renewed(known)["playbook"], renewed(known)["stage"]) == ("b2c", known.playbooks["b2c"].first.name)
    assert not list(list_rule_findings(known, UNKNOWN_RENEWAL_PLAYBOOK))


def test_the_contract_of_the_renewal_deal_continues_the_old_one() -> None:
    old = {**YEARLY, "end": date(2026, 5, 31), "renewed_by": "D-2"}
    new = {**YEARLY, "deal": "D-2", "amount": 1500.0, "start": date(2026, 3, 15), "end": date(2027, 3, 14)}
    first, second = updated(team([old, new]))["Subscriptions"].to_dict("records")
    assert (str(first["continued"])[:10], str(first["last"])[:10], first["status"]) == (
        "2026-03-15", "2026-03-14", "renewed",
    )  # fmt: skip
    assert (second["before"], second["start_change"], first["end_change"]) == (100.0, 25.0, 0.0)


def test_a_contract_of_the_same_service_from_the_day_after_continues_the_old_one() -> None:
    old = {**YEARLY, "end": date(2026, 5, 31)}
    for cells, status in (
        ({"name": "licence"}, "running"),
        ({"name": "Support"}, "ending"),
        ({"start": date(2026, 6, 2)}, "ending"),
        ({"account": "Beta"}, "ending"),
    ):
        listed = team([old, {**YEARLY, "start": date(2026, 6, 1), **cells}])
        assert recompute_formula_columns(mark_subscriptions(listed))["Subscriptions"]["status"].iloc[0] == status
        assert (open_renewals(mark_subscriptions(listed)) == ChangeSet()) == (status == "running")


ENDING = {"subscription": "S-1", "account": "Acme", **YEARLY, "renewed_by": "D-1"}
REASONS: list[tuple[dict[str, Any], str]] = [
    ({"end": date(2026, 4, 7)}, "Contract S-1 ends on 2026-04-07"),
    ({"end": date(2026, 4, 8)}, ""),
    ({"end": date(2026, 3, 20)}, "Contract S-1 ended on 2026-03-20 and is not renewed"),
    ({"end": date(2026, 2, 20)}, ""),
    ({"end": date(2026, 5, 7), "notice_days": 30.0}, "Notice for contract S-1 can be given until 2026-04-07"),
    ({"end": date(2026, 5, 7), "notice_days": 30.5}, "Notice for contract S-1 can be given until 2026-04-06"),
    ({"end": date(2026, 5, 7), "notice": date(2026, 4, 1), "automatic": "yes"}, "Notice for contract S-1 can be given"),
    ({"end": date(2026, 4, 7), "ended": date(2026, 4, 7)}, ""),
]


@pytest.mark.parametrize(("cells", "why"), REASONS)
@pytest.mark.parametrize("linked", [{}, {"renewed_by": "", "deal": ""}])
def test_the_end_and_the_notice_day_are_on_the_followup_list(
    cells: dict[str, Any], why: str, linked: dict[str, Any]
) -> None:
    quiet = {"last_activity": TODAY, "next_step": "Call", "next_step_date": date(2026, 6, 1)}
    listed = list_followups(recompute_formula_columns(team([{**ENDING, **cells, **linked}], **quiet))).rows
    reasons = " ".join(listed["why"])
    assert (why in reasons) if why else ("ontract" not in reasons)


LOST = {"outcome": "lost", "recorded_stage": "Lost", "stage": "Lost", "loss_reason": "price"}
GOOD = {**YEARLY, "end": date(2027, 5, 31)}
OLD = {**GOOD, "deal": "", "renewed_by": "D-1"}
WRONG: list[tuple[str, list[dict[str, Any]], dict[str, Any], str]] = [
    ("contract_counts", [{**GOOD, "amount": None}], {}, "amount"),
    ("contract_counts", [{**GOOD, "period": ""}], {}, "period"),
    ("contract_counts", [{**GOOD, "start": None}], {}, "start"),
    ("contract_customer", [{**GOOD, "account": "", "deal": ""}], {}, "account"),
    ("contract_deal", [{**GOOD, "account": "Beta"}], {}, "account"),
    ("contract_lost", [GOOD], LOST, "deal"),
    ("contract_gap", [{**OLD, "end": date(2026, 1, 31)}, {**GOOD, "start": date(2026, 2, 2)}], {}, "end"),
    ("contract_renewed", [OLD], {}, "renewed_by"),
    ("contract_leaving", [OLD], LOST, "ended"),
    ("contract_reason", [{**GOOD, "ended": date(2026, 1, 31)}], {}, "churn_reason"),
    ("contract_end", [{**GOOD, "end": date(2026, 1, 31), "automatic": "yes"}], {}, "end"),
    ("date_order", [{**GOOD, "end": date(2025, 5, 30)}], {}, "end"),
    ("date_order", [{**GOOD, "notice": date(2027, 6, 1)}], {}, "end"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "listed", "deal", "column"), WRONG)
def test_what_is_wrong_with_a_contract_is_a_finding(
    rule: str, listed: list[dict[str, Any]], deal: dict[str, Any], column: str
) -> None:
    now = recompute_formula_columns(mark_subscriptions(team(listed, **deal)))
    found = [finding for one in (*SUBSCRIPTION_RULES, WRONG_DATE_ORDER) for finding in list_rule_findings(now, one)]
    assert [(finding.rule, finding.table, finding.column, finding.key) for finding in found] == [
        (rule, "Subscriptions", column, "S-0")
    ]


def test_a_sound_contract_has_no_finding() -> None:
    now = updated(team([GOOD]))
    assert [finding for finding in check_pipeline(now) if finding.table == "Subscriptions"] == []
