"""The answers of verbs other than metrics; those are in metric_answers.py. The command line adds names of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, Generic, Literal, TypeAlias

from xl_salesflow.core.answers import INLINED, OPTIONAL, Answer, AnswerT, JsonCell, KeyedBy, Money
from xl_salesflow.core.approval_answers import SealedStays
from xl_salesflow.core.metric_answers import BookContribution, TeamTotals
from xl_salesflow.core.pipelines import Finding
from xl_salesflow.core.row_places import NewRowPlaces


@dataclass(frozen=True)
class RunAnswer(Answer, Generic[AnswerT]):
    """The effects of a run on the workbook, after the answer of its verb."""

    result: AnswerT = field(metadata=INLINED)
    changes: int
    """Cells changed, not counting formulas."""
    added: Mapping[str, int]
    """Rows added, by table."""
    removed: Mapping[str, int]
    """Rows removed, by table."""
    refreshed: int
    """Formula cells whose value was updated."""
    followups: int
    """Lines of the sheet FollowUps after the run."""
    findings: tuple[Finding, ...]
    """Findings after the run."""


@dataclass(frozen=True)
class CheckAnswer(Answer):
    """The result of `check`."""

    findings: tuple[Finding, ...]
    """All findings."""
    restored: tuple[str, ...] | None = field(default=None, metadata=OPTIONAL)
    """With --repair: the parts that were missing and have been restored."""
    seals: SealedStays | None = field(default=None, metadata=OPTIONAL)
    """With --seals: how much of History is sealed; the findings are then those about seals."""


@dataclass(frozen=True)
class FollowUpsAnswer(Answer):
    """Whom to call and why."""

    as_of: date
    """Today."""
    day: date
    """First working day of the list."""
    left: Mapping[str, int]
    """Deals that did not fit into the days of the list, by owner."""
    followups: tuple[Annotated[Mapping[str, JsonCell], KeyedBy("table FollowUps")], ...]
    """The list, most urgent first within a day and owner."""


@dataclass(frozen=True)
class NumberedQuote(Answer):
    """A quote by its number; without further fields, a finding prevented printing it."""

    quote: str | None
    """Number of the quote; null if there is nothing to quote."""


@dataclass(frozen=True)
class PrintedQuote(NumberedQuote):
    """A quote that is printed, or a proposal or contract made from it."""

    quote: str
    """Number of the quote."""
    deal: str
    """Number of its deal."""
    account: str
    """Customer."""
    created: bool
    """Whether this run drafted it."""
    status: str
    """Id of its status; empty means draft."""
    valid_until: date | None
    """Last day it is valid."""
    currency: str
    """Currency of the amounts."""
    lines: int
    """Number of lines."""
    subtotal: Money
    """Sum of the lines."""
    net: Money
    """Total excluding tax."""
    tax: Money
    """Tax."""
    total: Money
    """Total including tax."""
    shipping: Money
    """Shipping."""
    discount: Money
    """Discount on the whole quote."""
    document: str
    """Name of the document, without the extension of a file."""
    kind: str | None = field(default=None, metadata=OPTIONAL)
    """proposal or contract; omitted for a quote."""


@dataclass(frozen=True)
class BarredDocument(Answer):
    """A document that is not printed again, because its quote was changed after it was sent."""

    document: None = None
    """Always null."""


@dataclass(frozen=True)
class PrintedPaper(Answer):
    """A BANT card, a pre-call sheet, a visit report, an invoice or a payment reminder."""

    kind: str
    """Kind of document."""
    deal: str
    """Number of the deal."""
    account: str
    """Customer."""
    document: str
    """Name of the document, without the extension of a file."""
    number: str | None = field(default=None, metadata=OPTIONAL)
    """Number of the invoice, in an invoice or a payment reminder."""


DealPaper: TypeAlias = PrintedQuote | NumberedQuote | BarredDocument | PrintedPaper


@dataclass(frozen=True)
class PrintedPapers(Answer):
    """The requested documents."""

    only: DealPaper | None = field(metadata=INLINED)
    papers: tuple[DealPaper, ...]
    """Every requested document, in order."""


@dataclass(frozen=True)
class RevisedQuote(Answer):
    """The next version of a quote, or an alternative offer."""

    paper: PrintedQuote | NumberedQuote = field(metadata=INLINED)
    quote: str
    """Number of the new quote."""
    replaces: str
    """Number of the quote it replaces; empty for an alternative offer."""


@dataclass(frozen=True)
class CardTaken(Answer):
    """The answers copied from a filled BANT card."""

    answers: int
    """Rows of the sheet Answers that were added or changed."""


@dataclass(frozen=True)
class VisitChecklist(Answer):
    """The tasks before a visit."""

    deal: str
    """Number of the deal."""
    tasks: tuple[str, ...]
    """Tasks that were added."""


@dataclass(frozen=True)
class StageSwitch(Answer):
    """The mapping of one stage."""

    from_: str
    """Stage of the old process."""
    to: str
    """Stage of the new process."""
    deals: int
    """Deals in the old stage."""


@dataclass(frozen=True)
class SwitchedPlaybook(Answer):
    """Open deals that switch to another playbook."""

    from_: str
    """Id of the old playbook."""
    to: str
    """Id of the new playbook."""
    deals: int
    """Deals that switch."""
    stages: tuple[StageSwitch, ...]
    """The mapping of each stage."""


@dataclass(frozen=True, slots=True)
class LostCells(Answer):
    """The cells of one column of a file that could not be read and stay blank."""

    file: str
    """Name of the file."""
    header: str
    """Header of the column in the file."""
    table: str
    """Table that the column goes to."""
    column: str
    """Column of that table."""
    cells: int
    """Cells that could not be read."""
    filled: int
    """Cells that are not blank."""
    rows: tuple[int, ...] = ()
    """Rows of the file with the cells that could not be read."""


@dataclass(frozen=True, slots=True)
class ImportedRowCounts(Answer):
    """What became of the rows of a file or sheet. Each row that was read is counted once."""

    file: str
    """Name of the file, and of the sheet of a workbook."""
    table: str
    """Table that the rows go to."""
    read: int
    """Rows below the headers that are not blank."""
    created: int
    """Rows that are new in the workbook."""
    updated: int
    """Rows of the workbook with other values in at least one cell."""
    unchanged: int
    """Rows that the workbook has already."""
    joined: int
    """Rows that were added to a row of another file, because they have its key."""
    left_out: int
    """Rows that were left out."""


@dataclass(frozen=True, slots=True)
class LeftOutRows(Answer):
    """Consecutive rows of a file that were left out for one reason."""

    file: str
    """Name of the file, and of the sheet of a workbook."""
    first: int
    """First row."""
    last: int
    """Last row."""
    reason: str
    """Why they were left out, in the language of the workbook."""


@dataclass(frozen=True, slots=True)
class ImportedAmounts(Answer):
    """The sum of a column of amounts in a file, and the sum of the same rows in the workbook."""

    file: str
    """Name of the file, and of the sheet of a workbook."""
    header: str
    """Header of the column in the file."""
    table: str
    """Table that the column goes to."""
    column: str
    """Column of that table."""
    in_file: float
    """Sum of the list in the file, in the unit and currency of the file, without its lines of totals."""
    in_workbook: Money
    """Sum of these rows in the workbook after the import."""
    factor: float
    """What 1 of the file's unit and currency is in the workbook: 1000 for thousands, or the exchange rate."""


