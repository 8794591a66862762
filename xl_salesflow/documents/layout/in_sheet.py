"""A layout as a sheet with tags in its cells; figures keep their formats, so that they can be computed with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from xl_salesflow.documents.layout.blocks import (
    Block,
    Cards,
    Column,
    Head,
    Listing,
    Note,
    Pairs,
    Section,
    Sides,
    Sign,
    Sums,
)  # fmt: skip
from xl_salesflow.documents.layout.sheet_marks import cell, workbook

_WIDTHS = (6.5, 11, 10, 10, 11, 11, 9, 14, 10, 16)
_COLUMNS = "ABCDEFGHIJ"
_LINES = ("A", "B:E", "F", "G", "H", "I", "J")  # where the columns of a quote's lines stand
_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "number": "place",
        "box": "place",
        "quantity": "figure",
        "price": "money",
        "net": "money",
        "discount": "share",
        "amount": "money",
    }
)


def sheet_template(blocks: Sequence[Block]) -> bytes:
    """Return the .xlsx that prints *blocks*."""
    sheet = _Sheet()
    for block in blocks:
        _PRINTED[type(block)](sheet, block)
    return workbook(sheet.rows, sheet.merged, _WIDTHS, sheet.heads)


class _Sheet:
    """Rows as they come."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.merged: list[str] = []
        self.heads = 0

    def row(self, *cells: tuple[str, str, str], height: float = 0) -> None:
        """Add a row; a cell is its columns, such as A or B:D, its text and its style."""
        number, made = len(self.rows) + 1, []
        for place, text, style in cells:
            first, _, last = place.partition(":")
            span = _COLUMNS[_COLUMNS.index(first) : _COLUMNS.index(last or first) + 1]
            made += [cell(f"{column}{number}", text if column == first else "", style) for column in span]
            if last:
                self.merged.append(f"{first}{number}:{last}{number}")
        tall = f' ht="{height:g}" customHeight="1"' if height else ""
        self.rows.append(f'<row r="{number}"{tall}>{"".join(made)}</row>')

    def tag(self, text: str) -> None:
        """Add a row that holds nothing but a tag and is not printed."""
        self.row(("A", f"{{% {text} %}}", "plain"))

    def heading(self, heading: str) -> None:
        """Add a small heading with room above."""
        self.row(("A:J", f"{{{{ {heading} }}}}" if heading else "", "eyebrow"), height=24 if heading else 9)


def _head(sheet: _Sheet, _: Head) -> None:
    sheet.row(("A:E", "{{ seller.company }}", "company"), ("F:J", "{{ title }}", "title"), height=30)
    sheet.row(
        ("A:E", "{{ seller.line }}", "small"), ("F:J", "{{ number }}{% if draft %}  ({{ draft }}){% endif %}", "number")
    )
    sheet.row(("A:J", "", "ruled"), height=6)


def _sides(sheet: _Sheet, block: Sides) -> None:
    (left, left_lines), (right, right_lines) = block.left, block.right
    sheet.row(("A:E", f"{{{{ {left} }}}}", "eyebrow"), ("F:J", f"{{{{ {right} }}}}", "eyebrow"), height=20)
    for place in range(max(len(left_lines), len(right_lines))):
        style = "plain" if place else "strong"
        pair = [lines[place] if place < len(lines) else "" for lines in (left_lines, right_lines)]
        texts = [f"{{{{ {line} }}}}" if line else "" for line in pair]
        if place:
            sheet.tag(f"if {' or '.join(filter(None, pair))}")
        sheet.row(("A:E", texts[0], style), ("F:J", texts[1], style))
        if place:
            sheet.tag("endif")
    sheet.tag("for row in dates")
    sheet.row(("F:H", "{{ row.label }}", "right_small"), ("I:J", "{{ row.value ~ '' }}", "right"))
    sheet.tag("endfor")
    sheet.row(("A", "", "plain"), height=9)


def _section(sheet: _Sheet, block: Section) -> None:
    sheet.tag(f"if {block.body}")
    sheet.heading(block.heading)
    sheet.row(("A:J", f"{{{{ {block.body} }}}}", "plain"))
    sheet.tag("endif")


def _note(sheet: _Sheet, block: Note) -> None:
    sheet.tag(f"if {block.body}")
    sheet.row(("A:J", f"{{{{ {block.body} }}}}", "small"))
    sheet.tag("endif")


