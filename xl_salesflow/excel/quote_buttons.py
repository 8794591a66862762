"""Buttons about the quotes and deal documents of the selected deal: draft, revise, print.

They run the verbs of the terminal, and read only what these need; what is computed for all deals waits for the next update.
"""

from __future__ import annotations

from collections.abc import Sequence

from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import TWO_SENTENCES, Text
from xl_salesflow.quotes.document_record import QUOTE_DOCUMENT_KINDS
from xl_salesflow.quotes.document_requests import PRINTABLE_DOCUMENT_KINDS, PrintJob
from xl_salesflow.verbs import draft, paper, revise

_BUTTON_FORMATS = ("pdf", "html")
_QUOTE_DRAFTED_TEXT = Text("Quote {number} for {deal} is drafted.")
_QUOTE_EXISTS_TEXT = Text("Quote {number} for {deal} stands already; Revise makes its next version.")


def press_new_quote(desk: ButtonContext) -> Text:
    """Draft a quote for the selected deal; one that stands already is shown instead."""
    deal, pipeline = desk.selected_value("deal"), desk.read_as_needed()
    plan, row = draft(pipeline, deal, desk.run), desk.next_row("Quotes")
    if plan.answer.get("quote") is None:
        raise UsageError(plan.findings[0].message)  # worded in the workbook's language already
    number, created = str(plan.answer["quote"]), bool(plan.appends)
    if created:
        desk.book.write(plan)
    desk.show_table("Quotes", row if created else _find_quote_sheet_row(pipeline, number), "quote")
    told = _QUOTE_DRAFTED_TEXT if created else _QUOTE_EXISTS_TEXT
    return _add_first_finding(told.with_facts(number=number, deal=deal), plan.findings)


def press_revise(desk: ButtonContext) -> Text:
    """Copy the selected quote into its next version."""
    key = desk.selected_value("quote")
    plan, row = revise(desk.read_as_needed(), key, desk.run), desk.next_row("Quotes")
    desk.book.write(plan)
    number = plan.answer["quote"]
    desk.show_table("Quotes", row, "quote")
    said = Text("{number} replaces {key}; it is a draft.").with_facts(number=number, key=key)
    return _add_first_finding(said, plan.findings)


def press_quote(desk: ButtonContext) -> Text:
    """Print the quote of the selected row beside the workbook, and open it."""
    return _print_and_open(desk, "quote")


def press_print(desk: ButtonContext) -> Text:
    """Print the paper that the menu names, about the quote, the activity or the deal of the selected row."""
    if not 1 <= desk.choice <= len(PRINTABLE_DOCUMENT_KINDS):
        raise UsageError("Choose a paper of the menu.")
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
    pipeline = desk.read_as_needed()
    press = DocumentWriter(desk.folder, _BUTTON_FORMATS, pipeline.language, where=template_folders(pipeline))
    plan = paper(pipeline, PrintJob(kind, (key,), press), desk.run)
    if not plan.documents:
        raise UsageError(plan.findings[0].message)  # worded in the workbook's language already
    with press.save_around():
        desk.book.write(plan)
    desk.open_file(press.files[0])
    said = Text("Printed: {file}.").with_facts(file=press.files[0])
    return _add_first_finding(said, plan.findings)


def _selected_quote_or_deal(desk: ButtonContext) -> str:
    try:
        return desk.selected_value("quote")
    except UsageError:
        return desk.selected_value("deal")


def _find_quote_sheet_row(pipeline: Pipeline, number: str) -> int:
    rows = pipeline["Quotes"].index[pipeline["Quotes"]["quote"] == number]
    return int(rows[-1]) if len(rows) else 0


def _add_first_finding(said: Text, findings: Sequence[Finding]) -> Text:
    """Return what a button says, with the first of *findings*: the status bar has room for one."""
    if not findings:
        return said
    first, others = findings[0].message, len(findings) - 1
    if not others:
        return TWO_SENTENCES.with_facts(first=said, second=first)
    return Text("{said} {finding} (and {others} more)").with_facts(said=said, finding=first, others=others)
