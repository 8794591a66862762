"""The outcome of each workbook of a batch, and of the whole batch, as printed by ``batch --json`` and kept in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, TypeAlias

from xl_salesflow.core.answers import INLINED, OPTIONAL, Answer, KeyedBy, OwnFormulaResults
from xl_salesflow.core.metric_answers import FunnelAnswer, FunnelFigures
from xl_salesflow.core.pipelines import Finding
from xl_salesflow.core.verb_answers import CheckAnswer, FollowUpsAnswer, RunAnswer, UndoneRun

JOB_COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "changes": "Cells changed.",
        "added": "Rows added.",
        "removed": "Rows removed.",
        "repaired": "Formulas put back.",
        "findings": "Findings.",
        "blocks": "Findings that block.",
        "warns": "Findings that warn.",
        "recalculated": "Formulas of the user's own that show their new value.",
        "to_calculate": "Formulas of the user's own left for Excel.",
    }
)
"""The counts for a workbook of a batch, by key."""

SUMMARY_COUNTS: Mapping[str, str] = MappingProxyType({key: JOB_COUNTS[key] for key in JOB_COUNTS if key != "repaired"})
"""The counts over all workbooks of a batch."""


@dataclass(frozen=True)
class JobFinding(Answer):
    """A finding about a cell of a workbook."""

    rule: str
    """Id of the rule."""
    severity: str
    """block, warn or note."""
    cell: str
    """Address, such as Deals!F12."""
    message: str
    """What is wrong and what to do, in the language of the workbook."""

    @classmethod
    def from_finding(cls, finding: Finding) -> JobFinding:
        """Return *finding* without its row."""
        return cls(finding.rule, finding.severity, finding.cell, finding.message)


@dataclass(frozen=True)
class JobDetails(Answer):
    """With --details: the answer of the verb, with names and sentences from the workbook."""

    answer: RunAnswer[Answer] | RunAnswer[UndoneRun] | CheckAnswer | FollowUpsAnswer | Answer = field(metadata=INLINED)
    own_formulas: OwnFormulaResults | None = field(metadata=INLINED)
    findings: tuple[JobFinding, ...]
    """All findings."""


@dataclass(frozen=True)
class DefectDetails(Answer):
    """With --details: an internal error."""

    defect: str
    """The traceback, which may quote the workbook."""


JobAnswer: TypeAlias = FunnelAnswer | FunnelFigures | JobDetails | DefectDetails


@dataclass(frozen=True)
class OutcomeLine(Answer):
    """The outcome of one workbook."""

    book: str
    """Path of the workbook."""
    verb: str
    """The verb that was run."""
    status: str
    """changed, unchanged, done, skipped or failed."""
    error: str
    """Kind of error if it failed, else empty."""
    passing: bool
    """Whether a failure may succeed if tried again."""
    digest: str
    """SHA-256 of the workbook afterwards, empty if unknown."""
    counts: Annotated[Mapping[str, int], KeyedBy("job counts")]
    """The counts of changes and findings; empty if it failed."""
    seconds: float
    """Wall time."""
    busy: float
    """Processor seconds."""
    mebibytes: float
    """Memory that the worker held at the end, in MiB."""
    worker: str
    """Host and process that ran it."""
    tries: int
    """How often it was tried."""
    says: str
    """One sentence without customer data, in the language of the terminal."""
    files: tuple[str, ...] | None = field(default=None, metadata=OPTIONAL)
    """Paths of the files that were written; omitted if there are none."""
    answer: JobAnswer | None = field(default=None, metadata=OPTIONAL)
    """The answer of the verb: the numbers of a funnel, or what --details requests; otherwise omitted."""


@dataclass(frozen=True)
class TimedOutcomeLine(Answer):
    """The outcome of one workbook, with the time."""

    at: str
    """Local time, to the second."""
    outcome: OutcomeLine = field(metadata=INLINED)


@dataclass(frozen=True)
class BatchFigures(Answer):
    """The totals of a batch."""

    run: str
    """Number of the run."""
    verb: str
    """The verb that was run."""
    books: int
    """Workbooks of the run."""
    passed_by: int
    """Workbooks done before, when the run was resumed."""
    statuses: Annotated[Mapping[str, int], KeyedBy("job statuses")] = field(metadata=INLINED)
    left: int
    """Workbooks that were not processed."""
    counts: Annotated[Mapping[str, int], KeyedBy("summary counts")] = field(metadata=INLINED)
    seconds: float
    """Wall time."""
    busy: float
    """Processor seconds of all workers."""
    mebibytes: int
    """Memory of the largest worker, in MiB."""
    stopped: bool
    """Whether the run was interrupted."""
    code: int
    """Exit code."""


@dataclass(frozen=True)
class BatchSummaryLine(Answer):
    """The last line of a batch."""

    summary: BatchFigures
