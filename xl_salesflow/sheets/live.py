"""The rows of the tables that hold live formulas, as xl_salesflow.metrics declares them."""

from __future__ import annotations

from xl_salesflow.model.text import Language
from xl_salesflow.sheets.rows import BLANK, Row

MONTHS = 12


def metric_rows(language: Language) -> list[Row]:
    return [BLANK]


def stage_rows(language: Language, steps: int) -> list[Row]:
    return [{"position": position} for position in range(1, steps + 1)]


def month_rows(language: Language) -> list[Row]:
    return [{"position": position} for position in range(MONTHS)]


def plan_rows(language: Language, steps: int) -> list[Row]:
    return [{"position": position} for position in range(1, steps + 1)]


def number_format(id: object) -> str:
    return "General"


def short(id: str, language: Language) -> str:
    return ""
