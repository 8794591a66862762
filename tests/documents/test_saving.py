"""Documents as files: complete or not at all, and never outside their folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents import samples
from xl_salesflow.core.change_sets import Document
from xl_salesflow.documents.document_writer import DOCUMENT_FORMATS, render_document, write_document_files
from xl_salesflow.errors import CannotSave, UsageError


def test_one_file_per_format(tmp_path: Path) -> None:
    document = samples.followups()
    files = write_document_files(document, tmp_path / "out" / "today", "en", DOCUMENT_FORMATS["followups"])
    assert [file.name for file in files] == [
        f"follow-ups 2026-11-22.{list_format}" for list_format in DOCUMENT_FORMATS["followups"]
    ]
    assert [file.read_bytes() for file in files] == [
        render_document(document, "en", list_format) for list_format in DOCUMENT_FORMATS["followups"]
    ]
    assert sorted(tmp_path.rglob("*.*")) == sorted(files)  # no incomplete file is left


def test_a_name_cannot_lead_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    (file,) = write_document_files(Document("followups", "../../x", samples.followups().facts), folder, "en", ["md"])
    assert file.parent == folder
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]


def test_an_unknown_format_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean “html”"):
        write_document_files(samples.followups(), tmp_path, "en", ["md", "htlm"])
    assert not list(tmp_path.iterdir())


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(UsageError, match="did you mean “quote”") as error:
        render_document(Document("qoute", "x", {}), "en", "pdf")
    assert error.value.in_("zh") == "没有文件“qoute”；是否指“quote”？"


def test_a_folder_that_is_a_file_refuses(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(CannotSave, match="out"):
        write_document_files(samples.followups(), tmp_path / "out", "en", ["md"])
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"
