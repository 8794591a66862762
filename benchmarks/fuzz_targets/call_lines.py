# ruff: noqa: E501  # a value or an element is one line
"""Command lines: every command with options and values of any kind, on files of any kind."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import chdir
from pathlib import Path
from random import Random

import click

from benchmarks.fuzz_targets.damage import a_word, packed
from benchmarks.fuzz_targets.quiet_runs import FuzzFault, run_quietly
from benchmarks.fuzz_targets.stores import sound_store
from xl_salesflow.cli.command_line import salesflow_group

_ONLY_PARSED = ("watch", "batch", "addin", "demo")
"""Commands that wait, start processes or install something: they get an option that does not exist."""
_VALUES = (
    *("", "-", "--", "-1", "0", "1", "1e400", "nan", "9" * 30, "2026-11-22", "2026-02-30", "0000-01-01", "9999-12-31", "D-1", "D-99", "Q-2026-0001"),
    *("Li", "owner", "en", "zh", "xx", "pdf", "html", "csv", "crm", "b2c", "=1+1", "\u4e0a\u6d77", "\udcff", "a\udc80b", "{x}", "%s", "x" * 3_000, "../x", "CON"),
)  # fmt: skip
_FILES = (
    "garbage.xlsx",
    "empty.xlsx",
    "missing.xlsx",
    "folder",
    "list.csv",
    "broken.toml",
    "/dev/null",
    "x" * 300,
    "",
    "\udcff.xlsx",
    ".",
)
_REAL_ONE_IN = 25


def use_call_line(chance: Random, folder: Path) -> str:
    """Run one command line in a folder with files of many kinds."""
    place = folder / "inner" / "here"
    _lay_out(place, folder)
    name = chance.choice(sorted(salesflow_group.commands))
    command: click.Command = salesflow_group.commands[name]
    line = [name]
    if isinstance(command, click.Group):
        line.append(chance.choice((*sorted(command.commands), "nothing")))
        command = command.commands.get(line[-1], command)
    real = chance.randrange(_REAL_ONE_IN) == 0
    line += _make_arguments(command, "book.xlsx" if real else "", chance)
    if name in _ONLY_PARSED:
        line.append("--no-such-option")
    before = (place / "book.xlsx").read_bytes()
    with chdir(place):
        code, _ = _called([_as_argument(word) for word in line])
    if code > 1 and (place / "book.xlsx").read_bytes() != before:
        raise FuzzFault(f"changed although it ended with {code}: {line}")
    if (place / "book.xlsx").read_bytes() != before or real:
        shutil.rmtree(folder / "inner")
    return f"exit {code}"


_NO_ARGUMENT = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")
"""What no system passes to a program. A byte that is no UTF-8 arrives as one of the 128 signs in between."""


def _as_argument(word: str) -> str:
    return _NO_ARGUMENT.sub("", word)


def _called(line: list[str]) -> tuple[int, str]:
    try:
        return run_quietly(*line)
    except Exception as error:
        error.add_note(f"salesflow {line}")
        raise


def _lay_out(place: Path, folder: Path) -> None:
    if place.is_dir():
        return
    place.mkdir(parents=True)
    (place / "folder").mkdir()
    (place / "book.xlsx").write_bytes(packed(sound_store(folder.parent / "seeds")))
    for name, content in (
        ("garbage.xlsx", b"PK\3\4garbage"),
        ("empty.xlsx", b""),
        ("list.csv", b"Deal,Amount\nD-1,5\n"),
        ("broken.toml", b"a = ["),
    ):
        (place / name).write_bytes(content)
    os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = str(folder)


def _make_arguments(command: click.Command, book: str, chance: Random) -> list[str]:
    line: list[str] = []
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            first = parameter.name == "book" and book
            line.append(
                first
                or (chance.choice(_FILES) if isinstance(parameter.type, click.Path) else _a_value(parameter, chance))
            )
        elif isinstance(parameter, click.Option) and parameter.name != "help" and chance.random() < 0.25:
            line.append(parameter.opts[0])
            if not parameter.is_flag:
                line.append(
                    chance.choice(_FILES)
                    if isinstance(parameter.type, click.Path) and chance.random() < 0.5
                    else _a_value(parameter, chance)
                )
    if chance.random() < 0.1:
        line.insert(chance.randrange(len(line) + 1), a_word(chance))
    if chance.random() < 0.1 and line:
        line.pop(chance.randrange(len(line)))
    return line


def _a_value(parameter: click.Parameter, chance: Random) -> str:
    if isinstance(parameter.type, click.Choice) and chance.random() < 0.7:
        return str(chance.choice(tuple(parameter.type.choices)))
    return chance.choice(_VALUES)
