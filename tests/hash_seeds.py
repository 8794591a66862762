"""The hash seeds under which the tests run: no answer may depend on the order of a set.

The workers of a run get these seeds in turn, so every run tries all of them; `python dev.py seeds` tries each on the rooms
whose answers come from sets of names. Without a seed Python takes a random one, and a failure could not be repeated.
"""

from __future__ import annotations

from collections.abc import MutableMapping

HASH_SEEDS = ("0", "1", "2")
ROOMS_OF_SETS = ("tests/process", "tests/metrics", "tests/changelog", "tests/imports")

_VARIABLE = "PYTHONHASHSEED"
_GIVEN_OUT = "SALESFLOW_SEEDS_GIVEN_OUT"
"""How many seeds the workers of this run have got; absent if the environment named the seed."""


def choose_next_seed(environment: MutableMapping[str, str]) -> None:
    """Put the seed of the next worker into *environment*; a seed that was there from the start stays."""
    given_out = environment.get(_GIVEN_OUT)
    if given_out is None and environment.get(_VARIABLE, "random") not in ("", "random"):
        return
    number = int(given_out or 0)
    environment[_VARIABLE] = HASH_SEEDS[number % len(HASH_SEEDS)]
    environment[_GIVEN_OUT] = str(number + 1)
