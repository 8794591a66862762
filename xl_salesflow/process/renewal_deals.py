"""Open a deal for the renewal of each contract that ends soon, linked with the contract, once.

The deal asks for what the contract brought over its whole term. It belongs to the owner of the contract, follows the
playbook set for renewals, or else that of the contract's deal, and begins with a talk about the renewal.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, apply_change_set, diff_pipelines
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.playbook_files import identify_playbook
from xl_salesflow.process.subscription_columns import PERIODS_PER_YEAR
from xl_salesflow.process.subscription_upkeep import find_notice_days, select_expiring
from xl_salesflow.schema.table_frames import fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_RENEWAL = Text("Renewal: {service}")
_TALK = Text("Talk about the renewal of contract {contract}, which ends on {day}")
_BECAUSE = Text("contracts end")
_DAYS_PER_MONTH = Decimal("30.436875")
_TAKEN_FROM_DEAL = ("contact", "product", "region", "sales_channel")


def open_renewals(pipeline: Pipeline) -> ChangeSet:
    """Return a deal for each contract that ends within the days of Settings and has none, and the link to it."""
    days = pipeline.settings.number("renewal_days")
    if days <= 0 or pipeline["Subscriptions"].empty:
        return ChangeSet()
    today = pd.Timestamp(pipeline.today)
    left = select_expiring(pipeline)
    near = (left["end"] >= today) & (left["end"] <= today + pd.Timedelta(days=days)) & (left["start"] <= today)
    due = left[near & (left["automatic"] != "yes") & (left["renewed_by"] == "") & (left["account"] != "")]
    if due.empty:
        return ChangeSet()
    notice = find_notice_days(due)
    due = due.assign(decision=due["end"].where(~(notice >= today), notice))
    keys = next_keys(pipeline, "Deals", len(due))
    rows = [_make_renewal(pipeline, contract, key) for key, (_, contract) in zip(keys, due.iterrows(), strict=True)]
    because = _BECAUSE.in_(pipeline.language)
    now = apply_change_set(
        pipeline, ChangeSet(appends=(Append("Deals", make_table_frame(TABLES["Deals"], rows), because),))
    )
    contracts = now["Subscriptions"].copy()
    contracts.loc[due.index, "renewed_by"] = keys
    return diff_pipelines(pipeline, now.with_tables(Subscriptions=contracts), because)


def _make_renewal(pipeline: Pipeline, contract: pd.Series, key: str) -> dict[str, Any]:
    sold = _find_sold_deal(pipeline, str(contract["deal"]))
    playbook = _choose_playbook(pipeline, str(sold.get("playbook", "")))
    stages = pipeline.playbooks[playbook].open_stages if playbook in pipeline.playbooks else ()
    language, decision, day = pipeline.language, contract["decision"].date(), str(contract["end"].date())
    return {
        "deal": key,
        "name": _RENEWAL.in_(language, service=contract["name"] or contract["subscription"]),
        "account": contract["account"],
        "owner": contract["owner"] or sold.get("owner", ""),
        "stage": stages[0].name if stages else "",
        "amount": _value_of_term(contract),
        "created": pipeline.today,
        "expected_close": decision,
        "last_expected_close": decision,
        "next_step": _TALK.in_(language, contract=contract["subscription"], day=day),
        "next_step_date": pipeline.today,
        "source": "existing",
        "outcome": "open",
        "playbook": playbook,
        **{column: sold.get(column, "") for column in _TAKEN_FROM_DEAL},
    }


def _find_sold_deal(pipeline: Pipeline, key: str) -> dict[Any, Any]:
    deals = pipeline["Deals"]
    found = deals[(fold_keys(deals["deal"]) == fold_keys(pd.Series([key])).iloc[0]) & (deals["deal"] != "")]
    return {} if found.empty else dict(found.iloc[0].to_dict())


def _choose_playbook(pipeline: Pipeline, sold_with: str) -> str:
    wished = _name_renewal_playbook(pipeline)
    known = (name for name in (wished, sold_with) if name in pipeline.playbooks)
    return next(known, pipeline.default_playbook)


def _name_renewal_playbook(pipeline: Pipeline) -> str:
    typed = pipeline.settings.text("renewal_playbook").strip()
    return identify_playbook(typed, pipeline.playbooks) if typed else ""


def _value_of_term(contract: pd.Series) -> float:
    # as many periods as the contract has, at least one
    days = Decimal((contract["end"] - contract["start"]).days + 1)
    per_period = 12 // PERIODS_PER_YEAR.get(contract["period"], 1)
    months = (days / _DAYS_PER_MONTH).quantize(Decimal(1), ROUND_HALF_UP)
    periods = max(1, int((months / per_period).quantize(Decimal(1), ROUND_HALF_UP)))
    return float((Decimal(repr(float(contract["amount"]))) * periods).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _find_unknown_playbook(pipeline: Pipeline) -> Iterable[RuleMatch]:
    name = _name_renewal_playbook(pipeline)
    if name and name not in pipeline.playbooks:
        settings = pipeline["Settings"]
        yield RuleMatch("Settings", settings.index[settings["setting"] == "renewal_playbook"], "value", {"name": name})


UNKNOWN_RENEWAL_PLAYBOOK = Rule(
    "renewal_playbook",
    Text("A playbook of renewals that the workbook does not have"),
    Text(
        "“{name}” is not a playbook of this workbook, so renewals follow the playbook of their contract's deal; add it with "
        "salesflow playbook, or choose another."
    ),
    "warn",
    _find_unknown_playbook,
    needs=("Settings",),
)
