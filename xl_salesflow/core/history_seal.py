"""The seal of every stage stay in History: a chain of digests per deal that reveals manual changes.

A seal has two halves. The first is a digest of the row when it was written. The second is a digest of how the deal's
previous stay ended (which was filled in at the same moment) and of that stay's seal. So a stay cannot be changed,
removed or inserted without breaking the next seal. Positions are not covered, because they change when a stage is
inserted.

    V000001  Lead       3f0c…-0000…-4Xz…   the first stay of its deal
    V000004  Qualified  91ab…-77d2…-9aQ…   77d2… covers "Lead was left on … for Qualified" and 3f0c…-0000…-4Xz…

The third part has one character for each sealed cell. It proves nothing, but tells which cells were changed. A run
that knows a key (SALESFLOW_KEY) signs the stays it adds with a fourth part, an HMAC of the same contents, which nobody
can make without the key. Stays that were there before are never signed, so that no run signs what somebody else wrote.

There is one chain per deal, so a stage move can be sealed without reading other deals, and undoing a move, which is
always the last of its deal, does not affect other chains. The digest is BLAKE2b (RFC 7693), 40 bits per half, without a
key; the signature is 64 bits of HMAC-SHA256.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.key_numbers import order_by_number
from xl_salesflow.errors import UsageError
from xl_salesflow.schema.table_registry import TABLES

_SEALED_KEYS = ("visit", "deal")  # different in nearly every row
_SEALED_COLUMNS = (
    "playbook", "stage", "outcome", "entered", "first", "created", "closed", "cycle_days", "amount",
    "probability", "owner", "product", "source", "region", "sales_channel", "by", "reason", "override_by",
    "override_reason", "gates",
)  # fmt: skip
_STAY_END_COLUMNS = ("left", "days", "moved_to", "move")
_NO_STAY_BEFORE = "0" * 10
_SEAL_BYTES, _SIGNATURE_BYTES = 5, 8
_MARK_LETTERS = np.array(list("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_+"))
_KEY_VARIABLE, _SHORTEST_KEY = "SALESFLOW_KEY", 16


@dataclass(frozen=True)
class BrokenSeals:
    """Rows of History, in the order of their numbers: the seal is broken by the row itself, or by the stay before it.

    *changed* has the columns that differ from the sealed ones, of the row and of the stay before it, as far as the seal
    tells. If the key is known, *forged* rows have a signature that was made with another one.
    """

    itself: pd.Index
    before: pd.Index
    unsealed: pd.Index
    forged: pd.Index
    changed: Mapping[Any, tuple[tuple[str, ...], tuple[str, ...]]]


def read_seal_key() -> bytes | None:
    """Return the key that signs seals, from the environment; None if there is none.

    Raises:
        UsageError: it is so short that it can be guessed.
    """
    key = os.environ.get(_KEY_VARIABLE, "").encode("utf-8", "surrogateescape")
    if not key:
        return None
    if len(key) < _SHORTEST_KEY:
        raise UsageError(
            "{variable} is shorter than {count} characters; take a longer one that nobody can guess.",
            variable=_KEY_VARIABLE,
            count=_SHORTEST_KEY,
        )
    return key


class _SealMaker:
    """Makes the seals of *chains*, the stays of some deals in the order of their numbers."""

    def __init__(self, chains: pd.DataFrame, key: bytes | None) -> None:
        self.seals: list[str] = chains["seal"].to_list()
        self.before, self._key = _find_stays_before(chains), key
        cells, ends = (_encode_stay_columns(chains, columns) for columns in (_SEALED_COLUMNS, _STAY_END_COLUMNS))
        names = zip(*(chains[column_id] for column_id in _SEALED_KEYS), strict=True)
        self._keys = ["\t".join(name).encode("utf-8", "replace") for name in names]
        self._own, self.ends = _join_cells(cells), _join_cells(ends)
        self.own = [_short_digest(row + name) for row, name in zip(self._own, self._keys, strict=True)]
        self._marks, self._end_marks = _mark_cells(cells), _mark_cells(ends)

    def digest_before(self, at: int) -> str:
        """Return the digest of how the deal's previous stay ended, and of its seal."""
        before = self.before[at]
        return _NO_STAY_BEFORE if before < 0 else _short_digest(self.ends[before] + self.seals[before].encode())

    def marks(self, at: int) -> str:
        """Return a character for each cell of the stay, and for each of the end of the stay before it."""
        before = self.before[at]
        return self._marks[at] + (self._end_marks[before] if before >= 0 else "")

    def sign(self, at: int) -> str:
        """Return the signature of the stay; blank without a key."""
        before = self.before[at]
        chained = self.ends[before] + self.seals[before].encode() if before >= 0 else b""
        content = b"\0".join((self._keys[at], self._own[at], chained))
        return hmac.digest(self._key, content, "sha256")[:_SIGNATURE_BYTES].hex() if self._key else ""

    def make(self, at: int, signs: bool) -> str:
        """Return the seal of the stay, signed if a key is known."""
        parts = [self.own[at], self.digest_before(at), self.marks(at)]
        return "-".join((*parts, self.sign(at)) if signs and self._key else parts)

    def changed_columns(self, at: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return which sealed columns differ now, of the stay and of the end of the stay before it."""
        sealed = f"{self.seals[at]}--".split("-")[2]
        compared = zip((*_SEALED_COLUMNS, *_STAY_END_COLUMNS), sealed, self.marks(at), strict=False)
        differ = [column for column, was, now in compared if was != now]
        return (
            tuple(column for column in differ if column in _SEALED_COLUMNS),
            tuple(column for column in differ if column in _STAY_END_COLUMNS),
        )


def seal_history(
    history: pd.DataFrame, deals: Collection[str] | None = None, earlier: pd.Index | None = None
) -> pd.DataFrame:
    """Return *history* with blank seals filled in, only for *deals* if given; the rows *earlier* are not signed."""
    blank = history["seal"] == ""
    if deals is not None:
        blank &= history["deal"].isin(deals)
    if not blank.any():
        return history
    chains = order_by_number(history[history["deal"].isin(history.loc[blank, "deal"])])
    maker, waiting = _SealMaker(chains, read_seal_key()), blank.loc[chains.index].to_list()
    new = (~chains.index.isin(earlier if earlier is not None else [])).tolist()
    for at, waits in enumerate(waiting):
        if waits:
            maker.seals[at] = maker.make(at, new[at])
    return _with_seals(history, chains, maker.seals)


def reseal_history(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return *after*, in which a run spelled or named cells of *before* anew, with intact seals still intact.

    A seal that was broken before stays broken, so that a manual change is still found. A signature stays only if the
    key is known and the signature was right.
    """
    old = order_by_number(before)
    new, key = after.loc[old.index], read_seal_key()
    was, now = _SealMaker(old, None), _SealMaker(new, None)
    differs = np.array([one != other for one, other in zip(was.own, now.own, strict=True)], bool)
    ended = np.array([one != other for one, other in zip(was.ends, now.ends, strict=True)], bool)
    touched = old["deal"].isin(set(old["deal"][differs | ended])).to_numpy(bool)
    old, new = old[touched], new[touched]
    broken = find_broken_seals(old)
    kept = {*broken.itself, *broken.before, *broken.unsealed, *broken.forged}
    maker = _SealMaker(new, key)
    for at, row in enumerate(new.index):
        if row not in kept:
            maker.seals[at] = maker.make(at, _is_signed(maker.seals[at]))
    return _with_seals(after, new, maker.seals)


def find_broken_seals(history: pd.DataFrame) -> BrokenSeals:
    """Return the rows of *history* whose seals are broken."""
    chains, key = order_by_number(history), read_seal_key()
    maker = _SealMaker(chains, key)
    itself, behind, forged = (np.zeros(len(chains), bool) for _ in range(3))
    changed: dict[Any, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for at, seal in enumerate(maker.seals):
        if not seal:
            continue
        first, _, rest = seal.partition("-")
        second = rest.partition("-")[0]
        itself[at], behind[at] = first != maker.own[at], second != maker.digest_before(at)
        if key and _is_signed(seal):
            forged[at] = not hmac.compare_digest(seal.split("-")[3].encode("utf-8", "replace"), maker.sign(at).encode())
        if itself[at] or behind[at]:
            changed[chains.index[at]] = maker.changed_columns(at)
    rows = chains.index
    unsealed = (chains["seal"] == "").to_numpy(bool)
    return BrokenSeals(rows[itself], rows[behind], rows[unsealed], rows[forged], changed)


def are_signed_seals(seals: pd.Series) -> npt.NDArray[np.bool_]:
    """Return for each seal whether it has a signature, right or wrong."""
    return np.fromiter(map(_is_signed, seals), bool, len(seals))


def _is_signed(seal: str) -> bool:
    return seal.count("-") == 3


def _with_seals(history: pd.DataFrame, chains: pd.DataFrame, seals: list[str]) -> pd.DataFrame:
    column = history["seal"].copy()
    column.loc[chains.index] = np.array(seals, object)
    return history.assign(seal=column)


def _find_stays_before(chains: pd.DataFrame) -> list[int]:
    """Return for each row the position of its deal's previous stage stay; -1 if there is none."""
    codes, names = pd.factorize(chains["deal"])
    last, before = [-1] * (len(names) + 1), []
    for at, deal in enumerate(codes.tolist()):
        before.append(last[deal])
        last[deal] = at
    return before


def _short_digest(content: bytes) -> str:
    return blake2b(content, digest_size=_SEAL_BYTES).hexdigest()


def _encode_stay_columns(rows: pd.DataFrame, columns: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Return each row's *columns* as numbers, independent of the program that wrote the file."""
    cells = np.empty((len(rows), len(columns)), dtype="<i8")
    for place, column_id in enumerate(columns):
        cells[:, place] = _encode_stay_column(column_id, rows[column_id])
    return cells


def _join_cells(cells: npt.NDArray[np.int64]) -> list[bytes]:
    joined, width = cells.tobytes(), 8 * cells.shape[1]
    return [joined[start : start + width] for start in range(0, len(joined), width)]


def _mark_cells(cells: npt.NDArray[np.int64]) -> list[str]:
    """Return each row as text with a character for each cell."""
    mixed = cells.view("<u8") * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    letters = _MARK_LETTERS[(mixed >> np.uint64(58)).astype(np.intp)]
    return [str(row) for row in letters.view(f"<U{cells.shape[1]}").ravel().tolist()]


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
    return int.from_bytes(blake2b(collapsed.encode("utf-8", "replace"), digest_size=8).digest(), "little", signed=True)
