"""Matching stage names of other processes with our playbooks."""

from __future__ import annotations

import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.pipelines import Playbook
from xl_salesflow.imports.import_stages import StageEvidence, kind_of_stage_name, propose_stages
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


def test_a_common_stage_is_added_where_it_belongs() -> None:
    proposed = propose_stages(["Engaging"], crm(), {})
    assert (proposed.stages, proposed.new) == (
        {"Engaging": "Engaging"},
        (NewStage("Engaging", 2, "open", 0.17),),
    )


def test_several_new_stages_keep_their_order() -> None:
    proposed = propose_stages(["Engaging", "On hold", "Screening"], crm(), {})
    assert [(stage.stage, stage.position) for stage in proposed.new] == [
        ("On hold", 2),
        ("Engaging", 3),
        ("Screening", 4),
    ]


UNKNOWN = "Security check"


@pytest.mark.parametrize(
    ("names", "evidence", "expected"),
    [
        pytest.param([UNKNOWN], {}, "?", id="nothing tells its place"),
        pytest.param([UNKNOWN], {UNKNOWN: StageEvidence(probability=0.3)}, (3, 0.3), id="its deals' probability"),
        pytest.param([UNKNOWN], {UNKNOWN: StageEvidence(probability=0.95)}, (6, 0.95), id="a high probability"),
        pytest.param([UNKNOWN], {UNKNOWN: StageEvidence(probability=0.0)}, "Lost", id="no chance"),
        pytest.param([UNKNOWN], {UNKNOWN: StageEvidence("won")}, "Won", id="its deals are won"),
        pytest.param(["1 Lead", "2 " + UNKNOWN, "3 Qualified"], {}, (2, 0.17), id="its number"),
        pytest.param(["a) Lead", "b) " + UNKNOWN, "c) Qualified"], {}, (2, 0.17), id="its letter"),
        pytest.param(
            ["1 Lead", "8 Contract", "9 " + UNKNOWN], {}, (6, 0.8), id="behind all: no likelier than the last"
        ),
    ],
)
def test_an_unknown_stage_is_placed_by_evidence_or_asked_about(
    names: list[str], evidence: dict[str, StageEvidence], expected: str | tuple[int, float]
) -> None:
    proposed = propose_stages(names, crm(), evidence)
    name = next(name for name in names if UNKNOWN in name)
    placed = {stage.stage: (stage.position, stage.probability) for stage in proposed.new}
    assert placed.get(name, proposed.stages[name]) == expected


def test_spellings_of_one_stage_are_one_stage() -> None:
    proposed = propose_stages(["On Hold", "On hold", "on-hold"], crm(), {})
    assert set(proposed.stages.values()) == {"On Hold"}
    assert [stage.stage for stage in proposed.new] == ["On Hold"]


@pytest.mark.parametrize(
    ("expected", "names"),
    [
        (
            "Won",
            "closedwon, Closed Won - New Business, Order received, Gewonnen, Gagn\u00e9, Ganada, Ganho, Vinta, 受注, 수주, "
            "Выиграна, 6 - Won, Won (100 %), ✅ Won, 已成交-老客户, CUSTOMER",
        ),
        (
            "Lost",
            "closedlost, Lost - Price, Lost to competitor, Declined, Not interested, Junk Lead, Verloren, Perdu, Perdida, "
            "Persa, 失注, 실주, Проиграна, Won't buy, ❌ Lost, 丢单-价格, Churned, Closed (Lost)",
        ),
        ("Presentation", "presentationscheduled, 3 - Demo, Präsentation, C. Demo, Demo 60%"),
    ],
)
def test_words_of_an_outcome_are_recognised_inside_a_name(expected: str, names: str) -> None:
    asked = [name.strip() for name in names.split(",")]
    assert propose_stages(asked, crm(), {}).stages == dict.fromkeys(asked, expected)


def test_a_name_with_words_of_both_outcomes_tells_nothing() -> None:
    assert propose_stages(["Won or lost"], crm(), {}).stages == {"Won or lost": "?"}


@pytest.mark.parametrize(("leads", "expected"), [(True, "Lead"), (False, "Nurture")])
def test_nurturing_a_lead_is_no_sale(leads: bool, expected: str) -> None:
    assert propose_stages(["Nurture"], crm(), {}, leads=leads).stages == {"Nurture": expected}


def test_the_rows_count_more_than_the_name() -> None:
    proposed = propose_stages(["xyz", "abc"], crm(), {"xyz": StageEvidence("won"), "abc": StageEvidence("lost")})
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


@pytest.mark.parametrize(
    "name",
    ["Not lost", "Won back later", "Probably won", "Won?", "Won (probably)", "Lost?", "Not quite won",
     "Vielleicht gewonnen", "Presque gagné", "Скоро выиграна", "可能赢单", "尚未赢单", "受注見込み",
     "Almost won", "To be won", "Nicht gewonnen", "Pas perdu", "Не выиграна", "未赢单", "未成交", "预计成交"]
)  # fmt: skip
def test_a_denied_outcome_is_a_question(name: str) -> None:
    """A deal that is not yet won is neither won nor lost."""
    assert kind_of_stage_name(name) is None
