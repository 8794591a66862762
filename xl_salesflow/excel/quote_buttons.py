"""Buttons about the quotes of the selected deal: draft, revise, print."""

from __future__ import annotations

from typing import Any

from xl_salesflow import quotes
from xl_salesflow.calculated import refreshed
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.desk import Desk
from xl_salesflow.excel.quoting import TABLES_OF_A_QUOTE, revised
from xl_salesflow.flow import Run
from xl_salesflow.journal import entries
from xl_salesflow.model.text import LANGUAGES, Text

_PRINTED = ("pdf", "html")
_DRAFTED = Text("Quote {number} for {deal} is drafted.", "已为 {deal} 起草报价单 {number}。")
_STANDS = Text(
    "Quote {number} for {deal} stands already; Revise makes its next version.",
    "{deal} 已有报价单 {number}；可用“修订”生成下一版本。",
)


def new_quote(desk: Desk) -> Text:
    """Draft a quote for the selected deal; one that stands already is shown instead."""
    deal, pipeline = desk.selected("deal"), refreshed(desk.read(*TABLES_OF_A_QUOTE))
    plan = quotes.offer(pipeline, deal)
    if plan.answer.get("quote") is None:
        raise UsageError(*_first(plan.findings))
    created = bool(plan.appends)
    if created:
        desk.book.write(plan + _entries(plan, "new_quote", desk.run))
    number = plan.answer["quote"]
    desk.show("Quotes", _row(desk, number), "quote")
    told = _DRAFTED if created else _STANDS
    return Text(*(told.in_(language, number=number, deal=deal) for language in LANGUAGES))


def revise(desk: Desk) -> Text:
    """Copy the selected quote into its next version."""
    key = desk.selected("quote")
    plan = revised(desk.read(*TABLES_OF_A_QUOTE), key, desk.run)
    desk.book.write(plan)
    number = plan.answer["quote"]
    desk.show("Quotes", _row(desk, number), "quote")
    return Text(f"{number} replaces {key}; it is a draft.", f"{number} 已替代 {key}，状态为草稿。")


def quote(desk: Desk) -> Text:
    """Print the quote of the selected row beside the workbook, and open it."""
    from xl_salesflow import documents  # only this button sets type

    key = _quote_or_deal(desk)
    pipeline = desk.read(*TABLES_OF_A_QUOTE)
    plan = quotes.offer(refreshed(pipeline), key)
    if not plan.documents:
        raise UsageError(*_first(plan.findings))
    if plan.appends:
        desk.book.write(plan + _entries(plan, "quote", desk.run))
    files = documents.write(plan.documents[0], desk.folder, pipeline.language, _PRINTED)
    desk.open(files[0])
    return Text(f"Printed: {files[0]}.", f"已生成：{files[0]}。")


def _quote_or_deal(desk: Desk) -> str:
    try:
        return desk.selected("quote")
    except UsageError:
        return desk.selected("deal")


def _entries(plan: Any, verb: str, run: Run) -> Any:
    return entries(plan, verb, run.by, run.now)


def _row(desk: Desk, number: str) -> int:
    frame = desk.read("Quotes")["Quotes"]
    rows = frame.index[frame["quote"] == number]
    return int(rows[-1]) if len(rows) else 0


def _first(findings: Any) -> tuple[str, str]:
    # a finding is worded in the workbook's language already
    return (findings[0].message, findings[0].message)
