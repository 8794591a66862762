"""Buttons about the whole workbook: read it, run the verb, write the change set, show the sheet."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, Edit
from xl_salesflow.engine import run_steps
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.account_scores import score_account_traits
from xl_salesflow.process.bant_scores import fill_bant_from_answers
from xl_salesflow.process.followup_logging import log_followups
from xl_salesflow.process.playbook_switch import PlaybookSwitch
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.verbs import assign, check, followups, funnel, report, switch, undo, update

_SEVERITY_ORDER = ("block", "warn", "note")


def press_check(desk: ButtonContext) -> Text:
    """List the findings on their sheet, each linked to its cell."""
    plan = check(desk.read())
    found = sorted(plan.findings, key=lambda finding: _SEVERITY_ORDER.index(finding.severity))
    desk.show_findings(found)
    blocking = sum(finding.blocks for finding in found)
    return Text("{count} findings, {blocking} of them block; each links to its cell.").with_facts(
        count=len(found), blocking=blocking
    )


def press_update(desk: ButtonContext) -> Text:
    """Do the main job, and show the findings when one blocks."""
    plan = update(desk.read(), desk.run)
    desk.book.write(plan)
    if plan.blocks:
        desk.show_table("Findings")
    changes, calls_today = plan.answer["changes"], plan.answer["followups"]
    return Text("{changes} cells changed, {calls_today} follow-ups, {count} findings.").with_facts(
        changes=changes, calls_today=calls_today, count=len(plan.findings)
    )


def press_score(desk: ButtonContext) -> Text:
    """Score every deal from its answers and every customer from its traits."""
    plan = run_steps(desk.read(), (log_followups, fill_bant_from_answers, score_account_traits), "score", desk.run)
    desk.book.write(plan)
    changes = plan.answer["changes"]
    return Text("Scores are up to date; {changes} cells changed.").with_facts(changes=changes)


def press_followups(desk: ButtonContext) -> Text:
    """Bring today's list up to date and to the front."""
    plan = run_steps(desk.read(), (log_followups,), "followups", desk.run)
    desk.book.write(plan)
    desk.show_table("FollowUps")
    count = plan.answer["followups"]
    return Text("{count} follow-ups; choose Yes under Done when one is.").with_facts(count=count)


def press_calendar(desk: ButtonContext) -> Text:
    """Write the follow-ups as a calendar file and open it."""
    from xl_salesflow.documents.document_writer import write_document_files

    pipeline = desk.read()
    (document,) = followups(pipeline, made=desk.run.now).documents
    (file,) = write_document_files(document, desk.folder, pipeline.language, ("ics",))
    desk.open_file(file)
    return Text("Calendar: {file}.").with_facts(file=file)


def press_funnel(desk: ButtonContext) -> Text:
    """Compute the sheets anew and bring the funnel to the front; its numbers are live formulas."""
    desk.xw_book.app.calculate()
    desk.show_table("Metrics")
    metrics = funnel(desk.read()).answer["metrics"]
    rate = metrics["win_rate"]
    shown = "—" if rate is None else f"{rate:.1%}"
    return Text("{open_count} open deals; win rate {shown}.").with_facts(open_count=metrics["open_count"], shown=shown)


def press_targets(desk: ButtonContext) -> Text:
    """Bring the plan to the front; its numbers are live formulas."""
    desk.xw_book.app.calculate()
    desk.show_table("PlanStages")
    return Text("Type a target and a day; “What if” tries other conversions.")


def press_report(desk: ButtonContext) -> Text:
    """Write the report page beside the workbook and open it."""
    from xl_salesflow.documents.document_writer import write_document_files

    pipeline = desk.read()
    (file,) = write_document_files(report(pipeline).documents[0], desk.folder, pipeline.language, ("html",))
    desk.open_file(file)
    return Text("Report: {file}.").with_facts(file=file)


