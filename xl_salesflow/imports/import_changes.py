"""Build the change set of an import: rows, changed cells, stage stays, new list values, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit
from xl_salesflow.core.declared_columns import list_declared_columns
from xl_salesflow.core.key_numbers import COUNTED_TABLES
from xl_salesflow.core.pipelines import Finding, Pipeline, Playbook
from xl_salesflow.core.verb_answers import ImportedFiles
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.file_rows import read_mapped_rows
from xl_salesflow.imports.import_accounts import SourceAccount, summarise_import, trace_matched_rows
from xl_salesflow.imports.import_findings import (
    BACKWARD_DATES_IN_FILE,
    CHANGES_OF_KNOWN_DEALS_IN_FILE,
    CHANGES_WITHOUT_HISTORY_IN_FILE,
    FUTURE_CLOSINGS_IN_FILE,
    NO_STAGE_IN_FILE,
    make_import_finding,
)
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_stages import add_new_stages
from xl_salesflow.imports.import_vocabulary import IMPORTED_HISTORY_TABLE
from xl_salesflow.imports.imported_deals import (
    STAGE_GIVEN_COLUMN,
    DealResolver,
    build_imported_stays,
    find_backward_deals,
    is_stage_recorded,
    record_imported_deals,
    resolve_imported_deals,
)
from xl_salesflow.imports.new_row_places import locate_new_rows
from xl_salesflow.imports.recorded_stays import build_recorded_stays, update_recorded_deals
from xl_salesflow.imports.row_matching import (
    FILE_COLUMN,
    ROW_COLUMN,
    ImportedRows,
    complete_imported_frame,
    find_imported_duplicates,
    match_rows_to_table,
)
from xl_salesflow.imports.source_reader import make_import_context
from xl_salesflow.imports.stage_history import collect_stage_history
from xl_salesflow.locale.texts import Language, Text, fold_text
from xl_salesflow.schema.table_columns import ColumnType, find_own_column
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_OPEN_LISTS_TABLE = TABLES["Lists"]


def extend_open_lists(
    pipeline: Pipeline, appends: Mapping[str, Iterable[pd.DataFrame]], edits: Iterable[Edit], because: str
) -> ChangeSet:
    """Return the change set that adds to Lists the values that *appends* and *edits* use and no list has yet."""
    used: dict[str, list[pd.Series]] = {}
    for table, parts in appends.items():
        for column in TABLES[table].columns:
            if column.type is ColumnType.LIST and table not in ("History", "Lists"):
                used.setdefault(str(column.options), []).extend(part[column.id] for part in parts)
    for edit in edits:
        if TABLES[edit.table][edit.column].type is ColumnType.LIST:
            used.setdefault(str(TABLES[edit.table][edit.column].options), []).append(edit.after)
    held = pipeline["Lists"]
    new = {name: _find_unlisted_values(held[name], columns) for name, columns in used.items()}
    return _write_list_values(held, {name: values for name, values in new.items() if values}, because)


def _find_unlisted_values(held: pd.Series, used: Sequence[pd.Series]) -> list[str]:
    known = {fold_text(text) for text in held}
    return [text for text in pd.concat(list(used)).unique() if text and fold_text(text) not in known]


def _write_list_values(held: pd.DataFrame, new: Mapping[str, list[str]], because: str) -> ChangeSet:
    """Write below the last value of each list; append rows where the sheet ends."""
    edits, rows = list[Edit](), dict[int, dict[str, str]]()
    for name, values in new.items():
        filled = held.index[held[name] != ""]
        free = held.index[held.index > (filled.max() if len(filled) else -1)]
        fits = len(values[: len(free)])
        if fits:
            at = free[:fits]
            after = pd.Series(values[:fits], index=at, dtype=object)
            edits.append(
                Edit("Lists", name, held.loc[at, _OPEN_LISTS_TABLE.columns[0].id], held.loc[at, name], after, because)
            )
        for place, value in enumerate(values[fits:]):
            rows.setdefault(place, {})[name] = value
    added = make_table_frame(_OPEN_LISTS_TABLE, [rows[place] for place in sorted(rows)])
    return ChangeSet(edits=tuple(edits), appends=(Append("Lists", added, because),) if len(added) else ())


BECAUSE_OF_IMPORT = "import"
_OPEN_QUESTION_ERRORS: Mapping[str, Text] = MappingProxyType(
    {
        "dates": Text(
            "{file}: the dates of “{header}” can be read in two ways; write dd/mm/yyyy or mm/dd/yyyy "
            "into the map, or another of the orders listed there."
        ),
        "decimal": Text(
            "{file}: the numbers of “{header}” can be read in two ways; write their decimal mark, “.” or “,”, into the map."
        ),
        "to": Text(
            '{file}: nothing tells whether “{header}” or another column is meant; write its target into the map and "" beside '
            "the one that is left out."
        ),
        "fiscal_2025": Text(
            "{file}: “{header}” has years or quarters of fiscal years; write the first day of the fiscal year 2025 into the map "
            "(fiscal_2025), or leave the column out."
        ),
        "times": Text(
            "{file}: the probabilities of “{header}” are no higher than 10; write into the map what 1 stands for (times): 0.01 "
            "for per cent, 0.1 if 10 is certain, 0.2 if 5 is certain."
        ),
        "year": Text(
            "{file}: days of “{header}” have no year, and more than one is possible; write the year into the map (year), or "
            "leave the column out."
        ),
        "rate": Text(
            "{file}: the amounts of “{header}” are in {currency}; write into the map what 1 "
            "{currency} is worth in the workbook's currency (rate), or leave the column out."
        ),
    }
)
_PROBABILITY_FROM_FILE = Text("As {file} has it")


@dataclass
class _ImportUnderWay:
    """What one import collects while it runs."""

    pipeline: Pipeline
    import_map: ImportMap
    as_history: bool
    findings: list[Finding]
    changes: list[Edit] = field(default_factory=list)
    appends: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    fates: dict[str, pd.DataFrame] = field(default_factory=dict)
    accounts: Mapping[str, SourceAccount] = field(default_factory=dict)
    """The accounts of the files by their names."""
    stage_changes: ImportedRows | None = None
    """The history of changes that a file holds."""

    def append(self, table: str, rows: pd.DataFrame) -> None:
        if len(rows):
            self.appends.setdefault(table, []).append(complete_imported_frame(TABLES[table], rows))

    def take(self, rows: ImportedRows) -> None:
        """Add the rows of one table: append new rows, edit known rows where they differ."""
        from xl_salesflow.imports.row_matching import change_known_rows

        existing = self.pipeline[rows.table]
        merged = match_rows_to_table(self.pipeline, rows.table, rows.frame, rows.given)
        self.findings += find_imported_duplicates(rows.table, merged.new, existing, self.pipeline.language)
        self.append(rows.table, merged.new)
        edits = change_known_rows(rows.table, merged.known, rows.given, existing, BECAUSE_OF_IMPORT)
        self.changes += edits
        self.fates[rows.table] = trace_matched_rows(rows.table, merged, edits, existing)

    def take_deals(self, rows: ImportedRows, playbook: Playbook) -> None:
        """Add deals as typed, so that their moves are judged; with *as_history*, new ones with their history."""
        from xl_salesflow.imports.row_matching import change_known_rows

        language, existing = self.pipeline.language, self.pipeline["Deals"]
        resolver = DealResolver(self.import_map, playbook, language, self.findings, self.accounts)
        deals, given = resolve_imported_deals(rows, resolver)
        merged = match_rows_to_table(self.pipeline, "Deals", deals, given)
        self.findings += find_imported_duplicates("Deals", merged.new, existing, language)
        new = _complete_deal_rows(_explain_probabilities(merged.new, given, language))
        self._report_backward_dates(new)
        self._report_future_closings(new)
        if "stage" in rows.given:
            self._report_deals_without_stage(new)
        if self.as_history:
            history = collect_stage_history(new, self.stage_changes, resolver.stage_of)
            new = record_imported_deals(new, playbook)
            start = self.import_map.starts_in or playbook.first.name
            stays = build_recorded_stays(new, history, start, playbook)
            new = update_recorded_deals(new, stays)
            self.append("History", build_imported_stays(self.pipeline, new, playbook, stays))
        self.append("Deals", new if self.as_history else new.assign(outcome="", playbook=playbook.id))
        known = merged.known
        recorded_stage = existing.loc[known.index, "recorded_stage"]
        old = ~known[STAGE_GIVEN_COLUMN].astype(bool) | is_stage_recorded(known["stage"], recorded_stage, playbook)
        known = known.assign(stage=known["stage"].mask(old, ""))
        edits = change_known_rows("Deals", known, given, existing, BECAUSE_OF_IMPORT)
        self.changes += edits
        self.fates["Deals"] = trace_matched_rows("Deals", merged, edits, existing)

    def to_change_set(self) -> ChangeSet:
        appends = tuple(
            Append(table, pd.concat(parts, ignore_index=True), BECAUSE_OF_IMPORT)
            for table, parts in self.appends.items()
        )
        return ChangeSet(edits=tuple(self.changes), appends=appends, findings=tuple(self.findings))

    def _report_future_closings(self, deals: pd.DataFrame) -> None:
        later = deals[(deals["outcome"] != "open") & (deals["closed"] > pd.Timestamp(self.pipeline.today))]
        if len(later):
            row = later.iloc[0]
            self.findings.append(
                make_import_finding(
                    "future", FUTURE_CLOSINGS_IN_FILE, row[FILE_COLUMN], int(row[ROW_COLUMN]), self.pipeline.language,
                    table="Deals", key=row["deal"], column="closed", count=len(later), closed=row["closed"].date(),
                )
            )  # fmt: skip

    def _report_deals_without_stage(self, deals: pd.DataFrame) -> None:
        """Report new deals of a file whose stage is blank while other deals of it have one, as in grouped lists."""
        for name, rows in deals.groupby(FILE_COLUMN, sort=False):
            given = rows[STAGE_GIVEN_COLUMN].astype(bool)
            if given.any() and not given.all():
                row = rows[~given].iloc[0]
                self.findings.append(
                    make_import_finding(
                        "no_stage", NO_STAGE_IN_FILE, str(name), int(row[ROW_COLUMN]), self.pipeline.language, table="Deals",
                        key=row["deal"], column="stage", count=int((~given).sum()), stage=row["stage"],
                    )
                )  # fmt: skip

    def _report_backward_dates(self, deals: pd.DataFrame) -> None:
        for row in find_backward_deals(deals).to_dict("records"):
            self.findings.append(
                make_import_finding(
                    "backwards", BACKWARD_DATES_IN_FILE, row[FILE_COLUMN], row[ROW_COLUMN], self.pipeline.language, table="Deals",
                    key=row["deal"], column="closed", closed=row["closed"].date(), created=row["created"].date(),
                )
            )  # fmt: skip


def _refuse_undeclared_columns(pipeline: Pipeline, mapping: ImportMap) -> None:
    for file in mapping.files:
        for how in file.columns.values():
            if find_own_column(how.to) and how.to not in pipeline[file.table]:
                raise UsageError(
                    "The map fills “{column}”, which the sheet Own columns does not declare for {sheet}; declare it there, or "
                    "leave the column out of the map.",
                    column=how.to,
                    sheet=TABLES[file.table].title,
                )


def _spell_own_values(pipeline: Pipeline, rows: ImportedRows) -> ImportedRows:
    """Return *rows* with the values of the team's lists as the sheet Own columns spells them."""
    lists = [one for one in list_declared_columns(pipeline, rows.table) if one.values and one.column.id in rows.frame]
    spelled = {
        one.column.id: rows.frame[one.column.id].map(lambda cell, one=one: one.spellings.get(fold_text(cell), cell))
        for one in lists
    }
    return replace(rows, frame=rows.frame.assign(**spelled)) if spelled else rows


