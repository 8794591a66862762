"""Two days in an open workbook, button by button, in memory and in a running LibreOffice; then the workbook is checked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.examples import SCALE
from tests.excel.conftest import NOW
from tests.excel.engines.calc import open_in_calc
from tests.excel.engines.com import open_in_com
from tests.excel.engines.memory import open_in_memory
from tests.excel.engines.real import open_in_excel
from tests.excel.rep import Rep, an_open_deal
from xl_salesflow.excel.buttons import BUTTONS
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.excel.worksheet_functions import cannot_move, next_stages
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.playbook_files import list_playbook_names
from xl_salesflow.quotes.document_requests import PRINTABLE_DOCUMENT_KINDS
from xl_salesflow.verbs import funnel

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


ENGINES = [
    *(["memory"] if SCALE > 1 else []),  # by night only: the cells of com are in memory too
    "com",
    pytest.param("calc", marks=pytest.mark.slow),
    pytest.param("excel", marks=pytest.mark.excel),
]


@pytest.fixture(params=ENGINES)
def rep(request: pytest.FixtureRequest, workbook: Callable[[Language], Path]) -> Iterator[Rep]:
    path = workbook("en")
    if request.param == "memory":
        book = open_in_memory(path)
    elif request.param == "com":
        book = open_in_com(path)
    elif request.param == "calc":
        book = open_in_calc(request.getfixturevalue("calc"), path)
    else:
        book = open_in_excel(path)
    yield Rep(book)
    book.close()


def test_a_rep_s_morning(rep: Rep, opened: list[Path], tmp_path: Path) -> None:
    """The day: today's list, a logged call, an answered question, a lost deal with its reason, a printed draft, the update."""
    rep.press("followups")
    listed = rep.rows("FollowUps")
    assert len(listed) > 0
    assert rep.book.sheets.active.name == "Follow-ups"

    rep.select("FollowUps", int(listed.index[0]))
    rep.press("activity", rep.choice("Lists", "activity_type", "call"))
    called = rep.rows("Activities").iloc[-1]
    assert (called["deal"], called["type"]) == (listed["deal"].iloc[0], "call")

    first = rep.playbooks["crm"].first.name
    deal = an_open_deal(rep, first)
    rep.type(deal, "need", None)
    rep.select_deal(deal)
    rep.press("bant")
    answers = rep.rows("Answers").query(f"deal == '{deal}'")
    rep.fill_in("Answers", "points", {int(row): 3 for row in answers.index[answers["question"].str.startswith("N")]})
    rep.press("score")
    assert rep.deal(deal)["need"] == 3

    rep.select_deal(deal)
    assert rep.press("lost", rep.choice("Lists", "loss_reason", "price")).startswith(f"{deal} is in Lost")
    deals = rep.deals(outcome="open")
    other = str(deals[~deals["deal"].isin(rep.rows("Quotes")["deal"]) & (deals["product"] != "")]["deal"].iloc[0])
    rep.select_deal(other)
    assert "was drafted" in rep.press("new_quote")
    asked = ("Zeta Ltd", "Zoe Lund", "zoe@zeta.example", "Two pumps", "12,500", "", listed["owner"].iloc[0])
    added = rep.press("new_deal", typed=asked)
    assert added.partition(":")[2].startswith(f" Zeta Ltd; {asked[-1]} answers by 2026-03-03")
    assert rep.press("new_deal", typed=asked) == "Nothing was written; Zeta Ltd is in the workbook already."

    rep.select_deal(other)
    rep.press("quote")
    assert opened[-1].suffix == ".pdf"

    rep.select("Quotes", int(rep.rows("Quotes").query(f"deal == '{other}'").index[-1]))
    assert "replaces" in rep.press("revise")

    stages = rep.playbooks["crm"].open_stages
    third = an_open_deal(rep, stages[0].name)
    rep.select_deal(third)
    assert third in rep.press("won")
    rep.select_deal(third)
    assert third in rep.press("explain")
    rep.select_deal(third)
    assert third in rep.press("next_stage", rep.choice("Stages", "stage", stages[1].name))
    rep.select_deal(third)
    assert "tasks before the visit" in rep.press("prepare")
    rep.select_deal(third)
    rep.press("print", PRINTABLE_DOCUMENT_KINDS.index("precall") + 1)
    assert opened[-1].suffix == ".pdf"
    rep.select_deal(third)
    rep.press("activity", rep.choice("Lists", "activity_type", "note"))
    assert "1 change undone, 0 left" in rep.press("undo")

    rep.press("update")
    assert rep.press("update").startswith("0 cells changed")
    morning = rep.read()
    assert morning["Deals"].set_index("deal").at[deal, "outcome"] == "lost"
    assert morning["History"]["visit"].is_unique
    assert set(morning["Journal"]["verb"]) >= {"activity", "move", "new_quote", "import"}
    assert morning.cell_findings == ()
    looked_at(rep, tmp_path / "morning.xlsx", deal)


