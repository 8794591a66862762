"""The pipeline: the typed frames of one workbook with its playbooks, settings and day; and the finding.

A Pipeline is frozen and independent of file formats and Excel; each state of a run is a pipeline of its own. A Playbook
is a sales process as values: its stages in order, the gates before them, the tasks in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Literal, overload

import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.declared_columns import list_declared_columns, read_declared_columns
from xl_salesflow.core.kept_values import KeptValues
from xl_salesflow.core.lazy_frames import LoadedFrames, PipelineFrames
from xl_salesflow.core.own_columns import NoOwnColumns, OwnColumns
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.excel_notation import address_on_sheet, bare_sheet_name
from xl_salesflow.schema.named_values import Query, Settings
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import make_column_series, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

StageKind = Literal["open", "won", "lost", "aftercare"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; *position* counts from 1 within the playbook, limits are in days or None, *row* is its sheet row."""

    name: str
    position: int
    kind: StageKind
    probability: float
    day_limit: int | None = None
    cadence: int | None = None
    may_skip: bool = True
    buyer_stage: str = ""
    purpose: str = ""
    action: str = ""
    row: int = 0

    @property
    def outcome(self) -> str:
        """Return open, won or lost: a deal in aftercare is won."""
        return "won" if self.kind == "aftercare" else self.kind


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition for entering *stage*; *effect* is block or warn, *check* a choice id; *playbook* "" applies to all.

    It applies to the deals for which *condition* holds, as typed; "" applies to all. *row* is 0 if a declared column of
    the team asks for it, rather than a row of the sheet Gates.
    """

    id: str
    playbook: str
    stage: str
    subject: str
    check: str
    value: str
    effect: str
    remedy: str
    row: int = 0
    condition: str = ""


@dataclass(frozen=True, slots=True)
class StageTask:
    """A task that every deal gets on entering *stage*, due *due_days* later.

    *done_by* lists the activity types that complete it, *outcomes* their outcomes, as typed.
    """

    playbook: str
    stage: str
    task: str
    required: bool
    due_days: int | None
    done_by: str
    outcomes: str = ""


@dataclass(frozen=True)
class Playbook:
    """One sales process, with its stages in order of position."""

    id: str
    stages: tuple[Stage, ...]
    gates: tuple[Gate, ...] = ()
    tasks: tuple[StageTask, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Stage]:
        """Return the stages by name."""
        return {stage.name: stage for stage in self.stages}

    @cached_property
    def open_stages(self) -> tuple[Stage, ...]:
        """Return the stages of kind open, in order."""
        return tuple(stage for stage in self.stages if stage.kind == "open")

    @property
    def first(self) -> Stage:
        """Return the stage in which a deal starts."""
        return self.open_stages[0]

    @cached_property
    def won(self) -> Stage:
        """Return the stage of kind won."""
        return next(stage for stage in self.stages if stage.kind == "won")

    @cached_property
    def lost(self) -> Stage:
        """Return the stage of kind lost."""
        return next(stage for stage in self.stages if stage.kind == "lost")

    @cached_property
    def funnel(self) -> tuple[Stage, ...]:
        """Return the steps of the funnel: the open stages and Won, in order."""
        return (*self.open_stages, self.won)

    def direction(self, before: Stage | None, after: Stage) -> str:
        """Return the direction of a move from *before* (None: no stage yet) to *after*, an id of the choice "move"."""
        if after.kind in ("won", "lost"):
            return "back" if before is not None and before.kind == "aftercare" and after.kind == "won" else after.kind
        if after.kind == "aftercare":
            return "aftercare"
        if before is not None and before.kind != "open":
            return "reopened"
        if before is not None and after.position <= before.position:
            return "back"
        return "skip" if self.passed(before.position if before else 0, after) else "forward"

    def passed(self, position: int, after: Stage) -> tuple[Stage, ...]:
        """Return the open stages that a move from *position* to *after* skips."""
        return tuple(stage for stage in self.open_stages if position < stage.position < after.position)


@dataclass(frozen=True)
class TablePosition:
    """Where a table is, for addresses: its sheet and the letter of each column."""

    sheet: str
    letters: Mapping[str, str]


_SETUP_TABLES = ("Stages", "Gates", "StageTasks", "Columns")


@dataclass(eq=False)
class PlaybookReader:
    """Reads playbooks from set-up frames, and caches the result for all states of a run with the same frames."""

    _frames: tuple[pd.DataFrame, ...] = ()
    _playbooks: Mapping[str, Playbook] = field(default_factory=dict)

    def read(self, pipeline: Pipeline) -> Mapping[str, Playbook]:
        """Return the playbooks of *pipeline* by id."""
        frames = tuple(pipeline[name] for name in _SETUP_TABLES)
        if not self._frames or any(new is not known for new, known in zip(frames, self._frames, strict=True)):
            self._frames, self._playbooks = frames, read_playbooks(pipeline)
        return self._playbooks


RowSource = Callable[[str, int, str], str]
"""Given a table, a row and a column, returns where a row that is not in the sheet yet comes from; "" if unknown."""

NameColumn = tuple[str, str]
"""A table and the id of a column of names."""

TypedTexts = Mapping[str, Mapping[str, Mapping[int, str]]]
"""Table → column → row → the text of a cell that is not spelled as its value would be written."""


@dataclass(eq=False)
class NameReader:
    """Lists the distinct names in columns, and caches what was *found* for all states of a run with the same cells."""

    found: dict[Any, Any] = field(default_factory=dict)
    _names: dict[NameColumn, tuple[npt.NDArray[Any], tuple[str, ...]]] = field(default_factory=dict)

    def list_names(self, frame: pd.DataFrame, table: str, column: str) -> tuple[str, ...]:
        """Return the distinct texts of *column* in *frame*, the rows of *table*."""
        cells = frame[column].to_numpy()
        known = self._names.get((table, column))
        if known is None or not _is_same_memory(known[0], cells):
            known = self._names[table, column] = cells, tuple(map(str, pd.unique(cells)))
        return known[1]


def _is_same_memory(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    first, second = one.__array_interface__, other.__array_interface__
    return bool(first["data"][0] == second["data"][0] and one.shape == other.shape and one.strides == other.strides)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One workbook as values: a frame for every declared table in *tables*, and the day of the run in *today*.

    A pipeline is frozen: attributes cannot be set, and `with_tables` returns another pipeline. States of a run share
    frames, so a frame is never changed in place; change a copy, and give it to `with_tables`.

    *query* holds the parameters from the sheet Funnel; *named* the named cells as read; *cell_findings* the findings
    about single cells of the tables that were read, *typed_texts* the cells whose spelling differs from what a run would
    write. *own_columns* reads the columns that the team added to the tables, *row_source* knows where an import got its new
    rows. *playbook_reader*, *name_reader* and the values *kept* are
    passed on from one state of a run to the next.
    """

    tables: PipelineFrames
    today: date
    language: Language = "en"
    settings: Settings = field(default_factory=lambda: Settings({}))
    query: Query = field(default_factory=Query)
    named: Mapping[str, Any] = field(default_factory=dict)
    table_positions: Mapping[str, TablePosition] = field(default_factory=dict)
    cell_findings: Sequence[Finding] = ()
    typed_texts: TypedTexts = field(default_factory=dict)
    source: str = ""
    own_columns: OwnColumns = field(default_factory=NoOwnColumns, repr=False, compare=False)
    row_source: RowSource | None = field(default=None, repr=False, compare=False)
    playbook_reader: PlaybookReader = field(default_factory=PlaybookReader, repr=False, compare=False)
    name_reader: NameReader = field(default_factory=NameReader, repr=False, compare=False)
    kept: KeptValues = field(default_factory=KeptValues, repr=False, compare=False)

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def with_tables(self, **tables: pd.DataFrame) -> Pipeline:
        """Return the same pipeline with some frames replaced."""
        return replace(self, tables=self.tables.with_frames(tables))

    def cell_address(self, table: str, row: int, column: str = "") -> str:
        """Return the address of a cell such as ``Deals!F12``.

        For a row that is not in the sheet yet, its place in the file that it comes from, or else the sheet's name.
        """
        if row < 0 and self.row_source and (place_in_file := self.row_source(table, row, column)):
            return place_in_file
        place = self.table_positions.get(table)
        sheet = place.sheet if place else table
        letter = place.letters.get(column, "A") if place else ""
        return address_on_sheet(sheet, f"{letter}{row}") if row > 0 and letter else bare_sheet_name(sheet)

    @property
    def as_of(self) -> date:
        """Return the as-of date of the query, or today."""
        return self.query.as_of or self.today

    @property
    def playbooks(self) -> Mapping[str, Playbook]:
        """Return the playbooks of the sheets Stages, Gates and StageTasks by id."""
        return self.playbook_reader.read(self)

    @property
    def default_playbook(self) -> str:
        """Return the id of the playbook for deals without one."""
        return self.settings.text("playbook")


