"""Template lookup: in the folder of the settings, beside the workbook, and last among the supplied templates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.documents import samples
from xl_salesflow.core.pipelines import build_pipeline
from xl_salesflow.documents.document_writer import DocumentWriter, render_document
from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_KINDS, team_templates, template_folders
from xl_salesflow.errors import UsageError
from xl_salesflow.schema.named_values import Settings


def test_the_settings_folder_comes_first(tmp_path: Path) -> None:
    book = replace(build_pipeline(samples.TODAY), source=str(tmp_path / "book.xlsx"))
    assert template_folders(book) == (tmp_path / "templates",)
    named = replace(book, settings=Settings({"templates": "ours"}))
    assert template_folders(named) == (tmp_path / "ours", tmp_path / "templates")
    elsewhere = replace(book, settings=Settings({"templates": str(tmp_path / "shared")}))
    assert template_folders(elsewhere)[0] == tmp_path / "shared"


def test_a_teams_own_template_wins_and_one_for_the_language_first(tmp_path: Path) -> None:
    (tmp_path / "quote.html").write_text("ours {{ number }}", encoding="utf-8")
    document = samples.quote()
    assert render_document(document, "en", "html", (tmp_path,)) == b"ours Q-2026-0007"
    (tmp_path / "quote.zh.html").write_text("我们 {{ number }}", encoding="utf-8")
    assert render_document(document, "zh", "html", (tmp_path,)).decode() == "我们 Q-2026-0007"
    assert render_document(document, "en", "html", (tmp_path,)) == b"ours Q-2026-0007"
    assert render_document(document, "en", "html", (tmp_path / "nowhere",)) == render_document(document, "en", "html")


def test_a_template_that_was_edited_is_read_again(tmp_path: Path) -> None:
    for text in ("one", "two"):
        (tmp_path / "quote.html").write_text(text, encoding="utf-8")
        assert render_document(samples.quote(), "en", "html", (tmp_path,)) == text.encode()


def test_a_template_may_extend_supplied_and_own_ones(tmp_path: Path) -> None:
    (tmp_path / "quote.html").write_text(
        '{% extends "ours.html" %}{% block x %}{{ number }}{% endblock %}', encoding="utf-8"
    )
    (tmp_path / "ours.html").write_text("<b>{% block x %}{% endblock %}</b>", encoding="utf-8")
    assert render_document(samples.quote(), "en", "html", (tmp_path,)) == b"<b>Q-2026-0007</b>"


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "..\\secret.txt", "a/../../secret.txt"])
def test_a_template_reads_nothing_outside_its_folders(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "quote.html").write_text(f"{{% include {name!r} %}}", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be filled"):
        render_document(samples.quote(), "en", "html", (tmp_path / "ours",))


def test_own_lists_only_templates(tmp_path: Path) -> None:
    for name in ("quote.docx", "quote.zh.html", "visit.typ", "readme.md", "other.docx", "~$quote.docx", ".quote.html"):
        (tmp_path / name).write_bytes(b"x")
    found = [
        (template.kind, template.format, template.name)
        for template in team_templates((tmp_path,), tuple(DEAL_DOCUMENT_KINDS))
    ]
    assert found == [("quote", "docx", "quote.docx"), ("quote", "html", "quote.zh.html"), ("visit", "pdf", "visit.typ")]


def test_a_faulty_template_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "quote.html").write_text("{{ numbr }}\n{{ a.b }}", encoding="utf-8")
    press = DocumentWriter(tmp_path / "out", ("pdf", "html"), "en", where=(tmp_path,))
    with pytest.raises(
        UsageError, match=r"line 1: there is no field “numbr”; did you mean “number”\? \(and 1 more\)"
    ) as error:
        press(samples.quote())
    assert "第 1 行" in error.value.in_("zh")
    assert press.save() == []


def test_a_fault_that_only_these_facts_reveal_is_reported(tmp_path: Path) -> None:
    (tmp_path / "quote.html").write_text("{{ lines[5].product }}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"quote\.html cannot be filled"):
        render_document(samples.quote(), "en", "html", (tmp_path,))
