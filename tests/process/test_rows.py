"""Row checks: each says what is wrong with which row, so that its owner can act on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.tables import TODAY, crm
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Finding, Pipeline, TablePosition
from xl_salesflow.core.rule_declarations import MAX_ROWS_PER_FINDING, Rule, RuleMatch
from xl_salesflow.engine import Run
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.gate_judging import GATE_RULES
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.pending_moves import MOVE_STATUS_RULES
from xl_salesflow.process.playbook_rules import PLAYBOOK_RULES
from xl_salesflow.process.rule_catalogue import ALL_RULES, EARLY_WARNING_RULES, ROW_RULES, check_pipeline
from xl_salesflow.verbs import bring_in

DEAL = {"deal": "D1", "stage": "Lead"}


def find(pipeline: Pipeline, rule: str) -> list[tuple[str, str, str]]:
    """Return table, key and column of the findings of *rule*."""
    return [(f.table, f.key, f.column) for f in check_pipeline(pipeline) if f.rule == rule]


def message(pipeline: Pipeline, rule: str) -> str:
    (found,) = [f.message for f in check_pipeline(pipeline) if f.rule == rule]
    return found


def test_a_clean_workbook_has_no_findings() -> None:
    deal = {**DEAL, "account": "Acme", "owner": "Li", "amount": 10, "created": date(2026, 3, 1)}
    pipeline = crm(Deals=[deal], Accounts=[{"account": "Acme"}], Team=[{"person": "Li"}])
    pipeline = apply_change_set(pipeline, judge_stage_moves(pipeline, "Li"))
    assert check_pipeline(pipeline) == ()


@pytest.mark.parametrize(
    ("rule", "tables", "found"),
    [
        ("doubled_key", {"Deals": [DEAL, {"deal": "d1 ", "stage": "Lead"}]}, ("Deals", "d1 ", "deal")),
        (
            "missing_cell",
            {"Activities": [{"activity": "A1", "date": TODAY, "type": "call"}]},
            ("Activities", "A1", "deal"),
        ),
        ("missing_cell", {"Accounts": [{"industry": "retail"}]}, ("Accounts", "", "account")),
        ("unknown_stage", {"Deals": [{"deal": "D1", "stage": "Leed"}]}, ("Deals", "D1", "stage")),
        ("unknown_playbook", {"Deals": [{**DEAL, "playbook": "b2x"}]}, ("Deals", "D1", "playbook")),
        ("unknown_choice", {"Deals": [{**DEAL, "forecast": "sure"}]}, ("Deals", "D1", "forecast")),
        ("orphan", {"Deals": [{**DEAL, "account": "Acme"}]}, ("Deals", "D1", "account")),
        ("orphan", {"Answers": [{"deal": "D9", "question": "B1"}]}, ("Answers", "D9", "deal")),
        ("negative_money", {"Deals": [{**DEAL, "amount": -1}]}, ("Deals", "D1", "amount")),
        ("share_range", {"Deals": [{**DEAL, "probability_override": 1.01}]}, ("Deals", "D1", "probability_override")),
        ("share_range", {"Quotes": [{"quote": "Q1", "discount": -0.1}]}, ("Quotes", "Q1", "discount")),
        ("points_range", {"Deals": [{**DEAL, "need": 4}]}, ("Deals", "D1", "need")),
        ("points_range", {"Deals": [{**DEAL, "budget": 1.5}]}, ("Deals", "D1", "budget")),
        ("score_range", {"Feedback": [{"feedback": "F1", "satisfaction": 6}]}, ("Feedback", "F1", "satisfaction")),
        (
            "date_order",
            {"Deals": [{**DEAL, "created": TODAY, "closed": date(2026, 1, 1)}]},
            ("Deals", "D1", "closed"),
        ),
        ("future_date", {"Deals": [{**DEAL, "created": date(2027, 1, 1)}]}, ("Deals", "D1", "created")),
        (
            "unexplained_probability",
            {"Deals": [{**DEAL, "probability_override": 0.5}]},
            ("Deals", "D1", "probability_reason"),
        ),
        ("unexplained_override", {"Deals": [{**DEAL, "override_by": "Wu"}]}, ("Deals", "D1", "override_reason")),
        ("unexplained_override", {"Deals": [{**DEAL, "override_reason": "x"}]}, ("Deals", "D1", "override_by")),
        ("lost_without_reason", {"Deals": [{**DEAL, "outcome": "lost"}]}, ("Deals", "D1", "loss_reason")),
        ("broken_history", {"Deals": [{**DEAL, "recorded_stage": "Lead"}]}, ("Deals", "D1", "recorded_stage")),
    ],
)
def test_a_wrong_row_is_found(rule: str, tables: dict[str, Any], found: tuple[str, str, str]) -> None:
    assert find(crm(**tables), rule) == [found]


@pytest.mark.parametrize(
    ("rule", "tables"),
    [
        ("missing_cell", {"Deals": [{}]}),
        ("missing_cell", {"Deals": [{"deal": "D1"}, {"stage": "Lead"}]}),  # an update fills these in
        ("doubled_key", {"Deals": [{"stage": "Lead"}, {"stage": "Lead"}]}),
        ("unknown_stage", {"Deals": [{"deal": "D1", "stage": " lead"}]}),
        ("orphan", {"Deals": [{**DEAL, "account": "ACME "}], "Accounts": [{"account": "Acme"}]}),
        ("points_range", {"Deals": [{**DEAL, "need": 0}]}),
        ("unexplained_probability", {"Deals": [{**DEAL, "probability_override": 0.5, "outcome": "won"}]}),
        ("date_order", {"Deals": [{**DEAL, "created": TODAY, "closed": TODAY}]}),
    ],
)
def test_a_valid_row_is_not_found(rule: str, tables: dict[str, Any]) -> None:
    assert find(crm(**tables), rule) == []


def test_a_missing_name_is_reported_once_with_the_nearest_one() -> None:
    deals = [{**DEAL, "deal": f"D{n}", "account": "Amce Corporation"} for n in range(3)]
    pipeline = crm(Deals=deals, Accounts=[{"account": "Acme Corporation"}, {"account": "Betasoloin"}])
    assert message(pipeline, "orphan") == (
        "“Amce Corporation” (in 3 rows) is not in the sheet Accounts; did you mean “Acme Corporation”?"
    )


def test_a_name_without_a_similar_one_gets_no_suggestion() -> None:
    pipeline = crm(Deals=[{**DEAL, "account": "Zenith"}], Accounts=[{"account": "Acme Corporation"}])
    assert message(pipeline, "orphan").endswith("add it there or choose one from the list.")


def test_the_nearest_stage_is_suggested() -> None:
    assert "did you mean “Presentation”?" in message(
        crm(Deals=[{"deal": "D1", "stage": "Presentatoin"}]), "unknown_stage"
    )


def test_a_message_is_in_the_language_of_the_workbook() -> None:
    assert message(crm("zh", Deals=[{"deal": "D1", "stage": "线索", "amount": -5}]), "negative_money") == (
        "“金额”为 -5；金额不能为负。"
    )


def test_a_finding_has_the_address_of_its_cell() -> None:
    pipeline = crm(Deals=[DEAL, {"deal": "D2", "stage": "Lead", "amount": -5}])
    placed = replace(pipeline, table_positions={"Deals": TablePosition("商机 1", {"amount": "F"})})
    assert [f.cell for f in check_pipeline(placed) if f.rule == "negative_money"] == ["'商机 1'!F3"]


def test_beyond_a_hundred_rows_the_rest_is_counted() -> None:
    pipeline = crm(Deals=[{"deal": f"D{n}", "stage": "Lead", "amount": -1} for n in range(MAX_ROWS_PER_FINDING + 42)])
    found = [f for f in check_pipeline(pipeline) if f.rule == "negative_money"]
    assert len(found) == MAX_ROWS_PER_FINDING + 1
    assert found[-1].message == "42 more rows of Deals have the same problem; filter the column to see them."


def test_lost_deals_of_an_import_are_one_note() -> None:
    pipeline = crm(Deals=[{"deal": f"D{n}", "stage": "Lost", "outcome": "lost"} for n in range(2473)])
    assert message(pipeline, "lost_without_reason").startswith("2473 lost deals")


def test_findings_about_cells_are_passed_on() -> None:
    fault = Finding("not_a_number", "block", "Deals!F2 is no number.", "Deals", "D1", "amount", "Deals!F2")
    pipeline = replace(crm(Deals=[DEAL]), cell_findings=(fault,))
    assert check_pipeline(pipeline)[0] == fault


def recorded() -> Pipeline:
    """Return a deal that went from Lead to Qualified to Lost."""
    now = crm(Deals=[{**DEAL, "account": "Acme", "created": date(2026, 3, 1)}])
    for cells in ({}, {"stage": "Qualified"}, {"stage": "Lost", "loss_reason": "price"}):
        now = now.with_tables(Deals=now["Deals"].assign(**cells))
        now = apply_change_set(now, judge_stage_moves(now, "Li"))
    return now


@pytest.mark.parametrize(
    ("row", "column", "value", "what"),
    [
        (0, "moved_to", "Presentation", "its next stage or its last day"),
        (0, "left", pd.Timestamp(2026, 3, 2), "or its last day"),
        (1, "move", "", "has no direction of the move"),
        (1, "left", pd.Timestamp("9999-12-31"), "it is not over although"),
        (0, "days", 7.0, "its number of days"),
        (2, "left", pd.Timestamp(2026, 3, 31), "no later visit follows"),
        (2, "stage", "Won", "its next stage or its last day"),
    ],
)
def test_a_history_that_somebody_edited_is_found(row: int, column: str, value: Any, what: str) -> None:
    now = recorded()
    assert find(now, "broken_history") == []
    history = now["History"].copy()
    history.iloc[row, history.columns.get_loc(column)] = value
    assert any(
        what in f.message for f in check_pipeline(now.with_tables(History=history)) if f.rule == "broken_history"
    )


def test_a_deleted_stage_stay_is_noticed() -> None:
    now = recorded()
    assert find(now.with_tables(History=now["History"].drop(index=now["History"].index[1])), "broken_history")


def test_a_sorted_history_is_valid() -> None:
    now = recorded()
    assert find(now.with_tables(History=now["History"].iloc[::-1]), "broken_history") == []


def test_rules_have_unique_names() -> None:
    names = [rule.id for rule in (*ROW_RULES, *PLAYBOOK_RULES, *GATE_RULES, *EARLY_WARNING_RULES)]
    assert len(names) == len(set(names))


@pytest.fixture(scope="module")
def selling() -> Pipeline:
    """Return a pipeline with thirty deals and everything around them."""
    empty, run = crm(), Run("Mara", datetime(2026, 3, 31, 9))
    return apply_change_set(empty, bring_in(empty, generate_pipeline(empty, 30, since_days=180), run))


def test_a_rule_finds_nothing_without_a_table_that_it_needs(selling: Pipeline) -> None:
    rules = [rule for rule in (*ALL_RULES, *MOVE_STATUS_RULES) if rule.needs]
    assert {"discount_above", "move_refused", "payment_sum"} <= {rule.id for rule in rules}
    for rule in rules:
        for table in rule.needs:
            without = selling.with_tables(**{table: selling[table].head(0)})
            assert [match for match in rule.find(without) if len(match.rows)] == [], rule.id
            assert not list(rule.find_matches(without)), rule.id


def test_no_search_begins_for_a_table_without_rows() -> None:
    def find_all(pipeline: Pipeline) -> list[RuleMatch]:
        searched.append(pipeline)
        return [RuleMatch("Deals", pipeline["Deals"].index)]

    searched = list[Pipeline]()
    rule = Rule("any", Text(""), Text(""), "note", find_all, needs=("Deals",))
    assert (list(rule.find_matches(crm())), searched) == ([], [])
    assert len(list(rule.find_matches(crm(Deals=[DEAL])))) == len(searched) == 1
