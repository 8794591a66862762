"""What every paper has: who sells, a title and a number, rows of label and value, figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from xl_salesflow.documents import figures
from xl_salesflow.documents.texts import say
from xl_salesflow.documents.values import Context, Figure
from xl_salesflow.model.text import Language

Facts = Mapping[str, Any]
Rows = list[dict[str, str]]


def head(facts: Facts, kind: str, number: str, language: Language, dates: Rows, draft: bool = False) -> Context:
    """Return language, seller, title, number, draft and dates, as the head of every paper has them."""
    return {
        "language": "zh-Hans" if language == "zh" else "en",
        "title": say(kind, language),
        "number": number,
        "draft": say("draft", language) if draft else "",
        "dates": dates,
        "seller": seller(facts["seller"], language),
    }


def seller(told: Facts, language: Language) -> dict[str, str]:
    """Return the company as its settings say it, and its address and numbers in one line."""
    ids = ("company", "address", "phone", "email", "bank")
    phone = f"{say('phone', language)} {told['phone']}" if told["phone"] else ""
    line = "  ·  ".join(filter(None, (told["address"], phone, told["email"])))
    return {**{id: told[id] for id in ids}, "line": line}


def pairs(*rows: tuple[str, str], language: Language) -> Rows:
    """Return rows of label and value; a label is the id of a text, a blank value leaves its row out."""
    return [{"label": say(label, language), "value": value} for label, value in rows if value]


def money(value: Decimal | None, currency: str, language: Language) -> str:
    """Return an amount with the sign of its currency; blank when there is none."""
    return "" if value is None else Figure(figures.money(value, currency, language), value)


def amount(value: Decimal | None, language: Language) -> str:
    """Return an amount without the sign of a currency; blank when there is none."""
    return "" if value is None else Figure(figures.amount(value, language), value)


def number(value: Decimal | int | None, language: Language) -> str:
    """Return a plain number; blank when there is none."""
    return "" if value is None else Figure(figures.number(value, language), value)


def percent(value: Decimal, language: Language) -> str:
    """Return a fraction as per cent."""
    return Figure(figures.percent(value, language), value)


def day(value: date | None, language: Language) -> str:
    """Return a day; blank when there is none."""
    return "" if value is None else Figure(figures.day(value, language), value)


def joined(parts: Iterable[str], language: Language) -> str:
    """Return words with commas between, blank ones left out."""
    return ("、" if language == "zh" else ", ").join(filter(None, parts))


def labelled(label: str, value: str, language: Language) -> str:
    """Return a label and its value in one line; blank when there is no value."""
    return f"{say(label, language)} {value}" if value else ""
