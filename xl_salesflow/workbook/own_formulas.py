"""Formulas of the user's own: which they are, and what a run says became of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from xl_salesflow.metrics import METRICS
from xl_salesflow.metrics.formulas import card_formulas
from xl_salesflow.model.shipped import template
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.model.view import NAMED_CELLS
from xl_salesflow.ooxml import Known, Place, Recalculation, Workbook, address
from xl_salesflow.ooxml.recalculate import ARRAY, DOUBTED, FROM_ANOTHER, NOT_HERE, TOO_MANY
from xl_salesflow.workbook.layout import Layout

_WHY = {
    ARRAY: Text("an array formula", "数组公式"),
    DOUBTED: Text("calculates differently here", "此处计算结果不同"),
    FROM_ANOTHER: Text("depends on one that is left", "依赖未计算的公式"),
    NOT_HERE: Text("cannot be calculated here", "此处无法计算"),
    TOO_MANY: Text("too much to calculate here", "计算量过大"),
}
_NUMBERS = re.compile(r"[0-9]+")


def known_formulas(layout: Layout) -> Known:
    """The formulas whose values a plan brings: declared columns, named cells, the cards of metrics."""
    columns = {name: [layout.headers[name][column.id] for column in TABLES[name].formulas] for name in layout.tables}
    return Known(columns, [*NAMED_CELLS, *METRICS, *card_formulas(layout.language)])


def told(outcome: Recalculation, book: Workbook, language: Language) -> dict[str, Any]:
    """What became of the user's formulas, for the answer of a run; empty when none was concerned."""
    own = sorted(place for place, text in outcome.texts.items() if _shape(text) not in _shipped(language))
    done = [_cell(book, place) for place in own if place in outcome.values]
    left = [
        {"cell": _cell(book, place), "why": _why(outcome.left[place], language)}
        for place in own
        if place in outcome.left
    ]
    return {"recalculated": done, "to_calculate": left} if own else {}


def _why(reason: str, language: Language) -> str:
    return _WHY[reason].in_(language) if reason in _WHY else reason  # a function, say


def _cell(book: Workbook, place: Place) -> str:
    sheet = book.sheets[place.sheet].name
    quoted = sheet if sheet.isidentifier() else f"'{sheet}'"
    return f"{quoted}!{address(place.row, place.column)}"


@cache
def _shipped(language: Language) -> frozenset[str]:
    """The helper formulas of the template, whatever row they are in."""
    book = Workbook(Path("template"), template(language))
    return frozenset(map(_shape, book.formulas().values()))


def _shape(formula: str) -> str:
    return _NUMBERS.sub("#", formula)
