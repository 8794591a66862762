# ruff: noqa: E501  # a lead is one line
"""Leads: recognised before anything is written, made into rows, given to somebody, due on a day."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.tables import crm, rows
from xl_salesflow.batch.folder_watch import WatchPace
from xl_salesflow.cli import inbox_watch, main
from xl_salesflow.cli.inbox_watch import watch_inbox
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.intake_answers import InboxPass, TakenLeads
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.documents.lead_form import render_lead_form
from xl_salesflow.engine import Run
from xl_salesflow.errors import UsageError, WorkbookInUse
from xl_salesflow.imports.leads.lead_files import make_lead, match_lead_headers, read_lead_files
from xl_salesflow.imports.leads.lead_intake import take_leads
from xl_salesflow.imports.leads.lead_values import LEAD_FIELDS
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook

TODAY = date(2026, 3, 27)  # a Friday
RUN = Run("Mara", datetime(2026, 3, 27, 9), "mara")
ACCOUNTS = """
account           | website         | phone
Acme GmbH         | www.acme.de     | +49 30 1234567
山东机械有限公司  |                 |
Northwind Traders |                 |
"""
CONTACTS = """
contact | account           | email            | phone
Ann     | Acme GmbH         | ann@acme.de      |
Karl    | Northwind Traders | karl@gmail.com   | 0170 7654321
"""
DEALS = """
deal    | name | account           | outcome | owner
D-00001 | Pump | Acme GmbH         | open    | Mara
D-00002 | Old  | Northwind Traders | won     | Bo
"""
TEAM = "person | role | email\nMara | rep | m@ours.example\nBo | rep | b@ours.example"


def book(**settings: str) -> Pipeline:
    tables = {"Accounts": ACCOUNTS, "Contacts": CONTACTS, "Deals": DEALS, "Team": TEAM}
    made = crm("en", TODAY, **{name: rows(text, name) for name, text in tables.items()})
    return replace(made, settings=Settings({"assignment": "leave", **settings}))


def take(pipeline: Pipeline, *told: dict[str, str], anyway: bool = False) -> ChangeSet[TakenLeads]:
    return take_leads(pipeline, [make_lead(one) for one in told], anyway)


NEW = {
    "company": "Zeta Ltd",
    "contact": "Zoe",
    "email": "zoe@zeta.example",
    "need": "Two pumps\nby May",
    "amount": "12,500",
    "source": "Website form",
}


def test_a_new_lead_becomes_customer_contact_and_deal() -> None:
    pipeline = book()
    held = apply_change_set(pipeline, bring_in(pipeline, take(pipeline, NEW), RUN))
    (deal,) = held["Deals"][held["Deals"]["account"] == "Zeta Ltd"].to_dict("records")
    expected = {
        "deal": "D-00003", "name": "Two pumps", "contact": "Zoe", "stage": "Lead", "recorded_stage": "Lead", "amount": 12_500.0, "source": "website",
        "explicit_needs": "Two pumps\nby May", "next_step": "First answer",
    }  # fmt: skip
    assert {name: deal[name] for name in expected} == expected
    assert (deal["created"].date(), deal["next_step_date"].date()) == (TODAY, date(2026, 3, 30))  # the next working day
    assert "Zeta Ltd" in list(held["Accounts"]["account"])
    assert held["Contacts"].set_index("contact").at["Zoe", "account"] == "Zeta Ltd"


KNOWN = {
    # what the lead tells: (fate, account, why)
    "the open deal of a customer, by name": ({"company": "ACME", "contact": "Ben", "email": "ben@x.example"}, "known", "Acme GmbH", "lead_open_deal"),
    "by the domain of the web site": ({"company": "A.C.M.E. Pumps", "contact": "Ben", "email": "ben@acme.de"}, "known", "Acme GmbH", "lead_open_deal"),
    "by the phone number of the customer": ({"company": "Pumps", "contact": "Ben", "phone": "+49 (30) 123-45-67"}, "known", "Acme GmbH", "lead_open_deal"),
    "by the address of a person": ({"company": "Other", "contact": "Anna", "email": "ANN@acme.de"}, "known", "Acme GmbH", "lead_open_deal"),
    "a name in Chinese without its legal form": ({"company": "山东机械", "contact": "王", "phone": "13900000000"}, "added", "山东机械有限公司", "lead_customer"),
    "a customer without an open deal, by a private address": ({"company": "K", "contact": "Karl", "email": "karl@gmail.com"}, "added", "Northwind Traders", "lead_customer"),
    "somebody else at a free domain": ({"company": "Solo", "contact": "Sam", "email": "sam@gmail.com"}, "added", "Solo", ""),
    "a name that is nearly the same": ({"company": "Northwind Trader", "contact": "Ned", "email": "ned@n.example"}, "known", "Northwind Traders", "lead_similar"),
    "a name with another number": ({"company": "Northwind Traders 2", "contact": "Ned", "email": "ned@n.example"}, "added", "Northwind Traders 2", ""),
    "no way to answer": ({"company": "Mute", "contact": "M"}, "left_out", "", "lead_lacks"),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_known_is_told_before_anything_is_written(name: str) -> None:
    told, fate, account, rule = KNOWN[name]
    plan = take(book(), told)
    (lead,) = plan.answer.leads
    assert (lead.fate, lead.account) == (fate, account)
    assert [finding.rule for finding in plan.findings] == [rule] * bool(rule)
    assert bool(plan.appends) is (fate == "added")
    assert plan.blocks is (fate != "added")


def test_a_known_lead_is_taken_when_a_person_says_so() -> None:
    plan = take(book(), {"company": "ACME", "contact": "Ann", "email": "ann@acme.de"}, anyway=True)
    assert [append.table for append in plan.appends] == ["Deals"]  # customer and person are known
    assert plan.answer.leads[0].account == "Acme GmbH"


def test_the_same_lead_twice_in_a_file_is_one() -> None:
    plan = take(book(), NEW, {**NEW, "contact": "Zoe Z."})
    assert [lead.fate for lead in plan.answer.leads] == ["added", "known"]
    held = apply_change_set(book(), plan)
    assert take(held, NEW).answer.leads[0].fate == "known"


def test_owners_follow_the_rule_of_the_settings() -> None:
    """Mara has an open deal and Bo has none; of two leads each gets one. A lead that names somebody goes to them."""
    other = {**NEW, "company": "Yota", "email": "y@yota.example"}
    busy = book(assignment="least_busy")
    assert [lead.owner for lead in take(busy, NEW, other).answer.leads] == ["Bo", "Mara"]
    assert [lead.owner for lead in take(book(), NEW).answer.leads] == [""]
    assert take(busy, {**NEW, "owner": "mara"}).answer.leads[0].owner == "Mara"


def test_what_the_workbook_does_not_know_stays_in_the_notes() -> None:
    plan = take(book(), {**NEW, "product": "Warp drive", "owner": "Nobody", "amount": "about 20 or more"})
    (deal,) = next(append for append in plan.appends if append.table == "Deals").rows.to_dict("records")
    assert (deal["product"], deal["owner"]) == ("", "")
    assert deal["notes"].split("\n") == ["about 20 or more", "Warp drive", "Nobody"]


def test_hostile_texts_are_short_and_plain() -> None:
    lead = make_lead(
        {
            "company": "=cmd|' /C calc'!A0\r\n\0Acme",
            "contact": "x" * 10_000,
            "email": "a@b.example",
            "need": "y" * 100_000,
        }
    )
    assert lead.company == "=cmd|' /C calc'!A0 Acme"
    assert (len(lead.contact), len(lead.need)) == (200, 2_000)


def test_lists_of_web_forms_are_read_in_several_languages(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "Company name,Full name,Work email,Message,Submitted at\nZeta,Zoe,z@zeta.example,Hello,2026-03-25\n",
        encoding="utf-8",
    )
    (tmp_path / "b.csv").write_text(
        "公司名称,姓名,手机,需求描述\n某公司,张三,13800000000,两台水泵\n", encoding="gb18030"
    )
    english, chinese = read_lead_files([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert (english.company, english.contact, english.need, english.received) == (
        "Zeta",
        "Zoe",
        "Hello",
        date(2026, 3, 25),
    )
    assert (chinese.company, chinese.phone, chinese.need, chinese.place) == (
        "某公司",
        "13800000000",
        "两台水泵",
        "b.csv › 2",
    )
    assert match_lead_headers(["E-mail address *", "Name", "Your name", "x"]) == {
        "E-mail address *": "email",
        "Name": "contact",
    }


@pytest.mark.parametrize("text", ["{", "[1]", '{"form": "other"}', "[" * 50_000, "a,b\n1,2\n"])
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError):
        list(read_lead_files([path]))


def test_the_form_has_both_languages_and_loads_nothing() -> None:
    page = render_lead_form(
        "</script><b>Us", "zh", {"product": ["<i>Pump"], "region": [], "source": ["website"]}
    ).decode()
    assert "Tell us what you need" in page
    assert "请告诉我们您的需求" in page
    assert '<html lang="zh' in page
    assert "</script><b>" not in page
    assert "<i>Pump" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert all(f'for="{name}"' in page for name in ("company", "contact", "email", "phone", "need", "amount"))


def test_the_command_writes_the_form_and_takes_what_it_saves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, page, saved = tmp_path / "b.xlsx", tmp_path / "form.html", tmp_path / "lead.json"
    main(["init", str(path), "--lang", "en"])
    assert main(["lead", str(path), "--form", str(page)]) == 0
    assert "Trade show" in page.read_text(encoding="utf-8")
    told = dict.fromkeys(LEAD_FIELDS, "") | NEW | {"form": "salesflow-lead", "version": 1, "received": "2026-03-26"}
    saved.write_text(json.dumps(told), encoding="utf-8")
    before = path.read_bytes()
    assert main(["lead", str(path), str(saved), "--today", str(TODAY), "--dry-run", "--json"]) == 0
    assert path.read_bytes() == before
    assert main(["lead", str(path), str(saved), "--today", str(TODAY)]) == 0
    assert "D-00001" in capsys.readouterr().out
    assert ClosedBook(path).read(TODAY)["Deals"]["created"].iat[0].date() == date(2026, 3, 26)
    assert main(["lead", str(path), str(saved), "--today", str(TODAY)]) == 0
    assert "Taken before: 1" in capsys.readouterr().out
    assert len(ClosedBook(path).read(TODAY)["Deals"]) == 1
    assert main(["lead", str(path), "--company", "X"]) == 2
    _watch_a_folder(path, saved, capsys)


ZOE = "From: Zoe <zoe@zeta.example>\r\nTo: us@ours.example\r\nSubject: Pumps\r\nDate: Thu, 26 Mar 2026 10:00:00 +0000\r\nMessage-ID: <1@z>\r\n\r\nhello"
INBOX = {
    # file: (content, what it becomes)
    "1.json": ("", "taken"),
    "2.csv": ("Company,Name,Email\nYota,Yan,y@yota.example\nZETA LTD,Zack,zack@zeta.example\n", "added known"),
    "3.eml": (ZOE, "added"),
    "4.json": ("{", "refused"),
    ".5.csv": ("Company,Name,Email\nHidden,H,h@h.example\n", ""),
    "6.txt": ("no kind that is taken", ""),
}


def _watch_a_folder(path: Path, saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder is taken in one pass, and again: each lead and mail once; nothing in it is touched, links are not followed."""
    folder = path.with_name("inbox")
    folder.mkdir()
    for name, (content, _) in INBOX.items():
        (folder / name).write_text(content or saved.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "7.json").symlink_to(saved)
    (folder / path.name).write_bytes(path.read_bytes())
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    capsys.readouterr()
    for fates in ("taken added known", "taken taken known"):
        assert main(["watch", str(folder), "--into", str(path), "--once", "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert told["files"] == ["1.json", "2.csv", "3.eml", "4.json", path.name]
        assert " ".join(one["fate"] for one in told["leads"]) == fates
        assert [one["fate"] for one in told["messages"]] == ["added" if "added" in fates else "known"]
        assert [one["file"] for one in told["refused"]] == ["4.json", path.name]
        assert sum("open deal" in one for one in told["findings"]) == 1
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    held = ClosedBook(path).read(TODAY)
    assert list(held["Deals"]["account"]) == ["Zeta Ltd", "Yota"]
    assert list(held["Activities"]["deal"]) == ["D-00001"]


def test_a_watch_takes_each_file_once_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pass that finds the workbook open is made again; a file is read again only if its content changes."""
    folder, passes = tmp_path / "inbox", list[list[str]]()
    folder.mkdir()
    (folder / "a.json").write_text("{", encoding="utf-8")
    looks = iter((("b.eml", "x"), ("b.eml", "x"), ("b.eml", "xy"), None))

    def take(inbox: Any, files: list[Path]) -> InboxPass:
        passes.append([path.name for path in files])
        if len(passes) == 1:
            raise WorkbookInUse(tmp_path / "book.xlsx")
        return InboxPass("", (), (), (), (), ())

    def waiter(_: Path, __: float, stopping: Any) -> Callable[[], None]:
        def wake() -> None:
            if look := next(looks):
                (folder / look[0]).write_text(look[1], encoding="utf-8")
            else:
                stopping.requested = True

        return wake

    monkeypatch.setattr(inbox_watch, "make_change_waiter", waiter)
    monkeypatch.setattr(inbox_watch._Inbox, "take", take)
    monkeypatch.setattr(inbox_watch, "_SECONDS_UNTIL_LATER", 0.0)
    monkeypatch.setattr(inbox_watch.WorkbookSession, "read", lambda *_, **__: None)
    assert watch_inbox(folder, tmp_path / "book.xlsx", WatchPace(still=0.0), None, once=False, as_json=False) == 0
    assert passes == [["a.json"], ["a.json", "b.eml"], ["b.eml"]]
    assert capsys.readouterr().err.count("is open") == 1
