"""Numbers parsed together equal those that Python parses one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xl_salesflow.ooxml.vectorized_rows import ByteSpans, ByteText

PIECE = st.one_of(
    st.integers(-(10**10), 10**10).map(str),
    st.floats(0, 1e6).map(repr),
    st.text("0123456789./:-+eE ", max_size=12),
).map(str.encode)
FLOAT = st.floats(allow_nan=False, allow_infinity=False)


def spans(pieces: Sequence[bytes]) -> ByteSpans:
    """Return the pieces within a larger text."""
    lengths = np.array([len(piece) for piece in pieces], np.int64)
    starts = np.cumsum(lengths + 1) - lengths + 8
    return ByteSpans(ByteText(b"xxxxxxxx|" + b"|".join(pieces) + b"|"), starts, starts + lengths)


@given(st.lists(PIECE, min_size=1))
@example([b"0", b"00000000", b"99999999", b"123456789", b"", b"/", b":", b"1/", b":1", b"12.5"])
def test_whole_numbers(pieces: list[bytes]) -> None:
    numbers, whole = spans(pieces).whole_numbers()
    assert whole.tolist() == [piece.isdigit() and len(piece) <= 8 for piece in pieces]
    assert numbers[whole].tolist() == [int(piece) for piece, is_whole in zip(pieces, whole, strict=True) if is_whole]


@given(
    st.lists(FLOAT.map(repr) | FLOAT.map("{:.17g}".format) | st.decimals(-1000, 1000, places=3).map(str), min_size=1)
)
@example(
    ["0.1", "-0.0", "81848.76999999999", "0.30000000000000004", "1.7976931348623157e+308", "5", "9007199254740993.0"]
)
def test_fractions_are_rounded_as_python_rounds(texts: list[str]) -> None:
    numbers, pointed = spans([text.encode() for text in texts]).fractions()
    assert pointed.tolist() == ["." in text and len(text) <= 24 for text in texts]
    asked = [float(text) for text, is_pointed in zip(texts, pointed, strict=True) if is_pointed]
    assert list(map(float.hex, numbers[pointed].tolist())) == list(map(float.hex, asked))


@given(st.lists(PIECE))
def test_pieces(pieces: list[bytes]) -> None:
    assert spans(pieces).pieces() == pieces


def test_an_invalid_fraction_is_reported() -> None:
    with pytest.raises(ValueError, match=r"1\.2\.3"):
        spans([b"1.5", b"1.2.3"]).fractions()
