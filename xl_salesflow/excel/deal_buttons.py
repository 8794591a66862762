"""Buttons about the selected deal; none of them reads the whole workbook."""

from __future__ import annotations

from typing import Any

from xl_salesflow.errors import UsageError
from xl_salesflow.excel import one_deal
from xl_salesflow.excel.desk import Desk
from xl_salesflow.excel.one_deal import TABLES_OF_A_DEAL
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.text import Text

_CHOOSE = UsageError("Choose an entry of the menu.", "请从菜单中选择一项。")


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
    plan, row = one_deal.card(pipeline, deal, desk.run), desk.next_row("Answers")
    desk.book.write(plan)
    count = len(plan.answer["questions"])
    desk.show("Answers", row if count else row - 1, "points")
    return Text(
        f"{deal}: {count} questions to ask; type points and answers, then press Score.",
        f"{deal}：有 {count} 个待问问题；填写分值与回答后按“评分”。",
    )


def activity(desk: Desk) -> Text:
    """Add an activity of today, of the type whose row of Lists the menu names, and go to its summary."""
    deal = desk.selected("deal")
    pipeline = desk.read("Deals", "Activities", "Lists", deal=deal)
    plan = one_deal.activity(pipeline, deal, _listed(desk, pipeline, "Lists", "activity_type"), desk.run)
    row = desk.next_row("Activities")
    desk.book.write(plan)
    desk.show("Activities", row, "summary")
    number = plan.answer["activity"]
    return Text(f"{number} is added to {deal}; type what was said.", f"已为 {deal} 添加活动 {number}；请填写沟通要点。")


def prepare(desk: Desk) -> Text:
    """Give the selected deal the checklist before a visit, as tasks."""
    deal = desk.selected("deal")
    plan = one_deal.prepared(desk.read("Deals", "Tasks", "Journal", "StageTasks", "Lists", deal=deal), deal, desk.run)
    row = desk.next_row("Tasks")
    desk.book.write(plan)
    count = len(plan.answer["tasks"])
    desk.show("Tasks", row if count else 0, "task")
    return Text(f"{deal}: {count} tasks before the visit.", f"{deal}：拜访前待办 {count} 项。")


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
