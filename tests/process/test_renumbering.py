"""A manager edits the sheet Stages, and how far deals came is counted by the new process as if it had always been so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.tables import crm
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.process.stage_renumbering import renumber_stages
from xl_salesflow.process.stage_stays import record_stage_moves
from xl_salesflow.schema.table_frames import complete_columns
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import update

STAGES = ("Lead", "Qualified", "Presentation", "Objections", "Contract", "Won", "Lost", "Nurture")
OPEN = STAGES[:5]
KINDS = {"Signed": "won", "No deal": "lost"}
START = date(2026, 1, 1)


def walked(pipeline: Pipeline, walks: Sequence[Sequence[str]]) -> Pipeline:
    """Return *pipeline* with one deal for each walk, moved from stage to stage day by day; gates are not asked."""
    deals = pd.DataFrame({"deal": [f"D{number}" for number in range(len(walks))], "playbook": "crm", "stage": ""})
    pipeline = pipeline.with_tables(Deals=complete_columns(TABLES["Deals"], deals))
    for turn in range(max(map(len, walks), default=0)):
        moving = [number for number, walk in enumerate(walks) if turn < len(walk)]
        rows = pipeline["Deals"].index[moving]
        to = pd.Series([walks[number][turn] for number in moving], index=rows, dtype=object)
        known, before = pipeline.playbooks["crm"], pipeline["Deals"].loc[rows, "recorded_stage"]
        steps = pd.DataFrame(
            {
                "deal": pipeline["Deals"].loc[rows, "deal"],
                "from": before,
                "to": to,
                "target": to,
                "playbook": "crm",
                "move": [
                    known.direction(known.by_name.get(a), known.by_name[b]) for a, b in zip(before, to, strict=True)
                ],
                "day": np.datetime64(START + timedelta(days=turn), "s"),
                "verdict": "accepted",
                "gates": "",
            },
            index=rows,
        )
        pipeline = record_stage_moves(pipeline, steps, "Ann")
    return pipeline


def with_stages(pipeline: Pipeline, names: Sequence[str]) -> Pipeline:
    """Return *pipeline* as somebody leaves the sheet Stages who edits it until it lists *names* in this order."""
    stages = pipeline["Stages"].set_index("stage", drop=False)
    rows = [
        stages.loc[name].to_dict()
        if name in stages.index
        else {"playbook": "crm", "stage": name, "kind": KINDS.get(name, "open"), "probability": 0.5}
        for name in names
    ]
    frame = pd.DataFrame([{**row, "position": float(position)} for position, row in enumerate(rows, 1)])
    return pipeline.with_tables(Stages=complete_columns(TABLES["Stages"], frame))


def furthest(pipeline: Pipeline) -> dict[str, float]:
    return dict(zip(pipeline["Deals"]["deal"], pipeline["Deals"]["furthest"], strict=True))


WALKS = {
    "open": ("Lead", "Qualified", "Presentation"),
    "skipped": ("Lead", "Objections"),
    "won": ("Lead", "Qualified", "Presentation", "Objections", "Contract", "Won"),
    "aftercare": ("Lead", "Won", "Nurture"),
    "lost": ("Lead", "Presentation", "Lost"),
    "back": ("Lead", "Contract", "Qualified"),
}

EDITS = [
    # stages                                                                            open, skipped, won, aftercare, lost, back
    pytest.param(STAGES, (3, 4, 6, 6, 3, 5), id="nothing"),
    pytest.param((*STAGES[:3], "Pilot", *STAGES[3:]), (3, 5, 7, 7, 3, 6), id="Pilot inserted"),
    pytest.param(("Prospect", *STAGES), (4, 5, 7, 7, 4, 6), id="a new first stage"),
    pytest.param((*STAGES[:2], *STAGES[3:]), (2, 3, 5, 5, 2, 4), id="Presentation deleted"),
    pytest.param(STAGES[1:], (2, 3, 5, 5, 2, 4), id="the first stage deleted"),
    pytest.param((*STAGES[:4], *STAGES[5:]), (3, 4, 5, 5, 3, 4), id="Contract deleted"),
    pytest.param(STAGES[:7], (3, 4, 6, 6, 3, 5), id="Nurture deleted"),
    pytest.param((*STAGES[:6], "No deal", "Nurture"), (3, 4, 6, 6, 3, 5), id="Lost called No deal"),
    pytest.param((*STAGES[:5], "Signed", *STAGES[6:]), (3, 4, 6, 6, 3, 5), id="Won called Signed"),
    pytest.param(("Lead", "Presentation", "Qualified", *STAGES[3:]), (3, 4, 6, 6, 2, 5), id="two stages swapped"),
]  # fmt: skip


@pytest.mark.parametrize(("stages", "reached"), EDITS)
def test_how_far_a_deal_came_follows_the_stages(stages: Sequence[str], reached: tuple[int, ...]) -> None:
    pipeline = with_stages(walked(crm(), list(WALKS.values())), stages)
    assert dict(zip(WALKS, furthest(renumber_stages(pipeline)).values(), strict=True)) == dict(
        zip(WALKS, reached, strict=True)
    )


def nearest_left(name: str, stages: Sequence[str], visited: set[str]) -> str:
    """Return the stage that stands for *name* in an edited process: itself, the nearest visited one before it, or the first.

    Where a deleted stage was is known only from the stays in other stages.
    """
    if name in stages:
        return name
    before = [stage for stage in OPEN[: OPEN.index(name)] if stage in stages and stage in visited]
    return before[-1] if before else stages[0]


@st.composite
def edited_stages(draw: st.DrawFn) -> tuple[str, ...]:
    """Draw a process: some open stages kept in any order, new ones between them."""
    kept = draw(st.lists(st.sampled_from(OPEN), min_size=1, unique=True))
    kept = kept if draw(st.booleans()) else sorted(kept, key=OPEN.index)
    for name in draw(st.sets(st.sampled_from(["Pilot", "Trial"]))):
        kept.insert(draw(st.integers(0, len(kept))), name)
    return (*kept, "Won", "Lost", "Nurture")


walks = st.lists(st.lists(st.sampled_from(STAGES[:7]), min_size=1, max_size=6), min_size=1, max_size=8)


@examples(15)
@given(walks=walks, stages=edited_stages())
def test_numbers_are_those_of_a_workbook_born_with_the_process(walks: list[list[str]], stages: tuple[str, ...]) -> None:
    edited = renumber_stages(with_stages(walked(crm(), walks), stages))
    visited = {name for walk in walks for name in walk}
    born = walked(
        with_stages(crm(), stages), [[nearest_left(name, stages, visited) for name in walk] for walk in walks]
    )
    assert furthest(edited) == furthest(born)
    assert edited["History"]["furthest"].tolist() == born["History"]["furthest"].tolist()
    assert renumber_stages(edited)["History"] is edited["History"]


@examples(10)
@given(walks=walks, there=edited_stages())
def test_an_edit_that_is_taken_back_leaves_no_trace(walks: list[list[str]], there: tuple[str, ...]) -> None:
    """As long as no stage is deleted, whose deals count for another one meanwhile."""
    first = walked(crm(), walks)
    there = (*there[:-3], *(stage for stage in OPEN if stage not in there), *there[-3:])
    back = renumber_stages(with_stages(renumber_stages(with_stages(first, there)), STAGES))
    assert back["History"].equals(first["History"])
    assert furthest(back) == furthest(first)


def test_an_update_says_so_once_and_records_it() -> None:
    pipeline = with_stages(walked(crm(), list(WALKS.values())), (*STAGES[:3], "Pilot", *STAGES[3:]))
    plan = update(pipeline, Run("Ann", pd.Timestamp(2026, 3, 31).to_pydatetime()))
    (note,) = [finding for finding in plan.findings if finding.rule == "stages_renumbered"]
    assert (note.severity, note.table, note.key) == ("note", "Stages", "crm")
    assert {(edit.table, edit.column) for edit in plan.edits} >= {("History", "position"), ("Deals", "furthest")}


def test_numbers_that_are_read_without_an_update_follow_too() -> None:
    pipeline = with_stages(walked(crm(), list(WALKS.values())), (*STAGES[:3], "Pilot", *STAGES[3:]))
    assert furthest(recompute_formula_columns(pipeline))["D2"] == 7
