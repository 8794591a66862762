"""Decoding cells, one by one and together."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ooxml.test_spans import spans
from xl_salesflow.ooxml.cell_contents import ErrorValue
from xl_salesflow.ooxml.cell_decoder import CellDecoder
from xl_salesflow.ooxml.number_formats import (
    DATE_FORMAT_KIND,
    DATETIME_FORMAT_KIND,
    DURATION_FORMAT_KIND,
    NUMBER_FORMAT_KIND,
    TIME_FORMAT_KIND,
)

DECODER = CellDecoder(
    ["Lead", "", "Won"],
    [NUMBER_FORMAT_KIND, DATE_FORMAT_KIND, DATETIME_FORMAT_KIND, TIME_FORMAT_KIND, DURATION_FORMAT_KIND],
    date1904=False,
)
KINDS = [
    "",
    *(f' s="{style}"' for style in (0, 1, 2, 3, 4, 99)),
    *(f' t="{kind}"' for kind in ("n", "s", "b", "e", "d", "str")),
]
TEXTS = st.one_of(
    st.integers(-3, 50_000).map(str),
    st.floats(0, 50_000).map(repr),
    st.sampled_from(["", "x", "1E5", "2958466", "9" * 12, "-1.5", "1.2.3", "true", "#N/A", "2026-06-30"]),
).map(str.encode)


@given(st.sampled_from(KINDS), st.lists(TEXTS, min_size=1))
def test_together_as_one_by_one(kind: str, texts: list[bytes]) -> None:
    attributes = kind.encode()
    together = DECODER.decode_many(attributes, spans(texts)).tolist()
    assert [(type(v), repr(v)) for v in together] == [
        (type(v), repr(v)) for v in (DECODER.decode_one(attributes, text) for text in texts)
    ]


@pytest.mark.parametrize(
    ("attributes", "text", "value"),
    [
        ("", "5", 5), ("", "-5", -5), ("", "5.0", 5.0), ("", "1E5", 100000.0), ("", "", None), ("", "n/a", "n/a"),
        ("", "nan", "nan"), ("", "1e999", "1e999"),
        (' t="s"', "2", "Won"), (' t="s"', "1", None), (' t="s"', "3", None), (' t="s"', "-1", None),
        (' t="b"', "1", True), (' t="b"', "false", False), (' t="b"', "", None),
        (' t="e"', "#N/A", ErrorValue("#N/A")), (' t="str"', "a &amp; b", "a & b"), (' t="str"', "", None),
        (' s="1"', "46203", date(2026, 6, 30)), (' s="1"', "46203.5", datetime(2026, 6, 30, 12)), (' s="1"', "-1", -1),
        (' s="2"', "46203", datetime(2026, 6, 30)), (' s="3"', "0.25", time(6)), (' s="4"', "1.5", timedelta(days=1.5)),
        (' t="d"', "2026-06-30", date(2026, 6, 30)), (' s="1" t="str"', "46203", "46203"),
    ],
)  # fmt: skip
def test_values(attributes: str, text: str, value: object) -> None:
    decoded = DECODER.decode_one(attributes.encode(), text.encode())
    assert (type(decoded), decoded) == (type(value), value)
