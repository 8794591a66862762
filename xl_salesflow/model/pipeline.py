"""The typed frames of one workbook, its playbooks, its settings and the day. Knows no file format and no Excel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from xl_salesflow.model.frames import frame
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.playbook import Gate, Playbook, Stage, StageTask
from xl_salesflow.model.settings import Settings
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language
from xl_salesflow.model.view import View


@dataclass(frozen=True)
class Place:
    """Where a table stands, for addresses: its sheet and the letter of each column."""

    sheet: str
    letters: Mapping[str, str]


@dataclass(frozen=True)
class Pipeline:
    """One workbook as values. *tables* holds a frame for every declared table (frames.py says how); *today* is an argument.

    *view* is what the Funnel sheet's cells ask; *named* the named cells as read; *faults* what was wrong with single cells.
    """

    tables: Mapping[str, pd.DataFrame]
    today: date
    language: Language = "en"
    settings: Settings = field(default_factory=lambda: Settings({}))
    view: View = field(default_factory=View)
    named: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    faults: tuple[Finding, ...] = ()
    source: str = ""

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def with_tables(self, **tables: pd.DataFrame) -> Pipeline:
        """Return the same pipeline with some frames replaced."""
        after = replace(self, tables={**self.tables, **tables})
        if "playbooks" in self.__dict__ and all(
            after[name] is self[name] for name in ("Stages", "Gates", "StageTasks")
        ):
            after.__dict__["playbooks"] = self.playbooks  # read once for every state of a run
        return after

    def cell(self, table: str, row: int, column: str = "") -> str:
        """Return the address of a cell such as ``Deals!F12``; of a row to come, only the sheet's name."""
        place = self.places.get(table)
        sheet = place.sheet if place else table
        quoted = sheet if sheet.isidentifier() else f"'{sheet}'"
        letter = place.letters.get(column, "A") if place else ""
        return f"{quoted}!{letter}{row}" if row > 0 and letter else quoted

    @property
    def as_of(self) -> date:
        """Return the as-of date of the view, or today."""
        return self.view.as_of or self.today

    @cached_property
    def playbooks(self) -> Mapping[str, Playbook]:
        """Return the sales processes of the sheets Stages, Gates and StageTasks by id."""
        return read_playbooks(self)

    @property
    def default_playbook(self) -> str:
        """Return the id that deals without a playbook use."""
        return self.settings.text("playbook")


def pipeline_of(today: date, language: Language = "en", **rows: list[dict[str, Any]]) -> Pipeline:
    """Return a pipeline from plain rows by table name; tables not named are empty. Meant for tests and small jobs."""
    tables = {name: frame(table, rows.get(name, ())) for name, table in TABLES.items()}
    return Pipeline(tables, today, language)


def read_playbooks(pipeline: Pipeline) -> dict[str, Playbook]:
    """Return the playbooks of the set-up sheets; rows that cannot be used are left out here and are findings elsewhere."""
    stages = pipeline["Stages"]
    stages = stages[(stages["stage"] != "") & stages["position"].notna()].sort_values(["playbook", "position"])
    gates = [_gate(row) for row in _rows(pipeline["Gates"]) if row["active"] != "no" and row["gate"] and row["stage"]]
    tasks = [_task(row) for row in _rows(pipeline["StageTasks"]) if row["stage"] and row["task"]]
    return {
        str(id): Playbook(
            str(id),
            tuple(_stage(row) for row in _rows(group)),
            tuple(gate for gate in gates if gate.playbook in ("", id)),
            tuple(task for task in tasks if task.playbook in ("", id)),
        )
        for id, group in stages.groupby("playbook", sort=False)
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[Any, Any]] = frame.to_dict("records")
    return [{**row, "row": int(index)} for index, row in zip(frame.index, records, strict=True)]


def _whole(value: float) -> int | None:
    return None if value != value else int(value)


def _stage(row: dict[str, Any]) -> Stage:
    probability = 0.0 if row["probability"] != row["probability"] else float(row["probability"])
    return Stage(
        row["stage"], int(row["position"]), row["kind"] or "open", probability, _whole(row["day_limit"]), _whole(row["cadence"]),
        row["may_skip"] != "no", row["buyer_stage"], row["purpose"], row["action"], row["row"],
    )  # fmt: skip


def _gate(row: dict[str, Any]) -> Gate:
    return Gate(
        row["gate"], row["playbook"], row["stage"], row["subject"], row["check"], row["value"], row["effect"] or "block",
        row["remedy"], row["row"],
    )  # fmt: skip


def _task(row: dict[str, Any]) -> StageTask:
    return StageTask(
        row["playbook"], row["stage"], row["task"], row["required"] == "yes", _whole(row["due_days"]), row["done_by"]
    )
