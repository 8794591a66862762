"""``salesflow payments``: the headline, receivables by age, cash by month, the open instalments, and the same as JSON."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.cli.test_json_answers import list_errors
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.locale.text_widths import screen_width
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

TODAY = date(2026, 3, 31)
ROWS: dict[str, list[dict[str, Any]]] = {
    "Team": [{"person": "Li"}, {"person": "Wu"}],
    "Deals": [
        {"deal": "D-1", "account": "Acme", "owner": "Li", "stage": "Lead", "amount": 1000.0},
        {"deal": "D-2", "account": "Other", "owner": "Wu", "stage": "Lead", "amount": 60.0},
    ],
    "Payments": [
        {"deal": "D-1", "name": "Deposit", "share": 0.3, "due": date(2026, 3, 1), "invoiced": date(2026, 2, 20),
         "paid": 300.0, "paid_on": date(2026, 3, 10)},
        {"deal": "D-1", "name": "Delivery", "share": 0.6, "due": date(2026, 2, 20), "paid": 99.5, "paid_on": TODAY},
        {"deal": "D-1", "name": "Balance", "share": 0.1, "due": date(2026, 5, 20)},
        {"deal": "D-2", "name": "All", "amount": 60.0, "due": date(2026, 3, 30)},
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=["en", "zh"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook after an update, in both languages."""
    path = tmp_path_factory.mktemp("payments") / "team.xlsx"
    new_workbook(path, request.param)
    store = ClosedBook(path)
    store.read(TODAY)
    assert is_hidden(path) == {"Payments": True, "Receivables": True}
    rows = {table: make_table_frame(TABLES[table], cells) for table, cells in ROWS.items()}
    store.write(ChangeSet(appends=tuple(Append(table, frame, "") for table, frame in rows.items())))
    main(["update", str(path), "--as", "Li", "--today", str(TODAY)])
    return path


def is_hidden(path: Path) -> dict[str, bool]:
    with ZipFile(path) as package:
        text = package.read("xl/workbook.xml").decode("utf-8")
    states = {
        name: 'state="hidden"' in sheet
        for sheet in re.findall(r"<sheet [^>]*>", text)
        for name in re.findall(r'name="([^"]*)"', sheet)
    }
    return {
        name: next(states[title] for title in TABLES[name].title.translations() if title in states)
        for name in ("Payments", "Receivables")
    }  # fmt: skip


def run(book: Path, *options: str) -> int:
    return main(["payments", str(book), "--today", str(TODAY), *options])


def test_the_first_instalments_show_the_sheets(book: Path) -> None:
    assert is_hidden(book) == {"Payments": False, "Receivables": False}


def test_the_screen_opens_with_what_is_still_to_pay(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "660.50" in lines[0]
    assert "560.50" in lines[0]
    assert [line for line in lines if screen_width(line) > 80] == []
    assert next(row for row in lines if row.startswith("Acme")).split()[2:5] == ["500.50", "2026-02-20", "39"]


def test_the_json_has_the_numbers_of_the_sheet(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book, "--json", "--from", "2026-03-01") == 0
    answer = json.loads(capsys.readouterr().out)
    assert list_errors("payments", answer) == []
    assert answer["period"] == {"from": "2026-03-01", "to": None}
    figures = answer["collections"]
    assert (figures["due_value"], figures["collected"], figures["days_to_pay"]) == (360.0, 399.5, 18.0)
    assert (figures["open_value"], figures["overdue_value"]) == (660.5, 560.5)
    assert [(row["age"], row["open_value"]) for row in answer["receivables"]][:3] == [
        ("not_due", 100), ("from_0", 60), ("from_31", 500.5),
    ]  # fmt: skip
    march, *later = answer["months"][5:]
    assert (march["month"], march["expected"], later[1]["expected"]) == ("2026-03-01", 560.5, 100)
    assert [row["payment"] for row in answer["payments"]] == ["P-00002", "P-00004", "P-00003"]
    assert answer["payments"][0]["status"] == "overdue"


def test_one_owner_and_what_is_overdue(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book, "--json", "--owner", "li", "--overdue") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["collections"]["open_value"] == 600.5
    assert [row["payment"] for row in answer["payments"]] == ["P-00002"]
