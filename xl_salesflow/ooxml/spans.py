"""Many short pieces of one long text, looked at together: array operations in place of a Python object for each piece."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]
_Words = npt.NDArray[np.uint64]

REACH = 32  # how far a window may look beyond the end
_DIGITS, _NUMBER = 8, 24  # bytes: of one processor word, and of the longest double as programs write it
_ZEROS, _TO_LETTERS, _HIGH_BITS = (np.uint64(int(byte * 8, 16)) for byte in ("30", "46", "80"))
_SHIFT = np.arange(0, 72, 8, dtype=np.uint64)  # bits in so many bytes; eight of them shift everything out


class Text:
    """A long text, as bytes, as an array of them, and through windows of several bytes that start at each of them."""

    def __init__(self, text: bytes) -> None:
        self.raw = text + bytes(REACH)
        self.bytes = np.frombuffer(self.raw, np.uint8)

    def windows(self, dtype: str) -> npt.NDArray[Any]:
        """View what starts at each byte as one value of a type up to REACH bytes long."""
        return np.ndarray((len(self.bytes) - REACH,), dtype, self.raw, 0, (1,))

    @property
    def words(self) -> _Words:
        """Eight bytes from each byte on; the first is the lowest."""
        return self.windows("<u8")


class Spans(NamedTuple):
    """Pieces of a text, none within its first eight bytes."""

    text: Text
    starts: Ints
    ends: Ints

    def at(self, which: Ints | Flags) -> Spans:
        """Some of the pieces."""
        return Spans(self.text, self.starts[which], self.ends[which])

    def pieces(self) -> list[bytes]:
        """Every piece as bytes."""
        raw = self.text.raw
        return [raw[start:end] for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]

    def whole_numbers(self) -> tuple[Ints, Flags]:
        """Read pieces of one to eight digits; the flags tell which are such, the others come back as anything.

        Eight digits are read at once within a processor word: neighbours are joined to pairs, pairs to fours, fours to one.
        """
        lengths = self.ends - self.starts
        shift = _SHIFT[np.clip(_DIGITS - lengths, 0, _DIGITS)]
        words = (self.text.words[self.ends - _DIGITS] >> shift) << shift | ~(~np.uint64(0) << shift) & _ZEROS
        odd = ((words + _TO_LETTERS) | (words - _ZEROS)) & _HIGH_BITS
        words = (words - _ZEROS) * np.uint64(10 << 8 | 1) >> np.uint64(8)
        words = (words & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(100 << 16 | 1) >> np.uint64(16)
        words = (words & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(10_000 << 32 | 1) >> np.uint64(32)
        return words.astype(np.int64), (odd == 0) & (lengths > 0) & (lengths <= _DIGITS)

    def fractions(self) -> tuple[npt.NDArray[np.float64], Flags]:
        """Read pieces with a decimal point; the flags tell which are such. Raises ValueError where one is no number.

        A float is the one that Python reads: numpy asks Python.
        """
        lengths = self.ends - self.starts
        shown = self.text.windows(f"S{_NUMBER}")[self.starts].view(np.uint8).reshape(-1, _NUMBER)
        shown[np.arange(_NUMBER) >= lengths[:, None]] = 0
        pointed = (shown == ord(".")).any(axis=1) & (lengths <= _NUMBER)
        shown[~pointed] = ord("0")
        return shown.reshape(-1).view(f"S{_NUMBER}").astype(np.float64), pointed
