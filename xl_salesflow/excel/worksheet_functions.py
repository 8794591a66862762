"""Worksheet functions as plain functions over columns; udfs.py makes them available in Excel on Windows.

Each takes whole columns, so that one call fills a column; a single cell is a column of one. The template does not use
them. People type their names with the prefix “sf_”.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import xlwings as xw

from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.ooxml.excel_notation import serial_to_datetime
from xl_salesflow.process.bant_cards import compute_bant_columns
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.quotes.quote_arithmetic import round_to_cents, spell_chinese_amount
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.workbook.cell_conversion import format_cell_as_text

CellColumn = Sequence[Any]


def bant_score(budget: CellColumn, authority: CellColumn, need: CellColumn, timeline: CellColumn) -> list[float | None]:
    """Return the BANT score, 0 to 100, by the standard weights; blank while nothing is known."""
    scores = _score_bant_columns(budget, authority, need, timeline)["bant_score"]
    return [None if is_missing(score) else float(score) for score in scores]


def bant_grade(budget: CellColumn, authority: CellColumn, need: CellColumn, timeline: CellColumn) -> list[str]:
    """Return the BANT grade, A to F, by the standard weights and thresholds; blank while nothing is known."""
    return list(_score_bant_columns(budget, authority, need, timeline)["bant_grade"])


def weighted_value(amount: CellColumn, probability: CellColumn) -> list[float | None]:
    """Return amount times probability, rounded to cents; blank if one is blank."""
    return [
        None if value is None or chance is None else float(round_to_cents(value * chance))
        for value, chance in zip(map(_cell_to_decimal, amount), map(_cell_to_decimal, probability), strict=True)
    ]


def win_rate(won: CellColumn, lost: CellColumn) -> list[float | None]:
    """Return won divided by won and lost; blank if nothing was closed."""
    pairs = zip(map(_cell_to_finite_number, won), map(_cell_to_finite_number, lost), strict=True)
    return [
        None if not (ours or 0) + (theirs or 0) else (ours or 0) / ((ours or 0) + (theirs or 0))
        for ours, theirs in pairs
    ]


def days_in_stage(since: CellColumn, today: CellColumn | None = None) -> list[int | None]:
    """Return the days from each day to the other day, or to today if there is none; blank without a day."""
    pairs = zip(map(_cell_to_day, since), map(_cell_to_day, today or [None] * len(since)), strict=True)
    return [None if day is None else ((now or date.today()) - day).days for day, now in pairs]


def amount_in_capitals(amount: CellColumn) -> list[str]:
    """Return amounts in Chinese capitals, as contracts spell them; blank for a blank amount."""
    return ["" if (value := _cell_to_decimal(cell)) is None else spell_chinese_amount(value) for cell in amount]


def cannot_move(deal: CellColumn, book: OpenBook | None = None) -> list[str]:
    """Return why each deal cannot move to the stage in its cell; blank if it can."""
    before = recompute_formula_columns(_read_calling_book(book))
    deals = apply_change_set(before, judge_stage_moves(before, ""))["Deals"].drop_duplicates("deal", keep=False)
    refused = deals[deals["move_status"] == "refused"]
    reasons = dict(zip(refused["deal"], refused["move_reasons"], strict=True))
    return [str(reasons.get(key, "")) for key in map(format_cell_as_text, deal)]


def next_stages(deal: CellColumn, book: OpenBook | None = None) -> list[str]:
    """Return the stages that follow the recorded one of each deal, separated by commas."""
    pipeline = _read_calling_book(book)
    known = pipeline["Deals"].drop_duplicates("deal", keep=False).set_index("deal")
    return [_list_following_stages(pipeline, known, key) for key in map(format_cell_as_text, deal)]


def _score_bant_columns(*dimensions: CellColumn) -> pd.DataFrame:
    names = ("budget", "authority", "need", "timeline")
    rows = [dict(zip(names, map(_cell_to_finite_number, row), strict=True)) for row in zip(*dimensions, strict=True)]
    pipeline = build_pipeline(date.today(), Deals=rows)
    return compute_bant_columns(Pipeline(pipeline.tables, pipeline.today, settings=Settings({})))


def _read_calling_book(book: OpenBook | None) -> Pipeline:
    return (book or OpenBook(xw.Book.caller())).read_as_needed(date.today())


def _list_following_stages(pipeline: Pipeline, deals: pd.DataFrame, deal: str) -> str:
    if deal not in deals.index:
        return ""
    row = deals.loc[deal]
    playbook = pipeline.playbooks.get(str(row["playbook"] or pipeline.default_playbook))
    if playbook is None:
        return ""
    here = playbook.by_name.get(str(row["recorded_stage"]))
    after = here.position if here else 0
    return ", ".join(stage.name for stage in playbook.funnel if stage.position > after)


def _cell_to_finite_number(cell: Any) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell) else None


def _cell_to_decimal(cell: Any) -> Decimal | None:
    number = _cell_to_finite_number(cell)
    return None if number is None else Decimal(repr(number))


def _cell_to_day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    number = _cell_to_finite_number(cell)  # a computed date is a number
    if number is not None and number >= 1 and (moment := serial_to_datetime(number)):
        return moment.date()
    return cell if isinstance(cell, date) else None


WORKSHEET_FUNCTIONS: tuple[Callable[..., list[Any]], ...] = (
    bant_score, bant_grade, weighted_value, win_rate, days_in_stage, amount_in_capitals, cannot_move, next_stages,
)  # fmt: skip