def _pairs(sheet: _Sheet, block: Pairs) -> None:
    sheet.tag(f"if {block.rows}")
    sheet.heading(block.heading)
    sheet.tag(f"for row in {block.rows}")
    sheet.row(("A:C", "{{ row.label }}", "label"), ("D:J", "{{ row.value ~ '' }}", "value"))
    sheet.tag("endfor")
    sheet.tag("endif")


def _listing(sheet: _Sheet, block: Listing) -> None:
    places = _places(block.columns)
    sheet.tag(f"if {block.rows}")
    sheet.heading(block.heading)
    heads = [
        (place, f"{{{{ {column.head} }}}}" if column.head else "", "head_figure" if column.figures else "head")
        for place, column in zip(places, block.columns, strict=True)
    ]
    sheet.row(*heads, height=21)
    if block.rows == "lines":
        sheet.heads = len(sheet.rows)
    sheet.tag(f"for row in {block.rows}")
    sheet.row(
        *(
            (place, _value(column), _FORMATS.get(column.field, "value"))
            for place, column in zip(places, block.columns, strict=True)
        )
    )
    sheet.tag("endfor")
    sheet.tag("endif")


def _value(column: Column) -> str:
    as_text = (
        "" if column.field in _FORMATS else " ~ ''"
    )  # a figure whose column has no format of its own is printed as it reads
    text = f"{{{{ row.{column.field}{as_text} }}}}"
    under = f"{{% if row.{column.under} %}}\n{{{{ row.{column.under} }}}}{{% endif %}}" if column.under else ""
    return text + under


def _places(columns: Sequence[Column]) -> list[str]:
    """Share the sheet's columns out: as many as there are stand alone, fewer are merged by their share of the width."""
    if len(columns) == len(_LINES):
        return list(_LINES)
    whole, share = sum(_WIDTHS), sum(column.share for column in columns)
    ends, at, wanted = list[int](), 0.0, 0.0
    for place, column in enumerate(columns):
        wanted += column.share * whole / share
        left = len(columns) - place - 1
        start = end = ends[-1] + 1 if ends else 0
        at = sum(_WIDTHS[: start + 1])
        while end + 1 < len(_COLUMNS) - left and abs(at + _WIDTHS[end + 1] - wanted) < abs(at - wanted):
            end += 1
            at += _WIDTHS[end]
        ends.append(len(_COLUMNS) - 1 if not left else end)
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [_COLUMNS[a] if a == b else f"{_COLUMNS[a]}:{_COLUMNS[b]}" for a, b in zip(starts, ends, strict=True)]


def _cards(sheet: _Sheet, block: Cards) -> None:
    sheet.tag(f"if {block.rows}")
    sheet.heading(block.heading)
    sheet.tag(f"for row in {block.rows}")
    sheet.row(("A:J", f"{{{{ row.{block.head} }}}}", "strong"))
    for place, line in enumerate(block.lines):
        sheet.tag(f"if row.{line}")
        sheet.row(("A:J", f"{{{{ row.{line} }}}}", "small" if place else "plain"))
        sheet.tag("endif")
    sheet.tag("endfor")
    sheet.tag("endif")


def _sums(sheet: _Sheet, _: Sums) -> None:
    sheet.tag("for row in sums")
    sheet.row(("F:H", "{{ row.label }}", "sum_label"), ("I:J", "{{ row.value }}", "sum"))
    sheet.tag("endfor")
    sheet.row(("F:H", "{{ t.total }} ({{ currency }})", "total_label"), ("I:J", "{{ total }}", "total"), height=27)
    for field, text in (("in_base", "{{ in_base }}"), ("in_words", "{{ t.in_words }} {{ in_words }}")):
        sheet.tag(f"if {field}")
        sheet.row(("A:J", text, "right_small"))
        sheet.tag("endif")


def _sign(sheet: _Sheet, block: Sign) -> None:
    places = ("A:D", "G:J") if len(block.headings) > 1 else ("G:J",)
    sheet.row(
        *((place, f"{{{{ {heading} }}}}", "eyebrow") for place, heading in zip(places, block.headings, strict=True)),
        height=36,
    )
    sheet.row(("A", "", "plain"), height=36)
    sheet.row(*((place, "{{ t.signature }}", "signature") for place in places))


_PRINTED: Mapping[type, Callable[[_Sheet, Any], None]] = MappingProxyType(
    {
        Head: _head, Sides: _sides, Section: _section, Note: _note, Pairs: _pairs, Listing: _listing, Cards: _cards,
        Sums: _sums, Sign: _sign,
    }
)  # fmt: skip
