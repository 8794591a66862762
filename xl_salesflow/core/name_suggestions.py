"""The similarity of two texts, from 0 to 100, and which known name was meant by a mistyped one.

RapidFuzz is used if installed. In the browser it is not available, and the standard library is used, which gives the
same results in simple cases.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text, TextList

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


def _difflib_sorted_similarity(one: str, other: str) -> float:
    """Compare two texts with the words of each in alphabetical order."""
    return _difflib_similarity(*(" ".join(sorted(text.split())) for text in (one, other)))


def _difflib_extract(
    text: str, known: Mapping[Any, str] | Collection[str], scorer: Callable[..., float], score_cutoff: float, limit: int
) -> list[tuple[str, float, Any]]:
    items = known.items() if isinstance(known, Mapping) else enumerate(known)
    scored = [(other, scorer(text, other), key) for key, other in items]
    return sorted((one for one in scored if one[1] >= score_cutoff), key=lambda one: -one[1])[:limit]


def _difflib_nearest(name: str, names: list[str], alike: float) -> str | None:
    folded = {str(one).casefold(): one for one in reversed(names)}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=alike / 100)
    return folded[close[0]] if close else None


try:
    from rapidfuzz import fuzz, process
except ImportError:
    ratio: Callable[..., float] = _difflib_similarity
    token_set_ratio: Callable[..., float] = _difflib_token_similarity
    token_sort_ratio: Callable[..., float] = _difflib_sorted_similarity
    _extract: Callable[..., list[tuple[str, float, Any]]] = _difflib_extract
    _nearest = _difflib_nearest
else:
    ratio, token_set_ratio, token_sort_ratio = fuzz.ratio, fuzz.token_set_ratio, fuzz.token_sort_ratio
    _extract = process.extract

    def _nearest(name: str, names: list[str], alike: float) -> str | None:
        found = process.extractOne(
            name, names, scorer=fuzz.WRatio, processor=lambda text: str(text).casefold(), score_cutoff=alike
        )
        return found[0] if found else None


_LONGEST_COMPARED_NAME = 300  # comparing takes time in proportion to both lengths, and no name is longer


def find_nearest(name: str, known: Iterable[str], alike: float = _MIN_NAME_SIMILARITY) -> str | None:
    """Return the one of *known* most similar to *name*, ignoring case, or None if all are below *alike* (of 100)."""
    name = name[:_LONGEST_COMPARED_NAME]
    return _nearest(name, [one for one in known if not _is_alike_by_chance(one, name)], alike)


def _is_alike_by_chance(known: str, name: str) -> bool:
    """Return whether *known* is so short that some of its letters are in *name* anyway: Won in Presentation."""
    return 2 * len(known) < len(name) and known.casefold() not in name.casefold().split()


def find_similar(
    text: str,
    known: Mapping[Any, str] | Collection[str],
    alike: float,
    most: int = 1,
    measure: Callable[..., float] = ratio,
) -> list[tuple[Any, float]]:
    """Return the keys (or positions) of the *most* texts similar to *text*, best first, each with its *measure*.

    None is below *alike* (of 100).
    """
    found = _extract(text[:_LONGEST_COMPARED_NAME], known, scorer=measure, score_cutoff=alike, limit=most)
    return [(key, score) for _, score, key in found]


_DID_YOU_MEAN = Text("did you mean “{near}”?")
_CHOOSE_ONE_OF = Text("choose one of: {known}.")
_NONE_SIMILAR = Text("none of the {count} known names is similar.")
_NONE_KNOWN = Text("there are none.")
_MOST_NAMES_LISTED = 20


def suggest_names(
    name: str, known: Iterable[str | Text], alike: float = _MIN_NAME_SIMILARITY, otherwise: Text | None = None
) -> Text:
    """Return the end of a sentence about a *name* that is not among *known*: the nearest one, or all if they are few.

    A known name may be a Text; then its wording in any language counts. *otherwise* is the answer if no name is *alike*.
    """
    spellings: dict[str, str | Text] = {}
    for one in known:
        for spelling in one.translations() if isinstance(one, Text) else (str(one),):
            if spelling:
                spellings.setdefault(spelling, one)
    near = find_nearest(name, spellings, alike)
    if near is not None:
        return _DID_YOU_MEAN.with_facts(near=spellings[near])
    if otherwise is not None:
        return otherwise
    names = tuple(dict.fromkeys(spellings.values()))
    if not names:
        return _NONE_KNOWN
    if len(names) > _MOST_NAMES_LISTED:
        return _NONE_SIMILAR.with_facts(count=len(names))
    return _CHOOSE_ONE_OF.with_facts(known=TextList(names))


def unknown_key_error(key: str, what: Text, known: Iterable[str]) -> UsageError:
    """Return the error for a key that does not exist."""
    return UsageError("There is no {what} “{key}”; {hint}", what=what, key=key, hint=suggest_names(key, known))
