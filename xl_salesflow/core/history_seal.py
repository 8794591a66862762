"""The seal of every stage stay in History: a chain of digests per deal that reveals manual changes.

A seal has two halves. The first is a digest of the row when it was written. The second is a digest of how the deal's
previous stay ended (which was filled in at the same moment) and of that stay's seal. So a stay cannot be changed,
removed or inserted without breaking the next seal. Positions are not covered, because they change when a stage is
inserted.

    V000001  Lead       3f0c…-0000…      the first stay of its deal
    V000004  Qualified  91ab…-77d2…      77d2… covers "Lead was left on … for Qualified" and 3f0c…-0000…

There is one chain per deal, so a stage move can be sealed without reading other deals, and undoing a move, which is
always the last of its deal, does not affect other chains. The digest is BLAKE2b (RFC 7693), 40 bits per half, without a
key.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.key_numbers import order_by_number
from xl_salesflow.schema.table_registry import TABLES

_SEALED_KEYS = ("visit", "deal")  # different in nearly every row
_SEALED_COLUMNS = (
    "playbook", "stage", "outcome", "entered", "first", "created", "closed", "cycle_days", "amount",
    "probability", "owner", "product", "source", "region", "sales_channel", "by", "reason", "override_by",
    "override_reason", "gates",
)  # fmt: skip
_STAY_END_COLUMNS = ("left", "days", "moved_to", "move")
_NO_STAY_BEFORE = "0" * 10
_SEAL_BYTES = 5


@dataclass(frozen=True)
class BrokenSeals:
    """Rows of History, in the order of their numbers, whose seal is broken: by the row itself, or by the stay before it."""

    itself: pd.Index
    before: pd.Index
    unsealed: pd.Index


def seal_history(history: pd.DataFrame, deals: Collection[str] | None = None) -> pd.DataFrame:
    """Return *history* with blank seals filled in, only for *deals* if given."""
    blank = history["seal"] == ""
    if deals is not None:
        blank &= history["deal"].isin(deals)
    if not blank.any():
        return history
    chains = order_by_number(history[history["deal"].isin(history.loc[blank, "deal"])])
    seals, waiting = chains["seal"].to_list(), blank.loc[chains.index].to_list()
    own, ends = _digest_stays(chains), _encode_stays(chains, _STAY_END_COLUMNS)
    for at, before in enumerate(_find_stays_before(chains)):
        if waiting[at]:
            seals[at] = f"{own[at]}-{_digest_stay_before(ends, seals, before)}"
    column = history["seal"].copy()
    column.loc[chains.index] = np.array(seals, object)
    return history.assign(seal=column)


def reseal_history(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return *after*, in which a run spelled or named cells of *before* anew, with intact seals still intact.

    A seal that was broken before stays broken, so that a manual change is still found.
    """
    old = order_by_number(before)
    new = after.loc[old.index]
    own = np.array(_digest_stays(old), object) != np.array(_digest_stays(new), object)
    ends, new_ends = (_encode_stays(chains, _STAY_END_COLUMNS) for chains in (old, new))
    ended = np.array([was != now for was, now in zip(ends, new_ends, strict=True)], bool)
    touched = old["deal"].isin(set(old["deal"][own | ended])).to_numpy(bool)
    old, new = old[touched], new[touched]
    broken = find_broken_seals(old)
    kept = {*broken.itself, *broken.before, *broken.unsealed}
    seals, digests = new["seal"].to_list(), _digest_stays(new)
    ends = _encode_stays(new, _STAY_END_COLUMNS)
    for at, (row, stay_before) in enumerate(zip(new.index, _find_stays_before(new), strict=True)):
        if row not in kept:
            seals[at] = f"{digests[at]}-{_digest_stay_before(ends, seals, stay_before)}"
    column = after["seal"].copy()
    column.loc[new.index] = np.array(seals, object)
    return after.assign(seal=column)


def find_broken_seals(history: pd.DataFrame) -> BrokenSeals:
    """Return the rows of *history* whose seals are broken."""
    chains = order_by_number(history)
    seals = chains["seal"].to_list()
    own, ends = _digest_stays(chains), _encode_stays(chains, _STAY_END_COLUMNS)
    itself, behind = np.zeros(len(chains), bool), np.zeros(len(chains), bool)
    for at, before in enumerate(_find_stays_before(chains)):
        if seals[at] and seals[at] != f"{own[at]}-{(then := _digest_stay_before(ends, seals, before))}":
            first, _, second = seals[at].partition("-")
            itself[at], behind[at] = first != own[at], second != then
    rows = chains.index
    return BrokenSeals(rows[itself], rows[behind], rows[(chains["seal"] == "").to_numpy(bool)])


def _find_stays_before(chains: pd.DataFrame) -> list[int]:
    """Return for each row the position of its deal's previous stage stay; -1 if there is none."""
    codes, names = pd.factorize(chains["deal"])
    last, before = [-1] * (len(names) + 1), []
    for at, deal in enumerate(codes.tolist()):
        before.append(last[deal])
        last[deal] = at
    return before


def _digest_stay_before(ends: list[bytes], seals: list[str], before: int) -> str:
    return _NO_STAY_BEFORE if before < 0 else _short_digest(ends[before] + seals[before].encode())


def _digest_stays(rows: pd.DataFrame) -> list[str]:
    names = zip(*(rows[column_id] for column_id in _SEALED_KEYS), strict=True)
    encoded = _encode_stays(rows, _SEALED_COLUMNS)
    return [_short_digest(row + "\t".join(name).encode()) for row, name in zip(encoded, names, strict=True)]


def _short_digest(content: bytes) -> str:
    return blake2b(content, digest_size=_SEAL_BYTES).hexdigest()


def _encode_stays(rows: pd.DataFrame, columns: tuple[str, ...]) -> list[bytes]:
    """Return each row's *columns* as bytes, eight per cell, independent of the program that wrote the file."""
    cells = np.empty((len(rows), len(columns)), dtype="<i8")
    for place, column_id in enumerate(columns):
        cells[:, place] = _encode_stay_column(column_id, rows[column_id])
    joined, width = cells.tobytes(), 8 * len(columns)
    return [joined[start : start + width] for start in range(0, len(joined), width)]


def _encode_stay_column(column_id: str, column: pd.Series) -> npt.NDArray[np.int64]:
    column_type = TABLES["History"][column_id].type
    if column_type.is_text:
        codes, texts = pd.factorize(column)
        return np.array([*map(_hash_cell_text, texts), 0], dtype="<i8")[codes]
    if column_type.is_date:
        return column.to_numpy().astype("datetime64[D]").astype("<i8")
    # the number as a sheet stores it; other programs may change its last digits
    numbers = np.round(column.to_numpy("float64"), 6) + 0.0
    return np.where(np.isnan(numbers), np.float64(-1e300), numbers).astype("<f8").view("<i8")


def _hash_cell_text(text: Any) -> int:
    # sheets keep neither surrounding blanks nor all kinds of line breaks
    collapsed = " ".join(str(text).split())
    return int.from_bytes(blake2b(collapsed.encode(), digest_size=8).digest(), "little", signed=True)
