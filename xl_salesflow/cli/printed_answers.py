"""What each command prints with ``--json``: the answer of its verb, and the files concerned.

answer_catalogue.py lists the types by command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Generic

from xl_salesflow.core.answers import INLINED, OPTIONAL, Answer, AnswerT, JsonCell, KeyedBy, OwnFormulaResults
from xl_salesflow.core.metric_answers import (
    BookContribution,
)
from xl_salesflow.core.pipelines import Finding
from xl_salesflow.core.share_answers import CollectedFile, SharedFile
from xl_salesflow.core.verb_answers import (
    AppliedChanges,
    CheckAnswer,
    DifferencesAnswer,
    ImportedFiles,
    LostCells,
    MergedCopy,
    RolledUpBooks,
    RunAnswer,
    UndoneRun,
)


@dataclass(frozen=True)
class BookAnswer(Answer, Generic[AnswerT]):
    """What a verb did to one workbook."""

    book: str
    """Path of the workbook, as given."""
    dry_run: bool
    """Whether this was a dry run: nothing was written, and everything below is what would be."""
    answer: AnswerT = field(metadata=INLINED)
    own_formulas: OwnFormulaResults | None = field(default=None, metadata=INLINED)


@dataclass(frozen=True)
class ImportReport(Answer):
    """What an import did to a workbook."""

    book: str
    """Path of the workbook, as given."""
    dry_run: bool
    """Whether this was a dry run: nothing was written, and everything below is what would be."""
    answer: RunAnswer[ImportedFiles] = field(metadata=INLINED)
    not_imported: tuple[str, ...]
    """Paths of the files with the rows that were left out or lost cells, and of the import maps that read them."""
    own_formulas: OwnFormulaResults | None = field(default=None, metadata=INLINED)


@dataclass(frozen=True)
class FilesAnswer(Answer, Generic[AnswerT]):
    """What a verb answered, and the files it wrote."""

    answer: AnswerT = field(metadata=INLINED)
    own_formulas: OwnFormulaResults | None = field(metadata=INLINED)
    files: tuple[str, ...]
    """Paths of the files."""


@dataclass(frozen=True)
class CheckReport(Answer):
    """The result of a check, and with --repair what was restored."""

    answer: CheckAnswer = field(metadata=INLINED)
    own_formulas: OwnFormulaResults | None = field(default=None, metadata=INLINED)


@dataclass(frozen=True)
class UndoReport(Answer):
    """The result of an undo."""

    book: str
    """Path of the workbook, as given."""
    dry_run: bool
    """Whether nothing was written."""
    refused: bool | None = field(metadata=OPTIONAL)
    """True if nothing was undone because somebody changed something since; otherwise omitted."""
    answer: RunAnswer[UndoneRun] = field(metadata=INLINED)
    own_formulas: OwnFormulaResults | None = field(default=None, metadata=INLINED)


@dataclass(frozen=True)
class ChangeSheetFile(Answer):
    """A change sheet that update --dry-run --sheet wrote."""

    book: str
    """Path of the workbook, as given."""
    sheet: str
    """Path of the change sheet."""
    decisions: int
    """Changes to tick."""
    dry_run: bool
    """Always true: the workbook is not changed."""


@dataclass(frozen=True)
class ApplyReport(Answer):
    """The outcome of the ticks on a change sheet."""

    book: str
    """Path of the workbook, as given."""
    sheet: str
    """Path of the change sheet."""
    dry_run: bool
    """Whether nothing was written."""
    answer: AppliedChanges = field(metadata=INLINED)
    own_formulas: OwnFormulaResults | None = field(default=None, metadata=INLINED)


@dataclass(frozen=True)
class AssignedDeal(Answer):
    """A deal that changes its owner."""

    deal: str
    """Number of the deal."""
    from_: str | None
    """Previous owner; null is the pool."""
    to: str | None
    """New owner; null is the pool."""
    because: str
    """Why, in the language of the workbook."""


@dataclass(frozen=True)
class AssignReport(Answer):
    """The deals that changed their owner."""

    book: str
    """Path of the workbook, as given."""
    dry_run: bool
    """Whether nothing was written."""
    assigned: tuple[AssignedDeal, ...]
    """Every deal that changes its owner."""
    own_formulas: OwnFormulaResults | None = field(default=None, metadata=INLINED)


@dataclass(frozen=True)
class RollupReport(Answer):
    """The totals of many workbooks."""

    output: str | None
    """Path of the workbook of the team; null if none was made."""
    parquet: tuple[str, ...]
    """Paths of the Parquet files."""
    made: RolledUpBooks | None = field(default=None, metadata=INLINED)
    books: tuple[BookContribution, ...] | None = field(default=None, metadata=OPTIONAL)
    """The metrics that can be summed, for each workbook; omitted if only Parquet files were made."""
    not_understood: tuple[LostCells, ...] = ()
    """Columns of the workbooks with cells that could not be read."""
    book_findings: tuple[Finding, ...] = ()
    """What was noticed about the workbooks: cells not read, deals in two of them, rows that differ."""
    own_formulas: OwnFormulaResults | None = field(default=None, metadata=INLINED)


@dataclass(frozen=True)
class DifferencesReport(Answer):
    """The differences between two workbooks."""

    first: str
    """Path of the first workbook."""
    second: str
    """Path of the second workbook."""
    answer: DifferencesAnswer = field(metadata=INLINED)


@dataclass(frozen=True)
class MergeReport(Answer):
    """What a workbook took over from a copy of it."""

    book: str
    """Path of the workbook that is changed."""
    other: str
    """Path of the copy."""
    base: str | None
    """Path of the common earlier version; null if the Journals were used."""
    dry_run: bool
    """Whether nothing was written."""
    answer: RunAnswer[MergedCopy] = field(metadata=INLINED)
    own_formulas: OwnFormulaResults | None = field(default=None, metadata=INLINED)


@dataclass(frozen=True)
class ShareReport(Answer):
    """The workbooks that people got."""

    book: str
    """Path of the main workbook, which is only read."""
    folder: str
    """The folder of the people's workbooks."""
    dry_run: bool
    """Whether nothing was written."""
    files: tuple[SharedFile, ...]
    """The workbook of every active person of the sheet Team."""
    file_findings: tuple[Finding, ...]
    """Files that were left as they are, and rows that are in nobody's workbook."""


