"""The closed workbook: read as a pipeline, written by a change set, without Excel.

Also what became of the user's own formulas, and the backup that two copies have in common.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import WorkbookError
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.metric_sheets import card_formulas
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.ooxml.cell_references import CellPlace, cell_address
from xl_salesflow.ooxml.formula_cells import KnownFormulas
from xl_salesflow.ooxml.recalculation import (
    ARRAY_FORMULA,
    DEPENDS_ON_ANOTHER,
    NOT_CALCULABLE,
    TOO_MANY_FORMULAS,
    UNCONFIRMED_RESULT,
    Recalculation,
)
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.atomic_save import save_workbook
from xl_salesflow.workbook.book_integrity import check_book_integrity
from xl_salesflow.workbook.book_reader import WorkbookReading, read_single_cell_names
from xl_salesflow.workbook.book_upgrade import restore_workbook
from xl_salesflow.workbook.cell_conversion import Dialect
from xl_salesflow.workbook.cell_findings import describe_cell_findings
from xl_salesflow.workbook.change_writer import ChangeSetWriter
from xl_salesflow.workbook.empty_workbook import read_empty_workbook
from xl_salesflow.workbook.input_cells import (
    check_named_cells,
    message_language,
    query_from_named_cells,
    read_workbook_settings,
)
from xl_salesflow.workbook.missing_parts import find_declared_tables
from xl_salesflow.workbook.workbook_layout import (
    WorkbookLayout,
    find_missing_metric_rows,
    find_workbook_layout,
    language_of_headers,
)

_UNCALCULATED_REASONS = {
    ARRAY_FORMULA: Text("an array formula", "数组公式"),
    UNCONFIRMED_RESULT: Text("calculates differently here", "此处计算结果不同"),
    DEPENDS_ON_ANOTHER: Text("depends on one that is left", "依赖未计算的公式"),
    NOT_CALCULABLE: Text("cannot be calculated here", "此处无法计算"),
    TOO_MANY_FORMULAS: Text("too much to calculate here", "计算量过大"),
}
_ROW_NUMBERS = re.compile(r"[0-9]+")


def known_formulas(layout: WorkbookLayout) -> KnownFormulas:
    """The formulas whose values a plan brings: declared columns, named cells, the cards of metrics."""
    columns = {name: [layout.headers[name][column.id] for column in TABLES[name].formulas] for name in layout.tables}
    return KnownFormulas(columns, [*NAMED_CELLS, *METRICS_BY_ID, *card_formulas(layout.language)])


def report_own_formulas(outcome: Recalculation, book: Workbook, language: Language) -> dict[str, Any]:
    """What became of the user's formulas, for the answer of a run; empty when none was concerned."""
    own = sorted(
        place for place, text in outcome.texts.items() if _formula_shape(text) not in _template_formula_shapes(language)
    )
    done = [_own_formula_address(book, place) for place in own if place in outcome.values]
    left = [
        {
            "cell": _own_formula_address(book, place),
            "why": _uncalculated_reason(outcome.left_for_excel[place], language),
        }
        for place in own
        if place in outcome.left_for_excel
    ]
    return {"recalculated": done, "to_calculate": left} if own else {}


def _uncalculated_reason(reason: str, language: Language) -> str:
    return _UNCALCULATED_REASONS[reason].in_(language) if reason in _UNCALCULATED_REASONS else reason  # a function, say


def _own_formula_address(book: Workbook, place: CellPlace) -> str:
    sheet = book.sheets[place.sheet].name
    quoted = sheet if sheet.isidentifier() else f"'{sheet}'"
    return f"{quoted}!{cell_address(place.row, place.column)}"


@cache
def _template_formula_shapes(language: Language) -> frozenset[str]:
    """The helper formulas of the template, whatever row they are in."""
    book = Workbook(Path("template"), read_empty_workbook(language))
    return frozenset(map(_formula_shape, book.formulas().values()))


def _formula_shape(formula: str) -> str:
    return _ROW_NUMBERS.sub("#", formula)


