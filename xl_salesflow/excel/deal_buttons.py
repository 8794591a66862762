"""Buttons about the selected deal or quote; none of them reads the whole workbook."""

from __future__ import annotations

from typing import Any

from xl_salesflow import quotes
from xl_salesflow.calculated import refreshed
from xl_salesflow.errors import UsageError
from xl_salesflow.excel import one_deal
from xl_salesflow.excel.desk import Desk
from xl_salesflow.excel.one_deal import TABLES_OF_A_DEAL
from xl_salesflow.excel.quoting import TABLES_OF_A_QUOTE, revised
from xl_salesflow.flow import Run
from xl_salesflow.journal import entries
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.text import LANGUAGES, Text

_CHOOSE = UsageError("Choose an entry of the menu.", "请从菜单中选择一项。")
_PRINTED = ("pdf", "html")
_DRAFTED = Text("Quote {number} for {deal} is drafted.", "已为 {deal} 起草报价单 {number}。")
_STANDS = Text(
    "Quote {number} for {deal} stands already; Revise makes its next version.",
    "{deal} 已有报价单 {number}；可用“修订”生成下一版本。",
)


def next_stage(desk: Desk) -> Text:
    """Move the selected deal to the stage whose row of Stages the menu names."""
    deal = desk.selected("deal")
    pipeline = desk.read(*TABLES_OF_A_DEAL, deal=deal)
    return _move(desk, pipeline, deal, {"stage": _listed(desk, pipeline, "Stages", "stage")})


def won(desk: Desk) -> Text:
    """Move the selected deal to Won."""
    deal = desk.selected("deal")
    pipeline = desk.read(*TABLES_OF_A_DEAL, deal=deal)
    return _move(desk, pipeline, deal, {"stage": _playbook(pipeline, deal).won.name})


def lost(desk: Desk) -> Text:
    """Move the selected deal to Lost, for the reason whose row of Lists the menu names."""
    deal = desk.selected("deal")
    pipeline = desk.read(*TABLES_OF_A_DEAL, "Lists", deal=deal)
    reason = _listed(desk, pipeline, "Lists", "loss_reason")
    return _move(desk, pipeline, deal, {"stage": _playbook(pipeline, deal).lost.name, "loss_reason": reason})


def explain(desk: Desk) -> Text:
    """Say what the gates think of the stage that stands in the selected deal's cell; nothing is written."""
    deal = desk.selected("deal", desk.choice)
    plan = one_deal.moved(desk.read(*TABLES_OF_A_DEAL, deal=deal), deal, {}, "explain", desk.run)
    return _told(plan.answer, plan.answer["stage"])


def bant(desk: Desk) -> Text:
    """Put the questions that the selected deal has not answered on the sheet Answers."""
    deal = desk.selected("deal")
    pipeline = desk.read("Deals", "Answers", deal=deal)
    plan = one_deal.card(pipeline, deal, desk.run)
    desk.book.write(plan)
    count = len(plan.answer["questions"])
    desk.show("Answers", desk.last_row("Answers") - count + 1 if count else desk.last_row("Answers"), "points")
    return Text(
        f"{deal}: {count} questions to ask; type points and answers, then press Score.",
        f"{deal}：有 {count} 个待问问题；填写分值与回答后按“评分”。",
    )


def activity(desk: Desk) -> Text:
    """Add an activity of today, of the type whose row of Lists the menu names, and go to its summary."""
    deal = desk.selected("deal")
    pipeline = desk.read("Deals", "Activities", "Lists", deal=deal)
    plan = one_deal.activity(pipeline, deal, _listed(desk, pipeline, "Lists", "activity_type"), desk.run)
    desk.book.write(plan)
    desk.show("Activities", desk.last_row("Activities"), "summary")
    number = plan.answer["activity"]
    return Text(f"{number} is added to {deal}; type what was said.", f"已为 {deal} 添加活动 {number}；请填写沟通要点。")


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


def _move(desk: Desk, pipeline: Pipeline, deal: str, cells: dict[str, Any]) -> Text:
    plan = one_deal.moved(pipeline, deal, cells, "move", desk.run)
    desk.book.write(plan)
    return _told(plan.answer, cells["stage"])


def _told(verdict: Any, asked: str) -> Text:
    deal, stage, status = verdict["deal"], verdict["recorded_stage"], verdict["move_status"]
    reasons = " ".join(str(verdict["move_reasons"]).split("\n"))
    if status == "refused":
        return Text(f"{deal} stays in {stage or '—'}: {reasons}", f"{deal} 仍处于“{stage or '—'}”：{reasons}")
    if asked.strip().casefold() != stage.casefold():
        return Text(f"{deal} is in {stage or '—'}.", f"{deal} 处于“{stage or '—'}”。")
    return Text(f"{deal} is in {stage}. {reasons}".strip(), f"{deal} 已进入“{stage}”。{reasons}".strip())


def _listed(desk: Desk, pipeline: Pipeline, table: str, column: str) -> str:
    """Return what stands under *column* in the row of *table* that the menu named."""
    row = desk.choice + desk.book.first_row(table) - 1
    if desk.choice < 1 or row not in pipeline[table].index or not pipeline[table].at[row, column]:
        raise _CHOOSE
    return str(pipeline[table].at[row, column])


def _playbook(pipeline: Pipeline, deal: str) -> Playbook:
    id = str(pipeline["Deals"].at[one_deal.row_of(pipeline, deal), "playbook"] or pipeline.default_playbook)
    if id in pipeline.playbooks:
        return pipeline.playbooks[id]
    raise UsageError(
        f"There is no playbook {id}; choose one of: {', '.join(pipeline.playbooks)}.",
        f"没有销售流程“{id}”；可选：{'、'.join(pipeline.playbooks)}。",
    )


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
