"""Buttons for the selected deal: stage moves, the BANT card, activities, tasks before a visit, quotes and other documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Finding, Pipeline, Playbook
from xl_salesflow.core.verb_answers import LoggedActivity, MoveVerdict, OpenQuestions, RunAnswer, VisitChecklist
from xl_salesflow.engine import Run, Step, make_deal_scope, run_steps
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin_declarations import DECISIONS
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import TWO_SENTENCES, Text, fold_text
from xl_salesflow.process.approval_decisions import ApprovalChoice
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.quotes.document_record import PAYMENT_DOCUMENT_KINDS, QUOTE_DOCUMENT_KINDS
from xl_salesflow.quotes.document_requests import PRINTABLE_DOCUMENT_KINDS, PrintJob
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_frames import make_column_series, make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import approvals, decide, draft, paper, prepare, revise

_BUTTON_FORMATS = ("pdf", "html")
_QUOTE_DRAFTED_TEXT = Text("Quote {number} for {deal} was drafted.")
_QUOTE_EXISTS_TEXT = Text("Quote {number} for {deal} exists already; Revise makes its next version.")


def press_new_quote(context: ButtonContext) -> Text:
    """Draft a quote for the selected deal; if it has one, that one is shown instead."""
    deal, pipeline = context.selected_value("deal"), context.read_as_needed()
    plan, row = draft(pipeline, deal, context.run), context.next_row("Quotes")
    number, created = plan.answer.result.quote, bool(plan.appends)
    if number is None:
        raise UsageError(plan.findings[0].message)  # already in the workbook's language
    if created:
        context.book.write(plan)
    context.show_table("Quotes", row if created else _find_quote_sheet_row(pipeline, number), "quote")
    message = _QUOTE_DRAFTED_TEXT if created else _QUOTE_EXISTS_TEXT
    return _add_first_finding(message.with_facts(number=number, deal=deal), plan.findings)


def press_revise(context: ButtonContext) -> Text:
    """Copy the selected quote into its next version."""
    key = context.selected_value("quote")
    plan, row = revise(context.read_as_needed(), key, context.run), context.next_row("Quotes")
    context.book.write(plan)
    number = plan.answer.result.quote
    context.show_table("Quotes", row, "quote")
    message = Text("{number} replaces {key}; it is a draft.").with_facts(number=number, key=key)
    return _add_first_finding(message, plan.findings)


def press_quote(context: ButtonContext) -> Text:
    """Print the quote of the selected row into the workbook's folder, and open it."""
    return _print_and_open(context, "quote")


def press_print(context: ButtonContext) -> Text:
    """Print the document chosen in the menu, for the quote, the activity or the deal of the selected row."""
    if not 1 <= context.choice <= len(PRINTABLE_DOCUMENT_KINDS):
        raise UsageError("Choose a document from the menu.")
    return _print_and_open(context, PRINTABLE_DOCUMENT_KINDS[context.choice - 1])


def _print_and_open(context: ButtonContext, kind: str) -> Text:
    from xl_salesflow.documents.document_writer import DocumentWriter
    from xl_salesflow.documents.template_lookup import template_folders

    key = _select_document_key(context, kind)
    pipeline = context.read_as_needed()
    press = DocumentWriter(context.folder, _BUTTON_FORMATS, pipeline.language, where=template_folders(pipeline))
    plan = paper(pipeline, PrintJob(kind, (key,), press), context.run)
    if not plan.documents:
        raise UsageError(plan.findings[0].message)  # already in the workbook's language
    with press.save_around():
        context.book.write(plan)
    context.open_file(press.files[0])
    message = Text("Printed: {file}.").with_facts(file=press.files[0])
    return _add_first_finding(message, plan.findings)


