"""The page of one customer: who belongs to it, what was bought and could be offered, who was in touch, what is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.tables import crm, rows
from xl_salesflow.core.customer_answers import CustomerAnswer
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.readings.customer_summary import summarize_customer

ACCOUNTS = """
    account     | parent | industry
    Acme        |        | manufacturing
    Acme North  | ACME   |
    Acme Yard   | Acme North |
    Bolt        |        | manufacturing
    Cray        |        | manufacturing
    Dove        |        | retail
    Egret       | Finch  |
    Finch       | Egret  |
"""
DEALS = """
    deal | account    | product | outcome | amount  | closed     | next_step | next_step_date
    D-1  | Acme       | Press   | won     | 100.10  | 2026-01-10 |           |
    D-2  | acme north | Press   | won     | 200.20  | 2026-02-10 |           |
    D-3  | Acme Yard  | Lathe   | lost    | 50      | 2026-02-20 |           |
    D-4  | Acme       | Lathe   | open    |         |            | Call      | 2026-04-20
    D-5  | Acme       |         | open    | 70      |            | Visit     | 2026-04-02
    D-6  | Bolt       | Press   | won     | 10      | 2026-01-01 |           |
    D-7  | Bolt       | Lathe   | won     | 10      | 2026-01-01 |           |
    D-8  | Cray       | press   | won     | 10      | 2026-01-01 |           |
    D-9  | Cray       | LATHE   | won     | 10      | 2026-01-01 |           |
    D-10 | Cray       | Drill   | won     | 10      | 2026-01-01 |           |
    D-11 | Dove       | Drill   | won     | 10      | 2026-01-01 |           |
"""
QUOTES = """
    quote | deal | status   | total  | valid_until
    Q-1   | D-5  | sent     | 84     | 2026-04-30
    Q-2   | D-5  | draft    | 90     |
    Q-3   | D-5  | rejected | 99     |
    Q-4   | D-11 | accepted | 12     |
"""
LINES = """
    quote | product | optional
    Q-4   | Saw     |
    Q-4   | Drill   |
    Q-4   | Lathe   | yes
"""
ACTIVITIES = """
    activity | deal | date       | type    | contact | by
    A-1      | D-1  | 2026-01-05 | call    | Ann     | Voss
    A-2      | d-3  | 2026-03-05 | meeting | ANN     | Reed
    A-3      | D-6  | 2026-03-09 | call    | Bea     | Voss
"""
CONTACTS = """
    contact | account    | decision_role
    Cem     | Acme Yard  | user
    Ann     | Acme       | decision_maker
    Bea     | Bolt       | decision_maker
"""
FEEDBACK = """
    feedback | deal | account | date       | kind   | satisfaction | resolved
    F-1      | D-1  |         | 2026-02-01 | survey | 4            |
    F-2      |      | Acme    | 2026-02-03 | issue  |              |
    F-3      | D-2  |         | 2026-02-02 | issue  | 5            | 2026-02-05
    F-4      | D-6  | Bolt    | 2026-02-02 | survey | 1            |
