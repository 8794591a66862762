"""Read the playbooks that ship and make the frames of the set-up sheets from them.

A playbook file:

    order = 1                                    its position in the list of playbooks
    title, purpose                               {en, zh}
    [[stages]]                                   in order; id, name {en, zh}, kind, probability, …
        [[stages.tasks]]                         text {en, zh}, required, due_days, done_by (an activity type)
    [[gates]]                                    id, stage (an id of this file), check, subject, value, effect, remedy

`subject` names a column of Deals, an activity type or, for a task, `stage.N` (the N-th task of that stage).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import GivenText, Language, Text
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

QUESTIONS_FILE = "questions"
_PLAYBOOK_FOLDER = files("xl_salesflow.process") / "data" / "playbooks"


@cache
def list_playbook_names() -> tuple[str, ...]:
    """Return the names of the playbooks that ship, the default first."""
    found = [file.name.removesuffix(".toml") for file in _PLAYBOOK_FOLDER.iterdir() if file.name.endswith(".toml")]
    return tuple(
        sorted(
            (name for name in found if name != QUESTIONS_FILE),
            key=lambda name: (read_playbook_file(name)["order"], name),
        )
    )


def playbook_title(name: str) -> Text:
    """Return the title of playbook *name*."""
    return make_file_text(load_playbook(name)["title"])


def playbook_purpose(name: str) -> Text:
    """Return what playbook *name* is suited for, in one sentence."""
    return make_file_text(load_playbook(name)["purpose"])


def load_playbook(name: str) -> Mapping[str, Any]:
    """Return the parsed file of playbook *name*.

    Raises:
        UsageError: there is no shipped playbook of this name.
    """
    if name not in list_playbook_names():
        known = ", ".join(list_playbook_names())
        raise UsageError("There is no playbook “{name}”; choose one of: {known}.", name=name, known=known)
    return read_playbook_file(name)


def copy_playbook_source(name: str) -> str:
    """Return the text of the file of playbook *name*, for copying and editing."""
    load_playbook(name)
    return _read_playbook_text(name)


@cache
def read_playbook_file(name: str) -> Mapping[str, Any]:
    """Return the parsed TOML file *name* of this folder."""
    return tomllib.loads(_read_playbook_text(name))


def _read_playbook_text(name: str) -> str:
    return (_PLAYBOOK_FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def make_file_text(pair: Mapping[str, str]) -> Text:
    """Return a table of a playbook file, such as {en, zh}, as a Text."""
    return GivenText.of(pair)


SetupRow = dict[str, Any]


def make_shipped_setup(name: str, language: Language) -> dict[str, pd.DataFrame]:
    """Return the complete frames of Stages, Gates, StageTasks and Questions for playbook *name*.

    Raises:
        UsageError: there is no shipped playbook of this name.
    """
    return make_setup_frames(name, load_playbook(name), language)


def make_setup_frames(name: str, file: Mapping[str, Any], language: Language) -> dict[str, pd.DataFrame]:
    """Return the same frames for the valid playbook *file* (see own_playbooks.py), under the name *name*."""
    rows = {
        "Stages": _make_stage_rows(name, file, language),
        "Gates": _make_gate_rows(name, file, language),
        "StageTasks": _make_stage_task_rows(name, file, language),
        "Questions": _make_question_rows(language),
    }
    return {table: make_table_frame(TABLES[table], list(made)) for table, made in rows.items()}


def _make_stage_rows(name: str, file: Mapping[str, Any], language: Language) -> Iterator[SetupRow]:
    copied_keys = ("kind", "probability", "day_limit", "cadence", "buyer_stage", "role")
    for position, stage in enumerate(file["stages"], 1):
        worded = make_file_text(stage["name"]).in_(language)
        yield {
            "playbook": name,
            "position": position,
            "stage": worded,
            "may_skip": "yes" if stage.get("may_skip", True) else "no",
            "key": f"{name}|{worded}",
            **{column_id: stage[column_id] for column_id in copied_keys if column_id in stage},
            **{
                column_id: make_file_text(stage[column_id]).in_(language)
                for column_id in ("purpose", "action", "standard")
                if column_id in stage
            },
        }


def _make_stage_task_rows(name: str, file: Mapping[str, Any], language: Language) -> Iterator[SetupRow]:
    for stage in file["stages"]:
        for task in stage.get("tasks", ()):
            yield {
                "playbook": name,
                "stage": make_file_text(stage["name"]).in_(language),
                "task": make_file_text(task["text"]).in_(language),
                "required": "yes" if task.get("required", False) else "no",
                "due_days": task.get("due_days"),
                "done_by": task.get("done_by", ""),
            }


def _make_gate_rows(name: str, file: Mapping[str, Any], language: Language) -> Iterator[SetupRow]:
    stages = {stage["id"]: stage for stage in file["stages"]}
    for gate in file["gates"]:
        yield {
            "gate": f"{name}-{gate['id']}",
            "playbook": name,
            "stage": make_file_text(stages[gate["stage"]]["name"]).in_(language),
            "subject": _word_gate_subject(gate, stages, language),
            "check": gate["check"],
            "value": _word_gate_value(gate, language),
            "effect": gate["effect"],
            "remedy": make_file_text(gate["remedy"]).in_(language),
            "active": "yes" if gate.get("active", True) else "no",
        }


def _word_gate_subject(gate: Mapping[str, Any], stages: Mapping[str, Any], language: Language) -> str:
    subject: str = gate.get("subject", "")
    if not subject or gate["check"] == "approved_by":
        return subject
    if gate["check"] == "task_done":
        stage, number = subject.split(".")
        return make_file_text(stages[stage]["tasks"][int(number) - 1]["text"]).in_(language)
    if gate["check"] == "activity_within":
        return LISTS["activity_type"][subject].in_(language)
    return TABLES["Deals"].header(subject, language)


def _word_gate_value(gate: Mapping[str, Any], language: Language) -> str:
    value = str(gate.get("value", ""))
    if gate["check"] == "quote_is":
        return ", ".join(CHOICES["quote_status"][state.strip()].in_(language) for state in value.split(","))
    return value


def _make_question_rows(language: Language) -> Iterator[SetupRow]:
    for question in read_playbook_file(QUESTIONS_FILE)["questions"]:
        yield {
            "question": question["id"],
            "dimension": question["dimension"],
            **{
                column_id: make_file_text(question[column_id]).in_(language)
                for column_id in ("text", "weak", "fair", "strong")
            },
        }
