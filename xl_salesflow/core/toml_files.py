"""Read TOML that people and other programs write: options, playbooks and import maps.

Whatever is in the text, the result is a table or one sentence: text in another encoding, tables nested without end, numbers
that no cell can hold. `is_toml_value` compares a value with what its key asks for.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.regular_files import open_regular_file

_MAX_TOML_BYTES = 4 << 20
_MAX_TOML_NUMBER = 1e15  # Excel keeps 15 digits
_MAX_TOML_TEXT = 32_767  # what a cell holds

TOML_TEXT, TOML_NUMBER, TOML_WHOLE_NUMBER, TOML_SWITCH, TOML_LIST, TOML_TABLE, TOML_TABLES = (
    Text("text in quotation marks"),
    Text("a number"),
    Text("a whole number"),
    Text("true or false"),
    Text("a list in square brackets"),
    Text("a table in braces"),
    Text("tables in double square brackets"),
)
"""What a key asks for, in words."""


def read_toml_file(path: Path) -> dict[str, Any]:
    """Return the tables of the file at *path*.

    Raises:
        UsageError: it cannot be read, is too large or is not TOML.
    """
    return parse_toml_text(read_toml_text(path), str(path))


def read_toml_text(path: Path) -> str:
    """Return the text of the file at *path*: UTF-8, with or without a byte order mark.

    Raises:
        UsageError: it cannot be read or is not written in UTF-8.
    """
    try:
        with open_regular_file(path) as file:
            return file.read(_MAX_TOML_BYTES + 1).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError("{path} is not written in UTF-8; save it as UTF-8.", path=path) from error
    except (OSError, ValueError) as error:
        raise UsageError("{path} cannot be read; check the name.", path=path) from error


def parse_toml_text(text: str, source: str) -> dict[str, Any]:
    """Return the tables of *text*; messages call it *source*.

    Raises:
        UsageError: it is too large or is not TOML.
    """
    if len(text) > _MAX_TOML_BYTES:
        raise UsageError("{source} is larger than 4 MB; that is no file of ours.", source=source)
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise UsageError("{source} is nested too deeply to be read.", source=source) from error
    except ValueError as error:  # also a number with more digits than Python converts, or a date that does not exist
        raise UsageError(
            "{source} is not TOML: {error}; put text between quotation marks.", source=source, error=error
        ) from (error)


def is_toml_value(value: Any, asked: Text) -> bool:
    """Return whether *value* is what a key asks for, within what a cell can hold."""
    if asked is TOML_SWITCH:
        return isinstance(value, bool)
    if asked is TOML_TEXT:
        return isinstance(value, str) and len(value) <= _MAX_TOML_TEXT
    if asked in (TOML_NUMBER, TOML_WHOLE_NUMBER):
        kinds = int if asked is TOML_WHOLE_NUMBER else int | float
        return isinstance(value, kinds) and not isinstance(value, bool) and abs(value) <= _MAX_TOML_NUMBER
    if asked is TOML_TABLES:
        return isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return isinstance(value, dict if asked is TOML_TABLE else list)
