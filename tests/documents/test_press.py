"""The press holds files until the workbook has them written down."""

from __future__ import annotations

from pathlib import Path

from tests.documents import samples
from xl_salesflow.documents import Press, render
from xl_salesflow.papers import fingerprint


def test_nothing_is_on_disk_before_it_is_saved(tmp_path: Path) -> None:
    press = Press(tmp_path, ("html", "docx"), "en")
    files = press(samples.quote())
    assert [file.name for file in files] == ["Q-2026-0007 Acme.html", "Q-2026-0007 Acme.docx"]
    assert not list(tmp_path.iterdir())
    saved = press.save()
    assert [fingerprint(path.read_bytes()) for path in saved] == [file.digest for file in files]
    assert saved[0].read_bytes() == render(samples.quote(), "en", "html")


def test_files_are_named_from_the_workbook_s_folder(tmp_path: Path) -> None:
    inside = Press(tmp_path, ("html",), "en", folder=tmp_path / "sent" / "march")
    assert inside(samples.quote())[0].name == "sent/march/Q-2026-0007 Acme.html"
    outside = Press(tmp_path / "books", ("html",), "en", folder=tmp_path / "sent")
    assert outside(samples.quote())[0].name == str((tmp_path / "sent" / "Q-2026-0007 Acme.html").resolve())


def test_progress_is_told_before_each(tmp_path: Path) -> None:
    seen: list[int] = []
    press = Press(tmp_path, ("html",), "en", told=seen.append)
    for _ in range(3):
        press(samples.quote())
    assert seen == [0, 1, 2]
