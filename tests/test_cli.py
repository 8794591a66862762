"""The command line: exit codes, one sentence per error, JSON that programs can read, fast help."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from tests.demos import copy_demo
from xl_salesflow.cli import main
from xl_salesflow.cli.command_line import salesflow_group
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.verb_catalogue import VERBS


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the demo."""
    return copy_demo(tmp_path_factory, "en", date(2026, 6, 30))


def edited(book: Path, copy: Path, table: str, header: str, row: int, value: object) -> Path:
    """Return a copy of *book* in which a person typed one cell."""
    workbook = Workbook.open(book)
    first = workbook.tables[table].first_row
    workbook.set_column(table, header, {first + row: value})
    with copy.open("wb") as file:
        workbook.write_to(file)
    return copy


def test_help_needs_neither_pandas_nor_numpy() -> None:
    code = (
        "import sys; from xl_salesflow.cli import main; main(['--help']); print({'pandas', 'numpy'} & set(sys.modules))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout
    assert output.rstrip().endswith("set()")


def test_every_verb_that_the_terminal_has_is_declared() -> None:
    assert set(salesflow_group.commands) - {"addin"} <= set(VERBS)


HELPS = """
import sys
from xl_salesflow.cli import main

for verb in sys.argv[1:]:
    print(f"\\f{verb}")
    assert main([verb, "--help"]) == 0, verb
"""


@cache
def helps(language: str) -> dict[str, str]:
    """Return what every verb prints with --help."""
    ran = subprocess.run(
        [sys.executable, "-c", HELPS, *salesflow_group.commands],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={"SALESFLOW_LANG": language, "PATH": ""},
    )
    pages = (page.partition("\n") for page in ran.stdout.split("\f")[1:])
    return {verb: text for verb, _, text in pages}


@pytest.mark.parametrize("verb", list(salesflow_group.commands))
def test_every_verb_explains_itself_in_both_languages(verb: str) -> None:
    english, chinese = (helps(language)[verb] for language in ("en", "zh"))
    assert "Usage" in english
    assert english != chinese
    assert verb != "check" or ("wrong" in english, "wrong" in chinese) == (True, False)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("check", "missing.xlsx"), 3, "missing.xlsx: does not exist"),
        (("check", "{here}"), 3, "is a folder"),
        (("check", "{text}"), 3, "text.xlsx"),
        (("quote", "{book}", "D-99999"), 2, "D-99999"),
        (("funnel", "{book}", "--owner", "Mara Keler"), 2, "did you mean “Mara Keller”"),
        (("funnel", "{book}", "--from", "2026-02-01", "--to", "2026-01-01"), 2, "before it begins"),
        (("funnel", "{book}", "--as-of", "2026-02-30"), 2, "is not a date"),
        (("init", "{book}"), 2, "exists already"),
        (("init", "{new}", "--playbook", "crn"), 2, "did you mean “crm”"),
        (("import", "{book}", "nothing.csv"), 2, "nothing.csv does not exist"),
        (("no-such-verb",), 2, "No such command"),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence_and_an_exit_code(
    arguments: tuple[str, ...], code: int, says: str, demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.xlsx").write_text("not a workbook", encoding="utf-8")
    book = demo / "salesflow-demo.xlsx"
    before = book.read_bytes()
    places = {"here": tmp_path, "text": tmp_path / "text.xlsx", "book": book, "new": tmp_path / "new.xlsx"}
    assert run(*(argument.format(**places) for argument in arguments)) == code
    output = capsys.readouterr().err
    assert says in output
    assert "Traceback" not in output
    assert book.read_bytes() == before


def test_a_refused_move_blocks_and_stays_visible(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes((demo / "salesflow-demo.xlsx").read_bytes())
    assert run("update", book, "--today", "2026-06-30", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    refused = [finding for finding in answer["findings"] if finding["severity"] == "block"]
    assert refused
    assert all(finding["cell"].startswith("Deals!") for finding in refused)
    deals = Workbook.open(book).read_table("Deals")
    marked = [row for row, status in enumerate(deals["Move"]) if status == "Refused"]
    assert len(marked) == len(refused)
    assert all(deals["Stage"][row] != deals["Recorded stage"][row] and deals["Why"][row] for row in marked)


def test_a_dry_run_prints_what_the_real_run_writes(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = edited(
        demo / "salesflow-demo.xlsx", tmp_path / "book.xlsx", "Deals", "Contract signed", 32, date(2026, 6, 29)
    )
    before = book.read_bytes()
    run("update", book, "--today", "2026-06-30", "--json", "--dry-run", "--as", "Mara")
    planned = json.loads(capsys.readouterr().out)
    assert book.read_bytes() == before
    run("update", book, "--today", "2026-06-30", "--json", "--as", "Mara")
    done = json.loads(capsys.readouterr().out)
    assert {**planned, "dry_run": False} == done


def test_every_document_of_the_demo_is_there(demo: Path) -> None:
    kinds = Counter(path.suffix for path in demo.iterdir())
    assert kinds == {".xlsx": 2, ".pdf": 6, ".html": 3, ".docx": 1, ".eml": 1, ".csv": 1, ".ics": 1, ".md": 1}
    assert all(path.stat().st_size > 500 for path in demo.iterdir())


@pytest.mark.parametrize("verb", ["check", "followups", "funnel"])
def test_reading_verbs_answer_in_json_and_write_nothing(
    verb: str, demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = demo / "salesflow-demo.xlsx"
    before = book.read_bytes()
    assert run(verb, book, "--json", "--today", "2026-06-30") in (0, 1)
    assert json.loads(capsys.readouterr().out)
    assert book.read_bytes() == before