@dataclass(frozen=True, slots=True)
class UnfinishedRows:
    """The rows of a file that were left out or lost cells, as the file has them, and why."""

    path: str
    sheet: str
    delimiter: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ImportedFiles(Answer):
    """What became of the rows and amounts of the imported files, and of new deals."""

    json_order: ClassVar[tuple[str, ...]] = (
        "rows",
        "left_out",
        "sums",
        "not_understood",
        "as_history",
        "judged",
        "refused",
    )

    rows: tuple[ImportedRowCounts, ...]
    """What became of the rows of each file or sheet."""
    left_out: tuple[LeftOutRows, ...]
    """Rows that were left out, and why."""
    sums: tuple[ImportedAmounts, ...]
    """The sum of each column of amounts in the file and in the workbook."""
    not_understood: tuple[LostCells, ...]
    """Columns with cells that could not be read."""
    unfinished: tuple[UnfinishedRows, ...] = ()
    places: NewRowPlaces | None = None
    as_history: int = 0
    """New deals recorded in the stage of the file, without being judged."""
    judged: int = 0
    """New deals judged by the gates like typed ones."""
    refused: int = 0
    """How many of these the gates refused; they are in the stage that the gates let them reach."""


@dataclass(frozen=True)
class CellDifference(Answer):
    """A cell that differs between two workbooks."""

    what: Literal["changed"]
    """Kind of difference."""
    table: str
    """Table of the cell."""
    key: str
    """Key of its row, or what the row is about."""
    column: str
    """Id of its column."""
    first: JsonCell
    """Value in the first workbook; null is blank."""
    second: JsonCell
    """Value in the second workbook; null is blank."""