class ClosedBook:
    """A workbook on disk; the Book that every headless run uses.

    *data* is a workbook that is to stand at *path* and does not yet: it is read instead of the file, and `made` gives it back.
    """

    def __init__(self, path: str | PathLike[str], data: bytes | None = None) -> None:
        self.path = Path(path)
        self._data = data
        self._reading: WorkbookReading | None = None
        self._backups = 0
        self._answer: dict[str, Any] = {}

    def read(self, today: date) -> Pipeline:
        """Return the workbook as values, what is wrong with single cells among them.

        Raises:
            WorkbookError: the file is no sound workbook of ours; it says what is missing.
        """
        workbook = Workbook.open(self.path) if self._data is None else Workbook(self.path, self._data)
        reading = WorkbookReading(workbook, find_workbook_layout(self.path, workbook.tables))
        settings, wrong = read_workbook_settings(reading.read_table("Settings", Dialect()))
        reading.findings["Settings"] += wrong
        dialect = Dialect(settings.text("currency"), workbook.date1904, today)
        for name in TABLES:
            if name != "Settings":
                reading.read_table(name, dialect)
        reading.find_typed_over()
        language = message_language(settings, reading.layout.language)
        named, missing = check_named_cells(*read_single_cell_names(workbook), dialect, language)
        pipeline = Pipeline(
            {name: reading.frames.pop(name) for name in TABLES}, today, language, settings, query_from_named_cells(named), named,
            reading.layout.table_places, source=str(self.path),
        )  # fmt: skip
        self._reading, self._backups = reading, int(settings.number("backups"))
        faults = [
            finding
            for table in TABLES
            for finding in describe_cell_findings(pipeline, table, reading.findings.pop(table))
        ]
        return replace(
            pipeline,
            cell_findings=(
                *faults,
                *find_missing_metric_rows(pipeline),
                *missing,
                *check_book_integrity(workbook, language),
            ),
        )

    def restore(self) -> list[str]:
        """Put back what the file lacks of the workbook we declare, or what stands where its formulas should; say what.

        A workbook of an older version gains tables, columns, rows and names that came since. Formulas of tables are put back
        by the plan of a check. Raises WorkbookError; the file is then as it was.
        """
        workbook = Workbook.open(self.path)
        after, added, strayed = restore_workbook(workbook)
        if not added and not strayed:
            return []
        after.require_recalculation()
        save_workbook(self.path, after.write_to, workbook.digest)
        language = language_of_headers(find_declared_tables(after))
        return [one.describe(language) for one in added] + [one.cell for one in strayed]

    def write(self, plan: ChangeSet) -> None:
        """Carry out *plan* on the workbook that was read; a plan that changes nothing leaves the file untouched.

        Raises:
            WorkbookError: somebody has it open or saved it meanwhile, or the disk refuses; the file is as it was.
        """
        before, workbook = self._carry_out(plan)
        if workbook:
            save_workbook(self.path, workbook.write_to, before, self._backups)

    def write_to_bytes(self, plan: ChangeSet) -> tuple[bytes, ChangeSet]:
        """Return the workbook with *plan* carried out, for somebody else to save, and the plan as `written` returns it."""
        _, workbook = self._carry_out(plan)
        data = workbook.to_bytes() if workbook else self._data or self.path.read_bytes()
        return data, replace(plan, answer={**plan.answer, **self._answer})

    def write_and_report(self, plan: ChangeSet) -> ChangeSet:
        """Carry out *plan*; return it with what became of the user's own formulas in its answer.

        `recalculated` lists the cells with new values, `to_calculate` those left for Excel, with the reason for each.
        """
        self.write(plan)
        return replace(plan, answer={**plan.answer, **self._answer})

    def _carry_out(self, plan: ChangeSet) -> tuple[str, Workbook | None]:
        """Return the digest of what was read, and the workbook to save in its place; None where nothing changes."""
        if not plan.writes:
            return "", None
        if self._reading is None:
            raise ValueError("read the workbook before writing to it: a plan is about what was read")
        reading, self._reading = self._reading, None
        if not ChangeSetWriter(reading).collect(plan):
            return "", None
        if reading.typed_over:  # what stands in for our formulas is nobody's to calculate here
            reading.workbook.require_recalculation()
        workbook, outcome = reading.workbook.with_recalculation(known_formulas(reading.layout))
        self._answer = report_own_formulas(outcome, workbook, reading.layout.language)
        return reading.workbook.digest, workbook


def find_common_backup(ours: Pipeline, theirs: Pipeline) -> tuple[Path | None, list[WorkbookError]]:
    """Return the youngest backup beside either copy whose runs both went through, and what kept others from being read."""
    runs = set(ours["Journal"]["run"]) & set(theirs["Journal"]["run"])
    beside = (Path(copy.source) for copy in (ours, theirs) if copy.source)
    backups = {file for path in beside for file in path.parent.glob(f"{path.stem}.backup-*{path.suffix}")}
    fitting: list[tuple[float, Path]] = []
    unread: list[WorkbookError] = []
    for file in sorted(backups):
        try:
            known = set(ClosedBook(file).read(ours.today)["Journal"]["run"])
        except WorkbookError as error:
            unread.append(error)
            continue
        if known == runs:
            fitting.append((file.stat().st_mtime, file))
    return (max(fitting)[1] if fitting else None), unread
