"""Everything made with version 0.1 continues to work: workbooks, command lines, answers for programs.

The files in data/ were made with commit a34ac52, in each language: ``init``, ``import`` of four deals, ``update``, ``quote D-1``
and ``update``, as of 2026-07-01. The answers are those of ``--json`` about the English workbook; commands.json lists every
command with its options and arguments.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest

from tests.demos import make_once
from tests.examples import dear_languages
from tests.templates import built
from tests.validator import Validator
from xl_salesflow.changelog.change_log import NOTED_COLUMNS
from xl_salesflow.cli import main
from xl_salesflow.cli.command_line import salesflow_group
from xl_salesflow.locale.texts import LANGUAGES
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.missing_parts import MissingPart, find_missing_parts

DATA = Path(__file__).parent / "data"
TODAY = date(2026, 7, 1)
AS_OF = ("--today", str(TODAY))
OWN_CELL, OWN_TEXT = (2, 120), "Ask Mara about hall 2"


@pytest.fixture
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy of the old workbook, with a cell of the user's own beside the deals."""
    path = Path(shutil.copy(DATA / f"version_0_1_{getattr(request, 'param', 'en')}.xlsx", tmp_path / "old.xlsx"))
    workbook = Workbook.open(path)
    workbook.set_cell(workbook.tables["Deals"].sheet, *OWN_CELL, OWN_TEXT)
    path.write_bytes(workbook.to_bytes())
    return path


UpdateOnce = Callable[[bytes], bytes]


@pytest.fixture(scope="session")
def update_once(tmp_path_factory: pytest.TempPathFactory) -> UpdateOnce:
    """Return the function from an old workbook to the one after its first update with this version, which takes seconds."""

    def updated_bytes(old: bytes) -> bytes:
        def make(folder: Path) -> None:
            path = folder / "old.xlsx"
            path.write_bytes(old)
            assert main(["update", str(path), *AS_OF]) == 0

        made = make_once(tmp_path_factory, f"updated-{sha256(old).hexdigest()}", make)
        return (made / "old.xlsx").read_bytes()

    return updated_bytes


@pytest.fixture
def updated(book: Path, update_once: UpdateOnce) -> Path:
    """Return the old workbook after its first update with this version."""
    book.write_bytes(update_once(book.read_bytes()))
    return book


def table_rows(path: Path, *names: str) -> dict[str, list[dict[str, str]]]:
    """Return the rows of tables as texts by column id; without the warnings and drafts that an update words anew."""
    tables = ClosedBook(path).read(TODAY).tables
    frames = {name: tables[name].drop(columns=["warnings", "draft_texts"], errors="ignore") for name in names}
    return {
        name: [{str(column): str(cell) for column, cell in row.items()} for row in frame.to_dict("records")]
        for name, frame in frames.items()
    }


