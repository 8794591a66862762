"""Buttons about the quotes and deal documents of the selected deal: draft, revise, print.

Their change sets are made from the tables that quotes need; what is computed for all deals waits for the next update.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xl_salesflow.changelog.change_log import log_changes
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set, diff_pipelines
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import LANGUAGES, Text
from xl_salesflow.quotes.document_record import QUOTE_DOCUMENT_KINDS
from xl_salesflow.quotes.document_requests import PRINTABLE_DOCUMENT_KINDS, PrintJob
from xl_salesflow.quotes.quote_versions import offer_quote, revise_quote

TABLES_OF_A_QUOTE = ("Deals", "Quotes", "QuoteLines", "Products", "Accounts", "Contacts", "Team", "Journal")
TABLES_OF_A_DOCUMENT = (
    *TABLES_OF_A_QUOTE, "Documents", "Answers", "Activities", "Tasks", "Objections", "History", "Feedback", "Traits",
)  # fmt: skip


def make_revision_changes(pipeline: Pipeline, key: str, run: Run) -> ChangeSet:
    """Return the plan that copies quote *key* with its lines into the deal's next version.

    Raises:
        UsageError: there is no such quote, or it was replaced already.
    """
    now = recompute_formula_columns(pipeline)
    plan = revise_quote(now, key)
    return _log_button_changes(now, apply_change_set(now, plan), "revise", run, plan)


def make_print_changes(pipeline: Pipeline, printing: PrintJob, run: Run) -> ChangeSet:
    """Return the plan that writes down what was printed; without documents when there is nothing to print."""
    now = recompute_formula_columns(pipeline)
    offered = printing.build_documents(now)
    after = apply_change_set(now, offered)
    return _log_button_changes(now, apply_change_set(after, printing.record(after)), "print", run, offered)


def _log_button_changes(before: Pipeline, after: Pipeline, verb: str, run: Run, told: ChangeSet) -> ChangeSet:
    # what is worked out for all deals waits for the next update
    changed = replace(diff_pipelines(before, after, verb), caches=(), fills=())
    entries = log_changes(changed, verb, run.by, run.now, before["Journal"]["run"])
    return replace(changed + entries, findings=told.findings, documents=told.documents, answer=told.answer)


_BUTTON_FORMATS = ("pdf", "html")
_QUOTE_DRAFTED_TEXT = Text("Quote {number} for {deal} is drafted.", "已为 {deal} 起草报价单 {number}。")
_QUOTE_EXISTS_TEXT = Text(
    "Quote {number} for {deal} stands already; Revise makes its next version.",
    "{deal} 已有报价单 {number}；可用“修订”生成下一版本。",
)


def press_new_quote(desk: ButtonContext) -> Text:
    """Draft a quote for the selected deal; one that stands already is shown instead."""
    deal, pipeline = desk.selected_value("deal"), recompute_formula_columns(desk.read(*TABLES_OF_A_QUOTE))
    plan, row = offer_quote(pipeline, deal), desk.next_row("Quotes")
    if plan.answer.get("quote") is None:
        raise UsageError(*_first_finding_messages(plan.findings))
    number, created = str(plan.answer["quote"]), bool(plan.appends)
    if created:
        desk.book.write(plan + _make_draft_log_entries(plan, "new_quote", desk.run))
    desk.show_table("Quotes", row if created else _find_quote_sheet_row(pipeline, number), "quote")
    told = _QUOTE_DRAFTED_TEXT if created else _QUOTE_EXISTS_TEXT
    return Text(*(told.in_(language, number=number, deal=deal) for language in LANGUAGES))


def press_revise(desk: ButtonContext) -> Text:
    """Copy the selected quote into its next version."""
    key = desk.selected_value("quote")
    plan, row = make_revision_changes(desk.read(*TABLES_OF_A_QUOTE), key, desk.run), desk.next_row("Quotes")
    desk.book.write(plan)
    number = plan.answer["quote"]
    desk.show_table("Quotes", row, "quote")
    return Text(f"{number} replaces {key}; it is a draft.", f"{number} 已替代 {key}，状态为草稿。")


def press_quote(desk: ButtonContext) -> Text:
    """Print the quote of the selected row beside the workbook, and open it."""
    return _print_and_open(desk, "quote")


def press_print(desk: ButtonContext) -> Text:
    """Print the paper that the menu names, about the quote, the activity or the deal of the selected row."""
    if not 1 <= desk.choice <= len(PRINTABLE_DOCUMENT_KINDS):
        raise UsageError("Choose a paper of the menu.", "请从菜单中选择文件。")
    return _print_and_open(desk, PRINTABLE_DOCUMENT_KINDS[desk.choice - 1])


def _print_and_open(desk: ButtonContext, kind: str) -> Text:
    from xl_salesflow.documents.document_writer import DocumentWriter
    from xl_salesflow.documents.template_lookup import template_folders

    key = (
        desk.selected_value("activity")
        if kind == "visit"
        else _selected_quote_or_deal(desk)
        if kind in QUOTE_DOCUMENT_KINDS
        else desk.selected_value("deal")
    )
    pipeline = desk.read(*TABLES_OF_A_DOCUMENT)
    press = DocumentWriter(desk.folder, _BUTTON_FORMATS, pipeline.language, where=template_folders(pipeline))
    plan = make_print_changes(pipeline, PrintJob(kind, (key,), press), desk.run)
    if not plan.documents:
        raise UsageError(*_first_finding_messages(plan.findings))
    with press.save_around():
        desk.book.write(plan)
    desk.open_file(press.files[0])
    return Text(f"Printed: {press.files[0]}.", f"已生成：{press.files[0]}。")


def _selected_quote_or_deal(desk: ButtonContext) -> str:
    try:
        return desk.selected_value("quote")
    except UsageError:
        return desk.selected_value("deal")


def _make_draft_log_entries(plan: Any, verb: str, run: Run) -> Any:
    return log_changes(plan, verb, run.by, run.now)


def _find_quote_sheet_row(pipeline: Pipeline, number: str) -> int:
    rows = pipeline["Quotes"].index[pipeline["Quotes"]["quote"] == number]
    return int(rows[-1]) if len(rows) else 0


def _first_finding_messages(findings: Any) -> tuple[str, str]:
    # a finding is worded in the workbook's language already
    return (findings[0].message, findings[0].message)
