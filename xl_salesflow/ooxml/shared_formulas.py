"""Shared formulas: one cell holds the text, the others only its number."""

from __future__ import annotations

import re

from xl_salesflow.ooxml.refs import shift
from xl_salesflow.ooxml.text import plain_text

_ID = re.compile(rb'\ssi="([0-9]+)"')


class SharedFormulas:
    """Remembers masters as they come by, and works out what their followers say."""

    def __init__(self) -> None:
        self._masters: dict[bytes, tuple[str, int, int]] = {}  # text, row and column of the master

    def __bool__(self) -> bool:
        return bool(self._masters)

    def remember(self, attributes: bytes, text: bytes | None, row: int, column: int) -> None:
        """Take note of a formula if it is a master."""
        shared = self._id(attributes)
        if shared and text:
            self._masters[shared] = (plain_text(text), row, column)

    def forget(self, attributes: bytes) -> None:
        """Drop a master whose number is used again."""
        self._masters.pop(self._id(attributes), None)

    def text(self, attributes: bytes, row: int, column: int) -> str | None:
        """What a follower in a cell says; None when its master is not known."""
        master = self._masters.get(self._id(attributes))
        if master is None:
            return None
        text, of_row, of_column = master
        return shift(text, row - of_row, column - of_column)

    @staticmethod
    def _id(attributes: bytes) -> bytes:
        match = _ID.search(attributes) if b't="shared"' in attributes else None
        return match.group(1) if match else b""
