"""``salesflow recurring``: the headline, the bridge by month, the contracts that end next, and the same as JSON."""

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
    "Accounts": [{"account": "Acme"}, {"account": "Other Company Limited"}, {"account": "Gone"}],
    "Subscriptions": [
        {"account": "Acme", "name": "Licence", "start": date(2025, 1, 1), "end": date(2026, 4, 30), "amount": 1_200_000.12,
         "period": "year", "owner": "Li"},
        {"account": "Acme", "name": "Support", "start": date(2026, 2, 1), "amount": 100.0, "period": "month", "owner": "Wu"},
        {"account": "Other Company Limited", "name": "Hosting of every kind", "start": date(2025, 1, 1), "amount": 300.0,
         "period": "quarter", "owner": "Wu"},
        {"account": "Gone", "name": "Licence", "start": date(2025, 1, 1), "ended": date(2026, 2, 28), "amount": 99.99,
         "period": "month", "owner": "Li", "churn_reason": "price"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=["en", "zh"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook after an update, in both languages."""
    path = tmp_path_factory.mktemp("recurring") / "team.xlsx"
    new_workbook(path, request.param)
    store = ClosedBook(path)
    store.read(TODAY)
    assert is_hidden(path) == {"Subscriptions": True, "Recurring": True}
    rows = {table: make_table_frame(TABLES[table], cells) for table, cells in ROWS.items()}
    store.write(ChangeSet(appends=tuple(Append(table, frame, "") for table, frame in rows.items())))
    main(["update", str(path), "--as", "Li", "--today", str(TODAY)])
    return path


def is_hidden(path: Path) -> dict[str, bool]:
    with ZipFile(path) as package:
        sheets = re.findall(r"<sheet [^>]*>", package.read("xl/workbook.xml").decode("utf-8"))
    states = {re.findall(r'name="([^"]*)"', sheet)[0]: 'state="hidden"' in sheet for sheet in sheets}
    titles = {name: TABLES[name].title.translations() for name in ("Subscriptions", "Recurring")}
    return {name: next(states[title] for title in known if title in states) for name, known in titles.items()}


def run(book: Path, *options: str) -> int:
    return main(["recurring", str(book), "--today", str(TODAY), *options])


def test_the_first_contracts_show_the_sheets(book: Path) -> None:
    assert is_hidden(book) == {"Subscriptions": False, "Recurring": False}


def test_the_screen_opens_with_value_and_retention(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "100,200" in lines[0]
    assert "1,202,400" in lines[0]
    assert [line for line in lines if screen_width(line) > 80] == []
    assert next(row for row in lines if row.startswith("2026-02")).split()[1:] == [
        "100,200", "0", "100", "0", "0", "100,300",
    ]  # fmt: skip
    acme = [row for row in lines if row.startswith("Acme")]
    assert len(acme) == 2
    assert acme[0].split()[3:5] == ["2026-04-30", "30"]


def test_the_json_has_the_numbers_of_the_sheet(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book, "--json", "--ending") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["figures"] == {
        "monthly_value": 100200.01, "yearly_value": 1202400.12, "customer_count": 2, "customer_value": 50100.01,
        "year_ago_value": 100200.0, "gross_retention": 100100.01 / 100200.0, "net_retention": 100200.01 / 100200.0,
        "ending_value": 100000.01,
    }  # fmt: skip
    assert list_errors("recurring", answer) == []
    assert len(answer["months"]) == 12
    assert answer["months"][-1]["churn"] == 99.99
    assert [(row["subscription"], row["status"], row["renewed_by"]) for row in answer["contracts"]] == [
        ("S-00001", "ending", "D-00001")
    ]


def test_one_owner_and_an_earlier_day(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book, "--json", "--owner", "wu", "--as-of", "2026-01-31") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["as_of"], answer["figures"]["monthly_value"]) == ("2026-01-31", 100)
    assert run(book, "--json", "--owner", "wu") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["months"][-2]["new_value"] == 100  # Acme was no customer of Wu's before
    assert {row["owner"] for row in answer["contracts"]} == {"Wu"}


@pytest.mark.parametrize("verb", ["recurring", "payments", "inspect", "followups"])
def test_a_name_that_nobody_has_is_no_empty_answer(book: Path, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, str(book), "--owner", "Lii", "--today", str(TODAY)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Li" in said.err.replace("Lii", "")
    assert main([verb, str(book), "--owner", " wu ", "--today", str(TODAY)]) == 0


def test_a_service_that_is_cut_ends_with_an_ellipsis(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book) == 0
    assert "Hosting of ev…" in capsys.readouterr().out


def test_a_list_without_a_contract_says_why(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With contracts that run on, none is to be renewed; with none ever, no table of zeros comes before."""
    assert run(book, "--ending", "--owner", "Wu") == 0
    *_, last = capsys.readouterr().out.splitlines()
    new_workbook(tmp_path / "new.xlsx", "en")
    assert run(tmp_path / "new.xlsx") == 0
    assert capsys.readouterr().out == "No contract is running.\n"
    assert last in {"No contract is to be renewed now.", "目前没有待续约的合同。"}
