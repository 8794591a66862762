"""Buttons for the whole workbook: read it, run the verb, write the change set, show the sheet; and those that compare."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from xl_salesflow.core.answers import JsonCell
from xl_salesflow.core.change_sets import ChangeSet, Edit, NamedCellChange
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.rule_declarations import BLANK_LABEL
from xl_salesflow.core.verb_answers import CellDifference, RowDifference
from xl_salesflow.engine import run_steps
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin_declarations import COMPARISON_SPANS
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.group_metrics import find_grouping_column
from xl_salesflow.metrics.segment_metrics import VERDICT_CHOICES
from xl_salesflow.process.bant_cards import fill_bant_from_answers
from xl_salesflow.process.customer_fit import score_customers
from xl_salesflow.process.followup_logging import log_followups
from xl_salesflow.process.playbook_switch import PlaybookSwitch
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import (
    assign,
    check,
    commission,
    compare,
    diff,
    followups,
    funnel,
    merge,
    payments,
    recurring,
    report,
    switch,
    undo,
    update,
)

_BUTTON_DIFFERENCE_TEXTS = {
    "only_first": Text("{key} is in this workbook only, not in {file}."),
    "only_second": Text("{key} is in {file} only."),
    "changed": Text("{header}: {first} here, {second} in {file}."),
}


def press_dates(context: ButtonContext) -> Text:
    """Compare the funnel with the day that many days before its as-of date, as chosen in the menu."""
    if not 1 <= context.choice <= len(COMPARISON_SPANS):
        raise UsageError("Choose an entry of the menu.")
    pipeline, days = context.read_as_needed(), list(COMPARISON_SPANS)[context.choice - 1]
    if "CompareInput" not in context.xw_book.names:
        raise UsageError(
            "This workbook is of an older version; close it and run: salesflow check --repair.",
        )
    day = pipeline.as_of - timedelta(days=days) if days else None
    context.book.write(
        ChangeSet(named_cells=(NamedCellChange("CompareInput", pipeline.named.get("CompareInput"), day, cached=False),))
    )
    context.xw_book.app.calculate()
    context.show_table("StageChanges")
    if day is None:
        return Text("The comparison is switched off.")
    return Text("Headline numbers and stages compared with {day}.").with_facts(day=day)


def press_compare(context: ButtonContext) -> Text:
    """Activate the comparison of two groups and say whether their win rates differ significantly."""
    context.xw_book.app.calculate()
    pipeline = context.read()
    context.show_table("Segments")
    sides = [str(pipeline.named.get(name) or "") for name in ("SegmentA", "SegmentB")]
    if not all(sides):
        raise UsageError(
            "Choose what to compare by, and the first and the second group, on this sheet.",
        )
    answer = compare(pipeline, find_grouping_column(pipeline), *sides).answer
    first, second = (
        f"{name} {_format_win_rate(rate)}"
        for name, rate in zip(sides, (answer.first_rate, answer.second_rate), strict=True)
    )
    verdict = CHOICES["verdict"][VERDICT_CHOICES[answer.verdict]]
    return Text("Win rates: {first}, {second}. {verdict}.").with_facts(first=first, second=second, verdict=verdict)


def press_diff(context: ButtonContext) -> Text:
    """List the differences from another copy of the workbook, each with a link to its cell here."""
    ours, theirs, name = *_read_both_books(context), _other_book_name(context)
    found = diff(ours, theirs).answer.differences
    context.show_findings(_make_difference_finding(ours, one, name) for one in found)
    return Text("{count} {count:difference|differences} from {name}.").with_facts(count=len(found), name=name)


def press_merge(context: ButtonContext) -> Text:
    """Merge another copy into the workbook; conflicts are listed on their sheet, where a person decides."""
    from xl_salesflow.workbook.closed_book import ClosedBook
    from xl_salesflow.workbook.common_backups import find_common_backup

    ours, theirs = _read_both_books(context)
    found, _ = find_common_backup(ours, theirs)
    plan = merge(ours, theirs, ClosedBook(found).read(context.now.date()) if found else None, context.run)
    context.book.write(plan)
    merged = plan.answer.result
    if merged.conflicts:
        context.show_table("Conflicts")
    return Text(
        "{taken} {taken:cell|cells} and {rows} {rows:row|rows} taken, {conflicts} {conflicts:conflict|conflicts} to decide."
    ).with_facts(taken=merged.cells, rows=merged.rows, conflicts=merged.conflicts)


def _read_both_books(context: ButtonContext) -> tuple[Pipeline, Pipeline]:
    from xl_salesflow.workbook.closed_book import ClosedBook

    if context.file is None:
        raise UsageError("Choose another workbook.")

    return context.read(), ClosedBook(context.file).read(context.now.date())


def _other_book_name(context: ButtonContext) -> str:
    return context.file.name if context.file else ""


def _make_difference_finding(ours: Pipeline, one: CellDifference | RowDifference, file: str) -> Finding:
    table, language = TABLES[one.table], ours.language
    facts, column = {"key": one.key, "file": file}, ""
    if one.what == "changed":
        column = one.column
        facts |= {
            "header": table.header(column, language),
            "first": _format_difference_side(one.first, language),
            "second": _format_difference_side(one.second, language),
        }
    message = _BUTTON_DIFFERENCE_TEXTS[one.what].in_(language, **facts)
    rows = ours[table.name].index[ours[table.name][table.name_column] == one.key]
    cell = ours.cell_address(table.name, int(rows[0]), column) if len(rows) == 1 else ""
    return Finding("difference", "note", message, table.name, one.key, column, cell)


def _format_difference_side(value: JsonCell, language: Language) -> str:
    return BLANK_LABEL.in_(language) if value is None else str(value)


def _format_win_rate(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}"


_SEVERITY_ORDER = ("block", "warn", "note")


def press_check(context: ButtonContext) -> Text:
    """List the findings on their sheet, each with a link to its cell."""
    plan = check(context.read())
    found = sorted(plan.findings, key=lambda finding: _SEVERITY_ORDER.index(finding.severity))
    context.show_findings(found)
    blocking = sum(finding.blocks for finding in found)
    return Text(
        "{count} {count:finding|findings}, {blocking} of them {blocking:blocks|block}; each links to its cell."
    ).with_facts(count=len(found), blocking=blocking)


def press_update(context: ButtonContext) -> Text:
    """Run the update, and show the findings if one blocks."""
    plan = update(context.read(), context.run)
    context.book.write(plan)
    if plan.blocks:
        context.show_table("Findings")
    changes, calls_today = plan.answer.changes, plan.answer.followups
    return Text(
        "{changes} {changes:cell|cells} changed, {calls_today} {calls_today:follow-up|follow-ups}, {count} "
        "{count:finding|findings}."
    ).with_facts(changes=changes, calls_today=calls_today, count=len(plan.findings))


def press_score(context: ButtonContext) -> Text:
    """Score every deal by its answers and every customer by its traits."""
    plan = run_steps(context.read(), (log_followups, fill_bant_from_answers, score_customers), "score", context.run)
    context.book.write(plan)
    changes = plan.answer.changes
    return Text("Scores are up to date; {changes} {changes:cell|cells} changed.").with_facts(changes=changes)


def press_followups(context: ButtonContext) -> Text:
    """Update today's follow-up list and activate its sheet."""
    plan = run_steps(context.read(), (log_followups,), "followups", context.run)
    context.book.write(plan)
    context.show_table("FollowUps")
    count = plan.answer.followups
    return Text("{count} {count:follow-up|follow-ups}; choose Yes under Done when one is.").with_facts(count=count)


