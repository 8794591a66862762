"""Matching the stages of one process with those of another."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.tables import crm
from xl_salesflow.core.pipelines import Playbook, Stage
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.playbook_files import list_playbook_names, make_shipped_setup
from xl_salesflow.process.stage_matching import _measure_stage_unlikeness, match_stages
from xl_salesflow.schema.choice_lists import CHOICES


def shipped(name: str, language: Language = "en") -> Playbook:
    return crm(language).with_tables(**make_shipped_setup(name, language)).playbooks[name]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("crm", "crm", ["Lead", "Qualified", "Presentation", "Objections", "Contract"]),
        (
            "crm",
            "six_funnel_stages",
            [
                "Lead identification",
                "Needs analysis",
                "Solution design",
                "Proposal and quotation",
                "Negotiation and contract",
            ],
        ),
        (
            "crm",
            "ten_steps",
            ["Prospecting", "Understand needs", "Present and build value", "Resolve objections", "Close"],
        ),
        ("crm", "b2c", ["Attract", "Attract", "Convert", "Convert", "Convert"]),
    ],
)
def test_similar_stages_are_matched(before: str, after: str, found: list[str]) -> None:
    assert list(match_stages(shipped(before), shipped(after)).values()) == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stage_is_matched_and_the_order_is_kept(language: Language) -> None:
    processes = [shipped(name, language) for name in list_playbook_names()]
    for one, other in permutations(processes, 2):
        found = match_stages(one, other)
        places = [other.by_name[name].position for name in found.values()]
        assert list(found) == [stage.name for stage in one.open_stages]
        assert places == sorted(places)


STAGE = st.builds(
    Stage,
    st.text("abcde", min_size=1, max_size=3),
    st.just(1),
    st.just("open"),
    st.floats(0, 1),
    buyer_stage=st.sampled_from(["", *CHOICES["buyer_stage"]]),
    purpose=st.text("abc ", max_size=6),
)
STAGES = st.lists(STAGE, min_size=1, max_size=4, unique_by=lambda stage: stage.name)


@examples(30)
@given(STAGES, STAGES)
def test_no_other_ordered_matching_is_closer(old: list[Stage], new: list[Stage]) -> None:
    found = match_stages(Playbook("old", tuple(old)), Playbook("new", tuple(new)))
    place = {stage.name: at for at, stage in enumerate(new)}
    ways = [way for way in product(range(len(new)), repeat=len(old)) if list(way) == sorted(way)]
    costs = [sum(_measure_stage_unlikeness(stage, new[at]) for stage, at in zip(old, way, strict=True)) for way in ways]
    ours = sum(_measure_stage_unlikeness(stage, new[place[found[stage.name]]]) for stage in old)
    assert ours == pytest.approx(min(costs))
