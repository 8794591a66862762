"""The supplied playbooks: complete in both languages, and as the product describes them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from xl_salesflow.core.rule_declarations import identify_list_values
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.playbook_files import (
    list_playbook_names,
    load_playbook,
    make_shipped_setup,
    playbook_purpose,
    playbook_title,
)
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.table_registry import TABLES

EVERY = pytest.mark.parametrize("name", list_playbook_names())


def test_the_default_comes_first_and_every_variant_is_supplied() -> None:
    assert list_playbook_names() == (
        "crm", "six_key_stages", "process_nodes", "four_steps", "ten_steps", "six_funnel_stages", "awareness", "b2b",
        "b2c", "digital",
    )  # fmt: skip


def test_an_unknown_name_is_reported_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no playbook “crn”; did you mean “crm”\?$"):
        make_shipped_setup("crn", "en")


@EVERY
def test_titles_are_in_both_languages(name: str) -> None:
    for text in (playbook_title(name), playbook_purpose(name)):
        assert text.in_("en")
        assert text.in_("zh")
        assert text.in_("en").isascii()
        assert not text.in_("zh").isascii()


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_frames_are_complete(name: str, language: Language) -> None:
    frames = make_shipped_setup(name, language)
    assert {table: list(frame) for table, frame in frames.items()} == {
        table: [column.id for column in TABLES[table].columns]
        for table in ("Stages", "Gates", "StageTasks", "Questions")
    }
    stages = frames["Stages"]
    assert (stages[["stage", "purpose", "action"]] != "").all(axis=None)
    assert stages["kind"].isin(CHOICES["kind"]).all()
    assert stages["buyer_stage"].isin([*CHOICES["buyer_stage"], ""]).all()
    for cell in frames["StageTasks"]["done_by"]:
        assert set(identify_list_values("activity_type", cell)) <= set(LISTS["activity_type"])
    assert frames["Gates"]["gate"].is_unique


@EVERY
def test_both_languages_have_the_same_data(name: str) -> None:
    """Everything except the texts is equal."""
    words = {
        "stage",
        "purpose",
        "action",
        "standard",
        "key",
        "subject",
        "value",
        "remedy",
        "task",
        "done_by",
        "outcomes",
        "text",
        "weak",
        "fair",
        "strong",
    }
    en, zh = make_shipped_setup(name, "en"), make_shipped_setup(name, "zh")
    for table in en:
        for column in set(en[table]) - words:
            assert en[table][column].equals(zh[table][column])


@EVERY
def test_stages_go_up_in_probability_and_follow_the_buyer(name: str) -> None:
    stages = make_shipped_setup(name, "en")["Stages"]
    steps = stages[stages["kind"] == "open"]
    assert steps["probability"].is_monotonic_increasing
    assert steps["probability"].between(0, 1, inclusive="neither").all()
    assert steps["day_limit"].notna().all()
    order = list(CHOICES["buyer_stage"])
    assert steps["buyer_stage"].map(order.index).is_monotonic_increasing
    assert stages["position"].tolist() == list(range(1, len(stages) + 1))


@EVERY
def test_lost_needs_its_reason_in_every_playbook(name: str) -> None:
    gates = make_shipped_setup(name, "en")["Gates"]
    lost = gates[gates["stage"] == "Lost"].iloc[0]
    assert (lost["subject"], lost["check"], lost["effect"]) == ("Loss reason", "filled", "block")


def test_the_default_requires_need_budget_and_authority_before_presentation() -> None:
    gates = make_shipped_setup("crm", "en")["Gates"]
    asked = gates[(gates["stage"] == "Presentation") & (gates["check"] == "at_least") & (gates["effect"] == "block")]
    assert asked[["subject", "value"]].to_numpy().tolist() == [["Need", "2"], ["Budget", "2"], ["Authority", "2"]]


def test_there_are_sixteen_questions_four_per_dimension_with_a_scale_each() -> None:
    for language in LANGUAGES:
        questions = make_shipped_setup("crm", language)["Questions"]
        assert questions["dimension"].value_counts().to_dict() == dict.fromkeys(CHOICES["dimension"], 4)
        assert questions[["text", "weak", "fair", "strong"]].stack().is_unique


@EVERY
def test_every_text_of_a_file_is_in_both_languages(name: str) -> None:
    assert [pair for pair in _pairs(load_playbook(name)) if not (pair["en"] and pair["zh"])] == []


def _pairs(node: object) -> list[dict[str, str]]:
    if isinstance(node, dict):
        if set(node) == {"en", "zh"}:
            return [node]
        return [pair for value in node.values() for pair in _pairs(value)]
    return [pair for item in node for pair in _pairs(item)] if isinstance(node, list | tuple) else []


@EVERY
def test_every_stage_has_a_standard_and_every_later_one_a_gate(name: str) -> None:
    file = load_playbook(name)
    assert [stage["id"] for stage in file["stages"] if "standard" not in stage] == []
    guarded = {gate["stage"] for gate in file["gates"]}
    assert [stage["id"] for stage in file["stages"][1:] if stage["id"] not in guarded] == []


@EVERY
def test_no_open_objection_comes_as_far_as_the_sale(name: str) -> None:
    file = load_playbook(name)
    kinds = {stage["id"]: stage["kind"] for stage in file["stages"]}
    asking = [gate for gate in file["gates"] if gate["check"] == "objections_closed"]
    assert [(kinds[gate["stage"]] in ("open", "won"), gate["effect"]) for gate in asking] == [(True, "block")]


@pytest.mark.parametrize("name", ["four_steps", "ten_steps"])
def test_a_prospect_has_need_means_and_authority(name: str) -> None:
    asked = {gate["id"]: gate["effect"] for gate in load_playbook(name)["gates"] if gate["check"] == "at_least"}
    assert {column: asked[column] for column in ("need", "money", "authority")} == dict.fromkeys(
        ("need", "money", "authority"), "block"
    )


def _list_doing(task: dict[str, Any]) -> set[str]:
    return set(identify_list_values("activity_type", task.get("done_by", "")))


@EVERY
def test_the_call_right_after_delivery_comes_first_after_the_sale(name: str) -> None:
    stage = next(stage for stage in load_playbook(name)["stages"] if stage["kind"] == "aftercare")
    first, *others = stage["tasks"]
    assert (first["text"]["en"], first["due_days"], first["done_by"]) == (
        "Call right after delivery",
        3,
        "call, check_in",
    )
    assert all(task["due_days"] >= 3 and not {"call", "check_in"} & _list_doing(task) for task in others)


@EVERY
def test_the_stage_after_a_required_task_asks_for_it(name: str) -> None:
    file = load_playbook(name)
    path = [stage for stage in file["stages"] if stage["kind"] in ("open", "won")]
    asked = {gate["stage"] for gate in file["gates"] if gate["check"] == "task_done"}
    held = [
        stage["id"]
        for stage, following in pairwise(path)
        if any(task.get("required") for task in stage.get("tasks", ())) and following["id"] not in asked
    ]
    assert held == []


@pytest.mark.parametrize(
    ("name", "stage", "task"),
    [
        ("crm", "qualified", "Find out who decides"),
        ("crm", "presentation", "Arrange and hold the demo"),
        ("crm", "contract", "Win the support of everybody who decides"),
        ("four_steps", "opportunity", "Talk to the person in charge"),
        ("awareness", "consideration", "Show or let them try"),
    ],
)
def test_what_the_sources_name_as_a_criterion_is_a_required_task(name: str, stage: str, task: str) -> None:
    (found,) = (found for found in load_playbook(name)["stages"] if found["id"] == stage)
    assert task in [given["text"]["en"] for given in found["tasks"] if given.get("required")]
