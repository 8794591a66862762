"""A made-up pipeline is consistent: the same for the same seed, with a complete history and nothing pending."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.cli.demo.demo_workbook import make_day_of_work
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.metrics.readings.report_facts import compute_sales_plan
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.process.rule_catalogue import check_pipeline

TODAY = date(2026, 6, 30)


def empty(language: Language = "en", today: date = TODAY) -> Pipeline:
    return build_pipeline(today, language).with_tables(**make_shipped_setup("crm", language))


def made(count: int = 300, seed: int = 7, language: Language = "en") -> Pipeline:
    return recompute_formula_columns(apply_change_set(empty(language), generate_pipeline(empty(language), count, seed)))


def test_the_same_seed_makes_the_same_pipeline() -> None:
    for first, second in zip(
        generate_pipeline(empty(), 50).appends, generate_pipeline(empty(), 50).appends, strict=True
    ):
        pd.testing.assert_frame_equal(first.rows, second.rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_pending_and_no_row_is_wrong(language: Language) -> None:
    pipeline = made(language=language)
    assert not judge_stage_moves(pipeline, "test").edits
    assert [finding.message for finding in check_pipeline(pipeline) if finding.severity != "note"] == []


@pytest.mark.parametrize("seed", range(5))
def test_every_entry_into_a_stage_is_accounted_for(seed: int) -> None:
    """entries(s) = moved forward + moved back + won + lost + still there"""
    history = made(seed=seed)["History"]
    for _, visits in history.groupby("stage"):
        ways = visits["move"].value_counts()
        assert len(visits) == sum(ways.get(way, 0) for way in ("forward", "back", "won", "lost", ""))
    assert (history[history["move"] == ""].groupby("deal").size() == 1).all()


def test_visits_follow_one_another() -> None:
    history = made()["History"]
    after = history.groupby("deal").shift(-1)
    gone = history["moved_to"] != ""
    assert (after["stage"][gone] == history["moved_to"][gone]).all()
    assert (after["entered"][gone] == history["left"][gone]).all()


def test_names_are_unique() -> None:
    pipeline = made(3000)
    for table, key in (("Accounts", "account"), ("Contacts", "contact"), ("Deals", "deal"), ("Deals", "name")):
        assert pipeline[table][key].is_unique


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("today", [date(2026, 3, 20), date(2026, 6, 30), date(2026, 11, 22)])
def test_some_are_ahead_of_their_target_and_some_behind(today: date, language: Language) -> None:
    """
    whose       | attainment of the year's target
    whole team  | 50 to 120 %, as the sum of what its owners have to win
    each owner  | 50 to 120 %, at least one ahead, at least one behind
    a channel   | 50 to 120 %; ecommerce has no target
    """
    before = empty(language, today)
    planned = compute_sales_plan(
        recompute_formula_columns(apply_change_set(before, generate_pipeline(before, 80, since_days=120)))
    )
    plans = [planned.figures, *(group.figures for group in (*planned.owners, *planned.channels))]
    attained = [(plan.won_to_date or 0) / (plan.target or 0) for plan in plans]
    assert all(0.5 <= part <= 1.2 for part in attained)
    assert len(planned.owners) == 4
    assert min(attained[1:5]) < 1 < max(attained[1:5])
    assert planned.figures.target == sum(owner.figures.target or 0 for owner in planned.owners)
    assert [channel.key for channel in planned.channels] == ["direct", "agent"]


def test_on_the_first_day_of_a_year_nothing_is_won_and_there_are_targets() -> None:
    before = empty(today=date(2027, 1, 1))
    targets = apply_change_set(before, generate_pipeline(before, 80, since_days=120))["Targets"]
    assert (targets["target"] > 0).all()
    assert targets["from"].min().date() == date(2027, 1, 1)


def test_every_month_ahead_that_deals_are_expected_in_has_a_target() -> None:
    pipeline = made()
    team = pipeline["Targets"].query("owner == '' and sales_channel == ''")
    assert pipeline["Deals"]["expected_close"].max() <= team["to"].max()
    assert team["from"].is_unique


def test_every_deal_has_an_activity_while_it_was_open() -> None:
    pipeline = made()
    noted = apply_change_set(pipeline, make_day_of_work(pipeline))["Activities"].merge(pipeline["Deals"], on="deal")
    assert set(noted["deal"]) == set(pipeline["Deals"]["deal"])
    assert (noted["date"] >= noted["created"]).all()
    assert (noted["date"] <= noted["closed"].fillna(pd.Timestamp(TODAY))).all()
    assert noted["activity"].is_unique
