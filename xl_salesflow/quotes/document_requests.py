"""The verb print: choose deal documents, build them as values, and record their files.

A proposal and a contract are made from a quote and the facts of its deal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, Document, apply_change_set
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.verb_answers import (
    BarredDocument,
    DealPaper,
    NumberedQuote,
    PrintedPaper,
    PrintedPapers,
    PrintedQuote,
)
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.quotes.document_record import (
    PAYMENT_DOCUMENT_KINDS,
    QUOTE_DOCUMENT_KINDS,
    DocumentMaker,
    Sending,
    document_subject,
    record_documents,
)
from xl_salesflow.quotes.meeting_documents import (
    build_bant_card,
    build_precall_sheet,
    build_visit_report,
    select_deal_rows,
)
from xl_salesflow.quotes.quote_findings import find_changed_quotes
from xl_salesflow.quotes.quote_lookup import (
    PRINTED_NEED_COLUMNS,
    find_deals_of_keys,
    find_record,
    list_records,
    pick_printed_texts,
    read_fact_date,
)
from xl_salesflow.quotes.quote_versions import offer_quote
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice


def offer_document(pipeline: Pipeline, kind: str, key: str) -> ChangeSet[NumberedQuote]:
    """Return the change set for the quote that *key* refers to, with its document as *kind*: quote, proposal or contract.

    Raises:
        UsageError: *key* is unknown; the message names the nearest key.
    """
    plan = offer_quote(pipeline, key)
    if kind == "quote" or not isinstance(plan.answer, PrintedQuote):
        return plan
    turned = {"proposal": _build_proposal, "contract": _build_contract}[kind]
    after = apply_change_set(pipeline, plan)
    documents = tuple(turned(after, document) for document in plan.documents)
    return replace(plan, documents=documents, answer=replace(plan.answer, kind=kind, document=documents[0].name))


def _build_proposal(pipeline: Pipeline, document: Document) -> Document:
    facts = document.facts
    quote = find_record(pipeline, "Quotes", facts["quote"]["number"])
    texts = pick_printed_texts("Quotes", quote, *PRINTED_NEED_COLUMNS.values(), "next_steps")
    needs = {need: texts[column_id] for need, column_id in PRINTED_NEED_COLUMNS.items()}
    steps = [{"step": step.strip(), "date": None} for step in texts["next_steps"].splitlines() if step.strip()]
    return Document("proposal", _offer_document_name("Proposal", facts), {**facts, "needs": needs, "steps": steps})


def _build_contract(pipeline: Pipeline, document: Document) -> Document:
    facts = document.facts
    deal = find_record(pipeline, "Deals", facts["deal"]["deal"])
    talks = select_deal_rows(pipeline["Activities"], deal).sort_values("date", kind="stable")
    agreed = list(
        dict.fromkeys(
            text
            for row in list_records(talks)
            if (text := pick_printed_texts("Activities", row, "verbal_terms")["verbal_terms"].strip())
        )
    )
    paper = {
        "number": f"C-{facts['quote']['number']}",
        "date": read_fact_date(deal["contract_signed"]) or pipeline.today,
    }
    return Document("contract", _offer_document_name("Contract", facts), {**facts, "contract": paper, "agreed": agreed})


def _offer_document_name(what: str, facts: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (what, facts["quote"]["number"], facts["buyer"]["account"])))


_MEETING_DOCUMENT_BUILDERS: Mapping[str, Callable[[Pipeline, str], Document]] = MappingProxyType(
    {"bant_card": build_bant_card, "precall": build_precall_sheet, "visit": build_visit_report}
)
PRINTABLE_DOCUMENT_KINDS = (*QUOTE_DOCUMENT_KINDS, *_MEETING_DOCUMENT_BUILDERS, *PAYMENT_DOCUMENT_KINDS)
"""All kinds of documents."""


@dataclass
class PrintJob:
    """Documents of one *kind* about *keys*, in two steps: `build_documents` makes them as values, `record` writes them.

    Without *make_files* no file is made and nothing is recorded, as in a dry run.
    """

    kind: str
    keys: Sequence[str]
    make_files: DocumentMaker | None = None
    sending: Sending | None = None
    _documents: list[Document] = field(default_factory=list)

    def build_documents(self, pipeline: Pipeline) -> ChangeSet[PrintedPapers]:
        """Return the documents, and the rows of drafts for deals that have no quote yet.

        A quote that was changed after it was sent is not printed again, because the customer has a different version.

        Raises:
            UsageError: one of the keys is unknown.
        """
        now, plan, papers = pipeline, ChangeSet(), list[DealPaper]()
        barred = {
            fold_text(finding.key): finding for finding in find_changed_quotes(pipeline) if finding.table == "Quotes"
        }
        for key in dict.fromkeys(self.keys):
            one = self._build_document(now, key)
            held = [
                d
                for d in one.documents
                if self.kind in QUOTE_DOCUMENT_KINDS and fold_text(document_subject(d)) in barred
            ]
            if held:
                finding = replace(barred[fold_text(document_subject(held[0]))], severity="block")
                one = ChangeSet(findings=(finding,), answer=BarredDocument())
            elif one.appends or one.edits:
                now = apply_change_set(now, one)
            plan += one
            papers.append(one.answer)
        documents = tuple(map(self._mark_sent, plan.documents))
        self._documents[:] = documents
        answer = PrintedPapers(papers[0] if len(papers) == 1 else None, tuple(papers))
        return replace(plan, documents=documents).with_answer(answer)

    def find_deals(self, pipeline: Pipeline) -> set[str]:
        """Return the deals that the keys refer to: their own numbers, or those of quotes, activities or instalments."""
        if self.kind in PAYMENT_DOCUMENT_KINDS:
            # imported here and below, because few documents are about money that is due
            from xl_salesflow.quotes.payment_documents import find_deals_of_payments

            return find_deals_of_payments(pipeline, self.keys)
        return find_deals_of_keys(pipeline, self.keys, ("Deals", "Activities" if self.kind == "visit" else "Quotes"))

    def record(self, pipeline: Pipeline) -> ChangeSet:
        """Make the files, and return the change set that records them."""
        if self.make_files is None or not self._documents:
            return ChangeSet()
        return record_documents(
            pipeline, [(document, self.make_files(document)) for document in self._documents], self.sending
        )

    def _build_document(self, pipeline: Pipeline, key: str) -> ChangeSet[DealPaper]:
        if self.kind in QUOTE_DOCUMENT_KINDS:
            return offer_document(pipeline, self.kind, key)
        if self.kind in PAYMENT_DOCUMENT_KINDS:
            from xl_salesflow.quotes.payment_documents import build_payment_document

            return build_payment_document(pipeline, self.kind, key)
        document = _MEETING_DOCUMENT_BUILDERS[self.kind](pipeline, key)
        deal = document.facts["deal"]
        answer = PrintedPaper(self.kind, deal["deal"], deal["account"], document.name)
        return ChangeSet(documents=(document,), answer=answer)

    def _mark_sent(self, document: Document) -> Document:
        # a quote that is sent is no longer a draft
        if (
            self.sending is None
            or self.kind not in QUOTE_DOCUMENT_KINDS
            or document.facts["quote"]["status"] not in ("", "draft")
        ):
            return document
        return replace(document, facts={**document.facts, "quote": {**document.facts["quote"], "status": "sent"}})


_PRINT_WEEK = timedelta(days=7)


def choose_document_keys(
    pipeline: Pipeline, kind: str, of_week: bool = False, status: str = "", due: bool = False
) -> tuple[str, ...]:
    """Return the keys of the quotes (for reports: visits; or instalments) dated this week and in *status*, in the sheet's order.

    For cards and sheets, these are the deals whose next step is this week. A week begins on Monday; *status* may be in
    either language. *due* chooses the instalments that are to be invoiced or reminded of.

    Raises:
        UsageError: there is no such status, or *kind* has none; or *kind* is never due.
    """
    if due:
        return _choose_due_keys(pipeline, kind)
    table, key_column, day = (
        _DATE_COLUMN_PLACES[kind] if kind not in QUOTE_DOCUMENT_KINDS else ("Quotes", "quote", "date")
    )
    frame, state = pipeline[table], _parse_quote_status(kind, status) if status else ""
    kept = pd.Series(True, frame.index) & (frame[key_column] != "")
    if of_week:
        monday = _find_monday(pipeline.today)
        kept &= (frame[day] >= pd.Timestamp(monday)) & (frame[day] < pd.Timestamp(monday + _PRINT_WEEK))
    if state:
        kept &= frame["status"].replace("", "draft") == state
    if table == "Deals":
        kept &= frame["outcome"] == "open"
    return tuple(map(str, frame.loc[kept, key_column]))


def _choose_due_keys(pipeline: Pipeline, kind: str) -> tuple[str, ...]:
    if kind not in PAYMENT_DOCUMENT_KINDS:
        raise UsageError("--due is for invoices and payment reminders.")
    from xl_salesflow.quotes.payment_documents import choose_due_payments

    return choose_due_payments(pipeline, kind)


_DATE_COLUMN_PLACES = {
    "bant_card": ("Deals", "deal", "next_step_date"),
    "precall": ("Deals", "deal", "next_step_date"),
    "visit": ("Activities", "activity", "date"),
    "invoice": ("Payments", "payment", "invoiced"),
    "reminder": ("Payments", "payment", "reminded"),
}


def _find_monday(today: date) -> date:
    return today - timedelta(days=today.weekday())


def _parse_quote_status(kind: str, status: str) -> str:
    states = CHOICES["quote_status"]
    choice_id = identify_choice(states, status)
    if kind in QUOTE_DOCUMENT_KINDS and choice_id:
        return choice_id
    hint = suggest_names(status, states)
    raise UsageError("There is no status “{status}”; {hint}", status=status, hint=hint)
