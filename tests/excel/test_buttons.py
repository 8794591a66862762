"""Every button in a filled workbook: the workbook afterwards, the message to the person, and the calls to Excel."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.excel.conftest import NOW
from tests.excel.engines.memory import MemoryGrid, open_in_memory
from tests.excel.rep import Rep, an_open_deal
from xl_salesflow.excel.open_tables import find_open_tables
from xl_salesflow.locale.texts import Language
from xl_salesflow.quotes.document_requests import PRINTABLE_DOCUMENT_KINDS


@pytest.fixture
def rep(workbook: Callable[[Language], Path]) -> Rep:
    return Rep(open_in_memory(workbook("en")))


def test_check_lists_findings_that_link_to_their_cells(rep: Rep) -> None:
    rep.type("D-00001", "forecast", "no such thing")
    message = rep.press("check")
    findings = rep.rows("Findings")
    assert f"{len(findings)} findings" in message
    assert "A value the dropdown does not offer" in set(findings["rule"])
    assert rep.book.sheets.active.name == find_open_tables(rep.book)["Findings"].sheet
    hidden = [
        cell for cells in rep.grid.cells.values() for _, cell in cells.values() if str(cell).startswith("=HYPERLINK")
    ]
    assert len(hidden) == sum(findings["cell"] != "")


def test_update_a_second_time_changes_nothing(rep: Rep) -> None:
    rep.press("update")
    before = {name: dict(cells) for name, cells in rep.grid.cells.items()}
    assert rep.press("update").startswith("0 cells changed")
    assert rep.grid.cells == before


def test_next_stage_moves_the_deal_or_says_why_not(rep: Rep) -> None:
    """An accepted move is in Deals, History and the Journal; for a refused move, the cell stays as typed."""
    playbook = rep.playbooks["crm"]
    first, last = playbook.open_stages[0].name, playbook.open_stages[-1].name
    deal = an_open_deal(rep, first)
    visits = len(rep.rows("History"))
    rep.select_deal(deal)
    message = rep.press("next_stage", rep.choice("Stages", "stage", last))
    row = rep.deal(deal)
    assert row["stage"] == last
    assert row["move_status"] in ("refused", "accepted", "warned")
    refused = row["move_status"] == "refused"
    assert row["recorded_stage"] == (first if refused else last)
    assert len(rep.rows("History")) == visits + (0 if refused else 1)
    assert message.startswith(f"{deal} stays in {first}: " if refused else f"{deal} is in {last}")
    assert set(rep.rows("Journal").query(f"key == '{deal}' and verb == 'move'")["column"]) >= {"stage"}


def test_lost_requires_a_reason_and_records_the_move(rep: Rep) -> None:
    deal = an_open_deal(rep, rep.playbooks["crm"].first.name)
    rep.select_deal(deal)
    message = rep.press("lost", rep.choice("Lists", "loss_reason", "price"))
    row = rep.deal(deal)
    assert (row["outcome"], row["loss_reason"]) == ("lost", "price")
    assert message.startswith(f"{deal} is in Lost")
    visit = rep.rows("History").query(f"deal == '{deal}'").iloc[-1]
    assert (visit["outcome"], visit["by"]) == ("lost", "Ann")
    assert rep.rows("History")["visit"].is_unique


def test_won_is_judged_by_the_gates(rep: Rep) -> None:
    deal = an_open_deal(rep, rep.playbooks["crm"].first.name)
    rep.select_deal(deal)
    message = rep.press("won")
    row = rep.deal(deal)
    assert (row["move_status"] == "refused") == message.startswith(f"{deal} stays in")
    assert row["move_reasons"] != "" or row["outcome"] == "won"


def test_why_not_explains_and_writes_nothing(rep: Rep) -> None:
    playbook = rep.playbooks["crm"]
    deal = an_open_deal(rep, playbook.first.name)
    rep.type(deal, "stage", playbook.won.name)
    rep.select_deal(deal)
    before = {name: dict(cells) for name, cells in rep.grid.cells.items()}
    assert deal in rep.press("explain")
    assert rep.grid.cells == before


def test_the_live_check_names_the_row_that_was_typed_in(rep: Rep) -> None:
    """By then, Enter has moved the selection to the next row."""
    first, second = rep.deals(outcome="open")["deal"].iloc[:2]
    rep.select_deal(str(second))
    assert str(first) in rep.press("explain", int(rep.deals(deal=str(first)).index[0]))


def test_the_bant_card_lists_open_questions_and_score_uses_the_answers(rep: Rep) -> None:
    deal = an_open_deal(rep, rep.playbooks["crm"].first.name)
    rep.select_deal(deal)
    rep.type(deal, "need", None)
    message = rep.press("bant")
    answers = rep.rows("Answers").query(f"deal == '{deal}'")
    assert message.startswith(f"{deal}: {len(answers)} questions")
    assert sorted(answers["question"]) == sorted(rep.rows("Questions")["question"])
    assert rep.press("bant").startswith(f"{deal}: 0 questions")
    place = find_open_tables(rep.book)["Answers"]
    points = place.column_of("Points")
    for row, question in answers["question"].items():
        if question.startswith("N"):
            place.cell_range(row, row, points, points).value = 3
    rep.press("score")
    assert rep.deal(deal)["need"] == 3


def test_an_activity_is_added_to_the_deal_with_its_numbering(rep: Rep) -> None:
    deal = an_open_deal(rep, rep.playbooks["crm"].first.name)
    rep.select_deal(deal)
    message = rep.press("activity", rep.choice("Lists", "activity_type", "call"))
    added = rep.rows("Activities").iloc[-1]
    assert (added["deal"], added["type"], added["date"]) == (deal, "call", pd.Timestamp(NOW.date()))
    assert added["activity"] in message
    assert rep.book.selection.row == rep.rows("Activities").index[-1]


def test_handled_lines_of_todays_list_are_recorded(rep: Rep) -> None:
    rep.press("followups")
    listed = rep.rows("FollowUps")
    deal, row = listed["deal"].iloc[0], listed.index[0]
    place = find_open_tables(rep.book)["FollowUps"]
    done = place.column_of("Done")
    place.cell_range(row, row, done, done).value = "Yes"
    before = len(rep.rows("Activities"))
    rep.press("followups")
    assert len(rep.rows("Activities")) == before + 1
    assert rep.rows("Activities")["deal"].iloc[-1] == deal


def test_a_quote_is_drafted_revised_and_printed(rep: Rep, opened: list[Path], tmp_path: Path) -> None:
    pipeline = rep.read()
    offered = set(pipeline["Quotes"]["deal"])
    deals = rep.deals(outcome="open")
    deal = str(deals[~deals["deal"].isin(offered) & (deals["product"] != "")]["deal"].iloc[0])
    rep.select_deal(deal)
    assert f"for {deal} was drafted" in rep.press("new_quote")
    assert f"for {deal} exists already" in rep.press("new_quote") if rep.select_deal(deal) is None else False
    first = rep.rows("Quotes").query(f"deal == '{deal}'").iloc[-1]
    rep.select("Quotes", int(first.name))
    message = rep.press("revise")
    old, new = rep.rows("Quotes").query(f"deal == '{deal}'").iloc[-2:].to_dict("records")
    assert (old["status"], new["status"], new["supersedes"], new["version"]) == ("superseded", "draft", old["quote"], 2)
    assert message == f"{new['quote']} replaces {old['quote']}; it is a draft."
    lines = rep.rows("QuoteLines")
    assert len(lines[lines["quote"] == new["quote"]]) == len(lines[lines["quote"] == old["quote"]]) == 1
    rep.select_deal(deal)
    rep.press("quote")
    assert [file.suffix for file in opened] == [".pdf"]
    assert opened[0].parent == tmp_path
    assert opened[0].read_bytes().startswith(b"%PDF")


def test_calendar_report_and_inspection_are_written_beside_the_workbook(
    rep: Rep, opened: list[Path], tmp_path: Path
) -> None:
    rep.press("calendar")
    rep.press("report")
    rep.press("inspect")
    assert [file.suffix for file in opened] == [".ics", ".html", ".html"]
    assert {file.parent for file in opened} == {tmp_path}
    assert opened[0].read_text(encoding="utf-8").startswith("BEGIN:VCALENDAR")


def test_undo_removes_an_activity_that_was_logged_by_mistake(rep: Rep) -> None:
    rep.select_deal("D-00001")
    rep.press("activity", rep.choice("Lists", "activity_type", "call"))
    before = rep.rows("Activities")
    rows = find_open_tables(rep.book)["Activities"].last_row
    assert "undone, 0 left" in rep.press("undo")
    after = rep.rows("Activities")
    assert list(after["activity"]) == list(before["activity"])[:-1]
    assert find_open_tables(rep.book)["Activities"].last_row == rows - 1
    assert rep.rows("Journal")["verb"].iloc[-1] == "undo"


def test_undo_removes_a_move_completely(rep: Rep) -> None:
    deal = an_open_deal(rep, rep.playbooks["crm"].first.name)
    before, visits = rep.deal(deal), rep.rows("History")
    rep.select_deal(deal)
    rep.press("lost", rep.choice("Lists", "loss_reason", "price"))
    assert rep.deal(deal)["outcome"] == "lost"
    assert "undone, 0 left" in rep.press("undo")
    moved = ["stage", "recorded_stage", "since", "outcome", "loss_reason", "closed"]
    assert rep.deal(deal)[moved].equals(before[moved])
    assert list(rep.rows("History")["visit"]) == list(visits["visit"])


def test_undo_reverses_the_run_whose_row_of_the_journal_is_selected(rep: Rep) -> None:
    before = list(rep.rows("Activities")["type"])
    for activity_type in ("call", "meeting"):
        rep.select_deal("D-00001")
        rep.press("activity", rep.choice("Lists", "activity_type", activity_type))
    assert list(rep.rows("Activities")["type"]) == [*before, "call", "meeting"]
    runs = rep.rows("Journal").query("verb == 'activity'")
    rep.select("Journal", int(runs.index[0]))
    assert rep.press("undo").startswith(f"Run {runs['run'].iloc[0]}: 1 change undone")
    assert list(rep.rows("Activities")["type"]) == [*before, "meeting"]


@pytest.mark.parametrize(("verb", "table"), [("funnel", "Metrics"), ("targets", "PlanStages")])
def test_managers_sheets_come_to_the_front(rep: Rep, verb: str, table: str) -> None:
    message = rep.press(verb)
    assert message
    assert rep.book.sheets.active.name == find_open_tables(rep.book)[table].sheet


def test_the_language_applies_to_messages_and_documents(rep: Rep) -> None:
    rep.language = "zh"
    assert rep.press("language") == "提示与文件现为中文。"
    assert rep.read().language == "zh"


def test_help_shows_the_first_sheet(rep: Rep) -> None:
    rep.book.sheets[3].activate()
    assert "salesflow addin doctor" in rep.press("help")
    assert rep.book.sheets.active.index == 1


NEEDS_A_ROW = [
    "prepare",
    "print",
    "next_stage",
    "won",
    "lost",
    "explain",
    "bant",
    "activity",
    "new_quote",
    "revise",
    "quote",
]


@pytest.mark.parametrize("verb", NEEDS_A_ROW)
@pytest.mark.parametrize(("language", "says"), [("en", "Select"), ("zh", "请先")])
def test_without_a_selected_row_one_sentence_says_what_to_do(
    rep: Rep, verb: str, language: Language, says: str
) -> None:
    rep.language = language
    before = {name: dict(cells) for name, cells in rep.grid.cells.items()}
    message = rep.press(verb, 1)
    assert says in message
    assert rep.alerts == [message]
    assert "\n" not in message
    assert rep.grid.cells == before


def test_a_stage_chosen_in_chinese_is_reported_in_chinese(workbook: Callable[[Language], Path]) -> None:
    rep = Rep(open_in_memory(workbook("zh")), "zh")
    playbook = rep.playbooks["crm"]
    deal = an_open_deal(rep, playbook.first.name)
    rep.select_deal(deal)
    message = rep.press("lost", rep.choice("Lists", "loss_reason", "price"))
    assert rep.deal(deal)["outcome"] == "lost"
    assert "已进入" in message


@pytest.mark.parametrize("verb", ["won", "explain", "bant"])
def test_a_button_about_one_deal_reads_no_more_for_more_deals(
    rep: Rep, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads the key and deal columns of a table and then the deal's own rows: few cells, however many deals there are."""
    cells, read = 0, MemoryGrid._read
    tables = ("Deals", "History", "Tasks", "Activities", "Quotes", "Answers")
    records = {table.sheet for name, table in find_open_tables(rep.book).items() if name in tables}

    def counted(self: MemoryGrid, area: Any, which: int) -> list[list[Any]]:
        nonlocal cells
        cells += area.shape[0] * area.shape[1] if area.sheet in records else 0
        return read(self, area, which)

    deal = an_open_deal(rep, rep.playbooks["crm"].first.name)
    rep.select_deal(deal)
    monkeypatch.setattr(MemoryGrid, "_read", counted)
    rep.press(verb)
    narrow, cells = cells, 0
    rep.read()
    assert narrow < cells / 5