def build_import_changes(
    pipeline: Pipeline, paths: Sequence[Path], mapping: ImportMap, *, as_history: bool = False
) -> ChangeSet[ImportedFiles]:
    """Return the change set that imports the files at *paths* into *pipeline* by *mapping*; a second import changes nothing.

    New deals are like typed ones, and their moves are still to be judged. With *as_history*, they are in the stages of the files
    without being judged, and get the stage stays that follow from their dates.

    Rows whose key is in the workbook are updated, others appended. A cell that cannot be read stays blank, and a row
    without a usable key is left out; both are findings that name the file, the row and the column.

    Raises:
        UsageError: a file is missing or unreadable, or the mapping names something unknown or leaves a question open.
    """
    _refuse_open_questions(mapping)
    playbook, stages = add_new_stages(pipeline, mapping)
    _refuse_undeclared_columns(pipeline, mapping)
    read = read_mapped_rows([Path(path) for path in paths], mapping, make_import_context(pipeline))
    rows, work = read.tables, _ImportUnderWay(pipeline, mapping, as_history, read.findings, list(stages.edits))
    work.accounts = {account.source.name: account for account in read.accounts}
    work.stage_changes = rows.pop(IMPORTED_HISTORY_TABLE, None)
    if work.stage_changes is not None:
        work.fates[IMPORTED_HISTORY_TABLE] = work.stage_changes.frame.iloc[:0].assign(fate="")
        _report_stage_changes(work)
    for append in stages.appends:
        work.append(append.table, append.rows)
    for table in TABLES:  # in the order of the sheets, so that the result does not depend on the order of the files
        if table in rows:
            rows[table] = _spell_own_values(pipeline, rows[table])
            _refuse_missing_key(rows[table], mapping)
            work.take_deals(rows[table], playbook) if table == "Deals" else work.take(rows[table])
    _append_missing_names(work)
    listed = extend_open_lists(pipeline, work.appends, work.changes, BECAUSE_OF_IMPORT)
    added = sum(map(len, work.appends.get("Deals", ())))
    answer = replace(
        summarise_import(read.accounts, work.fates),
        as_history=added if as_history else 0,
        judged=0 if as_history else added,
        places=locate_new_rows(read.accounts, work.fates),
    )
    return (work.to_change_set() + listed).with_answer(answer)


