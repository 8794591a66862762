"""The verb print: which keys give which documents, what is recorded, and what is not printed again."""

from __future__ import annotations

from datetime import date

import pytest

from tests.quotes.desk import RUN, TODAY, Press, desk, done
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.verb_answers import PrintedQuote
from xl_salesflow.errors import UsageError
from xl_salesflow.quotes.document_record import Sending
from xl_salesflow.quotes.document_requests import PRINTABLE_DOCUMENT_KINDS, PrintJob
from xl_salesflow.verbs import paper


def printed(pipeline: Pipeline, kind: str, *keys: str, sending: Sending | None = None) -> tuple[Pipeline, Press]:
    """Print documents and return the workbook afterwards."""
    press = Press()
    return done(pipeline, paper(pipeline, PrintJob(kind, keys, press, sending), RUN)), press


@pytest.mark.parametrize(
    ("kind", "key", "name"),
    [
        ("quote", "Q-1", "Q-1 Acme"),
        ("quote", " d-1 ", "Q-1 Acme"),
        ("proposal", "Q-1", "Proposal Q-1 Acme"),
        ("contract", "D-1", "Contract Q-1 Acme"),
        ("bant_card", "D-1", "BANT D-1 Acme"),
        ("bant_card", "Q-1", "BANT D-1 Acme"),
        ("precall", "d-1", "Pre-call D-1 Acme"),
        ("visit", "A-2", "Visit 2026-02-02 A-2 Acme"),
        ("visit", "D-1", "Visit 2026-03-02 A-1 Acme"),
    ],
)
def test_a_key_selects_a_document(kind: str, key: str, name: str) -> None:
    _, press = printed(desk(), kind, key)
    assert [document.name for document in press.documents] == [name]


@pytest.mark.parametrize(
    ("kind", "key", "near"),
    [("quote", "Q-9", "Q-"), ("bant_card", "D-9", "D-"), ("visit", "A-9", "A-"), ("visit", "D-2", "")],
)
def test_an_unknown_key_is_reported_with_the_nearest(kind: str, key: str, near: str) -> None:
    with pytest.raises(UsageError, match="There is no") as error:
        paper(desk(), PrintJob(kind, (key,)), RUN)
    assert near in str(error.value)


def test_documents_are_recorded() -> None:
    """
    document     | paper | subject | deal | made  | sent
    Q-1 Acme.pdf | quote | Q-1     | D-1  | today | –
    """
    after, press = printed(desk(), "quote", "Q-1")
    (row,) = after["Documents"].to_dict("records")
    assert {column_id: row[column_id] for column_id in ("document", "paper", "subject", "deal", "sent_to")} == {
        "document": "Q-1 Acme.pdf", "paper": "quote", "subject": "Q-1", "deal": "D-1", "sent_to": "",
    }  # fmt: skip
    assert row["made"].date() == TODAY
    assert row["sent"] != row["sent"]
    quote = after["Quotes"].iloc[0]
    assert (quote["document"], quote["digest"]) == ("Q-1 Acme.pdf", row["digest"])
    assert quote["status"] == "draft"
    assert press.documents[0].facts["quote"]["status"] == "draft"


def test_sending_marks_quote_and_file() -> None:
    after, press = printed(desk(), "quote", "Q-1", sending=Sending(TODAY))
    quote, row = after["Quotes"].iloc[0], after["Documents"].iloc[0]
    assert (quote["status"], quote["sent"].date(), quote["sent_to"]) == ("sent", TODAY, "bob@acme.example")
    assert (row["sent"].date(), row["sent_to"]) == (TODAY, "bob@acme.example")
    assert press.documents[0].facts["quote"]["status"] == "sent"  # so that it is not printed as a draft


def test_sent_to_somebody_else() -> None:
    after, _ = printed(desk(), "contract", "Q-1", sending=Sending(TODAY, "Ms Law"))
    assert after["Documents"].iloc[0]["sent_to"] == "Ms Law"
    assert after["Quotes"].iloc[0]["status"] == "draft"  # sending a contract does not send its quote


def test_printing_again_keeps_the_row_and_the_day_of_sending() -> None:
    once, _ = printed(desk(), "quote", "Q-1", sending=Sending(TODAY))
    twice, _ = printed(once, "quote", "Q-1")
    assert len(twice["Documents"]) == 1
    assert twice["Documents"].iloc[0]["sent"].date() == TODAY


def test_a_second_run_changes_nothing() -> None:
    once, _ = printed(desk(), "quote", "Q-1")
    plan = paper(once, PrintJob("quote", ("Q-1",), Press()), RUN)
    assert not plan.edits
    assert not plan.appends


def test_a_deal_without_a_quote_gets_a_draft_and_both_are_recorded() -> None:
    after, press = printed(desk(), "quote", "D-2")
    number = press.documents[0].facts["quote"]["number"]
    assert number in set(after["Quotes"]["quote"])
    assert after["Quotes"].set_index("quote").at[number, "document"] == f"{number} Borough.pdf"


def test_several_keys_print_each_document_once() -> None:
    plan = paper(desk(), PrintJob("quote", ("Q-1", "Q-2", "Q-1"), Press()), RUN)
    assert [document.name for document in plan.documents] == ["Q-1 Acme", "Q-2 Crown"]
    assert [paper.quote for paper in plan.answer.result.papers if isinstance(paper, PrintedQuote)] == ["Q-1", "Q-2"]


def test_a_dry_run_makes_and_records_nothing() -> None:
    plan = paper(desk(), PrintJob("quote", ("Q-1",)), RUN)
    assert plan.documents
    assert not [append for append in plan.appends if append.table == "Documents"]


def test_a_quote_that_cannot_be_printed_does_not_stop_the_others() -> None:
    bare = {"quote": "Q-3", "deal": "D-1", "status": "draft"}
    pipeline = desk(Quotes=[*desk()["Quotes"].to_dict("records"), bare])  # type: ignore[list-item]
    plan = paper(pipeline, PrintJob("quote", ("Q-3", "Q-1"), Press()), RUN)
    assert [document.name for document in plan.documents] == ["Q-1 Acme"]
    assert "quote_without_lines" in {finding.rule for finding in plan.findings}


def test_a_quote_that_was_changed_after_sending_is_not_printed_again() -> None:
    sent, _ = printed(desk(), "quote", "Q-1", sending=Sending(TODAY))
    lines = sent["QuoteLines"].copy()
    lines.loc[lines.index[0], "quantity"] = 3.0
    plan = paper(sent.with_tables(QuoteLines=lines), PrintJob("proposal", ("Q-1",), Press()), RUN)
    assert not plan.documents
    assert next(f.severity for f in plan.findings if f.rule == "sent_paper_changed") == "block"


def test_every_kind_can_be_printed() -> None:
    for kind in PRINTABLE_DOCUMENT_KINDS:
        key = {"visit": "A-1"}.get(kind, "D-1")
        late = {"payment": "P-1", "deal": "D-1", "amount": 10.0, "due": date(2026, 1, 31)}
        assert len(paper(desk(Payments=[late]), PrintJob(kind, (key,), Press()), RUN).documents) == 1
