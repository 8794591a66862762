"""Read the entries of an import map: each is checked for its type, and an error names its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.toml_files import TOML_NUMBER, TOML_TEXT, is_toml_value
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text


class MapEntryReader:
    """Reads entries of one map, and finds the line of each for messages."""

    def __init__(self, lines: list[str], source: str) -> None:
        self._lines, self._source = lines, source

    def _refuse_unknown_keys(self, entry: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in entry:
            self._one_of(key, key, tuple(known))

    def _one_of(self, place: str, name: str, known: Iterable[str], table: str = "") -> str:
        options = list(known)
        if name not in options:
            hint = suggest_names(name, options)
            self._refuse(
                place,
                "there is no “{name}” of {table}; {hint}" if table else "there is no “{name}”; {hint}",
                beside=name,
                name=name,
                table=table,
                hint=hint,
            )
        return name

    def _text(self, entry: Mapping[str, Any], key: str) -> str:
        value = entry.get(key, "")
        if not is_toml_value(value, TOML_TEXT):
            self._refuse(key, "{key} should be text in quotation marks.", key=key)
        return str(value)

    def _number(self, entry: Mapping[str, Any], key: str, place: str) -> float:
        value = entry.get(key, 1.0)
        if not is_toml_value(value, TOML_NUMBER) or not value > 0:
            self._refuse(place, "{key} of “{place}” should be a number above 0.", key=key, place=place)
        return float(value)

    def _texts(self, entry: Mapping[str, Any]) -> dict[str, str]:
        return {name: self._text(entry, name) for name in entry}

    def _table(self, entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = entry.get(key, {})
        if not isinstance(value, dict):
            self._refuse(key, "{key} should be a table such as [{key}].", key=key)
        return value

    def _array(self, entry: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        value = self._list(entry, key)
        if not all(isinstance(part, dict) for part in value):
            self._refuse(key, "{key} should be written as [[{key}]].", key=key)
        return value

    def _list(self, entry: Mapping[str, Any], key: str) -> list[Any]:
        value = entry.get(key, [])
        if not isinstance(value, list):
            self._refuse(key, "{key} should be a list in square brackets.", key=key)
        return value

    def _refuse(self, place: str, message: str, /, beside: str = "", **facts: object) -> NoReturn:
        what = Text(message).with_facts(**facts)
        if line := self._line(place, beside):
            raise UsageError("{file}, line {line}: {what}", file=self._source, line=line, what=what)
        raise UsageError("{file}: {what}", file=self._source, what=what)

    def _line(self, place: str, name: str) -> int | None:
        """Return the line that contains *place* and *name*, preferably one that begins with *place*."""
        code_lines = [line if not line.lstrip().startswith("#") else "" for line in self._lines]
        both = [number for number, line in enumerate(code_lines, 1) if place in line and name in line]
        key = re.compile(rf"""[\s\["']*{re.escape(place)}["']?\s*[=\].]""")
        begins = (number for number in both if key.match(code_lines[number - 1]))
        return next(begins, both[0] if both else None)
