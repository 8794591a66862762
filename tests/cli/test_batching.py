"""The output of a batch: a bar on a terminal, lines elsewhere, a table at the end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.batch.sales import NOW
from tests.batch.scripted import Scripted
from xl_salesflow.batch.batch_run import Batch, RetryPolicy
from xl_salesflow.cli.batch_progress import STOPPED_EXIT_CODE, show_batch


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    names = [str(tmp_path / f"{name}.xlsx") for name in "abcd"]
    for name in names:
        Path(name).write_bytes(b"x")
    return names


def run(books: list[str], words: str, **more: object) -> int:
    script = dict(zip(books, words.split(","), strict=True))
    batch = Batch(tuple(books), now=NOW, by="Mara", patience=RetryPolicy(tries=2, wait=0.0))
    return show_batch(batch, lambda: Scripted(script, **more), False, False)  # type: ignore[arg-type]


def test_without_a_terminal_each_workbook_is_a_line_followed_by_a_table(
    books: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(books, "ok,bad,open ok,fails") == 3
    out, err = capsys.readouterr()
    lines = [line.split(maxsplit=4)[1:] for line in out.splitlines()[:4]]
    assert sorted((line[0], line[-1].replace(books[1], "b")) for line in lines) == [
        ("changed", "a.xlsx: 3 cells changed"),
        ("changed", "c.xlsx: 3 cells changed (2 tries)"),
        ("failed", "b is bad [NotAWorkbook]"),
        ("failed", "d.xlsx: an error in salesflow: ZeroDivisionError; please report it [ZeroDivisionError]"),
    ]
    assert [line.split() for line in out.splitlines()[5:7]] == [["changed", "2"], ["failed", "2"]]
    assert err.count("✗") == 2


def test_on_a_terminal_a_bar_shows_the_progress(
    books: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run(books, "ok,ok,ok,bad") == 3
    out, err = capsys.readouterr()
    assert "4/4" in err
    assert "a second" in err
    assert "1 failed" in err
    assert "cells changed (" not in out


def test_a_stopped_batch_says_how_to_resume(books: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    import os
    import signal

    def stop(_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    assert run(books, "ok,ok,ok,ok", slots=1, at=stop) == STOPPED_EXIT_CODE
    out, err = capsys.readouterr()
    assert "not started" in out
    assert "continue with --resume" in err
    assert run(books, "ok,ok,ok,ok") == 0
    assert "a new run begins" in capsys.readouterr().err