def _report_stage_changes(work: _ImportUnderWay) -> None:
    """Report that the history of changes is recorded only by a migration, and only for deals that are new."""
    frame = work.stage_changes.frame if work.stage_changes else pd.DataFrame()
    if not len(frame):
        return
    known = frame["deal"].isin(work.pipeline["Deals"]["deal"]) if "deal" in frame else pd.Series(True, frame.index)
    left = frame if not work.as_history else frame[known]
    if len(left):
        message = CHANGES_OF_KNOWN_DEALS_IN_FILE if work.as_history else CHANGES_WITHOUT_HISTORY_IN_FILE
        row = left.iloc[0]
        work.findings.append(
            make_import_finding(
                "stage_changes", message, row[FILE_COLUMN], int(row[ROW_COLUMN]), work.pipeline.language, table="History",
                severity="note", count=len(left),
            )
        )  # fmt: skip


def _refuse_open_questions(mapping: ImportMap) -> None:
    for file in mapping.open_files:
        raise UsageError(
            "{file}: the layout does not say what a deal is; change the file as the notes of the map say, or write its table "
            'into the map ("" leaves it out).',
            file=file.file,
        )
    for file in mapping.open_encodings:
        raise UsageError(
            "{file}: the text can be read in several encodings ({choices}); write one of them into the map.",
            file=file.file,
            choices=file.encoding,
        )
    for file, header in mapping.open_questions:
        column = file.columns[header]
        message = _OPEN_QUESTION_ERRORS[column.questions[0]]
        raise UsageError(message, file=file.file, header=header, currency=column.currency)
    if mapping.open_stages:
        raise UsageError(
            "Nothing tells which stage “{name}” is; write a stage of the playbook into the map, or list it under "
            "[[new_stages]].",
            name=mapping.open_stages[0],
        )


