"""``salesflow commission``: statements on the screen, as JSON and as pages, in both languages; hidden until a plan exists."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.cli.test_json_answers import list_errors
from tests.examples import dear_languages
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.locale.text_widths import screen_width
from xl_salesflow.schema.sheet_modules import MODULE_TABLES
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

TODAY = date(2026, 3, 31)
_WON = {"stage": "Won", "recorded_stage": "Won", "outcome": "won", "playbook": "crm", "account": "Acme", "owner": "Li"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "Team": [{"person": "Li", "role": "rep"}, {"person": "Wu", "role": "rep"}],
    "Accounts": [{"account": "Acme"}],
    "Deals": [
        {"deal": "D-00001", "amount": 1_000_000.0, "closed": date(2026, 2, 1), "since": date(2026, 2, 1), **_WON},
        {"deal": "D-00002", "amount": 234_567.89, "closed": date(2026, 3, 1), "since": date(2026, 3, 1), **_WON},
        {"deal": "D-00003", "name": "Open", "amount": 5_000.0, "owner": "Wu", "account": "Acme"},
    ],
    "Credits": [
        {"deal": "D-00002", "person": "Li", "share": 0.75},
        {"deal": "D-00002", "person": "Wu", "share": 0.25},
    ],
    "CommissionPlans": [{"plan": "A|B", "role": "rep", "basis": "signature", "period": "quarter", "cap": 50_000.0}],
    "CommissionTiers": [
        {"plan": "A|B", "commission_rate": 0.04},
        {"plan": "A|B", "from_value": 1_100_000.0, "commission_rate": 0.0725},
    ],
}


@pytest.fixture(scope="module", params=dear_languages("zh"))
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook after an update, in both languages."""
    path = tmp_path_factory.mktemp("commission") / "team.xlsx"
    new_workbook(path, request.param)
    store = ClosedBook(path)
    store.read(TODAY)
    assert set(is_hidden(path).values()) == {True}
    rows = {table: make_table_frame(TABLES[table], cells) for table, cells in ROWS.items()}
    store.write(ChangeSet(appends=tuple(Append(table, frame, "") for table, frame in rows.items())))
    main(["update", str(path), "--as", "Li", "--today", str(TODAY)])
    return path


def is_hidden(path: Path) -> dict[str, bool]:
    with ZipFile(path) as package:
        sheets = re.findall(r"<sheet [^>]*>", package.read("xl/workbook.xml").decode("utf-8"))
    states = {re.findall(r'name="([^"]*)"', sheet)[0]: 'state="hidden"' in sheet for sheet in sheets}
    titles = {name: TABLES[name].title.translations() for name in MODULE_TABLES["commission"]}
    return {name: next(states[title] for title in known if title in states) for name, known in titles.items()}


def run(book: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    assert main(["commission", str(book), "--today", str(TODAY), *options]) == 0
    return capsys.readouterr().out


def test_the_sheets_appear_and_the_screen_explains_every_line(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert set(is_hidden(book).values()) == {False}
    shown = run(book, capsys)
    assert max(map(screen_width, shown.splitlines())) <= 80
    assert "4% + 7.25%" in shown
    assert "49,504.63" in shown  # 44,000 + 7.25 % of 75,925.92
    assert "D-00002" in shown
    assert "51,850.31" in run(book, capsys, "--to", str(TODAY))  # with Wu's 4 % of 58,641.97


def test_json_has_the_declared_keys_and_adds_up(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(run(book, capsys, "--json", "--what-if", "d-00003", "--amount", "100000"))
    assert list_errors("commission", answer) == []
    assert [one["total"] for one in answer["statements"]] == [49504.63, 2345.68]
    assert sum(one["amount"] for one in answer["deals"]) == answer["total"] == 51850.31
    assert [(one["person"], one["more"]) for one in answer["what_if"]["gains"]] == [("Wu", 4000.0)]
    own = json.loads(run(book, capsys, "--json", "--person", "wu"))
    assert [one["person"] for one in own["statements"]] == ["Wu"]


def test_what_if_on_the_screen(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(book, capsys, "--what-if", "D-00003", "--on", "2026-04-01")
    assert "200.00" in shown
    assert max(map(screen_width, shown.splitlines())) <= 80


def test_a_page_for_each_person(book: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = run(book, capsys, "--statement", str(tmp_path)).splitlines()
    pages = {Path(file).name: Path(file).read_text(encoding="utf-8") for file in files}
    assert list(pages) == [f"commission 2026-01-01 2026-03-31 {name}.html" for name in ("Li", "Wu")]
    li, wu = pages.values()
    assert "49,504.63" in li
    assert "49,504.63" not in wu
    assert "A|B" in wu
