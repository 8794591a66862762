"""Convert a layout to a sheet with tags in its cells; numbers stay numbers, with number formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tools.templates.document_layouts import (
    SECOND_IN_GROUP,
    CardsBlock,
    HeadBlock,
    HeadlineBlock,
    LayoutBlock,
    ListingBlock,
    ListingColumn,
    NoteBlock,
    PairsBlock,
    SectionBlock,
    SidesBlock,
    SignatureBlock,
    SumsBlock,
)
from tools.templates.xlsx_markup import build_xlsx_file, xlsx_cell

_XLSX_COLUMN_WIDTHS = (6.5, 11, 10, 10, 11, 11, 9, 14, 10, 16)
_XLSX_COLUMN_LETTERS = "ABCDEFGHIJ"
_XLSX_OFFER_LINE_PLACES = ("A", "B:E", "F", "G", "H", "I", "J")  # the sheet columns for the columns of a quote's lines
_XLSX_MEASURE_COLUMNS: Mapping[str, tuple[ListingColumn, ...]] = MappingProxyType(
    {
        # the number and the unit in cells of their own, so that the sheet can compute
        "measure": (ListingColumn("t.quantity", "quantity", 10, True), ListingColumn("t.unit", "unit", 8)),
    }
)
_XLSX_FIELD_STYLES: Mapping[str, str] = MappingProxyType(
    {
        "number": "place",
        "box": "place",
        "quantity": "figure",
        "price": "money",
        "net": "money",
        "discount": "share",
        "amount": "money",
        "tax": "money",
        "tax_rate": "share",
        "days": "figure",
    }
)


def build_xlsx_template(blocks: Sequence[LayoutBlock]) -> bytes:
    """Return the .xlsx template that prints *blocks*."""
    sheet = _XlsxRows()
    for block in blocks:
        _XLSX_BLOCK_PRINTERS[type(block)](sheet, block)
    return build_xlsx_file(sheet.rows, sheet.merged, _XLSX_COLUMN_WIDTHS, sheet.heads)


class _XlsxRows:
    """The rows of the sheet, in the order in which they are added."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.merged: list[str] = []
        self.heads = 0

    def row(self, *cells: tuple[str, str, str], height: float = 0) -> None:
        """Add a row; each cell consists of its columns, such as A or B:D, its text and its style."""
        number, made = len(self.rows) + 1, []
        for place, text, style in cells:
            first, _, last = place.partition(":")
            span = _XLSX_COLUMN_LETTERS[
                _XLSX_COLUMN_LETTERS.index(first) : _XLSX_COLUMN_LETTERS.index(last or first) + 1
            ]
            made += [xlsx_cell(f"{column}{number}", text if column == first else "", style) for column in span]
            if last:
                self.merged.append(f"{first}{number}:{last}{number}")
        tall = f' ht="{height:g}" customHeight="1"' if height else ""
        self.rows.append(f'<row r="{number}"{tall}>{"".join(made)}</row>')

    def tag(self, text: str) -> None:
        """Add a row that contains only a tag and is not printed."""
        self.row(("A", f"{{% {text} %}}", "plain"))

    def heading(self, heading: str) -> None:
        """Add a small heading with space above it."""
        self.row(("A:J", f"{{{{ {heading} }}}}" if heading else "", "eyebrow"), height=24 if heading else 9)


def _xlsx_head_block(sheet: _XlsxRows, block: HeadBlock) -> None:
    sheet.row(("A:E", "{{ seller.company }}", "company"), ("F:J", "{{ title }}", "title"), height=30)
    sheet.row(
        ("A:E", "{{ seller.line }}", "small"), ("F:J", "{{ number }}{% if draft %}  ({{ draft }}){% endif %}", "number")
    )
    if block.dated:
        _xlsx_dates(sheet)
    sheet.row(("A:J", "", "ruled"), height=6)


def _xlsx_dates(sheet: _XlsxRows) -> None:
    sheet.tag("for row in dates")
    sheet.row(("F:H", "{{ row.label }}", "right_small"), ("I:J", "{{ row.value ~ '' }}", "right"))
    sheet.tag("endfor")


def _xlsx_headline_block(sheet: _XlsxRows, _: HeadlineBlock) -> None:
    sheet.tag("if headline")
    sheet.row(("A:J", "{{ headline }}", "company"), height=27)
    sheet.tag("endif")


def _xlsx_sides_block(sheet: _XlsxRows, block: SidesBlock) -> None:
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
    _xlsx_dates(sheet)
    sheet.row(("A", "", "plain"), height=9)


def _xlsx_section_block(sheet: _XlsxRows, block: SectionBlock) -> None:
    sheet.tag(f"if {block.body}")
    sheet.heading(block.heading)
    sheet.row(("A:J", f"{{{{ {block.body} }}}}", "plain"))
    sheet.tag("endif")


def _xlsx_note_block(sheet: _XlsxRows, block: NoteBlock) -> None:
    sheet.tag(f"if {block.body}")
    sheet.row(("A:J", f"{{{{ {block.body} }}}}", "small"))
    sheet.tag("endif")


