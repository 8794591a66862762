"""Warn of open deals that make no progress or are at risk."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from xl_salesflow.core.deal_standing import (
    compute_discounts,
    find_unapproved_discounts,
    format_discount_percent,
    look_up_discount_limits,
    score_week_ago,
    select_open_deals,
)
from xl_salesflow.core.pipelines import Gate, Pipeline, Playbook
from xl_salesflow.core.rule_declarations import (
    Rule,
    RuleMatch,
    format_column_values,
    format_short_number,
    gate_limit,
)
from xl_salesflow.locale.texts import COMMA_SEPARATOR, Text
from xl_salesflow.process.account_scores import PROSPECT_MUST_HAVES
from xl_salesflow.process.deal_upkeep import count_unanswered_tries
from xl_salesflow.process.gate_conditions import find_gate_reach
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_frames import fold_keys, look_up_values
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
    Text("{days} {days:day|days} in the stage, limit {limit}"),
    "warn",
    _find_over_limit,
    Text("Over limit"),
    needs=("Deals",),
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
    Text("nothing done for {days} {days:day|days}"),
    "warn",
    _find_idle_deals,
    Text("Idle", context="warning"),
    needs=("Deals",),
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
    Text("open for {days} {days:day|days}; deals are won in {median} (median)"),
    "warn",
    _find_too_old,
    Text("Too old", context="warning"),
    needs=("Deals",),
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
    Text("Close passed", context="warning"),
    needs=("Deals",),
)


def _find_pushed_close(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = select_open_deals(pipeline)
    pushes = deals.loc[deals["pushes"] >= pipeline.settings.number("push_limit"), "pushes"]
    yield RuleMatch("Deals", pushes.index, "pushes", {"times": pushes.map(format_short_number)})


PUSHED_CLOSE = Rule(
    "pushed",
    Text("Expected close pushed"),
    Text("expected close pushed {times} {times:time|times}"),
    "warn",
    _find_pushed_close,
    Text("Close pushed", context="warning"),
    needs=("Deals",),
)


def _find_unanswered(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals, limit = select_open_deals(pipeline), pipeline.settings.number("try_limit")
    tries = look_up_values(deals["deal"], count_unanswered_tries(pipeline))
    silent = tries[tries >= limit] if limit > 0 else tries[:0]
    yield RuleMatch("Deals", silent.index, "attempts", {"count": silent.map(format_short_number)})


UNANSWERED = Rule(
    "unanswered",
    Text("Unanswered"),
    Text("{count} {count:try|tries} in a row without an answer; let it go, or try somebody else"),
    "warn",
    _find_unanswered,
    Text("No answer", context="warning"),
    needs=("Deals",),
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
    Text("No next step", context="warning"),
    needs=("Deals",),
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
    Text("Score down", context="warning"),
    needs=("Deals",),
)


def _find_one_contact(pipeline: Pipeline) -> Iterable[RuleMatch]:
    if pipeline["Contacts"].empty:
        return
    deals = select_open_deals(pipeline)
    deals = deals[deals["position"] >= pipeline.settings.number("contacts_from_stage")]
    count = look_up_values(deals["deal"], _count_known_contacts(pipeline, deals)).fillna(0)
    few = count[count <= 1]
    yield RuleMatch("Deals", few.index, "contact", {"count": few.map(format_short_number)})


def _count_known_contacts(pipeline: Pipeline, deals: pd.DataFrame) -> pd.Series:
    contacts, activities = pipeline["Contacts"], pipeline["Activities"]
    at_account = deals[["deal", "account"]].merge(contacts[contacts["account"] != ""][["account", "contact"]])
    known = [at_account[["deal", "contact"]], deals[["deal", "contact"]], activities[["deal", "contact"]]]
    everybody = pd.concat(known)
    return everybody[everybody["contact"] != ""].drop_duplicates().groupby("deal").size()


ONE_CONTACT = Rule(
    "one_contact",
    Text("One contact only"),
    Text("contacts known: {count}; find more people at the customer"),
    "warn",
    _find_one_contact,
    Text("One contact", context="warning"),
    needs=("Deals",),
)

_DECIDING_ROLES = ("decision_maker",)


def _find_no_decision_maker(pipeline: Pipeline) -> Iterable[RuleMatch]:
    contacts = pipeline["Contacts"]
    if contacts.empty:
        return
    deciding = contacts[contacts["decision_role"].isin(_DECIDING_ROLES)]
    deals = select_open_deals(pipeline)
    deals = deals[deals["position"] >= pipeline.settings.number("contacts_from_stage")]
    met = deals["account"].isin(set(deciding["account"]) - {""}) | deals["contact"].isin(deciding["contact"])
    yield RuleMatch("Deals", deals.index[~met], "contact")


NO_DECISION_MAKER = Rule(
    "no_decision_maker",
    Text("No decision-maker"),
    Text("no decision-maker among the contacts"),
    "warn",
    _find_no_decision_maker,
    Text("No decision-maker", context="warning"),
    needs=("Deals",),
)


def _find_no_prospect(pipeline: Pipeline) -> Iterable[RuleMatch]:
    accounts = pipeline["Accounts"]
    lacking = {
        column_id: set(fold_keys(accounts.loc[(accounts[column_id] == "no") & (accounts["account"] != ""), "account"]))
        for column_id in PROSPECT_MUST_HAVES
    }
    if not any(lacking.values()):
        return
    deals = select_open_deals(pipeline)
    account = fold_keys(deals["account"])
    for column_id, names in lacking.items():
        rows = deals.index[account.isin(names).to_numpy(bool)]
        yield RuleMatch("Deals", rows, "account", {"what": TABLES["Accounts"].header(column_id, pipeline.language)})


NO_PROSPECT = Rule(
    "no_prospect",
    Text("Not a prospect"),
    Text("the customer is not a prospect: “{what}” is No"),
    "warn",
    _find_no_prospect,
    Text("Not a prospect", context="warning"),
    needs=("Deals",),
)

_BUYER_STAGE_ORDER = {stage_id: place for place, stage_id in enumerate(CHOICES["buyer_stage"])}


def _find_buyer_behind(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals, column = select_open_deals(pipeline), TABLES["Deals"]["buyer_stage"]
    behind = deals[
        deals["buyer_stage"].map(_BUYER_STAGE_ORDER).astype(float)
        < deals["buyer_due"].map(_BUYER_STAGE_ORDER).astype(float)
    ]
    facts = {
        "is_": format_column_values(column, behind["buyer_stage"], pipeline.language),
        "due": format_column_values(column, behind["buyer_due"], pipeline.language),
    }
    yield RuleMatch("Deals", behind.index, "buyer_stage", facts)


BUYER_BEHIND = Rule(
    "buyer_behind",
    Text("Ahead of the buyer"),
    Text("the customer is still in {is_}; this stage expects {due}"),
    "warn",
    _find_buyer_behind,
    Text("Buyer behind", context="warning"),
    needs=("Deals",),
)

_BANT_POINT_COLUMNS = ["budget", "authority", "need", "timeline"]


def _find_bant_below(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = select_open_deals(pipeline)
    deals = deals[(deals[_BANT_POINT_COLUMNS] > 0).any(axis=1)]
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    below, comma = pd.Series("", index=deals.index, dtype=object), COMMA_SEPARATOR.in_(pipeline.language)
    for playbook_id, playbook in pipeline.playbooks.items():
        for gate in playbook.gates:
            column, floor = _find_scored_column(gate), gate_limit(gate)
            if column and floor is not None and gate.stage in playbook.by_name and gate.effect == "block":
                under = (named == playbook_id) & _has_passed_gate(playbook, gate, deals) & ~(deals[column] >= floor)
                reach = find_gate_reach(pipeline, gate, deals)
                under &= True if reach is None else reach.applies
                what = TABLES["Deals"].header(column, pipeline.language)
                below[under] = np.where(below[under] == "", what, below[under] + comma + what)
    rows = below.index[below != ""]
    yield RuleMatch("Deals", rows, "bant_score", {"what": below[rows]})


def _find_scored_column(gate: Gate) -> str | None:
    if gate.check == "bant_at_least":
        return "bant_score"
    column = TABLES["Deals"].find_column(gate.subject) if gate.check == "at_least" else None
    return column.id if column and column.type is ColumnType.POINTS else None


def _has_passed_gate(playbook: Playbook, gate: Gate, deals: pd.DataFrame) -> pd.Series:
    return deals["position"] >= playbook.by_name[gate.stage].position


BANT_BELOW = Rule(
    "bant_below",
    Text("BANT below the gate"),
    Text("below what this stage requires: {what}"),
    "warn",
    _find_bant_below,
    Text("BANT low", context="warning"),
    needs=("Deals",),
)

_QUOTE_HAS_EXPIRED = Text("expired")
_QUOTE_EXPIRES_SOON = Text("expires")


def _find_quote_expiring(pipeline: Pipeline) -> Iterable[RuleMatch]:
    quotes, today = pipeline["Quotes"], pd.Timestamp(pipeline.today)
    # the latest quote of a deal is the one the customer is considering
    known = quotes["status"].isin(["sent", "expired"]) & quotes["valid_until"].notna() & quotes["decided"].isna()
    out = quotes[known & ~quotes["quote"].isin(quotes["supersedes"])].sort_values("valid_until")
    out = out.drop_duplicates("deal", keep="last")
    out = out[out["valid_until"] <= today + pd.Timedelta(days=pipeline.settings.number("expiry_notice"))]
    deals = select_open_deals(pipeline)
    quote = look_up_values(deals["deal"], out.set_index("deal")["quote"]).dropna()
    until = look_up_values(deals["deal"], out.set_index("deal")["valid_until"]).dropna()
    expires = [(_QUOTE_HAS_EXPIRED if day < today else _QUOTE_EXPIRES_SOON).in_(pipeline.language) for day in until]
    facts = {
        "quote": quote,
        "day": until.dt.strftime("%Y-%m-%d"),
        "expires": pd.Series(expires, index=until.index, dtype=object),
    }
    yield RuleMatch("Deals", until.index, "deal", facts)


QUOTE_EXPIRING = Rule(
    "quote_expiring",
    Text("Quote expired or about to"),
    Text("quote {quote} {expires}: {day}"),
    "warn",
    _find_quote_expiring,
    Text("Quote expiring", context="warning"),
    needs=("Deals", "Quotes"),
)


def _find_discount_above(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals = select_open_deals(pipeline)
    given = look_up_values(deals["deal"], _find_asked_discounts(pipeline))
    above = given.notna()
    own = look_up_discount_limits(pipeline, deals["owner"])
    facts = {"given": given[above].map(format_discount_percent), "limit": own[above].map(format_discount_percent)}
    yield RuleMatch("Deals", deals.index[above], "owner", facts)


def _find_asked_discounts(pipeline: Pipeline) -> pd.Series:
    quotes = pipeline["Quotes"]
    needs_approval = quotes["status"].isin(["", "draft", "sent"]) & find_unapproved_discounts(pipeline)
    return compute_discounts(pipeline)[needs_approval].groupby(quotes["deal"][needs_approval]).max()


DISCOUNT_ABOVE = Rule(
    "discount_above",
    Text("Discount above the limit"),
    Text("discount {given}, the owner may grant {limit}; have the quote approved"),
    "warn",
    _find_discount_above,
    Text("Discount", context="warning"),
    needs=("Deals", "Quotes"),
)


def _find_concentration(pipeline: Pipeline) -> Iterable[RuleMatch]:
    deals, limit, view = select_open_deals(pipeline), pipeline.settings.number("concentration"), pipeline.query
    if view.start is not None:
        deals = deals[deals["expected_close"] >= pd.Timestamp(view.start)]
    if view.end is not None:
        deals = deals[deals["expected_close"] <= pd.Timestamp(view.end)]
    weighted = (deals["amount"] * deals["chance"]).fillna(0)
    weighted = weighted[weighted > 0]
    if len(weighted) * limit <= 1:
        return
    share = weighted / weighted.sum()
    large = share[share > limit]
    yield RuleMatch("Deals", large.index, "amount", {"share": large.map("{:.0%}".format)})


FORECAST_CONCENTRATION = Rule(
    "concentration",
    Text("Too much on one deal"),
    Text("{share} of the forecast depends on this deal"),
    "warn",
    _find_concentration,
    Text("Concentration", context="warning"),
    needs=("Deals",),
)
