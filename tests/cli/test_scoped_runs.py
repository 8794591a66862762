"""A run about one deal of the demo: the code it runs, the rows it writes, and what it leaves to the next update."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest

import xl_salesflow
from tests.demos import WORKBOOK, copy_demo
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import ChangeSet, Edit
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.documents.document_writer import DocumentWriter
from xl_salesflow.engine import Run
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.process.bant_cards import make_bant_card
from xl_salesflow.quotes.document_record import PAYMENT_DOCUMENT_KINDS
from xl_salesflow.quotes.document_requests import PRINTABLE_DOCUMENT_KINDS, PrintJob
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import draft, paper, prepare, read_card, revise
from xl_salesflow.workbook.closed_book import ClosedBook

NOW = datetime(2026, 6, 30, 9)
PRINTED, OFFERED, UNQUOTED = "D-00053", "D-00033", "D-00057"
"""Deals of the demo: one with a printed quote, one with a draft, one without a quote."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demo."""
    return copy_demo(tmp_path_factory, "en", NOW.date()) / WORKBOOK


@pytest.fixture
def book(demo: Path, tmp_path: Path) -> Path:
    """Return a copy of its workbook."""
    return Path(shutil.copy(demo, tmp_path / "demo.xlsx"))


WALK = """
import json, sys

package, entered = sys.argv[1], set()


def note(frame, event, _):
    code = frame.f_code
    # a comprehension or a lambda is part of the function it is written in; the body of a class is no function
    if event == "call" and code.co_flags & 1 and code.co_filename.startswith(package) and code.co_name[0] != "<":
        entered.add((code.co_filename[len(package):], code.co_qualname))


sys.setprofile(note)
from xl_salesflow.cli import main

code = main(sys.argv[2:])
sys.setprofile(None)
print(json.dumps({"code": code, "entered": sorted(entered)}))
"""


def entered(*arguments: object) -> set[tuple[str, str]]:
    """Return all files and functions of the package that a command runs, including imports."""
    package = Path(xl_salesflow.__file__).parent
    words = [sys.executable, "-c", WALK, f"{package}/", *map(str, arguments), "--today", str(NOW.date())]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=True, cwd=package.parent)
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["code"] == 0, done.stderr
    return {(file, function) for file, function in answer["entered"]}


@pytest.mark.parametrize(
    ("deal", "files", "functions"),
    [
        pytest.param(PRINTED, 90, 400, id="printed again: nothing to write"),
        pytest.param(UNQUOTED, 90, 700, id="drafted, printed and written: most of it is the lossless edit of the file"),
    ],
)
def test_a_quote_runs_few_files_and_computes_no_team_metric(book: Path, deal: str, files: int, functions: int) -> None:
    """When every verb was a whole update, there were 109 to 122 files and 972 to 1,191 functions."""
    walk = entered("quote", book, deal, "--format", "pdf")
    assert len({file for file, _ in walk}) <= files
    assert len(walk) <= functions
    computing = ("metric_cell_values", "due_followups", "rule_catalogue", "book_integrity")
    assert [file for file, _ in walk if Path(file).stem in computing] == []


def prints(kind: str) -> Callable[[Pipeline, Path], ChangeSet]:
    """Return a function that prints a document of *kind* for the deal with a draft, beside the workbook."""

    def made(pipeline: Pipeline, folder: Path) -> ChangeSet:
        return paper(pipeline, PrintJob(kind, (OFFERED,), DocumentWriter(folder, ("html",), "en")), RUN)

    return made


def filled_card(pipeline: Pipeline, _: Path) -> ChangeSet:
    """Read a card whose first question has three points."""
    card = make_bant_card(pipeline, OFFERED)
    card.loc[card.index[0], "points"] = 3.0
    return read_card(pipeline, card, lambda row, column_id: f"{column_id}{row}", RUN)


RUN = Run("Ann", NOW)
VERBS: dict[str, Callable[[Pipeline, Path], ChangeSet]] = {
    **{f"print {kind}": prints(kind) for kind in PRINTABLE_DOCUMENT_KINDS if kind not in PAYMENT_DOCUMENT_KINDS},
    "draft": lambda pipeline, _: draft(pipeline, UNQUOTED, RUN),
    "revise": lambda pipeline, _: revise(pipeline, OFFERED, RUN),
    "prepare": lambda pipeline, _: prepare(pipeline, OFFERED, RUN),
    "bant": filled_card,
}


def summarize(plan: ChangeSet) -> dict[str, Any]:
    """Return a change set as plain values."""
    return {
        "edits": [tuple(map(str, change_values(change))) for change in plan.changes],
        "caches": [tuple(map(str, change_values(change))) for edit in plan.caches for change in edit],
        "appends": [(append.table, append.rows.astype(str).to_dict("records")) for append in plan.appends],
        "rest": (plan.fills, plan.named_cells, plan.removes, plan.findings, plan.documents, plan.answer),
    }


def change_values(change: Any) -> tuple[Any, ...]:
    return (change.table, change.key, change.column, change.before, change.after, change.because)


@pytest.mark.parametrize("verb", VERBS)
def test_tables_that_were_not_read_do_not_matter(book: Path, verb: str, tmp_path: Path) -> None:
    whole = VERBS[verb](ClosedBook(book).read(NOW.date()), tmp_path)
    assert summarize(VERBS[verb](ClosedBook(book).read_as_needed(NOW.date()), tmp_path)) == summarize(whole)
    assert whole.appends