def _select_document_key(context: ButtonContext, kind: str) -> str:
    """Return what a document of *kind* is printed for: the quote, activity or instalment of the selected row, or its deal."""
    if kind == "visit":
        return context.selected_value("activity")
    column = "quote" if kind in QUOTE_DOCUMENT_KINDS else "payment" if kind in PAYMENT_DOCUMENT_KINDS else ""
    if column:
        with suppress(UsageError):
            return context.selected_value(column)
    return context.selected_value("deal")


def _find_quote_sheet_row(pipeline: Pipeline, number: str) -> int:
    rows = pipeline["Quotes"].index[pipeline["Quotes"]["quote"] == number]
    return int(rows[-1]) if len(rows) else 0


def _add_first_finding(message: Text, findings: Sequence[Finding]) -> Text:
    """Return the message of a button with the first of *findings*, because the status bar has room for only one."""
    if not findings:
        return message
    first, others = findings[0].message, len(findings) - 1
    if not others:
        return TWO_SENTENCES.with_facts(first=message, second=first)
    return Text("{message} {finding} (and {others} more)").with_facts(message=message, finding=first, others=others)


def find_deal_sheet_row(pipeline: Pipeline, deal: str) -> int:
    """Return the sheet row of *deal*.

    Raises:
        UsageError: there is no such deal, or its key is used twice.
    """
    rows = pipeline["Deals"].index[pipeline["Deals"]["deal"] == deal]
    if len(rows) == 1:
        return int(rows[0])
    raise UsageError(
        "The number {deal} is used twice in Deals; every deal needs its own."
        if len(rows)
        else "The number {deal} is not in Deals; every deal needs its own.",
        deal=deal,
    )


def make_move_changes(
    pipeline: Pipeline, deal: str, cells: Mapping[str, str], verb: str, run: Run
) -> ChangeSet[RunAnswer[MoveVerdict]]:
    """Return the change set that writes *cells* (column id → value) of *deal* and judges the move they request."""
    row, scope = find_deal_sheet_row(pipeline, deal), make_deal_scope(deal)
    steps: tuple[Step, ...] = (
        lambda now: ChangeSet(
            edits=tuple(_make_button_edit(now, row, column_id, cell) for column_id, cell in cells.items())
        ),
        lambda now: judge_stage_moves(scope.rows.narrow(now, ("Deals",)), run.by),
        lambda now: ChangeSet(answer=_extract_move_verdict(now, row)),
    )
    return run_steps(pipeline, steps, verb, run, scope, answer_type=MoveVerdict)


def _make_button_edit(pipeline: Pipeline, row: int, column: str, value: str) -> Edit:
    deals, rows = pipeline["Deals"], pd.Index([row])
    after = make_column_series(TABLES["Deals"][column], [value], rows)
    return Edit("Deals", column, deals.loc[rows, "deal"], deals.loc[rows, column], after, "button")


def _extract_move_verdict(after: Pipeline, row: int) -> MoveVerdict:
    columns = ("deal", "stage", "recorded_stage", "move_status", "move_reasons", "move_warnings")
    return MoveVerdict(*(str(after["Deals"].at[row, column]) for column in columns))


def make_bant_changes(pipeline: Pipeline, deal: str, run: Run) -> ChangeSet[RunAnswer[OpenQuestions]]:
    """Return the change set that adds the questions *deal* has not answered to Answers, one row each."""
    find_deal_sheet_row(pipeline, deal)
    scope = make_deal_scope(deal)
    return run_steps(
        pipeline, (partial(_add_open_questions, deal=deal),), "bant", run, scope, answer_type=OpenQuestions
    )


def _add_open_questions(pipeline: Pipeline, deal: str) -> ChangeSet[OpenQuestions]:
    answered = set(pipeline["Answers"].loc[pipeline["Answers"]["deal"] == deal, "question"])
    open_ = [question for question in pipeline["Questions"]["question"] if question and question not in answered]
    rows = make_table_frame(TABLES["Answers"], [{"deal": deal, "question": question, "by": ""} for question in open_])
    appends = (Append("Answers", rows, "bant"),) if open_ else ()
    return ChangeSet(appends=appends, answer=OpenQuestions(tuple(open_)))


