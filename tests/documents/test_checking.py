"""Checking templates before use: every mistake is reported with its place and the nearest field."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents import test_sheet, test_word
from xl_salesflow.documents.template_findings import inspect_template
from xl_salesflow.documents.template_lookup import read_template

SUFFIX = {"html": "html", "pdf": "typ", "eml": "txt", "docx": "docx", "xlsx": "xlsx"}


def check_template(
    tmp_path: Path, document_format: str, content: bytes | str, kind: str = "quote"
) -> list[tuple[str, str]]:
    """Return the place and the message of every mistake in a team's own template."""
    path = tmp_path / f"{kind}.{SUFFIX[document_format]}"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return [
        (fault.place.in_("en"), fault.message.in_("en"))
        for fault in inspect_template(read_template(path, kind, document_format))
    ]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("{{ bayer.account }}", "line 1", "no field “bayer”; did you mean “buyer”?"),
        ("\n\n{{ buyer.acount }}", "line 3", "no field “acount” in buyer; did you mean “account”?"),
        ("{{ t.totl }}", "line 1", "no field “totl” in t; did you mean “total”?"),
        (
            "{% for line in lines %}\n{{ line.nett }}{% endfor %}",
            "line 2",
            "no field “nett” in line; did you mean “net”?",
        ),
        ("{{ lines.net }}", "line 1", "“lines” is a list; write {% for row in lines %}"),
        ("{{ (lines | first).nett }}", "line 1", "“nett”"),
        (
            "{% for line in lines | selectattr('discount') %}{{ line.nett }}{% endfor %}",
            "line 1",
            "no field “nett” in line",
        ),
        ("{% set who = buyer %}{{ who.adress }}", "line 1", "no field “adress” in who; did you mean “address”?"),
        ("{{ buyer['adress'] }}", "line 1", "no field “adress” in buyer"),
        ("{% if byer is defined and buyr.account %}{% endif %}", "line 1", "no field “buyr”; did you mean “buyer”?"),
        ("{{ total | monney }}", "line 1", "no filter “monney”"),
        ("{{ total.nothing }}", "line 1", "no field “nothing” in total"),
        ("one\n{{ total }", "line 2", "unexpected"),
        ("{% for line in lines %}", "line 1", "Unexpected end of template"),
        ("{{ loop.index }}", "line 1", "no field “loop”"),
        ("{{ ''.__class__ }}", "", "unsafe"),
        ("{{ 1 / 0 }}", "", "division by zero"),
    ],
)
def test_a_mistake_is_reported_with_its_place(tmp_path: Path, text: str, place: str, message: str) -> None:
    (found,) = check_template(tmp_path, "html", text)
    assert found[0] == place
    assert message in found[1]


@pytest.mark.parametrize(
    "text",
    [
        "{{ buyer.account | upper }} {{ total }} {{ total.value }}",
        "{% for line in lines %}{{ loop.index }} {{ line.product }} {{ line.net.value + 1 }}{% else %}none{% endfor %}",
        "{% macro one(x) %}{{ x.account }}{% endmacro %}{{ one(buyer) }}",
        "{% if gift is defined %}{{ number }}{% endif %}{% set n = namespace(sum=0) %}{{ n.sum }}",
        "{% with a = seller %}{{ a.company }}{% endwith %}{% filter upper %}{{ title }}{% endfilter %}",
        '{% extends "paper.html" %}{% import "parts.html" as p with context %}{% block paper %}{{ p.head() }}{% endblock %}',
    ],
)
def test_a_correct_template_has_no_mistakes(tmp_path: Path, text: str) -> None:
    assert check_template(tmp_path, "html", text) == []


def test_all_mistakes_are_reported(tmp_path: Path) -> None:
    found = check_template(tmp_path, "html", "{{ a }}\n{{ number }}\n{{ b }}")
    assert [place for place, _ in found] == ["line 1", "line 3"]


def test_the_cell_of_a_mistake_is_named(tmp_path: Path) -> None:
    cells = {
        "A1": "{{ number }}",
        "C3": "{% for line in lines %}{{ line.product }}",
        "D3": "{{ line.nett }}{% endfor %}",
    }
    (found,) = check_template(tmp_path, "xlsx", test_sheet.template(cells))
    assert found == ("Offer!D3", "there is no field “nett” in line; did you mean “net”?")


def test_the_paragraph_of_a_mistake_in_word_is_named(tmp_path: Path) -> None:
    content = test_word.template("plain", "{{ buyer.account }}", "{{ buyer.acount }}", "{{ buyer.acount }}")
    assert [place for place, _ in check_template(tmp_path, "docx", content)] == ["paragraph 3", "paragraph 4"]


def test_a_mistake_that_only_filling_reveals_is_reported(tmp_path: Path) -> None:
    content = test_word.template(table=[["{%tr for line in lines %}", ""], ["{{ line.net }}", "{% endfor %}"]])
    ((_, message),) = check_template(tmp_path, "docx", content)
    assert "splits a table" in message


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("#data.buyer.acount", "line 1", "no field “acount” in buyer; did you mean “account”?"),
        ("one\n#t.totl", "line 2", "no field “totl” in t; did you mean “total”?"),
        (
            '// data.nothing is a remark\n#listing(t.item, data.lines, ((t.item, "nett", false, "", 50),))',
            "line 2",
            "nett",
        ),
        ("one\n#let x = (", "line 2", "unclosed delimiter"),
        ('#read("/etc/passwd")', "line 1", "file not found"),
    ],
)
def test_typst_templates_are_checked_and_tried(tmp_path: Path, text: str, place: str, message: str) -> None:
    (found,) = check_template(tmp_path, "pdf", text)
    assert found[0] == place
    assert message in found[1]


def test_an_email_has_its_own_fields(tmp_path: Path) -> None:
    assert check_template(tmp_path, "eml", "{{ title }}\n{{ addressee }} {{ sender }} {{ until }}") == []
    assert check_template(tmp_path, "eml", "{{ sendr }}") == [
        ("line 1", "there is no field “sendr”; did you mean “sender”?")
    ]


def test_a_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    assert "UTF-8" in check_template(tmp_path, "html", "Grüße".encode("latin-1"))[0][1]


def test_each_kind_has_its_own_fields(tmp_path: Path) -> None:
    assert check_template(tmp_path, "html", "{% for row in spin %}{{ row.value }}{% endfor %}", "visit") == []
    assert check_template(tmp_path, "html", "{{ spin }}", "quote")[0][1].startswith("there is no field “spin”")
