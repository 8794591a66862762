"""Sentences gathered row by row: rows that were told the same share one text, so a hundred thousand rows cost a few joins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


class Remarks:
    """What has been said about each of *index* so far; "" while nothing has."""

    def __init__(self, index: pd.Index, mark: str = "\n") -> None:
        self._index, self._mark = index, mark
        self._texts = [""]
        self._code = np.zeros(len(index), np.int64)

    def add(self, rows: pd.Index, sentences: pd.Series | str) -> None:
        """Say *sentences* (one for all, or one per row in the order of *rows*) about *rows*."""
        at = self._index.get_indexer(rows)
        if isinstance(sentences, str):
            new, said = np.zeros(len(at), np.int64), [sentences]
        else:
            new, unique = pd.factorize(sentences.to_numpy(object))
            said = list(unique)
        pairs, unique_pairs = pd.factorize(self._code[at] * len(said) + new)
        made = [self._joined(self._texts[pair // len(said)], said[pair % len(said)]) for pair in unique_pairs.tolist()]
        self._code[at] = pairs + len(self._texts)
        self._texts += made

    def texts(self) -> np.ndarray[Any, np.dtype[np.object_]]:
        """Return what was said, in the order of the index."""
        return np.array(self._texts, object)[self._code]

    def _joined(self, old: str, new: str) -> str:
        return f"{old}{self._mark}{new}" if old and new else old or new
