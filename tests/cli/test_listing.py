"""``salesflow followups``: on the screen, as JSON, as a file of every format, as a draft for each owner."""

from __future__ import annotations

import json
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from xl_salesflow.cli import main
from xl_salesflow.cli.customer_commands import _separate_draft_names
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.file_saving import safe_file_name
from xl_salesflow.engine import Run
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

NOW = datetime(2026, 6, 30, 9)  # a Tuesday


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a workbook with forty deals."""
    path = tmp_path_factory.mktemp("listing") / "team.xlsx"
    new_workbook(path, "en")
    workbook, run = ClosedBook(path), Run("test", NOW)
    empty = workbook.read(NOW.date())
    workbook.write(bring_in(empty, generate_pipeline(empty, 40, since_days=90), run))
    return path


def followups(book: Path, *arguments: object) -> int:
    return main(["followups", str(book), "--today", NOW.date().isoformat(), *map(str, arguments)])


def test_json_has_the_day_the_rows_and_the_deals_that_did_not_fit(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert followups(book, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["as_of"], answer["day"], answer["left"]) == ("2026-06-30", "2026-06-30", {})
    assert {row["day"] for row in answer["followups"]} >= {"2026-06-30"}
    assert followups(book) == 0
    assert f"{len(answer['followups'])} follow-ups." in capsys.readouterr().out


def test_a_day_off_is_listed_for_the_working_day_after_it(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["followups", str(book), "--json", "--today", "2026-07-04"]) == 0  # a Saturday
    assert json.loads(capsys.readouterr().out)["day"] == "2026-07-06"


@pytest.mark.parametrize("list_format", ["md", "html", "csv", "ics", "xlsx"])
def test_every_format_is_a_file(book: Path, tmp_path: Path, list_format: str) -> None:
    assert followups(book, "--format", list_format, "--output", tmp_path / f"list.{list_format}") == 0
    assert (tmp_path / f"list.{list_format}").stat().st_size > 500


def test_text_is_printed_and_a_workbook_is_written_beside_the_workbook(
    book: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert followups(book, "--format", "md") == 0
    assert capsysbinary.readouterr().out.startswith(b"# Follow-ups")
    assert followups(book, "--format", "xlsx") == 0
    file = Path(capsysbinary.readouterr().out.decode().splitlines()[-1])
    assert file == book.parent / "follow-ups 2026-06-30.xlsx"
    assert load_workbook(file).sheetnames == ["Follow-ups"]


def test_each_owner_gets_a_draft(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert followups(book, "--format", "eml", "--output", tmp_path) == 0
    files = sorted(tmp_path.glob("*.eml"))
    assert [str(file) for file in files] == sorted(
        line for line in capsys.readouterr().out.splitlines() if line.endswith(".eml")
    )
    owners = set(ClosedBook(book).read(NOW.date())["Team"]["email"]) - {"manager@example.com"}
    found = {
        message_from_bytes(file.read_bytes(), policy=policy.default)["To"].addresses[0].addr_spec for file in files
    }
    assert found == owners


def test_a_second_calendar_updates_the_first(book: Path, tmp_path: Path) -> None:
    calendars = []
    for day in ("2026-06-30", "2026-07-01"):
        file = tmp_path / f"{day}.ics"
        assert main(["followups", str(book), "--today", day, "--format", "ics", "--output", str(file)]) == 0
        calendars.append(
            {event["uid"]: event["sequence"] for event in Calendar.from_ical(file.read_bytes()).walk("VEVENT")}
        )
    both = calendars[0].keys() & calendars[1].keys()
    assert both
    assert all(calendars[1][uid] > calendars[0][uid] for uid in both)


def test_owners_whose_names_give_the_same_file_name_get_a_file_each() -> None:
    drafts = [Document("followups", f"list {owner}", {}) for owner in ("A/B", "A:B", "a-b", "C")]
    assert [safe_file_name(draft.name) for draft in _separate_draft_names(drafts)] == [
        "list A-B",
        "list A-B (2)",
        "list a-b (3)",
        "list C",
    ]
