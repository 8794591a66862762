"""The import map: how files become rows of a workbook, written as TOML and read back.

The product proposes a map, a person edits it, and the import follows it. Comments in the workbook's language explain
every part of the TOML. An unknown name is an error that gives the line and the most similar known name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import tomlkit

from xl_salesflow.core.toml_files import TOML_NUMBER, TOML_WHOLE_NUMBER, is_toml_value, parse_toml_text
from xl_salesflow.core.written_columns import OPEN_DECIMAL, is_open_choice, open_choices
from xl_salesflow.core.written_dates import DATE_ORDERS
from xl_salesflow.imports.import_vocabulary import (
    CURRENCY_TARGET,
    ENTERED_TARGET,
    IMPORTABLE_TABLES,
    IMPORTED_HISTORY_TABLE,
    NOTES_TARGET,
    REFERABLE_TABLES,
    ROW_ID_TARGET,
    targets_of_table,
)
from xl_salesflow.imports.map_entries import MapEntryReader
from xl_salesflow.imports.map_parts import (
    IMPORT_HIDDEN,
    INVERSE_RATE_TARGET,
    LEAVE_OUT_HIDDEN,
    MAP_COMMENT,
    MAP_MISSING_COMMENT,
    MAP_NOTES_COMMENT,
    MAP_PLAYBOOK_COMMENT,
    MAP_STAGES_COMMENT,
    MAP_STARTS_IN_COMMENT,
    MAP_VALUES_COMMENT,
    OPEN_COLUMN,
    OPEN_DAY,
    OPEN_RATE,
    OPEN_STAGE,
    OPEN_TABLE,
    OPEN_TIMES,
    RATE_TARGET,
    ColumnMap,
    FileMap,
    NewStage,
)
from xl_salesflow.imports.map_toml import (
    ASKED_NUMBER,
    HIDDEN_CHOICES,
    add_map_comment,
    make_file_toml,
    make_names_toml,
    make_new_stage_toml,
    make_toml_array,
)
from xl_salesflow.imports.text_records import FILE_DELIMITERS
from xl_salesflow.locale.texts import Language, TextList
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.table_registry import TABLES


@dataclass(frozen=True)
class ImportMap:
    """All decisions of an import.

    *values* maps a vocabulary, the id of a list or the table of a reference, to its cleaned-up values. Several files of
    one table are joined by its key; later files add values and take precedence. *starts_in* is the stage that deals
    enter on the day they are created. *missing* are the tables that get a row for every unknown name. *notes* explain
    how the proposal was made.
    """

    files: tuple[FileMap, ...]
    playbook: str = ""
    starts_in: str = ""
    stages: dict[str, str] = field(default_factory=dict)
    new_stages: tuple[NewStage, ...] = ()
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    playbook_stages: tuple[str, ...] = field(default=(), compare=False)  # the choices, for the comments

    @property
    def open_questions(self) -> Iterator[tuple[FileMap, str]]:
        """Yield the file and header of every column that can be read in more than one way."""
        for file in self.files:
            for header, column in file.columns.items():
                if column.questions:
                    yield file, header

    @property
    def open_stages(self) -> tuple[str, ...]:
        """Return the names of stages that a person has to place."""
        return tuple(name for name, stage in self.stages.items() if stage == OPEN_STAGE)

    @property
    def asks(self) -> bool:
        """Return whether a person has to decide something before the import can run."""
        found = (*self.open_stages, *self.open_encodings, *self.open_questions, *self.open_files)
        return bool(found)

    @property
    def open_files(self) -> tuple[FileMap, ...]:
        """Return the files whose layout does not say what a row is."""
        return tuple(file for file in self.files if file.is_open)

    @property
    def open_encodings(self) -> Iterator[FileMap]:
        """Yield every file whose text can be read in more than one encoding."""
        yield from (file for file in self.files if is_open_choice(file.encoding) and file.table)

    def to_toml(self, language: Language) -> str:
        """Return the mapping as text that a person can read and edit, with comments in *language*."""

        return format_import_map(self, language)

    @classmethod
    def from_toml(cls, text: str, source: str = "map.toml") -> ImportMap:
        """Return the mapping in *text*; messages refer to it as *source*.

        Raises:
            UsageError: the text is not TOML or names something that does not exist; the message gives the line and the
            nearest name.
        """

        return parse_import_map(text, source)


def format_import_map(mapping: ImportMap, language: Language) -> str:
    """Return *mapping* as TOML, with comments in *language*."""
    document = tomlkit.document()
    add_map_comment(document, MAP_COMMENT.in_(language))
    if mapping.notes:
        add_map_comment(document, MAP_NOTES_COMMENT.in_(language), *(f"- {remark}" for remark in mapping.notes))
    _add_general_keys(document, mapping, language)
    stages = (stage for stage in (*mapping.playbook_stages, *mapping.stages.values()) if stage != OPEN_STAGE)
    known = TextList(tuple(dict.fromkeys(stages)))
    if mapping.stages:
        document.add("stages", make_names_toml(mapping.stages, MAP_STAGES_COMMENT.in_(language, known=known)))
    if mapping.new_stages:
        document.add(
            "new_stages", make_toml_array(make_new_stage_toml(stage, language) for stage in mapping.new_stages)
        )
    for name, values in mapping.values.items():
        if "values" not in document:
            document.add("values", tomlkit.table(is_super_table=True))
        title = TABLES[name].title.in_(language) if name in TABLES else _map_list_title(name, language)
        document["values"][name] = make_names_toml(values, MAP_VALUES_COMMENT.in_(language, title=title))
    document.add(
        "files",
        make_toml_array(make_file_toml(file, language, first=not at) for at, file in enumerate(mapping.files)),
    )
    return tomlkit.dumps(document)


def _map_list_title(name: str, language: Language) -> str:
    return TABLES["Lists"].header(name, language) if name in TABLES["Lists"].by_id else name


def _add_general_keys(document: tomlkit.TOMLDocument, mapping: ImportMap, language: Language) -> None:
    if mapping.playbook:
        add_map_comment(document, MAP_PLAYBOOK_COMMENT.in_(language))
        document.add("playbook", tomlkit.item(mapping.playbook))
    if mapping.starts_in:
        add_map_comment(document, MAP_STARTS_IN_COMMENT.in_(language))
        document.add("starts_in", tomlkit.item(mapping.starts_in))
    if mapping.missing:
        add_map_comment(document, MAP_MISSING_COMMENT.in_(language))
        document.add("missing", tomlkit.item(list(mapping.missing)))
    document.add(tomlkit.nl())


_MAP_KEYS = ("playbook", "starts_in", "missing", "stages", "new_stages", "values", "files")
_FILE_MAP_KEYS = (
    "file",
    "table",
    "sheet",
    "header_row",
    "hidden_rows",
    "hidden_columns",
    "encoding",
    "delimiter",
    "columns",
)
_COLUMN_MAP_KEYS = ("to", "dates", "decimal", "times", "currency", "rate", "only", "fiscal_2025", "year")
_FOUR_DIGIT_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SIDE_TARGETS = (CURRENCY_TARGET, RATE_TARGET, INVERSE_RATE_TARGET, ROW_ID_TARGET, ENTERED_TARGET, OPEN_COLUMN)
_MAX_HEADER_ROW = 1_048_576  # a sheet has no more rows
_MAX_STAGE_POSITION = 1_000
_NEW_STAGE_KEYS = ("stage", "position", "kind", "probability")


def parse_import_map(text: str, source: str) -> ImportMap:
    """Return the mapping in *text*.

    Raises:
        UsageError: the text is not TOML or contains something unknown.
    """
    return _ImportMapParser(text.splitlines(), source).parse(parse_toml_text(text, source))


class _ImportMapParser(MapEntryReader):
    """Parses one map."""

    def parse(self, parsed: Mapping[str, Any]) -> ImportMap:
        self._refuse_unknown_keys(parsed, _MAP_KEYS)
        values = self._table(parsed, "values")
        return ImportMap(
            files=tuple(self._file(entry) for entry in self._array(parsed, "files")),
            playbook=self._text(parsed, "playbook"),
            starts_in=self._text(parsed, "starts_in"),
            stages=self._texts(self._table(parsed, "stages")),
            new_stages=tuple(self._new_stage(entry) for entry in self._array(parsed, "new_stages")),
            values={self._vocabulary(name): self._texts(self._table(values, name)) for name in values},
            missing=tuple(
                self._one_of("missing", str(name), REFERABLE_TABLES) for name in self._list(parsed, "missing")
            ),
        )

    def _file(self, entry: Mapping[str, Any]) -> FileMap:
        self._refuse_unknown_keys(entry, _FILE_MAP_KEYS)
        file, table = self._text(entry, "file"), self._text(entry, "table")
        if not file:
            self._refuse("[[files]]", "file is missing; name the file.")
        if table and table != OPEN_TABLE:
            table = self._one_of("table", table, (*IMPORTABLE_TABLES, IMPORTED_HISTORY_TABLE))
        header_row = entry.get("header_row", 0)
        if not is_toml_value(header_row, TOML_WHOLE_NUMBER) or not 0 <= header_row <= _MAX_HEADER_ROW:
            self._refuse("header_row", "header_row should be the number of a row, such as 5.")
        delimiter = self._text(entry, "delimiter")
        if delimiter and delimiter not in FILE_DELIMITERS:
            self._refuse(delimiter, "delimiter “{delimiter}” is none of , ; | ^ ~ or tab.", delimiter=delimiter)
        hidden = {key: self._text(entry, key) for key in HIDDEN_CHOICES}
        for key, choice in hidden.items():
            if choice:
                self._one_of(key, choice, (IMPORT_HIDDEN, LEAVE_OUT_HIDDEN))
        columns = {header: self._column(table, header, how) for header, how in self._table(entry, "columns").items()}
        self._refuse_repeated_targets(file, columns)
        return FileMap(
            file,
            table,
            self._text(entry, "sheet"),
            self._text(entry, "encoding"),
            delimiter,
            columns,
            header_row,
            **hidden,
        )

    def _column(self, table: str, header: str, how: Any) -> ColumnMap:
        if isinstance(how, str):
            how = {"to": how}
        if not isinstance(how, dict):
            self._refuse(header, "“{header}” should be the name of a column in quotation marks.", header=header)
        self._refuse_unknown_keys(how, _COLUMN_MAP_KEYS)
        to, dates, decimal = self._text(how, "to"), self._text(how, "dates"), self._text(how, "decimal") or "."
        if (
            to
            and table
            and table != OPEN_TABLE
            and to not in _SIDE_TARGETS
            and (to != NOTES_TARGET or "notes" not in targets_of_table(table))
        ):
            to = self._target(table, header, to)
        for order in open_choices(dates) if dates else ():
            self._one_of(header, order, DATE_ORDERS)
        if decimal != OPEN_DECIMAL:
            self._one_of(header, decimal, (".", ","))
        currency = self._text(how, "currency").strip().upper()
        times, rate = self._asked_number(how, "times", header, OPEN_TIMES), None
        if "rate" in how:
            rate = self._asked_number(how, "rate", header, OPEN_RATE)
        only, fiscal = self._text(how, "only"), self._text(how, "fiscal_2025")
        if fiscal not in ("", OPEN_DAY) and not _is_iso_day(fiscal):
            self._refuse(header, "fiscal_2025 should be a day such as 2024-10-01 in quotation marks.")
        year = self._text({"year": str(how.get("year", ""))}, "year")
        if year not in ("", OPEN_DAY) and not _FOUR_DIGIT_YEAR.fullmatch(year):
            self._refuse(header, "year should be a year such as 2026.")
        return ColumnMap(to, dates, decimal, times, currency, rate, only, fiscal, year)

    def _asked_number(self, how: Mapping[str, Any], key: str, header: str, asked: float) -> float:
        return asked if how.get(key) == ASKED_NUMBER else self._number(how, key, header)

    def _target(self, table: str, header: str, to: str) -> str:
        known = targets_of_table(table)
        if to in known:
            return to
        named = {
            title.casefold(): target_id
            for target_id, column in known.items()
            for title in (*column.header.translations(), target_id)
        }
        if to.casefold() in named:
            return named[to.casefold()]
        return self._one_of(header, to, known, table)

    def _refuse_repeated_targets(self, file: str, columns: Mapping[str, ColumnMap]) -> None:
        taken: dict[str, str] = {}
        for header, how in columns.items():
            if how.to in taken:
                self._refuse(
                    header,
                    "{file}: both “{taken}” and “{header}” become {to}; leave one of them out.",
                    file=file,
                    taken=taken[how.to],
                    header=header,
                    to=how.to,
                )
            if how.to not in ("", NOTES_TARGET, *_SIDE_TARGETS):
                taken[how.to] = header

    def _new_stage(self, entry: Mapping[str, Any]) -> NewStage:
        self._refuse_unknown_keys(entry, _NEW_STAGE_KEYS)
        name, position, share = self._text(entry, "stage"), entry.get("position", 0), entry.get("probability", 0)
        if not name or not is_toml_value(position, TOML_WHOLE_NUMBER) or not 1 <= position <= _MAX_STAGE_POSITION:
            self._refuse(
                name or "[[new_stages]]",
                "a new stage needs a name and a position from 1.",
            )
        if not is_toml_value(share, TOML_NUMBER) or not 0 <= share <= 1:
            self._refuse(name, "the probability of “{name}” is not between 0 and 1.", name=name)
        return NewStage(
            name, position, self._one_of(name, self._text(entry, "kind") or "open", CHOICES["kind"]), float(share)
        )

    def _vocabulary(self, name: str) -> str:
        return self._one_of(name, name, (*_list_referable_tables(), *LISTS, *CHOICES))


def _is_iso_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _list_referable_tables() -> tuple[str, ...]:
    return tuple(name for name in IMPORTABLE_TABLES if TABLES[name].key)