def make_visit_task_changes(pipeline: Pipeline, deal: str, run: Run) -> ChangeSet[RunAnswer[VisitChecklist]]:
    """Return the change set that gives *deal* the visit checklist as tasks, due on the day of its next step."""
    find_deal_sheet_row(pipeline, deal)
    return prepare(pipeline, deal, run)


def make_activity_changes(
    pipeline: Pipeline, deal: str, activity_type: str, run: Run
) -> ChangeSet[RunAnswer[LoggedActivity]]:
    """Return the change set that adds an activity of *activity_type* (an id or a label) to *deal*, done today."""
    row = find_deal_sheet_row(pipeline, deal)
    done = {
        "activity": next_keys(pipeline, "Activities", 1)[0], "date": run.now.date(), "deal": deal, "type": activity_type,
        "contact": pipeline["Deals"].at[row, "contact"], "by": pipeline["Deals"].at[row, "owner"],
    }  # fmt: skip
    rows = make_table_frame(TABLES["Activities"], [done])
    logged = LoggedActivity(str(done["activity"]))
    added = ChangeSet(appends=(Append("Activities", rows, "activity"),), answer=logged)
    return run_steps(pipeline, (lambda _: added,), "activity", run, make_deal_scope(deal), answer_type=LoggedActivity)


_NO_MENU_ENTRY = UsageError("Choose an entry of the menu.")


def press_next_stage(context: ButtonContext) -> Text:
    """Move the selected deal to the stage chosen in the menu, given by its row in Stages."""
    deal = context.selected_value("deal")
    pipeline = context.read_as_needed(deal)
    return _write_stage_move(
        context, pipeline, deal, {"stage": _read_menu_choice(context, pipeline, "Stages", "stage")}
    )


def press_won(context: ButtonContext) -> Text:
    """Move the selected deal to Won."""
    deal = context.selected_value("deal")
    pipeline = context.read_as_needed(deal)
    return _write_stage_move(context, pipeline, deal, {"stage": _find_button_playbook(pipeline, deal).won.name})


def press_lost(context: ButtonContext) -> Text:
    """Move the selected deal to Lost, for the reason chosen in the menu, given by its row in Lists."""
    deal = context.selected_value("deal")
    pipeline = context.read_as_needed(deal)
    reason = _read_menu_choice(context, pipeline, "Lists", "loss_reason")
    return _write_stage_move(
        context, pipeline, deal, {"stage": _find_button_playbook(pipeline, deal).lost.name, "loss_reason": reason}
    )


def press_explain(context: ButtonContext) -> Text:
    """Show the verdict of the gates on the stage typed for the selected deal; nothing is written."""
    deal = context.selected_value("deal", context.choice)
    plan = make_move_changes(context.read_as_needed(deal), deal, {}, "explain", context.run)
    return _describe_move_verdict(plan.answer.result, plan.answer.result.stage)


def press_bant(context: ButtonContext) -> Text:
    """Add the questions that the selected deal has not answered to the sheet Answers."""
    deal = context.selected_value("deal")
    pipeline = context.read_as_needed(deal)
    plan, row = make_bant_changes(pipeline, deal, context.run), context.next_row("Answers")
    context.book.write(plan)
    count = len(plan.answer.result.questions)
    context.show_table("Answers", row if count else row - 1, "points")
    return Text(
        "{deal}: {count} {count:question|questions} to ask; type points and answers, then press Score."
    ).with_facts(deal=deal, count=count)


def press_activity(context: ButtonContext) -> Text:
    """Add an activity of today, of the type chosen in the menu (a row of Lists), and select its summary."""
    deal = context.selected_value("deal")
    pipeline = context.read_as_needed(deal)
    plan = make_activity_changes(
        pipeline, deal, _read_menu_choice(context, pipeline, "Lists", "activity_type"), context.run
    )
    row = context.next_row("Activities")
    context.book.write(plan)
    context.show_table("Activities", row, "summary")
    number = plan.answer.result.activity
    return Text("{number} is added to {deal}; type what was said.").with_facts(number=number, deal=deal)


