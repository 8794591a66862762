"""``salesflow audit``: every question is listed with its answer, or without one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xl_salesflow.cli import main
from xl_salesflow.locale.texts import LANGUAGES, Language, Text
from xl_salesflow.workbook.new_stores import new_workbook


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_workbook_answers_no_question_and_is_not_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    book = tmp_path / "book.xlsx"
    new_workbook(book, language)
    before = book.read_bytes()
    assert main(["audit", str(book)]) == 0
    unknown = Text("The workbook does not contain the answer.").in_(language)
    assert capsys.readouterr().out.count(unknown) == 13
    assert main(["audit", str(book), "--json"]) == 0
    audit = json.loads(capsys.readouterr().out)["audit"]
    assert [set(one) for one in audit] == [{"question", "text", "answer", "facts"}] * 13
    assert book.read_bytes() == before