@pytest.mark.parametrize("verb", VERBS)
def test_only_rows_of_the_deal_are_written(book: Path, verb: str, tmp_path: Path) -> None:
    plan = VERBS[verb](ClosedBook(book).read(NOW.date()), tmp_path)
    pipeline = ClosedBook(book).read(NOW.date())
    deal = UNQUOTED if verb == "draft" else OFFERED
    assert (plan.fills, plan.named_cells, plan.removes) == ((), (), ())
    for edit in (*plan.edits, *plan.caches):
        assert set(deals_of(pipeline, edit.table, pipeline[edit.table].loc[edit.after.index])) == {deal}, edit
    for append in plan.appends:
        if "deal" in append.rows:
            assert set(append.rows["deal"]) == {deal}
        else:
            assert append.table in ("QuoteLines", "Journal")


def deals_of(pipeline: Pipeline, table: str, rows: pd.DataFrame) -> Iterable[str]:
    if "deal" in TABLES[table].by_id:
        return map(str, rows["deal"])
    of_quote = dict(zip(pipeline["Quotes"]["quote"], pipeline["Quotes"]["deal"], strict=True))
    return (of_quote[quote] for quote in rows["quote"])


def run(book: Path, *arguments: str) -> bytes:
    """Run a command on *book*, and return the workbook afterwards."""
    name, *rest = arguments
    assert main([name, str(book), *rest, "--today", str(NOW.date()), "--as", "Ann"]) in (0, 1)
    return book.read_bytes()


@pytest.mark.parametrize("deal", [PRINTED, OFFERED, UNQUOTED])
def test_a_quote_printed_twice_writes_once_and_an_update_after_it_too(book: Path, deal: str) -> None:
    printed = run(book, "quote", deal, "--format", "html")
    assert run(book, "quote", deal, "--format", "html") == printed
    updated = run(book, "update")
    assert run(book, "update") == updated
    assert run(book, "quote", deal, "--format", "html") == updated


def test_the_next_update_writes_what_a_scoped_run_left(book: Path) -> None:
    """Somebody without Excel changes two quotes; printing one updates its numbers, and an update those of the other."""
    change_prices(book, {PRINTED: 1.0, OFFERED: 2.0})
    before = shown_totals(book)
    run(book, "print", "proposal", OFFERED, "--format", "html")
    once = shown_totals(book)
    assert once[PRINTED] == before[PRINTED]
    assert once[OFFERED] != before[OFFERED]
    updated = run(book, "update")
    assert shown_totals(book)[OFFERED] == once[OFFERED]
    assert shown_totals(book)[PRINTED] != before[PRINTED]
    assert run(book, "update") == updated


def test_excel_is_asked_to_calculate_after_a_scoped_run(book: Path) -> None:
    """When Excel saves, it removes the request to calculate everything; a run that writes part of the workbook adds it again."""
    asks = b'fullCalcOnLoad="1"'
    book.write_bytes(without_words(book.read_bytes(), "xl/workbook.xml", b" " + asks))
    before = run(book, "quote", PRINTED, "--format", "pdf")  # it was already printed like this: nothing to write
    assert asks not in ZipFile(BytesIO(before)).read("xl/workbook.xml")
    assert asks in ZipFile(BytesIO(run(book, "quote", OFFERED, "--format", "html"))).read("xl/workbook.xml")


def without_words(data: bytes, part: str, words: bytes) -> bytes:
    """Return a package without some bytes of one of its parts."""
    made = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(words, b"") if name == part else old.read(name))
    return made.getvalue()


def change_prices(book: Path, prices: dict[str, float]) -> None:
    """Type a price into the first quote line of each deal; cached values of formulas stay."""
    closed = ClosedBook(book)
    pipeline = closed.read(NOW.date())
    quotes, lines = pipeline["Quotes"], pipeline["QuoteLines"]
    first = [lines.index[lines["quote"] == quotes.loc[quotes["deal"] == deal, "quote"].iloc[0]][0] for deal in prices]
    after = pd.Series(list(prices.values()), pd.Index(first))
    edit = Edit("QuoteLines", "price", lines.loc[first, "quote"], lines.loc[first, "price"], after, "typed")
    closed.write(ChangeSet(edits=(edit,)))


def shown_totals(book: Path) -> dict[str, float]:
    """Return the cached totals of Quotes by deal."""
    quotes = ClosedBook(book).read(NOW.date())["Quotes"]
    return dict(zip(quotes["deal"], quotes["total"], strict=True))


def test_a_finding_about_the_deal_is_reported_and_one_about_another_deal_waits(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for deal in (PRINTED, OFFERED):
        type_into_deal(book, deal, "expected_close", "31.13.2026")
    capsys.readouterr()
    run(book, "quote", OFFERED, "--format", "html", "--json")
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(one["key"], one["column"]) for one in found] == [(OFFERED, "expected_close")]
    run(book, "update", "--json")
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {one["key"] for one in found if one["column"] == "expected_close"} == {PRINTED, OFFERED}


def type_into_deal(book: Path, deal: str, column: str, text: str) -> None:
    deals = ClosedBook(book).read(NOW.date())["Deals"]
    workbook = Workbook.open(book)
    workbook.set_column(
        "Deals", TABLES["Deals"].header(column, "en"), {int(deals.index[deals["deal"] == deal][0]): text}
    )
    book.write_bytes(workbook.to_bytes())