def _refuse_missing_key(rows: ImportedRows, mapping: ImportMap) -> None:
    key = TABLES[rows.table].key
    if key is not None and key not in rows.given and rows.table not in COUNTED_TABLES:
        file = next(file.file for file in mapping.files if file.table == rows.table)
        raise UsageError(
            "{file}: no column gives {key}, which identifies the rows of {table}; name one in the map.",
            file=file,
            key=key,
            table=rows.table,
        )


def _explain_probabilities(deals: pd.DataFrame, given: Sequence[str], language: Language) -> pd.DataFrame:
    # a probability other than the stage's needs a reason; that it came from the other program is one
    if "probability_override" not in given or "probability_reason" in given:
        return deals
    reasons = deals[FILE_COLUMN].map(
        {file: _PROBABILITY_FROM_FILE.in_(language, file=file) for file in deals[FILE_COLUMN].unique()}
    )
    return deals.assign(probability_reason=reasons.where(deals["probability_override"].notna(), "").astype(object))


def _complete_deal_rows(deals: pd.DataFrame) -> pd.DataFrame:
    full = complete_imported_frame(TABLES["Deals"], deals)
    extra = deals.reset_index(drop=True)
    return pd.concat([full, extra[[column_id for column_id in extra.columns if column_id not in full]]], axis=1)


def _append_missing_names(work: _ImportUnderWay) -> None:
    """Append a row for every account, product, person… that imported rows refer to and the workbook does not have."""
    for table in work.import_map.missing:
        key = str(TABLES[table].key)
        named: list[np.ndarray[tuple[int], np.dtype[np.object_]]] = []
        for name, parts in list(work.appends.items()):
            for column_id in (c.id for c in TABLES[name].columns if c.options == table):
                named += [part[column_id].to_numpy(object) for part in parts]
        named += [e.after.to_numpy(object) for e in work.changes if TABLES[e.table][e.column].options == table]
        have = {*work.pipeline[table][key], *(text for part in work.appends.get(table, []) for text in part[key]), ""}
        new = [text for text in pd.unique(np.concatenate(named)) if text not in have] if named else []
        work.append(table, pd.DataFrame({key: pd.Series(new, dtype=object)}))
