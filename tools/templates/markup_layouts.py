"""Convert a layout to an HTML or Typst template, with one macro or function call for each block.

The macros are defined in parts.html, the functions in paper.typ.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.templates.document_layouts import (
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

_HTML_FRAME = """{{% extends "paper.html" %}}
{{% import "parts.html" as parts with context %}}
{{% block title %}}{{{{ title }}}} {{{{ number }}}} · {{{{ seller.company }}}}{{% endblock %}}
{{% block paper %}}
{calls}
{{% endblock %}}
"""


def build_html_template(blocks: Sequence[LayoutBlock]) -> str:
    """Return the HTML template that prints *blocks*."""
    return _HTML_FRAME.format(calls="\n".join(f"{{{{ parts.{_html_macro_call(block)} }}}}" for block in blocks))


def _html_macro_call(block: LayoutBlock) -> str:
    match block:
        case HeadBlock(dated):
            return f"head({str(dated).lower()})"
        case HeadlineBlock():
            return "opening_line()"
        case SidesBlock(left, right):
            return f"sides({left[0]}, [{', '.join(left[1])}], {right[0]}, [{', '.join(right[1])}])"
        case SectionBlock(heading, body, keep):
            return f"section({_html_or_blank(heading)}, {body}{_html_flag(keep)})"
        case NoteBlock(body):
            return f"note({body})"
        case PairsBlock(heading, rows, side_by_side):
            return f"pairs({_html_or_blank(heading)}, {rows}{_html_flag(side_by_side)})"
        case ListingBlock(heading, rows, columns, dense):
            listed = ", ".join(map(_html_column, columns))
            return f"listing({_html_or_blank(heading)}, {rows}, [{listed}]{_html_flag(dense)})"
        case CardsBlock(heading, rows, head, lines, keep):
            names = ", ".join(f'"{line}"' for line in lines)
            return f'cards({_html_or_blank(heading)}, {rows}, "{head}", [{names}]{_html_flag(keep)})'
        case SumsBlock():
            return "totals()"
        case SignatureBlock(headings):
            return f"sign([{', '.join(headings)}])"


def _html_flag(on: bool) -> str:
    return ", true" if on else ""


def _html_column(column: ListingColumn) -> str:
    return f'({_html_or_blank(column.head)}, "{column.field}", {str(column.figures).lower()}, "{column.under}", {column.share}, {column.when or "true"})'


def _html_or_blank(field: str) -> str:
    return field or '""'


_TYPST_FRAME = """// All text comes as data, so nothing in it is read as markup. The functions are those of paper.typ.
#show: paper
{calls}
"""


def build_typst_template(blocks: Sequence[LayoutBlock]) -> str:
    """Return the Typst template that prints *blocks*."""
    return _TYPST_FRAME.format(calls="\n".join(f"#{_typst_function_call(block)}" for block in blocks))


def _typst_function_call(block: LayoutBlock) -> str:
    match block:
        case HeadBlock(dated):
            return f"head(dated: {str(dated).lower()})"
        case HeadlineBlock():
            return "opening-line()"
        case SidesBlock(left, right):
            return f"sides(data.{left[0]}, {_typst_fields(left[1])}, data.{right[0]}, {_typst_fields(right[1])})"
        case SectionBlock(heading, body, keep):
            return f"section({_typst_or_blank(heading)}, data.{body}{_typst_flag('keep', keep)})"
        case NoteBlock(body):
            return f"note(data.{body})"
        case PairsBlock(heading, rows, side_by_side):
            return f"pairs({_typst_or_blank(heading)}, data.{rows}{_typst_flag('side-by-side', side_by_side)})"
        case ListingBlock(heading, rows, columns, dense):
            listed = ", ".join(map(_typst_column, columns))
            return f"listing({_typst_or_blank(heading)}, data.{rows}, ({listed},){_typst_flag('dense', dense)})"
        case CardsBlock(heading, rows, head, lines, keep):
            names = ", ".join(f'"{line}"' for line in lines)
            flag = _typst_flag("keep", keep)
            return f'cards({_typst_or_blank(heading)}, data.{rows}, "{head}", ({names},){flag})'
        case SumsBlock():
            return "sums()"
        case SignatureBlock(headings):
            return f"sign({_typst_fields(headings)})"


def _typst_fields(paths: Sequence[str]) -> str:
    return "(" + ", ".join(f"data.{path}" for path in paths) + ",)"


def _typst_flag(name: str, on: bool) -> str:
    return f", {name}: true" if on else ""


def _typst_column(column: ListingColumn) -> str:
    shown = f'data.{column.when} != ""' if column.when else "true"
    return f'({_typst_or_blank(column.head)}, "{column.field}", {str(column.figures).lower()}, "{column.under}", {column.share}, {shown})'


def _typst_or_blank(field: str) -> str:
    return f"data.{field}" if field else '""'
