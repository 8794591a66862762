"""The switches of Excel are restored, and a button waits for somebody who edits a cell, then reports it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.excel.engines.application import App, Refused
from tests.excel.engines.memory import MemoryGrid
from tests.excel.open_desk import OpenDesk, app
from tests.workbook.book_contract import TODAY, edit
from xl_salesflow.excel import block_writing
from xl_salesflow.excel.block_writing import StillEditing, suspend_excel


def test_switches_and_selection_are_as_before_even_when_a_write_fails(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = desk.book()
    plan = edit(book.read(TODAY), "Deals", "amount", {"D-1": 5.0})
    before = (dict(app(desk).switched), app(desk).selected, desk.xw.sheets.active.name)
    monkeypatch.setattr(MemoryGrid, "put", _broken(MemoryGrid.put))
    with pytest.raises(OSError, match="gone"):
        book.write(plan)
    assert (dict(app(desk).switched), app(desk).selected, desk.xw.sheets.active.name) == before
    assert {name for name, _ in app(desk).history} == set(App.SWITCHES)


def _broken(put: Any) -> Any:
    def broken(*arguments: Any) -> None:
        raise OSError("Excel is gone")

    return broken


def test_a_button_waits_for_somebody_who_edits_a_cell(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_writing, "refusal_errors", lambda: (Refused,))
    waits: list[float] = []
    app(desk).busy = 3
    with suspend_excel(desk.xw, waits.append):
        assert app(desk).switched["calculation"] == "manual"
    assert len(waits) == 3
    assert app(desk).switched["calculation"] == "automatic"


def test_somebody_who_keeps_editing_gets_a_message(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_writing, "refusal_errors", lambda: (Refused,))
    app(desk).busy = 1000
    with pytest.raises(StillEditing, match="finish it"), suspend_excel(desk.xw, lambda seconds: None):
        pytest.fail("nothing may be written")
    assert app(desk).history == []
