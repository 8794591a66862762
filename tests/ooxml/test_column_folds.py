"""Hidden columns are opened one by one, and the buttons of their groups with them."""

from __future__ import annotations

import re

import pytest

from xl_salesflow.ooxml.column_folds import list_hidden_columns, open_hidden_columns

BEFORE, AFTER = '<sheetPr><outlinePr summaryRight="0"/></sheetPr>', "<sheetPr/>"


def head(pr: str, columns: str) -> bytes:
    """Write the columns of ``1 2h 3-5h 6c``: h is hidden, c the closed button of a group."""
    tags = []
    for column in columns.split():
        first, last, marks = re.fullmatch(r"(\d+)-?(\d*)([hc]*)", column).groups()  # type: ignore[union-attr]  # every word of the tables here is one
        flags = "".join(f' {name}="1"' for mark, name in (("h", "hidden"), ("c", "collapsed")) if mark in marks)
        tags.append(f'<col min="{first}" max="{last or first}" width="9"{flags} customWidth="1"/>')
    return f"<worksheet>{pr}<cols>{''.join(tags)}</cols>".encode()


@pytest.mark.parametrize(
    ("side", "before", "opened", "after"),
    [
        (BEFORE, "1 2h 3-5h", {2}, "1 2 3-5h"),
        (BEFORE, "1-3 4-9h", {5, 6}, "1-3 4-4h 5-6 7-9h"),  # a range is divided
        (BEFORE, "1c 2h 3h 4", {2, 3}, "1 2 3 4"),  # the button before a group opens with it
        (AFTER, "1c 2h 3h 4c", {2, 3}, "1c 2 3 4"),  # or the one after it
        (BEFORE, "1c 2hc 3h 4hc 5h", {2, 3, 4}, "1 2 3 4c 5h"),  # a group inside that stays closed keeps its button
        (BEFORE, "1c 2h", {1, 7}, "1c 2h"),  # nothing of this is hidden
        (BEFORE, "1", {1}, "1"),
    ],
)
def test_columns_are_opened(side: str, before: str, opened: set[int], after: str) -> None:
    assert open_hidden_columns(head(side, before), opened) == head(side, after)


def test_a_sheet_may_have_prefixes_and_tags_that_say_nothing() -> None:
    sheet = b'<x:worksheet><x:cols><x:col width="9"/><x:col min="2" max="3" hidden="true"></x:col></x:cols>'
    assert list_hidden_columns(sheet) == {2, 3}
    assert open_hidden_columns(sheet, {2, 3}) == sheet.replace(b' hidden="true"', b"")
    assert list_hidden_columns(b"<worksheet>") == set()
