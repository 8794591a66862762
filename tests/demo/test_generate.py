"""A made-up pipeline is a sound one: the same for the same seed, its history whole, nothing pending."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from xl_salesflow import playbooks, rules
from xl_salesflow.calculated import refreshed
from xl_salesflow.demo.generate import generated
from xl_salesflow.model.apply import applied
from xl_salesflow.model.pipeline import Pipeline, pipeline_of
from xl_salesflow.model.text import LANGUAGES, Language
from xl_salesflow.moves import judge

TODAY = date(2026, 6, 30)


def empty(language: Language = "en") -> Pipeline:
    return pipeline_of(TODAY, language).with_tables(**playbooks.setup("crm", language))


def made(count: int = 300, seed: int = 7, language: Language = "en") -> Pipeline:
    return refreshed(applied(empty(language), generated(empty(language), count, seed)))


def test_the_same_seed_makes_the_same_pipeline() -> None:
    for first, second in zip(generated(empty(), 50).appends, generated(empty(), 50).appends, strict=True):
        pd.testing.assert_frame_equal(first.rows, second.rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_pending_and_no_row_is_wrong(language: Language) -> None:
    pipeline = made(language=language)
    assert not judge(pipeline, "test").edits
    assert [finding.message for finding in rules.check(pipeline) if finding.severity != "note"] == []


@pytest.mark.parametrize("seed", range(5))
def test_every_entry_into_a_stage_is_accounted_for(seed: int) -> None:
    """entries(s) = moved forward + moved back + won + lost + still there"""
    history = made(seed=seed)["History"]
    for _, visits in history.groupby("stage"):
        ways = visits["move"].value_counts()
        assert len(visits) == sum(ways.get(way, 0) for way in ("forward", "back", "won", "lost", ""))
    assert (history[history["move"] == ""].groupby("deal").size() == 1).all()


def test_visits_follow_one_another() -> None:
    history = made()["History"]
    after = history.groupby("deal").shift(-1)
    gone = history["moved_to"] != ""
    assert (after["stage"][gone] == history["moved_to"][gone]).all()
    assert (after["entered"][gone] == history["left"][gone]).all()


def test_names_are_not_doubled() -> None:
    pipeline = made(3000)
    for table, key in (("Accounts", "account"), ("Contacts", "contact"), ("Deals", "deal")):
        assert pipeline[table][key].is_unique
