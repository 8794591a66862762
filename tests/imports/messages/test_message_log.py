# ruff: noqa: E501  # a mail is one line
"""Logging: each mail once, its deal by number, quote or thread, quotes that are answered, undone like any run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.imports.messages.messages_book import TODAY, messages_book
from tests.tables import rows
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.intake_answers import LoggedMessages
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.leads.lead_files import make_lead
from xl_salesflow.imports.leads.lead_intake import take_leads
from xl_salesflow.imports.messages import address_book
from xl_salesflow.imports.messages.calendar_events import read_calendar
from xl_salesflow.imports.messages.mail_parsing import read_mail
from xl_salesflow.imports.messages.message_files import list_message_files, read_messages
from xl_salesflow.imports.messages.message_log import log_messages, make_recurrence_window
from xl_salesflow.imports.messages.message_values import Message, MessagePlace
from xl_salesflow.process.due_followups import answer_followups
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import bring_in

RUN = Run("Mara Keller", datetime(2026, 3, 31, 9), "mara")


def mail(sender: str, reader: str, subject: str, day: str = "2026-03-30", **headers: str) -> Message:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    moment = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=UTC)
    text = f"From: {sender}\r\nTo: {reader}\r\nSubject: {subject}\r\nDate: {moment:%a, %d %b %Y %H:%M:%S %z}\r\n{more}\r\nhello"
    return read_mail(text.encode(), MessagePlace(f"{subject}.eml"))


def log(book: Pipeline, *messages: Message, deal: str = "") -> ChangeSet[LoggedMessages]:
    return log_messages(book, messages, deal)


def test_a_mail_is_logged_once() -> None:
    book, first = messages_book(), mail("li.wei@acme.com.cn", "mara@ours.example", "Pump", Message_ID="<1@x>")
    plan = bring_in(book, log(book, first, first), RUN)
    assert plan.answer.added["Activities"] == 1
    assert [message.fate for message in plan.answer.result.messages] == ["added", "known"]
    held = apply_change_set(book, plan)
    assert [message.fate for message in log(held, first).answer.messages] == ["known"]
    assert not log(held, first).writes


def test_a_mail_without_an_id_is_known_by_what_it_says() -> None:
    book, first = messages_book(), mail("li.wei@acme.com.cn", "mara@ours.example", "Pump")
    other = mail("li.wei@acme.com.cn", "mara@ours.example", "Pump", day="2026-03-29")
    plan = log(book, first, first, other)
    assert [message.fate for message in plan.answer.messages] == ["added", "added", "known"]


def test_a_thread_tells_the_deal_also_inside_one_run() -> None:
    """Ann has two open deals; our mail names one, and her answer has no number."""
    book = messages_book()
    ours = mail("bo.lin@ours.example", "ann.smith@beta.co.uk", "D-00003", day="2026-03-28", Message_ID="<ours@x>")
    answer = mail("ann.smith@beta.co.uk", "bo.lin@ours.example", "Re: pipes", In_Reply_To="<ours@x>")
    plan = log(book, answer, ours)
    assert [(one.deal, one.found_by) for one in plan.answer.messages] == [("D-00003", "number"), ("D-00003", "thread")]
    held = apply_change_set(book, log(book, ours))
    assert log(held, answer).answer.messages[0].found_by == "thread"


def test_a_deal_that_is_not_clear_is_asked_and_can_be_named() -> None:
    book, unclear = messages_book(), mail("ann.smith@beta.co.uk", "bo.lin@ours.example", "Question")
    plan = log(book, unclear)
    (finding,) = plan.findings
    assert finding.rule == "log_which_deal"
    assert "D-00002 (Beta Ltd · Valve); D-00003 (Beta Ltd · Pipes)" in finding.message
    assert not plan.appends
    named = log(book, unclear, deal="d-00003")
    assert (named.answer.messages[0].deal, named.answer.messages[0].found_by) == ("D-00003", "deal")
    with pytest.raises(UsageError, match="D-9"):
        log(book, unclear, deal="D-9")


def test_free_mail_domains_say_nothing_about_a_company() -> None:
    """Karl of Gamma and 王芳 write from gmail.com and qq.com; others from there are not theirs."""
    book = messages_book()
    plan = log(
        book, *(mail(f"x@{domain}", "mara@ours.example", domain) for domain in ("gmail.com", "qq.com", "163.com"))
    )
    assert {message.fate for message in plan.answer.messages} == {"unknown"}


def test_a_reply_to_a_sent_quote_answers_it() -> None:
    """The quote was sent on 20 February and is silent; the reply restarts the waiting time, so nobody is told to call."""
    book = messages_book()
    assert "answer to quote Q-2026-0007" in followup_reasons(book)
    plan = bring_in(book, log(book, mail("j.gross@delta.de", "mara@ours.example", "AW: Angebot")), RUN)
    assert plan.answer.result.messages[0].quote == "Q-2026-0007"
    assert "log_quote_answered" in [finding.rule for finding in plan.findings]
    held = apply_change_set(book, plan)
    assert held["Activities"]["outcome"].tolist() == ["reached"]
    assert "answer to quote" not in followup_reasons(held)


def followup_reasons(book: Pipeline) -> str:
    return " ".join(str(row["why"]) for row in answer_followups(book, "", None).answer.followups)


def test_a_mail_before_the_quote_or_of_ours_answers_nothing() -> None:
    book = messages_book()
    early = mail("j.gross@delta.de", "mara@ours.example", "Anfrage", day="2026-02-19")
    ours = mail("mara@ours.example", "j.gross@delta.de", "Q-2026-0007 once more")
    assert [message.quote for message in log(book, early, ours).answer.messages] == ["", ""]


def test_times_are_those_of_the_zone_in_the_settings() -> None:
    late = mail("li.wei@acme.com.cn", "mara@ours.example", "Pump")
    for zone, day, at in (("Asia/Shanghai", "2026-03-30", "18:00"), ("Pacific/Kiritimati", "2026-03-31", "00:00")):
        plan = log(messages_book(time_zone=zone), late)
        (row,) = plan.appends[0].rows.to_dict("records")
        assert (str(row["date"].date()), row["at"]) == (day, at)
    with pytest.raises(UsageError, match="Nowhere/Land"):
        log(messages_book(time_zone="Nowhere/Land"), late)


def test_a_visit_to_come_is_no_finding_and_one_that_is_over_asks_for_its_outcome() -> None:
    book = messages_book()
    text = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u{0}\nDTSTART;VALUE=DATE:{0}\nSUMMARY:Visit\n"
        "ATTENDEE:mailto:li.wei@acme.com.cn\nEND:VEVENT\nEND:VCALENDAR"
    )
    window = make_recurrence_window(book)
    days = [TODAY + timedelta(days=1), TODAY - timedelta(days=3)]
    events = [
        one
        for day in days
        for one in read_calendar(text.format(f"{day:%Y%m%d}").encode(), MessagePlace("v.ics"), window)
    ]
    held = apply_change_set(book, log_messages(book, events))
    rules = [finding.rule for finding in check_pipeline(held) if finding.table == "Activities"]
    assert rules == ["visit_without_outcome"]
    filled = held.with_tables(Activities=held["Activities"].assign(outcome="interested"))
    assert [finding.rule for finding in check_pipeline(filled) if finding.table == "Activities"] == ["future_date"]


def test_a_mail_that_nobody_answered_is_a_finding_until_something_is_done() -> None:
    book = messages_book()
    asked = mail("li.wei@acme.com.cn", "mara@ours.example", "Question", day="2026-03-20")
    recent = mail("j.gross@delta.de", "mara@ours.example", "Frage", day="2026-03-30")
    held = apply_change_set(book, log(book, asked, recent))
    waiting = [finding for finding in check_pipeline(held) if finding.rule == "mail_without_answer"]
    assert ["“Question” of 2026-03-20 (Li Wei)" in finding.message for finding in waiting] == [True]
    answer = mail("mara@ours.example", "li.wei@acme.com.cn", "Re: Question", day="2026-03-28")
    answered = apply_change_set(held, log(held, answer))
    assert "mail_without_answer" not in [finding.rule for finding in check_pipeline(answered)]


def test_the_first_answer_to_a_lead_says_how_long_it_took() -> None:
    book = messages_book()
    told = {"company": "Zeta", "contact": "Zoe", "email": "zoe@zeta.example"}
    held = apply_change_set(book, take_leads(replace(book, today=date(2026, 3, 25)), [make_lead(told)]))
    asked = mail("zoe@zeta.example", "mara@ours.example", "Hello?", day="2026-03-26")
    answers = [mail("mara@ours.example", "zoe@zeta.example", f"Re {at}", day=f"2026-03-{at}") for at in (28, 29)]
    said = [finding.message for finding in log(held, asked, *answers).findings if finding.rule == "log_lead_answered"]
    assert [message.partition(": ")[2] for message in said] == [
        "The lead D-00008 had its first answer on 2026-03-28, 3 days after it came; it was due on 2026-03-26."
    ]
    assert "log_lead_answered" not in [
        f.rule for f in log(apply_change_set(held, log(held, answers[0])), answers[1]).findings
    ]


def test_a_typed_outcome_is_kept_when_the_appointment_changes() -> None:
    book = messages_book()
    text = "BEGIN:VCALENDAR\nMETHOD:{}\nBEGIN:VEVENT\nUID:u\nSEQUENCE:{}\nDTSTART:20260330T{}0000Z\nATTENDEE:mailto:li.wei@acme.com.cn\nEND:VEVENT\nEND:VCALENDAR"
    window = make_recurrence_window(book)
    first = list(read_calendar(text.format("REQUEST", 0, "01").encode(), MessagePlace("v.ics"), window))
    held = apply_change_set(book, log_messages(book, first))
    held = held.with_tables(Activities=held["Activities"].assign(outcome="interested"))
    for later in (text.format("REQUEST", 1, "05"), text.format("CANCEL", 2, "01")):
        plan = log_messages(held, list(read_calendar(later.encode(), MessagePlace("v.ics"), window)))
        assert not plan.writes


def test_an_invitation_by_mail_becomes_the_visit_and_not_a_mail_too(tmp_path: Path) -> None:
    event = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:i\nDTSTART:20260402T010000Z\nSUMMARY:Pump visit\nORGANIZER:mailto:li.wei@acme.com.cn\nEND:VEVENT\nEND:VCALENDAR\n"
    path = tmp_path / "invitation.eml"
    path.write_text(
        "From: li.wei@acme.com.cn\nTo: mara@ours.example\nSubject: Pump visit\nDate: Mon, 30 Mar 2026 10:00:00 +0800\n"
        "Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nPlease come.\n--a\n"
        f"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n{event}--a--\n",
        encoding="utf-8",
    )
    book = messages_book()
    plan = log_messages(book, read_messages([path], make_recurrence_window(book)))
    assert [(one.kind, one.fate) for one in plan.answer.messages] == [("appointment", "added")]


def test_a_mailbox_and_a_folder_are_read_whole(tmp_path: Path) -> None:
    letter = "From x Mon Mar 30 10:00:00 2026\nFrom: li.wei@acme.com.cn\nTo: mara@ours.example\nSubject: {0}\nDate: Mon, 30 Mar 2026 10:0{0}:00 +0800\n\n>From here on.\n\n"
    (tmp_path / "Inbox.mbox").write_text("".join(letter.format(number) for number in range(3)), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no mail", encoding="utf-8")
    (tmp_path / "link.eml").symlink_to(tmp_path / "notes.txt")
    assert [path.name for path in list_message_files([tmp_path])] == ["Inbox.mbox"]
    book = messages_book()
    plan = log_messages(book, read_messages(list_message_files([tmp_path]), make_recurrence_window(book)))
    assert [message.file for message in plan.answer.messages] == [f"Inbox.mbox › {number}" for number in (1, 2, 3)]
    (tmp_path / "empty").mkdir()
    for wrong in (tmp_path / "empty", tmp_path / "gone.eml"):
        with pytest.raises(UsageError):
            list_message_files([wrong])


def test_a_thousand_mails_index_ten_thousand_contacts_once() -> None:
    """Every address of the workbook is folded once, whatever the number of mails."""
    text = "contact | account | email\n" + "\n".join(
        f"P{at} | C{at // 4} | p{at}@c{at // 4}.example" for at in range(10_000)
    )
    contacts = make_table_frame(TABLES["Contacts"], rows(text, "Contacts"))
    book = messages_book().with_tables(Contacts=contacts)
    mails = [mail(f"p{at}@c{at // 4}.example", "mara@ours.example", f"D-00001 {at}") for at in range(1_000)]
    with patch.object(address_book, "fold_email_address", wraps=address_book.fold_email_address) as folded:
        plan = log_messages(book, mails)
    assert sum(message.fate == "added" for message in plan.answer.messages) == 1_000
    assert folded.call_count == 10_000 + len(book["Team"])


def test_findings_and_answers_are_in_the_language_of_the_book() -> None:
    book = replace(messages_book(), language="zh", settings=Settings({"time_zone": "Asia/Shanghai", "language": "zh"}))
    (finding,) = log(book, mail("ann.smith@beta.co.uk", "bo.lin@ours.example", "Question")).findings
    assert "请用 --deal 指定" in finding.message


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[], Path]:
    """Give a function that returns the workbook on disk."""

    def save() -> Path:
        from xl_salesflow.cli import main

        path, deals = tmp_path / "b.xlsx", tmp_path / "deals.csv"
        deals.write_text(
            "Deal,Stage,Created,Owner,Account,Contact\nD-1,Lead,2026-03-01,Li,Acme,Ann\n", encoding="utf-8"
        )
        main(["init", str(path), "--lang", "en"])
        main(["import", str(path), str(deals), "--yes", "--today", str(TODAY)])
        return path

    return save


def test_the_command_previews_logs_and_is_undone(
    saved: Callable[[], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from xl_salesflow.cli import main
    from xl_salesflow.workbook.closed_book import ClosedBook

    book, letter = saved(), tmp_path / "letter.eml"
    letter.write_text(
        "From: a@b.example\nTo: c@d.example\nSubject: =cmd|' /C calc'!A0 D-1\nDate: Mon, 30 Mar 2026 10:00:00 +0800\n\n=1+1\n",
        encoding="utf-8",
    )
    before = book.read_bytes()
    assert main(["log", str(book), str(letter), "--today", str(TODAY), "--dry-run", "--json"]) == 0
    assert book.read_bytes() == before
    assert main(["log", str(book), str(letter), "--today", str(TODAY), "--deal", "D-1"]) == 0
    assert "Logged: 1" in capsys.readouterr().out
    (row,) = ClosedBook(book).read(TODAY)["Activities"].to_dict("records")
    assert (row["subject"], row["summary"], row["date"].date()) == ("=cmd|' /C calc'!A0 D-1", "=1+1", date(2026, 3, 30))
    logged = book.read_bytes()
    assert main(["log", str(book), str(letter), "--today", str(TODAY)]) == 0
    assert book.read_bytes() == logged
    assert main(["undo", str(book), "--today", str(TODAY)]) == 0
    assert not len(ClosedBook(book).read(TODAY)["Activities"])
