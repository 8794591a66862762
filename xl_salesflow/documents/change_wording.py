"""What changed of a deal as words of a page: the column, and its value before and after."""

from __future__ import annotations

from datetime import date

from xl_salesflow.core.inspection_answers import DealChange
from xl_salesflow.documents.report_formatter import ReportFormatter
from xl_salesflow.documents.template_values import localize_day
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.table_registry import TABLES


def word_deal_change(change: DealChange, show: ReportFormatter) -> str:
    """Return one change, or that the deal is new or open again."""
    if change.column == "deal":
        if change.before is None:
            return show.document_text("inspection_new")
        return show.document_text("inspection_reopened", stage=change.before)
    column = TABLES["Deals"][change.column]
    before, after = (_word_recorded_value(change.column, end, show) for end in (change.before, change.after))
    return show.document_text("changed", column=column.header, before=before, after=after)


def _word_recorded_value(column: str, value: float | str | None, show: ReportFormatter) -> str:
    if value is None or column == "amount":
        return show.money(value)
    if column == "expected_close":
        return localize_day(date.fromisoformat(str(value)), show.language)
    return choice_label(TABLES["Deals"][column].options, str(value), show.language)
