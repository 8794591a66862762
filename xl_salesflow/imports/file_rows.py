"""Read the rows of every mapped file: convert the columns, check the keys, join files by table.

A row that cannot be used becomes a finding.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from xl_salesflow.core.key_numbers import COUNTED_TABLES
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Finding
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.exchange_rates import read_row_rates
from xl_salesflow.imports.import_accounts import SourceAccount
from xl_salesflow.imports.import_findings import (
    LEFT_OUT_ROWS_OF_FILE,
    MISSING_KEY_IN_FILE,
    RAGGED_ROW_IN_FILE,
    REPEATED_KEY_IN_FILE,
    TORN_ROW_IN_FILE,
    format_row_fault,
    make_import_finding,
    make_left_out_findings,
    make_notice_findings,
)
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import ImportSource, read_import_sources
from xl_salesflow.imports.import_values import tidy_texts
from xl_salesflow.imports.import_vocabulary import (
    CLOSING_PROBABILITY_TARGET,
    CURRENCY_TARGET,
    ENTERED_TARGET,
    FIRST_NAME_TARGET,
    IMPORTED_HISTORY_TABLE,
    LAST_NAME_TARGET,
    NOTES_TARGET,
    OWNER_FIRST_NAME_TARGET,
    OWNER_LAST_NAME_TARGET,
    ROW_ID_TARGET,
    targets_of_table,
)
from xl_salesflow.imports.left_out_columns import find_needed_columns, find_several_pipelines
from xl_salesflow.imports.map_parts import INVERSE_RATE_TARGET, LEAVE_OUT_HIDDEN, RATE_TARGET, ColumnMap, FileMap
from xl_salesflow.imports.put_away_rows import leave_out_other_rows, settle_put_away_rows
from xl_salesflow.imports.raw_files import TextLayout
from xl_salesflow.imports.row_ids import collect_row_ids, find_account_ids, find_owner_ids, replace_ids_by_names
from xl_salesflow.imports.row_matching import FILE_COLUMN, ROW_COLUMN, ImportedRows, join_imported_rows
from xl_salesflow.imports.source_reader import ImportContext, SourceReader
from xl_salesflow.imports.stage_history import find_stage_changes, stage_of_entry_header
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.table_registry import TABLES


@dataclass(frozen=True)
class MappedRows:
    """What the files contain: rows by table, findings, and an account of each source."""

    tables: dict[str, ImportedRows]
    findings: list[Finding]
    accounts: list[SourceAccount]


_PERSON_NAME_COLUMNS = {"Contacts": "contact", "Team": "person", "Deals": "contact"}
_ENTRY_COLUMN = targets_of_table("Deals")["stage_since"]
_COLUMN_IN_NOTES = Text("{header}: {value}")


def read_mapped_rows(paths: Sequence[Path], mapping: ImportMap, context: ImportContext) -> MappedRows:
    """Return the rows of each table that *mapping* fills from the files at *paths* (or in their folders), with findings."""
    findings, accounts = list[Finding](), list[SourceAccount]()
    parts: dict[str, list[ImportedRows]] = {}
    targets = {how.to for file in mapping.files if file.table == "Deals" for how in file.columns.values()}
    for file in mapping.files:
        if file.table:
            source = _find_mapped_source(file, paths)
            source = source.without_hidden_rows() if file.hidden_rows == LEAVE_OUT_HIDDEN else source
            if file.hidden_columns == LEAVE_OUT_HIDDEN:
                source, file = source.without_hidden_columns(), _leave_out_columns(file, source.hidden_headers)
            account = SourceAccount(source, file)
            accounts.append(account)
            reader = SourceReader(
                account,
                context,
                mapping.values,
                findings,
                _find_row_currencies(source, file),
                read_row_rates(source, file),
            )
            parts.setdefault(file.table, []).append(_read_source_rows(reader, file, mapping.stages))
            if file.table == "Deals":
                findings += find_needed_columns(source, file, targets, context.language)
                findings += find_several_pipelines(source, file, context.language)
    tables = {table: join_imported_rows(rows, context.language, findings) for table, rows in parts.items()}
    named = replace_ids_by_names(tables, context.names)
    findings += find_owner_ids(named.get("Deals"), context.language)
    findings += find_account_ids(named.get("Deals"), context.language)
    return MappedRows(named, findings, accounts)


def _leave_out_columns(file: FileMap, headers: Collection[str]) -> FileMap:
    """Return *file* with the columns of *headers* left out."""
    columns = {header: ColumnMap() if header in headers else how for header, how in file.columns.items()}
    return replace(file, columns=columns)


def _find_row_currencies(source: ImportSource, file: FileMap) -> pd.Series | None:
    headers = (header for header, how in file.columns.items() if how.to == CURRENCY_TARGET and header in source.cells)
    header = next(headers, None)
    return None if header is None else source.cells[header]


def _find_mapped_source(file: FileMap, paths: Sequence[Path]) -> ImportSource:
    named = [path for path in paths if file.file in (str(path), path.name)]
    is_name = Path(file.file).name == file.file and "\0" not in file.file  # a map does not lead to other folders
    same_folder = [path.parent / file.file for path in paths if is_name]
    path = next((path for path in (*named, *same_folder) if path.is_file()), None)
    if path is None:
        raise UsageError("The map names {file}, which is neither given nor next to the given files.", file=file.file)
    layout = TextLayout(file.encoding, file.delimiter) if file.encoding and file.delimiter else None
    rows = {file.sheet: file.header_row} if file.header_row else {}
    sources = {source.sheet: source for source in read_import_sources(path, layout, rows)}
    if file.sheet not in sources:
        hint = suggest_names(file.sheet, sources)
        raise UsageError("{path} has no filled sheet “{sheet}”; {hint}", path=path, sheet=file.sheet, hint=hint)
    return sources[file.sheet]


def _read_source_rows(reader: SourceReader, file: FileMap, known_stages: Collection[str]) -> ImportedRows:
    source, language, findings = reader.source, reader.context.language, reader.findings
    columns: dict[str, pd.Series] = {}
    notes: list[pd.Series] = []
    for header, how in file.columns.items():
        if header not in source.cells:
            raise _missing_header_error(source, header)
        if how.to == NOTES_TARGET:
            notes.append(_format_column_notes(header, tidy_texts(source.cells[header]), language))
        elif how.to == ENTERED_TARGET:
            columns[f"{ENTERED_TARGET}{stage_of_entry_header(header)}"] = reader.column(header, _ENTRY_COLUMN, how)
        elif how.to and how.to not in (CURRENCY_TARGET, RATE_TARGET, INVERSE_RATE_TARGET, ROW_ID_TARGET):
            columns[how.to] = reader.column(header, targets_of_table(file.table)[how.to], how)
    columns = _join_person_names(file.table, _split_closing_probability(columns))
    kept_rows = leave_out_other_rows(reader, file, settle_put_away_rows(columns, reader, file, known_stages))
    if notes:
        columns["notes"] = _join_note_lines(([columns["notes"]] if "notes" in columns else []) + notes)
    for row in source.ragged:
        findings.append(make_import_finding("ragged", RAGGED_ROW_IN_FILE, source.name, row, language, table=file.table))
    for row in source.torn.index:
        findings.append(
            make_import_finding(
                "torn", TORN_ROW_IN_FILE, source.name, row, language, table=file.table, severity="block"
            )
        )
        reader.account.leave_out(int(row), format_row_fault(TORN_ROW_IN_FILE, language))
    findings += make_notice_findings(source, language, file.table)
    findings += make_left_out_findings(source.name, source.left_out, language, file.table)
    for row, why in source.left_out:
        reader.account.leave_out(row, format_row_fault(LEFT_OUT_ROWS_OF_FILE[why], language, to=""), is_fault=False)
    frame = pd.DataFrame(columns, index=source.cells.index)
    frame[FILE_COLUMN], frame[ROW_COLUMN] = source.name, source.cells.index
    if file.table == IMPORTED_HISTORY_TABLE:
        kept_rows &= find_stage_changes(source.cells, {header: how.to for header, how in file.columns.items()})
    frame = frame[kept_rows]
    if file.table == "Contacts":
        frame = _tell_namesakes_apart(frame)
    frame = _drop_unusable_keys(frame, file, reader)
    collect_row_ids(frame, source, file, reader.context.names)
    if (key := TABLES[file.table].key) in frame:
        reader.account.keys = frame[key]
    return ImportedRows(file.table, frame, tuple(columns))


def _split_closing_probability(columns: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """Return *columns* with a probability that closes deals as their outcome, and as the probability of those between."""
    if CLOSING_PROBABILITY_TARGET not in columns:
        return columns
    share = columns[CLOSING_PROBABILITY_TARGET]
    told = {
        "outcome": share.map({1.0: "won", 0.0: "lost"}).fillna("").astype(object),
        "probability_override": share.where(share.between(0, 1, inclusive="neither")),
    }
    return {**{id_: column for id_, column in columns.items() if id_ != CLOSING_PROBABILITY_TARGET}, **told}


def _join_person_names(table: str, columns: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """Return *columns* with first and last names joined into the columns with the names; a full name takes precedence."""
    for first, last, name in (
        (FIRST_NAME_TARGET, LAST_NAME_TARGET, _PERSON_NAME_COLUMNS.get(table, "")),
        (OWNER_FIRST_NAME_TARGET, OWNER_LAST_NAME_TARGET, "owner"),
    ):
        parts = {
            target_id: columns.pop(target_id)
            for target_id in (first, last)
            if target_id in columns and target_id not in TABLES[table].by_id
        }
        if parts and name not in columns:
            columns = {name: _join_first_and_last(parts.get(first), parts.get(last)), **columns}
    return columns


def _join_first_and_last(firsts: pd.Series | None, lasts: pd.Series | None) -> pd.Series:
    given = [part for part in (firsts, lasts) if part is not None]
    blank = pd.Series("", index=given[0].index, dtype=object)
    pairs = zip(blank if firsts is None else firsts, blank if lasts is None else lasts, strict=True)
    full_names = [
        last + first if not (first + last).isascii() and len(first + last) <= 4 else f"{first} {last}".strip()
        for first, last in pairs
    ]
    return pd.Series(full_names, index=blank.index, dtype=object)


def _missing_header_error(source: ImportSource, header: str) -> UsageError:
    return UsageError(
        "{file} has no column “{header}”; {hint} Put its header into the map.",
        file=source.name,
        header=header,
        hint=suggest_names(header, source.headers),
    )


def _format_column_notes(header: str, texts: pd.Series, language: Language) -> pd.Series:
    return (_COLUMN_IN_NOTES.in_(language, header=header, value="") + texts).where(texts != "", "")


def _join_note_lines(parts: Sequence[pd.Series]) -> pd.Series:
    lines = ["\n".join(filter(None, row)) for row in zip(*parts, strict=True)]
    return pd.Series(lines, index=parts[0].index, dtype=object)


def _tell_namesakes_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the contacts with the account, address or number of each added to a name that several people have.

    Rows that agree in all of these are one person, and stay equal.
    """
    traits = [column_id for column_id in ("account", "email", "phone") if column_id in frame]
    if "contact" not in frame or not traits:
        return frame
    frame = frame.copy()
    for column_id in traits:
        people = frame.drop_duplicates(["contact", *traits])
        apart = people.groupby("contact")[column_id].nunique()
        shared = set(apart.index[apart > 1]) - {""}
        mine = frame["contact"].isin(shared) & (frame[column_id] != "")
        frame.loc[mine, "contact"] = frame.loc[mine, "contact"] + " (" + frame.loc[mine, column_id] + ")"
    return frame


