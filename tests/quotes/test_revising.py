"""The next version of a quote, and the differences from the previous one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quotes.selling import ago, selling
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.quotes.quote_facts import compare_quote_versions
from xl_salesflow.quotes.quote_versions import offer_quote, revise_quote

SENT = {"status": "sent", "primary": "yes", "version": 1, "sent": ago(3), "terms": "30 days"}


@pytest.mark.parametrize("key", ["Q-1", " q-1 ", "D-1"])
def test_the_next_version_is_a_draft_and_the_old_one_superseded(key: str) -> None:
    pipeline = selling(SENT, {"status": "draft", "version": 7})
    plan = revise_quote(pipeline, key)
    after = apply_change_set(pipeline, plan)
    rows = [
        tuple(row)
        for row in after["Quotes"][["quote", "status", "primary", "version", "supersedes"]].itertuples(index=False)
    ]
    assert rows == [
        ("Q-1", "superseded", "no", 1.0, ""),
        ("Q-2", "draft", "", 7.0, ""),  # another offer of the deal is not changed
        ("Q-2026-0001", "draft", "yes", 2.0, "Q-1"),
    ]
    assert list(after["QuoteLines"]["quote"]) == ["Q-1", "Q-2", "Q-2026-0001"]
    assert (plan.answer.quote, plan.answer.replaces, plan.documents) == ("Q-2026-0001", "Q-1", ())


@pytest.mark.parametrize(
    ("quotes", "key", "says"),
    [
        ([{**SENT, "status": "superseded"}], "Q-1", "been replaced; revise its newest version"),
        ([SENT, {"supersedes": "q-1"}], "Q-1", "been replaced; revise Q-2"),
        ([], "D-1", "has no quote to revise"),
        ([SENT], "Q-9", "There is no deal or quote"),
    ],
)
def test_a_quote_that_cannot_be_revised_is_a_usage_error(quotes: list[dict[str, Any]], key: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        revise_quote(selling(*quotes), key)
    assert says in error.value.in_("en")


def test_an_alternative_is_made_beside_the_primary_quote() -> None:
    pipeline = selling(SENT)
    after = apply_change_set(pipeline, revise_quote(pipeline, "D-1", beside=True))
    rows = after["Quotes"][["status", "primary", "version", "supersedes", "terms"]].itertuples(index=False, name=None)
    assert list(rows) == [("sent", "yes", 1, "", "30 days"), ("draft", "no", 1, "", "30 days")]
    assert list(after["QuoteLines"]["product"]) == ["Pump", "Pump"]


OLD: list[dict[str, Any]] = [
    {"quote": "Q-1", "position": 1, "product": "Pump", "quantity": 10},
    {"quote": "Q-1", "position": 2, "product": "Valve", "quantity": 4},
]
NEW: list[dict[str, Any]] = [{**line, "quote": "Q-2"} for line in OLD]
SAID: list[tuple[dict[str, Any], list[dict[str, Any]], list[tuple[str, str]]]] = [
    # the new version, its lines, the changes
    ({}, NEW, []),
    ({}, [{**NEW[0], "price": 100.0}, NEW[1]], []),  # the list price, written out
    (
        {},
        [{**NEW[0], "price": 95.5, "quantity": 12}, NEW[1]],
        [("Pump", "Quantity: 10 → 12; Unit price: 100.00 → 95.50"), ("Total", "1,032.00 → 1,178.00")],
    ),
    ({}, [NEW[0]], [("Valve", "no longer offered"), ("Total", "1,032.00 → 1,000.00")]),
    (
        {},
        [*NEW, {"quote": "Q-2", "position": 3, "description": "Fitting", "quantity": 1, "price": 50.0}],
        [("Fitting", "new: 1 × 50.00"), ("Total", "1,032.00 → 1,082.00")],
    ),
    (
        {},
        [NEW[0], {**NEW[1], "optional": "yes", "discount": 0.125}],
        [("Valve", "Discount: 0 % → 12.5 %; Optional: blank → Yes"), ("Total", "1,032.00 → 1,000.00")],
    ),
    (
        {"discount": 0.1, "tax_rate": 0.13, "terms": "", "shipping": 20.0},
        NEW,
        [
            ("Tax rate", "0 % → 13 %"), ("Total discount", "blank → 10 %"), ("Shipping", "blank → 20.00"),
            ("Terms", "30 days → blank"), ("Total", "1,032.00 → 1,072.14"),
        ],
    ),
    ({}, [NEW[1], {**NEW[0], "product": "PUMP"}], []),  # order and capitals are not a change
    ({}, [NEW[0], {**NEW[0], "quantity": 1}, NEW[1]], [("Pump", "new: 1 × 100.00"), ("Total", "1,032.00 → 1,132.00")]),
]  # fmt: skip


@pytest.mark.parametrize(("quote", "lines", "texts"), SAID)
def test_changes_between_versions_are_listed(
    quote: dict[str, Any], lines: list[dict[str, Any]], texts: list[tuple[str, str]]
) -> None:
    first = {**SENT, "tax_rate": 0.0}
    pipeline = selling(first, {**first, "supersedes": "q-1", **quote}, QuoteLines=[*OLD, *lines])
    changes = compare_quote_versions(pipeline, 3)
    assert [(one["what"].in_("en"), one["text"].in_("en")) for one in changes] == texts
    assert all(one["what"].in_("zh") and one["text"].in_("zh") for one in changes)


def test_changes_are_in_both_languages_and_a_first_version_has_none() -> None:
    pipeline = selling(SENT, {**SENT, "supersedes": "Q-1"}, QuoteLines=[*OLD, {**NEW[0], "unit": "set"}])
    assert compare_quote_versions(pipeline, 2) == []
    assert [(one["what"].in_("zh"), one["text"].in_("zh")) for one in compare_quote_versions(pipeline, 3)][:2] == [
        ("Pump", "单位：空 → 套"),
        ("Valve", "不再提供"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_printed_quote_has_the_changes(language: Language) -> None:
    from xl_salesflow.documents.document_writer import render_document

    pipeline = selling(SENT, {**SENT, "status": "draft", "supersedes": "Q-1"}, QuoteLines=[*OLD, NEW[0]])
    page = render_document(offer_quote(pipeline, "Q-2").documents[0], language, "html").decode("utf-8")
    assert {"en": "no longer offered", "zh": "不再提供"}[language] in page
