"""The document writer holds files back until the workbook has recorded them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.disks import fill_up, small_disk
from tests.documents import samples
from xl_salesflow.documents.document_writer import DocumentWriter, render_document
from xl_salesflow.errors import CannotSave, WorkbookInUse
from xl_salesflow.quotes.document_record import fingerprint_content


def test_nothing_is_on_disk_before_it_is_saved(tmp_path: Path) -> None:
    press = DocumentWriter(tmp_path, ("html", "docx"), "en")
    files = press(samples.quote())
    assert [file.name for file in files] == ["Q-2026-0007 Acme.html", "Q-2026-0007 Acme.docx"]
    assert not list(tmp_path.iterdir())
    saved = press.save()
    assert [fingerprint_content(path.read_bytes()) for path in saved] == [file.digest for file in files]
    assert saved[0].read_bytes() == render_document(samples.quote(), "en", "html")


def test_files_are_named_relative_to_the_workbooks_folder(tmp_path: Path) -> None:
    inside = DocumentWriter(tmp_path, ("html",), "en", folder=tmp_path / "sent" / "march")
    assert inside(samples.quote())[0].name == "sent/march/Q-2026-0007 Acme.html"
    outside = DocumentWriter(tmp_path / "books", ("html",), "en", folder=tmp_path / "sent")
    assert outside(samples.quote())[0].name == str((tmp_path / "sent" / "Q-2026-0007 Acme.html").resolve())


def test_progress_is_reported_before_each_document(tmp_path: Path) -> None:
    seen: list[int] = []
    press = DocumentWriter(tmp_path, ("html",), "en", on_progress=seen.append)
    for _ in range(3):
        press(samples.quote())
    assert seen == [0, 1, 2]


def test_a_folder_with_the_files_name_is_noticed_before_the_workbook_records_a_file(tmp_path: Path) -> None:
    press = DocumentWriter(tmp_path, ("html", "docx"), "en")
    press(samples.quote())
    (tmp_path / "Q-2026-0007 Acme.docx").mkdir()
    with pytest.raises(CannotSave, match=r"Acme\.docx could not be saved: a folder has this name"), press.save_around():
        pytest.fail("the workbook would be written")
    assert [path.name for path in tmp_path.iterdir()] == ["Q-2026-0007 Acme.docx"]


def test_a_full_disk_is_noticed_before_the_workbook_records_a_file(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 << 10) as disk:
        fill_up(disk / "filler")
        press = DocumentWriter(disk, ("html", "docx"), "en")
        press(samples.quote())
        with pytest.raises(CannotSave, match="the disk is full"), press.save_around():
            pytest.fail("the workbook would be written")
        assert [path.name for path in disk.iterdir()] == ["filler"]


def test_a_workbook_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    press = DocumentWriter(tmp_path, ("html",), "en")
    press(samples.quote())
    waiting: list[Path] = []

    def write() -> None:
        waiting.extend(tmp_path.iterdir())
        raise WorkbookInUse(tmp_path / "book.xlsx")

    with pytest.raises(WorkbookInUse), press.save_around():
        write()
    assert len(waiting) == 1
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_replaced_is_kept_beside_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody opens the old file at the wrong moment; the other files are still put in place."""
    press = DocumentWriter(tmp_path, ("docx", "html"), "en")
    made = press(samples.quote())
    replace, old = os.replace, tmp_path / made[0].name
    old.write_bytes(b"old")

    def refuses_the_first(source: Path, target: Path) -> None:
        if target == old:
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    with pytest.raises(CannotSave, match=r"Permission denied.*as Q-2026-0007 Acme \(new\)\.docx"), press.save_around():
        monkeypatch.setattr(os, "replace", refuses_the_first)
    found = {path.name: fingerprint_content(path.read_bytes()) for path in tmp_path.iterdir() if path != old}
    assert found == {"Q-2026-0007 Acme (new).docx": made[0].digest, "Q-2026-0007 Acme.html": made[1].digest}
    assert old.read_bytes() == b"old"
