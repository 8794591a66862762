"""An import as a plan: rows to add, cells to change, the history that dates tell of, and what is wrong with which row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.imports import lists, reports
from xl_salesflow.imports.deals import SAID, no_news, told
from xl_salesflow.imports.files import rows_of
from xl_salesflow.imports.history import backwards, recorded, visits
from xl_salesflow.imports.mapping import Mapping
from xl_salesflow.imports.merge import NUMBERED, edits, framed, matched
from xl_salesflow.imports.new_stages import added
from xl_salesflow.imports.rows import FILE, ROW, Rows
from xl_salesflow.imports.twice import twice
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Finding, Plan
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

BECAUSE = "import"
_AS_IN = Text("As {file} has it", "沿用 {file} 中的赢率")


@dataclass
class _Import:
    """What one import gathers on its way."""

    pipeline: Pipeline
    mapping: Mapping
    found: list[Finding]
    edits: list[Edit] = field(default_factory=list)
    appends: dict[str, list[pd.DataFrame]] = field(default_factory=dict)

    def append(self, table: str, rows: pd.DataFrame) -> None:
        if len(rows):
            self.appends.setdefault(table, []).append(framed(TABLES[table], rows))

    def take(self, rows: Rows) -> None:
        """Take in the rows of one table: new ones are appended, known ones edited where they differ."""
        existing = self.pipeline[rows.table]
        merged = matched(rows.table, rows.frame, rows.given, existing)
        self.found += twice(rows.table, merged.new, existing, self.pipeline.language)
        self.append(rows.table, merged.new)
        self.edits += edits(rows.table, merged.known, rows.given, existing, BECAUSE)

    def take_deals(self, rows: Rows, playbook: Playbook) -> None:
        """Take in deals: new ones with their history, known ones as typed changes that the next update judges."""
        language, existing = self.pipeline.language, self.pipeline["Deals"]
        deals, given = told(rows, self.mapping, playbook, language, self.found)
        merged = matched("Deals", deals, given, existing)
        self.found += twice("Deals", merged.new, existing, language)
        new = recorded(_complete_deals(_explained(merged.new, given, language)), playbook)
        self._tell_backwards(new)
        self.append("Deals", new)
        self.append("History", visits(new, playbook, self.pipeline["History"], language))
        known = merged.known
        recorded_stage = existing.loc[known.index, "recorded_stage"]
        old = ~known[SAID].astype(bool) | no_news(known["stage"], recorded_stage, playbook)
        known = known.assign(stage=known["stage"].mask(old, ""))
        self.edits += edits("Deals", known, given, existing, BECAUSE)

    def plan(self) -> Plan:
        appends = tuple(
            Append(table, pd.concat(parts, ignore_index=True), BECAUSE) for table, parts in self.appends.items()
        )
        return Plan(edits=tuple(self.edits), appends=appends, findings=tuple(self.found))

    def _tell_backwards(self, deals: pd.DataFrame) -> None:
        for row in backwards(deals).to_dict("records"):
            self.found.append(
                reports.finding(
                    "backwards", reports.BACKWARDS, row[FILE], row[ROW], self.pipeline.language, table="Deals",
                    key=row["deal"], column="closed", closed=row["closed"].date(), created=row["created"].date(),
                )
            )  # fmt: skip


def plan(pipeline: Pipeline, paths: Sequence[Path], mapping: Mapping) -> Plan:
    """Return what bringing the files at *paths* into *pipeline* by *mapping* does; a second time it does nothing.

    Rows whose key the workbook has are updated, others appended. A cell that cannot be used stays blank, a row whose key cannot
    be used is left out; either is a finding that names the file, the row and the column.

    Raises:
        UsageError: a file is missing or unreadable, the mapping names something that is not there, or leaves a question open.
    """
    _settled(mapping)
    playbook, stages = added(pipeline, mapping)
    rows, found = rows_of([Path(path) for path in paths], mapping, pipeline.language)
    work = _Import(pipeline, mapping, found, list(stages.edits))
    for append in stages.appends:
        work.append(append.table, append.rows)
    for table in TABLES:  # in the order of the sheets, so that a plan reads the same whatever the order of the files
        if table in rows:
            _with_key(rows[table], mapping)
            work.take_deals(rows[table], playbook) if table == "Deals" else work.take(rows[table])
    _name_missing(work)
    listed = lists.extended(pipeline, work.appends, work.edits, BECAUSE)
    return work.plan() + listed


def _settled(mapping: Mapping) -> None:
    for file, header in mapping.open_questions:
        raise UsageError(
            f"{file.file}: the dates of “{header}” can be read in two ways; write dd/mm/yyyy or mm/dd/yyyy into the map.",
            f"{file.file}：“{header}”的日期有两种读法；请在映射中写明 dd/mm/yyyy 或 mm/dd/yyyy。",
        )


def _with_key(rows: Rows, mapping: Mapping) -> None:
    key = TABLES[rows.table].key
    if key is not None and key not in rows.given and rows.table not in NUMBERED:
        file = next(file.file for file in mapping.files if file.table == rows.table)
        raise UsageError(
            f"{file}: no column gives {key}, by which rows of {rows.table} are told apart; name one in the map.",
            f"{file}：没有列对应 {key}，无法区分 {rows.table} 表的各行；请在映射中指定一列。",
        )


def _explained(deals: pd.DataFrame, given: Sequence[str], language: Language) -> pd.DataFrame:
    # a probability of its own wants a reason; that the other program said so is one
    if "probability_override" not in given or "probability_reason" in given:
        return deals
    says = deals[FILE].map({file: _AS_IN.in_(language, file=file) for file in deals[FILE].unique()})
    return deals.assign(probability_reason=says.where(deals["probability_override"].notna(), "").astype(object))


def _complete_deals(deals: pd.DataFrame) -> pd.DataFrame:
    full = framed(TABLES["Deals"], deals)
    extra = deals.reset_index(drop=True)
    return pd.concat([full, extra[[id for id in extra.columns if id not in full]]], axis=1)


def _name_missing(work: _Import) -> None:
    """Append a row for every account, product, person… that imported rows name and the workbook does not have."""
    for table in work.mapping.missing:
        key = str(TABLES[table].key)
        named: list[np.ndarray[tuple[int], np.dtype[np.object_]]] = []
        for name, parts in list(work.appends.items()):
            for id in (c.id for c in TABLES[name].columns if c.options == table):
                named += [part[id].to_numpy(object) for part in parts]
        named += [e.after.to_numpy(object) for e in work.edits if TABLES[e.table][e.column].options == table]
        have = {*work.pipeline[table][key], *(text for part in work.appends.get(table, []) for text in part[key]), ""}
        new = [text for text in pd.unique(np.concatenate(named)) if text not in have] if named else []
        work.append(table, pd.DataFrame({key: pd.Series(new, dtype=object)}))
