"""A deal walks through every supplied playbook to its last stage after the sale; what refuses it is done, and it tries again.

The deals of all playbooks walk in one workbook, as those of a team do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.examples import dear_languages
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Gate, build_pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.playbook_files import list_playbook_names, make_shipped_setup
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import update

NAMES = list_playbook_names()
START = date(2026, 3, 2)
AGAINST_US = {"en": "Strongly against us", "zh": "反对我们"}


class Walks:
    """A deal in each supplied playbook, named after it, and what was done for it; every try takes a day."""

    def __init__(self, language: Language) -> None:
        setups = [make_shipped_setup(name, language) for name in NAMES]
        deals = [
            {"deal": name, "account": f"{name} & Co", "owner": "Li", "stage": "", "playbook": name, "created": START}
            for name in NAMES
        ]
        team = [{"person": "Li", "role": "rep"}, {"person": "Wang", "role": "manager"}]
        made = build_pipeline(START, language, Deals=deals, Team=team)
        tables = {table: pd.concat([setup[table] for setup in setups], ignore_index=True) for table in setups[0]}
        self.pipeline = made.with_tables(**tables)
        self.playbooks = {name: self.pipeline.playbooks[name] for name in NAMES}
        self.paths = {
            name: [stage.name for stage in playbook.stages if stage.kind != "lost"]
            for name, playbook in self.playbooks.items()
        }
        self.refusals: dict[str, list[str]] = {name: [] for name in NAMES}
        for name in NAMES:
            self.put("Objections", objection=f"O-{name}", deal=name, type="price", status="open")
            self.meet("Eve", name, "decision_maker", attitude=AGAINST_US[language])

    def update(self) -> None:
        now = datetime.combine(self.pipeline.today, time(9))
        self.pipeline = apply_change_set(self.pipeline, update(self.pipeline, Run("Li", now)))

    def judge(self) -> pd.DataFrame:
        """Judge what was typed, as an update does among other things, and return the deals by their key."""
        now = recompute_formula_columns(self.pipeline)
        self.pipeline = apply_change_set(now, judge_stage_moves(now, "Li"))
        return self.pipeline["Deals"].set_index("deal")

    def wait(self, days: int) -> None:
        self.pipeline = replace(self.pipeline, today=self.pipeline.today + timedelta(days=days))

    def put(self, table: str, **cells: Any) -> None:
        """Add a row."""
        frame = self.pipeline[table]
        row = make_table_frame(TABLES[table], [cells], first_row=int(frame.index.max() if len(frame) else 1) + 1)
        self.pipeline = self.pipeline.with_tables(**{table: pd.concat([frame, row]) if len(frame) else row})

    def meet(self, person: str, name: str, role: str, attitude: str = "") -> None:
        """Add a contact at the customer of a deal."""
        place = {"contact": f"{person} of {name}", "account": f"{name} & Co"}
        self.put("Contacts", **place, decision_role=role, attitude=attitude)

    def type(self, column: str, values: Mapping[str, Any]) -> None:
        """Fill in the cells of a column, by deal."""
        rows = self.pipeline["Deals"].to_dict("records")
        typed = [{**row, column: values.get(row["deal"], row[column])} for row in rows]
        self.pipeline = self.pipeline.with_tables(Deals=make_table_frame(TABLES["Deals"], typed))

    def mark(self, table: str, name: str, status: str) -> None:
        """Give the rows of a deal a status."""
        frame = self.pipeline[table]
        marked = frame.assign(status=frame["status"].mask(frame["deal"] == name, status))
        self.pipeline = self.pipeline.with_tables(**{table: marked})

    def satisfy(self, name: str, gate: Gate) -> None:
        """Do for a deal what the gate asks for."""
        today = self.pipeline.today
        if gate.check == "task_done":
            self.mark("Tasks", name, "done")
        elif gate.check == "quote_is":
            self.put("Quotes", quote=f"Q-{name}", deal=name, status="sent", sent=today, date=today)
        elif gate.check == "activity_within":
            kind = identify_choice(LISTS["activity_type"], gate.subject)
            self.put("Activities", activity=f"A-9 {name}", deal=name, type=kind, date=today, outcome="reached")
        elif gate.check == "contact_is":
            self.meet("Ada", name, identify_choice(CHOICES["decision_role"], gate.subject))
        elif gate.check == "objections_closed":
            self.mark("Objections", name, "resolved")
        else:
            column = TABLES["Deals"].find_column(gate.subject)
            assert column is not None, gate
            self.type(column.id, {name: self.answer(column.id)})

    def answer(self, column: str) -> Any:
        kind = TABLES["Deals"][column]
        if kind.type.is_date:
            return self.pipeline.today
        if not kind.type.is_text:
            return 3.0 if column in ("budget", "authority", "need", "timeline") else 900.0
        return next(iter({**CHOICES, **LISTS}.get(kind.options or "", {"Known": ""})))

    def go(self) -> None:
        """Type the next stage of every deal; do what its refusal asks for, and try again, until it is accepted."""
        ahead = {name: list(path) for name, path in self.paths.items()}
        tries = 0
        while ahead := {name: stages for name, stages in ahead.items() if stages}:
            self.type("stage", {name: stages[0] for name, stages in ahead.items()})
            deals, tries = self.judge(), tries + 1
            assert tries < 40, f"{ahead} still refuse: {[self.refusals[name][-1] for name in ahead]}"
            for name, stages in ahead.items():
                if deals.at[name, "recorded_stage"] == stages[0]:
                    self.check_tasks(name, stages.pop(0))
                else:
                    self.obey(name, stages[0], str(deals.at[name, "move_reasons"]))
            self.wait(days=1)

    def obey(self, name: str, stage: str, reasons: str) -> None:
        """Do what a refusal asks for."""
        self.refusals[name].append(reasons)
        gates = [gate for gate in self.playbooks[name].gates if gate.stage == stage and gate.effect == "block"]
        waiting = [gate for gate in gates if gate.remedy in reasons]
        assert waiting, reasons
        for gate in waiting:
            self.satisfy(name, gate)

    def check_tasks(self, name: str, stage: str) -> None:
        """Check that the deal has the tasks of the stage that it has come to."""
        given = self.pipeline["Tasks"]
        wanted = [task.task for task in self.playbooks[name].tasks if task.stage == stage]
        assert given.loc[(given["deal"] == name) & (given["stage"] == stage), "task"].tolist() == wanted, name


@pytest.mark.parametrize("language", dear_languages("zh"))
def test_a_deal_reaches_the_last_stage_after_the_sale(language: Language) -> None:
    walks = Walks(language)
    walks.go()
    stays = walks.pipeline["History"]
    for name, path in walks.paths.items():
        gates, refused = walks.playbooks[name].gates, "\n".join(walks.refusals[name])
        asked = {gate.check for gate in gates if gate.effect == "block"}
        assert {gate.check for gate in gates if gate.remedy in refused} >= asked - {"filled"}, name
        assert stays.loc[stays["deal"] == name, "stage"].tolist() == path
    walks.wait(days=6)
    walks.update()
    why = walks.pipeline["FollowUps"].set_index("deal")["why"]
    for name, playbook in walks.playbooks.items():
        after_sale = [stage.name for stage in playbook.stages if stage.kind == "aftercare"]
        if after_sale == walks.paths[name][-1:]:
            assert next(task.task for task in playbook.tasks if task.stage == after_sale[0]) in why[name], name
