"""Convert a layout to a Word template with docxtpl's tags, so that a team can edit it further in Word."""

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
from tools.templates.docx_markup import (
    DOCX_ACCENT,
    DOCX_MUTED,
    DOCX_RULE,
    DOCX_TEXT_WIDTH,
    build_docx_file,
    docx_cell,
    docx_gap,
    docx_page_field,
    docx_paragraph,
    docx_row,
    docx_run,
    docx_table,
    docx_tag,
    docx_tag_row,
)

_DOCX_HALF_WIDTH = DOCX_TEXT_WIDTH // 2
_DOCX_SUMS_WIDTHS = (3200, 2600)
_DOCX_DATES_WIDTH = DOCX_TEXT_WIDTH - 3600 - 2900


def build_docx_template(blocks: Sequence[LayoutBlock]) -> bytes:
    """Return the .docx template that prints *blocks*."""
    body = "".join(_DOCX_BLOCK_PRINTERS[type(block)](block) for block in blocks)
    left = docx_run("{{ seller.company }} · {{ title }} {{ number }}", size=7.5, color=DOCX_MUTED)
    page = "".join((
        docx_run("{{ t.page }} ", size=7.5, color=DOCX_MUTED), docx_page_field("PAGE", 7.5, DOCX_MUTED),
        docx_run(" {{ t.of_pages }} ", size=7.5, color=DOCX_MUTED), docx_page_field("NUMPAGES", 7.5, DOCX_MUTED),
        docx_run(" {{ t.pages_end }}", size=7.5, color=DOCX_MUTED),
    ))  # fmt: skip
    cells = (docx_cell(docx_paragraph(left), 6864), docx_cell(docx_paragraph(page, align="right"), 3000))
    return build_docx_file(body + docx_gap(20), docx_table([docx_row(*cells)], (6864, 3000), padding=0) + docx_gap(20))


def _docx_eyebrow(heading: str) -> str:
    return docx_run(f"{{{{ {heading} }}}}", size=8, bold=True, color=DOCX_ACCENT, caps=6)


def _docx_heading(heading: str) -> str:
    return docx_paragraph(_docx_eyebrow(heading), before=170, after=40, keep=True) if heading else docx_gap(120)


def _docx_condition(field: str, *content: str) -> str:
    return "".join((docx_tag(f"{{%p if {field} %}}"), *content, docx_tag("{%p endif %}")))


_DOCX_DATES = (
    docx_tag("{%p for row in dates %}"),
    docx_paragraph(docx_run("{{ row.label }}  ", size=8, color=DOCX_MUTED), docx_run("{{ row.value }}"), align="right", after=20),
    docx_tag("{%p endfor %}"), docx_gap(20),
)  # fmt: skip


def _docx_head_block(block: HeadBlock) -> str:
    left = (
        docx_tag("{%p if logo %}"), docx_paragraph(docx_run("{{ logo }}"), after=80), docx_tag("{%p endif %}"),
        docx_paragraph(docx_run("{{ seller.company }}", size=13, bold=True)),
        docx_paragraph(docx_run("{{ seller.line }}", size=8, color=DOCX_MUTED)),
    )  # fmt: skip
    right = (
        docx_paragraph(docx_run("{{ title }}", size=22, bold=True, color=DOCX_ACCENT), align="right"),
        docx_paragraph(
            docx_run("{{ number }}", size=10.5, bold=True),
            docx_run("{% if draft %}  {{ draft }}{% endif %}", size=8, bold=True, color=DOCX_ACCENT),
            align="right",
        ),
        *(_DOCX_DATES if block.dated else ()),
    )
    cells = (docx_cell("".join(left), _DOCX_HALF_WIDTH + 400), docx_cell("".join(right), _DOCX_HALF_WIDTH - 400))
    head = docx_table([docx_row(*cells)], (_DOCX_HALF_WIDTH + 400, _DOCX_HALF_WIDTH - 400), padding=0)
    return head + docx_paragraph(docx_run("", size=2), rule=DOCX_ACCENT, after=80)


def _docx_headline_block(_: HeadlineBlock) -> str:
    line = docx_paragraph(docx_run("{{ headline }}", size=13, bold=True), before=40, after=160)
    return _docx_condition("headline", line)


def _docx_sides_block(block: SidesBlock) -> str:
    widths = (3600, 2900, _DOCX_DATES_WIDTH)
    sides = (docx_cell(_docx_side(*block.left), widths[0]), docx_cell(_docx_side(*block.right), widths[1]))
    return docx_table([docx_row(*sides, docx_cell("".join(_DOCX_DATES), widths[2]))], widths, padding=0) + docx_gap(100)


