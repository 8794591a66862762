"""A team's own Word templates: the tags of docxtpl, filled in strictly and safely."""

from __future__ import annotations

import io

import pytest
from docx import Document as WordFile
from docx.document import Document
from jinja2 import TemplateError
from lxml import etree

from tests.documents import said, samples
from tests.documents.test_quote import png
from tools.templates.docx_markup import _DOCX_NAMESPACES
from xl_salesflow.documents.template_lookup import Logo
from xl_salesflow.documents.template_safety import UnsoundTemplate, pack_document, unpack_template
from xl_salesflow.documents.word_templates import prepare_word_template

LINES = [{"name": f"Part {n}", "net": f"{n}.00"} for n in (1, 2, 3)]


def template(*paragraphs: str, table: list[list[str]] | None = None) -> bytes:
    """Make a Word file with paragraphs and a table, as a person would."""
    document: Document = WordFile()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        grid = document.add_table(len(table), len(table[0]))
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def filled(content: bytes, **context: object) -> list[str]:
    """Fill a template and return its paragraphs, read with python-docx."""
    made = prepare_word_template(content, "t.docx").fill(
        {"company": "Acme", "lines": LINES, "notes": "", **context}, None
    )
    return [paragraph.text for paragraph in WordFile(io.BytesIO(made)).paragraphs]


def test_fields_paragraphs_and_rows() -> None:
    content = template(
        "For {{ company }}", "{%p if notes %}", "Notes: {{ notes }}", "{%p endif %}",
        table=[["Name", "Net"], ["{%tr for line in lines %}", ""], ["{{ line.name }}", "{{ line.net }}"], ["{%tr endfor %}", ""]],
    )  # fmt: skip
    assert filled(content) == ["For Acme"]
    assert filled(content, notes="yes") == ["For Acme", "Notes: yes"]
    made = WordFile(
        io.BytesIO(prepare_word_template(content, "t.docx").fill({"company": "", "lines": LINES, "notes": ""}, None))
    )
    rows = [[cell.text for cell in row.cells] for row in made.tables[0].rows]
    assert rows == [["Name", "Net"], ["Part 1", "1.00"], ["Part 2", "2.00"], ["Part 3", "3.00"]]


def test_a_tag_that_word_split_into_runs_is_one_tag() -> None:
    document: Document = WordFile()
    paragraph = document.add_paragraph("For {{ com")
    paragraph.add_run("pa").bold = True
    paragraph.add_run("ny }}!")
    out = io.BytesIO()
    document.save(out)
    assert filled(out.getvalue()) == ["For Acme!"]


@pytest.mark.parametrize("typed", [*samples.ATTACKS, "a\nb\tc", "<w:p/>", "{_{ x }_}", "x\x0b\x00\ud800y", "]]>"])
def test_what_is_typed_is_shown_and_does_nothing(typed: str) -> None:
    (shown,) = filled(template("{{ company }}"), company=typed)
    kept = "".join(mark for mark in typed.replace("\r\n", "\n") if mark.isprintable() or mark in "\n\t")
    assert shown == kept


@pytest.mark.parametrize(
    "text", ["{{ nothing }}", "{{ company.nothing }}", "{{ ''.__class__.__mro__ }}", "{% for %}", "{{ lines.pop() }}"]
)
def test_a_tag_that_fails_is_reported(text: str) -> None:
    with pytest.raises(TemplateError):
        filled(template(text))


def test_a_tag_that_splits_the_document_is_reported() -> None:
    content = template(table=[["{%tr for line in lines %}", ""], ["{{ line.name }}", "{% endfor %}"]])
    with pytest.raises(UnsoundTemplate, match="splits a table"):
        filled(content)


def test_the_logo_is_placed_at_its_tag() -> None:
    made = prepare_word_template(template("{{ logo }}"), "t.docx").fill({}, Logo(png(), "image/png"))
    parts = unpack_template(made, "t")
    assert parts["word/media/salesflow-logo.png"] == png()
    assert b'r:embed="rIdSalesflowLogo"' in parts["word/document.xml"]
    assert b"salesflow-logo.png" in parts["word/_rels/document.xml.rels"]
    assert len(WordFile(io.BytesIO(made)).inline_shapes) == 1
    assert "word/media/salesflow-logo.png" not in unpack_template(
        prepare_word_template(template("x"), "t").fill({}, Logo(png(), "image/png")), "t"
    )


def test_everything_without_tags_stays_as_it_was() -> None:
    content = template("{{ company }}")
    before, after = (
        unpack_template(content, "t"),
        unpack_template(prepare_word_template(content, "t").fill({"company": "x"}, None), "t"),
    )
    assert {name for name in before if before[name] != after[name]} == {"word/document.xml"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"text", "not an Office file"),
        (pack_document({"xl/workbook.xml": b"<x/>"}), "not a Word document"),
        (pack_document({"word/document.xml": b"<x/>"}), "not a Word document"),
        (pack_document({"word/document.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>{{ &a; }}</x>"}), "do not trust"),
        (pack_document({"word/document.xml": b"<x>{{ a }}"}), "malformed"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_a_word_file_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(UnsoundTemplate, match=why):
        prepare_word_template(content, "t.docx")


def test_a_long_quote_repeats_its_head_and_has_every_line() -> None:
    from xl_salesflow.documents.document_writer import render_document

    content = render_document(samples.quote(count=200), "en", "docx")
    text = said.of_word(content)
    assert [n for n in range(1, 201) if text.count(f"Pump {n:03d}") != 1] == []
    tree = etree.fromstring(unpack_template(content, "q")["word/document.xml"])
    heads = tree.xpath("//w:tr[w:trPr/w:tblHeader]", namespaces={"w": _DOCX_NAMESPACES.split('"')[1]})
    assert len(heads) == 2  # of the lines, and of the options
    assert len(tree.xpath("//w:tr[not(w:trPr/w:cantSplit)]", namespaces={"w": _DOCX_NAMESPACES.split('"')[1]})) == 0