"""


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return crm(
        Accounts=rows(ACCOUNTS, "Accounts"),
        Deals=rows(DEALS),
        Quotes=rows(QUOTES, "Quotes"),
        QuoteLines=rows(LINES, "QuoteLines"),
        Activities=rows(ACTIVITIES, "Activities"),
        Contacts=rows(CONTACTS, "Contacts"),
        Feedback=rows(FEEDBACK, "Feedback"),
    )


def totals(answer: CustomerAnswer) -> dict[str, tuple[int, float]]:
    return {name: (total.count, total.value) for name in ("open", "won", "lost") if (total := getattr(answer, name))}


@pytest.mark.parametrize(
    ("name", "companies", "expected"),
    [
        ("Acme", "Acme, Acme North, Acme Yard", {"open": (2, 70.0), "won": (2, 300.3), "lost": (1, 50.0)}),
        ("ａｃｍｅ ", "Acme, Acme North, Acme Yard", {"open": (2, 70.0), "won": (2, 300.3), "lost": (1, 50.0)}),
        ("Acme North", "Acme North, Acme Yard", {"open": (0, 0.0), "won": (1, 200.2), "lost": (1, 50.0)}),
        ("Acme Yard", "Acme Yard", {"open": (0, 0.0), "won": (0, 0.0), "lost": (1, 50.0)}),
        ("Egret", "Egret, Finch", {"open": (0, 0.0), "won": (0, 0.0), "lost": (0, 0.0)}),  # each the other's parent
    ],
)
def test_a_customer_includes_the_companies_that_belong_to_it(
    pipeline: Pipeline, name: str, companies: str, expected: dict[str, Any]
) -> None:
    answer = summarize_customer(pipeline, name)
    assert ", ".join(answer.companies) == companies
    assert totals(answer) == expected
    assert len(answer.deals) == sum(count for count, _ in expected.values())


def test_open_deals_come_first_by_their_next_step_then_the_last_closed_ones(pipeline: Pipeline) -> None:
    answer = summarize_customer(pipeline, "Acme")
    assert [deal.deal for deal in answer.deals] == ["D-5", "D-4", "D-3", "D-2", "D-1"]
    assert answer.next_contact
    assert (answer.next_contact.deal, answer.next_contact.next_step) == ("D-5", "Visit")
    assert [deal.next_step for deal in answer.deals[2:]] == ["", "", ""]


def test_people_contacts_quotes_and_issues_are_those_of_all_its_companies(pipeline: Pipeline) -> None:
    answer = summarize_customer(pipeline, "Acme")
    assert [(person.contact, person.last_contact) for person in answer.contacts] == [
        ("Ann", date(2026, 3, 5)),
        ("Cem", None),
    ]
    assert answer.last_contact
    assert (answer.last_contact.type, answer.last_contact.by, answer.last_contact.date) == (
        "meeting", "Reed", date(2026, 3, 5),
    )  # fmt: skip
    assert [(quote.quote, quote.status, quote.total) for quote in answer.quotes] == [
        ("Q-1", "sent", 84),
        ("Q-2", "draft", 90),
    ]
    assert [issue.feedback for issue in answer.issues] == ["F-2"]
    assert answer.satisfaction == 4.5


@pytest.mark.parametrize(
    ("name", "bought", "alike", "offers"),
    [
        # both buyers of a press also bought a lathe; only one of them a drill
        ("Acme", "Press 2", ("product", 2), "Lathe 2"),
        # who bought lathe or press: Acme and its companies are three customers, of which two bought something
        ("Bolt", "Lathe 1, Press 1", ("product", 3), ""),
        # the accepted quote says what was bought, not the product of the deal; optional lines do not count
        ("Dove", "Drill 1, Saw 1", ("product", 1), ""),
        # nothing bought: the same industry decides, and here there is none
        ("Acme Yard", "", (None, 0), ""),
    ],
)
def test_what_alike_customers_bought_is_offered(
    pipeline: Pipeline, name: str, bought: str, alike: tuple[str | None, int], offers: str
) -> None:
    answer = summarize_customer(pipeline, name)
    assert ", ".join(f"{one.product} {one.deals}" for one in answer.bought) == bought
    assert (answer.alike_by, answer.alike_customers) == alike
    assert ", ".join(f"{one.product} {one.customers}" for one in answer.to_offer) == offers


def test_a_customer_who_bought_nothing_is_like_those_of_its_industry(pipeline: Pipeline) -> None:
    accounts = [*rows(ACCOUNTS, "Accounts"), {"account": "New", "industry": "manufacturing"}]
    answer = summarize_customer(
        replace(pipeline, tables=crm(Accounts=accounts).with_tables(Deals=pipeline["Deals"]).tables), "New"
    )
    assert (answer.alike_by, answer.alike_customers) == ("industry", 3)
    assert [(one.product, one.customers) for one in answer.to_offer] == [("Press", 3), ("Lathe", 2)]


def test_an_unknown_name_is_answered_with_the_nearest_one(pipeline: Pipeline) -> None:
    with pytest.raises(UsageError, match="did you mean “Acme North”"):
        summarize_customer(pipeline, "Acme Nort")
