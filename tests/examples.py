"""The number of examples for property tests; SALESFLOW_EXAMPLES=4, which runs every night, tries four times as many."""

from __future__ import annotations

import os

from hypothesis import settings

from xl_salesflow.locale.texts import LANGUAGES, Language

SCALE = int(os.environ.get("SALESFLOW_EXAMPLES", "1"))


def dear_languages(usually: Language) -> tuple[Language, ...]:
    """Return the languages in which a dear test runs: *usually* in a normal run, every one at night.

    A family of tests has some that are usually run in English, others in Chinese.
    """
    return (usually,) if SCALE == 1 else tuple(LANGUAGES)


def examples(usually: int) -> settings:
    """Decorate a property test that needs fewer or more examples than most; *usually* is their number in a normal run."""
    return settings(max_examples=usually * SCALE, deadline=None)