def press_calendar(context: ButtonContext) -> Text:
    """Write the follow-ups as a calendar file and open it."""
    from xl_salesflow.documents.document_writer import write_document_files

    pipeline = context.read()
    (document,) = followups(pipeline, made=context.run.now).documents
    (file,) = write_document_files(document, context.folder, pipeline.language, ("ics",))
    context.open_file(file)
    return Text("Calendar: {file}.").with_facts(file=file)


def press_funnel(context: ButtonContext) -> Text:
    """Recompute the sheets and activate the funnel; its numbers are live formulas."""
    context.xw_book.app.calculate()
    context.show_table("Metrics")
    metrics = funnel(context.read()).answer.metrics
    rate = metrics["win_rate"]
    rate_text = "—" if rate is None else f"{rate:.1%}"
    return Text("{open_count} open {open_count:deal|deals}; win rate {shown}.").with_facts(
        open_count=metrics["open_count"], shown=rate_text
    )


def press_targets(context: ButtonContext) -> Text:
    """Activate the sales plan; its numbers are live formulas."""
    context.xw_book.app.calculate()
    context.show_table("PlanStages")
    return Text("Type a target and a day; “What if” tries other conversions.")


def press_payments(context: ButtonContext) -> Text:
    """Activate the receivables; their numbers are live formulas."""
    context.xw_book.app.calculate()
    context.show_table("Collections")
    figures = payments(context.read()).answer.collections
    amounts = {"open": figures.open_value, "overdue": figures.overdue_value}
    return Text("Still to pay: {open}; overdue: {overdue}.").with_facts(
        **{name: "—" if amount is None else f"{amount:,.2f}" for name, amount in amounts.items()}
    )


def press_recurring(context: ButtonContext) -> Text:
    """Activate the page of recurring revenue; its numbers are live formulas."""
    context.xw_book.app.calculate()
    context.show_table("Recurring")
    figures = recurring(context.read()).answer.figures
    return Text("Recurring: {monthly} per month, {yearly} per year; {ending} to be renewed.").with_facts(
        monthly=f"{figures.monthly_value:,.2f}",
        yearly=f"{figures.yearly_value:,.2f}",
        ending=f"{figures.ending_value:,.2f}",
    )


