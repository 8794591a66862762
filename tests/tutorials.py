"""Follow a tutorial page as a reader does: create files, run commands, type into cells, and compare outputs.

The steps are in the Markdown: a fenced block with a title is a file; a bash block contains commands; a text block is the
output of the previous command, where “…” stands for anything; a table with the columns Sheet, Row, Column and Type lists the
cells to type. A command must end with exit code 1 if the text below it contains a ✗, otherwise with 0.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xl_salesflow.ooxml.workbook_editor import Workbook

STEP = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$'
    r"|^\|(?: *(?:Workbook|工作簿) *\|)? *(?:Sheet|工作表) *\|[^\n]*\n\|[-| ]+\n(?P<rows>(?:\|[^\n]*\n)+)",
    re.MULTILINE | re.DOTALL,
)
RUN_NUMBER = re.compile(r"\b\d{8}-\d{6}\b")
Runner = Callable[[list[str]], tuple[int, str]]
"""Runs one command in the current folder and returns its exit code and output."""


@dataclass(frozen=True)
class Step:
    """One step of a page: *kind* is file, command, output or typing."""

    kind: str
    text: str
    name: str = ""


def read_steps(page: Path) -> Iterator[Step]:
    """Yield the steps of a page in order."""
    for found in STEP.finditer(page.read_text(encoding="utf-8")):
        if found["rows"]:
            yield from (Step("typing", row) for row in found["rows"].splitlines())
        elif found["title"]:
            yield Step("file", found["body"], found["title"])
        elif found["language"] == "bash":
            yield from (Step("command", line) for line in found["body"].splitlines())
        elif found["language"] == "text":
            yield Step("output", found["body"])


def matches(expected: str, printed: str) -> bool:
    """Tell whether *printed* contains the lines of *expected* in that order; “…” stands for anything."""
    lines = iter(printed.splitlines())
    patterns = [".*".join(map(re.escape, line.strip().split("…"))) for line in expected.splitlines() if line.strip()]
    return all(any(re.fullmatch(pattern, line.strip()) for line in lines) for pattern in patterns)


@dataclass
class Reader:
    """A reader who follows a page in the current folder."""

    run: Runner
    ran: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _book: str = ""
    _number: str = ""

    def follow(self, page: Path) -> list[str]:
        """Follow the page; return a sentence for every difference."""
        steps = list(read_steps(page))
        for step, following in zip(steps, [*steps[1:], Step("end", "")], strict=True):
            match step.kind:
                case "file":
                    Path(step.name).write_text(step.text, encoding="utf-8")
                case "command":
                    self._command(step.text, following.text if following.kind == "output" else "")
                case "typing":
                    self._type([cell.strip() for cell in step.text.strip("| ").split("|")])
        return self.problems

    def _command(self, line: str, expected: str) -> None:
        program, *words = shlex.split(line)
        if program == "mkdir":
            Path(words[0]).mkdir()
            return
        self.ran.append(line)
        self._book = next((word for word in words if word.endswith(".xlsx")), self._book)
        code, printed = self.run([word.replace("run=RUN", f"run={self._number}") for word in words])
        self._number = (RUN_NUMBER.findall(printed) or [self._number])[-1]
        if code != ("✗" in expected):
            self.problems.append(f"{line}: ended with exit code {code} and printed:\n{printed}")
        if not matches(expected, printed):
            self.problems.append(f"{line}: should print\n{expected}\nand printed\n{printed}")

    def _type(self, cells: list[str]) -> None:
        *named, sheet, row, column, value = cells
        book = Path(named[0] if named else self._book)
        workbook = Workbook.open(book)
        (table,) = [name for name, one in workbook.tables.items() if one.sheet == sheet and column in one.headers]
        workbook.set_column(table, column, {find_row(workbook, table, row): as_value(value)})
        book.write_bytes(workbook.to_bytes())


def find_row(workbook: Workbook, table: str, row: str) -> int:
    """Return the sheet row whose first cell is *row*, or the row with that number."""
    keys = next(iter(workbook.read_table(table).values()))
    at = keys.index(row) if row in keys else int(row) - 1
    return workbook.tables[table].first_row + at


def as_value(text: str) -> object:
    """Return the value of a cell after *text* was typed into it."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    return float(text) if re.fullmatch(r"[\d.]+", text) else text
