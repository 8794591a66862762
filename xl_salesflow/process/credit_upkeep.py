"""What the rows of a credit split take from their deals, and each person's part of a deal in whole cents.

The parts of a deal are differences of running totals: with the shares added up to a row and before it, a part is the value up
to the one less the value up to the other, both rounded. So three thirds of 100.00 are 33.33, 33.34 and 33.33, and the parts
of any value add up to it. The rows count in the order of their numbers, wherever they stand on the sheet.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from xl_salesflow.changelog.shared_rows import find_share_run
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.table_frames import fold_keys, look_up_values

SHARE_TOLERANCE = Fraction(1, 10**9)
"""Shares whose sum differs from 1 by no more add up: a cell holds fifteen digits of a third."""


def read_fraction(number: float) -> Fraction:
    """Return the number that a person typed, the shortest decimal that the float stands for."""
    return Fraction(Decimal(repr(float(number))))


def round_half_up(value: Fraction) -> int:
    """Return *value* as a whole number; halves are rounded away from zero."""
    size = int(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def read_cents(amount: float) -> int:
    """Return an amount of money in whole cents."""
    return round_half_up(read_fraction(amount) * 100)


def add_share(before: float, share: float) -> tuple[Fraction, Fraction]:
    """Return the shares of a deal before a row and up to it; a sum that is 1 but for the digits of a cell is 1."""
    low = read_fraction(before)
    return _snap_to_one(low), _snap_to_one(low + read_fraction(share))


def _snap_to_one(share: Fraction) -> Fraction:
    return Fraction(1) if abs(share - 1) <= SHARE_TOLERANCE else share


def compute_part(cents: int, span: tuple[Fraction, Fraction]) -> int:
    """Return the part of *cents* that the shares from one end of *span* to the other come to, in cents."""
    low, high = span
    return round_half_up(cents * high) - round_half_up(cents * low)


def list_credit_order(credit_rows: pd.DataFrame) -> list[int]:
    """Return the positions of the rows of *credit_rows* in the order of their numbers; rows without one last."""
    keys = [str(key).strip() for key in credit_rows["credit"]]
    return sorted(range(len(keys)), key=lambda row: (not keys[row], len(keys[row]), keys[row], row))


def sum_shares(credit_rows: pd.DataFrame) -> dict[str, Fraction]:
    """Return the sum of the shares of each divided deal, by folded key."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for deal, share in zip(fold_keys(credit_rows["deal"]), credit_rows["share"], strict=True):
        if deal:
            sums[deal] += Fraction(0) if np.isnan(share) else read_fraction(share)
    return dict(sums)


def is_rep_copy(pipeline: Pipeline) -> bool:
    """Return whether the workbook was made for one person: it lacks the parts of others, and keeps what came with its own."""
    return bool(find_share_run(pipeline)[1])


def mark_credits(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with what the rows of its credit split take from their deals up to date."""
    credit_rows = pipeline["Credits"]
    if credit_rows.empty:
        return pipeline
    if not is_rep_copy(pipeline):
        credit_rows = credit_rows.assign(shares_before=_find_shares_before(credit_rows))
    deals = pipeline["Deals"]
    deals = deals[deals["deal"] != ""].set_axis(fold_keys(deals["deal"][deals["deal"] != ""]).to_numpy(), axis=0)
    deals = deals[~deals.index.duplicated()]
    keys = fold_keys(credit_rows["deal"])
    known = keys.isin(deals.index)
    closed = deals["closed"].where(deals["outcome"] == "won")
    # a deal of somebody else is not in the workbook of a rep; what is known of it came with the row
    marked = credit_rows.assign(
        account=look_up_values(keys, deals["account"]).where(known, credit_rows["account"]).fillna("").astype(object),
        owner=look_up_values(keys, deals["owner"]).where(known, credit_rows["owner"]).fillna("").astype(object),
        deal_value=look_up_values(keys, deals["amount"]).where(known, credit_rows["deal_value"]).astype("float64"),
        won_on=look_up_values(keys, closed).where(known, credit_rows["won_on"]).astype(credit_rows["won_on"].dtype),
    )
    rows = zip(marked["deal_value"], marked["shares_before"], marked["share"], strict=True)
    parts = [
        np.nan if np.isnan([value, before, share]).any() else compute_part(read_cents(value), add_share(before, share)) / 100
        for value, before, share in rows
    ]  # fmt: skip
    first = ~keys.iloc[list_credit_order(credit_rows)].duplicated().reindex(credit_rows.index)
    taken = marked["deal_value"].where(first & known, 0.0).where(marked["deal_value"].notna())
    return pipeline.with_tables(
        Credits=marked.assign(credited=pd.Series(parts, credit_rows.index, dtype="float64"), taken=taken)
    )


def _find_shares_before(credit_rows: pd.DataFrame) -> pd.Series:
    # blank where the shares of the deal do not add up, so that nobody is credited with it
    whole = {deal for deal, total in sum_shares(credit_rows).items() if abs(total - 1) <= SHARE_TOLERANCE}
    deals, shares = fold_keys(credit_rows["deal"]).tolist(), credit_rows["share"].fillna(0.0).tolist()
    sums: dict[str, Fraction] = defaultdict(Fraction)
    before = [np.nan] * len(deals)
    for row in list_credit_order(credit_rows):
        if deals[row] in whole:
            before[row] = float(sums[deals[row]])
            sums[deals[row]] += read_fraction(shares[row])
    return pd.Series(before, credit_rows.index, dtype="float64")
