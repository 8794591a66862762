"""Read the rows of every mapped file: cells cleaned and typed, keys checked, files joined by table.

A cell or a row that cannot be used becomes a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from xl_salesflow.core.name_suggestions import find_nearest
from xl_salesflow.core.pipelines import Finding
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_findings import (
    BAD_CHOICE_IN_FILE,
    BAD_DATE_IN_FILE,
    BAD_NUMBER_IN_FILE,
    BAD_POINTS_IN_FILE,
    BAD_SHARE_IN_FILE,
    CUT_TEXT_IN_FILE,
    FAILED_FORMULA_IN_FILE,
    MISSING_KEY_IN_FILE,
    RAGGED_ROW_IN_FILE,
    REPEATED_KEY_IN_FILE,
    SEVERAL_PEOPLE_IN_FILE,
    UNLIKELY_UNIT_IN_FILE,
    make_column_findings,
    make_import_finding,
    make_left_out_findings,
)
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import ImportSource, read_import_sources
from xl_salesflow.imports.import_stages import kind_of_stage_name
from xl_salesflow.imports.import_values import (
    FAILED_FORMULA_VALUES,
    WORDS_FOR_NOBODY,
    has_unit_factor,
    is_filled_text,
    map_distinct_texts,
    parse_file_dates,
    parse_file_numbers,
    parse_file_shares,
    tidy_texts,
    yes_no_of_word,
)
from xl_salesflow.imports.import_vocabulary import FIRST_NAME_TARGET, LAST_NAME_TARGET, NOTES_TARGET, targets_of_table
from xl_salesflow.imports.map_parts import ColumnMap, FileMap
from xl_salesflow.imports.raw_files import TextLayout
from xl_salesflow.imports.row_matching import FILE_COLUMN, ROW_COLUMN, ImportedRows, join_imported_rows
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_registry import TABLES

_PEOPLE_TABLES = ("Contacts", "Team")
_NAME_WITH_ADDRESS = re.compile(r"([^();]*[^();\s])\s*\([^()\s@]+@[^()\s@]+\)")
_LONGEST_IMPORTED_TEXT = 32_767  # characters an Excel cell holds
_UNLIKELY_UNIT_FACTOR = 1000  # times the middle of a column: an amount in the wrong unit

CleanedValues = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class SourceReader:
    """Reads the columns of one source; *values* is the clean-up by vocabulary. Findings are collected in *found*."""

    source: ImportSource
    table: str
    language: Language
    values: CleanedValues
    findings: list[Finding]

    def column(self, header: str, target: Column, how: ColumnMap) -> pd.Series:
        """Return the cells under *header* as values of *target*, typed as model.frames says."""
        texts = tidy_texts(self.source.cells[header], lines=target.type is ColumnType.LONG)
        failed = texts.isin(FAILED_FORMULA_VALUES)
        self._report("formula", FAILED_FORMULA_IN_FILE, header, target, texts[failed])
        texts = texts.mask(failed, "")
        if target.type.is_date:
            return self._parse(
                header, target, texts, lambda cells: parse_file_dates(cells, how.dates), "date", BAD_DATE_IN_FILE
            )
        if not target.type.is_text:
            parse = (
                parse_file_shares
                if target.type is ColumnType.PERCENT and not has_unit_factor(header)
                else parse_file_numbers
            )
            read = self._parse(
                header, target, texts, lambda cells: parse(cells, how.decimal, how.times), "number", BAD_NUMBER_IN_FILE
            )
            return self._check_range(header, target, how, texts, read)
        return self._text(header, target, texts)

    def _parse(
        self,
        header: str,
        target: Column,
        texts: pd.Series,
        parse: Callable[[pd.Series], pd.Series],
        rule: str,
        says: Text,
    ) -> pd.Series:
        blank = ~is_filled_text(texts)
        read = parse(texts.mask(blank, ""))
        self._report(rule, says, header, target, texts[read.isna() & ~blank])
        return read

    def _check_range(self, header: str, target: Column, how: ColumnMap, texts: pd.Series, read: pd.Series) -> pd.Series:
        if target.type is ColumnType.POINTS:
            wrong, says = read.notna() & ~read.isin([0, 1, 2, 3]), BAD_POINTS_IN_FILE
        elif target.type is ColumnType.PERCENT:
            wrong, says = (read < 0) | (read > 1), BAD_SHARE_IN_FILE
        else:
            slipped = read.abs() > _UNLIKELY_UNIT_FACTOR * read.abs().quantile(interpolation="lower")
            alone = parse_file_numbers(texts[slipped], how.decimal)  # the same where the cell names its own unit
            self._report("unit", UNLIKELY_UNIT_IN_FILE, header, target, texts[slipped][alone != read[slipped]])
            return read
        self._report("range", says, header, target, texts[wrong])
        return read.mask(wrong)

    def _text(self, header: str, target: Column, texts: pd.Series) -> pd.Series:
        known = self.values.get(target.options or "", {})
        texts = map_distinct_texts(texts, lambda text: known.get(text, text)) if known else texts
        if target.type in (ColumnType.REF, ColumnType.LIST):
            texts = texts.mask(texts.str.casefold().isin(WORDS_FOR_NOBODY), "")
        if target.options in _PEOPLE_TABLES:
            several = texts[texts.map(lambda text: len(_NAME_WITH_ADDRESS.findall(text)) > 1).astype(bool)]
            self._report("several", SEVERAL_PEOPLE_IN_FILE, header, target, several, severity="note")
            texts = map_distinct_texts(texts, _take_first_person)
        if target.type is ColumnType.CHOICE:
            return self._choice(header, target, texts)
        if target.type is ColumnType.LIST:
            choices = LISTS[str(target.options)]
            return map_distinct_texts(texts, lambda text: identify_choice(choices, text) or text)
        self._report("long", CUT_TEXT_IN_FILE, header, target, texts[texts.str.len() > _LONGEST_IMPORTED_TEXT])
        return texts.str.slice(0, _LONGEST_IMPORTED_TEXT).astype(object)

    def _choice(self, header: str, target: Column, texts: pd.Series) -> pd.Series:
        choices = CHOICES[str(target.options)]
        texts = texts.mask(~is_filled_text(texts), "") if target.options != "yes_no" else texts
        read = map_distinct_texts(
            texts, lambda text: identify_choice(choices, text) or _read_choice_word(target, text) or ""
        )
        known = ", ".join(label.in_(self.language) for label in choices.values())
        wrong = texts[(read == "") & is_filled_text(texts)]
        self._report("choice", BAD_CHOICE_IN_FILE, header, target, wrong, known=known)
        return read

    def _report(
        self, rule: str, says: Text, header: str, target: Column, texts: pd.Series, severity: str = "warn", **facts: str
    ) -> None:
        self.findings.extend(
            make_column_findings(
                rule, says, self.source.name, header, texts, self.language, self.table, target.id, severity, **facts
            )
        )


def _take_first_person(text: str) -> str:
    # "Bob Ray (bob@acme.example);Sue Day (sue@acme.example)": who is meant is known by name
    return (
        _NAME_WITH_ADDRESS.sub(r"\1", text, count=1).partition(";")[0].strip()
        if _NAME_WITH_ADDRESS.match(text)
        else text
    )


def _read_choice_word(target: Column, text: str) -> str | None:
    if target.options == "yes_no":
        return yes_no_of_word(text)
    return kind_of_stage_name(text) if target.options == "outcome" else None


_COLUMN_IN_NOTES = Text("{header}: {value}", "{header}:{value}")


def read_mapped_rows(
    paths: Sequence[Path], mapping: ImportMap, language: Language
) -> tuple[dict[str, ImportedRows], list[Finding]]:
    """Return the rows for each table that *mapping* fills from the files at *paths* (or beside them), and what is wrong."""
    found: list[Finding] = []
    parts: dict[str, list[ImportedRows]] = {}
    for file in mapping.files:
        if file.table:
            source = _find_mapped_source(file, paths)
            parts.setdefault(file.table, []).append(_read_source_rows(source, file, mapping, language, found))
    return {table: join_imported_rows(rows) for table, rows in parts.items()}, found


def _find_mapped_source(file: FileMap, paths: Sequence[Path]) -> ImportSource:
    named = [path for path in paths if file.file in (str(path), path.name)]
    beside = [path.parent / file.file for path in paths]
    path = next((path for path in (*named, *beside) if path.is_file()), None)
    if path is None:
        raise UsageError(
            f"The map speaks of {file.file}, which is neither given nor beside the files given.",
            f"映射中的 {file.file} 既未给出，也不在所给文件旁边。",
        )
    layout = TextLayout(file.encoding, file.delimiter) if file.encoding and file.delimiter else None
    sources = {source.sheet: source for source in read_import_sources(path, layout)}
    if file.sheet not in sources:
        meant = find_nearest(file.sheet, sources) or next(iter(sources))
        raise UsageError(
            f"{path} has no filled sheet “{file.sheet}”; is it {meant}?",
            f"{path} 中没有含数据的工作表“{file.sheet}”；是否为 {meant}？",
        )
    return sources[file.sheet]


def _read_source_rows(
    source: ImportSource, file: FileMap, mapping: ImportMap, language: Language, found: list[Finding]
) -> ImportedRows:
    reader = SourceReader(source, file.table, language, mapping.values, found)
    columns: dict[str, pd.Series] = {}
    notes: list[pd.Series] = []
    for header, how in file.columns.items():
        if header not in source.cells:
            raise _missing_header_error(source, header)
        if how.to == NOTES_TARGET:
            notes.append(_format_column_notes(header, tidy_texts(source.cells[header]), language))
        elif how.to:
            columns[how.to] = reader.column(header, targets_of_table(file.table)[how.to], how)
    columns = _join_person_names(file.table, columns)
    if notes:
        columns["notes"] = _join_note_lines(([columns["notes"]] if "notes" in columns else []) + notes)
    for row in source.ragged:
        found.append(make_import_finding("ragged", RAGGED_ROW_IN_FILE, source.name, row, language, table=file.table))
    found += make_left_out_findings(source.name, source.left_out, language, file.table)
    frame = pd.DataFrame(columns, index=source.cells.index)
    frame[FILE_COLUMN], frame[ROW_COLUMN] = source.name, source.cells.index
    return ImportedRows(file.table, _drop_unusable_keys(frame, source, file, language, found), tuple(columns))


def _join_person_names(table: str, columns: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """Return *columns* with first and last names as the one name the table has; a name given whole wins."""
    parts = {
        id: columns.pop(id)
        for id in (FIRST_NAME_TARGET, LAST_NAME_TARGET)
        if id in columns and id not in TABLES[table].by_id
    }
    key = TABLES[table].key or ""
    if not parts or key in columns:
        return columns
    blank = pd.Series("", index=next(iter(parts.values())).index, dtype=object)
    pairs = zip(parts.get(FIRST_NAME_TARGET, blank), parts.get(LAST_NAME_TARGET, blank), strict=True)
    whole = [
        last + first if not (first + last).isascii() and len(first + last) <= 4 else f"{first} {last}".strip()
        for first, last in pairs
    ]
    return {key: pd.Series(whole, index=blank.index, dtype=object), **columns}


def _missing_header_error(source: ImportSource, header: str) -> UsageError:
    meant = find_nearest(header, source.headers)
    return UsageError(
        f"{source.name} has no column “{header}”{f'; is it “{meant}”?' if meant else ''} Put its header into the map.",
        f"{source.name} 中没有列“{header}”{f'；是否为“{meant}”？' if meant else ''}请在映射中改为文件中的标题。",
    )


def _format_column_notes(header: str, texts: pd.Series, language: Language) -> pd.Series:
    return (_COLUMN_IN_NOTES.in_(language, header=header, value="") + texts).where(texts != "", "")


def _join_note_lines(parts: Sequence[pd.Series]) -> pd.Series:
    lines = ["\n".join(filter(None, row)) for row in zip(*parts, strict=True)]
    return pd.Series(lines, index=parts[0].index, dtype=object)


def _drop_unusable_keys(
    frame: pd.DataFrame, source: ImportSource, file: FileMap, language: Language, found: list[Finding]
) -> pd.DataFrame:
    """Return the rows whose key can be used, each key once; the others are told."""
    key = TABLES[file.table].key
    if key is None or key not in frame:
        return frame
    header = next(
        header for header, how in file.columns.items() if how.to in (key, LAST_NAME_TARGET, FIRST_NAME_TARGET)
    )
    titled = TABLES[file.table].header(key, language)
    blank = frame[key] == ""
    for row in frame.index[blank]:
        found.append(
            make_import_finding("key", MISSING_KEY_IN_FILE, source.name, int(row), language, header=header, table=file.table, column=key,
                            severity="block", title=titled)
        )  # fmt: skip
    kept = frame[~blank]
    again = kept[key].duplicated()
    firsts = kept.loc[~again, [key]].reset_index().set_index(key).iloc[:, 0]
    for row, text in kept.loc[again, key].items():
        found.append(
            make_import_finding("doubled", REPEATED_KEY_IN_FILE, source.name, int(str(row)), language, header=header, table=file.table,
                            key=text, column=key, severity="block", text=text, first=firsts[text], title=titled)
        )  # fmt: skip
    return kept[~again]
