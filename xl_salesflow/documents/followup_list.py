"""The follow-up list as a page, as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from xl_salesflow.documents import figures
from xl_salesflow.documents.environment import fill
from xl_salesflow.documents.texts import say, texts
from xl_salesflow.model.plan import Document
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language

Facts = Mapping[str, Any]

_ACTS = re.compile(r"[=+\-@\t\r\n\u00a0\uff1d\uff0b\uff0d\uff20|%]")
_DIALLED = re.compile(r"[^0-9+*#]")


def as_html(document: Document, language: Language) -> bytes:
    """Return the list as one self-contained page, owner by owner."""
    return fill("followups.html", f=shown(document.facts, language), t=texts(language)).encode("utf-8")


def as_markdown(document: Document, language: Language) -> bytes:
    """Return the list as Markdown, one checkbox per deal."""
    return fill("followups.md", f=shown(document.facts, language), t=texts(language)).encode("utf-8")


def as_csv(document: Document, language: Language) -> bytes:
    """Return the list as CSV with the sheet's headers, in UTF-8 with a mark so that Excel reads it right.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.
    """
    table = TABLES["FollowUps"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.header.in_(language) for column in table.columns])
    for group in document.facts["owners"]:
        for row in group["rows"]:
            writer.writerow([_cell(row[column.id], column.options, language) for column in table.columns])
    return text.getvalue().encode("utf-8-sig")


def shown(facts: Facts, language: Language) -> dict[str, Any]:
    """Return the facts of a follow-up list (followups.document) as text in *language*."""
    day = figures.day(facts["day"], language)
    groups = [
        {
            "owner": group["owner"] or say("nobody", language),
            "count": say("one_line" if len(group["rows"]) == 1 else "lines_count", language, count=len(group["rows"])),
            "left": say("left_over", language, left=group["left"]) if group["left"] else "",
            "rows": [_row(row, facts, language) for row in group["rows"]],
        }
        for group in facts["owners"]
    ]
    return {
        "language": "zh-Hans" if language == "zh" else "en",
        "company": facts["company"],
        "day": day,
        "subtitle": say("followups_for", language, day=day),
        "owners": groups,
    }


def when(days_late: int | None, language: Language, today: bool = True) -> str:
    """Return how late a line is, in a few words; *today* tells whether the list is for the day of the run."""
    if not days_late:
        return say("due_today" if today else "due_then", language)
    said = "late_by" if days_late > 0 else "to_go"
    return say(f"{said}_one" if abs(days_late) == 1 else said, language, days=abs(days_late))


def _row(row: Facts, facts: Facts, language: Language) -> dict[str, Any]:
    plain = ("deal", "account", "stage", "why", "next_step", "question", "objection", "contact", "phone", "email")
    later = row["day"] is not None and row["day"] > facts["day"]
    return {
        **{id: row[id] or "" for id in plain},
        "rank": row["rank"],
        "level": row["priority"],
        "priority": figures.chosen("priority", row["priority"], language),
        "amount": "" if row["amount"] is None else figures.short_money(row["amount"], facts["currency"], language),
        "when": when(row["days_late"], language, facts["day"] == facts["today"]),
        "on": say("on_day", language, day=figures.day(row["day"], language)) if later else "",
        "late": (row["days_late"] or 0) > 0,
        "dial": "tel:" + _DIALLED.sub("", row["phone"]) if _DIALLED.sub("", row["phone"] or "") else "",
        "mail": "mailto:" + quote(row["email"], safe="@") if "@" in (row["email"] or "") else "",
    }


def _cell(value: str | int | Decimal | date | None, options: str | None, language: Language) -> str | int | Decimal:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return value
    text = figures.chosen(options, value, language) if options and value else value
    return f"'{text}" if _ACTS.match(text) else text
