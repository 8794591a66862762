"""Documents that were sent: a later change of the quote or of the file is found, other changes are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.quotes.desk import RUN, TODAY, Press, desk, done
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.documents.document_writer import DocumentWriter
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.quotes.document_record import Sending
from xl_salesflow.quotes.document_requests import PrintJob
from xl_salesflow.quotes.quote_findings import find_changed_documents
from xl_salesflow.verbs import check, paper


@pytest.fixture
def sent() -> Pipeline:
    """Return the workbook after quote Q-1 was sent."""
    plan = paper(desk(), PrintJob("quote", ("Q-1",), Press(), Sending(TODAY)), RUN)
    return done(desk(), plan)


def with_cell(pipeline: Pipeline, table: str, column: str, value: Any) -> Pipeline:
    """Return the pipeline with the first cell of a column overwritten."""
    frame = pipeline[table].copy()
    frame.loc[frame.index[0], column] = value
    return recompute_formula_columns(pipeline.with_tables(**{table: frame}))


def rules(pipeline: Pipeline) -> list[str]:
    """Return the rules of the findings."""
    return [finding.rule for finding in find_changed_documents(pipeline, pipeline)]


def test_a_document_that_was_just_sent_has_no_finding(sent: Pipeline) -> None:
    assert rules(sent) == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("Quotes", "discount", 0.1),
        ("Quotes", "terms", "Cash"),
        ("Quotes", "currency", "EUR"),
        ("Quotes", "shipping", 9.0),
        ("Quotes", "tax_rate", 0.1),
        ("QuoteLines", "quantity", 3.0),
        ("QuoteLines", "price", 90.0),
        ("QuoteLines", "product", "Fan"),
        ("QuoteLines", "optional", "yes"),
        ("Products", "price", 120.0),  # a line without its own price follows the price list
    ],
)
def test_a_changed_term_is_found(sent: Pipeline, table: str, column: str, value: Any) -> None:
    (finding,) = find_changed_documents(sent, with_cell(sent, table, column, value))
    assert finding.rule == "sent_paper_changed"
    assert (finding.table, finding.key, finding.severity) == ("Quotes", "Q-1", "warn")
    assert "Quote Q-1 was changed after it was sent on 2026-03-04" in finding.message


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("Quotes", "status", "accepted"),
        ("Quotes", "sent_to", "Eve"),
        ("Quotes", "valid_until", "2026-03-05"),
        ("Quotes", "contact", "Eve"),
        ("Deals", "name", "Another name"),
        ("Contacts", "email", "new@acme.example"),
    ],
)
def test_other_columns_may_change(sent: Pipeline, table: str, column: str, value: Any) -> None:
    assert rules(with_cell(sent, table, column, value)) == []


def test_a_draft_may_change() -> None:
    drafted = done(desk(), paper(desk(), PrintJob("quote", ("Q-1",), Press()), RUN))
    assert rules(with_cell(drafted, "Quotes", "discount", 0.1)) == []


def test_a_day_typed_by_a_person_counts_as_sent() -> None:
    drafted = done(desk(), paper(desk(), PrintJob("quote", ("Q-1",), Press()), RUN))
    typed = with_cell(drafted, "Quotes", "sent", "2026-03-04")
    assert rules(with_cell(typed, "Quotes", "discount", 0.1)) == ["sent_paper_changed"]


def test_changes_to_the_quote_of_a_sent_contract_are_found_too() -> None:
    out = done(desk(), paper(desk(), PrintJob("contract", ("Q-1",), Press(), Sending(TODAY)), RUN))
    assert rules(with_cell(out, "Quotes", "discount", 0.1)) == ["sent_paper_changed"]


def test_check_reports_it(sent: Pipeline) -> None:
    plan = check(with_cell(sent, "Quotes", "discount", 0.1))
    assert "sent_paper_changed" in {finding.rule for finding in plan.findings}


def test_the_chinese_sentence(sent: Pipeline) -> None:
    chinese = replace(with_cell(sent, "Quotes", "discount", 0.1), language="zh")
    (finding,) = find_changed_documents(chinese, chinese)
    assert finding.message == "报价单 Q-1 在发出（2026-03-04）后被修改；请恢复，或修订报价单并向客户发送新版本。"


def test_a_changed_file_is_found_and_a_missing_one_is_not(tmp_path: Path) -> None:
    pipeline = replace(desk(), source=str(tmp_path / "book.xlsx"))
    press = DocumentWriter(tmp_path, ("html",), "en")
    out = done(pipeline, paper(pipeline, PrintJob("visit", ("A-1",), press, Sending(TODAY)), RUN))
    assert rules(out) == []  # a missing file may be on another machine
    (file,) = press.save()
    assert rules(out) == []
    file.write_bytes(file.read_bytes() + b" ")
    (finding,) = find_changed_documents(out, out)
    assert finding.rule == "sent_file_changed"
    assert "“" not in finding.message.partition(file.name)[0]


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "a\0b", "sub/../../secret.txt"])
def test_no_file_outside_the_folder_is_looked_at(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    pipeline = replace(desk(), source=str(tmp_path / "books" / "book.xlsx"))
    out = done(pipeline, paper(pipeline, PrintJob("visit", ("A-1",), Press(), Sending(TODAY)), RUN))
    assert rules(with_cell(out, "Documents", "document", name)) == []
