"""The class of an account follows from its traits and deals, until a person chooses one."""

from __future__ import annotations

import pytest

from tests.tables import crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.account_scores import classify_accounts, compute_prospects

DEALS = """
deal | account | outcome | amount
D1   | Big     | won     | 600
D2   | big     | won     | 500
D3   | Once    | won     | 900
D4   | Grow    | won     | 100
D5   | Grow    | open    | 100
D6   | Keen    | open    | 100
D7   | Plain   | open    | 100
D8   | Gone    | lost    | 100
D9   | Grim    | won     | 100
"""

ACCOUNTS = """
account | trait_score | has_means | account_class | because
Big     | 1           |           | key           | two wins among those that bring half of all won value
Once    |             |           | standard      | one win is not a key account
Grow    |             |           | growth        | won before, and a deal is open
Keen    | 2           |           | growth        | a deal is open and the traits are good
Plain   | 1           |           | standard      | a deal is open, no more
Gone    |             |           | standard      | a lost deal is still a customer one knows
Grim    | -1          |           | watch         | more bad than golden traits
Poor    |             | no        | watch         | a must-have is missing
Nobody  |             |           |               | nothing is known
"""


def expected() -> dict[str, str]:
    lines = [[cell.strip() for cell in line.split("|")] for line in ACCOUNTS.strip().splitlines()[1:]]
    return {line[0]: line[3] for line in lines}


def book(**accounts: dict[str, str]) -> Pipeline:
    """Return the pipeline of the tables above, with blank class cells except for the given ones."""
    plain = "\n".join("|".join(line.split("|")[:3]) for line in ACCOUNTS.strip().splitlines())
    typed = [{**row, **accounts.get(row["account"], {})} for row in rows(plain, "Accounts")]
    return crm(Deals=rows(DEALS), Accounts=typed)


def classes_of(pipeline: Pipeline) -> dict[str, str]:
    accounts = apply_change_set(pipeline, classify_accounts(pipeline))["Accounts"]
    return dict(zip(accounts["account"], accounts["account_class"], strict=True))


def test_classes_follow_from_traits_must_haves_and_deals() -> None:
    assert classes_of(book()) == expected()


def test_a_second_run_changes_nothing() -> None:
    pipeline = book()
    assert not classify_accounts(apply_change_set(pipeline, classify_accounts(pipeline))).writes


def test_a_class_that_a_person_chose_stays() -> None:
    assert classes_of(book(Poor={"account_class": "key"}))["Poor"] == "key"


@pytest.mark.parametrize(
    ("journal", "now", "becomes"),
    [
        ("standard", "standard", "watch"),  # written by a run, and the data have changed
        ("Standard", "standard", "watch"),
        ("普通客户", "standard", "watch"),
        ("standard", "growth", "growth"),  # a person chose another one since
    ],
)
def test_a_class_written_by_a_run_is_updated(journal: str, now: str, becomes: str) -> None:
    line = {"table": "Accounts", "key": "Poor", "column": "account_class", "before": "", "after": journal}
    pipeline = book(Poor={"account_class": now})
    assert classes_of(pipeline.with_tables(Journal=crm(Journal=[line])["Journal"]))["Poor"] == becomes


@pytest.mark.parametrize(
    ("need", "means", "authority", "prospect"),
    [
        ("yes", "yes", "yes", "yes"),
        ("yes", "yes", "no", "no"),
        ("no", "", "", "no"),
        ("yes", "yes", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_prospect_has_need_means_and_authority(need: str, means: str, authority: str, prospect: str) -> None:
    account = {"account": "Acme", "has_need": need, "has_means": means, "has_authority": authority}
    assert list(compute_prospects(crm(Accounts=[account]))["prospect"]) == [prospect]


def test_how_often_a_customer_bought() -> None:
    deals = [("D1", "acme ", "won"), ("D2", "Acme", "won"), ("D3", "Acme", "open"), ("D4", "Beta", "lost")]
    rows_ = [{"deal": deal, "account": account, "outcome": outcome} for deal, account, outcome in deals]
    pipeline = crm(Deals=rows_, Accounts=[{"account": name} for name in ("Acme", "Beta", "New")])
    found = apply_change_set(pipeline, classify_accounts(pipeline))["Accounts"]["won_deals"]
    assert [None if count != count else count for count in found] == [2, 0, None]
