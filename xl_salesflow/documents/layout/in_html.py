"""A layout as a page: calls of the macros in parts.html, a line a block."""

from __future__ import annotations

from collections.abc import Sequence

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

_FRAME = """{{% extends "paper.html" %}}
{{% import "parts.html" as parts with context %}}
{{% block title %}}{{{{ title }}}} {{{{ number }}}} · {{{{ seller.company }}}}{{% endblock %}}
{{% block paper %}}
{calls}
{{% endblock %}}
"""


def html_template(blocks: Sequence[Block]) -> str:
    """Return the page that prints *blocks*."""
    return _FRAME.format(calls="\n".join(f"{{{{ parts.{_call(block)} }}}}" for block in blocks))


def _call(block: Block) -> str:
    match block:
        case Head():
            return "head()"
        case Sides(left, right):
            return f"sides({left[0]}, [{', '.join(left[1])}], {right[0]}, [{', '.join(right[1])}])"
        case Section(heading, body):
            return f"section({_or_blank(heading)}, {body})"
        case Note(body):
            return f"note({body})"
        case Pairs(heading, rows):
            return f"pairs({_or_blank(heading)}, {rows})"
        case Listing(heading, rows, columns):
            return f"listing({_or_blank(heading)}, {rows}, [{', '.join(map(_column, columns))}])"
        case Cards(heading, rows, head, lines):
            names = ", ".join(f'"{line}"' for line in lines)
            return f'cards({_or_blank(heading)}, {rows}, "{head}", [{names}])'
        case Sums():
            return "totals()"
        case Sign(headings):
            return f"sign([{', '.join(headings)}])"


def _column(column: Column) -> str:
    return (
        f'({_or_blank(column.head)}, "{column.field}", {str(column.figures).lower()}, "{column.under}", {column.share})'
    )


def _or_blank(field: str) -> str:
    return field or '""'