@dataclass(frozen=True)
class RowDifference(Answer):
    """A row that only one of two workbooks has."""

    what: Literal["only_first", "only_second"]
    """Which workbook has it."""
    table: str
    """Table of the row."""
    key: str
    """Key of the row, or what it is about."""


@dataclass(frozen=True)
class DifferencesAnswer(Answer):
    """The differences between two workbooks."""

    differences: tuple[CellDifference | RowDifference, ...]
    """Differences, table by table."""


@dataclass(frozen=True)
class MergedCopy(Answer):
    """What was taken over from another copy."""

    cells: int
    """Cells taken over."""
    rows: int
    """Rows taken over."""
    rows_removed: int
    """Rows removed because the other copy removed them."""
    conflicts: int
    """Rows of the sheet Conflicts that a person has to decide."""


@dataclass(frozen=True)
class AppliedChanges(Answer):
    """The outcome of the ticks on a change sheet."""

    run: RunAnswer = field(metadata=INLINED)
    wished: int
    """Changes that are ticked."""
    applied: int
    """Changes that were made."""
    refused: int
    """Changes that could not be made; findings say why."""


@dataclass(frozen=True)
class UndoneRun(Answer):
    """The changes of a run that were undone."""

    run: str
    """Number of the run."""
    verb: str
    """The verb it ran."""
    undone: int
    """Changes undone."""
    left: int
    """Changes kept, because somebody changed them since."""


@dataclass(frozen=True)
class RolledUpBooks(Answer):
    """The workbook of a team and the contribution of each workbook."""

    run: RunAnswer[TeamTotals] = field(metadata=INLINED)
    books: tuple[BookContribution, ...]
    """The metrics that can be summed, for each workbook."""


@dataclass(frozen=True)
class MoveVerdict(Answer):
    """The verdict of the gates on the stage typed for a deal."""

    deal: str
    """Number of the deal."""
    stage: str
    """Stage in the cell."""
    recorded_stage: str
    """Stage the deal is in."""
    move_status: str
    """Id of the status of the move."""
    move_reasons: str
    """Why it is refused, one reason per line."""
    move_warnings: str
    """What is only warned about, one per line."""


@dataclass(frozen=True)
class OpenQuestions(Answer):
    """The BANT questions that a deal has not answered."""

    questions: tuple[str, ...]
    """Questions added to the sheet Answers."""


@dataclass(frozen=True)
class LoggedActivity(Answer):
    """An activity that was added."""

    activity: str
    """Its number."""


@dataclass(frozen=True)
class RenamedRows(Answer):
    """A name that was changed with all its rows, or two customers that were made one."""

    old: str
    """The name before."""
    new: str
    """The name now."""
    rows: Mapping[str, int]
    """Table → how many of its rows changed."""
