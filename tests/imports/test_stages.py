"""Matching stage names of other processes with our playbooks."""

from __future__ import annotations

import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.pipelines import Playbook
from xl_salesflow.imports.import_stages import kind_of_stage_name, propose_stages
from xl_salesflow.imports.map_parts import NewStage
from xl_salesflow.locale.texts import Language


def crm(language: Language = "en") -> Playbook:
    return workbook(language).playbooks["crm"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lead", "Lead"),
        ("  lead ", "Lead"),
        ("Prospecting", "Lead"),
        ("线索", "Lead"),
        ("1. Prospecting", "Lead"),
        ("Qualification", "Qualified"),
        ("Needs Analysis", "Qualified"),
        ("Proposal/Price Quote", "Presentation"),
        ("Demo Scheduled", "Presentation"),
        ("Negotiation/Review", "Contract"),
        ("Contract Sent", "Contract"),
        ("Closed Won", "Won"),
        ("成交", "Won"),
        ("Closed Lost", "Lost"),
        ("丢单", "Lost"),
        ("After-sales service", "Nurture"),
        ("Qualifed", "Qualified"),
    ],
)
def test_a_stage_is_matched(name: str, expected: str) -> None:
    assert propose_stages([name], crm(), {}).stages == {name: expected}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Negotiation", "合同"), ("潜在客户", "线索"), ("赢单", "赢单"), ("Closed Lost", "丢单"), ("需求分析", "合格")],
)
def test_a_stage_is_matched_in_a_chinese_workbook(name: str, expected: str) -> None:
    assert propose_stages([name], crm("zh"), {}).stages == {name: expected}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Engaging", NewStage("Engaging", 2, "open", 0.17)),
        ("Security check", NewStage("Security check", 6, "open", 0.9)),
    ],
)
def test_an_unknown_stage_is_added_where_it_belongs(name: str, expected: NewStage) -> None:
    proposed = propose_stages([name], crm(), {})
    assert (proposed.stages, proposed.new) == ({name: name}, (expected,))


def test_several_new_stages_keep_their_order() -> None:
    proposed = propose_stages(["Engaging", "Pilot phase", "Legal check"], crm(), {})
    assert [(stage.stage, stage.position) for stage in proposed.new] == [
        ("Engaging", 2),
        ("Pilot phase", 7),
        ("Legal check", 8),
    ]


def test_the_rows_count_more_than_the_name() -> None:
    proposed = propose_stages(["xyz", "abc"], crm(), {"xyz": "won", "abc": "lost"})
    assert proposed.stages == {"xyz": "Won", "abc": "Lost"}


def test_a_similar_name_is_marked_as_a_guess() -> None:
    assert propose_stages(["Qualifed", "Lead"], crm(), {}).guessed == ("Qualifed",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Won", "won"),
        ("Closed Lost", "lost"),
        ("已成交", "won"),
        ("Open", "open"),
        ("Onboarding", "won"),
        ("Blue", None),
    ],
)
def test_the_kind_of_a_stage_follows_from_its_name(name: str, expected: str | None) -> None:
    assert kind_of_stage_name(name) == expected
