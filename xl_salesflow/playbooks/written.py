"""Playbook files that a team wrote: what keeps one from being read, every fault at once, each in one sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.playbooks.setup import frames

_TEXTS = ("purpose", "action", "standard")
_NUMBERS = ("probability", "day_limit", "cadence")

_MISSING = Text("{where} has no “{key}”; add it", "{where}缺少“{key}”；请补上")
_PAIR = Text(
    '“{key}” of {where} is not in both languages; write {{ en = "…", zh = "…" }}',
    '{where}的“{key}”未用两种语言填写；请写成 {{ en = "…", zh = "…" }}',
)
_NUMBER = Text("“{key}” of {where} is {value}; write a number", "{where}的“{key}”为 {value}；请填写数字")
_TWICE = Text("{where} has the same id as an earlier one; rename it", "{where}的 id 与前面的重复；请改名")
_STAGE = Text(
    "{where} guards the stage “{value}”, which is not there; there are {known}",
    "{where}对应的阶段“{value}”不存在；现有：{known}",
)
_SUBJECT = Text("{where} looks at “{value}”, which is no {what}", "{where}检查的“{value}”不是{what}")
_CHOICE = Text("“{key}” of {where} is “{value}”; choose one of {known}", "{where}的“{key}”为“{value}”；可选：{known}")

_COLUMN, _TASK, _ACTIVITY, _QUOTE = (
    Text("column of Deals", "“商机”表的列"),
    Text("task; write stage.number, such as lead.2", "任务；请写成 阶段.序号，如 lead.2"),
    Text("activity type", "活动类型"),
    Text("state of a quote", "报价状态"),
)


def opened(path: Path, language: Language) -> dict[str, pd.DataFrame]:
    """Return the frames of the playbook in the file *path*, whose name without ending is the playbook's.

    Raises:
        UsageError: no such file, no TOML, or no playbook; the sentence names every fault.
    """
    try:
        file = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read; check the name.", f"无法读取 {path}；请检查文件名。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}.", f"{path} 不是有效的 TOML：{error}。") from error
    if found := tuple(faults(file)):
        en, zh = zip(*found, strict=True)
        raise UsageError(f"{path}: {'; '.join(en)}.", f"{path}：{'；'.join(zh)}。")
    return frames(path.stem, file, language)


def faults(file: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what keeps *file* from being made into frames, in English and Chinese."""
    yield from _texts(file, _where("the playbook", "流程"), required=("title", "purpose"))
    stages = _list(file, "stages")
    if not stages:
        yield _said(_MISSING, _where("the playbook", "流程"), key="[[stages]]")
    seen: dict[str, int] = {}
    for number, stage in enumerate(stages, 1):
        where = _where(f"stage {number}", f"第 {number} 个阶段")
        yield from _stage(stage, where)
        if (id := str(stage.get("id", ""))) in seen:
            yield _said(_TWICE, where)
        tasks = _list(stage, "tasks")
        seen[id] = len(tasks)
        for place, task in enumerate(tasks, 1):
            spot = _where(f"task {place} of stage {number}", f"第 {number} 个阶段的第 {place} 个任务")
            yield from _texts(task, spot, required=("text",))
            yield from _numbers(task, spot, ("due_days",))
    for number, gate in enumerate(_list(file, "gates"), 1):
        yield from _gate(gate, _where(f"gate {number}", f"第 {number} 个关卡"), seen)


def _stage(stage: Mapping[str, Any], where: Text) -> Iterator[tuple[str, str]]:
    for key in ("id", "kind"):
        if not stage.get(key):
            yield _said(_MISSING, where, key=key)
    yield from _texts(stage, where, required=("name",), optional=_TEXTS)
    yield from _numbers(stage, where, _NUMBERS)


def _gate(gate: Mapping[str, Any], where: Text, stages: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    yield from (_said(_MISSING, where, key=key) for key in ("id", "stage", "check", "effect") if not gate.get(key))
    yield from _texts(gate, where, required=("remedy",))
    if gate.get("stage") and gate["stage"] not in stages:
        yield _said(_STAGE, where, value=gate["stage"], known=", ".join(stages))
    for key in ("check", "effect"):
        if gate.get(key) and gate[key] not in CHOICES[key]:
            yield _said(_CHOICE, where, key=key, value=gate[key], known=", ".join(CHOICES[key]))
    if (what := _off(gate, stages)) is not None:
        value = gate.get("value" if what is _QUOTE else "subject", "")
        yield (
            _SUBJECT.en.format(where=where.en, value=value, what=what.en),
            _SUBJECT.zh.format(where=where.zh, value=value, what=what.zh),
        )


def _off(gate: Mapping[str, Any], stages: Mapping[str, int]) -> Text | None:
    # what the subject of a gate should be and is not
    subject, check = str(gate.get("subject", "")), gate.get("check")
    if check == "quote_is":
        states = str(gate.get("value", "")).split(",")
        return None if all(state.strip() in CHOICES["quote_status"] for state in states) else _QUOTE
    if check == "activity_within":
        return None if subject in LISTS["activity_type"] else _ACTIVITY
    if not subject or check in ("approved_by", "bant_at_least"):
        return None
    if check == "task_done":
        stage, _, number = subject.partition(".")
        there = number.isdecimal() and 1 <= int(number) <= stages.get(stage, 0)
        return None if there else _TASK
    return None if subject in TABLES["Deals"].by_id else _COLUMN


def _texts(
    node: Mapping[str, Any], where: Text, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    for key in (*required, *optional):
        pair = node.get(key)
        if pair is None and key in required:
            yield _said(_MISSING, where, key=key)
        elif pair is not None and not (isinstance(pair, dict) and all(pair.get(each) for each in ("en", "zh"))):
            yield _said(_PAIR, where, key=key)


def _numbers(node: Mapping[str, Any], where: Text, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key in keys:
        value = node.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield _said(_NUMBER, where, key=key, value=value)


def _list(node: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = node.get(key, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _where(en: str, zh: str) -> Text:
    return Text(en, zh)


def _said(text: Text, where: Text, **facts: object) -> tuple[str, str]:
    return text.in_("en", where=where.en, **facts), text.in_("zh", where=where.zh, **facts)
