"""A playbook as the frames of the set-up sheets: Stages, Gates, StageTasks, Questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.frames import frame
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language
from xl_salesflow.playbooks.load import QUESTIONS, playbook, read, text

Row = dict[str, Any]


def setup(name: str, language: Language) -> dict[str, pd.DataFrame]:
    """Return the complete frames of Stages, Gates, StageTasks and Questions for playbook *name*.

    Raises:
        UsageError: no such playbook ships.
    """
    return frames(name, playbook(name), language)


def frames(name: str, file: Mapping[str, Any], language: Language) -> dict[str, pd.DataFrame]:
    """Return the same frames for the playbook *file*, a sound one (written.py), under the name *name*."""
    rows = {
        "Stages": _stages(name, file, language),
        "Gates": _gates(name, file, language),
        "StageTasks": _tasks(name, file, language),
        "Questions": _questions(language),
    }
    return {table: frame(TABLES[table], list(made)) for table, made in rows.items()}


def _stages(name: str, file: Mapping[str, Any], language: Language) -> Iterator[Row]:
    plain = ("kind", "probability", "day_limit", "cadence", "buyer_stage", "role")
    for position, stage in enumerate(file["stages"], 1):
        worded = text(stage["name"]).in_(language)
        yield {
            "playbook": name,
            "position": position,
            "stage": worded,
            "may_skip": "yes" if stage.get("may_skip", True) else "no",
            "key": f"{name}|{worded}",
            **{id: stage[id] for id in plain if id in stage},
            **{id: text(stage[id]).in_(language) for id in ("purpose", "action", "standard") if id in stage},
        }


def _tasks(name: str, file: Mapping[str, Any], language: Language) -> Iterator[Row]:
    for stage in file["stages"]:
        for task in stage.get("tasks", ()):
            yield {
                "playbook": name,
                "stage": text(stage["name"]).in_(language),
                "task": text(task["text"]).in_(language),
                "required": "yes" if task.get("required", False) else "no",
                "due_days": task.get("due_days"),
                "done_by": task.get("done_by", ""),
            }


def _gates(name: str, file: Mapping[str, Any], language: Language) -> Iterator[Row]:
    stages = {stage["id"]: stage for stage in file["stages"]}
    for gate in file["gates"]:
        yield {
            "gate": f"{name}-{gate['id']}",
            "playbook": name,
            "stage": text(stages[gate["stage"]]["name"]).in_(language),
            "subject": _subject(gate, stages, language),
            "check": gate["check"],
            "value": _value(gate, language),
            "effect": gate["effect"],
            "remedy": text(gate["remedy"]).in_(language),
            "active": "yes" if gate.get("active", True) else "no",
        }


def _subject(gate: Mapping[str, Any], stages: Mapping[str, Any], language: Language) -> str:
    subject: str = gate.get("subject", "")
    if not subject or gate["check"] == "approved_by":
        return subject
    if gate["check"] == "task_done":
        stage, number = subject.split(".")
        return text(stages[stage]["tasks"][int(number) - 1]["text"]).in_(language)
    if gate["check"] == "activity_within":
        return LISTS["activity_type"][subject].in_(language)
    return TABLES["Deals"].header(subject, language)


def _value(gate: Mapping[str, Any], language: Language) -> str:
    value = str(gate.get("value", ""))
    if gate["check"] == "quote_is":
        return ", ".join(CHOICES["quote_status"][state.strip()].in_(language) for state in value.split(","))
    return value


def _questions(language: Language) -> Iterator[Row]:
    for question in read(QUESTIONS)["questions"]:
        yield {
            "question": question["id"],
            "dimension": question["dimension"],
            **{id: text(question[id]).in_(language) for id in ("text", "weak", "fair", "strong")},
        }
