"""A pipe or a device in the place of a file is one sentence; nobody waits for its end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xl_salesflow.batch.batch_tasks import digest_workbook_file
from xl_salesflow.cli import main
from xl_salesflow.ooxml.regular_files import read_regular_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a workbook, a list and a pipe."""
    place = tmp_path_factory.mktemp("pipes")
    assert main(["init", str(place / "b.xlsx"), "--lang", "en"]) == 0
    (place / "list.csv").write_text("Deal,Stage\nD-1,Lead\n", encoding="utf-8")
    os.mkfifo(place / "pipe.xlsx")
    return place


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("check {pipe}", 3),
        ("update {pipe}", 3),
        ("adopt {pipe}", 3),
        ("import {book} {pipe} --yes", 2),
        ("import {book} {list} --map {pipe}", 2),
        ("apply {book} {pipe}", 3),
        ("diff {book} {pipe}", 3),
        ("merge {book} {pipe}", 3),
        ("bant {book} --read {pipe}", 3),
        ("playbook check {pipe}", 3),
        ("check /dev/zero", 3),
    ],
)
# attack: a pipe or a device where any file is asked
# outcome: one sentence, at once
def test_a_pipe_is_one_sentence(folder: Path, line: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    names = {"pipe": folder / "pipe.xlsx", "book": folder / "b.xlsx", "list": folder / "list.csv"}
    before = (folder / "b.xlsx").read_bytes()
    assert main([word.format(**names) for word in line.split()]) == code
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert (folder / "b.xlsx").read_bytes() == before


def test_a_batch_does_not_wait_for_a_pipe(folder: Path) -> None:
    assert digest_workbook_file(folder / "pipe.xlsx") == ""
    assert digest_workbook_file(Path("/dev/zero")) == ""


def test_a_folder_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_regular_file(tmp_path)