def _drop_unusable_keys(frame: pd.DataFrame, file: FileMap, reader: SourceReader) -> pd.DataFrame:
    """Return the rows with a usable key, each key once; every other row becomes a finding.

    Rows without a number of tables whose rows are numbered are kept, because they get one.
    """
    key = TABLES[file.table].key
    if key is None or key not in frame:
        return frame
    language = reader.context.language
    parts = (key,) if file.table in COUNTED_TABLES else (key, LAST_NAME_TARGET, FIRST_NAME_TARGET)
    header = next(header for header, how in file.columns.items() if how.to in parts)

    def leave_out(rule: str, message: Text, row: int, text: str = "", **facts: int) -> None:
        title = TABLES[file.table].header(str(key), language)
        reader.findings.append(
            make_import_finding(
                rule, message, reader.source.name, row, language, header=header, table=file.table, column=str(key),
                key=text, severity="block", title=title, text=text, **facts,
            )
        )  # fmt: skip
        reader.account.leave_out(row, format_row_fault(message, language, title=title, text=text, **facts))

    unnumbered = (frame[key] == "") & (file.table in COUNTED_TABLES)
    blank = (frame[key] == "") & ~unnumbered
    for row in frame.index[blank]:
        leave_out("key", MISSING_KEY_IN_FILE, int(row))
    kept = frame[~blank]
    again = kept[key].duplicated() & ~unnumbered[~blank]
    firsts = kept.loc[~again, [key]].reset_index().set_index(key).iloc[:, 0]
    for row, text in kept.loc[again, key].items():
        leave_out("doubled", REPEATED_KEY_IN_FILE, int(str(row)), text, first=firsts[text])
    return kept[~again]
