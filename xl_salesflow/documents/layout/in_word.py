"""A layout as a Word template: the tags are docxtpl's, so that a team can go on in Word where we stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from xl_salesflow.documents.layout import word_marks as w
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

_HALF = w.WIDTH // 2
_SUMS = (3200, 2600)
_DATES = w.WIDTH - 3600 - 2900


def word_template(blocks: Sequence[Block]) -> bytes:
    """Return the .docx that prints *blocks*."""
    body = "".join(_PRINTED[type(block)](block) for block in blocks)
    left = w.run("{{ seller.company }} · {{ title }} {{ number }}", size=7.5, color=w.MUTED)
    page = "".join((
        w.run("{{ t.page }} ", size=7.5, color=w.MUTED), w.page_field("PAGE", 7.5, w.MUTED),
        w.run(" {{ t.of_pages }} ", size=7.5, color=w.MUTED), w.page_field("NUMPAGES", 7.5, w.MUTED),
        w.run(" {{ t.pages_end }}", size=7.5, color=w.MUTED),
    ))  # fmt: skip
    cells = (w.cell(w.paragraph(left), 6864), w.cell(w.paragraph(page, align="right"), 3000))
    return w.document(body + w.gap(20), w.table([w.row(*cells)], (6864, 3000), padding=0) + w.gap(20))


def _eyebrow(heading: str) -> str:
    return w.run(f"{{{{ {heading} }}}}", size=8, bold=True, color=w.ACCENT, caps=6)


def _heading(heading: str) -> str:
    return w.paragraph(_eyebrow(heading), before=170, after=40, keep=True) if heading else w.gap(120)


def _when(field: str, *content: str) -> str:
    return "".join((w.tag(f"{{%p if {field} %}}"), *content, w.tag("{%p endif %}")))


def _head(_: Head) -> str:
    left = (
        w.tag("{%p if logo %}"), w.paragraph(w.run("{{ logo }}"), after=80), w.tag("{%p endif %}"),
        w.paragraph(w.run("{{ seller.company }}", size=13, bold=True)),
        w.paragraph(w.run("{{ seller.line }}", size=8, color=w.MUTED)),
    )  # fmt: skip
    right = (
        w.paragraph(w.run("{{ title }}", size=22, bold=True, color=w.ACCENT), align="right"),
        w.paragraph(
            w.run("{{ number }}", size=10.5, bold=True),
            w.run("{% if draft %}  {{ draft }}{% endif %}", size=8, bold=True, color=w.ACCENT),
            align="right",
        ),
    )
    cells = (w.cell("".join(left), _HALF + 400), w.cell("".join(right), _HALF - 400))
    head = w.table([w.row(*cells)], (_HALF + 400, _HALF - 400), padding=0)
    return head + w.paragraph(w.run("", size=2), rule=w.ACCENT, after=80)


def _sides(block: Sides) -> str:
    widths = (3600, 2900, _DATES)
    sides = (w.cell(_side(*block.left), widths[0]), w.cell(_side(*block.right), widths[1]))
    dates = (
        w.tag("{%p for row in dates %}"),
        w.paragraph(w.run("{{ row.label }}  ", size=8, color=w.MUTED), w.run("{{ row.value }}"), align="right", after=20),
        w.tag("{%p endfor %}"), w.gap(20),
    )  # fmt: skip
    return w.table([w.row(*sides, w.cell("".join(dates), widths[2]))], widths, padding=0) + w.gap(100)


def _side(heading: str, lines: Sequence[str]) -> str:
    first, *rest = lines
    told = "".join(_when(line, w.paragraph(w.run(f"{{{{ {line} }}}}"))) for line in rest)
    named = w.paragraph(w.run(f"{{{{ {first} }}}}", size=10.5, bold=True))
    return w.paragraph(_eyebrow(heading), after=40) + named + told


def _section(block: Section) -> str:
    text = w.paragraph(w.run(f"{{{{ {block.body} }}}}"), after=60)
    return _when(block.body, _heading(block.heading), text)


def _note(block: Note) -> str:
    return _when(block.body, w.paragraph(w.run(f"{{{{ {block.body} }}}}", size=8, color=w.MUTED), before=80, after=40))


def _pairs(block: Pairs) -> str:
    widths = (2400, w.WIDTH - 2400)
    cells = (
        w.cell(w.paragraph(w.run("{{ row.label }}", size=8.5, color=w.MUTED)), widths[0], bottom=w.RULE),
        w.cell(w.paragraph(w.run("{{ row.value }}")), widths[1], bottom=w.RULE),
    )
    rows = (w.tag_row(f"{{%tr for row in {block.rows} %}}", 2), w.row(*cells), w.tag_row("{%tr endfor %}", 2))
    return _when(block.rows, _heading(block.heading), w.table(rows, widths))


def _listing(block: Listing) -> str:
    whole = sum(column.share for column in block.columns)
    widths = [round(w.WIDTH * column.share / whole) for column in block.columns]
    heads = [
        w.cell(
            _cell_of(w.run(_said(column.head), size=8, bold=True, color="FFFFFF"), column),
            width,
            fill=w.ACCENT,
            middle=True,
        )
        for column, width in zip(block.columns, widths, strict=True)
    ]
    cells = [w.cell(_value(column), width, bottom=w.RULE) for column, width in zip(block.columns, widths, strict=True)]
    count = len(widths)
    rows = (
        w.row(*heads, head=True), w.tag_row(f"{{%tr for row in {block.rows} %}}", count), w.row(*cells),
        w.tag_row("{%tr endfor %}", count),
    )  # fmt: skip
    return _when(block.rows, _heading(block.heading), w.table(rows, widths))


def _said(head: str) -> str:
    return f"{{{{ {head} }}}}" if head else ""


def _cell_of(run: str, column: Column) -> str:
    return w.paragraph(run, align="right" if column.figures else "")


def _value(column: Column) -> str:
    text = _cell_of(w.run(f"{{{{ row.{column.field} }}}}"), column)
    if not column.under:
        return text
    small = w.run(f"{{{{ row.{column.under} }}}}", size=8, color=w.MUTED)
    return text + _when(f"row.{column.under}", w.paragraph(small))


def _cards(block: Cards) -> str:
    lines = "".join(
        _when(f"row.{line}", w.paragraph(w.run(f"{{{{ row.{line} }}}}", **_tone(number, len(block.lines)))))
        for number, line in enumerate(block.lines)
    )
    head = w.paragraph(w.run(f"{{{{ row.{block.head} }}}}", bold=True))
    rows = (
        w.tag_row(f"{{%tr for row in {block.rows} %}}", 1),
        w.row(w.cell(head + lines, w.WIDTH - 120, left=w.ACCENT)),
        w.tag_row("{%tr endfor %}", 1),
    )
    return _when(block.rows, _heading(block.heading), w.table(rows, (w.WIDTH - 120,), indent=120, padding=160))


def _tone(number: int, count: int) -> dict[str, Any]:
    # the first line says it, the ones after it in small; the last of three is for the customer's own words
    if number == 0:
        return {}
    return {"size": 8, "color": w.ACCENT if number == count - 1 else w.MUTED}


def _sums(_: Sums) -> str:
    indent = w.WIDTH - sum(_SUMS)
    line = (
        w.cell(w.paragraph(w.run("{{ row.label }}", color=w.MUTED)), _SUMS[0]),
        w.cell(w.paragraph(w.run("{{ row.value }}"), align="right"), _SUMS[1]),
    )
    total = (
        w.cell(w.paragraph(w.run("{{ t.total }}", size=10, color="FFFFFF")), _SUMS[0], fill=w.ACCENT, middle=True),
        w.cell(
            w.paragraph(w.run("{{ total }}", size=14, bold=True, color="FFFFFF"), align="right"),
            _SUMS[1],
            fill=w.ACCENT,
            middle=True,
        ),
    )
    rows = (w.tag_row("{%tr for row in sums %}", 2), w.row(*line), w.tag_row("{%tr endfor %}", 2), w.row(*total))
    small = w.paragraph(w.run("{{ in_base }}", size=8, color=w.MUTED), align="right", before=40)
    words = w.paragraph(
        w.run("{{ t.in_words }} ", size=8, color=w.MUTED), w.run("{{ in_words }}", bold=True), align="right", before=40
    )
    return (
        w.paragraph(after=40) + w.table(rows, _SUMS, indent=indent) + _when("in_base", small) + _when("in_words", words)
    )


def _sign(block: Sign) -> str:
    count = max(2, len(block.headings))
    width = w.WIDTH // count
    blank = [w.cell(w.paragraph(), width)] * (count - len(block.headings))
    heads = [w.cell(w.paragraph(_eyebrow(heading), after=760, keep=True), width) for heading in block.headings]
    lines = [w.cell(w.paragraph(w.run("{{ t.signature }}", size=8, color=w.MUTED)), width) for _ in block.headings]
    ruled = [line.replace("<w:tcBorders>", "").replace("</w:tcPr>", _TOP, 1) for line in lines]
    return w.gap(300) + w.table((w.row(*blank, *heads), w.row(*blank, *ruled)), (width,) * count)


_TOP = f'<w:tcBorders><w:top w:val="single" w:sz="6" w:space="0" w:color="{w.MUTED}"/></w:tcBorders></w:tcPr>'

_PRINTED: Mapping[type, Callable[[Any], str]] = MappingProxyType(
    {
        Head: _head, Sides: _sides, Section: _section, Note: _note, Pairs: _pairs, Listing: _listing, Cards: _cards,
        Sums: _sums, Sign: _sign,
    }
)  # fmt: skip
