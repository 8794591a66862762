"""Move texts that are written in place, cell by cell, to the shared strings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from xl_salesflow.ooxml.cell_contents import unescape_cell_text
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.shared_texts import SharedTexts
from xl_salesflow.ooxml.sheet_stream import SheetStream

# as this package writes them
_INLINE_CELL = re.compile(rb'(<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")?) t="inlineStr"><is><t>([^<]*)</t></is></c>')


class InlineTextSharing:
    """Moves the texts that occur more than once in the cells of some sheets to the shared strings."""

    def __init__(self, package: Package, parts: Sequence[str], shared: SharedTexts) -> None:
        self._package = package
        blocks = (block for part in parts for block in SheetStream(package, part).blocks())
        counts = Counter(cell[2] for block in blocks for cell in _INLINE_CELL.finditer(block))
        self._numbers = {
            text: number
            for text, times in counts.items()
            if (number := shared.share(unescape_cell_text(text), times)) is not None
        }

    def rewrite(self, part: str) -> Iterator[bytes]:
        """Yield the bytes of a sheet whose cells refer to the shared texts."""
        stream = SheetStream(self._package, part)
        yield stream.head + stream.opening
        for block in stream.blocks():
            yield _INLINE_CELL.sub(self._refer, block)
        yield stream.closing + stream.tail

    def _refer(self, cell: re.Match[bytes]) -> bytes:
        number = self._numbers.get(cell[2])
        return cell[0] if number is None else b'%b t="s"><v>%d</v></c>' % (cell[1], number)
