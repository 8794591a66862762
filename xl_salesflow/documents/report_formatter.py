"""Format the numbers of the report as text in one language and currency; an unknown value is a dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xl_salesflow.documents.document_texts import document_text
from xl_salesflow.documents.template_values import (
    localize_number,
    localize_percent,
    localize_rate,
    localize_short_money,
)
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.plain_values import is_missing

UNKNOWN_VALUE_DASH = "–"

ReportColumn = tuple[str, str, str]
"""The text of a column's header, the fact it shows, and the unit of that fact."""


@dataclass(frozen=True, slots=True)
class ReportFormatter:
    """Formats values as text in one language and currency."""

    language: Language
    currency: str

    def document_text(self, key: str, **words: object) -> str:
        """Return one of the document's own texts."""
        return document_text(key, self.language, **words)

    def name(self, text: Text | str) -> str:
        """Return a name in the language, if it is translated."""
        return text.in_(self.language) if isinstance(text, Text) else str(text)

    def count(self, value: Any) -> str:
        """Return a formatted count."""
        return self.value(value, "count")

    def money(self, value: Any) -> str:
        """Return an amount without cents."""
        return self.value(value, "money")

    def value(self, value: Any, unit: str) -> str:
        """Return *value* formatted for its *unit*: money, ratio, percent, days, per_day, month, name, or a plain number."""
        if is_missing(value):
            return UNKNOWN_VALUE_DASH
        if unit in ("money", "per_day"):
            amount = localize_short_money(value, self.currency, self.language)
            return self.document_text("per_day", amount=amount) if unit == "per_day" else amount
        if unit == "ratio":
            return localize_rate(value, self.language)
        if unit == "percent":
            return localize_percent(value, self.language, 0)
        if unit == "days":
            return self.document_text("days_long", days=localize_number(round(value, 1), self.language))
        if isinstance(value, date):
            return value.strftime("%Y-%m")
        return self.name(value) if isinstance(value, Text | str) else localize_number(round(value, 4), self.language)

    def small_sample(self, row: Mapping[str, Any]) -> str:
        """Return the number of deals that a win rate is based on if it is small; blank otherwise."""
        closed = int(row["won_count"] or 0) + int(row["lost_count"] or 0)
        return self.document_text("small_sample", count=self.count(closed)) if row["small"] else ""

    def table(self, columns: Sequence[ReportColumn], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return headers and rows as text."""
        return {
            "heads": [self.document_text(head) for head, _, _ in columns],
            "rows": [[self.value(row[fact], unit) for _, fact, unit in columns] for row in rows],
        }
