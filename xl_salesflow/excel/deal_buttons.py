"""Buttons about the selected deal: stage moves, the BANT card, an activity, the tasks before a visit.

None of them reads the whole workbook: their change sets are made from the rows of one deal, and what is computed for all
deals waits for the next update.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from xl_salesflow.changelog.change_log import log_changes
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, apply_change_set, diff_pipelines
from xl_salesflow.core.pipelines import Pipeline, Playbook
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.excel.open_book import TABLES_OF_A_DEAL
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.deal_tasks import prepare_visit
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.schema.table_frames import make_column_series, make_table_frame
from xl_salesflow.schema.table_registry import TABLES


def find_deal_sheet_row(pipeline: Pipeline, deal: str) -> int:
    """Return the sheet row of *deal*.

    Raises:
        UsageError: there is none, or its number is used twice.
    """
    rows = pipeline["Deals"].index[pipeline["Deals"]["deal"] == deal]
    if len(rows) == 1:
        return int(rows[0])
    raise UsageError(
        f"The number {deal} stands {'nowhere' if not len(rows) else 'twice'} in Deals; every deal needs one of its own.",
        f"编号 {deal} 在“商机”表中{'不存在' if not len(rows) else '重复'}；每个商机须有唯一编号。",
    )


def make_move_changes(pipeline: Pipeline, deal: str, cells: Mapping[str, Any], verb: str, run: Run) -> ChangeSet:
    """Return the plan that writes *cells* (column id → value) of *deal* and judges the move they ask for.

    *pipeline* needs the rows of this deal only; what is worked out for all deals waits for the next update.
    """
    row = find_deal_sheet_row(pipeline, deal)
    only = pipeline.with_tables(Deals=pipeline["Deals"].loc[[row]])
    now = recompute_formula_columns(
        apply_change_set(
            recompute_formula_columns(only),
            ChangeSet(edits=tuple(_make_button_edit(only, row, id, cell) for id, cell in cells.items())),
        )
    )
    judged = judge_stage_moves(now, run.by)
    after = recompute_formula_columns(apply_change_set(now, judged))
    changed = replace(diff_pipelines(only, after, verb), caches=(), fills=())
    return replace(changed + log_changes(changed, verb, run.by, run.now), answer=_extract_move_verdict(after, row))


def _make_button_edit(pipeline: Pipeline, row: int, column: str, value: Any) -> Edit:
    deals, rows = pipeline["Deals"], pd.Index([row])
    after = make_column_series(TABLES["Deals"][column], [value], rows)
    return Edit("Deals", column, deals.loc[rows, "deal"], deals.loc[rows, column], after, "button")


def _extract_move_verdict(after: Pipeline, row: int) -> dict[str, Any]:
    deal = after["Deals"].loc[row]
    asked = ("deal", "stage", "recorded_stage", "move_status", "move_reasons")
    return {name: deal[name] for name in asked}


def make_bant_changes(pipeline: Pipeline, deal: str, run: Run) -> ChangeSet:
    """Return the plan that adds the questions of the library that *deal* has no answer to, one row each."""
    find_deal_sheet_row(pipeline, deal)
    asked = set(pipeline["Answers"].loc[pipeline["Answers"]["deal"] == deal, "question"])
    open_ = [question for question in pipeline["Questions"]["question"] if question and question not in asked]
    rows = make_table_frame(TABLES["Answers"], [{"deal": deal, "question": question, "by": ""} for question in open_])
    return ChangeSet(appends=(Append("Answers", rows, "bant"),) if open_ else (), answer={"questions": open_})


def make_visit_task_changes(pipeline: Pipeline, deal: str, run: Run) -> ChangeSet:
    """Return the plan that gives *deal* the checklist before a visit, as tasks due on the day of its next step."""
    find_deal_sheet_row(pipeline, deal)
    plan = prepare_visit(pipeline, deal)
    return plan + log_changes(plan, "prepare", run.by, run.now)


def make_activity_changes(pipeline: Pipeline, deal: str, type: str, run: Run) -> ChangeSet:
    """Return the plan that adds an activity of *type* (an id or what a list shows) to *deal*, done today."""
    row = find_deal_sheet_row(pipeline, deal)
    number = f"A-{run.now:%Y%m%d-%H%M%S}"
    done = {
        "activity": number, "date": run.now.date(), "deal": deal, "type": type,
        "contact": pipeline["Deals"].at[row, "contact"], "by": pipeline["Deals"].at[row, "owner"],
    }  # fmt: skip
    added = ChangeSet(appends=(Append("Activities", make_table_frame(TABLES["Activities"], [done]), "activity"),))
    return replace(added + log_changes(added, "activity", run.by, run.now), answer={"activity": number})


_NO_MENU_ENTRY = UsageError("Choose an entry of the menu.", "请从菜单中选择一项。")


def press_next_stage(desk: ButtonContext) -> Text:
    """Move the selected deal to the stage whose row of Stages the menu names."""
    deal = desk.selected_value("deal")
    pipeline = desk.read(*TABLES_OF_A_DEAL, deal=deal)
    return _write_stage_move(desk, pipeline, deal, {"stage": _read_menu_choice(desk, pipeline, "Stages", "stage")})


def press_won(desk: ButtonContext) -> Text:
    """Move the selected deal to Won."""
    deal = desk.selected_value("deal")
    pipeline = desk.read(*TABLES_OF_A_DEAL, deal=deal)
    return _write_stage_move(desk, pipeline, deal, {"stage": _find_button_playbook(pipeline, deal).won.name})


def press_lost(desk: ButtonContext) -> Text:
    """Move the selected deal to Lost, for the reason whose row of Lists the menu names."""
    deal = desk.selected_value("deal")
    pipeline = desk.read(*TABLES_OF_A_DEAL, "Lists", deal=deal)
    reason = _read_menu_choice(desk, pipeline, "Lists", "loss_reason")
    return _write_stage_move(
        desk, pipeline, deal, {"stage": _find_button_playbook(pipeline, deal).lost.name, "loss_reason": reason}
    )


def press_explain(desk: ButtonContext) -> Text:
    """Say what the gates think of the stage that stands in the selected deal's cell; nothing is written."""
    deal = desk.selected_value("deal", desk.choice)
    plan = make_move_changes(desk.read(*TABLES_OF_A_DEAL, deal=deal), deal, {}, "explain", desk.run)
    return _describe_move_verdict(plan.answer, plan.answer["stage"])


