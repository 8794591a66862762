"""The nearest known name, for messages that say what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

_ALIKE = 60.0  # out of 100; below it a suggestion would only confuse


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the one of *known* that is most like *name*, case aside, or None when none is alike."""
    found = process.extractOne(
        name, list(known), scorer=fuzz.WRatio, processor=lambda text: str(text).casefold(), score_cutoff=_ALIKE
    )
    return found[0] if found else None
