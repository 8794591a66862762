"""How the report shows each kind of value in one language; an unknown value is a dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xl_salesflow.documents import figures
from xl_salesflow.documents.texts import say
from xl_salesflow.model.text import Language, Text

UNKNOWN = "–"

Column = tuple[str, str, str]
"""The text of a column's head, the fact it shows, and the unit of that fact."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Values as text in one language and currency."""

    language: Language
    currency: str

    def say(self, id: str, **words: object) -> str:
        """Return one of the document's own texts."""
        return say(id, self.language, **words)

    def name(self, text: Text | str) -> str:
        """Return a name that may or may not have two languages."""
        return text.in_(self.language) if isinstance(text, Text) else str(text)

    def count(self, value: Any) -> str:
        """Return a number of things."""
        return self.value(value, "count")

    def money(self, value: Any) -> str:
        """Return an amount without cents."""
        return self.value(value, "money")

    def value(self, value: Any, unit: str) -> str:
        """Return *value* as its *unit* asks: money, ratio, days, per_day, month, name, or a plain number."""
        if value is None or value != value:
            return UNKNOWN
        if unit in ("money", "per_day"):
            amount = figures.short_money(value, self.currency, self.language)
            return self.say("per_day", amount=amount) if unit == "per_day" else amount
        if unit == "ratio":
            return figures.rate(value, self.language)
        if unit == "days":
            return self.say("days_long", days=figures.number(round(value, 1), self.language))
        if isinstance(value, date):
            return value.strftime("%Y-%m")
        return self.name(value) if isinstance(value, Text | str) else figures.number(round(value, 4), self.language)

    def table(self, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return heads and rows of text."""
        return {
            "heads": [self.say(head) for head, _, _ in columns],
            "rows": [[self.value(row[fact], unit) for _, fact, unit in columns] for row in rows],
        }
