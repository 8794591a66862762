"""A button and the command line write the same for the same deal: one engine runs the verb for both."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.examples import SCALE
from tests.excel.conftest import NOW
from tests.excel.engines.memory import open_in_memory
from tests.excel.rep import Rep, an_open_deal
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.excel.deal_buttons import make_activity_changes
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.quotes.document_requests import PRINTABLE_DOCUMENT_KINDS
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import check
from xl_salesflow.workbook.closed_book import ClosedBook

WRITTEN = ("Deals", "Quotes", "QuoteLines", "Documents", "Tasks", "Activities", "Answers", "History", "Journal")


def without_time(pipeline: Pipeline, table: str) -> pd.DataFrame:
    """Return the cells of *table* that people and runs write, without times, which differ between two runs."""
    columns = [column.id for column in TABLES[table].columns if not column.is_formula]
    return pipeline[table][
        [column_id for column_id in columns if table != "Journal" or column_id not in ("run", "time")]
    ]


def a_deal(pipeline: Pipeline, quoted: bool) -> str:
    """Return an open deal with a product and a draft, or without a quote."""
    deals, quotes = pipeline["Deals"], pipeline["Quotes"]
    has = deals["deal"].isin(quotes.loc[quotes["status"] == "draft", "deal"] if quoted else quotes["deal"])
    wanted = (deals["outcome"] == "open") & (deals["product"] != "") & (has if quoted else ~has)
    return str(deals.loc[wanted, "deal"].iloc[0])


PRESSES = [
    ("quote", "", False, "quote {book} {deal}"),
    ("quote", "", True, "quote {book} {deal}"),
    ("print", "contract", True, "print {book} contract {deal}"),
    ("print", "precall", True, "print {book} precall {deal}"),
    ("revise", "", True, "revise {book} {quote}"),
    ("prepare", "", False, "prepare {book} {deal}"),
]
TAKEN = [
    (*press, language)
    for number, press in enumerate(PRESSES)
    for place, language in enumerate(LANGUAGES)
    if SCALE > 1 or (number + place) % 2 == 0
]
"""Each press in one of the languages, in turn; every night, in both."""


@pytest.mark.parametrize(("button", "choice", "quoted", "command", "language"), TAKEN)
def test_a_button_writes_the_same_as_the_command_line(
    workbook: Callable[[Language], Path],
    tmp_path: Path,
    button: str,
    choice: str,
    quoted: bool,
    command: str,
    language: Language,
) -> None:
    (tmp_path / "closed").mkdir()
    path = Path(shutil.copy(workbook(language), tmp_path / "closed" / f"team-{language}.xlsx"))
    before = ClosedBook(path).read(NOW.date())
    deal = a_deal(before, quoted)
    quote = "".join(before["Quotes"].loc[before["Quotes"]["deal"] == deal, "quote"].tail(1))
    words = command.format(book=path, deal=deal, quote=quote).split()
    assert main([*words, "--today", str(NOW.date()), "--as", "Ann"]) == 0

    rep = Rep(open_in_memory(tmp_path / path.name), language)
    if button == "revise":
        rep.select("Quotes", int(before["Quotes"].index[before["Quotes"]["quote"] == quote][0]))
    else:
        rep.select_deal(deal)
    rep.press(button, PRINTABLE_DOCUMENT_KINDS.index(choice) + 1 if choice else 0)
    assert rep.alerts == []
    terminal, excel = ClosedBook(path).read(NOW.date()), rep.read()
    assert sum(len(terminal[table]) for table in WRITTEN) > sum(len(before[table]) for table in WRITTEN)
    for table in WRITTEN:
        pd.testing.assert_frame_equal(without_time(excel, table), without_time(terminal, table), obj=table)


def test_a_new_deal_is_the_lead_of_the_command_line(workbook: Callable[[Language], Path], tmp_path: Path) -> None:
    """The form asks before it makes a second deal of a customer; the command line wants --anyway."""
    (tmp_path / "closed").mkdir()
    path = Path(shutil.copy(workbook("en"), tmp_path / "closed" / "team-en.xlsx"))
    deals = ClosedBook(path).read(NOW.date())["Deals"]
    account = str(deals.loc[deals["outcome"] == "open", "account"].iloc[0])
    told = [
        "--company",
        account,
        "--contact",
        "Zoe Lund",
        "--phone",
        "0170 5550177",
        "--name",
        "Two pumps",
        "--amount",
        "12,500",
    ]
    run = ["--today", str(NOW.date()), "--as", "Ann"]
    assert main(["lead", str(path), *told, *run]) == 1
    main(["lead", str(path), *told, "--anyway", *run])

    rep = Rep(open_in_memory(tmp_path / path.name))
    before = {name: dict(cells) for name, cells in rep.grid.cells.items()}
    typed = (account, "Zoe Lund", "0170 5550177", "Two pumps", "12,500", "", "")
    for incomplete in ((), ("Zeta",), ("Zeta", "Zoe", "")):
        assert rep.press("new_deal", typed=incomplete).startswith("A new deal needs a company, a person")
    assert rep.press("new_deal", typed=typed).startswith("Nothing was written")
    assert rep.grid.cells == before
    rep.answers("yes")
    rep.press("new_deal", typed=typed)
    assert rep.alerts[-1].endswith(". Make a new deal all the same?")
    terminal, excel = ClosedBook(path).read(NOW.date()), rep.read()
    assert terminal["Deals"]["contact"].iloc[-1] == "Zoe Lund"
    for table in ("Deals", "Contacts", "Accounts", "History", "Journal"):
        pd.testing.assert_frame_equal(without_time(excel, table), without_time(terminal, table), obj=table)


def test_two_presses_within_one_second_are_two_runs(workbook: Callable[[Language], Path]) -> None:
    rep, run = Rep(open_in_memory(workbook("en"))), Run("Ann", NOW.replace(hour=11))
    for deal in ("D-00001", "D-00002"):
        book = OpenBook(rep.book)
        book.write(make_activity_changes(book.read_as_needed(NOW.date(), deal), deal, "call", run))
    assert list(rep.rows("Journal")["run"].tail(2)) == ["20260302-110000", "20260302-110000-2"]


def test_a_move_by_a_button_is_sealed(workbook: Callable[[Language], Path]) -> None:
    rep = Rep(open_in_memory(workbook("en")))
    visits = len(rep.rows("History"))
    rep.select_deal(an_open_deal(rep, rep.playbooks["crm"].first.name))
    rep.press("lost", rep.choice("Lists", "loss_reason", "price"))
    began = rep.rows("History").iloc[visits:]
    assert list(began["seal"] != "") == [True]
    assert "broken_seal" not in {finding.rule for finding in check(rep.read()).findings}


def test_a_quote_button_says_what_is_wrong_with_the_quote(
    workbook: Callable[[Language], Path], opened: list[Path]
) -> None:
    """A line without a quantity is printed and reported, as on the command line."""
    rep = Rep(open_in_memory(workbook("en")))
    deal = a_deal(rep.read(), quoted=True)
    quotes, lines = rep.rows("Quotes"), rep.rows("QuoteLines")
    number = quotes.loc[quotes["deal"] == deal, "quote"].iloc[0]
    rep.fill_in("QuoteLines", "quantity", {int(lines.index[lines["quote"] == number][0]): None})
    rep.select_deal(deal)
    message = rep.press("quote")
    assert message.startswith(f"Printed: {opened[0]}. Quote {number}, line 1: no quantity")


OTHER_ROWS = [
    # table, rows of other deals, and one that is deleted again after a run wrote it down
    ("Quotes", [{"quote": "Q-2026-0041"}, {"quote": "Q-2025-0999"}], "Q-2026-0042"),
    ("Activities", [{"activity": "A000901"}, {"activity": "F-20261128-D-99999"}], "A000902"),
    ("Tasks", [{"task_id": "T000901"}, {"task_id": "call 5000"}], "T000902"),
]


@pytest.mark.parametrize(("table", "rows", "following"), OTHER_ROWS)
def test_a_button_that_reads_one_deal_numbers_rows_as_the_terminal_does(
    workbook: Callable[[Language], Path], table: str, rows: list[dict[str, str]], following: str
) -> None:
    """The highest number of this look counts, not the key with the highest number in it."""
    path = workbook("en")
    added = make_table_frame(TABLES[table], [{**row, "deal": "D-00002"} for row in rows])
    closed = ClosedBook(path)
    closed.read(NOW.date())
    closed.write(ChangeSet(appends=(Append(table, added, "test"),)))
    assert next_keys(ClosedBook(path).read(NOW.date()), table, 1) == [following]
    rep = Rep(open_in_memory(path))
    assert next_keys(OpenBook(rep.book).read_as_needed(NOW.date(), "D-00001"), table, 1) == [following]


def test_a_quote_button_does_not_give_the_number_of_a_deleted_quote_again(workbook: Callable[[Language], Path]) -> None:
    path = workbook("en")
    line = {"run": "r", "table": "Quotes", "key": "Q-2026-0077", "operation": "add", "time": NOW}
    closed = ClosedBook(path)
    closed.read(NOW.date())
    closed.write(ChangeSet(appends=(Append("Journal", make_table_frame(TABLES["Journal"], [line]), "test"),)))
    rep = Rep(open_in_memory(path))
    deal = a_deal(rep.read(), quoted=False)
    rep.select_deal(deal)
    assert "Q-2026-0078" in rep.press("quote")
