"""``salesflow batch`` on the command line: lines, JSON, summary, exit code, and no customer data in logs."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.batch.sales import fill, made, runs
from xl_salesflow.batch.batch_tasks import BATCH_VERB_OPTIONS, BatchTask, TaskOutcome
from xl_salesflow.batch.verb_jobs import VERB_JOBS
from xl_salesflow.batch.worker_pools import WorkerLimits, run_task_in_worker
from xl_salesflow.cli import batch_progress, main
from xl_salesflow.workbook.closed_book import ClosedBook

DAY = "2026-04-01"


class InThisProcess:
    """A worker that is this process: the output of a batch does not depend on where the work is done."""

    slots = 1

    def __init__(self, jobs: int, bounds: WorkerLimits) -> None:
        pass

    def submit(self, task: BatchTask) -> Future[TaskOutcome]:
        future: Future[TaskOutcome] = Future()
        future.set_result(run_task_in_worker(task))
        return future

    def enforce_limits(self) -> None:
        pass

    def find_loss(self, future: Future[TaskOutcome]) -> None:
        pass

    def close(self, at_once: bool = False) -> None:
        pass


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_progress, "ProcessPool", InThisProcess)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def batch(*arguments: str, jobs: str = "1") -> int:
    return main(["batch", *arguments, "--jobs", jobs, "--today", DAY, "--as", "Mara", "--wait", "0.05"])


def read_batch_output(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    *lines, last = map(json.loads, capsys.readouterr().out.splitlines())
    return {Path(line["book"]).name: line for line in lines}, last["summary"]


def test_each_workbook_is_a_line_of_json_and_the_last_line_is_the_summary(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(here / "books", 2)
    (here / "books" / "bad.xlsx").write_bytes(b"no workbook")
    openpyxl.Workbook().save(here / "books" / "other.xlsx")
    assert batch("books", "--json") == 3
    lines, summary = read_batch_output(capsys)
    assert {name: line["status"] for name, line in lines.items()} == {
        "team-000.xlsx": "changed", "team-001.xlsx": "changed", "bad.xlsx": "failed", "other.xlsx": "skipped",
    }  # fmt: skip
    assert {
        "at",
        "book",
        "verb",
        "status",
        "says",
        "error",
        "digest",
        "counts",
        "seconds",
        "busy",
        "mebibytes",
        "tries",
    } <= set(lines["bad.xlsx"])
    assert (summary["books"], summary["changed"], summary["failed"], summary["skipped"], summary["code"]) == (
        4,
        2,
        1,
        1,
        3,
    )
    assert summary["changes"] == sum(line["counts"].get("changes", 0) for line in lines.values()) > 0


@pytest.mark.usefixtures("alone")
def test_a_dry_run_writes_nothing_and_a_second_run_has_nothing_to_write(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book,) = fill(here / "books", 1)
    assert batch("books", "--dry-run", "--json") in (0, 1)
    assert read_batch_output(capsys)[0][book.name]["status"] == "changed"
    assert book.read_bytes() == made()
    assert [file.name for file in here.glob("*.jsonl")] == ["salesflow-batch.dry-run.jsonl"]
    batch("books", "--json", "--resume")
    batch("books", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["summary"]["unchanged"] == 1
    assert len(runs(book)) == 1


@pytest.mark.usefixtures("alone")
def test_peoples_own_formulas_are_reported_in_lines_json_and_summary(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book,) = fill(here / "books", 1)
    with_formulas = openpyxl.load_workbook(book)
    mine = with_formulas.create_sheet("Mine")
    mine["A1"], mine["A2"], mine["A3"] = "=COUNTA(Deals[Deal])", "=A1+1", "=SUBTOTAL(109,Deals[Amount])"
    with_formulas.save(book)
    data = book.read_bytes()
    assert batch("books", "--json") in (0, 1)
    lines, summary = read_batch_output(capsys)
    assert (lines[book.name]["counts"]["recalculated"], lines[book.name]["counts"]["to_calculate"]) == (2, 1)
    assert (summary["recalculated"], summary["to_calculate"]) == (2, 1)
    book.write_bytes(data)
    assert batch("books") in (0, 1)
    out = capsys.readouterr().out
    assert "; of your own formulas 2 recalculated, 1 left to Excel" in out
    assert [line.split()[-1] for line in out.splitlines() if line.startswith("your own formulas")] == ["2", "1"]


@pytest.mark.parametrize(
    ("verb", "options", "made_files"),
    [
        ("check", [], []),
        ("followups", ["format=csv", "output=lists"], ["lists/team-000.followups.csv"]),
        ("report", [], ["books/team-000.report.html"]),
        ("digest", ["format=html"], ["books/team-000.digest.html"]),
        ("funnel", ["by=owner"], []),
    ],
)
@pytest.mark.usefixtures("alone")
def test_every_verb_that_a_batch_knows(
    here: Path, capsys: pytest.CaptureFixture[str], verb: str, options: list[str], made_files: list[str]
) -> None:
    (book,) = fill(here / "books", 1)
    assert batch("books", "--verb", verb, "--json", *(f"--set={option}" for option in options)) in (0, 1)
    line = read_batch_output(capsys)[0][book.name]
    assert line["status"] == "unchanged"
    assert book.read_bytes() == made()
    assert [Path(file).resolve().relative_to(here).as_posix() for file in line.get("files", ())] == made_files
    assert all((here / file).stat().st_size for file in made_files)
    assert ("metrics" in line.get("answer", {})) == (verb == "funnel")


@pytest.mark.usefixtures("alone")
def test_a_run_is_undone_in_every_workbook_by_its_number(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    books = fill(here / "books", 2)
    before = [list(ClosedBook(book).read(_day())["Deals"]["recorded_stage"]) for book in books]
    batch("books", "--json")
    number = read_batch_output(capsys)[1]["run"]
    assert batch("books", "--verb", "undo", "--set", f"run={number}", "--json") in (0, 1)
    assert [list(ClosedBook(book).read(_day())["Deals"]["recorded_stage"]) for book in books] == before


def test_jobs_and_their_options_are_declared() -> None:
    assert set(VERB_JOBS) == set(BATCH_VERB_OPTIONS)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["books", "--set", "fromat=csv", "--verb", "followups"], "did you mean “format”?"),
        (["books", "--set", "format=csv"], "update has no option format; there are none."),
        (["nothing*.xlsx"], "No workbook matches nothing*.xlsx."),
        ([], "Name workbooks, folders or patterns."),
        (["books", "--cluster", "tcp://127.0.0.1:9"], "No Dask cluster answers at tcp://127.0.0.1:9"),
    ],
)
def test_a_usage_error_is_reported(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.setattr("xl_salesflow.batch.worker_pools._CLUSTER_TIMEOUT_SECONDS", 1)
    fill(here / "books", 1)
    assert batch(*arguments) == 2
    assert says in capsys.readouterr().err


def test_the_log_contains_no_customer_data(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No text of the workbook, except the product's own, is in the lines, JSON, errors or the run log."""
    fill(here / "books", 1)
    (here / "books" / "broken.xlsx").write_bytes(_without_a_table(here))
    telling = _telling(here / "books" / "team-000.xlsx")
    assert len(telling) > 30
    for more in ((), ("--verb", "check", "--json"), ("--verb", "funnel", "--json")):
        assert batch("books", *more) in (0, 1, 3)
    out, err = capfd.readouterr()
    written = out + err + "".join(path.read_text(encoding="utf-8") for path in here.glob("*.jsonl"))
    assert "team-000.xlsx" in written
    assert [text for text in telling if text in written] == []
    assert batch("books", "--verb", "followups", "--json", "--details") in (0, 1, 3)
    details = capfd.readouterr().out
    assert any(text in details for text in telling), "no customer data even with --details; the test shows nothing"


def _telling(book: Path) -> set[str]:
    """Return the names, keys and texts of the customers in a workbook."""
    tables = ClosedBook(book).read(_day()).tables
    cells = {
        "Deals": ("deal", "name", "account", "contact", "next_step", "pain"), "Accounts": ("account",),
        "Contacts": ("contact", "email", "phone"), "Activities": ("summary",), "Quotes": ("quote",),
    }  # fmt: skip
    return {
        str(value)
        for name, ids in cells.items()
        for column_id in ids
        for value in tables[name][column_id]
        if len(str(value)) > 5
    }


def _without_a_table(folder: Path) -> bytes:
    """Return a workbook in which somebody renamed the table of deals."""
    source = folder / "source.xlsx"
    source.write_bytes(made())
    workbook = openpyxl.load_workbook(source)
    for sheet in workbook.worksheets:
        if "Deals" in sheet.tables:
            sheet.tables["Deals"].displayName = sheet.tables["Deals"].name = "Geschäfte"
    workbook.save(folder / "renamed.xlsx")
    shutil.move(folder / "renamed.xlsx", source)
    data = source.read_bytes()
    source.unlink()
    return data


def _day() -> Any:
    from datetime import date

    return date.fromisoformat(DAY)
