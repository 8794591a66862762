"""An edited mapping read back: what is not understood is told with its line and the nearest name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from xl_salesflow.errors import UsageError
from xl_salesflow.imports import mapping as maps
from xl_salesflow.imports.dates import EITHER, FORMATS
from xl_salesflow.imports.delimited import DELIMITERS
from xl_salesflow.imports.mapping import ColumnMap, FileMap, NewStage
from xl_salesflow.imports.targets import NAMED, TAKES_ROWS, TO_NOTES, targets
from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.tables import TABLES

_KEYS = ("playbook", "starts_in", "missing", "stages", "new_stages", "values", "files")
_FILE_KEYS = ("file", "table", "sheet", "encoding", "delimiter", "columns")
_COLUMN_KEYS = ("to", "dates", "decimal", "times")
_STAGE_KEYS = ("stage", "position", "kind", "probability")


def reading(text: str, source: str) -> maps.Mapping:
    """Return the mapping that *text* holds.

    Raises:
        UsageError: the text is no TOML or says something we do not know.
    """
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{source} is not written as TOML: {error}; put text between quotation marks.",
            f"{source} 不符合 TOML 写法：{error}；文字须加引号。",
        ) from error
    return _Reading(text.splitlines(), source).mapping(parsed)


class _Reading:
    """Reads one map; knows its lines, to say where something stands."""

    def __init__(self, lines: list[str], source: str) -> None:
        self._lines, self._source = lines, source

    def mapping(self, parsed: Mapping[str, Any]) -> maps.Mapping:
        self._only(parsed, _KEYS)
        values = self._table(parsed, "values")
        return maps.Mapping(
            files=tuple(self._file(entry) for entry in self._array(parsed, "files")),
            playbook=self._text(parsed, "playbook"),
            starts_in=self._text(parsed, "starts_in"),
            stages=self._texts(self._table(parsed, "stages")),
            new_stages=tuple(self._new_stage(entry) for entry in self._array(parsed, "new_stages")),
            values={self._vocabulary(name): self._texts(self._table(values, name)) for name in values},
            missing=tuple(self._one_of("missing", str(name), NAMED) for name in self._list(parsed, "missing")),
        )

    def _file(self, entry: Mapping[str, Any]) -> FileMap:
        self._only(entry, _FILE_KEYS)
        file, table = self._text(entry, "file"), self._text(entry, "table")
        if not file:
            self._refuse("[[files]]", "file is missing; name the file", "缺少 file；请填写文件名")
        if table:
            table = self._one_of("table", table, TAKES_ROWS)
        delimiter = self._text(entry, "delimiter")
        if delimiter and delimiter not in DELIMITERS:
            self._refuse(
                delimiter, f"delimiter “{delimiter}” is none of , ; | or tab", f"分隔符“{delimiter}”不是 , ; | 或制表符"
            )
        columns = {header: self._column(table, header, how) for header, how in self._table(entry, "columns").items()}
        self._once(file, columns)
        return FileMap(file, table, self._text(entry, "sheet"), self._text(entry, "encoding"), delimiter, columns)

    def _column(self, table: str, header: str, how: Any) -> ColumnMap:
        if isinstance(how, str):
            how = {"to": how}
        if not isinstance(how, dict):
            self._refuse(
                header, f"“{header}” should be the name of a column in quotation marks", f"“{header}”应为加引号的列名"
            )
        self._only(how, _COLUMN_KEYS)
        to, dates, decimal = self._text(how, "to"), self._text(how, "dates"), self._text(how, "decimal") or "."
        if to and table and (to != TO_NOTES or "notes" not in targets(table)):
            to = self._target(table, header, to)
        if dates and dates != EITHER:
            dates = self._one_of(header, dates, FORMATS)
        return ColumnMap(to, dates, self._one_of(header, decimal, (".", ",")), self._number(how, "times", header))

    def _target(self, table: str, header: str, to: str) -> str:
        known = targets(table)
        named = {title.casefold(): id for id, column in known.items() for title in (*column.header.both(), id)}
        if to.casefold() in named:
            return named[to.casefold()]
        return self._one_of(header, to, known, f" of {table}", f"（{table} 表）")

    def _once(self, file: str, columns: Mapping[str, ColumnMap]) -> None:
        taken: dict[str, str] = {}
        for header, how in columns.items():
            if how.to in taken:
                self._refuse(
                    header, f"{file}: both “{taken[how.to]}” and “{header}” become {how.to}; leave one of them out",
                    f"{file}：“{taken[how.to]}”与“{header}”都对应 {how.to}；请去掉其一",
                )  # fmt: skip
            if how.to not in ("", TO_NOTES):
                taken[how.to] = header

    def _new_stage(self, entry: Mapping[str, Any]) -> NewStage:
        self._only(entry, _STAGE_KEYS)
        name, position, share = self._text(entry, "stage"), entry.get("position"), entry.get("probability", 0)
        if not name or not isinstance(position, int) or isinstance(position, bool) or position < 1:
            self._refuse(
                name or "[[new_stages]]",
                "a new stage needs a name and a position from 1",
                "新阶段须有名称与序号（从 1 起）",
            )
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
            self._refuse(name, f"the probability of “{name}” is not between 0 and 1", f"“{name}”的赢率不在 0 与 1 之间")
        return NewStage(
            name, position, self._one_of(name, self._text(entry, "kind") or "open", CHOICES["kind"]), float(share)
        )

    def _vocabulary(self, name: str) -> str:
        return self._one_of(name, name, (*_named_tables(), *LISTS, *CHOICES))

    def _only(self, entry: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in entry:
            self._one_of(key, key, tuple(known))

    def _one_of(self, place: str, name: str, known: Iterable[str], of: str = "", of_zh: str = "") -> str:
        options = list(known)
        if name not in options:
            meant = nearest(name, options) or ", ".join(options)
            self._refuse(
                place, f"there is no “{name}”{of}; is it “{meant}”?", f"没有“{name}”{of_zh}；是否为“{meant}”？", name
            )
        return name

    def _text(self, entry: Mapping[str, Any], key: str) -> str:
        value = entry.get(key, "")
        if not isinstance(value, str):
            self._refuse(key, f"{key} should be text in quotation marks", f"{key} 应为加引号的文字")
        return str(value)

    def _number(self, entry: Mapping[str, Any], key: str, place: str) -> float:
        value = entry.get(key, 1.0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
            self._refuse(
                place, f"{key} of “{place}” should be a number above 0", f"“{place}”的 {key} 应为大于 0 的数字"
            )
        return float(value)

    def _texts(self, entry: Mapping[str, Any]) -> dict[str, str]:
        return {name: self._text(entry, name) for name in entry}

    def _table(self, entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = entry.get(key, {})
        if not isinstance(value, dict):
            self._refuse(key, f"{key} should be a table such as [{key}]", f"{key} 应写成表，如 [{key}]")
        return value

    def _array(self, entry: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        value = self._list(entry, key)
        if not all(isinstance(part, dict) for part in value):
            self._refuse(key, f"{key} should be written as [[{key}]]", f"{key} 应写成 [[{key}]]")
        return value

    def _list(self, entry: Mapping[str, Any], key: str) -> list[Any]:
        value = entry.get(key, [])
        if not isinstance(value, list):
            self._refuse(key, f"{key} should be a list in square brackets", f"{key} 应为方括号中的列表")
        return value

    def _refuse(self, place: str, en: str, zh: str, name: str = "") -> NoReturn:
        line = self._line(place, name)
        at, at_zh = (f", line {line}", f"，第 {line} 行") if line else ("", "")
        en, zh = en if en.endswith("?") else f"{en}.", zh if zh.endswith("?") else f"{zh}。"
        raise UsageError(f"{self._source}{at}: {en}", f"{self._source}{at_zh}：{zh}")

    def _line(self, place: str, name: str) -> int | None:
        """Return the line that says *place* and *name*, best one that begins with *place*."""
        said = [line if not line.lstrip().startswith("#") else "" for line in self._lines]
        both = [number for number, line in enumerate(said, 1) if place in line and name in line]
        key = re.compile(rf"""[\s\["']*{re.escape(place)}["']?\s*[=\].]""")
        begins = (number for number in both if key.match(said[number - 1]))
        return next(begins, both[0] if both else None)


def _named_tables() -> tuple[str, ...]:
    return tuple(name for name in TAKES_ROWS if TABLES[name].key)
