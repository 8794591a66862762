"""What is held against each move while it is judged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.remarks import Remarks


class Verdicts:
    """One verdict per move: accepted until something is noted against it."""

    def __init__(self, index: pd.Index) -> None:
        self._index = index
        self._reasons, self._gates = Remarks(index), Remarks(index, ", ")
        self._verdict = np.full(len(index), "accepted", object)
        self._final = np.zeros(len(index), bool)

    def note(self, rows: pd.Index, reasons: pd.Series, effect: str, gate: str = "", *, final: bool = False) -> None:
        """Hold *reasons* against *rows*; a block outweighs a warning, and a *final* one cannot be overridden."""
        self._reasons.add(rows, reasons)
        self._gates.add(rows, gate)
        at = self._index.get_indexer(rows)
        worse = "warned" if effect == "warn" else "refused"
        self._verdict[at] = np.where(self._verdict[at] == "refused", "refused", worse)
        self._final[at] |= final

    def overridden(self, deals: pd.DataFrame, half: str) -> None:
        """Let refused moves pass where a person and a reason stand; where only one does, *half* says so."""
        person = (deals["override_by"].str.strip() != "").to_numpy(bool)
        reason = (deals["override_reason"].str.strip() != "").to_numpy(bool)
        refused = (self._verdict == "refused") & ~self._final
        self._verdict[refused & person & reason] = "overridden"
        self._reasons.add(self._index[refused & (person ^ reason)], half)

    def frame(self) -> pd.DataFrame:
        """Return verdict, reasons and gates as columns."""
        columns = {"verdict": self._verdict, "reasons": self._reasons.texts(), "gates": self._gates.texts()}
        return pd.DataFrame(columns, index=self._index, dtype=object)
