"""What the three rooms say of themselves: both languages, the same facts, punctuated as readers expect."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from importlib import import_module

import pytest

from xl_salesflow.documents.document_texts import DOCUMENT_TEXTS
from xl_salesflow.locale.texts import Text

MODULES = (
    "xl_salesflow.documents.template_findings",
    "xl_salesflow.documents.template_tags",
    "xl_salesflow.process.due_followups",
    "xl_salesflow.process.followup_call_notes",
    "xl_salesflow.process.followup_reasons",
    "xl_salesflow.quotes.quote_findings",
)
CHINESE = r"[\u3400-\u9fff]"
HALF_WIDTH = re.compile(rf"{CHINESE}[,:;?!()]|[,:;?!()]{CHINESE}")


def spoken() -> Iterator[tuple[str, Text]]:
    """Yield every text of the three rooms with its name."""
    yield from ((f"documents.{id}", text) for id, text in DOCUMENT_TEXTS.items())
    for module in MODULES:
        found = vars(import_module(module)).items()
        yield from ((f"{module}.{name}", text) for name, text in found if isinstance(text, Text))


def slots(text: str) -> set[str]:
    """Return the facts that *text* names."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("name", "text"), list(spoken()))
def test_both_languages_tell_the_same_facts(name: str, text: Text) -> None:
    assert slots(text.en) == slots(text.zh)
    assert text.zh
    assert text.en or name == "documents.pages_end"  # 第 1 页，共 2 页 ends with a word, Page 1 of 2 does not


@pytest.mark.parametrize(("name", "text"), list(spoken()))
def test_chinese_is_punctuated_in_full_width(name: str, text: Text) -> None:
    assert not HALF_WIDTH.search(text.zh)
