"""Rules about contracts with an amount every period; workbooks without any are not asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_frames import fold_keys, look_up_values

_Find = Callable[[Pipeline, pd.DataFrame], Iterable[RuleMatch]]


def _among_contracts(find: _Find) -> Callable[[Pipeline], Iterable[RuleMatch]]:
    @wraps(find)
    def find_if_any(pipeline: Pipeline) -> Iterable[RuleMatch]:
        contracts = pipeline["Subscriptions"]
        return find(pipeline, contracts) if len(contracts) else ()

    return find_if_any


def _look_up_deals(pipeline: Pipeline, keys: pd.Series, column: str) -> pd.Series:
    # the cell of the deal of each contract; "" if the deal is unknown
    deals = pipeline["Deals"]
    known = pd.Series(deals[column].to_numpy(), index=fold_keys(deals["deal"]).to_numpy())
    found = look_up_values(fold_keys(keys), known[~known.index.duplicated()].drop("", errors="ignore"))
    cells: pd.Series = found.fillna("").astype(object)
    return cells


def _format_days(days: pd.Series) -> pd.Series:
    written: pd.Series = days.dt.strftime("%Y-%m-%d")
    return written


@_among_contracts
def _find_uncounted(pipeline: Pipeline, contracts: pd.DataFrame) -> Iterable[RuleMatch]:
    named = (contracts["account"] != "") | (contracts["deal"] != "")
    missing = {
        "start": contracts["start"].isna(),
        "amount": contracts["amount"].isna(),
        "period": contracts["period"] == "",
    }
    told = ~named
    for column, blank in missing.items():
        yield RuleMatch("Subscriptions", contracts.index[blank & ~told], column)
        told |= blank


UNCOUNTED_SUBSCRIPTION = Rule(
    "contract_counts",
    Text("A contract that counts for nothing"),
    Text("“{column}” is blank, so the contract counts for nothing: fill in start, amount and period."),
    "warn",
    _find_uncounted,
    needs=("Subscriptions",),
)


@_among_contracts
def _find_customerless(pipeline: Pipeline, contracts: pd.DataFrame) -> Iterable[RuleMatch]:
    rows = contracts.index[(contracts["account"] == "") & contracts["amount"].notna()]
    yield RuleMatch("Subscriptions", rows, "account")


SUBSCRIPTION_WITHOUT_CUSTOMER = Rule(
    "contract_customer",
    Text("A contract without a customer"),
    Text(
        "“{column}” is blank: all contracts without a customer count as those of one customer, and none gets a renewal deal. "
        "Choose the customer."
    ),
    "warn",
    _find_customerless,
    needs=("Subscriptions",),
)


@_among_contracts
def _find_other_customers(pipeline: Pipeline, contracts: pd.DataFrame) -> Iterable[RuleMatch]:
    sold_to = _look_up_deals(pipeline, contracts["deal"], "account")
    other = (sold_to != "") & (contracts["account"] != "") & (fold_keys(sold_to) != fold_keys(contracts["account"]))
    rows = contracts.index[other]
    yield RuleMatch("Subscriptions", rows, "account", {"deal": contracts["deal"][rows], "account": sold_to[rows]})


SUBSCRIPTION_OF_OTHER_CUSTOMER = Rule(
    "contract_deal",
    Text("A contract and a deal of different customers"),
    Text("{deal} is a deal of {account}; correct the customer of the contract, or its deal."),
    "warn",
    _find_other_customers,
    needs=("Subscriptions",),
)


@_among_contracts
def _find_unwon(pipeline: Pipeline, contracts: pd.DataFrame) -> Iterable[RuleMatch]:
    outcome = _look_up_deals(pipeline, contracts["deal"], "outcome")
    begun = contracts["start"] <= pd.Timestamp(pipeline.today)
    rows = contracts.index[begun & (outcome == "lost")]
    yield RuleMatch("Subscriptions", rows, "deal", {"deal": contracts["deal"][rows]})


SUBSCRIPTION_OF_LOST_DEAL = Rule(
    "contract_lost",
    Text("A contract of a lost deal"),
    Text("{deal} is lost, and its contract counts; correct the deal's stage, or delete the contract."),
    "warn",
    _find_unwon,
    needs=("Subscriptions",),
)


@_among_contracts
def _find_gaps(pipeline: Pipeline, contracts: pd.DataFrame) -> Iterable[RuleMatch]:
    gap = (contracts["continued"] - contracts["last"]).dt.days - 1
    rows = contracts.index[gap > 0]
    facts = {"days": gap[rows].map("{:.0f}".format), "day": _format_days(contracts["continued"][rows])}
    yield RuleMatch("Subscriptions", rows, "end", facts)


GAP_BEFORE_RENEWAL = Rule(
    "contract_gap",
    Text("Renewed after a gap"),
    Text(
        "The contract that continues this one begins on {day}, {days} {days:day|days} after it ended: "
        "the customer counts as lost and as new. If the service went on, correct “{column}” or that start."
    ),
    "note",
    _find_gaps,
    needs=("Subscriptions",),
)


@_among_contracts
def _find_unrenewed(pipeline: Pipeline, contracts: pd.DataFrame) -> Iterable[RuleMatch]:
    outcome = _look_up_deals(pipeline, contracts["renewed_by"], "outcome")
    open_ = contracts["continued"].isna() & contracts["ended"].isna()
    rows = contracts.index[open_ & (outcome == "won")]
    yield RuleMatch("Subscriptions", rows, "renewed_by", {"deal": contracts["renewed_by"][rows]})


RENEWAL_WITHOUT_CONTRACT = Rule(
    "contract_renewed",
    Text("A renewal that was won without a contract"),
    Text("{deal} is won, and no contract names it: add the contract that continues this one, with {deal} as its deal."),
    "warn",
    _find_unrenewed,
    needs=("Subscriptions",),
)


@_among_contracts
def _find_lost_renewals(pipeline: Pipeline, contracts: pd.DataFrame) -> Iterable[RuleMatch]:
    outcome = _look_up_deals(pipeline, contracts["renewed_by"], "outcome")
    open_ = contracts["continued"].isna() & contracts["ended"].isna()
    rows = contracts.index[open_ & (outcome == "lost")]
    yield RuleMatch("Subscriptions", rows, "ended", {"deal": contracts["renewed_by"][rows]})


LOST_RENEWAL = Rule(
    "contract_leaving",
    Text("A renewal that was lost"),
    Text("{deal}, the renewal, is lost; fill in “{column}”, the last day of the contract, and why it ended."),
    "note",
    _find_lost_renewals,
    needs=("Subscriptions",),
)


@_among_contracts
def _find_reasonless(pipeline: Pipeline, contracts: pd.DataFrame) -> Iterable[RuleMatch]:
    ended = contracts["ended"].notna() & contracts["continued"].isna() & (contracts["churn_reason"] == "")
    yield RuleMatch("Subscriptions", contracts.index[ended], "churn_reason")


ENDED_WITHOUT_REASON = Rule(
    "contract_reason",
    Text("Ended without a reason"),
    Text("The contract was ended, and “{column}” is blank; choose the customer's reason."),
    "note",
    _find_reasonless,
    needs=("Subscriptions",),
)


@_among_contracts
def _find_outdated_ends(pipeline: Pipeline, contracts: pd.DataFrame) -> Iterable[RuleMatch]:
    passed = contracts["end"] < pd.Timestamp(pipeline.today)
    going_on = contracts["ended"].isna() & contracts["continued"].isna() & (contracts["automatic"] == "yes")
    rows = contracts.index[passed & going_on]
    yield RuleMatch("Subscriptions", rows, "end", {"day": _format_days(contracts["end"][rows])})


OUTDATED_END = Rule(
    "contract_end",
    Text("Renewed by itself, with the old end"),
    Text("The contract renewed itself after {day}; enter its new last day, so that the next day for notice is known."),
    "note",
    _find_outdated_ends,
    needs=("Subscriptions",),
)

SUBSCRIPTION_RULES: tuple[Rule, ...] = (
    UNCOUNTED_SUBSCRIPTION,
    SUBSCRIPTION_WITHOUT_CUSTOMER,
    SUBSCRIPTION_OF_OTHER_CUSTOMER,
    SUBSCRIPTION_OF_LOST_DEAL,
    GAP_BEFORE_RENEWAL,
    RENEWAL_WITHOUT_CONTRACT,
    LOST_RENEWAL,
    ENDED_WITHOUT_REASON,
    OUTDATED_END,
)
