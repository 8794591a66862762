"""Who is credited with which deals, when each was won and lost again, and when its money came in.

A stay of Stage history that begins in a won stage after another one is a win, and a stay in an open or lost stage after that
reverses it. The deal's own closing date goes before the day in the history for the last win. On payment, an instalment counts
once it is paid in full, on the day on which its last part came in, and not before the deal is won.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.key_numbers import order_by_number
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.process.credit_upkeep import add_share, compute_part, read_cents, read_fraction, round_half_up
from xl_salesflow.schema.table_frames import fold_keys

Part = tuple[str, tuple[Fraction, Fraction]]
"""A person, and the shares of the deal before and up to theirs."""

_WHOLE = (Fraction(0), Fraction(1))
_HALF_A_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Win:
    """The day a deal was won, and the day and kind of its reversal, if there was one."""

    day: date
    lost: date | None = None
    reversal: str = ""


@dataclass(frozen=True, slots=True)
class Instalment:
    """An instalment that was paid in full: its number, the day, and what it is of the contract; negative if credited back."""

    payment: str
    day: date
    part: Fraction


@dataclass(frozen=True, slots=True)
class CreditedDeal:
    """A deal with everything that its commission depends on; *parts* are persons and their parts of it."""

    deal: str
    name: str
    account: str
    series: str
    cents: int
    wins: tuple[Win, ...]
    instalments: tuple[Instalment, ...]
    parts: tuple[Part, ...]

    def credit_steps(self, basis: str, span: tuple[Fraction, Fraction]) -> Iterator[tuple[str, date | None, int, int]]:
        """Yield payment, day (None: that of the win), value and the person's part of it in cents, for each earning.

        The value is spread over the instalments by running totals, so that they add up to the deal's.
        """
        if basis == "signature":
            yield "", None, self.cents, compute_part(self.cents, span)
            return
        paid, before = Fraction(0), 0
        for one in self.instalments:
            paid += one.part
            reached = round_half_up(self.cents * min(paid, Fraction(1)))
            yield one.payment, one.day, reached - before, compute_part(reached, span) - compute_part(before, span)
            before = reached


def list_credited_deals(pipeline: Pipeline, paid: Mapping[str, date]) -> tuple[list[CreditedDeal], list[str]]:
    """Return the deals that were ever won and are credited to somebody, and the keys of won deals that are to nobody.

    *paid* are deals, by folded key, that are taken as paid in full on a day.
    """
    splits, undecided = _read_splits(pipeline["Credits"])
    wins, instalments = _find_wins(pipeline), _find_instalments(pipeline)
    products = pipeline["Products"]
    series = dict(zip(fold_keys(products["product"]), map(fold_text, products["series"]), strict=True))
    found, uncredited = [], []
    for row in _list_rows_to_credit(pipeline):
        key = fold_text(row["deal"])
        if not wins.get(key) or pd.isna(row["amount"]):
            continue
        owned: tuple[Part, ...] = ((str(row["owner"]), _WHOLE),) if row["owner"] else ()
        if key in undecided or (key not in splits and not owned):
            uncredited += [str(row["deal"])] if wins[key][-1].lost is None else []
            continue
        parts = splits.get(key, owned)
        received = (Instalment("", paid[key], Fraction(1)),) if key in paid else instalments.get(key, ())
        found.append(
            CreditedDeal(
                str(row["deal"]), str(row["name"]), str(row["account"]), series.get(fold_text(row["product"]), ""),
                read_cents(row["amount"]), wins[key], received, parts,
            )
        )  # fmt: skip
    return found, uncredited


def _list_rows_to_credit(pipeline: Pipeline) -> list[dict[Any, Any]]:
    # the workbook of a rep has parts of deals of others, and what is known of these deals stands beside the parts
    deals, credit_rows = pipeline["Deals"], pipeline["Credits"]
    rows = deals[(deals["deal"] != "") & ~fold_keys(deals["deal"]).duplicated()].to_dict("records")
    other = credit_rows[~fold_keys(credit_rows["deal"]).isin(fold_keys(deals["deal"])) & (credit_rows["deal"] != "")]
    return rows + [
        {
            "deal": row["deal"],
            "name": "",
            "account": row["account"],
            "owner": "",
            "product": "",
            "amount": row["deal_value"],
        }
        for row in other.drop_duplicates("deal").to_dict("records")
    ]


def _read_splits(credit_rows: pd.DataFrame) -> tuple[dict[str, tuple[Part, ...]], set[str]]:
    splits: dict[str, tuple[Part, ...]] = {}
    undecided = set()
    for deal, person, before, share in zip(
        fold_keys(credit_rows["deal"]),
        credit_rows["person"],
        credit_rows["shares_before"],
        credit_rows["share"],
        strict=True,
    ):
        if deal and np.isnan(before):
            undecided.add(deal)
        elif deal:
            part = ((str(person), add_share(before, share)),) if person and share > 0 else ()
            splits[deal] = (*splits.get(deal, ()), *part)
    return splits, undecided


def _find_wins(pipeline: Pipeline) -> dict[str, tuple[Win, ...]]:
    """Return the wins of every deal, by folded key."""
    history = order_by_number(pipeline["History"])
    stays: dict[str, list[tuple[str, pd.Timestamp]]] = {}
    for deal, outcome, entered in zip(fold_keys(history["deal"]), history["outcome"], history["entered"], strict=True):
        stays.setdefault(deal, []).append((outcome, entered))
    found: dict[str, tuple[Win, ...]] = {}
    deals, credit_rows = pipeline["Deals"], pipeline["Credits"]
    for deal, outcome, closed, since in zip(
        fold_keys(deals["deal"]), deals["outcome"], deals["closed"], deals["since"], strict=True
    ):
        found.setdefault(deal, tuple(_follow_stays(stays.get(deal, ()), outcome, closed, since)))
    for deal, closed in zip(fold_keys(credit_rows["deal"]), credit_rows["won_on"], strict=True):
        if deal not in found and not pd.isna(closed):
            found[deal] = (Win(closed.date()),)
    return found


def _follow_stays(
    stays: Sequence[tuple[str, pd.Timestamp]], outcome: str, closed: pd.Timestamp, since: pd.Timestamp
) -> list[Win]:
    wins: list[Win] = []
    won: pd.Timestamp | None = None
    for state, entered in stays:
        if state == "won" and won is None:
            won = entered
        elif state in ("open", "lost") and won is not None:
            if not pd.isna(won) and not pd.isna(entered):
                wins.append(Win(won.date(), entered.date(), "lost" if state == "lost" else "reopened"))
            won = None
    if outcome == "won":
        last = closed if not pd.isna(closed) else won
        wins += [] if last is None or pd.isna(last) else [Win(last.date())]
    elif won is not None and not pd.isna(won) and not pd.isna(since):
        wins.append(Win(won.date(), since.date(), "lost" if outcome == "lost" else "reopened"))
    return wins


def _find_instalments(pipeline: Pipeline) -> dict[str, tuple[Instalment, ...]]:
    """Return the instalments that were paid in full, by folded key of the deal and in the order in which they were paid."""
    payments = pipeline["Payments"]
    due, paid = payments["due_amount"], payments["paid"]
    whole = due.notna() & (due != 0) & payments["paid_on"].notna()
    whole &= ((due > 0) & (paid >= due - _HALF_A_CENT)) | ((due < 0) & (paid <= due + _HALF_A_CENT))
    keys = fold_keys(payments["deal"])
    sums = due.groupby(keys).sum()
    rows = payments[whole].assign(key=keys[whole]).sort_values(["paid_on", "payment"], kind="stable")
    found: dict[str, tuple[Instalment, ...]] = {}
    for key, payment, day, amount, contract in zip(
        rows["key"], rows["payment"], rows["paid_on"], rows["due_amount"], rows["contract"], strict=True
    ):
        worth = float(sums[key]) if pd.isna(contract) or contract <= 0 else float(contract)
        if key and worth > 0:
            part = read_fraction(amount) / read_fraction(worth)
            found[key] = (*found.get(key, ()), Instalment(str(payment), day.date(), part))
    return found
