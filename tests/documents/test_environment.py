"""The contents of a workbook cannot make templates run code, and templates do not hide missing facts."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from xl_salesflow.documents.template_safety import escape_for_markdown, fill_template, jinja_environment


@pytest.mark.parametrize("attack", ["{{ ''.__class__.__mro__ }}", "{{ q.__init__.__globals__ }}", "{{ [].append(1) }}"])
def test_the_sandbox_blocks_attacks(attack: str) -> None:
    with pytest.raises((SecurityError, UndefinedError)):
        jinja_environment("html").from_string(attack).render(q=object())


@pytest.mark.parametrize("template", ["quote.html", "report.html", "followups.html", "followups.md"])
def test_a_missing_fact_is_an_error(template: str) -> None:
    with pytest.raises(UndefinedError):
        fill_template(template, t={}, seller={}, title="x", number="y")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("plain text, with commas (and more).", "plain text, with commas (and more)."),
        ("*b* _i_ `c` ~s~", r"\*b\* \_i\_ \`c\` \~s\~"),
        ("<b>&amp;</b>", r"\<b\>\&amp;\</b\>"),
        ("[x](javascript:1)", r"\[x\](javascript:1)"),
        ("http://evil.example", r"http\://evil.example"),
        ("# head", r"\# head"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("a|b", r"a\|b"),
        ("one\r\n\n# two", "one # two"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_markdown_shows_what_was_typed(typed: str, shown: str) -> None:
    assert escape_for_markdown(typed) == shown
