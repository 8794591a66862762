"""The similarity of two texts, from 0 to 100, and the known name nearest to a mistyped one.

RapidFuzz is used if installed. In the browser it is not available, and the standard library is used, which gives the
same results in simple cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher, get_close_matches

from xl_salesflow.errors import UsageError

_MIN_NAME_SIMILARITY = 60.0  # of 100; a less similar suggestion would only confuse


def _difflib_similarity(one: str, other: str, *, score_cutoff: float = 0.0) -> float:
    ratio = 100 * SequenceMatcher(None, one, other, autojunk=False).ratio()
    return ratio if ratio >= score_cutoff else 0.0


def _difflib_token_similarity(one: str, other: str) -> float:
    """Compare the common words with all words of each text, as sets."""
    first, second = set(one.split()), set(other.split())
    if not first or not second:
        return 0.0
    both = " ".join(sorted(first & second))
    joined = [f"{both} {' '.join(sorted(words - (first & second)))}".strip() for words in (first, second)]
    return (
        max(_difflib_similarity(*joined), *(_difflib_similarity(both, text) for text in joined))
        if both
        else _difflib_similarity(*joined)
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
    """Return the one of *known* most similar to *name*, ignoring case, or None if all are below *alike* (of 100)."""
    return _nearest(name, list(known), alike)


def unknown_deal_error(deal: str, known: Iterable[str]) -> UsageError:
    """Return the error for an unknown deal; it names the nearest one."""
    if near := find_nearest(deal, known):
        return UsageError("There is no deal {deal}; did you mean {near}?", deal=deal, near=near)
    return UsageError("There is no deal {deal}.", deal=deal)
