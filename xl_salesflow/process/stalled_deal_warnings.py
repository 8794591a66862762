"""Warn of open deals that make no progress: idle, too old, over a limit, pushed, or without a next step."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.core.deal_standing import score_week_ago, select_open_deals
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch, format_column_values, format_short_number
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_registry import TABLES


def _find_over_limit(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = select_open_deals(pipeline)
    days = (pd.Timestamp(pipeline.today) - deals["since"]).dt.days
    late = days > deals["day_limit"]
    facts = {
        "days": days[late].map(format_short_number),
        "limit": deals.loc[late, "day_limit"].map(format_short_number),
    }
    yield RuleMatch("Deals", deals.index[late], "since", facts)


OVER_LIMIT = Rule(
    "over_limit",
    Text("Over the stage limit"),
    Text("{days} days in the stage, limit {limit}"),
    "warn",
    _find_over_limit,
)


def _find_idle_deals(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals, limit = select_open_deals(pipeline), pipeline.settings.number("idle_limit")
    last = deals[["since", "last_activity"]].max(axis=1)
    days = (pd.Timestamp(pipeline.today) - last).dt.days
    idle = days > limit
    yield RuleMatch("Deals", deals.index[idle], "last_activity", {"days": days[idle].map(format_short_number)})


IDLE_DEAL = Rule(
    "idle",
    Text("Idle"),
    Text("nothing done for {days} days"),
    "warn",
    _find_idle_deals,
)


def _find_too_old(pipeline: Pipeline) -> Iterable[RuleMatch]:
    everything = pipeline["Deals"]
    won = everything[everything["outcome"] == "won"]
    median = (won["closed"] - won["created"]).dt.days.median()
    deals = select_open_deals(pipeline)
    age = (pd.Timestamp(pipeline.today) - deals["created"]).dt.days
    # without won deals, or if their median age is 0, there is no sales cycle to compare with
    limit = median * pipeline.settings.number("age_factor")
    old = (age > limit) & (limit > 0)
    yield RuleMatch(
        "Deals",
        deals.index[old],
        "created",
        {"days": age[old].map(format_short_number), "median": format_short_number(median or 0)},
    )


TOO_OLD = Rule(
    "too_old",
    Text("Too old"),
    Text("open for {days} days; deals are won in {median} (median)"),
    "warn",
    _find_too_old,
)


def _find_close_past(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = select_open_deals(pipeline)
    late = deals.loc[deals["expected_close"] < pd.Timestamp(pipeline.today), "expected_close"]
    day = format_column_values(TABLES["Deals"]["expected_close"], late, pipeline.language)
    yield RuleMatch("Deals", late.index, "expected_close", {"day": day})


CLOSE_PAST = Rule(
    "close_past",
    Text("Expected close in the past"),
    Text("expected close {day} has passed"),
    "warn",
    _find_close_past,
)


def _find_pushed_close(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = select_open_deals(pipeline)
    pushes = deals.loc[deals["pushes"] >= pipeline.settings.number("push_limit"), "pushes"]
    yield RuleMatch("Deals", pushes.index, "pushes", {"times": pushes.map(format_short_number)})


PUSHED_CLOSE = Rule(
    "pushed",
    Text("Expected close pushed"),
    Text("expected close pushed {times} times"),
    "warn",
    _find_pushed_close,
)


def _find_no_next_step(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = select_open_deals(pipeline)
    unplanned = (deals["next_step"].str.strip() == "") & deals["next_step_date"].isna()
    yield RuleMatch("Deals", deals.index[unplanned], "next_step")


NO_NEXT_STEP = Rule(
    "no_next_step",
    Text("No next step"),
    Text("no next step"),
    "warn",
    _find_no_next_step,
)


def _find_score_fallen(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = select_open_deals(pipeline)
    before, now = score_week_ago(deals["score_trail"], pipeline.today), deals["bant_score"]
    # a score that was cleared has fallen too
    fallen = before.notna() & ~(now >= before)
    facts = {"before": before[fallen].map(format_short_number), "now": now[fallen].fillna(0).map(format_short_number)}
    yield RuleMatch("Deals", deals.index[fallen], "bant_score", facts)


SCORE_FALLEN = Rule(
    "score_fallen",
    Text("Score fallen"),
    Text("BANT score fell from {before} to {now} since last week"),
    "warn",
    _find_score_fallen,
)
