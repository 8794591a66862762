"""The TOML files as they stand: read once, texts as Text.

A playbook file:

    order = 1                                    its place among the names
    title, purpose                               {en, zh}
    [[stages]]                                   in order; id, name {en, zh}, kind, probability, …
        [[stages.tasks]]                         text {en, zh}, required, due_days, done_by (an activity type)
    [[gates]]                                    id, stage (an id of this file), check, subject, value, effect, remedy

`subject` names a column of Deals, an activity type or, for a task, `stage.N` (the N-th task of that stage).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from xl_salesflow.errors import UsageError
from xl_salesflow.model.text import Text

QUESTIONS = "questions"
_FOLDER = files(__package__)


@cache
def names() -> tuple[str, ...]:
    """Return the names of the playbooks that ship, the default first."""
    found = [file.name.removesuffix(".toml") for file in _FOLDER.iterdir() if file.name.endswith(".toml")]
    return tuple(sorted((name for name in found if name != QUESTIONS), key=lambda name: (read(name)["order"], name)))


def title(name: str) -> Text:
    """Return what playbook *name* is called."""
    return text(playbook(name)["title"])


def purpose(name: str) -> Text:
    """Return what playbook *name* is good for, in one sentence."""
    return text(playbook(name)["purpose"])


def playbook(name: str) -> Mapping[str, Any]:
    """Return the file of playbook *name*.

    Raises:
        UsageError: no such playbook ships.
    """
    if name not in names():
        known = ", ".join(names())
        raise UsageError(
            f"There is no playbook “{name}”; choose one of: {known}.", f"没有销售流程“{name}”；可选：{known}。"
        )
    return read(name)


def source(name: str) -> str:
    """Return the text of the file of playbook *name*, to be copied and edited."""
    playbook(name)
    return _source(name)


@cache
def read(name: str) -> Mapping[str, Any]:
    """Return the TOML file *name* of this folder."""
    return tomllib.loads(_source(name))


def _source(name: str) -> str:
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def text(pair: Mapping[str, str]) -> Text:
    """Return an {en, zh} table of a file as a Text."""
    return Text(pair["en"], pair["zh"])
