"""Buttons about the quotes and papers of the selected deal: draft, revise, print."""

from __future__ import annotations

from typing import Any

from xl_salesflow import quotes
from xl_salesflow.calculated import refreshed
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.desk import Desk
from xl_salesflow.excel.quoting import TABLES_OF_A_PAPER, TABLES_OF_A_QUOTE, printed, revised
from xl_salesflow.flow import Run
from xl_salesflow.journal import entries
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.text import LANGUAGES, Text
from xl_salesflow.papers import KINDS, Printing
from xl_salesflow.papers.recording import OFFERS

_PRINTED = ("pdf", "html")
_DRAFTED = Text("Quote {number} for {deal} is drafted.", "已为 {deal} 起草报价单 {number}。")
_STANDS = Text(
    "Quote {number} for {deal} stands already; Revise makes its next version.",
    "{deal} 已有报价单 {number}；可用“修订”生成下一版本。",
)


def new_quote(desk: Desk) -> Text:
    """Draft a quote for the selected deal; one that stands already is shown instead."""
    deal, pipeline = desk.selected("deal"), refreshed(desk.read(*TABLES_OF_A_QUOTE))
    plan, row = quotes.offer(pipeline, deal), desk.next_row("Quotes")
    if plan.answer.get("quote") is None:
        raise UsageError(*_first(plan.findings))
    number, created = str(plan.answer["quote"]), bool(plan.appends)
    if created:
        desk.book.write(plan + _entries(plan, "new_quote", desk.run))
    desk.show("Quotes", row if created else _row(pipeline, number), "quote")
    told = _DRAFTED if created else _STANDS
    return Text(*(told.in_(language, number=number, deal=deal) for language in LANGUAGES))


def revise(desk: Desk) -> Text:
    """Copy the selected quote into its next version."""
    key = desk.selected("quote")
    plan, row = revised(desk.read(*TABLES_OF_A_QUOTE), key, desk.run), desk.next_row("Quotes")
    desk.book.write(plan)
    number = plan.answer["quote"]
    desk.show("Quotes", row, "quote")
    return Text(f"{number} replaces {key}; it is a draft.", f"{number} 已替代 {key}，状态为草稿。")


def quote(desk: Desk) -> Text:
    """Print the quote of the selected row beside the workbook, and open it."""
    return _printed(desk, "quote")


def print_paper(desk: Desk) -> Text:
    """Print the paper that the menu names, about the quote, the activity or the deal of the selected row."""
    if not 1 <= desk.choice <= len(KINDS):
        raise UsageError("Choose a paper of the menu.", "请从菜单中选择文件。")
    return _printed(desk, KINDS[desk.choice - 1])


def _printed(desk: Desk, kind: str) -> Text:
    from xl_salesflow import documents  # only these buttons set type

    key = (
        desk.selected("activity")
        if kind == "visit"
        else _quote_or_deal(desk)
        if kind in OFFERS
        else desk.selected("deal")
    )
    pipeline = desk.read(*TABLES_OF_A_PAPER)
    press = documents.Press(desk.folder, _PRINTED, pipeline.language, where=documents.folders(pipeline))
    plan = printed(pipeline, Printing(kind, (key,), press), desk.run)
    if not plan.documents:
        raise UsageError(*_first(plan.findings))
    with press.ready():
        desk.book.write(plan)
    desk.open(press.files[0])
    return Text(f"Printed: {press.files[0]}.", f"已生成：{press.files[0]}。")


def _quote_or_deal(desk: Desk) -> str:
    try:
        return desk.selected("quote")
    except UsageError:
        return desk.selected("deal")


def _entries(plan: Any, verb: str, run: Run) -> Any:
    return entries(plan, verb, run.by, run.now)


def _row(pipeline: Pipeline, number: str) -> int:
    rows = pipeline["Quotes"].index[pipeline["Quotes"]["quote"] == number]
    return int(rows[-1]) if len(rows) else 0


def _first(findings: Any) -> tuple[str, str]:
    # a finding is worded in the workbook's language already
    return (findings[0].message, findings[0].message)
