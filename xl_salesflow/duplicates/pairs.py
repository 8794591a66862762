"""Pairs of rows that may be one, found without comparing each with each.

Equal cells meet in a table of hashes. For nearly equal names, only rows that share the beginning or the end of the name are
compared, and a group larger than a few hundred only with its neighbours in the alphabet; so a hundred thousand rows take
seconds, and a name with a slip in both its beginning and its end is missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.duplicates.signs import SIGNS, Sign
from xl_salesflow.model.frames import folded
from xl_salesflow.model.nearest import ratio
from xl_salesflow.model.text import Text

_SHARED = 4  # letters at either end that two names must share to be compared
_SHARED_WIDE = 2  # as many signs of Chinese say as much
_NEIGHBOURS = 20  # compared on either side within a large group
_LARGE = 300
_SHORTEST = 5  # shorter names are alike by chance


@dataclass(frozen=True, slots=True)
class Pair:
    """Two index values of a frame, the later first, and why they may be one."""

    row: int
    other: int
    says: Text
    alike: int = 100


def pairs(table: str, rows: pd.DataFrame) -> list[Pair]:
    """Return the pairs of *rows* that may be the same thing; each pair once, by its strongest sign."""
    found: dict[tuple[int, int], Pair] = {}
    for sign in SIGNS.get(table, ()):
        for pair in _by(sign, rows):
            found.setdefault((pair.row, pair.other), pair)
    return sorted(found.values(), key=lambda pair: (pair.row, pair.other))


def _by(sign: Sign, rows: pd.DataFrame) -> Iterator[Pair]:
    cleaned = _cleaned(sign, rows)
    within = pd.Series("", index=rows.index, dtype=object)
    for column in sign.beside:
        within = folded(rows[column])
        cleaned = cleaned[(within != "").reindex(cleaned.index)]
    within = within.reindex(cleaned.index)
    together = cleaned + "\x1f" + within
    if sign.alike == 100:
        for members in cleaned.groupby(together, sort=False).groups.values():
            yield from _chain(sign, members)
        return
    first = cleaned[~together.duplicated()]
    for _, names in first.groupby(within.reindex(first.index), sort=False):
        yield from _near(sign, names)


def _cleaned(sign: Sign, rows: pd.DataFrame) -> pd.Series:
    codes, texts = pd.factorize(rows[sign.columns[0]])
    clean = np.array([sign.clean(text) for text in texts], object)
    cleaned = pd.Series(clean[codes] if len(texts) else [], index=rows.index, dtype=object)
    return cleaned[cleaned != ""]


def _chain(sign: Sign, members: Iterable[int]) -> Iterator[Pair]:
    # each with the first, so that ten rows alike are nine pairs
    first, *later = members
    for row in later:
        yield _pair(sign, row, first, 100)


def _near(sign: Sign, names: pd.Series) -> Iterator[Pair]:
    texts = names[names.str.len() >= _SHORTEST]
    wide = names[names.str.len().lt(_SHORTEST) & names.map(lambda name: not name.isascii() and len(name) >= 3)]
    blocks: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row, name in zip([*texts.index, *wide.index], [*texts, *wide], strict=True):
        shared = _SHARED if name.isascii() else _SHARED_WIDE
        blocks["<" + name[:shared]].append((name, row))
        blocks[">" + name[-shared:]].append((name, row))
    for block in blocks.values():
        block.sort()
        reach = len(block) if len(block) <= _LARGE else _NEIGHBOURS
        for at, (name, row) in enumerate(block):
            for other_name, other in block[at + 1 : at + 1 + reach]:
                alike = ratio(name, other_name, score_cutoff=sign.alike)
                if alike and _numbers(name) == _numbers(other_name):
                    yield _pair(sign, row, other, round(alike))


def _numbers(name: str) -> str:
    # "Plant 2" and "Plant 3" are not one
    return "".join(filter(str.isdigit, name))


def _pair(sign: Sign, one: int, other: int, alike: int) -> Pair:
    return Pair(max(one, other), min(one, other), sign.says, alike)
