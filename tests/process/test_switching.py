"""Switching a filled workbook to another playbook: open deals change over, closed ones stay, and undo reverses everything."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.tables import TODAY, crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run, apply_query, recompute_formula_columns
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.process.playbook_files import (
    identify_playbook,
    list_playbook_names,
    make_shipped_setup,
    playbook_title,
)
from xl_salesflow.process.playbook_switch import PlaybookSwitch
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.named_values import Query, Settings
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import add_playbook, switch, undo, update

NOW = datetime.combine(TODAY, datetime.min.time())

DEALS = """
deal | stage     | amount | created    | account | need | budget | authority | loss_reason | contract_signed | owner
D1   | Lead      | 100    | 2026-03-01 | Acme    |      |        |           |             |                 | Li
D2   | Qualified | 200    | 2026-03-01 | Acme    |      |        |           |             |                 | Li
D3   | Lost      | 300    | 2026-02-01 | Acme    |      |        |           | price       |                 | Li
D4   | Won       | 400    | 2026-02-01 | Acme    | 3    | 3      | 3         |             | 2026-03-20      | Wu
D5   | Lead      | 500    | 2026-03-05 | Acme    |      |        |           |             |                 | Wu
"""


def run(minute: int) -> Run:
    return Run("Mara", NOW + timedelta(minutes=minute))


@cache
def filled(language: Language = "en") -> Pipeline:
    """Return a pipeline after an update; the move of D5 to Won was refused."""
    override = {"override_by": "Boss", "override_reason": "known customer"}
    pipeline = crm(language, Accounts=[{"account": "Acme"}], Settings=[{"setting": "playbook", "value": "crm"}])
    named = dict(zip(make_shipped_setup("crm", "en")["Stages"]["stage"], pipeline["Stages"]["stage"], strict=True))
    deals = [{**row, "stage": named[row["stage"]], **override} for row in rows(DEALS)]
    pipeline = pipeline.with_tables(Deals=crm(language, Deals=deals)["Deals"])
    pipeline = apply_change_set(pipeline, update(pipeline, run(1)))
    now = pipeline["Deals"].copy()
    now.loc[now["deal"] == "D5", "stage"] = named["Won"]
    pipeline = pipeline.with_tables(Deals=now)
    return apply_change_set(pipeline, update(pipeline, run(2)))


def switched(pipeline: Pipeline, to: str, minute: int = 3, **stages: str) -> Pipeline:
    known = {} if to in pipeline.playbooks else make_shipped_setup(to, pipeline.language)
    return apply_change_set(pipeline, switch(pipeline, PlaybookSwitch(to, known, stages), run(minute)))


@cache
def six() -> Pipeline:
    """Return the pipeline of `filled` after a switch to the playbook of six funnel stages."""
    return switched(filled(), "six_funnel_stages")


def column(pipeline: Pipeline, column_id: str) -> dict[str, Any]:
    return dict(zip(pipeline["Deals"]["deal"], pipeline["Deals"][column_id], strict=True))


def test_open_deals_change_over_and_closed_ones_stay() -> None:
    now = six()
    assert column(now, "recorded_stage") == {
        "D1": "Lead identification", "D2": "Needs analysis", "D3": "Lost", "D4": "Won", "D5": "Lead identification",
    }  # fmt: skip
    assert column(now, "playbook") == {
        **dict.fromkeys(("D1", "D2", "D5"), "six_funnel_stages"),
        "D3": "crm",
        "D4": "crm",
    }
    assert column(now, "furthest") == {"D1": 1, "D2": 2, "D3": 1, "D4": 6, "D5": 1}
    assert now.default_playbook == "six_funnel_stages"
    assert list(now["Settings"]["value"]) == ["six_funnel_stages"]


def test_a_pending_move_stays_pending_with_the_new_stage_names() -> None:
    before, now = filled(), six()
    assert (column(before, "move_status")["D5"], column(now, "move_status")["D5"]) == ("refused", "refused")
    assert column(now, "stage")["D5"] == "Won"
    assert column(now, "override_by")["D1"] == column(before, "override_by")["D1"]


def test_history_records_the_switch() -> None:
    before, now = filled()["History"], six()["History"]
    closed = before["deal"].isin(["D3", "D4"])
    assert now[now["deal"].isin(["D3", "D4"])].equals(before[closed])
    visits = now[now["deal"] == "D2"][["playbook", "stage", "move", "moved_to", "days", "reason", "furthest"]]
    assert visits.astype(object).fillna("-").to_numpy().tolist() == [
        ["crm", "Lead", "forward", "Qualified", 0.0, "", 1.0],
        ["crm", "Qualified", "switched", "Needs analysis", "-", "", 2.0],
        ["six_funnel_stages", "Needs analysis", "", "", "-", "Switched from playbook crm", 2.0],
    ]
    assert not [f for f in check_pipeline(six()) if "history" in f.rule or "seal" in f.rule]


def test_the_new_process_is_added_beside_the_old_one() -> None:
    before, now = filled(), switched(filled(), "b2b")
    for table in ("Stages", "Gates", "StageTasks"):
        assert len(now[table]) == len(before[table]) + len(make_shipped_setup("b2b", "en")[table])
    assert len(now["Questions"]) == 16
    assert set(now.playbooks) == {"crm", "b2b"}


def test_tasks_of_the_new_stage_are_given_and_open_old_ones_are_not_needed() -> None:
    now = six()["Tasks"]
    own = now[now["deal"] == "D1"]
    assert set(own.loc[own["stage"] == "Lead", "status"]) == {"dropped"}
    wanted = make_shipped_setup("six_funnel_stages", "en")["StageTasks"]
    wanted = wanted[wanted["stage"] == "Lead identification"]
    assert set(own.loc[own["status"] == "open", "task"]) == set(wanted["task"])


def test_a_person_can_map_a_stage_differently_in_any_case() -> None:
    now = switched(filled(), "six_funnel_stages", Lead="proposal and QUOTATION")
    assert column(now, "recorded_stage")["D1"] == "Proposal and quotation"


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (PlaybookSwitch("crm", {}, {}), "use it already"),
        (PlaybookSwitch("own", make_shipped_setup("b2c", "en"), {}), "has no playbook “own”"),
        (
            PlaybookSwitch("b2c", make_shipped_setup("b2c", "en"), {"Leed": "Attract"}),
            "no open stage “Leed”; did you mean “Lead”?",
        ),
        (PlaybookSwitch("b2c", make_shipped_setup("b2c", "en"), {"Lead": "Attrackt"}), "did you mean “Attract”?"),
        (PlaybookSwitch("b2c", make_shipped_setup("b2c", "en"), {"Lead": "Won"}), "no open stage “Won”"),
        (PlaybookSwitch("b2c", make_shipped_setup("b2c", "en"), {}, "dream"), "has no playbook “dream”"),
    ],
)
def test_an_impossible_switch_is_refused_in_one_sentence(wanted: PlaybookSwitch, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        switch(filled(), wanted, run(3))


def test_a_stage_that_the_old_process_does_not_have_must_be_mapped() -> None:
    pipeline = filled()
    stages = pipeline["Stages"]
    renamed = pipeline.with_tables(Stages=stages.assign(stage=stages["stage"].replace("Qualified", "Sound")))
    with pytest.raises(UsageError, match=r"Some deals are in “Qualified”, which playbook crm does not have"):
        switched(renamed, "b2c")
    assert column(switched(renamed, "b2c", Qualified="Convert"), "recorded_stage")["D2"] == "Convert"


OTHERS = [name for name in list_playbook_names() if name != "crm"]


@pytest.mark.parametrize(("names", "language"), [(OTHERS, "en"), (OTHERS[::3], "zh")], ids=["en", "zh"])
def test_switching_to_every_playbook_and_back(names: list[str], language: Language) -> None:
    """One workbook uses each in turn. In the end nothing is pending, and a second run changes nothing; a switch back needs
    no set-up."""
    pipeline, minutes = filled(language), count(3)
    for name in names:
        now = switched(pipeline, name, next(minutes))
        assert now["Deals"].query("outcome == 'open'")["playbook"].eq(name).all()
        pipeline = switched(now, "crm", next(minutes))
        assert len(pipeline["Stages"]) == len(now["Stages"])
        assert pipeline.default_playbook == "crm"
    updated = apply_change_set(pipeline, update(pipeline, run(next(minutes))))
    again = update(updated, run(next(minutes)))
    assert [again.edits, again.appends, again.removes, again.fills] == [(), (), (), ()]


@pytest.mark.parametrize("to", ["b2c", "six_funnel_stages"])
def test_undo_restores_every_frame(to: str) -> None:
    before = filled()
    now = switched(before, to)
    back = apply_change_set(now, undo(now, run(4)))
    assert (len(back.playbooks), back.default_playbook) == (1, "crm")
    for table in TABLES.values():
        if table.name not in ("Journal", "Findings"):
            assert held(back, table.name) == held(before, table.name), table.name
    again = apply_change_set(back, undo(back, run(5)))
    for name in ("Deals", "History", "Stages", "Gates", "StageTasks", "Tasks", "Settings"):
        assert held(again, name) == held(now, name), name


def test_a_deal_that_moved_on_since_stays_with_its_process_when_the_switch_is_undone() -> None:
    """The others change back; the rows of the process that the deal uses stay, and a finding says so."""
    now = switched(filled(), "b2c")
    run_of_switch = now["Journal"]["run"].iloc[-1]
    deals = now["Deals"].copy()
    deals.loc[deals["deal"] == "D1", ["stage", "move_reason"]] = ["Convert", "they asked"]
    moved = apply_change_set(now.with_tables(Deals=deals), update(now.with_tables(Deals=deals), run(4)))
    assert column(moved, "recorded_stage")["D1"] == "Convert"
    plan = undo(moved, run(5), run_of_switch)
    back = apply_change_set(moved, plan)
    assert (column(back, "playbook")["D1"], column(back, "recorded_stage")["D1"]) == ("b2c", "Convert")
    assert (column(back, "playbook")["D2"], column(back, "recorded_stage")["D2"]) == ("crm", "Qualified")
    assert set(back.playbooks) == {"crm", "b2c"}
    assert "D1" in {finding.key for finding in plan.findings if finding.rule == "undo_changed"}
    assert not [f for f in check_pipeline(back) if f.rule in ("broken_history", "broken_seal", "unknown_playbook")]


def held(pipeline: Pipeline, table: str) -> list[str]:
    frame = pipeline[table]
    return sorted(frame.astype(object).where(frame.notna(), "").astype(str).agg("|".join, axis=1)) if len(frame) else []


def checks(pipeline: Pipeline) -> set[float]:
    """Return the check cells of the table Moves for every playbook."""
    found = set()
    for playbook in pipeline.playbooks:
        asked = apply_query(pipeline, Query(filters={"playbook": playbook})) if playbook in used(pipeline) else None
        if asked is not None:
            found |= {row["check"] for row in compute_sheet_values(asked).tables["Moves"].values() if row["stage"]}
    return found


def used(pipeline: Pipeline) -> set[str]:
    return set(pipeline["Deals"]["playbook"])


def test_the_funnel_counts_every_deal_once() -> None:
    now = six()
    for playbook, open_, deals in (("crm", 0, 2), ("six_funnel_stages", 3, 3)):
        asked = apply_query(now, Query(filters={"playbook": playbook}))
        found = compute_funnel(asked)
        assert (found.metrics["open_count"], found.metrics["deal_count"]) == (open_, deals)
        assert found.stages[0]["reached"] == deals
    rows_ = compute_sheet_values(apply_query(now, Query(filters={"playbook": "crm"}))).tables["Moves"]
    assert (rows_[1]["switched"], rows_[2]["switched"], rows_[1]["check"]) == (2, 1, 0)


STEPS = st.one_of(
    st.tuples(st.just("type"), st.integers(0, 3), st.integers(0, 9)),
    st.tuples(st.just("switch"), st.sampled_from(["crm", "b2c", "six_funnel_stages"]), st.just(0)),
    st.tuples(st.just("sort"), st.sampled_from(["stage", "amount"]), st.just(0)),
    st.tuples(st.just("undo"), st.just(0), st.just(0)),
)


@examples(3)
@given(st.lists(STEPS, min_size=2, max_size=7))
def test_history_is_consistent_after_any_sequence_of_edits(steps: list[tuple[str, Any, int]]) -> None:
    """People type stages, sort the sheet, switch and undo: a recorded stage changes only by an accepted move, no
    visit is lost in any playbook, no chain breaks."""
    known = {
        "override_by": "Boss",
        "override_reason": "so be it",
        "move_reason": "second thoughts",
        "loss_reason": "price",
    }
    pipeline = crm(
        Deals=[{"deal": f"D{n}", "stage": "Lead", "amount": 10.0 * n, **known} for n in range(4)],
        Settings=[{"setting": "playbook", "value": "crm"}],
    )
    pipeline = apply_change_set(pipeline, update(pipeline, run(0)))
    for minute, (what, which, place) in enumerate(steps, 1):
        before = pipeline
        if what == "type":
            deals = pipeline["Deals"].copy()
            stages = pipeline.playbooks[deals["playbook"].iloc[which] or pipeline.default_playbook].stages
            deals.loc[deals.index[which], ["stage", *known]] = [stages[place % len(stages)].name, *known.values()]
            pipeline = pipeline.with_tables(Deals=deals)
            pipeline = apply_change_set(pipeline, update(pipeline, run(minute)))
        elif what == "switch" and which != pipeline.default_playbook:
            pipeline = switched(pipeline, which, minute)
        elif what == "sort":
            deals = pipeline["Deals"].sort_values(which, ascending=False)
            pipeline = pipeline.with_tables(Deals=deals.set_axis(pipeline["Deals"].index))
        elif what == "undo":
            pipeline = apply_change_set(pipeline, undo(pipeline, run(minute)))
        assert_recorded(before, pipeline)
        assert checks(pipeline) <= {0}
        assert not [
            f for f in check_pipeline(pipeline) if f.rule in ("broken_history", "broken_seal", "missing_visits")
        ]


def assert_recorded(before: Pipeline, now: Pipeline) -> None:
    """Check that every deal is in the stage of its current stay, and that a deal in another stage than before has new stays."""
    history = now["History"]
    current = history[history["left"] == pd.Timestamp("9999-12-31")].set_index("deal")["stage"]
    assert current.to_dict() == {deal: stage for deal, stage in column(now, "recorded_stage").items() if stage}
    was, is_ = column(before, "recorded_stage"), column(now, "recorded_stage")
    old, new = visits(before), visits(now)
    assert [deal for deal in was if was[deal] != is_[deal] and old.get(deal) == new.get(deal)] == []


def visits(pipeline: Pipeline) -> dict[str, list[tuple[Any, ...]]]:
    shown = pipeline["History"][["deal", "visit", "left"]]
    return {str(deal): list(found.itertuples(index=False, name=None)) for deal, found in shown.groupby("deal")}


def test_the_settings_of_a_pipeline_follow_the_sheet() -> None:
    pipeline = filled()
    assert pipeline.settings == Settings({})
    assert switched(pipeline, "b2c").settings.text("playbook") == "b2c"


@pytest.mark.parametrize("name", ["b2c", "B2C", " Ｂ2c ", "B2C funnel"])
def test_a_playbook_is_known_by_its_id_and_its_titles_in_any_case(name: str) -> None:
    assert identify_playbook(name) == "b2c"
    assert identify_playbook(playbook_title("b2c").in_("zh")) == "b2c"
    assert identify_playbook("nothing like it") == "nothing like it"


def test_a_playbook_is_added_beside_the_first_and_chosen_by_typing_its_title() -> None:
    before = crm(Deals=[{"deal": "D1", "stage": "Lead", "amount": 5.0}, {"deal": "D2", "playbook": "b2c FUNNEL"}])
    added = add_playbook(before, "b2c", make_shipped_setup("b2c", "en"), Run("Ann", NOW))
    now = apply_change_set(before, added)
    assert set(now.playbooks) == {"crm", "b2c"}
    assert now["Deals"].equals(before["Deals"])
    with pytest.raises(UsageError, match="already"):
        add_playbook(now, "b2c", make_shipped_setup("b2c", "en"), Run("Ann", NOW))
    after = apply_change_set(now, update(now, Run("Ann", NOW)))
    assert after["Deals"]["playbook"].tolist() == ["crm", "b2c"]
    assert after["Deals"]["recorded_stage"].tolist() == ["Lead", now.playbooks["b2c"].first.name]


ALL_TABLES = [table.name for table in TABLES.values() if table.name != "Journal"]


def beside(language: Language, to: str) -> Pipeline:
    """Return a pipeline with two playbooks, whose deals are all in the first one, and whose default is the second."""
    pipeline = filled(language)
    added = apply_change_set(
        pipeline, add_playbook(pipeline, to, make_shipped_setup(to, language), Run("Mara", NOW + timedelta(minutes=3)))
    )
    settings = added["Settings"].assign(value=to)
    return added.with_tables(Settings=settings)


def typed_over(pipeline: Pipeline, playbook: str) -> Pipeline:
    """Return *pipeline* with another playbook typed into every open deal."""
    deals = pipeline["Deals"]
    return pipeline.with_tables(
        Deals=deals.assign(playbook=deals["playbook"].where(deals["outcome"] != "open", playbook))
    )


def updated(pipeline: Pipeline) -> Pipeline:
    return recompute_formula_columns(apply_change_set(pipeline, update(pipeline, run(4))))


@pytest.mark.parametrize(
    ("to", "language", "written"),
    [
        ("six_funnel_stages", "en", "six_funnel_stages"),
        ("b2c", "en", " Ｂ2C "),
        ("b2c", "zh", "b2c FUNNEL"),
        ("awareness", "zh", playbook_title("awareness").in_("zh")),
    ],
)
def test_a_playbook_typed_into_deals_equals_the_verb_cell_by_cell(to: str, language: Language, written: str) -> None:
    """Stages, stage stays, tasks, follow-ups, findings and numbers are the same; a second update changes nothing."""
    before = beside(language, to)
    by_verb = apply_change_set(before, switch(before, PlaybookSwitch(to, {}, {}, "crm"), run(4)))
    by_verb = updated(by_verb)
    by_typing = updated(typed_over(before, written))
    assert set(column(by_typing, "playbook").values()) == {"crm", to}
    for table in ALL_TABLES:
        pd.testing.assert_frame_equal(by_typing[table], by_verb[table], check_index_type=False, obj=table)
    again = update(by_typing, run(5))
    assert [again.edits, again.appends, again.removes, again.fills] == [(), (), (), ()]


def test_a_stage_of_the_new_playbook_typed_beside_it_is_a_move_from_the_mapped_stage() -> None:
    pipeline = beside("en", "b2c")
    deals = typed_over(pipeline, "B2C")["Deals"]
    pipeline = pipeline.with_tables(Deals=deals.assign(stage=deals["stage"].mask(deals["deal"] == "D1", "Convert")))
    now = apply_change_set(pipeline, update(pipeline, run(4)))
    visits = now["History"][now["History"]["deal"] == "D1"]
    assert visits[["playbook", "stage", "move"]].to_numpy().tolist() == [
        ["crm", "Lead", "switched"], ["b2c", "Attract", "forward"], ["b2c", "Convert", ""],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "stage", "why"),
    [
        ("Mara", "Lead", "only these people may switch playbooks by the sheet Team: Boss"),
        ("Boss", "Sound", "it has no stage “Lead”; say where the deals belong"),
    ],
)
def test_a_switch_that_the_verb_refuses_is_a_finding_when_typed(by: str, stage: str, why: str) -> None:
    before = beside("en", "b2c")
    stages = before["Stages"]
    team = crm(Team=[{"person": "Boss", "may_switch": "yes"}, {"person": "Mara"}])["Team"]
    named = stages.assign(stage=stages["stage"].replace("Lead", stage))
    typed = typed_over(before.with_tables(Team=team, Stages=named), "b2c")
    done = update(typed, Run(by, NOW + timedelta(minutes=4)))
    now = apply_change_set(typed, done)
    assert column(now, "recorded_stage")["D1"] == "Lead"
    assert any(f.rule == "switch_refused" and f.key == "D1" and why in f.message for f in done.findings)
    assert now["History"]["playbook"].eq("crm").sum() == len(before["History"])
    again = update(now, Run(by, NOW + timedelta(minutes=5)))
    assert [again.edits, again.appends, again.removes] == [(), (), ()]
