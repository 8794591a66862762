"""One workbook's turn as plain values: what is to be done, and what came of it. Both cross processes and machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from xl_salesflow.model.text import LANGUAGES, Text


class Status(StrEnum):
    """How a workbook's turn ended."""

    CHANGED = "changed"  # written, or would be in a dry run
    UNCHANGED = "unchanged"  # looked at; nothing to write
    DONE = "done"  # the run stands in its Journal already: it was stopped between the save and its note
    SKIPPED = "skipped"  # in a folder among ours, but not ours
    FAILED = "failed"

    @property
    def is_done(self) -> bool:
        """Tell whether a run that goes on may pass the workbook by."""
        return self is not Status.FAILED


@dataclass(frozen=True, slots=True)
class Task:
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
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. *says* is one sentence without anything a customer is known by; *answer* and *findings* may hold it.

    *passing* failures may pass by themselves. *digest* is the SHA-256 of the workbook as it was left, "" when not known.
    *mebibytes* is what the worker held at the end.
    """

    book: str
    verb: str
    status: Status
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
        if self.status is Status.FAILED:
            return 3
        return 1 if self.counts.get("blocks") else 0

    def to_json(self, language: str) -> dict[str, Any]:
        """Return the outcome with stable keys; its sentence in *language* (en or zh)."""
        told = {id: value for id, value in asdict(self).items() if id not in ("says", "answer", "files")}
        rounded = {id: round(told[id], 3) for id in ("seconds", "busy", "mebibytes")}
        extra = {id: value for id, value in (("files", list(self.files)), ("answer", dict(self.answer))) if value}
        return {
            **told,
            **rounded,
            "status": str(self.status),
            "says": self.says.in_("zh" if language == "zh" else "en"),
        } | extra


def filled(text: Text, **facts: object) -> Text:
    """Return *text* with its facts, in both languages; a fact may be a text itself."""
    return Text(
        *(
            text.in_(
                language, **{id: fact.in_(language) if isinstance(fact, Text) else fact for id, fact in facts.items()}
            )
            for language in LANGUAGES
        )
    )
