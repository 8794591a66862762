"""Findings on quotes before they are sent, and on sent documents that were changed since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.deal_scope import DealRows
from xl_salesflow.core.deal_standing import (
    compute_discounts,
    find_unapproved_discounts,
    look_up_discount_limits,
    look_up_quote_owners,
)
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.ooxml.regular_files import read_regular_file
from xl_salesflow.quotes.document_record import fingerprint_content, fingerprint_quotes
from xl_salesflow.quotes.quote_arithmetic import compute_line_columns, compute_quote_columns, find_line_prices
from xl_salesflow.quotes.quote_lookup import Record, list_records, read_record, select_deal_lines
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import fold_keys

NOTHING_TO_QUOTE_TEXT = Text("Deal {deal} has neither a product nor an amount to quote; fill in one of them.")
NO_LINES_TEXT = Text("Quote {quote} has no line; add at least one in the sheet {sheet}.")
NO_LINE_PRICE_TEXT = Text(
    "Quote {quote}, line {position}: no unit price, and {product} has none in the price list; fill in one of them."
)
NO_LINE_QUANTITY_TEXT = Text("Quote {quote}, line {position}: no quantity, so the line amounts to zero; fill it in.")
NO_QUOTE_AMOUNT_TEXT = Text("Quote {quote} has no valid total; check quantities, prices, discounts and the tax rate.")
NO_QUOTE_RATE_TEXT = Text("Quote {quote} is in {currency}; fill in the exchange rate so that it can be compared.")
DISCOUNT_NOT_GRANTED_TEXT = Text(
    "Quote {quote} gives a discount of {given}, but the deal's owner may grant {limit}; it needs an "
    "approval before it is sent."
)
QUOTE_OUT_OF_DATE_TEXT = Text("Quote {quote} was valid until {until}; give it a new date before you send it.")


def find_nothing_to_quote(pipeline: Pipeline, deal: int) -> Finding | None:
    """Return the finding about the deal in sheet row *deal* if it has nothing to quote."""
    row = read_record(pipeline, "Deals", deal)
    before = (fold_keys(pipeline["Quotes"]["deal"]) == fold_text(row["deal"])).any()
    if row["product"] or row["amount"] == row["amount"] or before or len(select_deal_lines(pipeline, row["deal"])):
        return None
    message = NOTHING_TO_QUOTE_TEXT.in_(pipeline.language, deal=row["deal"])
    cell = pipeline.cell_address("Deals", deal, "amount")
    return Finding("nothing_to_quote", "block", message, "Deals", row["deal"], "amount", cell)


def check_quote(pipeline: Pipeline, row: int) -> tuple[Finding, ...]:
    """Return the findings about the quote in sheet row *row* of Quotes and its lines."""
    return (*_check_quote_terms(pipeline, row), *_check_quote_lines(pipeline, row))


def _check_quote_terms(pipeline: Pipeline, row: int) -> Iterator[Finding]:
    quote, base = read_record(pipeline, "Quotes", row), pipeline.settings.text("currency").strip().upper()
    number, currency = quote["quote"], quote["currency"].strip().upper()

    def finding(rule: str, severity: str, text: Text, column: str, **facts: object) -> Finding:
        message = text.in_(pipeline.language, quote=number, **facts)
        return Finding(rule, severity, message, "Quotes", number, column, pipeline.cell_address("Quotes", row, column))

    nets = compute_line_columns(pipeline)["net"][fold_keys(pipeline["QuoteLines"]["quote"]) == fold_text(number)]
    if nets.isna().any() or compute_quote_columns(pipeline).loc[row].isna().any():
        yield finding("quote_without_amount", "block", NO_QUOTE_AMOUNT_TEXT, "total")
    if currency not in ("", base) and not quote["rate"] > 0:
        yield finding("quote_without_rate", "warn", NO_QUOTE_RATE_TEXT, "rate", currency=currency)
    if find_unapproved_discounts(pipeline)[row]:
        share = {
            "given": _format_discount_share(compute_discounts(pipeline)[row]),
            "limit": _format_discount_share(look_up_discount_limits(pipeline, look_up_quote_owners(pipeline))[row]),
        }
        was_sent = quote["status"] in ("sent", "accepted")
        yield finding(
            "discount_unapproved", "block" if was_sent else "warn", DISCOUNT_NOT_GRANTED_TEXT, "approved_by", **share
        )
    until = quote["valid_until"]
    if until is not pd.NaT and until.date() < pipeline.today and quote["status"] in ("", "draft", "sent"):
        yield finding(
            "quote_out_of_date", "warn", QUOTE_OUT_OF_DATE_TEXT, "valid_until", until=until.date().isoformat()
        )


def _format_discount_share(share: float) -> str:
    return f"{share * 100:.4g} %"


def _check_quote_lines(pipeline: Pipeline, row: int) -> Iterator[Finding]:
    number, lines = read_record(pipeline, "Quotes", row)["quote"], pipeline["QuoteLines"]
    mine = lines.assign(cost=find_line_prices(pipeline))[fold_keys(lines["quote"]) == fold_text(number)]
    if not len(mine):
        sheet = pipeline.cell_address("QuoteLines", 0).strip("'")
        message = NO_LINES_TEXT.in_(pipeline.language, quote=number, sheet=sheet)
        yield Finding(
            "quote_without_lines", "block", message, "Quotes", number, "quote", pipeline.cell_address("Quotes", row)
        )
    for line, values in zip(mine.index, list_records(mine), strict=True):
        for rule, text, column in _find_missing_line_values(values):
            place = "?" if values["position"] != values["position"] else f"{values['position']:g}"
            message = text.in_(pipeline.language, quote=number, position=place, product=values["product"])
            cell = pipeline.cell_address("QuoteLines", int(line), column)
            yield Finding(rule, "warn", message, "QuoteLines", number, column, cell)


def _find_missing_line_values(line: Record) -> Iterator[tuple[str, Text, str]]:
    if line["price"] != line["price"] and not line["cost"]:
        yield "quote_line_without_price", NO_LINE_PRICE_TEXT, "price"
    if line["quantity"] != line["quantity"]:
        yield "quote_line_without_quantity", NO_LINE_QUANTITY_TEXT, "quantity"


QUOTE_CHANGED_TEXT = Text(
    "{paper} {subject} was changed after it was sent{when}; restore it, or revise the quote and send a new version."
)
SENT_FILE_CHANGED_TEXT = Text(
    "The file {file} is not the one that was made and sent{when}; restore it from the mail, or send a new version."
)
SENT_ON_TEXT = Text(" on {day}")
_SENT_QUOTE_STATUSES = ("sent", "accepted", "rejected", "expired")
_LARGEST_COMPARED_FILE = 64 << 20


def find_changed_documents(before: Pipeline, now: Pipeline) -> tuple[Finding, ...]:
    """Return a finding for each sent document that differs from what was sent, as of *now*."""
    return (*find_changed_quotes(now), *find_changed_sent_files(before, now))


def find_changed_quotes(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return a finding for each sent quote that now offers something else."""
    papers, quotes = pipeline["Documents"], pipeline["Quotes"]
    went = papers[papers["digest"].str.contains("-", regex=False) & _is_sent_document(pipeline, papers)]
    if went.empty:
        return ()
    now = dict(zip(fold_keys(quotes["quote"]), fingerprint_quotes(pipeline), strict=True))
    rows = dict(zip(fold_keys(quotes["quote"]), quotes.index, strict=True))
    found: dict[str, Finding] = {}
    for paper in list_records(went):
        key, sent_digest = fold_text(str(paper["subject"])), str(paper["digest"]).partition("-")[0]
        if sent_digest and key in now and now[key] != sent_digest and key not in found:
            found[key] = _changed_document_finding(
                pipeline, QUOTE_CHANGED_TEXT, paper, "Quotes", str(paper["subject"]), int(rows[key]), "total"
            )
    return tuple(found.values())


