"""Read the playbooks that ship and those that a team wrote, and make the frames of the set-up sheets from them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.toml_files import (
    TOML_NUMBER,
    TOML_SWITCH,
    TOML_TABLE,
    TOML_TABLES,
    TOML_TEXT,
    is_toml_value,
    read_toml_file,
)
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import (
    LABEL_AND_VALUE,
    SEMICOLON_SEPARATOR,
    GivenText,
    Language,
    Sentence,
    Text,
    TextList,
    fold_text,
)
from xl_salesflow.process.gate_subjects import REACHED_TABLES
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, choice_label, list_options
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_STAGE_TEXT_KEYS = ("purpose", "action", "standard")
_PLAYBOOK_KINDS = {"title": TOML_TABLE, "purpose": TOML_TABLE, "order": TOML_NUMBER, "gates": TOML_TABLES}
_STAGE_KINDS = {
    **dict.fromkeys(("id", "kind", "buyer_stage", "role"), TOML_TEXT),
    **dict.fromkeys(("probability", "day_limit", "cadence"), TOML_NUMBER),
    "may_skip": TOML_SWITCH,
    "tasks": TOML_TABLES,
}
_STAGE_TASK_KINDS = {"due_days": TOML_NUMBER, "required": TOML_SWITCH, "done_by": TOML_TEXT, "outcomes": TOML_TEXT}
_GATE_KINDS = {**dict.fromkeys(("id", "stage", "subject", "check", "effect"), TOML_TEXT), "active": TOML_SWITCH}
_MAX_SHOWN_VALUE = 40

_FILE_KEY_MISSING = Text("{where} has no “{key}”; add it")
_FILE_TEXT_NOT_PAIRED = Text('“{key}” of {where} is not in both languages; write {{ en = "…", zh = "…" }}')
_FILE_WRONG_KIND = Text("“{key}” of {where} is {value}; write {asked}")
_FILE_STAGE_TWICE = Text("{where} has the same id as an earlier one; rename it")
_FILE_STAGE_UNKNOWN = Text("{where} guards the stage “{value}”, which is not there; {hint}")
_FILE_SUBJECT_WRONG = Text("{where} refers to “{value}”, which is not a valid {what}")
_FILE_CHOICE_UNKNOWN = Text("“{key}” of {where} is “{value}”; {hint}")

_WHOLE_FILE = Text("the playbook")

_SUBJECT_COLUMN, _SUBJECT_TASK, _SUBJECT_ACTIVITY, _SUBJECT_QUOTE_STATE = (
    Text("column of Deals"),
    Text("task; write stage.number, such as lead.2"),
    Text("activity type"),
    Text("state of a quote"),
)
_VALUE_OUTCOME = Text("outcome of an activity")
_SUBJECT_OPTIONS: Mapping[str, tuple[str, Text, bool]] = MappingProxyType(
    {
        "contact_is": ("decision_role", Text("decision role"), True),
        "objections_closed": ("objection_type", Text("objection type"), False),
        "activity_outcome": ("activity_type", _SUBJECT_ACTIVITY, False),
    }
)
"""Check → the list that its subject is from, what that is called, and whether it is needed."""


def read_own_playbook(path: Path, language: Language) -> dict[str, pd.DataFrame]:
    """Return the frames of the playbook in the file *path*; the file name without its ending is the name of the playbook.

    Raises:
        UsageError: the file does not exist, is not TOML or is not a valid playbook; the message lists every error.
    """
    file = read_toml_file(path)
    if found := tuple(find_playbook_file_findings(file)):
        raise UsageError("{path}: {findings}", path=path, findings=Sentence(TextList(found, SEMICOLON_SEPARATOR)))
    return make_setup_frames(path.stem, file, language)


def find_playbook_file_findings(file: Mapping[str, Any]) -> Iterator[Text]:
    """Yield every error that prevents making frames from *file*."""
    if found := tuple(_check_file_kinds(file, _WHOLE_FILE, _PLAYBOOK_KINDS)):
        yield from found  # the rest cannot be judged
        return
    yield from _check_file_texts(file, _WHOLE_FILE, required=("title", "purpose"))
    stages = file.get("stages")
    if not stages or not is_toml_value(stages, TOML_TABLES):
        yield _word_file_finding(_FILE_KEY_MISSING, _WHOLE_FILE, key="[[stages]]")
        return
    seen: dict[str, int] = {}
    for number, stage in enumerate(stages, 1):
        where = Text("stage {number}").with_facts(number=number)
        if found := tuple(_check_file_kinds(stage, where, _STAGE_KINDS)):
            yield from found
            continue
        yield from _check_file_stage(stage, where, number)
        if (stage_id := stage.get("id", "")) in seen:
            yield _word_file_finding(_FILE_STAGE_TWICE, where)
        seen[stage_id] = len(stage.get("tasks", ()))
    for number, gate in enumerate(file.get("gates", ()), 1):
        where = Text("gate {number}").with_facts(number=number)
        found = tuple(_check_file_kinds(gate, where, _GATE_KINDS))
        yield from found or _check_file_gate(gate, where, seen)


def _check_file_stage(stage: Mapping[str, Any], where: Text, number: int) -> Iterator[Text]:
    for key in ("id", "kind"):
        if not stage.get(key):
            yield _word_file_finding(_FILE_KEY_MISSING, where, key=key)
    yield from _check_file_texts(stage, where, required=("name",), optional=_STAGE_TEXT_KEYS)
    for place, task in enumerate(stage.get("tasks", ()), 1):
        spot = Text("task {task} of stage {stage}").with_facts(task=place, stage=number)
        yield from _check_file_texts(task, spot, required=("text",))
        yield from _check_file_kinds(task, spot, _STAGE_TASK_KINDS)


def _check_file_gate(gate: Mapping[str, Any], where: Text, stages: Mapping[str, int]) -> Iterator[Text]:
    yield from (
        _word_file_finding(_FILE_KEY_MISSING, where, key=key)
        for key in ("id", "stage", "check", "effect")
        if not gate.get(key)
    )
    yield from _check_file_texts(gate, where, required=("remedy",), optional=("condition",))
    if gate.get("stage") and gate["stage"] not in stages:
        yield _word_file_finding(
            _FILE_STAGE_UNKNOWN, where, value=gate["stage"], hint=suggest_names(gate["stage"], stages)
        )
    for key in ("check", "effect"):
        if gate.get(key) and gate[key] not in CHOICES[key]:
            yield _word_file_finding(
                _FILE_CHOICE_UNKNOWN, where, key=key, value=gate[key], hint=suggest_names(gate[key], CHOICES[key])
            )
    if not any(is_toml_value(gate.get("value", ""), asked) for asked in (TOML_TEXT, TOML_NUMBER)):
        yield _word_file_finding(_FILE_WRONG_KIND, where, key="value", value=gate["value"], asked=TOML_TEXT)
    elif (what := _find_wrong_subject_kind(gate, stages)) is not None:
        value = gate.get("value" if what in (_SUBJECT_QUOTE_STATE, _VALUE_OUTCOME) else "subject", "")
        yield _word_file_finding(_FILE_SUBJECT_WRONG, where, value=value, what=what)


def _find_wrong_subject_kind(gate: Mapping[str, Any], stages: Mapping[str, int]) -> Text | None:
    # what the subject of a gate should be, if it is something else
    subject, check = str(gate.get("subject", "")), str(gate.get("check", ""))
    if check in _SUBJECT_OPTIONS:
        return _find_wrong_option(gate, check, subject)
    if check == "quote_is":
        states = str(gate.get("value", "")).split(",")
        return None if all(state.strip() in CHOICES["quote_status"] for state in states) else _SUBJECT_QUOTE_STATE
    if check == "activity_within":
        return None if subject in LISTS["activity_type"] else _SUBJECT_ACTIVITY
    if not subject or check in ("approved_by", "bant_at_least", "payment_received"):
        return None
    if check == "task_done":
        stage, _, number = subject.partition(".")
        there = number.isdecimal() and 1 <= int(number) <= stages.get(stage, 0)
        return None if there else _SUBJECT_TASK
    table, _, column = subject.rpartition(".")
    known = table in ("", *REACHED_TABLES, "Quotes") and column in TABLES[table or "Deals"].by_id
    return None if known else _SUBJECT_COLUMN


def _find_wrong_option(gate: Mapping[str, Any], check: str, subject: str) -> Text | None:
    options, what, is_needed = _SUBJECT_OPTIONS[check]
    items = _split_file_list(subject)
    if (is_needed and not items) or not set(list_options(options)).issuperset(items):
        return what
    outcomes = _split_file_list(str(gate.get("value", "")))
    if check == "activity_outcome" and not (outcomes and set(LISTS["activity_outcome"]).issuperset(outcomes)):
        return _VALUE_OUTCOME
    return None


def _split_file_list(written: str) -> list[str]:
    return [item.strip() for item in written.split(",") if item.strip()]


def _check_file_texts(
    node: Mapping[str, Any], where: Text, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[Text]:
    for key in (*required, *optional):
        pair = node.get(key)
        if pair is None and key in required:
            yield _word_file_finding(_FILE_KEY_MISSING, where, key=key)
        elif pair is not None and not _is_paired_text(pair):
            yield _word_file_finding(_FILE_TEXT_NOT_PAIRED, where, key=key)


def _is_paired_text(pair: Any) -> bool:
    if not isinstance(pair, dict) or not (pair.get("en") and pair.get("zh")):
        return False
    return all(is_toml_value(words, TOML_TEXT) for words in pair.values())


def _check_file_kinds(node: Mapping[str, Any], where: Text, kinds: Mapping[str, Text]) -> Iterator[Text]:
    for key, asked in kinds.items():
        if key in node and not is_toml_value(node[key], asked):
            shown = str(node[key])[:_MAX_SHOWN_VALUE]
            yield _word_file_finding(_FILE_WRONG_KIND, where, key=key, value=shown, asked=asked)


def _word_file_finding(text: Text, where: Text, **facts: object) -> Text:
    return text.with_facts(where=where, **facts)


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


def identify_playbook(name: str, known: Iterable[str] = ()) -> str:
    """Return the id of the playbook *name*: one of *known* or a shipped one, by id or title, in any case and language."""
    folded = fold_text(name)
    for playbook_id in (*known, *list_playbook_names()):
        if fold_text(playbook_id) == folded:
            return playbook_id
    titled = (one for one in list_playbook_names() if folded in map(fold_text, playbook_title(one).translations()))
    return next(titled, name)


def playbook_purpose(name: str) -> Text:
    """Return what playbook *name* is suited for, in one sentence."""
    return make_file_text(load_playbook(name)["purpose"])


def load_playbook(name: str) -> Mapping[str, Any]:
    """Return the parsed file of playbook *name*.

    Raises:
        UsageError: there is no shipped playbook of this name.
    """
    if name not in list_playbook_names():
        hint = suggest_names(name, list_playbook_names())
        raise UsageError("There is no playbook “{playbook}”; {hint}", playbook=name, hint=hint)
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
                "done_by": _word_list_values("activity_type", task.get("done_by", ""), language),
                "outcomes": _word_list_values("activity_outcome", task.get("outcomes", ""), language),
            }


def _word_list_values(name: str, written: str, language: Language) -> str:
    # an unknown value stays as it is, and becomes a finding
    items = _split_file_list(written)
    return ", ".join(choice_label(name, item, language) for item in items)


def _make_gate_rows(name: str, file: Mapping[str, Any], language: Language) -> Iterator[SetupRow]:
    stages = {stage["id"]: stage for stage in file["stages"]}
    for gate in file.get("gates", ()):
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
            "condition": make_file_text(gate["condition"]).in_(language) if "condition" in gate else "",
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
    if gate["check"] in _SUBJECT_OPTIONS:
        return _word_list_values(_SUBJECT_OPTIONS[gate["check"]][0], subject, language)
    table, _, column = subject.rpartition(".")
    header = TABLES[table or "Deals"].header(column, language)
    return LABEL_AND_VALUE.in_(language, label=TABLES[table].title, value=header) if table else header


def _word_gate_value(gate: Mapping[str, Any], language: Language) -> str:
    value = str(gate.get("value", ""))
    if gate["check"] == "quote_is":
        return ", ".join(CHOICES["quote_status"][state.strip()].in_(language) for state in value.split(","))
    return _word_list_values("activity_outcome", value, language) if gate["check"] == "activity_outcome" else value


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