def press_prepare(context: ButtonContext) -> Text:
    """Give the selected deal the visit checklist as tasks."""
    deal = context.selected_value("deal")
    plan = make_visit_task_changes(context.read_as_needed(deal), deal, context.run)
    row = context.next_row("Tasks")
    context.book.write(plan)
    count = len(plan.answer.result.tasks)
    context.show_table("Tasks", row if count else 0, "task")
    return Text("{deal}: {count} {count:task|tasks} before the visit.").with_facts(deal=deal, count=count)


def press_approvals(context: ButtonContext) -> Text:
    """Show what waits for a decision, or decide the request of the selected row; a rejection needs its cell Reason."""
    if not 1 <= context.choice <= len(DECISIONS):
        raise _NO_MENU_ENTRY
    chosen = tuple(DECISIONS)[context.choice - 1]
    if chosen == "show":
        context.show_table("Approvals")
        waiting = approvals(context.read_as_needed(), context.run.by).answer.approvals
        return Text("{count} {count:request waits|requests wait} for {person}.").with_facts(
            count=len(waiting), person=context.run.by
        )
    choice = ApprovalChoice(context.selected_value("approval"), chosen == "approve", context.value_in_row("reason"))
    plan = decide(context.read(), choice, context.run)
    context.book.write(plan)
    label = CHOICES["approval_status"][plan.answer.result.status]
    return Text("{request}: {status}.").with_facts(request=plan.answer.result.approval, status=label)


def _write_stage_move(context: ButtonContext, pipeline: Pipeline, deal: str, cells: dict[str, str]) -> Text:
    plan = make_move_changes(pipeline, deal, cells, "move", context.run)
    context.book.write(plan)
    return _describe_move_verdict(plan.answer.result, cells["stage"])


def _describe_move_verdict(verdict: MoveVerdict, requested: str) -> Text:
    deal, stage = verdict.deal, verdict.recorded_stage
    reasons, warnings = (" ".join(lines.split("\n")) for lines in (verdict.move_reasons, verdict.move_warnings))
    if verdict.move_status == "refused":
        return Text("{deal} stays in {stage}: {reasons}").with_facts(deal=deal, stage=stage or "—", reasons=reasons)
    if fold_text(requested) != fold_text(stage):
        return Text("{deal} is in {stage}.").with_facts(deal=deal, stage=stage or "—")
    if not reasons and not warnings:
        return Text("{deal} is in {stage}.", context="after a move").with_facts(deal=deal, stage=stage)
    if not reasons:
        return Text("{deal} is in {stage}. {warnings}").with_facts(deal=deal, stage=stage, warnings=warnings)
    return Text("{deal} is in {stage} by an override despite: {reasons}").with_facts(
        deal=deal, stage=stage, reasons=reasons
    )


def _read_menu_choice(context: ButtonContext, pipeline: Pipeline, table: str, column: str) -> str:
    """Return the value of *column* in the row of *table* that was chosen in the menu."""
    row = context.choice + context.book.first_row(table) - 1
    if context.choice < 1 or row not in pipeline[table].index or not pipeline[table].at[row, column]:
        raise _NO_MENU_ENTRY
    return str(pipeline[table].at[row, column])


def _find_button_playbook(pipeline: Pipeline, deal: str) -> Playbook:
    playbook_id = str(
        pipeline["Deals"].at[find_deal_sheet_row(pipeline, deal), "playbook"] or pipeline.default_playbook
    )
    if playbook_id in pipeline.playbooks:
        return pipeline.playbooks[playbook_id]
    hint = suggest_names(playbook_id, pipeline.playbooks)
    raise UsageError("There is no playbook “{playbook}”; {hint}", playbook=playbook_id, hint=hint)