def find_changed_sent_files(before: Pipeline, now: Pipeline) -> tuple[Finding, ...]:
    """Return a finding for each sent file that differs from the one on disk, except those made again since *before*.

    Only files inside the workbook's folder are checked; a missing file may be on another machine.
    """
    if not now.source:
        return ()
    folder, papers = Path(now.source).resolve().parent, now["Documents"]
    old = before["Documents"]["digest"].reindex(papers.index, fill_value="")
    same = papers[papers["sent"].notna() & (papers["digest"] == old)]
    return tuple(
        _changed_document_finding(
            now, SENT_FILE_CHANGED_TEXT, paper, "Documents", str(paper["document"]), int(row), "document"
        )
        for row, paper in zip(same.index, list_records(same), strict=True)
        if _is_other_file(folder, str(paper["document"]), str(paper["digest"]).rpartition("-")[2])
    )


def _is_sent_document(pipeline: Pipeline, papers: pd.DataFrame) -> pd.Series:
    quotes = pipeline["Quotes"]
    out = quotes["sent"].notna() | quotes["status"].isin(_SENT_QUOTE_STATUSES)
    sent = set(fold_keys(quotes["quote"])[out])
    return papers["sent"].notna() | ((papers["paper"] == "quote") & fold_keys(papers["subject"]).isin(sent))


def _is_other_file(folder: Path, name: str, digest: str) -> bool:
    try:
        path = (folder / name).resolve()
        if path.is_relative_to(folder) and path.is_file() and path.stat().st_size <= _LARGEST_COMPARED_FILE:
            return fingerprint_content(read_regular_file(path)) != digest
    except (OSError, ValueError):  # ValueError: the name contains a NUL character
        pass
    return False


def _changed_document_finding(
    pipeline: Pipeline, text: Text, paper: Record, table: str, key: str, row: int, column: str
) -> Finding:
    language, sent = pipeline.language, paper["sent"]
    when = "" if is_missing(sent) else SENT_ON_TEXT.in_(language, day=sent.date().isoformat())
    kind = choice_label("paper", str(paper["paper"]), language)
    message = text.in_(language, paper=kind, subject=paper["subject"], file=paper["document"], when=when)
    rule = "sent_paper_changed" if text is QUOTE_CHANGED_TEXT else "sent_file_changed"
    return Finding(rule, "warn", message, table, key, column, pipeline.cell_address(table, row, column))


def report_changed_documents(before: Pipeline, rows: DealRows, now: Pipeline) -> ChangeSet:
    """Report the documents of the deals of *rows* that were sent and have changed since."""
    tables = ("Documents", "Quotes", "QuoteLines")
    return ChangeSet(findings=tuple(find_changed_documents(rows.narrow(before, tables), rows.narrow(now, tables))))
