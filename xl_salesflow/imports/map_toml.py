"""Write the parts of an import map as TOML, with comments that explain each to the person who edits it."""

from __future__ import annotations

from collections.abc import Iterable

import tomlkit
from tomlkit.items import InlineTable, Table

from xl_salesflow.core.written_columns import is_open_choice
from xl_salesflow.imports.import_vocabulary import IMPORTABLE_TABLES, targets_of_table
from xl_salesflow.imports.map_parts import (
    MAP_CHOOSE_COMMENT,
    MAP_COLUMNS_COMMENT,
    MAP_DATES_COMMENT,
    MAP_FILE_COMMENT,
    MAP_FISCAL_COMMENT,
    MAP_HIDDEN_COLUMNS_COMMENT,
    MAP_HIDDEN_COMMENT,
    MAP_NEW_STAGE_COMMENT,
    MAP_RATE_COMMENT,
    MAP_TIMES_COMMENT,
    MAP_YEAR_COMMENT,
    OPEN_COLUMN,
    OPEN_RATE,
    OPEN_TABLE,
    OPEN_TIMES,
    ColumnMap,
    FileMap,
    NewStage,
)
from xl_salesflow.locale.text_widths import wrap_to_width
from xl_salesflow.locale.texts import Language, TextList
from xl_salesflow.schema.plain_values import plain_number

ASKED_NUMBER = "?"
"""Stands for an exchange rate or a unit that a person has to enter."""

_MAX_COMMENT_LENGTH = 2_000
_COMMENT_WIDTH = 110


def make_names_toml(values: dict[str, str], comment: str) -> Table:
    table = tomlkit.table()
    add_map_comment(table, comment)
    for name, value in values.items():
        table.add(name, tomlkit.item(value))
    table.add(tomlkit.nl())
    return table


def make_new_stage_toml(stage: NewStage, language: Language) -> Table:
    table = tomlkit.table()
    add_map_comment(table, MAP_NEW_STAGE_COMMENT.in_(language))
    for field_name in ("stage", "position", "kind", "probability"):
        table.add(field_name, tomlkit.item(getattr(stage, field_name)))
    table.add(tomlkit.nl())
    return table


def make_file_toml(file: FileMap, language: Language, first: bool) -> Table:
    table = tomlkit.table()
    if first:  # what applies to every file is explained once
        add_map_comment(table, MAP_FILE_COMMENT.in_(language, tables=TextList(IMPORTABLE_TABLES)))
    for field_name in (
        "file",
        "sheet",
        "table",
        "header_row",
        "hidden_rows",
        "hidden_columns",
        "encoding",
        "delimiter",
    ):
        value = getattr(file, field_name)
        if value or field_name in ("file", "table"):
            item = tomlkit.item(value)
            if (field_name == "encoding" and is_open_choice(str(value))) or value == OPEN_TABLE:
                item.comment(MAP_CHOOSE_COMMENT.in_(language))
            if comment := HIDDEN_CHOICES.get(field_name):
                item.comment(comment.in_(language))
            table.add(field_name, item)
    columns = tomlkit.table()
    known = targets_of_table(file.table) if file.table and not file.is_open else {}
    if known:
        add_map_comment(columns, MAP_COLUMNS_COMMENT.in_(language, known=TextList(tuple(known))))
    if first:
        add_map_comment(columns, MAP_DATES_COMMENT.in_(language))
    for header, how in file.columns.items():
        item = _make_column_item(how)
        if how.to in known:
            asks = (f": {_QUESTION_COMMENTS[question].in_(language)}" for question in how.questions)
            item.comment(known[how.to].header.in_(language) + "".join(asks))
        elif how.to == OPEN_COLUMN:
            item.comment(MAP_CHOOSE_COMMENT.in_(language))
        columns.add(header, item)
    table.add("columns", columns)
    return table


HIDDEN_CHOICES = {"hidden_rows": MAP_HIDDEN_COMMENT, "hidden_columns": MAP_HIDDEN_COLUMNS_COMMENT}
_QUESTION_COMMENTS = {
    "dates": MAP_CHOOSE_COMMENT,
    "decimal": MAP_CHOOSE_COMMENT,
    "times": MAP_TIMES_COMMENT,
    "rate": MAP_RATE_COMMENT,
    "fiscal_2025": MAP_FISCAL_COMMENT,
    "year": MAP_YEAR_COMMENT,
}


def _make_column_item(how: ColumnMap) -> tomlkit.items.String | InlineTable:
    if how == ColumnMap(how.to):
        return tomlkit.string(how.to)
    inline = tomlkit.inline_table()
    blanks = {
        "to": None,
        "dates": "",
        "decimal": ".",
        "times": 1.0,
        "currency": "",
        "rate": None,
        "only": "",
        "fiscal_2025": "",
        "year": "",
    }
    for field_name, blank in blanks.items():
        if (value := getattr(how, field_name)) != blank:
            is_asked = (field_name, value) in (("rate", OPEN_RATE), ("times", OPEN_TIMES))
            number = plain_number(value) if isinstance(value, float) else value
            inline.append(field_name, ASKED_NUMBER if is_asked else number)
    return inline


def make_toml_array(made: Iterable[Table]) -> tomlkit.items.AoT:
    array = tomlkit.aot()
    for table in made:
        array.append(table)
    return array


def add_map_comment(container: tomlkit.TOMLDocument | Table, *lines: str) -> None:
    for line in lines:
        indent = "  " if line.startswith("- ") else ""
        parts = wrap_to_width(" ".join(line[:_MAX_COMMENT_LENGTH].split()), _COMMENT_WIDTH)
        for place, part in enumerate(parts):
            printable = "".join(c for c in part if c.isprintable())
            container.add(tomlkit.comment(f"{indent}{printable}" if place else printable))
