"""Early warnings: which open deals each is about, and the text beside the deal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.tables import TODAY, crm
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.rule_catalogue import (
    EARLY_WARNING_RULES,
    list_warning_sentences,
    match_early_warnings,
    word_early_warnings,
)
from xl_salesflow.schema.named_values import Query

OPEN = {"deal": "D1", "recorded_stage": "Presentation", "stage": "Presentation", "outcome": "open"}
CLEAN = {**OPEN, "since": TODAY, "created": TODAY, "next_step": "call", "expected_close": date(2026, 5, 1)}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def warned(pipeline: Pipeline) -> set[str]:
    """Return the ids of the warnings about the first deal."""
    return {rule_id for rule_id, hit in match_early_warnings(pipeline).items() if hit.iloc[0]}


@pytest.mark.parametrize(
    ("rule", "cells", "yes"),
    [
        # the limit of Presentation is 21 days, idle after 14, pushed from twice on
        ("over_limit", {"since": ago(21)}, False),
        ("over_limit", {"since": ago(22)}, True),
        ("over_limit", {"since": None}, False),
        ("idle", {"since": ago(14)}, False),
        ("idle", {"since": ago(15)}, True),
        ("idle", {"since": ago(15), "last_activity": ago(3)}, False),
        ("idle", {"since": None}, False),
        ("close_past", {"expected_close": TODAY}, False),
        ("close_past", {"expected_close": ago(1)}, True),
        ("close_past", {"expected_close": None}, False),
        ("pushed", {"pushes": 1}, False),
        ("pushed", {"pushes": 2}, True),
        ("no_next_step", {"next_step": "", "next_step_date": None}, True),
        ("no_next_step", {"next_step": "", "next_step_date": TODAY}, False),
        # Presentation expects the buyer at Definition
        ("buyer_behind", {"buyer_stage": "investigation"}, True),
        ("buyer_behind", {"buyer_stage": "definition"}, False),
        ("buyer_behind", {"buyer_stage": "selection"}, False),
        ("buyer_behind", {"buyer_stage": ""}, False),
        # Presentation requires need, budget and authority of 2
        ("bant_below", {"need": 2, "budget": 2, "authority": 2}, False),
        ("bant_below", {"need": 1, "budget": 2, "authority": 2}, True),
        ("bant_below", {"need": 2}, True),
        ("bant_below", {}, False),
        ("bant_below", {"need": 1, "recorded_stage": "Qualified"}, False),
        ("score_fallen", {"score_trail": f"{ago(8)} 75; {ago(2)} 60", "bant_score": 60}, True),
        ("score_fallen", {"score_trail": f"{ago(8)} 60; {ago(2)} 75", "bant_score": 75}, False),
        ("score_fallen", {"score_trail": f"{ago(20)} 75; {ago(8)} 60", "bant_score": 60}, False),
        ("score_fallen", {"score_trail": "", "bant_score": 60}, False),
    ],
)
def test_a_warning_of_one_deal(rule: str, cells: dict[str, Any], yes: bool) -> None:
    assert (rule in warned(crm(Deals=[{**CLEAN, **cells}]))) == yes


def test_a_deal_in_order_is_not_warned_about() -> None:
    assert warned(crm(Deals=[CLEAN])) == set()


@pytest.mark.parametrize("outcome", ["won", "lost", ""])
def test_only_open_deals_are_warned_about(outcome: str) -> None:
    awful = {**OPEN, "outcome": outcome, "since": ago(900), "expected_close": ago(800), "pushes": 9}
    assert warned(crm(Deals=[awful])) == set()


@pytest.mark.parametrize(("age", "yes"), [(40, False), (41, True)])
def test_older_than_twice_the_median_won_cycle(age: int, yes: bool) -> None:
    won = [{"deal": f"W{n}", "outcome": "won", "created": ago(100), "closed": ago(100 - n)} for n in (10, 20, 90)]
    assert ("too_old" in warned(crm(Deals=[{**CLEAN, "created": ago(age)}, *won]))) == yes


ACME = {**CLEAN, "account": "Acme"}


@pytest.mark.parametrize(
    ("contacts", "warnings"),
    [
        ([], set()),
        ([("Bo", "Other", "")], {"one_contact", "no_decision_maker"}),
        ([("Bo", "Acme", "user")], {"one_contact", "no_decision_maker"}),
        ([("Bo", "Acme", "user"), ("Cy", "Acme", "decision_maker")], set()),
        ([("Bo", "Acme", "user"), ("Cy", "Acme", "champion")], {"no_decision_maker"}),
    ],
)
def test_contacts_of_the_customer(contacts: list[tuple[str, str, str]], warnings: set[str]) -> None:
    """There is no warning while the sheet Contacts is empty, or in the first stage."""
    rows = [{"contact": name, "account": account, "decision_role": role} for name, account, role in contacts]
    assert warned(crm(Deals=[ACME], Contacts=rows)) == warnings
    assert warned(crm(Deals=[{**ACME, "recorded_stage": "Lead"}], Contacts=rows)) == set()


@pytest.mark.parametrize(
    ("account", "yes"),
    [
        ({}, False),
        ({"has_need": "yes", "has_means": "yes", "has_authority": "yes"}, False),
        ({"has_need": "no"}, True),
        ({"has_need": "yes", "has_means": "no"}, True),
        ({"has_authority": "no"}, True),
    ],
)
def test_a_customer_without_a_must_have_is_no_prospect(account: dict[str, str], yes: bool) -> None:
    pipeline = crm(Deals=[ACME], Accounts=[{"account": "ACME ", **account}])
    assert ("no_prospect" in warned(pipeline)) == yes


@pytest.mark.parametrize(
    ("status", "until", "yes"),
    [
        ("sent", ago(1), True),
        ("sent", ago(-7), True),
        ("sent", ago(-8), False),
        ("draft", ago(1), False),
        ("accepted", ago(1), False),
    ],
)
def test_a_quote_about_to_expire(status: str, until: date, yes: bool) -> None:
    quotes = [{"quote": "Q1", "deal": "D1", "status": status, "valid_until": until}]
    assert ("quote_expiring" in warned(crm(Deals=[CLEAN], Quotes=quotes))) == yes


@pytest.mark.parametrize(
    ("line", "whole", "approved", "yes"),
    [(0.1, 0, "", False), (0.11, 0, "", True), (0.06, 0.06, "", True), (0.5, 0, "Wang", False), (0.2, 0, "", True)],
)
def test_a_discount_above_the_limit(line: float, whole: float, approved: str, yes: bool) -> None:
    """The settings allow 10 %; the discounts of the line and of the quote add up."""
    quote = {"quote": "Q1", "deal": "D1", "discount": whole, "approved_by": approved}
    lines = [{"quote": "Q1", "product": "P", "discount": line}]
    assert ("discount_above" in warned(crm(Deals=[CLEAN], Quotes=[quote], QuoteLines=lines))) == yes


def test_the_owner_may_grant_more_than_the_settings() -> None:
    quote, lines = {"quote": "Q1", "deal": "D1"}, [{"quote": "Q1", "product": "P", "discount": 0.2}]
    team = [{"person": "Li", "discount_limit": 0.25}]
    pipeline = crm(Deals=[{**CLEAN, "owner": "Li"}], Quotes=[quote], QuoteLines=lines, Team=team)
    assert "discount_above" not in warned(pipeline)


@pytest.mark.parametrize(
    ("amounts", "yes"),
    [([300, 100, 100, 100], True), ([100, 100, 100, 100], False), ([300, 100, 100], False), ([300], False)],
)
def test_one_deal_above_its_share_of_the_forecast(amounts: list[float], yes: bool) -> None:
    """With three deals or fewer, one is always above 30 %."""
    deals = [{**CLEAN, "deal": f"D{n}", "amount": amount} for n, amount in enumerate(amounts)]
    assert ("concentration" in warned(crm(Deals=deals))) == yes


def test_the_forecast_is_that_of_the_period() -> None:
    deals = [{**CLEAN, "deal": f"D{n}", "amount": amount} for n, amount in enumerate([300, 100, 100, 100, 900])]
    deals[4]["expected_close"] = date(2027, 1, 1)
    pipeline = crm(Deals=deals)
    assert "concentration" not in warned(pipeline)
    asked = replace(pipeline, query=Query(start=date(2026, 4, 1), end=date(2026, 6, 30)))
    assert "concentration" in warned(asked)


def test_the_text_beside_the_deal_ends_with_the_recommended_action() -> None:
    pipeline = crm(Deals=[{**CLEAN, "expected_close": ago(1), "pushes": 3}, {**CLEAN, "deal": "D2"}])
    assert word_early_warnings(pipeline).tolist() == [
        "Close passed · Close pushed\n"
        "expected close 2026-03-30 has passed\n"
        "expected close pushed 3 times\n"
        "→ Fix a date for the demo and invite the decision-maker",
        "",
    ]


def test_the_text_is_chinese_in_a_chinese_workbook() -> None:
    pipeline = crm("zh", Deals=[{**CLEAN, "stage": "呈现", "recorded_stage": "呈现", "since": ago(30)}])
    assert word_early_warnings(pipeline).tolist() == [
        "超期 · 久未联系\n在阶段 30 天，期限 21 天\n30 天没有任何进展\n→ 确定演示日期并邀请决策者"
    ]


@pytest.mark.parametrize(
    ("language", "stage", "sentence"),
    [
        ("en", "Presentation", "below what this stage requires: Need, Authority"),
        ("zh", "呈现", "低于该阶段要求：需求、权限"),
    ],
)
def test_several_columns_stand_apart_as_the_language_does_it(language: Language, stage: str, sentence: str) -> None:
    cells = {"stage": stage, "recorded_stage": stage, "need": 1, "budget": 2, "authority": 1}
    (text,) = word_early_warnings(crm(language, Deals=[{**CLEAN, **cells}]))
    assert sentence in text.splitlines()


def test_the_report_takes_only_the_sentences() -> None:
    for language, stage in (("en", "Presentation"), ("zh", "呈现")):
        cells = {**CLEAN, "stage": stage, "recorded_stage": stage, "since": ago(30)}
        (text,) = word_early_warnings(crm(language, Deals=[cells]))
        codes, *sentences, advice = text.splitlines()
        assert list_warning_sentences(text) == sentences
        assert list_warning_sentences("\n".join((*sentences, advice))) == sentences, "written by an earlier version"
        assert len(codes) < 20, "the sheet has room for it"


def test_every_early_warning_has_a_short_code_of_its_own() -> None:
    for language in ("en", "zh"):
        codes = [rule.code.in_(language) for rule in EARLY_WARNING_RULES if rule.code]
        assert len(set(codes)) == len(EARLY_WARNING_RULES)
        assert max(map(len, codes)) <= 17


def test_every_warning_of_the_definitions_is_there() -> None:
    assert {rule.id for rule in EARLY_WARNING_RULES} == {
        "over_limit", "idle", "too_old", "close_past", "pushed", "no_next_step", "one_contact", "no_decision_maker",
        "buyer_behind", "bant_below", "quote_expiring", "discount_above", "concentration", "score_fallen", "unanswered",
        "no_prospect",
    }  # fmt: skip