def test_a_manager_s_monday(rep: Rep, opened: list[Path], tmp_path: Path) -> None:
    """The day: check, update, funnel, plan, report and calendar; the sheets compute the same as Python."""
    copy = Path(shutil.copy(rep.book.fullname, tmp_path / "copy.xlsx"))  # a colleague's
    rep.type("D-00002", "weighted_value", 1)
    message = rep.press("check")
    assert re.fullmatch(r"\d+ findings, \d+ of them block; each links to its cell\.", message)
    assert "formula_typed_over" in set(rep.rows("Findings")["rule"])
    found_with_links(rep, tmp_path / "findings.xlsx")
    assert rep.press("repair") == "1 formula written back."
    rep.book.names["Today"].refers_to_range.value = NOW.replace(
        hour=0
    )  # the application's clock differs from the workbook's day
    assert rep.press("assign").startswith("Deals are assigned")
    rep.press("update")
    assert "open deals; win rate" in rep.press("funnel")
    assert "Still to pay" in rep.press("payments")
    assert rep.press("recurring").startswith("Recurring: ")
    assert rep.press("flow").startswith("Pipeline: ")
    assert rep.press("forecast").startswith(("2026-", "No outlook: "))
    assert rep.press("accuracy")
    assert rep.press("cohorts")
    assert rep.press("commission").startswith(("Commission of the quarter: ", "No commission this quarter"))
    assert "Headline numbers and stages compared with" in rep.press("dates", 2)
    for name, owner in zip(("SegmentA", "SegmentB"), rep.rows("Deals")["owner"].drop_duplicates()[:2], strict=True):
        rep.book.names[name].refers_to_range.value = owner
    assert rep.press("compare").startswith("Win rates: ")
    assert "differences from copy.xlsx" in rep.press("diff", file=copy)
    assert "conflicts to decide" in rep.press("merge", file=copy)
    assert "open deals switched" in rep.press("playbook", list_playbook_names().index("b2b") + 1)
    assert "0 left" in rep.press("undo")
    assert "requests wait for" in rep.press("approvals", 1)
    people, owner = rep.rows("Team"), rep.rows("Deals")["owner"].iloc[0]
    rep.fill_in("Team", "person", {int(people.index[people["person"] == owner][0]): "Quinn Adams"})
    assert rep.press("rename").startswith(f"“{owner}” is “Quinn Adams” in ")
    rep.select("Accounts", int(rep.rows("Accounts").index[0]))
    assert "reports as a duplicate" in rep.press("merge_customers")
    rep.press("targets")
    rep.press("report")
    rep.press("inspect")
    rep.press("calendar")
    rep.press("audit")
    assert [file.suffix for file in opened] == [".html", ".html", ".ics", ".txt"]
    book, deals = OpenBook(rep.book), rep.rows("Deals")["deal"][:5]
    assert len(next_stages(list(deals), book)) == len(cannot_move(list(deals), book)) == 5
    assert rep.press("help")
    assert rep.press("language")
    if rep.book.app.engine.name == "memory":
        return  # its formulas are not computed
    monday = rep.read()
    wanted = funnel(monday).answer.metrics
    shown = monday["Metrics"].set_index("metric")["value"]
    both = [metric_id for metric_id, value in wanted.items() if value is not None and metric_id in shown.index]
    assert len(both) > 30
    assert (
        pd.Series({metric_id: float(wanted[metric_id]) for metric_id in both}).round(6).to_dict()
        == shown[both].round(6).to_dict()
    )


def test_every_button_is_pressed_on_one_of_these_days() -> None:
    assert set(re.findall(r'press\("(\w+)"', Path(__file__).read_text(encoding="utf-8"))) == set(BUTTONS)


def found_with_links(rep: Rep, path: Path) -> None:
    """Check that each finding has a message and a link to its cell."""
    saved(rep, path)
    findings, deals = (load_workbook(path)[name] for name in ("Findings", "Deals"))
    head, *rows = findings.iter_rows(values_only=True)
    typed_over = [dict(zip(head, row, strict=True)) for row in rows if "formula_typed_over" in row]
    assert [(row["Table"], row["Key"]) for row in typed_over] == [("Deals", "D-00002")]
    link = re.fullmatch(r'=HYPERLINK\("#(Deals)!([A-Z]+\d+)","Deals![A-Z]+\d+"\)', typed_over[0]["Cell"])
    assert link
    assert deals[link[2]].value == 1
    assert "no longer holds the sheet's own formula" in typed_over[0]["What to do"]


def saved(rep: Rep, path: Path) -> None:
    if hasattr(rep.book.impl, "grid"):
        rep.grid.save(path)
    else:
        rep.book.save(path)


def looked_at(rep: Rep, path: Path, deal: str) -> None:
    """Save the open workbook and read it with openpyxl, which is independent of xlwings and of our readers."""
    saved(rep, path)
    sheet = load_workbook(path, data_only=True)["Deals"]
    headers = [cell.value for cell in sheet[1]]
    rows = {row[0]: dict(zip(headers, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert (rows[deal]["Recorded stage"], rows[deal]["Loss reason"]) == ("Lost", "Price")
    assert rows[deal]["Closed"].date() == NOW.date()
