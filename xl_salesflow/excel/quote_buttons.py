"""Buttons for the quotes and deal documents of the selected deal: draft, revise, print.

They run the same verbs as the command line, and read only what these need; what is computed from all deals waits for
the next update.
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

    key = (
        context.selected_value("activity")
        if kind == "visit"
        else _selected_quote_or_deal(context)
        if kind in QUOTE_DOCUMENT_KINDS
        else context.selected_value("deal")
    )
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


def _selected_quote_or_deal(context: ButtonContext) -> str:
    try:
        return context.selected_value("quote")
    except UsageError:
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
