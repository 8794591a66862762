"""Names that are one name written differently: "GTXPro" and "GTX Pro"."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
from rapidfuzz import fuzz, process

from xl_salesflow.imports.vocabulary import squeezed

_ALIKE = 92.0
_DIGITS = re.compile(r"\d+")


def same_names(texts: pd.Series, known: Sequence[str], likeness: bool = False) -> dict[str, str]:
    """Return the names among *texts* that stand for another: the one of *known* that differs in case, blanks or marks only.

    Of variants that are all unknown the most frequent stays. With *likeness* a single, very similar known name counts too.
    """
    counts = texts[texts != ""].value_counts()
    chosen = {squeezed(name): name for name in reversed(known) if name}
    for name in counts.index:
        chosen.setdefault(squeezed(name), name)
    listed = set(known)
    found: dict[str, str] = {}
    for name in counts.index:
        if name in listed or not squeezed(name):
            continue
        meant = chosen[squeezed(name)]
        if meant == name and likeness:
            meant = _alike(name, known) or name
        if meant != name:
            found[name] = meant
    return found


def _alike(name: str, known: Sequence[str]) -> str | None:
    alike = process.extract(
        squeezed(name), {k: squeezed(k) for k in known}, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=2
    )
    # model numbers differ by a digit and are different things
    same = [found[2] for found in alike if _DIGITS.findall(found[2]) == _DIGITS.findall(name)]
    return str(same[0]) if len(same) == 1 else None
