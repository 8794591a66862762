"""Lay out text for a terminal of 80 columns: aligned tables, wrapped lines, bars, and colours where a person reads.

Chinese characters are two columns wide. Colours are left out when the output goes to a file or a pipe, and when the
variable NO_COLOR is set (see no-color.org).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import click

from xl_salesflow.locale.text_widths import cut_to_width, screen_width, wrap_to_width
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_declaration import Unit
from xl_salesflow.schema.table_registry import TABLES

SCREEN_WIDTH = 80
_FIRST_ROUNDED_AMOUNT = 10_000

_SCREEN_STYLES: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "head": {"bold": True},
        "bad": {"fg": "red"},
        "warning": {"fg": "yellow"},
        "dim": {"dim": True},
    }
)


def style_text(text: str, style: str) -> str:
    """Return *text* in a style of a terminal: head, bad, warning or dim; click removes it where nobody sees it."""
    return text if os.environ.get("NO_COLOR") else click.style(text, **_SCREEN_STYLES[style])


def format_screen_value(value: Any, unit: Unit | None = None) -> str:
    """Return a value as people read it; an unknown value is a dash."""
    if value is None:
        return "—"
    if unit is Unit.RATIO:
        return f"{value:.1%}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def format_exact_amount(amount: float) -> str:
    """Return an amount with its cents, for a column that adds up."""
    return f"{amount:,.2f}"


def format_round_value(value: Any, unit: Unit | None = None) -> str:
    """Return a value for a headline or a narrow table: an amount from 10,000 without its cents."""
    rounded = round(value) if isinstance(value, float) and abs(value) >= _FIRST_ROUNDED_AMOUNT else value
    return format_screen_value(rounded, unit)


def draw_bar(share: float, width: int = 10) -> str:
    """Return a share from 0 to 1 as a bar; more than 1 fills it."""
    full = round(min(max(share, 0.0), 1.0) * width)
    return "█" * full + "░" * (width - full)


def print_screen_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns, right-aligned except the first, which is cut if the table would be wider than the screen."""
    widths = [max(map(screen_width, column)) for column in zip(headers, *rows, strict=True)]
    widths[0] = max(min(widths[0], SCREEN_WIDTH - sum(widths[1:]) - 2 * len(widths[1:])), 12)
    for number, row in enumerate((headers, *rows)):
        cells = [
            _pad_to_width(cut_to_width(cell, width), width, place > 0)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = "  ".join(cells).rstrip()
        click.echo(line if number else style_text(line, "dim"))


def list_column_headers(table: str, columns: Sequence[str], language: Language) -> list[str]:
    """Return the headers of some columns of *table*, given by id."""
    return [TABLES[table].header(column, language) for column in columns]


def print_wrapped_line(text: str, indent: int = 0) -> None:
    """Print *text* in lines no wider than the screen, each after *indent* blanks; nothing if it is blank."""
    for line in wrap_to_width(text, SCREEN_WIDTH - indent) if text else ():
        click.echo(" " * indent + line)


def _pad_to_width(text: str, width: int, right: bool) -> str:
    gap = " " * (width - screen_width(text))
    return gap + text if right else text + gap
