"""The closed workbook: read as a pipeline, written by a plan, without Excel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.ooxml import Workbook
from xl_salesflow.workbook.amiss import amiss
from xl_salesflow.workbook.columns import Dialect
from xl_salesflow.workbook.faults import findings
from xl_salesflow.workbook.layout import find_layout, language_of_headers
from xl_salesflow.workbook.live import missing_rows
from xl_salesflow.workbook.missing import our_tables
from xl_salesflow.workbook.named import read_named, view_of
from xl_salesflow.workbook.own_formulas import known_formulas, told
from xl_salesflow.workbook.read import Reading, named_cells
from xl_salesflow.workbook.save import save
from xl_salesflow.workbook.settings import language_of, read_settings
from xl_salesflow.workbook.upgrade import restored
from xl_salesflow.workbook.write import Writer


class ClosedBook:
    """A workbook on disk; the Book that every headless run uses.

    *data* is a workbook that is to stand at *path* and does not yet: it is read instead of the file, and `made` gives it back.
    """

    def __init__(self, path: str | PathLike[str], data: bytes | None = None) -> None:
        self.path = Path(path)
        self._data = data
        self._reading: Reading | None = None
        self._backups = 0
        self._answer: dict[str, Any] = {}

    def read(self, today: date) -> Pipeline:
        """Return the workbook as values, what is wrong with single cells among them.

        Raises:
            WorkbookError: the file is no sound workbook of ours; it says what is missing.
        """
        workbook = Workbook.open(self.path) if self._data is None else Workbook(self.path, self._data)
        reading = Reading(workbook, find_layout(self.path, workbook.tables))
        settings, wrong = read_settings(reading.take("Settings", Dialect()))
        reading.faults["Settings"] += wrong
        dialect = Dialect(settings.text("currency"), workbook.date1904)
        for name in TABLES:
            if name != "Settings":
                reading.take(name, dialect)
        reading.find_typed_over()
        language = language_of(settings, reading.layout.language)
        named, missing = read_named(*named_cells(workbook), dialect, language)
        pipeline = Pipeline(
            {name: reading.frames.pop(name) for name in TABLES}, today, language, settings, view_of(named), named,
            reading.layout.places, source=str(self.path),
        )  # fmt: skip
        self._reading, self._backups = reading, int(settings.number("backups"))
        faults = [finding for table in TABLES for finding in findings(pipeline, table, reading.faults.pop(table))]
        return replace(pipeline, faults=(*faults, *missing_rows(pipeline), *missing, *amiss(workbook, language)))

    def restore(self) -> list[str]:
        """Put back what the file lacks of the workbook we declare, or what stands where its formulas should; say what.

        A workbook of an older version gains tables, columns, rows and names that came since. Formulas of tables are put back
        by the plan of a check. Raises WorkbookError; the file is then as it was.
        """
        workbook = Workbook.open(self.path)
        after, added, strayed = restored(workbook)
        if not added and not strayed:
            return []
        after.require_recalculation()
        save(self.path, after.write_to, workbook.digest)
        language = language_of_headers(our_tables(after))
        return [one.told(language) for one in added] + [one.cell for one in strayed]

    def write(self, plan: Plan) -> None:
        """Carry out *plan* on the workbook that was read; a plan that changes nothing leaves the file untouched.

        Raises:
            WorkbookError: somebody has it open or saved it meanwhile, or the disk refuses; the file is as it was.
        """
        before, workbook = self._carried_out(plan)
        if workbook:
            save(self.path, workbook.write_to, before, self._backups)

    def made(self, plan: Plan) -> tuple[bytes, Plan]:
        """Return the workbook with *plan* carried out, for somebody else to save, and the plan as `written` returns it."""
        _, workbook = self._carried_out(plan)
        data = workbook.to_bytes() if workbook else self._data or self.path.read_bytes()
        return data, replace(plan, answer={**plan.answer, **self._answer})

    def written(self, plan: Plan) -> Plan:
        """Carry out *plan*; return it with what became of the user's own formulas in its answer.

        `recalculated` lists the cells with new values, `to_calculate` those left for Excel, with the reason for each.
        """
        self.write(plan)
        return replace(plan, answer={**plan.answer, **self._answer})

    def _carried_out(self, plan: Plan) -> tuple[str, Workbook | None]:
        """Return the digest of what was read, and the workbook to save in its place; None where nothing changes."""
        if not plan.writes:
            return "", None
        if self._reading is None:
            raise ValueError("read the workbook before writing to it: a plan is about what was read")
        reading, self._reading = self._reading, None
        if not Writer(reading).collect(plan):
            return "", None
        if reading.typed_over:  # what stands in for our formulas is nobody's to calculate here
            reading.workbook.require_recalculation()
        workbook, outcome = reading.workbook.recalculated(known_formulas(reading.layout))
        self._answer = told(outcome, workbook, reading.layout.language)
        return reading.workbook.digest, workbook
