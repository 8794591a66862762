"""A layout as a Typst template: calls of the functions in paper.typ, a line a block."""

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

_FRAME = """// All text comes as data, so nothing in it is read as markup. The functions are those of paper.typ.
#show: paper
{calls}
"""


def typst_template(blocks: Sequence[Block]) -> str:
    """Return the template that prints *blocks*."""
    return _FRAME.format(calls="\n".join(f"#{_call(block)}" for block in blocks))


def _call(block: Block) -> str:
    match block:
        case Head():
            return "head()"
        case Sides(left, right):
            return f"sides(data.{left[0]}, {_fields(left[1])}, data.{right[0]}, {_fields(right[1])})"
        case Section(heading, body):
            return f"section({_or_blank(heading)}, data.{body})"
        case Note(body):
            return f"note(data.{body})"
        case Pairs(heading, rows):
            return f"pairs({_or_blank(heading)}, data.{rows})"
        case Listing(heading, rows, columns):
            return f"listing({_or_blank(heading)}, data.{rows}, ({', '.join(map(_column, columns))},))"
        case Cards(heading, rows, head, lines):
            names = ", ".join(f'"{line}"' for line in lines)
            return f'cards({_or_blank(heading)}, data.{rows}, "{head}", ({names},))'
        case Sums():
            return "sums()"
        case Sign(headings):
            return f"sign({_fields(headings)})"


def _fields(paths: Sequence[str]) -> str:
    return "(" + ", ".join(f"data.{path}" for path in paths) + ",)"


def _column(column: Column) -> str:
    return (
        f'({_or_blank(column.head)}, "{column.field}", {str(column.figures).lower()}, "{column.under}", {column.share})'
    )


def _or_blank(field: str) -> str:
    return f"data.{field}" if field else '""'
