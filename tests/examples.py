"""How many examples a costly property is tried with: few in the usual run, SALESFLOW_EXAMPLES=4 tries four times as many."""

from __future__ import annotations

import os

from hypothesis import settings

SCALE = int(os.environ.get("SALESFLOW_EXAMPLES", "1"))


def examples(usually: int) -> settings:
    """Decorate a property whose examples take their time; *usually* so many are tried."""
    return settings(max_examples=usually * SCALE, deadline=None)
