"""Two languages side by side: equal texts are printed once, sentences stay complete, figures are not repeated."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_salesflow.documents.template_values import Figure, merge_languages, strip_unprintable


@pytest.mark.parametrize(
    ("zh", "en", "both"),
    [
        ("总计", "Total", "总计 Total"),
        ("Acme", "Acme", "Acme"),
        ("整单折扣 5%", "Discount 5%", "整单折扣 Discount 5%"),
        ("5 Mill Lane · 电话 +44 1", "5 Mill Lane · Phone +44 1", "5 Mill Lane · 电话 Phone +44 1"),
        ("", "Draft", ""),
        ("买方应付 9 元。30 days", "The buyer pays 9. 30 days", "买方应付 9 元。30 days The buyer pays 9. 30 days"),
    ],
)
def test_side_by_side(zh: str, en: str, both: str) -> None:
    assert merge_languages(zh, en).replace("\n", " ") == both


def test_long_sentences_are_put_below_one_another() -> None:
    assert (
        merge_languages("很长的句子。" * 5, "A long sentence. " * 5)
        == "很长的句子。" * 5 + "\n" + "A long sentence. " * 5
    )


def test_figures_are_printed_once() -> None:
    figure = Figure("¥1.00", Decimal(1))
    merged = merge_languages({"a": [{"b": figure}]}, {"a": [{"b": Figure("CN¥1.00", Decimal(1))}]})
    assert merged["a"][0]["b"] is figure


@given(st.text(max_size=30), st.text(max_size=30))
def test_nothing_is_lost_side_by_side(zh: str, en: str) -> None:
    merged = merge_languages(zh, en)
    if zh and en:
        assert all(mark in merged for mark in zh + en if not mark.isspace())


@given(st.text())
def test_printable_text_is_valid_in_xml(text: str) -> None:
    from lxml import etree

    element = etree.Element("x")
    element.text = strip_unprintable(text)  # lxml refuses characters that XML does not allow
    assert strip_unprintable(strip_unprintable(text)) == strip_unprintable(text)
