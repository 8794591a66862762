"""Which quote is meant: by its number, or as the one that stands for a deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline

DEAD = ("rejected", "expired", "superseded")
"""States of a quote that is no longer an offer."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The sheet row of a quote, or of a deal that has none yet."""

    table: Literal["Quotes", "Deals"]
    row: int


def meant(pipeline: Pipeline, key: str) -> Meant:
    """Return the deal or quote of number *key*; capitals and outer blanks do not matter.

    Raises:
        UsageError: there is neither; the sentence names the nearest.
    """
    deals, quotes = pipeline["Deals"], pipeline["Quotes"]
    quote = _row(quotes["quote"], key)
    if quote is not None:
        return Meant("Quotes", quote)
    deal = _row(deals["deal"], key)
    if deal is None:
        raise _unknown(pipeline, key)
    quote = standing(pipeline, str(deals.at[deal, "deal"]))
    return Meant("Deals", deal) if quote is None else Meant("Quotes", quote)


def standing(pipeline: Pipeline, deal: str) -> int | None:
    """Return the row of the quote that stands for *deal*: the primary one, else the latest that is still an offer."""
    quotes = pipeline["Quotes"]
    return latest(quotes[(quotes["deal"].str.lower() == deal.lower()) & ~quotes["status"].isin(DEAD)])


def latest(quotes: pd.DataFrame) -> int | None:
    """Return the row of the primary one of *quotes*, else of the latest by date and version; None when there is none."""
    if quotes.empty:
        return None
    order = quotes[["date", "version"]].assign(primary=quotes["primary"] == "yes")
    return int(order.sort_values(["primary", "date", "version"], na_position="first", kind="stable").index[-1])


def _row(keys: pd.Series, key: str) -> int | None:
    wanted = key.strip().lower()
    rows = keys.index[keys.str.strip().str.lower() == wanted] if wanted else keys.index[:0]
    return int(rows[0]) if len(rows) else None


def _unknown(pipeline: Pipeline, key: str) -> UsageError:
    deals = pipeline["Deals"]
    known = {str(number): str(number) for number in (*pipeline["Quotes"]["quote"], *deals["deal"]) if number}
    known |= {str(deal): f"{deal} ({name})" for deal, name in zip(deals["deal"], deals["name"], strict=True) if name}
    meant = nearest(key, known.values())
    return UsageError(
        f"There is no deal or quote “{key}”" + (f"; did you mean {meant}?" if meant else "."),
        f"没有编号为“{key}”的商机或报价单" + (f"；是否指 {meant}？" if meant else "。"),
    )
