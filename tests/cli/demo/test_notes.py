"""The demo shows all that the product keeps beside deals, in every language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from xl_salesflow.cli.demo.demo_notes import read_demo_notes
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.cli.demo.demo_workbook import make_day_of_work
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.verbs import bring_in, update

DAY = date(2026, 5, 4)


@pytest.fixture(scope="module", params=LANGUAGES)
def demo(request: pytest.FixtureRequest) -> Pipeline:
    """Return the demo as `salesflow demo` makes it, without its documents."""
    language: Language = request.param
    made, run = (
        build_pipeline(DAY, language).with_tables(**make_shipped_setup("crm", language)),
        Run("demo", datetime(2026, 5, 4)),
    )
    for step in (
        lambda now: bring_in(now, generate_pipeline(now, 80, since_days=120), run),
        make_day_of_work,
        lambda now: update(now, run),
    ):
        made = apply_change_set(made, step(made))
    return made


SHOWN: dict[str, Callable[[Pipeline], object]] = {
    "answers": lambda now: len(now["Answers"]) == 25 and (now["Deals"]["bant_answered"] != "").sum() == 2,
    "traits": lambda now: list(now["Accounts"]["trait_score"].dropna()) == [3, -2],
    "objections": lambda now: set(now["Objections"]["status"]) == {"open", "answered", "resolved"},
    "an answer that worked": lambda now: (now["Objections"]["worked"] == "yes").sum() == 2,
    "feedback": lambda now: {"survey", "visit", "issue"} <= set(now["Feedback"]["kind"]),
    "an issue that asks for an answer": lambda now: now["FollowUps"]["deal"].isin(
        now["Feedback"].loc[now["Feedback"]["kind"] == "issue", "deal"]
    ).any(),
    "SPIN notes": lambda now: now["Deals"]["spin_kinds"].max() == 4,
    "refused moves with their findings": lambda now: (now["Deals"]["move_status"] == "refused").sum()
    == (now["Findings"]["severity"] == "block").sum() > 0,
    "a waiting approval": lambda now: now["Approvals"][["kind", "status"]].to_numpy().tolist() == [["discount", "waiting"]],
    "a measure": lambda now: now["Measures"][["value_start", "value_now", "effect"]].notna().to_numpy().all(),
}  # fmt: skip


@pytest.mark.parametrize("what", SHOWN)
def test_the_demo_shows(demo: Pipeline, what: str) -> None:
    assert SHOWN[what](demo), what


def test_only_refused_moves_are_wrong_in_the_demo(demo: Pipeline) -> None:
    assert {found.rule for found in check_pipeline(demo) if found.severity == "block"} == set()


def test_the_notes_are_as_many_in_every_language_and_name_what_exists() -> None:
    questions = set(make_shipped_setup("crm", "en")["Questions"]["question"])
    counts = set()
    for language in LANGUAGES:
        notes = read_demo_notes(language)
        counts.add((len(notes.answers), len(notes.traits), len(notes.objections), len(notes.feedback), len(notes.spin)))
        assert {question for question, *_ in notes.answers} == questions
        assert {trait for _, trait, _ in notes.traits} <= {*LISTS["golden_trait"], *LISTS["bad_trait"]}
        assert {kind for kind, *_ in notes.objections} <= set(LISTS["objection_type"])
    assert len(counts) == 1
