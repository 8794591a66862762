"""Write the rows of a file that were left out or lost cells as a file that can be mended and imported again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xl_salesflow.core.file_saving import safe_file_name, save_file_atomically
from xl_salesflow.core.verb_answers import UnfinishedRows
from xl_salesflow.core.written_numbers import is_written_number
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.map_parts import UNFINISHED_REASON_HEADER, ColumnMap
from xl_salesflow.locale.texts import Language, Text

_UNFINISHED_FILE = Text("{name} not imported")
_KEPT_AS_TEXT = re.compile(r"[=+\-@\t\r]|0[0-9]+$|[0-9]{12,}$")
_MOST_UNFINISHED_FILES = 1000


def write_unfinished_rows(
    folder: Path, unfinished: Sequence[UnfinishedRows], mapping: ImportMap, language: Language
) -> list[Path]:
    """Write the rows of each source and the import map that reads them into *folder*; return the paths.

    No file is overwritten: it may hold what a person has mended meanwhile. A file that is there with the same contents
    is used as it is.
    """
    written: list[Path] = []
    for rows in unfinished:
        several = sum(Path(other.path) == Path(rows.path) for other in unfinished) > 1
        name = f"{Path(rows.path).stem} {rows.sheet}" if several else Path(rows.path).stem
        known = _UNFINISHED_FILE.in_(language, name="")
        stem = safe_file_name(name if known.strip() in name else _UNFINISHED_FILE.in_(language, name=name))
        list_file = _save_without_overwriting(
            folder / f"{stem}.csv", _format_unfinished_rows(rows, language), rows.path
        )
        map_text = _map_of_unfinished_rows(rows, mapping, list_file.name, language).to_toml(language)
        map_file = _save_without_overwriting(list_file.with_suffix(".map.toml"), map_text.encode("utf-8"), rows.path)
        written += [list_file, map_file]
    return written


def _save_without_overwriting(path: Path, data: bytes, like: str | Path) -> Path:
    for number in range(1, _MOST_UNFINISHED_FILES):
        name = path.name if number == 1 else path.name.replace(".", f" {number}.", 1)
        there = path.with_name(name)
        if not there.exists():
            return save_file_atomically(there, data, like)
        if there.is_file() and there.read_bytes() == data:
            return there
    return save_file_atomically(path, data, like)


def _format_unfinished_rows(unfinished: UnfinishedRows, language: Language) -> bytes:
    """Return the rows as CSV in UTF-8 with a byte order mark, so that Excel detects it.

    Texts that a spreadsheet would change or calculate have an apostrophe in front; an import reads them without it.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=unfinished.delimiter)
    writer.writerow([*unfinished.headers, UNFINISHED_REASON_HEADER.in_(language)])
    for row, reason in zip(unfinished.rows, unfinished.reasons, strict=True):
        writer.writerow([*map(_guard_cell_text, row), reason])
    return text.getvalue().encode("utf-8-sig")


def _guard_cell_text(text: str) -> str:
    is_number = is_written_number(text) and not re.fullmatch(r"0[0-9]+|[0-9]{12,}", text)
    return f"'{text}" if _KEPT_AS_TEXT.match(text) and not is_number else text


def _map_of_unfinished_rows(
    unfinished: UnfinishedRows, mapping: ImportMap, file_name: str, language: Language
) -> ImportMap:
    """Return *mapping* for the written rows alone, so that they are read as the whole file was."""
    named = (str(unfinished.path), Path(unfinished.path).name)
    file = next(file for file in mapping.files if file.table and file.file in named and file.sheet == unfinished.sheet)
    columns = {header: how for header, how in file.columns.items() if header in unfinished.headers}
    columns[UNFINISHED_REASON_HEADER.in_(language)] = ColumnMap()
    again = replace(file, file=file_name, sheet="", encoding="utf-8", delimiter=unfinished.delimiter, columns=columns)
    return replace(mapping, files=(again,), notes=())
