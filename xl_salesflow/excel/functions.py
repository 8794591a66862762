"""Worksheet functions as plain functions over columns; udfs.py gives them to Excel on Windows.

Each takes whole columns, so that one call fills one; a single cell is a column of one. The template uses none of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import xlwings as xw

from xl_salesflow import moves
from xl_salesflow.calculated import refreshed
from xl_salesflow.excel.book import OpenBook
from xl_salesflow.excel.one_deal import TABLES_OF_A_DEAL
from xl_salesflow.model.apply import applied
from xl_salesflow.model.pipeline import Pipeline, pipeline_of
from xl_salesflow.model.settings import Settings
from xl_salesflow.quotes.capitals import capitals
from xl_salesflow.quotes.money import rounded
from xl_salesflow.scoring.bant import columns as bant_columns

Cells = Sequence[Any]
_FIRST, _LAST = date(1899, 12, 30), 2_958_465
"""Day 0 of Excel's calendar, and the number of its last day."""


def bant_score(budget: Cells, authority: Cells, need: Cells, timeline: Cells) -> list[float | None]:
    """Return the BANT score, 0 to 100, by the standard weights; blank while nothing is known."""
    scores = _bant(budget, authority, need, timeline)["bant_score"]
    return [None if score != score else float(score) for score in scores]


def bant_grade(budget: Cells, authority: Cells, need: Cells, timeline: Cells) -> list[str]:
    """Return the BANT grade, A to F, by the standard weights and thresholds; blank while nothing is known."""
    return list(_bant(budget, authority, need, timeline)["bant_grade"])


def weighted_value(amount: Cells, probability: Cells) -> list[float | None]:
    """Return amount times probability, rounded to cents; blank where one is."""
    return [
        None if value is None or chance is None else float(rounded(value * chance))
        for value, chance in zip(map(_decimal, amount), map(_decimal, probability), strict=True)
    ]


def win_rate(won: Cells, lost: Cells) -> list[float | None]:
    """Return won divided by won and lost; blank where nothing was closed."""
    pairs = zip(map(_number, won), map(_number, lost), strict=True)
    return [
        None if not (ours or 0) + (theirs or 0) else (ours or 0) / ((ours or 0) + (theirs or 0))
        for ours, theirs in pairs
    ]


def days_in_stage(since: Cells, today: Cells | None = None) -> list[int | None]:
    """Return the whole days from each day to the one beside it, to today's date when there is none; blank without a day."""
    pairs = zip(map(_day, since), map(_day, today or [None] * len(since)), strict=True)
    return [None if day is None else ((now or date.today()) - day).days for day, now in pairs]


def amount_in_capitals(amount: Cells) -> list[str]:
    """Return amounts in Chinese capitals, as contracts spell them out; blank where there is none."""
    return ["" if (value := _decimal(cell)) is None else capitals(value) for cell in amount]


def cannot_move(deal: Cells, book: OpenBook | None = None) -> list[str]:
    """Return why each deal cannot go into the stage that its cell asks for; blank where nothing is in the way."""
    before = refreshed(_open(book))
    deals = applied(before, moves.judge(before, ""))["Deals"].drop_duplicates("deal", keep=False)
    refused = deals[deals["move_status"] == "refused"]
    reasons = dict(zip(refused["deal"], refused["move_reasons"], strict=True))
    return [str(reasons.get(key, "")) for key in map(_key, deal)]


def next_stages(deal: Cells, book: OpenBook | None = None) -> list[str]:
    """Return the stages that follow the recorded one of each deal, with commas between."""
    pipeline = _open(book, "Deals")
    known = pipeline["Deals"].drop_duplicates("deal", keep=False).set_index("deal")
    return [_following(pipeline, known, key) for key in map(_key, deal)]


FUNCTIONS: tuple[Callable[..., list[Any]], ...] = (
    bant_score, bant_grade, weighted_value, win_rate, days_in_stage, amount_in_capitals, cannot_move, next_stages,
)  # fmt: skip


def _bant(*dimensions: Cells) -> pd.DataFrame:
    names = ("budget", "authority", "need", "timeline")
    rows = [dict(zip(names, map(_number, row), strict=True)) for row in zip(*dimensions, strict=True)]
    pipeline = pipeline_of(date.today(), Deals=rows)
    return bant_columns(Pipeline(pipeline.tables, pipeline.today, settings=Settings({})))


def _open(book: OpenBook | None, *only: str) -> Pipeline:
    return (book or OpenBook(xw.Book.caller())).read(date.today(), only or TABLES_OF_A_DEAL)


def _following(pipeline: Pipeline, deals: pd.DataFrame, deal: str) -> str:
    if deal not in deals.index:
        return ""
    row = deals.loc[deal]
    playbook = pipeline.playbooks.get(str(row["playbook"] or pipeline.default_playbook))
    if playbook is None:
        return ""
    here = playbook.by_name.get(str(row["recorded_stage"]))
    after = here.position if here else 0
    return ", ".join(stage.name for stage in playbook.funnel if stage.position > after)


def _key(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell or "").strip()


def _number(cell: Any) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell) else None


def _decimal(cell: Any) -> Decimal | None:
    number = _number(cell)
    return None if number is None else Decimal(repr(number))


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    number = _number(cell)  # a day that comes from a calculation is a number
    if number is not None and 1 <= number <= _LAST:
        return _FIRST + timedelta(int(number))
    return cell if isinstance(cell, date) else None
