"""The number of examples for expensive property tests: few in a normal run, four times as many with SALESFLOW_EXAMPLES=4."""

from __future__ import annotations

import os

from hypothesis import settings

SCALE = int(os.environ.get("SALESFLOW_EXAMPLES", "1"))


def examples(usually: int) -> settings:
    """Decorate a property test with expensive examples; *usually* is the number of examples in a normal run."""
    return settings(max_examples=usually * SCALE, deadline=None)