@dataclass(frozen=True)
class CollectReport(Answer):
    """What was taken over from the workbooks of people."""

    book: str
    """Path of the main workbook."""
    folder: str
    """The folder of the people's workbooks."""
    dry_run: bool
    """Whether nothing was written, and everything below is what would be."""
    files: tuple[CollectedFile, ...]
    """The workbooks found in the folder, and those that are missing there."""
    file_findings: tuple[Finding, ...]
    """What is to say about them."""
    answer: RunAnswer[MergedCopy] = field(metadata=INLINED)
    own_formulas: OwnFormulaResults | None = field(default=None, metadata=INLINED)


@dataclass(frozen=True)
class ShippedPlaybook(Answer):
    """A playbook that ships."""

    name: str
    """Its name on the command line."""
    title: str
    """Its title, in the language of the terminal."""
    purpose: str
    """What it is good for, in the language of the terminal."""
    stages: tuple[str, ...]
    """Its stages in order."""


@dataclass(frozen=True)
class PlaybookList(Answer):
    """All playbooks that ship."""

    playbooks: tuple[ShippedPlaybook, ...]
    """The playbooks."""


@dataclass(frozen=True)
class PlaybookDetails(Answer):
    """A playbook as rows of the set-up sheets."""

    name: str
    """Its name."""
    stages: tuple[Annotated[Mapping[str, JsonCell], KeyedBy("table Stages")], ...]
    """Its stages in order."""
    stagetasks: tuple[Annotated[Mapping[str, JsonCell], KeyedBy("table StageTasks")], ...]
    """Tasks that a deal gets on entering a stage."""
    gates: tuple[Annotated[Mapping[str, JsonCell], KeyedBy("table Gates")], ...]
    """The conditions for entering each stage."""


@dataclass(frozen=True)
class PlaybookFault(Answer):
    """A finding about a playbook."""

    rule: str
    """Id of the rule."""
    severity: str
    """block, warn or note."""
    table: str
    """Table of the row."""
    key: str
    """Key of the row."""
    cell: str
    """Address, such as Stages!B4."""
    message: str
    """What is wrong and what to do."""


@dataclass(frozen=True)
class PlaybookCheck(Answer):
    """The findings about a playbook."""

    findings: tuple[PlaybookFault, ...]
    """All findings."""


@dataclass(frozen=True)
class WrittenFiles(Answer):
    """Files that were written."""

    files: tuple[str, ...]
    """Their paths."""


@dataclass(frozen=True)
class TemplateChoice(Answer):
    """The template that is used for one kind of document in one format."""

    kind: str
    """Kind of document."""
    name: str
    """Its name, in the language of the terminal."""
    format: str
    """Format of the file."""
    template: str
    """Path of the team's template, or the name of the shipped one."""


@dataclass(frozen=True)
class TemplateList(Answer):
    """Every kind and format of document, and the template that is used."""

    folders: tuple[str, ...]
    """Folders that are searched first."""
    templates: tuple[TemplateChoice, ...]
    """One for each kind and format."""


@dataclass(frozen=True)
class TemplateFields(Answer):
    """The fields that templates of one kind may use."""

    kind: str
    """Kind of document."""
    fields: Mapping[str, str]
    """Field → an example of what it prints."""


@dataclass(frozen=True)
class TemplateFault(Answer):
    """A finding about a template."""

    template: str
    """Name of the template."""
    place: str
    """The place, in the language of the terminal."""
    fault: str
    """The message, in the language of the terminal."""


@dataclass(frozen=True)
class TemplateCheck(Answer):
    """The findings about templates."""

    checked: tuple[str, ...]
    """Names of the templates that were checked."""
    faults: tuple[TemplateFault, ...]
    """All findings."""