def _docx_side(heading: str, lines: Sequence[str]) -> str:
    first, *rest = lines
    others = "".join(_docx_condition(line, docx_paragraph(docx_run(f"{{{{ {line} }}}}"))) for line in rest)
    named = docx_paragraph(docx_run(f"{{{{ {first} }}}}", size=10.5, bold=True))
    return docx_paragraph(_docx_eyebrow(heading), after=40) + named + others


def _docx_section_block(block: SectionBlock) -> str:
    text = docx_paragraph(docx_run(f"{{{{ {block.body} }}}}"), after=60, keep=block.keep)
    return _docx_condition(block.body, _docx_heading(block.heading), text)


def _docx_note_block(block: NoteBlock) -> str:
    return _docx_condition(
        block.body,
        docx_paragraph(docx_run(f"{{{{ {block.body} }}}}", size=8, color=DOCX_MUTED), before=80, after=40, keep=True),
    )


def _docx_pairs_block(block: PairsBlock) -> str:
    cells: tuple[str, ...]
    widths: tuple[int, ...]
    if not block.side_by_side:
        widths = (2400, DOCX_TEXT_WIDTH - 2400)
        cells, rows = _docx_pair_cells("row", widths), f"row in {block.rows}"
    else:
        widths = (1500, DOCX_TEXT_WIDTH // 2 - 1500) * 2
        cells = _docx_pair_cells("group[0]", widths[:2]) + _docx_pair_cells("group[1]", widths[:2], SECOND_IN_GROUP)
        rows = f"group in {block.rows}|batch(2)"
    count = len(widths)
    made = (docx_tag_row(f"{{%tr for {rows} %}}", count), docx_row(*cells), docx_tag_row("{%tr endfor %}", count))
    return _docx_condition(block.rows, _docx_heading(block.heading), docx_table(made, widths))


def _docx_pair_cells(row: str, widths: Sequence[int], condition: str = "") -> tuple[str, str]:
    label = docx_run(f"{{{{ {row}.label{condition} }}}}", size=8.5, color=DOCX_MUTED)
    return (
        docx_cell(docx_paragraph(label), widths[0], bottom=DOCX_RULE),
        docx_cell(docx_paragraph(docx_run(f"{{{{ {row}.value{condition} }}}}")), widths[1], bottom=DOCX_RULE),
    )


def _docx_listing_block(block: ListingBlock) -> str:
    """Return the table; a column that may be left out makes a second table without it, so that the others get its width."""
    heading, whole = _docx_heading(block.heading), _docx_listing_table(block.rows, block.columns)
    when = next((column.when for column in block.columns if column.when), "")
    if not when:
        return _docx_condition(block.rows, heading, whole)
    fewer = _docx_listing_table(block.rows, [column for column in block.columns if not column.when])
    choice = (docx_tag(f"{{%p if {when} %}}"), whole, docx_tag("{%p else %}"), fewer, docx_tag("{%p endif %}"))
    return _docx_condition(block.rows, heading, *choice)


def _docx_listing_table(row_list: str, columns: Sequence[ListingColumn]) -> str:
    whole = sum(column.share for column in columns)
    widths = [round(DOCX_TEXT_WIDTH * column.share / whole) for column in columns]
    heads = [
        docx_cell(
            _docx_aligned_paragraph(docx_run(_docx_field_tag(column.head), size=8, bold=True, color="FFFFFF"), column),
            width,
            fill=DOCX_ACCENT,
            middle=True,
        )
        for column, width in zip(columns, widths, strict=True)
    ]
    cells = [
        docx_cell(_docx_listing_value(column), width, bottom=DOCX_RULE)
        for column, width in zip(columns, widths, strict=True)
    ]
    count = len(widths)
    rows = (
        docx_row(*heads, head=True), docx_tag_row(f"{{%tr for row in {row_list} %}}", count), docx_row(*cells),
        docx_tag_row("{%tr endfor %}", count),
    )  # fmt: skip
    return docx_table(rows, widths)


def _docx_field_tag(head: str) -> str:
    return f"{{{{ {head} }}}}" if head else ""


def _docx_aligned_paragraph(run: str, column: ListingColumn) -> str:
    return docx_paragraph(run, align="right" if column.figures else "")


def _docx_listing_value(column: ListingColumn) -> str:
    text = _docx_aligned_paragraph(docx_run(f"{{{{ row.{column.field} }}}}"), column)
    if not column.under:
        return text
    small = docx_run(f"{{{{ row.{column.under} }}}}", size=8, color=DOCX_MUTED)
    return text + _docx_condition(f"row.{column.under}", docx_paragraph(small))


def _docx_cards_block(block: CardsBlock) -> str:
    if block.keep:
        rows = (*_docx_card_rows(block, "[:-2]", False), *_docx_card_rows(block, "[-2:]", True))
    else:
        rows = _docx_card_rows(block, "", False)
    table = docx_table(rows, (DOCX_TEXT_WIDTH - 120,), indent=120, padding=160)
    return _docx_condition(block.rows, _docx_heading(block.heading), table)


def _docx_card_rows(block: CardsBlock, part: str, keep: bool) -> tuple[str, ...]:
    lines = "".join(
        _docx_condition(
            f"row.{line}",
            docx_paragraph(
                docx_run(f"{{{{ row.{line} }}}}", **_docx_card_line_style(number, len(block.lines))), keep=keep
            ),
        )
        for number, line in enumerate(block.lines)
    )
    head = docx_paragraph(docx_run(f"{{{{ row.{block.head} }}}}", bold=True), keep=keep)
    return (
        docx_tag_row(f"{{%tr for row in {block.rows}{part} %}}", 1),
        docx_row(docx_cell(head + lines, DOCX_TEXT_WIDTH - 120, left=DOCX_ACCENT)),
        docx_tag_row("{%tr endfor %}", 1),
    )


def _docx_card_line_style(number: int, count: int) -> dict[str, Any]:
    # lines after the first are small; the last one, the customer's own words, has the accent colour
    if number == 0:
        return {}
    return {"size": 8, "color": DOCX_ACCENT if number == count - 1 else DOCX_MUTED}


def _docx_sums_block(_: SumsBlock) -> str:
    indent = DOCX_TEXT_WIDTH - sum(_DOCX_SUMS_WIDTHS)
    line = (
        docx_cell(docx_paragraph(docx_run("{{ row.label }}", color=DOCX_MUTED)), _DOCX_SUMS_WIDTHS[0]),
        docx_cell(docx_paragraph(docx_run("{{ row.value }}"), align="right"), _DOCX_SUMS_WIDTHS[1]),
    )
    total = (
        docx_cell(
            docx_paragraph(docx_run("{{ total_label }}", size=10, color="FFFFFF")),
            _DOCX_SUMS_WIDTHS[0],
            fill=DOCX_ACCENT,
            middle=True,
        ),
        docx_cell(
            docx_paragraph(docx_run("{{ total }}", size=14, bold=True, color="FFFFFF"), align="right"),
            _DOCX_SUMS_WIDTHS[1],
            fill=DOCX_ACCENT,
            middle=True,
        ),
    )
    rows = (
        docx_tag_row("{%tr for row in sums %}", 2),
        docx_row(*line),
        docx_tag_row("{%tr endfor %}", 2),
        docx_row(*total),
    )
    small = docx_paragraph(docx_run("{{ in_base }}", size=8, color=DOCX_MUTED), align="right", before=40)
    words = docx_paragraph(
        docx_run("{{ t.in_words }} ", size=8, color=DOCX_MUTED),
        docx_run("{{ in_words }}", bold=True),
        align="right",
        before=40,
    )
    return (
        docx_paragraph(after=40)
        + docx_table(rows, _DOCX_SUMS_WIDTHS, indent=indent)
        + _docx_condition("in_base", small)
        + _docx_condition("in_words", words)
    )


def _docx_signature_block(block: SignatureBlock) -> str:
    count = max(2, len(block.headings))
    width = DOCX_TEXT_WIDTH // count
    blank = [docx_cell(docx_paragraph(), width)] * (count - len(block.headings))
    heads = [
        docx_cell(docx_paragraph(_docx_eyebrow(heading), after=760, keep=True), width) for heading in block.headings
    ]
    lines = [
        docx_cell(docx_paragraph(docx_run("{{ t.signature }}", size=8, color=DOCX_MUTED)), width)
        for _ in block.headings
    ]
    ruled = [line.replace("<w:tcBorders>", "").replace("</w:tcPr>", _DOCX_TOP_BORDER, 1) for line in lines]
    return docx_gap(300, keep=True) + docx_table((docx_row(*blank, *heads), docx_row(*blank, *ruled)), (width,) * count)


_DOCX_TOP_BORDER = (
    f'<w:tcBorders><w:top w:val="single" w:sz="6" w:space="0" w:color="{DOCX_MUTED}"/></w:tcBorders></w:tcPr>'
)

_DOCX_BLOCK_PRINTERS: Mapping[type, Callable[[Any], str]] = MappingProxyType(
    {
        HeadBlock: _docx_head_block, HeadlineBlock: _docx_headline_block, SidesBlock: _docx_sides_block, SectionBlock: _docx_section_block, NoteBlock: _docx_note_block, PairsBlock: _docx_pairs_block, ListingBlock: _docx_listing_block, CardsBlock: _docx_cards_block,
        SumsBlock: _docx_sums_block, SignatureBlock: _docx_signature_block,
    }
)  # fmt: skip
