"""The number of examples for property tests; SALESFLOW_EXAMPLES=4, which runs every night, tries four times as many."""

from __future__ import annotations

import os

from hypothesis import settings

SCALE = int(os.environ.get("SALESFLOW_EXAMPLES", "1"))


def examples(usually: int) -> settings:
    """Decorate a property test that needs fewer or more examples than most; *usually* is their number in a normal run."""
    return settings(max_examples=usually * SCALE, deadline=None)
