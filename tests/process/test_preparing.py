"""The checklist before a visit."""

from __future__ import annotations

from datetime import date

import pytest

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.deal_tasks import prepare_visit

DEAL = {"deal": "D-1", "recorded_stage": "Lead", "owner": "Li"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_supplied_checklist_becomes_open_tasks_of_the_deal(language: Language) -> None:
    pipeline = crm(language, Deals=[DEAL])
    tasks = apply_change_set(pipeline, prepare_visit(pipeline, " d-1"))["Tasks"]
    assert len(tasks) == 8
    assert set(zip(tasks["deal"], tasks["stage"], tasks["owner"], tasks["status"], tasks["required"], strict=True)) == {
        ("D-1", "Lead", "Li", "open", "no")
    }
    assert tasks["task_id"].is_unique
    assert {str(due.date()) for due in tasks["due"]} == {str(TODAY)}
    assert tasks["task"].map(str.isascii).all() == (language == "en")


def test_a_teams_own_checklist_is_used_and_due_on_the_next_step() -> None:
    own = [{"preparation": "Bring the sample"}, {"preparation": "strengths"}]
    pipeline = crm(Deals=[{**DEAL, "next_step_date": date(2026, 4, 8)}], Lists=own)
    tasks = apply_change_set(pipeline, prepare_visit(pipeline, "D-1"))["Tasks"]
    assert list(tasks["task"]) == ["Bring the sample", "Our strengths for this customer"]
    assert {str(due.date()) for due in tasks["due"]} == {"2026-04-08"}


def test_open_tasks_are_not_repeated_and_done_ones_are_given_again() -> None:
    pipeline = crm(Deals=[DEAL], Lists=[{"preparation": "One"}, {"preparation": "Two"}])
    once = apply_change_set(pipeline, prepare_visit(pipeline, "D-1"))
    assert not prepare_visit(once, "D-1").writes
    tasks = once["Tasks"].copy()
    tasks.loc[tasks["task"] == "One", "status"] = "done"
    assert prepare_visit(once.with_tables(Tasks=tasks), "D-1").answer.tasks == ("One",)


def test_an_unknown_deal_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no deal “D-2”; did you mean “D-1”"):
        prepare_visit(crm(Deals=[DEAL]), "D-2")
