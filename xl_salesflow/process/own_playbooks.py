"""Read playbook files that a team wrote, and report every error in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import SEMICOLON_SEPARATOR, Language, Text, TextList
from xl_salesflow.process.playbook_files import make_setup_frames
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.table_registry import TABLES

_STAGE_TEXT_KEYS = ("purpose", "action", "standard")
_STAGE_NUMBER_KEYS = ("probability", "day_limit", "cadence")

_FILE_KEY_MISSING = Text("{where} has no “{key}”; add it")
_FILE_TEXT_NOT_PAIRED = Text('“{key}” of {where} is not in both languages; write {{ en = "…", zh = "…" }}')
_FILE_NOT_A_NUMBER = Text("“{key}” of {where} is {value}; write a number")
_FILE_STAGE_TWICE = Text("{where} has the same id as an earlier one; rename it")
_FILE_STAGE_UNKNOWN = Text("{where} guards the stage “{value}”, which is not there; there are {known}")
_FILE_SUBJECT_WRONG = Text("{where} refers to “{value}”, which is not a valid {what}")
_FILE_CHOICE_UNKNOWN = Text("“{key}” of {where} is “{value}”; choose one of {known}")

_WHOLE_FILE = Text("the playbook")

_SUBJECT_COLUMN, _SUBJECT_TASK, _SUBJECT_ACTIVITY, _SUBJECT_QUOTE_STATE = (
    Text("column of Deals"),
    Text("task; write stage.number, such as lead.2"),
    Text("activity type"),
    Text("state of a quote"),
)


def read_own_playbook(path: Path, language: Language) -> dict[str, pd.DataFrame]:
    """Return the frames of the playbook in the file *path*; the file name without its ending is the name of the playbook.

    Raises:
        UsageError: the file does not exist, is not TOML or is not a valid playbook; the message lists every error.
    """
    try:
        file = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError("{path} cannot be read; check the name.", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("{path} is not TOML: {error}.", path=path, error=error) from error
    if found := tuple(find_playbook_file_findings(file)):
        raise UsageError("{path}: {findings}.", path=path, findings=TextList(found, SEMICOLON_SEPARATOR))
    return make_setup_frames(path.stem, file, language)


def find_playbook_file_findings(file: Mapping[str, Any]) -> Iterator[Text]:
    """Yield every error that prevents making frames from *file*."""
    yield from _check_file_texts(file, _WHOLE_FILE, required=("title", "purpose"))
    stages = _list_file_tables(file, "stages")
    if not stages:
        yield _word_file_finding(_FILE_KEY_MISSING, _WHOLE_FILE, key="[[stages]]")
    seen: dict[str, int] = {}
    for number, stage in enumerate(stages, 1):
        where = Text("stage {number}").with_facts(number=number)
        yield from _check_file_stage(stage, where)
        if (stage_id := str(stage.get("id", ""))) in seen:
            yield _word_file_finding(_FILE_STAGE_TWICE, where)
        tasks = _list_file_tables(stage, "tasks")
        seen[stage_id] = len(tasks)
        for place, task in enumerate(tasks, 1):
            spot = Text("task {task} of stage {stage}").with_facts(task=place, stage=number)
            yield from _check_file_texts(task, spot, required=("text",))
            yield from _check_file_numbers(task, spot, ("due_days",))
    for number, gate in enumerate(_list_file_tables(file, "gates"), 1):
        yield from _check_file_gate(gate, Text("gate {number}").with_facts(number=number), seen)


def _check_file_stage(stage: Mapping[str, Any], where: Text) -> Iterator[Text]:
    for key in ("id", "kind"):
        if not stage.get(key):
            yield _word_file_finding(_FILE_KEY_MISSING, where, key=key)
    yield from _check_file_texts(stage, where, required=("name",), optional=_STAGE_TEXT_KEYS)
    yield from _check_file_numbers(stage, where, _STAGE_NUMBER_KEYS)


def _check_file_gate(gate: Mapping[str, Any], where: Text, stages: Mapping[str, int]) -> Iterator[Text]:
    yield from (
        _word_file_finding(_FILE_KEY_MISSING, where, key=key)
        for key in ("id", "stage", "check", "effect")
        if not gate.get(key)
    )
    yield from _check_file_texts(gate, where, required=("remedy",))
    if gate.get("stage") and gate["stage"] not in stages:
        yield _word_file_finding(_FILE_STAGE_UNKNOWN, where, value=gate["stage"], known=", ".join(stages))
    for key in ("check", "effect"):
        if gate.get(key) and gate[key] not in CHOICES[key]:
            yield _word_file_finding(
                _FILE_CHOICE_UNKNOWN, where, key=key, value=gate[key], known=", ".join(CHOICES[key])
            )
    if (what := _find_wrong_subject_kind(gate, stages)) is not None:
        value = gate.get("value" if what is _SUBJECT_QUOTE_STATE else "subject", "")
        yield _word_file_finding(_FILE_SUBJECT_WRONG, where, value=value, what=what)


def _find_wrong_subject_kind(gate: Mapping[str, Any], stages: Mapping[str, int]) -> Text | None:
    # what the subject of a gate should be, if it is something else
    subject, check = str(gate.get("subject", "")), gate.get("check")
    if check == "quote_is":
        states = str(gate.get("value", "")).split(",")
        return None if all(state.strip() in CHOICES["quote_status"] for state in states) else _SUBJECT_QUOTE_STATE
    if check == "activity_within":
        return None if subject in LISTS["activity_type"] else _SUBJECT_ACTIVITY
    if not subject or check in ("approved_by", "bant_at_least"):
        return None
    if check == "task_done":
        stage, _, number = subject.partition(".")
        there = number.isdecimal() and 1 <= int(number) <= stages.get(stage, 0)
        return None if there else _SUBJECT_TASK
    return None if subject in TABLES["Deals"].by_id else _SUBJECT_COLUMN


def _check_file_texts(
    node: Mapping[str, Any], where: Text, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[Text]:
    for key in (*required, *optional):
        pair = node.get(key)
        if pair is None and key in required:
            yield _word_file_finding(_FILE_KEY_MISSING, where, key=key)
        elif pair is not None and not (isinstance(pair, dict) and all(pair.get(each) for each in ("en", "zh"))):
            yield _word_file_finding(_FILE_TEXT_NOT_PAIRED, where, key=key)


def _check_file_numbers(node: Mapping[str, Any], where: Text, keys: tuple[str, ...]) -> Iterator[Text]:
    for key in keys:
        value = node.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield _word_file_finding(_FILE_NOT_A_NUMBER, where, key=key, value=value)


def _list_file_tables(node: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = node.get(key, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _word_file_finding(text: Text, where: Text, **facts: object) -> Text:
    return text.with_facts(where=where, **facts)
