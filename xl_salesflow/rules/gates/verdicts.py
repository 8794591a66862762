"""What is held against each move while it is judged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.remarks import Remarks

_NAMES = np.array(["accepted", "warned", "refused", "overridden"], object)
_ACCEPTED, _WARNED, _REFUSED, _OVERRIDDEN = range(4)


class Verdicts:
    """One verdict per move: accepted until something is noted against it."""

    def __init__(self, index: pd.Index) -> None:
        self._index = index
        self._reasons, self._gates = Remarks(index), Remarks(index, ", ")
        self._verdict = np.full(len(index), _ACCEPTED, np.int8)
        self._final = np.zeros(len(index), bool)

    def note(self, rows: pd.Index, reasons: pd.Series, effect: str, gate: str = "", *, final: bool = False) -> None:
        """Hold *reasons* against *rows*; a block outweighs a warning, and a *final* one cannot be overridden."""
        self._reasons.add(rows, reasons)
        self._gates.add(rows, gate)
        at = self._index.get_indexer(rows)
        self._verdict[at] = np.maximum(self._verdict[at], _WARNED if effect == "warn" else _REFUSED)
        self._final[at] |= final

    def overridden(self, deals: pd.DataFrame, half: str) -> None:
        """Let refused moves pass where a person and a reason stand; where only one does, *half* says so."""
        person = (deals["override_by"].str.strip() != "").to_numpy(bool)
        reason = (deals["override_reason"].str.strip() != "").to_numpy(bool)
        refused = (self._verdict == _REFUSED) & ~self._final
        self._verdict[refused & person & reason] = _OVERRIDDEN
        self._reasons.add(self._index[refused & (person ^ reason)], half)

    def frame(self) -> pd.DataFrame:
        """Return verdict, reasons and gates as columns."""
        columns = {"verdict": _NAMES[self._verdict], "reasons": self._reasons.texts(), "gates": self._gates.texts()}
        return pd.DataFrame(columns, index=self._index, dtype=object)