def press_assign(desk: ButtonContext) -> Text:
    """Take idle deals back and give deals without an owner to people, as the sheet Settings says."""
    plan = assign(desk.read(), desk.run)
    desk.book.write(plan)
    changes = plan.answer["changes"]
    return Text("Deals are assigned; {changes} cells changed.").with_facts(changes=changes)


def press_audit(desk: ButtonContext) -> Text:
    """Write the questions about how the team sells, and what the data answer, beside the workbook, and open the file."""
    from xl_salesflow.core.file_saving import save_file_atomically
    from xl_salesflow.metrics.sales_audit import answer_audit_questions

    pipeline = desk.read()
    unknown = Text("The workbook does not tell.").in_(pipeline.language)
    lines = [
        f"{at}. {one['text']}\n   {one['answer'] or unknown}"
        for at, one in enumerate(answer_audit_questions(pipeline), 1)
    ]
    file = save_file_atomically(
        desk.folder / f"audit-{pipeline.today}.txt", "\n".join((*lines, "")).encode("utf-8-sig")
    )
    desk.open_file(file)
    return Text("Audit: {file}.").with_facts(file=file)


def press_playbook(desk: ButtonContext) -> Text:
    """Move the open deals of the default playbook to the one that the menu names; the stages are mapped by name and place."""
    from xl_salesflow.process.playbook_files import list_playbook_names, make_shipped_setup, playbook_title

    names = list_playbook_names()
    if not 1 <= desk.choice <= len(names):
        raise UsageError("Choose a process of the menu.")
    pipeline, wanted = desk.read(), names[desk.choice - 1]
    setup = {} if wanted in pipeline.playbooks else make_shipped_setup(wanted, pipeline.language)
    plan = switch(pipeline, PlaybookSwitch(wanted, setup, {}), desk.run)
    desk.book.write(plan)
    desk.show_table("Stages")
    count, title = plan.answer["deals"], playbook_title(wanted)
    return Text("{count} open deals changed over to “{title}”; Undo run takes it back.").with_facts(
        count=count, title=title
    )


def press_undo(desk: ButtonContext) -> Text:
    """Put back what a run changed: the one whose row of the Journal is selected, else the last."""
    plan = undo(desk.read(), desk.run, desk.value_in_row("run") or None)
    desk.book.write(plan)
    if plan.findings:
        desk.show_table("Findings")
    run, undone, left = (plan.answer[name] for name in ("run", "undone", "left"))
    return Text("Run {run}: {undone} changes put back, {left} left because they were changed since.").with_facts(
        run=run, undone=undone, left=left
    )


def press_repair(desk: ButtonContext) -> Text:
    """Write the formulas back that somebody typed over, in tables and in named cells."""
    plan = check(desk.read(), repair=True)
    desk.book.write(ChangeSet(repairs=plan.repairs))
    in_tables = sum(len(rows) for columns in plan.repairs.values() for rows in columns.values())
    cells = in_tables + len(desk.book.restore_loose_cells())
    return Text("{cells} formulas written back.").with_facts(cells=cells)


def press_language(desk: ButtonContext) -> Text:
    """Let messages and documents of this workbook speak the language that the ribbon was switched to."""
    settings = desk.read()["Settings"]
    rows = settings.index[settings["setting"] == "language"]
    label = CHOICES["language"][desk.language].in_(desk.language)
    after = pd.Series([label] * len(rows), rows, dtype=object)
    edit = Edit("Settings", "value", settings.loc[rows, "setting"], settings.loc[rows, "value"], after, "language")
    desk.book.write(replace(ChangeSet(), edits=(edit,)) if len(rows) else ChangeSet())
    return Text("Messages and documents are in English now.")


def press_help(desk: ButtonContext) -> Text:
    """Bring the first sheet to the front: it says what to do."""
    desk.xw_book.sheets[0].activate()
    return Text("This sheet says what to do; when a button fails, run “salesflow addin doctor” in a terminal.")
