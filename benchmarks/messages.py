"""Log a thousand mails into ten thousand contacts: `python -m benchmarks.messages [MAILS] [CONTACTS]`.

Prints the CPU seconds of reading and parsing the mails, of matching them, and of the whole run with all numbers up to date.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.imports.messages.message_files import list_message_files, read_messages
from xl_salesflow.imports.messages.message_log import log_messages, make_recurrence_window
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.verbs import bring_in

TODAY = date(2026, 6, 30)
WORDS = "Thank you for the offer. We have a few questions about delivery and payment. " * 20


def made(contacts: int) -> Pipeline:
    """Return a workbook with a deal for every fourth contact."""
    people = [
        {"contact": f"Person {at}", "account": f"Company {at // 4}", "email": f"p{at}@company{at // 4}.example"}
        for at in range(contacts)
    ]
    deals = [
        {
            "deal": f"D-{at:05d}",
            "name": "Deal",
            "account": f"Company {at}",
            "stage": "Lead",
            "owner": "Mara",
            "outcome": "open",
        }
        for at in range(contacts // 4)
    ]
    accounts = [{"account": f"Company {at}"} for at in range(contacts // 4)]
    team = [{"person": "Mara", "email": "mara@ours.example"}]
    book = build_pipeline(TODAY, Deals=deals, Contacts=people, Accounts=accounts, Team=team)
    return replace(
        book.with_tables(**make_shipped_setup("crm", "en")), settings=Settings({"time_zone": "Europe/Berlin"})
    )


def write_mails(folder: Path, mails: int, contacts: int) -> None:
    """Write mails with a plain text, a page, a quoted mail and an attachment, of about 30 KiB."""
    for at in range(mails):
        who = at * 7919 % contacts
        page = "".join(f"<p style='margin:0'>{line}</p>" for line in WORDS.split(". "))
        parts = (
            f"Content-Type: text/plain; charset=utf-8\n\n{WORDS}\n\nOn Monday, Mara wrote:\n> {WORDS}\n",
            f"Content-Type: text/html; charset=utf-8\n\n{page}<blockquote type=cite>{page}</blockquote>\n",
            "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
            + ("QUJD" * 18 + "\n") * 300,
        )
        body = "".join(f"--b\n{part}" for part in parts)
        head = f"From: p{who}@company{who // 4}.example\nTo: mara@ours.example\nSubject: Question {at}\nMessage-ID: <{at}@x>\n"
        head += "Date: Mon, 29 Jun 2026 10:00:00 +0200\nContent-Type: multipart/mixed; boundary=b\n\n"
        (folder / f"{at:05d}.eml").write_text(f"{head}{body}--b--\n", encoding="utf-8")


def main() -> None:
    """Measure one run."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("mails", nargs="?", type=int, default=1_000)
    options.add_argument("contacts", nargs="?", type=int, default=10_000)
    asked = options.parse_args()
    book = made(asked.contacts)
    with tempfile.TemporaryDirectory() as folder:
        write_mails(Path(folder), asked.mails, asked.contacts)
        start = time.process_time()
        messages = list(read_messages(list_message_files([Path(folder)]), make_recurrence_window(book)))
        read = time.process_time()
        logged = log_messages(book, messages)
        matched = time.process_time()
        plan = bring_in(book, logged, Run("Mara", datetime(2026, 6, 30, 9), "mara"))
        done = time.process_time()
    print(
        f"{plan.answer.added.get('Activities', 0):,} of {asked.mails:,} mails logged among {asked.contacts:,} contacts"
    )
    print(
        f"CPU s: reading {read - start:.2f}, matching {matched - read:.2f}, the run {done - matched:.2f}, all {done - start:.2f}"
    )


if __name__ == "__main__":
    main()
