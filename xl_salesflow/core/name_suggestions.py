"""How alike two texts are, from 0 to 100, and the known name nearest to a mistyped one.

RapidFuzz is used where it is installed; the Python of a browser has no build of it and uses the standard library, which
agrees in simple cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher, get_close_matches

from xl_salesflow.errors import UsageError

_MIN_NAME_SIMILARITY = 60.0  # out of 100; below it a suggestion would only confuse


def _difflib_similarity(one: str, other: str, *, score_cutoff: float = 0.0) -> float:
    ratio = 100 * SequenceMatcher(None, one, other, autojunk=False).ratio()
    return ratio if ratio >= score_cutoff else 0.0


def _difflib_token_similarity(one: str, other: str) -> float:
    """Compare the words both have with the words of either, as sets."""
    first, second = set(one.split()), set(other.split())
    if not first or not second:
        return 0.0
    both = " ".join(sorted(first & second))
    whole = [f"{both} {' '.join(sorted(words - (first & second)))}".strip() for words in (first, second)]
    return (
        max(_difflib_similarity(*whole), *(_difflib_similarity(both, text) for text in whole))
        if both
        else _difflib_similarity(*whole)
    )


def _difflib_nearest(name: str, names: list[str], alike: float) -> str | None:
    folded = {str(one).casefold(): one for one in reversed(names)}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=alike / 100)
    return folded[close[0]] if close else None


try:
    from rapidfuzz import fuzz, process
except ImportError:
    ratio: Callable[..., float] = _difflib_similarity
    token_set_ratio: Callable[..., float] = _difflib_token_similarity
    _nearest = _difflib_nearest
else:
    ratio, token_set_ratio = fuzz.ratio, fuzz.token_set_ratio

    def _nearest(name: str, names: list[str], alike: float) -> str | None:
        found = process.extractOne(
            name, names, scorer=fuzz.WRatio, processor=lambda text: str(text).casefold(), score_cutoff=alike
        )
        return found[0] if found else None


def find_nearest(name: str, known: Iterable[str], alike: float = _MIN_NAME_SIMILARITY) -> str | None:
    """Return the one of *known* that is most like *name*, case aside, or None when none is *alike* (of 100)."""
    return _nearest(name, list(known), alike)


def unknown_deal_error(deal: str, known: Iterable[str]) -> UsageError:
    """Return the error for a deal that is not there; the nearest one is named."""
    if near := find_nearest(deal, known):
        return UsageError("There is no deal {deal}; did you mean {near}?", deal=deal, near=near)
    return UsageError("There is no deal {deal}.", deal=deal)
