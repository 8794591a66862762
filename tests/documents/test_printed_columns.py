"""Customers read columns that are declared as printed, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.documents import sample_deal
from xl_salesflow.documents.template_filling import email_draft_fields
from xl_salesflow.documents.template_lookup import build_template_context
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.quotes.document_requests import PrintJob
from xl_salesflow.quotes.quote_lookup import pick_printed_texts
from xl_salesflow.quotes.quote_upkeep import update_quotes
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_registry import TABLES

FREE = (ColumnType.TEXT, ColumnType.LONG)
NUMBERS = (ColumnType.MONEY, ColumnType.NUMBER, ColumnType.INTEGER)
WORD, NUMBER = "Zqx", 918273.0
IN_USE = {"Deals": ("playbook",), "Quotes": ("followed",), "Payments": ("reminder",)}
"""Private columns whose content decides what is printed."""


def private(table: str, column: Column) -> Any:
    """Return what is typed into a private column, or None if it is printed or holds no free content."""
    if column.printed or column.is_formula or column.id in IN_USE.get(table, ()) or column.id == TABLES[table].key:
        return None
    return f"{WORD} {table} {column.id}" if column.type in FREE else NUMBER if column.type in NUMBERS else None


def filled() -> Pipeline:
    """Return the sample deal with a mark in every private column."""
    rows = {
        name: [
            {**row, **{c.id: mark for c in TABLES[name].columns if (mark := private(name, c)) is not None}}
            for row in held
        ]
        for name, held in sample_deal._SAMPLE_DEAL_ROWS.items()
        if name != "Stages"
    }
    rows["Stages"] = sample_deal._SAMPLE_DEAL_ROWS["Stages"]
    made = build_pipeline(sample_deal._SAMPLE_DEAL_DAY, "en", **rows)
    return recompute_formula_columns(replace(made, settings=Settings(dict(sample_deal._SAMPLE_COMPANY))))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)
    else:
        yield str(value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["quote", "proposal", "contract", "invoice", "reminder"])
def test_nothing_private_is_in_a_paper_its_letter_or_its_mail(kind: str, language: Language) -> None:
    """The fields are those of every format and of a team's own templates."""
    (document,) = PrintJob(kind, (sample_deal._SAMPLE_DEAL_KEYS.get(kind, "Q-2"),)).build_documents(filled()).documents
    context = build_template_context(document, language)
    said = [text for fields in (context, email_draft_fields(context)) for text in texts(fields)]
    assert [text for text in said if WORD in text or "918273" in text.replace(",", "")] == []
    assert any("Less downtime" in text for text in said) is (kind == "proposal")


def test_a_fact_for_customers_has_to_be_declared() -> None:
    with pytest.raises(ValueError, match="pain"):
        pick_printed_texts("Deals", {"pain": "Private", "name": "New line"}, "name", "pain")


@pytest.mark.parametrize(
    ("status", "situation", "offered"), [("draft", "", True), ("draft", "Ours", False), ("sent", "", False)]
)
def test_the_notes_of_the_deal_are_offered_to_copy_from(status: str, situation: str, offered: bool) -> None:
    deal = {"deal": "D-1", "pain": "Noise", "latent_needs": "A spare", "next_step": "Push Emil"}
    quote = {"quote": "Q-1", "deal": "D-1", "status": status, "situation": situation}
    pipeline = build_pipeline(sample_deal._SAMPLE_DEAL_DAY, Deals=[deal], Quotes=[quote])
    after = apply_change_set(pipeline, update_quotes(pipeline))
    lines = "Situation (printed): Noise\nWhat else matters (printed): A spare\nNext steps (printed): Push Emil"
    assert after["Quotes"]["draft_texts"].tolist() == [lines if offered else ""]
    assert not update_quotes(after).edits