def press_commission(context: ButtonContext) -> Text:
    """Activate the page of credited values, whose numbers are live formulas, and say what the current quarter pays."""
    from xl_salesflow.metrics.readings.commission_statements import CommissionRequest

    context.xw_book.app.calculate()
    context.show_table("Commission")
    answer = commission(context.read(), CommissionRequest()).answer
    if not answer.statements:
        return Text("No commission this quarter: a plan, its rates, and won deals of its people are needed.")
    people = len({statement.person for statement in answer.statements})
    return Text(
        "Commission of the quarter: {total} for {count} {count:person|people}; salesflow commission explains every line."
    ).with_facts(total=f"{answer.total:,.2f}", count=people)


def press_report(context: ButtonContext) -> Text:
    """Write the report page into the workbook's folder and open it."""
    from xl_salesflow.documents.document_writer import write_document_files

    pipeline = context.read()
    (file,) = write_document_files(report(pipeline).documents[0], context.folder, pipeline.language, ("html",))
    context.open_file(file)
    return Text("Report: {file}.").with_facts(file=file)


def press_assign(context: ButtonContext) -> Text:
    """Return idle deals to the pool and assign owners to deals without one, as configured in Settings."""
    plan = assign(context.read(), context.run)
    context.book.write(plan)
    changes = plan.answer.changes
    return Text("Deals are assigned; {changes} {changes:cell|cells} changed.").with_facts(changes=changes)


def press_audit(context: ButtonContext) -> Text:
    """Write the questions about how the team sells, with the answers from the data, to a file and open it."""
    from xl_salesflow.core.file_saving import save_file_atomically
    from xl_salesflow.metrics.readings.sales_audit import answer_audit_questions

    pipeline = context.read()
    unknown = Text("The workbook does not contain the answer.").in_(pipeline.language)
    lines = [
        f"{at}. {reply.text}\n   {reply.answer or unknown}"
        for at, reply in enumerate(answer_audit_questions(pipeline).audit, 1)
    ]
    file = save_file_atomically(
        context.folder / f"audit-{pipeline.today}.txt", "\n".join((*lines, "")).encode("utf-8-sig")
    )
    context.open_file(file)
    return Text("Audit: {file}.").with_facts(file=file)


def press_playbook(context: ButtonContext) -> Text:
    """Switch the open deals of the default playbook to the one chosen in the menu; stages are mapped by name and position."""
    from xl_salesflow.process.playbook_files import list_playbook_names, make_shipped_setup, playbook_title

    names = list_playbook_names()
    if not 1 <= context.choice <= len(names):
        raise UsageError("Choose a process of the menu.")
    pipeline, name = context.read(), names[context.choice - 1]
    setup = {} if name in pipeline.playbooks else make_shipped_setup(name, pipeline.language)
    plan = switch(pipeline, PlaybookSwitch(name, setup, {}), context.run)
    context.book.write(plan)
    context.show_table("Stages")
    count, title = plan.answer.result.deals, playbook_title(name)
    return Text("{count} open {count:deal|deals} switched to “{title}”; Undo run reverts it.").with_facts(
        count=count, title=title
    )


def press_undo(context: ButtonContext) -> Text:
    """Undo a run: the one whose row of the Journal is selected, or else the last."""
    plan = undo(context.read(), context.run, context.value_in_row("run") or None)
    context.book.write(plan)
    if plan.findings:
        context.show_table("Findings")
    result = plan.answer.result
    return Text(
        "Run {run}: {undone} {undone:change|changes} undone, {left} left because {left:it was|they were} changed since."
    ).with_facts(run=result.run, undone=result.undone, left=result.left)


def press_repair(context: ButtonContext) -> Text:
    """Restore the overwritten formulas in tables and in named cells."""
    plan = check(context.read(), repair=True)
    context.book.write(ChangeSet(repairs=plan.repairs))
    in_tables = sum(len(rows) for columns in plan.repairs.values() for rows in columns.values())
    cells = in_tables + len(context.book.restore_loose_cells())
    return Text("{cells} {cells:formula|formulas} written back.").with_facts(cells=cells)


def press_language(context: ButtonContext) -> Text:
    """Set the language of messages and documents of this workbook to that of the ribbon."""
    settings = context.read()["Settings"]
    rows = settings.index[settings["setting"] == "language"]
    label = CHOICES["language"][context.language].in_(context.language)
    after = pd.Series([label] * len(rows), rows, dtype=object)
    edit = Edit("Settings", "value", settings.loc[rows, "setting"], settings.loc[rows, "value"], after, "language")
    context.book.write(replace(ChangeSet(), edits=(edit,)) if len(rows) else ChangeSet())
    return Text("Messages and documents are in English now.")


def press_help(context: ButtonContext) -> Text:
    """Activate the first sheet, which says what to do."""
    context.xw_book.sheets[0].activate()
    return Text("This sheet says what to do; when a button fails, run “salesflow addin doctor” in a terminal.")