def build_pipeline(today: date, language: Language = "en", **rows: list[dict[str, Any]]) -> Pipeline:
    """Return a pipeline built from plain rows by table name, other tables empty; meant for tests and small scripts."""
    tables = {name: make_table_frame(table, rows.get(name, ())) for name, table in TABLES.items()}
    return with_declared_cells(Pipeline(LoadedFrames(tables), today, language))


def with_declared_cells(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with a blank column in place of each that the sheet Columns declares and no frame has yet."""
    tables: dict[str, pd.DataFrame] = {}
    for one in read_declared_columns(pipeline["Columns"], pipeline.language):
        held = tables.get(one.table, pipeline[one.table])
        if one.column.id not in held:
            blank = make_column_series(one.column, [None] * len(held), held.index)
            tables[one.table] = held.assign(**{one.column.id: blank})
    return pipeline.with_tables(**tables) if tables else pipeline


def read_playbooks(pipeline: Pipeline) -> dict[str, Playbook]:
    """Return the playbooks of the set-up sheets; unusable rows are skipped here and reported by rules."""
    stages = pipeline["Stages"]
    stages = stages[(stages["stage"] != "") & stages["position"].notna()].sort_values(["playbook", "position"])
    gates = [
        _build_gate(row)
        for row in _setup_records(pipeline["Gates"])
        if row["active"] != "no" and row["gate"] and row["stage"]
    ]
    gates += [
        Gate(one.title, "", one.stage, one.asked_as, "filled", "", one.effect, "", 0, one.condition)
        for one in list_declared_columns(pipeline)
        if one.stage and one.asked_as
    ]
    tasks = [_build_stage_task(row) for row in _setup_records(pipeline["StageTasks"]) if row["stage"] and row["task"]]
    return {
        str(playbook_id): Playbook(
            str(playbook_id),
            tuple(_build_stage(row) for row in _setup_records(group)),
            tuple(gate for gate in gates if gate.playbook in ("", playbook_id)),
            tuple(task for task in tasks if task.playbook in ("", playbook_id)),
        )
        for playbook_id, group in stages.groupby("playbook", sort=False)
    }


def _setup_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[Any, Any]] = frame.to_dict("records")
    return [{**row, "row": int(index)} for index, row in zip(frame.index, records, strict=True)]


def _optional_integer(value: float) -> int | None:
    return None if is_missing(value) else int(value)


def _build_stage(row: dict[str, Any]) -> Stage:
    probability = 0.0 if row["probability"] != row["probability"] else float(row["probability"])
    return Stage(
        row["stage"],
        int(row["position"]),
        row["kind"] or "open",
        probability,
        _optional_integer(row["day_limit"]),
        _optional_integer(row["cadence"]),
        row["may_skip"] != "no",
        row["buyer_stage"],
        row["purpose"],
        row["action"],
        row["row"],
    )


def _build_gate(row: dict[str, Any]) -> Gate:
    return Gate(
        row["gate"], row["playbook"], row["stage"], row["subject"], row["check"], row["value"], row["effect"] or "block",
        row["remedy"], row["row"], row["condition"],
    )  # fmt: skip


def _build_stage_task(row: dict[str, Any]) -> StageTask:
    return StageTask(
        row["playbook"],
        row["stage"],
        row["task"],
        row["required"] == "yes",
        _optional_integer(row["due_days"]),
        row["done_by"],
        row["outcomes"],
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a row, in words that its owner can act on."""

    json_order: ClassVar[tuple[str, ...]] = (
        "rule", "severity", "table", "key", "deal_name", "column", "cell", "message",
    )  # fmt: skip

    rule: str
    """Id of the rule."""
    severity: str
    """block, warn or note."""
    message: str
    """What is wrong and what to do, in the language of the workbook."""
    table: str = ""
    """Table of the row; blank for findings about the workbook as a whole."""
    key: str = ""
    """Key of the row."""
    column: str = ""
    """Id of the column."""
    cell: str = ""
    """Address, such as Deals!F12."""
    deal_name: str = ""
    """The customer and the name of the deal that the row is, or belongs to."""

    @property
    def blocks(self) -> bool:
        """Return whether the finding makes a run end with exit code 1."""
        return self.severity == "block"


@dataclass(frozen=True, eq=False)
class LazyFindings(Sequence[Finding]):
    """The findings about cells of the tables read so far, looked up by *find*."""

    find: Callable[[], Sequence[Finding]]

    @overload
    def __getitem__(self, at: int) -> Finding: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Finding]: ...

    def __getitem__(self, at: int | slice) -> Finding | Sequence[Finding]:
        return self.find()[at]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.find())

    def __len__(self) -> int:
        return len(self.find())
