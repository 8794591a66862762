"""Texts that several cells get are stored once; what Excel and people stored before stays as it is."""

# ruff: noqa: E501 -- a row of a table reads best on one line
from __future__ import annotations

import pytest

from tests.ooxml.fuzzing import with_part
from tests.ooxml.packages import MAIN, opened, package, part, rows_of, sheet, table

STRINGS = "xl/sharedStrings.xml"
PLAIN = f'<sst xmlns="{MAIN}" count="3" uniqueCount="2"><si><t>Won</t></si><si><t>Lost</t></si></sst>'


def filled(strings: str, texts: list[str | None]) -> bytes:
    """Return a workbook with shared strings, after the texts were written into the column of a table."""
    tables = {"S": [table("Deals", f"A1:A{len(texts) + 1}", {"Stage": None})]}
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>Stage</t></is></c></row>'
    workbook = opened(with_part(package({"S": sheet(header, tables=1)}, tables), "sharedStrings", strings))
    workbook.set_column("Deals", "Stage", dict(enumerate(texts, start=2)))
    return workbook.to_bytes()


def cells_of(data: bytes) -> list[str]:
    return [cell.split(">", 1)[1].split("</c>")[0] for cell in rows_of(data).split("<c ")[2:]]


@pytest.mark.parametrize(
    ("strings", "texts", "cells", "added"),
    [
        pytest.param(PLAIN, ["New", "New"], ["<v>2</v>"] * 2, "<si><t>New</t></si>", id="a repeated text is added"),
        pytest.param(PLAIN, ["New", "Old"], ["<is><t>New</t></is>", "<is><t>Old</t></is>"], "", id="a text of one cell stays in it"),
        pytest.param(PLAIN, ["Lost"], ["<v>1</v>"], "", id="a text that is there is referred to"),
        pytest.param(PLAIN, ["a <b>", "a <b>"], ["<v>2</v>"] * 2, "<si><t>a &lt;b&gt;</t></si>", id="escaped"),
        pytest.param(PLAIN, [" a", " a"], ['<is><t xml:space="preserve"> a</t></is>'] * 2, "", id="spaces that a reader may drop"),
        pytest.param(f'<sst xmlns="{MAIN}"/>', ["New", "New"], ["<v>0</v>"] * 2, "<si><t>New</t></si>", id="the first ones"),
        pytest.param(f'<sst xmlns="{MAIN}"><si><r><t>Won</t></r></si></sst>', ["Won", "Won"], ["<v>1</v>"] * 2, "<si><t>Won</t></si>", id="the same letters with a format of their own"),
        pytest.param(f'<sst xmlns="{MAIN}"><si><t>東</t><rPh sb="0" eb="1"><t>トウ</t></rPh></si></sst>', ["東", "東"], ["<v>1</v>"] * 2, "<si><t>東</t></si>", id="with a reading"),
        pytest.param(f'<sst xmlns="{MAIN}" uniqueCount="9"><si><t>Won</t></si></sst>', ["Won", "Won"], ["<is><t>Won</t></is>"] * 2, "", id="fewer than the part says: left alone"),
    ],
)  # fmt: skip
def test_a_repeated_text_is_stored_once(strings: str, texts: list[str | None], cells: list[str], added: str) -> None:
    data = filled(strings, texts)
    assert cells_of(data) == cells
    after = part(data, STRINGS)
    kept = strings.removesuffix("/>").removesuffix("</sst>").partition(">")[2]
    assert after.partition(">")[2] == f"{kept}{added}</sst>" or (
        not added and after.partition(">")[2] == strings.partition(">")[2]
    )
    assert [row[0] for row in opened(data).read_range("S", f"A2:A{len(texts) + 1}")] == texts


@pytest.mark.parametrize(
    ("texts", "counts"),
    [(["New", "New", "Won"], 'count="6" uniqueCount="3"'), (["New"], 'count="3" uniqueCount="2"')],
)
def test_the_counts_are_kept(texts: list[str | None], counts: str) -> None:
    assert counts in part(filled(PLAIN, texts), STRINGS).partition(">")[0]


def test_the_items_are_written_with_the_prefix_of_the_part() -> None:
    strings = f'<x:sst xmlns:x="{MAIN}"><x:si><x:t>Won</x:t></x:si></x:sst>'
    assert part(filled(strings, ["New", "New"]), STRINGS).endswith("<x:si><x:t>New</x:t></x:si></x:sst>")
