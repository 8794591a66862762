# ruff: noqa: E501  # a value or an element is one line
"""Damaged TOML: playbooks, import maps and files with options."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.fuzz_targets.damage import a_word, cut, drop_or_repeat, noise, put_word
from benchmarks.fuzz_targets.stores import refused
from tests.imports.conftest import workbook
from xl_salesflow.cli.command_line import salesflow_group
from xl_salesflow.cli.command_options import read_configuration
from xl_salesflow.core.toml_files import read_toml_text
from xl_salesflow.errors import SalesflowError
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.process.playbook_files import copy_playbook_source, list_playbook_names, read_own_playbook

_VALUE, _LINE, _KEY = re.compile(rb"= *([^\n,}]+)"), re.compile(rb"[^\n]*\n"), re.compile(rb"\n *\[*([\w\"-]+)")
_VALUES = (
    *("1", "-1", "0.5", "1e400", "nan", "-inf", "9" * 400, "true", "[]", "[[]]", "{}", "{ a = 1 }", '""', '"x"', "'''\n'''", "0x10"),
    *("2026-01-01", "2026-13-01", "1979-05-27T07:32:00Z", "07:32", "[" * 3_000, "{a=" * 3_000, '"\\uD800"', '"\\u0000"', '["a", 1]'),
)  # fmt: skip
_OPTIONS = b"""[batch]
jobs = 2
tries = 3
timeout = 60
journal = "runs.jsonl"
json = true
[funnel]
from = 2026-01-01
owner = "Li"
by = "owner"
[quote]
format = "pdf"
lang = "en"
[report]
product = ["Pump"]
"""


def use_toml_text(chance: Random, folder: Path) -> str:
    """Read one damaged file as what it was."""
    kind = chance.choice(("playbook", "map", "options"))
    text = _sound(kind, folder, chance)
    for _ in range(chance.choice((1, 1, 2, 4))):
        text = _damage_toml(text, chance)
    path = folder / f"{kind}.toml"
    path.write_bytes(text)
    try:
        if kind == "playbook":
            read_own_playbook(path, chance.choice(("en", "zh")))
        elif kind == "map":
            ImportMap.from_toml(read_toml_text(path), str(path))
        else:
            read_configuration(salesflow_group, {"SALESFLOW_CONFIG": str(path)})
    except SalesflowError as error:
        return refused(error)
    return "read"


def _sound(kind: str, folder: Path, chance: Random) -> bytes:
    if kind == "playbook":
        return copy_playbook_source(chance.choice(list_playbook_names())).encode()
    return _sound_map(folder) if kind == "map" else _OPTIONS


@cache
def _sound_map(folder: Path) -> bytes:
    path = folder / "deals.csv"
    path.write_text(
        "Deal name,Stage,Amount,Close date\nA,Open,5,2026-01-02\nB,Angebot,6,2026-01-03\n", encoding="utf-8"
    )
    return propose_import_map([path], workbook()).to_toml("en").encode()


def _damage_toml(text: bytes, chance: Random) -> bytes:
    draw = chance.random()
    if draw < 0.4:
        found = list(_VALUE.finditer(text))
        if found:
            one = chance.choice(found)
            value = chance.choice((*_VALUES, f'"{a_word(chance)}"')).encode("utf-8", "replace")
            return text[: one.start(1)] + value + text[one.end(1) :]
    if draw < 0.6:
        return put_word(_KEY, text, chance)
    if draw < 0.8:
        return drop_or_repeat(_LINE, text, chance)
    return chance.choice((noise, noise, cut))(text, chance)