def press_bant(desk: ButtonContext) -> Text:
    """Put the questions that the selected deal has not answered on the sheet Answers."""
    deal = desk.selected_value("deal")
    pipeline = desk.read("Deals", "Answers", deal=deal)
    plan, row = make_bant_changes(pipeline, deal, desk.run), desk.next_row("Answers")
    desk.book.write(plan)
    count = len(plan.answer["questions"])
    desk.show_table("Answers", row if count else row - 1, "points")
    return Text(
        f"{deal}: {count} questions to ask; type points and answers, then press Score.",
        f"{deal}：有 {count} 个待问问题；填写分值与回答后按“评分”。",
    )


def press_activity(desk: ButtonContext) -> Text:
    """Add an activity of today, of the type whose row of Lists the menu names, and go to its summary."""
    deal = desk.selected_value("deal")
    pipeline = desk.read("Deals", "Activities", "Lists", deal=deal)
    plan = make_activity_changes(pipeline, deal, _read_menu_choice(desk, pipeline, "Lists", "activity_type"), desk.run)
    row = desk.next_row("Activities")
    desk.book.write(plan)
    desk.show_table("Activities", row, "summary")
    number = plan.answer["activity"]
    return Text(f"{number} is added to {deal}; type what was said.", f"已为 {deal} 添加活动 {number}；请填写沟通要点。")


def press_prepare(desk: ButtonContext) -> Text:
    """Give the selected deal the checklist before a visit, as tasks."""
    deal = desk.selected_value("deal")
    plan = make_visit_task_changes(
        desk.read("Deals", "Tasks", "Journal", "StageTasks", "Lists", deal=deal), deal, desk.run
    )
    row = desk.next_row("Tasks")
    desk.book.write(plan)
    count = len(plan.answer["tasks"])
    desk.show_table("Tasks", row if count else 0, "task")
    return Text(f"{deal}: {count} tasks before the visit.", f"{deal}：拜访前待办 {count} 项。")


def _write_stage_move(desk: ButtonContext, pipeline: Pipeline, deal: str, cells: dict[str, Any]) -> Text:
    plan = make_move_changes(pipeline, deal, cells, "move", desk.run)
    desk.book.write(plan)
    return _describe_move_verdict(plan.answer, cells["stage"])


def _describe_move_verdict(verdict: Any, asked: str) -> Text:
    deal, stage, status = verdict["deal"], verdict["recorded_stage"], verdict["move_status"]
    reasons = " ".join(str(verdict["move_reasons"]).split("\n"))
    if status == "refused":
        return Text(f"{deal} stays in {stage or '—'}: {reasons}", f"{deal} 仍处于“{stage or '—'}”：{reasons}")
    if asked.strip().casefold() != stage.casefold():
        return Text(f"{deal} is in {stage or '—'}.", f"{deal} 处于“{stage or '—'}”。")
    return Text(f"{deal} is in {stage}. {reasons}".strip(), f"{deal} 已进入“{stage}”。{reasons}".strip())


def _read_menu_choice(desk: ButtonContext, pipeline: Pipeline, table: str, column: str) -> str:
    """Return what stands under *column* in the row of *table* that the menu named."""
    row = desk.choice + desk.book.first_row(table) - 1
    if desk.choice < 1 or row not in pipeline[table].index or not pipeline[table].at[row, column]:
        raise _NO_MENU_ENTRY
    return str(pipeline[table].at[row, column])


def _find_button_playbook(pipeline: Pipeline, deal: str) -> Playbook:
    id = str(pipeline["Deals"].at[find_deal_sheet_row(pipeline, deal), "playbook"] or pipeline.default_playbook)
    if id in pipeline.playbooks:
        return pipeline.playbooks[id]
    raise UsageError(
        f"There is no playbook {id}; choose one of: {', '.join(pipeline.playbooks)}.",
        f"没有销售流程“{id}”；可选：{'、'.join(pipeline.playbooks)}。",
    )
