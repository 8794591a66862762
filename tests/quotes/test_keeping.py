"""Quote status by dates and people, one primary quote, and the amount that follows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from tests.quotes.selling import TODAY, ago, selling
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.quotes.quote_upkeep import take_quote_amounts, update_quotes
from xl_salesflow.verbs import undo, update

STATES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # the row before, the row after
    ({}, {"status": "draft"}),
    ({"status": "draft", "valid_until": ago(5)}, {"status": "draft"}),  # not sent yet
    ({"status": "draft", "sent": ago(1), "valid_until": ago(-9)}, {"status": "sent"}),
    ({"status": "sent", "valid_until": ago(-9)}, {"status": "sent", "sent": TODAY}),
    ({"status": "sent", "date": ago(3)}, {"status": "sent", "sent": TODAY, "valid_until": date(2026, 12, 20)}),
    ({"status": "sent", "sent": ago(9), "valid_until": TODAY}, {"status": "sent"}),  # still valid on the last day
    ({"status": "sent", "sent": ago(9), "valid_until": ago(1)}, {"status": "expired"}),
    ({"status": "sent", "valid_until": ago(1)}, {"status": "expired", "sent": None}),
    ({"status": "expired", "sent": ago(9), "valid_until": ago(-5)}, {"status": "sent"}),  # given a new last day
    ({"status": "expired", "sent": ago(9), "valid_until": ago(1)}, {"status": "expired"}),
    ({"status": "accepted", "valid_until": ago(1)}, {"status": "accepted", "decided": TODAY}),
    ({"status": "rejected", "decided": ago(2)}, {"status": "rejected", "decided": ago(2)}),
    ({"status": "superseded", "sent": ago(9), "valid_until": ago(1)}, {"status": "superseded"}),
]


@pytest.mark.parametrize(("quote", "after"), STATES)
def test_the_status_follows_from_dates_and_people(quote: dict[str, Any], after: dict[str, Any]) -> None:
    pipeline = selling(quote)
    now = apply_change_set(pipeline, update_quotes(pipeline))
    (row,) = now["Quotes"].to_dict("records")
    for column_id, value in after.items():
        held = (
            row[column_id]
            if isinstance(row[column_id], str)
            else None
            if row[column_id] != row[column_id]
            else row[column_id].date()
        )
        assert held == value, column_id
    assert not update_quotes(now).writes


@pytest.mark.parametrize(
    ("newer", "older"),
    [("draft", "sent"), ("sent", "superseded"), ("accepted", "superseded"), ("rejected", "sent")],
)
def test_a_sent_version_supersedes_the_previous_one(newer: str, older: str) -> None:
    old = {"status": "sent", "sent": ago(9), "valid_until": ago(-9)}
    pipeline = selling(old, {"status": newer, "supersedes": "q-1", "sent": ago(1) if newer != "draft" else None})
    assert apply_change_set(pipeline, update_quotes(pipeline))["Quotes"]["status"].iloc[0] == older


def test_a_quote_typed_into_the_sheet_gets_the_next_number() -> None:
    pipeline = selling({"quote": "Q-2026-0004"}, {"quote": ""}, {"quote": ""}, {"quote": "", "deal": ""})
    assert list(apply_change_set(pipeline, update_quotes(pipeline))["Quotes"]["quote"]) == [
        "Q-2026-0004",
        "Q-2026-0005",
        "Q-2026-0006",
        "",
    ]


PRIMARIES = [
    # status of the deal's quotes, with * for a marked one; which are primary afterwards
    ("draft", "*"),
    ("draft draft", "-*"),  # the latest version
    ("draft sent", "-*"),
    ("sent draft", "*-"),  # a sent quote takes precedence over a draft
    ("*draft sent", "*-"),  # a person chose
    ("*rejected sent", "-*"),  # a rejected quote is no offer
    ("*rejected", "*"),
    ("rejected", "-"),
    ("accepted *sent", "*-"),  # the accepted quote counts
    ("*sent *sent", "**"),  # a person must choose
    ("*sent *accepted", "-*"),
    ("*accepted *accepted", "**"),
    ("*superseded *draft", "-*"),
]


@pytest.mark.parametrize(("states", "primary"), PRIMARIES)
def test_one_quote_of_a_deal_is_primary(states: str, primary: str) -> None:
    quotes = [
        {
            "status": state.strip("*"),
            "primary": "yes" if "*" in state else "",
            "version": n,
            "sent": ago(1),
            "decided": ago(1),
        }
        for n, state in enumerate(states.split(), 1)
    ]
    pipeline = selling(*({**quote, "sent": None} if quote["status"] == "draft" else quote for quote in quotes))
    now = apply_change_set(pipeline, update_quotes(pipeline))
    assert "".join("*" if one == "yes" else "-" for one in now["Quotes"]["primary"]) == primary
    assert not update_quotes(now).writes


def followed(pipeline: Pipeline) -> float | None:
    """Return the amount of the deal after a run."""
    amount = apply_change_set(pipeline, take_quote_amounts(pipeline))["Deals"]["amount"].iloc[0]
    return None if amount != amount else float(amount)


SENT = {"status": "sent", "primary": "yes"}


@pytest.mark.parametrize(
    ("quote", "deal", "settings", "amount"),
    [
        (SENT, {"amount": 5.0}, {}, 1000.0),
        (SENT, {}, {}, 1000.0),
        ({**SENT, "discount": 0.055, "shipping": 0.01, "tax_rate": 0.13}, {}, {}, 945.01),
        ({**SENT, "tax_mode": "inclusive", "tax_rate": 0.25}, {}, {}, 800.0),  # an amount is without tax
        ({**SENT, "currency": "EUR", "rate": 7.8125}, {}, {}, 7812.5),
        ({**SENT, "currency": "EUR"}, {"amount": 5.0}, {}, 5.0),  # no rate, no amount
        ({**SENT, "status": "draft"}, {}, {}, 1000.0),
        ({**SENT, "status": "rejected"}, {"amount": 5.0}, {}, 5.0),
        ({**SENT, "primary": "no"}, {"amount": 5.0}, {}, 5.0),
        (SENT, {"amount": 5.0}, {"amount_follows_quote": "no"}, 5.0),
        (SENT, {"amount": 5.0, "outcome": "won"}, {}, 5.0),  # the amount of a won deal stays
        ({**SENT, "discount": 0.2}, {"amount": 5.0}, {}, 5.0),  # nobody approved it
        ({**SENT, "discount": 0.2, "approved_by": "Ann"}, {"amount": 5.0}, {}, 800.0),
        ({**SENT, "deal": "D-9"}, {"amount": 5.0}, {}, 5.0),
    ],
)
def test_the_amount_follows_the_primary_quote(
    quote: dict[str, Any], deal: dict[str, Any], settings: dict[str, Any], amount: float | None
) -> None:
    assert followed(selling(quote, deal=deal, settings=settings)) == amount


def test_a_quote_without_a_line_gives_no_amount_and_two_primaries_none_either() -> None:
    assert followed(selling(SENT, deal={"amount": 5.0}, QuoteLines=[])) == 5.0
    assert followed(selling(SENT, SENT, deal={"amount": 5.0})) == 5.0


def test_an_amount_typed_after_the_quote_stays_until_the_quote_changes() -> None:
    pipeline = selling(SENT)
    now = apply_change_set(pipeline, take_quote_amounts(pipeline))
    assert not take_quote_amounts(now).writes
    typed = now.with_tables(Deals=now["Deals"].assign(amount=900.0))
    assert not take_quote_amounts(typed).writes
    dearer = selling({**SENT, "shipping": 50.0, "followed": 1000.0}, deal={"amount": 900.0})
    assert followed(dearer) == 1050.0


def test_the_journal_has_the_reason() -> None:
    edits = take_quote_amounts(selling(SENT, language="zh")).edits
    assert [(edit.table, edit.column) for edit in edits] == [("Deals", "amount"), ("Quotes", "followed")]
    assert next(iter(edits[0])).because == "取自报价单 Q-1"


def test_a_run_that_set_an_amount_is_undone_completely() -> None:
    """The update marks the quote as sent and primary and takes its amount; undo reverses this, and the next run repeats it."""
    run = Run("Li", datetime(2026, 11, 23, 9))
    pipeline = selling({"sent": ago(1)}, deal={"amount": 5.0, "stage": "", "name": "New line"})
    after = apply_change_set(pipeline, update(pipeline, run))
    assert amount_and_quote(after) == (1000.0, "sent", "yes", 1000.0)
    back = apply_change_set(after, undo(after, replace(run, now=datetime(2026, 11, 23, 10))))
    assert amount_and_quote(back) == (5.0, "", "", None)
    assert amount_and_quote(apply_change_set(back, update(back, run))) == (1000.0, "sent", "yes", 1000.0)


def amount_and_quote(pipeline: Pipeline) -> tuple[float, str, str, float | None]:
    """Return the amount of the deal, and the status columns of its quote."""
    (quote,) = pipeline["Quotes"].to_dict("records")
    given = quote["followed"]
    return pipeline["Deals"]["amount"].iloc[0], quote["status"], quote["primary"], None if given != given else given
