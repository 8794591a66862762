"""Deals are named by their customer and name wherever people read: terminal, sheets, pages and papers; numbers only beside."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tests.demos import WORKBOOK, copy_demo
from xl_salesflow.cli import main
from xl_salesflow.core.deal_titles import look_up_titles
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook

DAY = date(2026, 6, 30)
NUMBER = re.compile(r"\bD-\d{5}\b")
CUT = 7
"""A column of a table on the terminal shows at least so many characters of a name, also in Chinese."""
SCREENS = (
    ("check",), ("update", "--dry-run"), ("followups",), ("inspect",), ("approvals",), ("commission",), ("forecast",),
    ("flow", "--deals"), ("customer", "CUSTOMER"), ("revise", "Q-2026-0001", "--dry-run"), ("undo", "--dry-run"),
)  # fmt: skip
IN_OTHER_WORDS = {"Deals": "name", "History": "", "FollowUps": "name", "FlowDeals": "name", "DecidingDeals": "name"}
"""Table → the column that names its deals; the record of stages is read by the product, and hidden."""
CUSTOMER_BESIDE = {"Payments", "Subscriptions", "Feedback", "Credits"}
"""Tables whose rows are about a customer, and name them."""


@pytest.fixture(scope="module", params=["en", "zh"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what the demo writes, in both languages."""
    return copy_demo(tmp_path_factory, request.param, DAY)


@pytest.fixture(scope="module")
def book(folder: Path) -> Pipeline:
    """Return the workbook of the demo."""
    return ClosedBook(folder / WORKBOOK).read(DAY)


def list_titles(book: Pipeline) -> dict[str, str]:
    """Return deal number → customer and name."""
    deals = book["Deals"]
    return dict(zip(deals["deal"], look_up_titles(deals["deal"], deals), strict=True))


def find_unnamed(text: str, titles: dict[str, str]) -> list[str]:
    """Return the lines of *text* with the number of a deal and not its name."""
    return [
        line
        for line in text.splitlines()
        for number in NUMBER.findall(line)
        if titles[number][:CUT] not in line and "/" not in line  # a path is the name of a file
    ]


@pytest.mark.parametrize("screen", SCREENS, ids=" ".join)
def test_a_screen_names_its_deals(
    folder: Path, book: Pipeline, screen: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    verb, *options = screen
    words = [str(book["Deals"]["account"].iloc[0]) if word == "CUSTOMER" else word for word in options]
    assert main([verb, str(folder / WORKBOOK), *words, "--today", str(DAY)]) in (0, 1)
    assert find_unnamed(capsys.readouterr().out, list_titles(book)) == []


def test_findings_name_their_deals(folder: Path, book: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder / WORKBOOK), "--today", str(DAY)]) == 1
    titles, lines = list_titles(book), capsys.readouterr().out.splitlines()
    refused = book["Deals"].loc[book["Deals"]["move_status"] == "refused", "deal"]
    assert len(refused)
    assert [deal for deal in refused if not any(titles[deal] in line for line in lines)] == []


@pytest.mark.parametrize("table", [name for name, table in TABLES.items() if "deal" in table.by_id])
def test_a_sheet_names_its_deals(book: Pipeline, table: str) -> None:
    rows, titles = book[table], list_titles(book)
    rows = rows[rows["deal"].isin(titles)]
    column = IN_OTHER_WORDS.get(table, "deal_name")
    if table in CUSTOMER_BESIDE:
        assert "account" in rows.columns
    elif column == "deal_name":
        assert rows["deal_name"].tolist() == [titles[deal] for deal in rows["deal"]]
    elif column:
        assert (rows[column] != "").all()


@pytest.mark.parametrize("kind", ["md", "ics", "html"])
def test_a_page_names_its_deals(folder: Path, book: Pipeline, kind: str) -> None:
    (page,) = folder.glob(f"*-* {DAY}.{kind}")
    text = re.sub(r"\r?\n[ \t]|UID:.*", "", page.read_text("utf-8"))
    if kind == "html":
        text = re.sub(r"</(?:tr|article|li|section)>", "\n", text.replace("\n", " "))
    assert find_unnamed(text, list_titles(book)) == []
