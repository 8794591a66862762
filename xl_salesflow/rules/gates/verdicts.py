"""What is held against each move while it is judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

_Texts = np.ndarray[Any, np.dtype[np.object_]]


class Verdicts:
    """One verdict per move: accepted until something is noted against it."""

    def __init__(self, index: pd.Index) -> None:
        self._index = index
        self._reasons = np.full(len(index), "", object)
        self._gates = np.full(len(index), "", object)
        self._verdict = np.full(len(index), "accepted", object)
        self._final = np.zeros(len(index), bool)

    def note(self, rows: pd.Index, reasons: pd.Series, effect: str, gate: str = "", *, final: bool = False) -> None:
        """Hold *reasons* against *rows*; a block outweighs a warning, and a *final* one cannot be overridden."""
        at = self._index.get_indexer(rows)
        self._reasons[at] = _joined(self._reasons[at], reasons.to_numpy(object), "\n")
        if gate:
            self._gates[at] = _joined(self._gates[at], np.full(len(at), gate, object), ", ")
        worse = "warned" if effect == "warn" else "refused"
        self._verdict[at] = np.where(self._verdict[at] == "refused", "refused", worse)
        self._final[at] |= final

    def overridden(self, deals: pd.DataFrame, half: str) -> None:
        """Let refused moves pass where a person and a reason stand; where only one does, *half* says so."""
        person = (deals["override_by"].str.strip() != "").to_numpy(bool)
        reason = (deals["override_reason"].str.strip() != "").to_numpy(bool)
        refused = (self._verdict == "refused") & ~self._final
        self._verdict[refused & person & reason] = "overridden"
        lacking = refused & (person ^ reason)
        self._reasons[lacking] = _joined(self._reasons[lacking], np.full(lacking.sum(), half, object), "\n")

    def frame(self) -> pd.DataFrame:
        """Return verdict, reasons and gates as columns."""
        columns = {"verdict": self._verdict, "reasons": self._reasons, "gates": self._gates}
        return pd.DataFrame(columns, index=self._index, dtype=object)


def _joined(old: _Texts, new: _Texts, mark: str) -> _Texts:
    return np.where(old == "", new, old + mark + new).astype(object)
