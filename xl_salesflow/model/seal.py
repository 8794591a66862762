"""The seal of every visit in History: a chain of digests per deal, so that a change by hand is noticed.

A seal has two halves. The first is a digest of what the row said when it was written; the second of how the deal's visit
before it ended (which was filled in at the same moment) and of that visit's seal. So a visit cannot be changed, taken out or
put in between without the next one telling. Positions are left out: they move when a stage is added in between.

    V000001  Lead       3f0c…-0000…      the first of its deal: nothing was before
    V000004  Qualified  91ab…-77d2…      77d2… covers "Lead was left on … for Qualified" and 3f0c…-0000…

Chains run per deal, so a move can be sealed without reading other deals, and an undone move, always the last of its deal,
leaves every other chain whole. Source of the digest: BLAKE2b (RFC 7693), 40 bits a half, no key.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.model.tables import TABLES

_NAMES = ("visit", "deal")  # different in every row or nearly so
_OWN = (
    "playbook", "stage", "outcome", "entered", "first", "created", "closed", "cycle_days", "amount",
    "probability", "owner", "product", "source", "region", "sales_channel", "by", "reason", "override_by",
    "override_reason", "gates",
)  # fmt: skip
_ENDING = ("left", "days", "moved_to", "move")
_NOTHING = "0" * 10
_BYTES = 5


@dataclass(frozen=True)
class Broken:
    """Rows of History, in the order of their numbers, whose seal does not hold: the row itself, or what was before it."""

    itself: pd.Index
    before: pd.Index
    unsealed: pd.Index


def sealed(history: pd.DataFrame, deals: Collection[str] | None = None) -> pd.DataFrame:
    """Return *history* with blank seals filled in, for *deals* only where some are given."""
    blank = history["seal"] == ""
    if deals is not None:
        blank &= history["deal"].isin(deals)
    if not blank.any():
        return history
    chains = _ordered(history[history["deal"].isin(history.loc[blank, "deal"])])
    seals, waiting = chains["seal"].to_list(), blank.loc[chains.index].to_list()
    own, ends = _own(chains), _rows(chains, _ENDING)
    for at, before in enumerate(_before(chains)):
        if waiting[at]:
            seals[at] = f"{own[at]}-{_behind(ends, seals, before)}"
    column = history["seal"].copy()
    column.loc[chains.index] = np.array(seals, object)
    return history.assign(seal=column)


def broken(history: pd.DataFrame) -> Broken:
    """Return where the seals of *history* do not hold."""
    chains = _ordered(history)
    seals = chains["seal"].to_list()
    own, ends = _own(chains), _rows(chains, _ENDING)
    itself, behind = np.zeros(len(chains), bool), np.zeros(len(chains), bool)
    for at, before in enumerate(_before(chains)):
        if seals[at] and seals[at] != f"{own[at]}-{(then := _behind(ends, seals, before))}":
            first, _, second = seals[at].partition("-")
            itself[at], behind[at] = first != own[at], second != then
    rows = chains.index
    return Broken(rows[itself], rows[behind], rows[(chains["seal"] == "").to_numpy(bool)])


def _ordered(history: pd.DataFrame) -> pd.DataFrame:
    # by number, because people sort sheets
    visits = history["visit"]
    if visits.is_monotonic_increasing and len(set(map(len, visits))) <= 1:
        return history
    number = pd.to_numeric(visits.str.removeprefix("V"), errors="coerce").to_numpy("float64")
    return history.iloc[np.argsort(number, kind="stable")]


def _before(chains: pd.DataFrame) -> list[int]:
    """Return for each row the place of its deal's visit before it; -1 is none."""
    codes, names = pd.factorize(chains["deal"])
    last, before = [-1] * (len(names) + 1), []
    for at, deal in enumerate(codes.tolist()):
        before.append(last[deal])
        last[deal] = at
    return before


def _behind(ends: list[bytes], seals: list[str], before: int) -> str:
    return _NOTHING if before < 0 else _hex(ends[before] + seals[before].encode())


def _own(rows: pd.DataFrame) -> list[str]:
    names = zip(*(rows[id] for id in _NAMES), strict=True)
    told = _rows(rows, _OWN)
    return [_hex(row + "\t".join(name).encode()) for row, name in zip(told, names, strict=True)]


def _hex(content: bytes) -> str:
    return blake2b(content, digest_size=_BYTES).hexdigest()


def _rows(rows: pd.DataFrame, columns: tuple[str, ...]) -> list[bytes]:
    """Return each row's *columns* as bytes, eight a cell, the same whatever wrote the file."""
    cells = np.empty((len(rows), len(columns)), dtype="<i8")
    for place, id in enumerate(columns):
        cells[:, place] = _cells(id, rows[id])
    whole, width = cells.tobytes(), 8 * len(columns)
    return [whole[start : start + width] for start in range(0, len(whole), width)]


def _cells(id: str, column: pd.Series) -> npt.NDArray[np.int64]:
    type = TABLES["History"][id].type
    if type.is_text:
        codes, texts = pd.factorize(column)
        return np.array([*map(_number, texts), 0], dtype="<i8")[codes]
    if type.is_date:
        return column.to_numpy().astype("datetime64[D]").astype("<i8")
    # a number as a sheet keeps it, whatever its last digits became in another program
    numbers = np.round(column.to_numpy("float64"), 6) + 0.0
    return np.where(np.isnan(numbers), np.float64(-1e300), numbers).astype("<f8").view("<i8")


def _number(text: Any) -> int:
    # a sheet keeps neither outer blanks nor every kind of line end
    plain = " ".join(str(text).split())
    return int.from_bytes(blake2b(plain.encode(), digest_size=8).digest(), "little", signed=True)
