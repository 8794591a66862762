"""The commission statement of a person as one page that explains every line.

Its facts are those of one person:

    statements  a tuple of CommissionStatement, by plan and period
    person      whose they are
    made        when it was made, in UTC
    source      path of the workbook
    company, currency    name of the company, ISO code
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.commission_answers import RETURN_REASONS, CommissionLine, CommissionStatement
from xl_salesflow.documents.document_texts import document_text, texts_in_language
from xl_salesflow.documents.template_safety import fill_template
from xl_salesflow.documents.template_values import localize_day, localize_money, localize_rate
from xl_salesflow.locale.texts import Language


def render_commission_page(document: Document, language: Language) -> bytes:
    """Return the statements as one self-contained page."""
    facts = document.facts
    made: datetime = facts["made"]
    show = _StatementFormatter(language, facts["currency"])
    fields = {
        "language": language,
        "person": facts["person"],
        "company": facts["company"],
        "made": localize_day(made.date(), language),
        "statements": [show.statement(one) for one in facts["statements"]],
    }
    return fill_template("commission.html", d=fields, t=texts_in_language(language)).encode("utf-8")


class _StatementFormatter:
    """Formats a statement as text in one language and currency."""

    def __init__(self, language: Language, currency: str) -> None:
        self.language, self.currency = language, currency

    def money(self, amount: float) -> str:
        """Return an amount with its cents."""
        return localize_money(amount, self.currency, self.language)

    def statement(self, statement: CommissionStatement) -> dict[str, Any]:
        """Return the fields of one statement."""
        totals = [
            ("commission_credited", statement.credited),
            ("commission_earned", statement.earned + statement.capped),
        ]
        if statement.capped:
            totals.append(("commission_capped", -statement.capped))
        if statement.taken_back:
            totals.append(("commission_taken_back", statement.taken_back))
        days = (localize_day(day, self.language) for day in (statement.from_, statement.to))
        return {
            "plan": statement.plan,
            "days": document_text("commission_days", self.language, **dict(zip(("start", "end"), days, strict=True))),
            "rule": statement.rule,
            "lines": [row for line in statement.lines for row in self._rows(line)],
            "totals": [(document_text(key, self.language), self.money(amount)) for key, amount in totals],
            "total": self.money(statement.total),
        }

    def _rows(self, line: CommissionLine) -> Iterator[dict[str, Any]]:
        """Yield a row for each tier of a line; only the first one names the deal."""
        head = {
            "day": localize_day(line.day, self.language),
            "deal": " ".join(filter(None, (line.deal, line.payment))),
            "customer": line.account or line.name,
            "share": localize_rate(line.share, self.language),
        }
        if line.kind != "earned":
            earned_on = localize_day(line.earned_on, self.language) if line.earned_on else ""
            reason = RETURN_REASONS[line.kind].in_(self.language)
            because = document_text("commission_of_day", self.language, reason=reason, day=earned_on)
            yield {**head, "value": "", "tier": because, "rate": "", "amount": self.money(line.amount), "back": True}
            return
        for step in line.steps:
            tier = document_text(
                "commission_tier_to" if step.to is not None else "commission_tier_from",
                self.language,
                start=self.money(step.from_),
                end="" if step.to is None else self.money(step.to),
            )
            yield {
                **head, "value": self.money(step.value), "tier": tier, "rate": localize_rate(step.rate, self.language),
                "amount": self.money(step.amount), "back": False,
            }  # fmt: skip
            head = dict.fromkeys(head, "")
        if line.capped:
            cut = document_text("commission_capped", self.language)
            yield {
                **dict.fromkeys(head, ""),
                "value": "",
                "tier": cut,
                "rate": "",
                "amount": self.money(-line.capped),
                "back": True,
            }