def find_rules(book: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Return the rules of the findings that ``check`` reports."""
    capsys.readouterr()
    main(["check", str(book), "--json", *AS_OF])
    return {finding["rule"] for finding in json.loads(capsys.readouterr().out)["findings"]}


def is_later(part: MissingPart) -> bool:
    """Return whether the table or the column says that it came with a later version."""
    table = TABLES[part.table]
    return bool(table.added or table[str(part.what)].added)


@pytest.mark.parametrize("book", dear_languages("en"), indirect=True)
def test_it_opens_and_an_update_adds_what_came_later(book: Path, update_once: UpdateOnce) -> None:
    language = ClosedBook(book).read(TODAY).language
    template = Workbook(Path("template"), built(language))
    lacking = find_missing_parts(Workbook.open(book), template)
    assert {one.kind for one in lacking} <= {"table", "column", "row", "name", "sheet", "title"}
    assert [one for one in lacking if one.kind == "table" and not TABLES[one.table].added] == []
    assert [one for one in lacking if one.kind == "column" and not is_later(one)] == []
    book.write_bytes(update_once(book.read_bytes()))
    assert find_missing_parts(Workbook.open(book), template) == []
    assert [row["deal"] for row in table_rows(book, "Deals")["Deals"]] == ["D-1", "D-2", "D-3", "D-4"]


@pytest.mark.parametrize("book", LANGUAGES, indirect=True)
def test_formulas_that_changed_since_are_replaced_and_those_of_a_person_are_reported(
    updated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "formula_typed_over" not in find_rules(updated, capsys)
    workbook = Workbook.open(updated)
    table = workbook.tables["Groups"]
    workbook.set_cell(table.sheet, table.first_row, table.first_col + 3, 5)
    updated.write_bytes(workbook.to_bytes())
    assert "formula_typed_over" in find_rules(updated, capsys)


@pytest.mark.parametrize("book", LANGUAGES, indirect=True)
def test_long_formulas_are_names_in_every_row_and_in_the_rows_that_excel_adds(updated: Path) -> None:
    workbook = Workbook.open(updated)
    for name, count in (("Deals", 9), ("History", 1)):
        table = workbook.tables[name]
        kept = [column.formula for column in table.columns if column.formula]
        assert len(kept) == count
        assert max(map(len, kept)) < 110
        shown = workbook.formulas(table.sheet)
        assert {text for place, text in shown.items() if table.body.contains_cell(place.row, place.column)} == set(kept)


@pytest.mark.parametrize("book", dear_languages("zh"), indirect=True)
def test_it_can_be_updated_and_repaired_and_keeps_its_data(
    book: Path, validator: Validator, update_once: UpdateOnce
) -> None:
    names = ("Deals", "History", "Journal", "Quotes", "Activities", "Team")
    before = table_rows(book, *names)
    updated = update_once(book.read_bytes())
    book.write_bytes(updated)
    assert main(["update", str(book), *AS_OF]) == 0
    assert book.read_bytes() == updated
    assert main(["check", str(book), "--repair", *AS_OF]) == 0
    assert validator(book) == []
    after = table_rows(book, *names)
    for name, rows in before.items():
        kept = [
            {**row, **{each: old[each] for each in (*NOTED_COLUMNS, "deal_name") if each in old}}
            for old, row in zip(rows, after[name], strict=False)
        ]
        assert kept == rows, name
    assert openpyxl.load_workbook(book)[Workbook.open(book).tables["Deals"].sheet].cell(*OWN_CELL).value == OWN_TEXT


def test_a_typed_stage_is_judged_by_the_gates(book: Path) -> None:
    workbook = Workbook.open(book)
    table = workbook.tables["Deals"]
    workbook.set_cell(table.sheet, table.first_row, table.column("Stage"), "Contract")
    book.write_bytes(workbook.to_bytes())
    assert main(["update", str(book), *AS_OF]) == 1
    rows = table_rows(book, "Deals", "History")
    deal, *_ = rows["Deals"]
    assert (deal["deal"], deal["stage"], deal["recorded_stage"]) == ("D-1", "Contract", "Lead")
    assert len(rows["History"]) == 4


def test_runs_of_the_old_version_can_be_undone(book: Path) -> None:
    for run in sorted({row["run"] for row in table_rows(book, "Journal")["Journal"]}, reverse=True):
        assert main(["undo", str(book), run, *AS_OF]) == 0
    assert table_rows(book, "Deals") == {"Deals": []}


def test_it_gives_the_same_answers_to_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    book = shutil.copy(DATA / "version_0_1_en.xlsx", tmp_path / "old.xlsx")
    for verb in ("funnel", "check", "followups"):
        assert main([verb, str(book), "--json", *AS_OF]) == 0
        answer = json.loads(capsys.readouterr().out)
        known = json.loads((DATA / f"{verb}.json").read_text("utf-8"))
        if verb == "funnel":
            known["metrics"]["target"] = None  # there is no target: version 0.1 wrote 0
        assert keep_known(answer, known) == known, verb


def keep_known(answer: Any, known: Any) -> Any:
    """Return *answer* without the keys that came later: programs keep finding what they know."""
    if isinstance(answer, dict) and isinstance(known, dict):
        return {key: keep_known(value, known[key]) for key, value in answer.items() if key in known}
    if isinstance(answer, list) and isinstance(known, list) and len(answer) == len(known):
        return [keep_known(*pair) for pair in zip(answer, known, strict=True)]
    return answer


def find_commands(command: click.Command, name: str = "") -> dict[str, set[str]]:
    """Return the options and arguments of every command by its name."""
    if isinstance(command, click.Group):
        inside = [(f"{name} {child}".strip(), one) for child, one in command.commands.items()]
        return {key: words for child, one in inside for key, words in find_commands(one, child).items()}
    options = {
        word for one in command.params if isinstance(one, click.Option) for word in (*one.opts, *one.secondary_opts)
    }
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    return {
        name: options
        | {f"{one.name}{'' if one.required else '?'}{'' if one.nargs == 1 else '...'}".upper() for one in arguments}
    }


def test_its_command_lines_still_work() -> None:
    now = find_commands(salesflow_group)
    then = json.loads((DATA / "commands.json").read_text("utf-8"))
    assert {name: sorted({*words} - now.get(name, set())) for name, words in then.items()} == {
        name: [] for name in then
    }


@pytest.mark.parametrize("book", LANGUAGES, indirect=True)
def test_the_dropdown_of_the_checks_of_gates_offers_those_that_came_later(updated: Path) -> None:
    language = ClosedBook(updated).read(TODAY).language
    sheet = openpyxl.load_workbook(updated)[TABLES["Gates"].title.in_(language)]
    offered = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert '"' + ",".join(text.in_(language) for text in CHOICES["check"].values()) + '"' in offered