def _xlsx_pairs_block(sheet: _XlsxRows, block: PairsBlock) -> None:
    sheet.tag(f"if {block.rows}")
    sheet.heading(block.heading)
    if block.side_by_side:
        sheet.tag(f"for group in {block.rows}|batch(2)")
        sheet.row(
            ("A:B", "{{ group[0].label }}", "label"),
            ("C:E", "{{ group[0].value ~ '' }}", "value"),
            ("F:G", f"{{{{ group[1].label{SECOND_IN_GROUP} }}}}", "label"),
            ("H:J", f"{{{{ group[1].value ~ ''{SECOND_IN_GROUP} }}}}", "value"),
        )
    else:
        sheet.tag(f"for row in {block.rows}")
        sheet.row(("A:C", "{{ row.label }}", "label"), ("D:J", "{{ row.value ~ '' }}", "value"))
    sheet.tag("endfor")
    sheet.tag("endif")


def _xlsx_listing_block(sheet: _XlsxRows, block: ListingBlock) -> None:
    columns = [one for column in block.columns for one in _XLSX_MEASURE_COLUMNS.get(column.field, (column,))]
    places = _xlsx_column_places(columns)
    sheet.tag(f"if {block.rows}")
    sheet.heading(block.heading)
    heads = [
        (place, f"{{{{ {column.head} }}}}" if column.head else "", "head_figure" if column.figures else "head")
        for place, column in zip(places, columns, strict=True)
    ]
    sheet.row(*heads, height=21)
    if block.rows == "lines":
        sheet.heads = len(sheet.rows)
    sheet.tag(f"for row in {block.rows}")
    sheet.row(
        *(
            (place, _xlsx_listing_value(column), _XLSX_FIELD_STYLES.get(column.field, "value"))
            for place, column in zip(places, columns, strict=True)
        )
    )
    sheet.tag("endfor")
    sheet.tag("endif")


def _xlsx_listing_value(column: ListingColumn) -> str:
    # a number whose column has no number format of its own becomes text
    as_text = "" if column.field in _XLSX_FIELD_STYLES else " ~ ''"
    text = f"{{{{ row.{column.field}{as_text} }}}}"
    under = f"{{% if row.{column.under} %}}\n{{{{ row.{column.under} }}}}{{% endif %}}" if column.under else ""
    return text + under


def _xlsx_column_places(columns: Sequence[ListingColumn]) -> list[str]:
    """Assign the sheet's columns to *columns*; sheet columns are merged according to each column's share of the width."""
    if len(columns) == len(_XLSX_OFFER_LINE_PLACES):
        return list(_XLSX_OFFER_LINE_PLACES)
    whole, share = sum(_XLSX_COLUMN_WIDTHS), sum(column.share for column in columns)
    ends, at, wanted = list[int](), 0.0, 0.0
    for place, column in enumerate(columns):
        wanted += column.share * whole / share
        left = len(columns) - place - 1
        start = end = ends[-1] + 1 if ends else 0
        at = sum(_XLSX_COLUMN_WIDTHS[: start + 1])
        while end + 1 < len(_XLSX_COLUMN_LETTERS) - left and abs(at + _XLSX_COLUMN_WIDTHS[end + 1] - wanted) < abs(
            at - wanted
        ):
            end += 1
            at += _XLSX_COLUMN_WIDTHS[end]
        ends.append(len(_XLSX_COLUMN_LETTERS) - 1 if not left else end)
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [
        _XLSX_COLUMN_LETTERS[a] if a == b else f"{_XLSX_COLUMN_LETTERS[a]}:{_XLSX_COLUMN_LETTERS[b]}"
        for a, b in zip(starts, ends, strict=True)
    ]


def _xlsx_cards_block(sheet: _XlsxRows, block: CardsBlock) -> None:
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


def _xlsx_sums_block(sheet: _XlsxRows, _: SumsBlock) -> None:
    sheet.tag("for row in sums")
    sheet.row(("F:H", "{{ row.label }}", "sum_label"), ("I:J", "{{ row.value }}", "sum"))
    sheet.tag("endfor")
    sheet.row(("F:H", "{{ total_label }} ({{ currency }})", "total_label"), ("I:J", "{{ total }}", "total"), height=27)
    for field, text in (("in_base", "{{ in_base }}"), ("in_words", "{{ t.in_words }} {{ in_words }}")):
        sheet.tag(f"if {field}")
        sheet.row(("A:J", text, "right_small"))
        sheet.tag("endif")


def _xlsx_signature_block(sheet: _XlsxRows, block: SignatureBlock) -> None:
    places = ("A:D", "G:J") if len(block.headings) > 1 else ("G:J",)
    sheet.row(
        *((place, f"{{{{ {heading} }}}}", "eyebrow") for place, heading in zip(places, block.headings, strict=True)),
        height=36,
    )
    sheet.row(("A", "", "plain"), height=36)
    sheet.row(*((place, "{{ t.signature }}", "signature") for place in places))


_XLSX_BLOCK_PRINTERS: Mapping[type, Callable[[_XlsxRows, Any], None]] = MappingProxyType(
    {
        HeadBlock: _xlsx_head_block, HeadlineBlock: _xlsx_headline_block, SidesBlock: _xlsx_sides_block, SectionBlock: _xlsx_section_block, NoteBlock: _xlsx_note_block, PairsBlock: _xlsx_pairs_block, ListingBlock: _xlsx_listing_block, CardsBlock: _xlsx_cards_block,
        SumsBlock: _xlsx_sums_block, SignatureBlock: _xlsx_signature_block,
    }
)  # fmt: skip
