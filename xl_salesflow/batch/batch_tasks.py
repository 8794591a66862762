"""One workbook's turn as plain values: what is to be done, what came of it; the verbs a batch knows.

Tasks and outcomes cross processes and machines. Nothing heavy is imported here: the help text reads this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text, TextList

BATCH_VERB_OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "update": (),
        "check": ("repair",),
        "followups": ("owner", "format", "output"),
        "funnel": ("by",),
        "report": ("output",),
        "undo": ("run",),
    }
)
"""Verb → the names that ``--set NAME=VALUE`` takes."""


def parse_verb_options(verb: str, given: Iterable[str]) -> dict[str, str]:
    """Return what was *given* as NAME=VALUE for *verb*.

    Raises:
        UsageError: the verb has no such option; the nearest one is named.
    """
    told: dict[str, str] = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in BATCH_VERB_OPTIONS[verb]:
            raise _unknown_verb_option_error(verb, name)
        told[name] = value or "yes"
    return told


def _unknown_verb_option_error(verb: str, name: str) -> UsageError:
    from xl_salesflow.core.name_suggestions import find_nearest

    known = BATCH_VERB_OPTIONS[verb]
    if near := find_nearest(name, known):
        return UsageError("{verb} has no option {name}; did you mean {near}?", verb=verb, name=name, near=near)
    if known:
        listed = TextList(tuple(known))
        return UsageError("{verb} has no option {name}; it has {known}.", verb=verb, name=name, known=listed)
    return UsageError("{verb} has no option {name}; it has none.", verb=verb, name=name)


class TaskStatus(StrEnum):
    """How a workbook's turn ended."""

    CHANGED = "changed"  # written, or would be in a dry run
    UNCHANGED = "unchanged"  # looked at; nothing to write
    DONE = "done"  # the run stands in its Journal already: it was stopped between the save and its note
    SKIPPED = "skipped"  # in a folder among ours, but not ours
    FAILED = "failed"

    @property
    def is_done(self) -> bool:
        """Tell whether a run that goes on may pass the workbook by."""
        return self is not TaskStatus.FAILED


@dataclass(frozen=True, slots=True)
class BatchTask:
    """What is to be done to one workbook. *now* is the same for every workbook of a run: it gives the run its number.

    *named* tells a file somebody asked for from one found in a folder; *doubtful* one that may have been done already.
    """

    book: str
    verb: str
    by: str
    now: datetime
    number: str
    options: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    details: bool = False
    named: bool = True
    maybe_done: bool = False


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """What came of it. *says* is one sentence without anything a customer is known by; *answer* and *findings* may hold it.

    *passing* failures may pass by themselves. *digest* is the SHA-256 of the workbook as it was left, "" when not known.
    *mebibytes* is what the worker held at the end.
    """

    book: str
    verb: str
    status: TaskStatus
    says: Text
    error: str = ""
    passing: bool = False
    digest: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    busy: float = 0.0
    mebibytes: float = 0.0
    worker: str = ""
    tries: int = 1

    @property
    def code(self) -> int:
        """Return the exit code that this workbook alone would give: 0 fine, 1 findings that block, 3 not usable."""
        if self.status is TaskStatus.FAILED:
            return 3
        return 1 if self.counts.get("blocks") else 0

    def to_json(self, language: str) -> dict[str, Any]:
        """Return the outcome with stable keys; its sentence in *language*."""
        told = {
            field_name: value
            for field_name, value in asdict(self).items()
            if field_name not in ("says", "answer", "files")
        }
        rounded = {field_name: round(told[field_name], 3) for field_name in ("seconds", "busy", "mebibytes")}
        extra = {
            field_name: value
            for field_name, value in (("files", list(self.files)), ("answer", dict(self.answer)))
            if value
        }
        return {
            **told,
            **rounded,
            "status": str(self.status),
            "says": self.says.in_(language),
        } | extra