def test_an_unexpected_failure_is_one_sentence_and_a_file(tmp_path: Path) -> None:
    program = (
        "import sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
        "from xl_salesflow.excel import buttons\n"
        "sys.excepthook = buttons._make_error_hook('en')\n"
        "raise RuntimeError('boom')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, encoding="utf-8", check=False
    )
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "Traceback" not in answer.stderr
    assert "RuntimeError: boom" in (tmp_path / "salesflow-error.log").read_text(encoding="utf-8")


def test_the_buttons_load_nothing_that_only_some_of_them_need() -> None:
    """Typesetting, charts and the template builder are loaded later; benchmarks/ measures the time."""
    program = (
        "import sys; import xl_salesflow.excel.buttons; "
        "print(*sorted({'typst', 'jinja2', 'openpyxl', 'icalendar', 'matplotlib'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert answer.stdout.split() == []


@pytest.mark.parametrize("kind", ["proposal", "bant_card", "precall", "visit"])
def test_documents_of_the_menu_are_printed_and_recorded(
    rep: Rep, opened: list[Path], tmp_path: Path, kind: str
) -> None:
    if kind == "visit":
        rep.select("Activities", int(rep.rows("Activities").index[0]))
    else:
        quotes = rep.rows("Quotes")
        rep.select_deal(str(quotes[quotes["status"].isin(["draft", "sent"])]["deal"].iloc[0]))
    before = len(rep.rows("Documents"))
    assert rep.press("print", PRINTABLE_DOCUMENT_KINDS.index(kind) + 1).startswith("Printed: ")
    assert [(file.suffix, file.parent) for file in opened] == [(".pdf", tmp_path)]
    written = rep.rows("Documents")
    assert len(written) == before + 2  # including the HTML page
    assert set(written["paper"].iloc[-2:]) == {kind}


def test_a_visit_is_prepared_with_tasks_once(rep: Rep) -> None:
    rep.select_deal(an_open_deal(rep, rep.playbooks["crm"].first.name))
    before = len(rep.rows("Tasks"))
    message = rep.press("prepare")
    added = len(rep.rows("Tasks")) - before
    assert added > 0
    assert f": {added} tasks before the visit" in message
    rep.select_deal(message.partition(":")[0])
    assert ": 0 tasks" in rep.press("prepare")


def test_deals_without_an_owner_are_assigned(rep: Rep) -> None:
    deal = an_open_deal(rep, rep.playbooks["crm"].first.name)
    rep.type(deal, "owner", None)
    place, row = find_open_tables(rep.book)["Settings"], rep.rows("Settings").query("setting == 'assignment'").index[0]
    place.cell_range(row, row, place.column_of("Value"), place.column_of("Value")).value = "Each in turn"
    assert rep.press("assign").startswith("Deals are assigned")
    assert rep.deal(deal)["owner"] != ""


def test_the_audit_is_a_file_beside_the_workbook(rep: Rep, opened: list[Path], tmp_path: Path) -> None:
    rep.press("audit")
    assert opened == [tmp_path / f"audit-{NOW.date()}.txt"]
    assert opened[0].read_text(encoding="utf-8-sig").splitlines()[0].startswith("1. ")


def test_repair_writes_formulas_back(rep: Rep) -> None:
    rep.type("D-00001", "weighted_value", 5)
    assert rep.press("repair") == "1 formula written back."
    assert rep.read().cell_findings == ()


def test_approvals_shows_what_waits_and_decides_the_selected_request(rep: Rep, monkeypatch: pytest.MonkeyPatch) -> None:
    """A move that the gates refuse waits for the person who may override; a rejection needs the cell Reason."""
    first, last = rep.playbooks["crm"].open_stages[0].name, rep.playbooks["crm"].open_stages[-1].name
    deals = rep.deals(outcome="open", recorded_stage=first)
    asked, other = deals[deals["stage"] == first]["deal"].iloc[:2]
    boss = next(row for row in rep.rows("Team").itertuples() if row.person not in set(deals["owner"]))
    rep.fill_in("Team", "may_override", {int(boss.Index): "Yes"})
    for deal in (asked, other):
        rep.type(deal, "stage", last)
        rep.type(deal, "override_reason", "known customer")
    rep.press("update")
    requests = rep.rows("Approvals").set_index("deal")
    assert set(requests.loc[[asked, other], "waits_for"]) == {boss.person}
    place = {deal: int(row) for row, deal in rep.rows("Approvals")["deal"].items()}
    assert "choose an entry" in rep.press("approvals").casefold()
    monkeypatch.setenv("SALESFLOW_USER", boss.person)
    waiting = (rep.rows("Approvals")["waits_for"] == boss.person).sum()  # these two, and a discount of the demo
    assert rep.press("approvals", 1) == f"{waiting} requests wait for {boss.person}."
    assert rep.book.sheets.active.name == find_open_tables(rep.book)["Approvals"].sheet
    rep.select("Approvals", place[asked])
    assert rep.press("approvals", 2) == f"{requests.at[asked, 'approval']}: Approved."
    assert rep.deal(asked)["recorded_stage"] == last
    rep.select("Approvals", place[other])
    rep.press("approvals", 3)
    assert rep.rows("Approvals").at[place[other], "status"] == "waiting"
    rep.fill_in("Approvals", "reason", {place[other]: "Too early"})
    rep.select("Approvals", place[other])
    assert rep.press("approvals", 3) == f"{requests.at[other, 'approval']}: Rejected."
    assert rep.deal(other)["recorded_stage"] == first


def test_rename_carries_what_was_typed_along(rep: Rep) -> None:
    assert "type the new name" in rep.press("rename").casefold()
    owner = rep.rows("Deals")["owner"].iloc[0]
    team, count = rep.rows("Team"), len(rep.deals(owner=owner))
    rep.fill_in("Team", "person", {int(team.index[team["person"] == owner][0]): "Quinn Adams"})
    rep.press("check")
    findings = rep.rows("Findings")
    renamed = findings["rule"] == "A name changed in the sheet that declares it"
    assert list(findings.loc[renamed, "key"]) == ["Quinn Adams"]
    assert rep.press("rename").startswith(f"“{owner}” is “Quinn Adams” in ")
    assert (len(rep.deals(owner=owner)), len(rep.deals(owner="Quinn Adams"))) == (0, count)
    rep.press("undo")
    assert len(rep.deals(owner=owner)) == count


def test_merge_customer_merges_the_selected_double(rep: Rep) -> None:
    kept, double = rep.rows("Accounts").index[:2]
    name, old = rep.rows("Accounts")["account"].loc[[kept, double]]
    rep.select("Accounts", int(double))
    assert "reports as a duplicate" in rep.press("merge_customers")
    deals = rep.rows("Deals")["account"].isin([name, old]).sum()
    rep.fill_in("Accounts", "account", {int(double): f"{name} Ltd"})
    rows = rep.deals(account=old).index
    rep.fill_in("Deals", "account", {int(row): f"{name} Ltd" for row in rows})
    rep.select("Accounts", int(double))
    assert rep.press("merge_customers").startswith(f"“{name} Ltd” is “{name}” now")
    assert len(rep.deals(account=name)) == deals
    assert f"{name} Ltd" not in set(rep.rows("Accounts")["account"])
