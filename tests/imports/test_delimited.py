"""Text files in all usual encodings and with all usual delimiters."""

from __future__ import annotations

from pathlib import Path

import pytest

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.raw_files import TextLayout, detect_text_layout, read_text_rows

HERE = Path("list.csv")


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("deal,stage\n1,Won\n", "utf-8", TextLayout("utf-8", ",")),
        ("商机,阶段\n1,赢单\n", "utf-8", TextLayout("utf-8", ",")),
        ("商机,阶段\n1,赢单\n", "utf-8-sig", TextLayout("utf-8-sig", ",")),
        ("商机,阶段\n上海某某公司,赢单\n", "gb18030", TextLayout("gb18030", ",")),
        ("Kunde;Straße\nMüller;Äußere Straße 1\n", "cp1252", TextLayout("cp1252", ";")),
        ("client;prénom\nSociété Générale;Zoë\n", "cp1252", TextLayout("cp1252", ";")),
        ("deal\tstage\n1\tWon, at last\n", "utf-16", TextLayout("utf-16", "\t")),
        ('deal;amount\n1;"1,5"\n2;"2,5"\n', "utf-8", TextLayout("utf-8", ";")),
        ("deal|note\n1|a, b, c\n2|d\n", "utf-8", TextLayout("utf-8", "|")),
        ("deal\n1\n", "utf-8", TextLayout("utf-8", ",")),
        ("", "utf-8", TextLayout("utf-8", ",")),
    ],
)
def test_a_layout_is_recognised(text: str, encoding: str, expected: TextLayout) -> None:
    assert detect_text_layout(text.encode(encoding)) == expected


def test_a_quoted_cell_may_hold_the_delimiter_and_line_breaks() -> None:
    assert read_text_rows(b'a,b\n"x, y","1\n2"\n', TextLayout("utf-8", ","), HERE).rows == [
        ["a", "b"],
        ["x, y", "1\n2"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "klingon"])
def test_a_wrong_encoding_is_reported(encoding: str) -> None:
    with pytest.raises(UsageError, match=rf"list\.csv is not written in {encoding}"):
        read_text_rows("Müller".encode("cp1252"), TextLayout(encoding, ","), HERE)


def test_an_unclosed_quote_is_reported() -> None:
    with pytest.raises(UsageError, match="is a quotation mark missing"):
        read_text_rows(b'a,b\n"' + b"x" * 200_000, TextLayout("utf-8", ","), HERE)
