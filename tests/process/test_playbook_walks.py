"""A deal walks through every supplied playbook to its last stage after the sale; what refuses it is done, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Gate, Pipeline, build_pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.playbook_files import list_playbook_names, make_shipped_setup
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import update

START = date(2026, 3, 2)
AGAINST_US = {"en": "Strongly against us", "zh": "反对我们"}


class Walk:
    """One deal and what was done for it."""

    def __init__(self, name: str, language: Language) -> None:
        deal = {"deal": "D-1", "owner": "Li", "stage": "", "playbook": name, "created": START}
        team = [{"person": "Li", "role": "rep"}, {"person": "Wang", "role": "manager"}]
        made = build_pipeline(START, language, Deals=[deal], Team=team)
        self.pipeline = made.with_tables(**make_shipped_setup(name, language))
        self.playbook, self.day = self.pipeline.playbooks[name], START
        self.put("Objections", objection="O-1", deal="D-1", type="price", status="open")
        self.put(
            "Contacts", contact="Eve", account="Acme", decision_role="decision_maker", attitude=AGAINST_US[language]
        )
        self.refusals: list[str] = []

    def update(self) -> None:
        run = Run("Li", datetime(self.day.year, self.day.month, self.day.day, 9))
        self.pipeline = apply_change_set(self.pipeline, update(self.pipeline, run))

    def judge(self) -> pd.Series:
        """Judge what was typed, as an update does among other things, and return the deal."""
        now = recompute_formula_columns(self.pipeline)
        self.pipeline = apply_change_set(now, judge_stage_moves(now, "Li"))
        return self.pipeline["Deals"].iloc[0]

    def put(self, table: str, **cells: Any) -> None:
        """Add a row."""
        frame = self.pipeline[table]
        row = make_table_frame(TABLES[table], [cells], first_row=int(frame.index.max() if len(frame) else 1) + 1)
        self.pipeline = self.pipeline.with_tables(**{table: pd.concat([frame, row]) if len(frame) else row})

    def type(self, column: str, value: Any) -> None:
        """Fill in a cell of the deal."""
        row = {**self.pipeline["Deals"].iloc[0].to_dict(), column: value}
        self.pipeline = self.pipeline.with_tables(Deals=make_table_frame(TABLES["Deals"], [row]))

    def satisfy(self, gate: Gate) -> None:
        """Do what the gate asks for."""
        if gate.check == "task_done":
            self.pipeline = self.pipeline.with_tables(Tasks=self.pipeline["Tasks"].assign(status="done"))
        elif gate.check == "quote_is":
            self.put("Quotes", quote="Q-1", deal="D-1", status="sent", sent=self.day, date=self.day)
        elif gate.check == "activity_within":
            kind = identify_choice(LISTS["activity_type"], gate.subject)
            self.put("Activities", activity="A-9", deal="D-1", type=kind, date=self.day, outcome="reached")
        elif gate.check == "contact_is":
            role = identify_choice(CHOICES["decision_role"], gate.subject)
            self.put("Contacts", contact="Ada", account="Acme", decision_role=role)
            self.type("account", "Acme")
        elif gate.check == "objections_closed":
            self.pipeline = self.pipeline.with_tables(Objections=self.pipeline["Objections"].assign(status="resolved"))
        elif gate.check == "payment_received":
            self.put("Payments", payment="P-1", deal="D-1", name=gate.subject, amount=900.0, paid=900.0)
        elif gate.check == "approved_by":
            self.put(
                "Activities", activity="A-8", deal="D-1", type="approval", by="Wang", outcome="approved", date=self.day
            )
        else:
            column = TABLES["Deals"].find_column(gate.subject)
            assert column is not None, gate
            self.type(column.id, self.answer(column.id))

    def answer(self, column: str) -> Any:
        kind = TABLES["Deals"][column]
        if kind.type.is_date:
            return self.day
        if not kind.type.is_text:
            return 3.0 if column in ("budget", "authority", "need", "timeline") else 900.0
        return next(iter({**CHOICES, **LISTS}.get(kind.options or "", {"Known": ""})))

    def move(self, stage: str) -> None:
        """Type the stage, and do what each refusal asks for until the move is accepted."""
        for _ in range(12):
            self.type("stage", stage)
            deal = self.judge()
            if deal["recorded_stage"] == stage:
                return
            self.refusals.append(str(deal["move_reasons"]))
            gates = [gate for gate in self.playbook.gates if gate.stage == stage and gate.effect == "block"]
            waiting = [gate for gate in gates if gate.remedy in deal["move_reasons"]]
            assert waiting, deal["move_reasons"]
            self.satisfy(waiting[0])
        raise AssertionError(f"{stage} still refuses: {self.refusals[-1]}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list_playbook_names())
def test_a_deal_reaches_the_last_stage_after_the_sale(name: str, language: Language) -> None:
    walk = Walk(name, language)
    path = [stage for stage in walk.playbook.stages if stage.kind != "lost"]
    for stage in path:
        walk.move(stage.name)
        walk.day += timedelta(days=1)
        walk.pipeline = with_day(walk.pipeline, walk.day)
        given = walk.pipeline["Tasks"]
        wanted = [task.task for task in walk.playbook.tasks if task.stage == stage.name]
        assert given.loc[given["stage"] == stage.name, "task"].tolist() == wanted
    asked = {gate.check for gate in walk.playbook.gates if gate.effect == "block"}
    refused = "\n".join(walk.refusals)
    assert {gate.check for gate in walk.playbook.gates if gate.remedy in refused} >= asked - {"filled"}
    assert walk.pipeline["History"]["stage"].tolist() == [stage.name for stage in path]
    first = next(stage for stage in path if stage.kind == "aftercare")
    care = [task.task for task in walk.playbook.tasks if task.stage == first.name]
    last = path[-1]
    if last.name == first.name:
        walk.day += timedelta(days=7)
        walk.pipeline = with_day(walk.pipeline, walk.day)
        walk.update()
        assert care[0] in walk.pipeline["FollowUps"]["why"].iloc[0]


def with_day(pipeline: Pipeline, day: date) -> Pipeline:
    return replace(pipeline, today=day)
