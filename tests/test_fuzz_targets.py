"""A few runs of each fuzzer; every night has many more. What they found is a test where it belongs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.fuzz_runs import TARGETS, run_seed
from tests.examples import SCALE

RUNS = {
    "store": 2,
    "package": 10,
    "csv": 10,
    "sheets": 15,
    "adopt": 3,
    "templates": 5,
    "toml": 30,
    "mail": 20,
    "commands": 6,
}


@pytest.mark.parametrize("target", TARGETS)
# attack: damaged and hostile input of eight kinds
# outcome: answered or refused in one sentence
def test_damaged_input_is_answered_or_refused(
    target: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):  # the command lines have a home of their own
        monkeypatch.setenv(name, str(tmp_path_factory.getbasetemp()))
    folder = tmp_path_factory.mktemp(target)
    ends = Counter(run_seed(target, 1_000_000 + seed, folder) for seed in range(RUNS[target] * SCALE))
    assert ends.total() == RUNS[target] * SCALE


def test_every_target_has_a_sample() -> None:
    assert set(RUNS) == set(TARGETS)


def test_the_same_seed_makes_the_same_input(tmp_path: Path) -> None:
    """A fault that is found can be repeated from its seed."""
    first = [run_seed("csv", seed, tmp_path) for seed in range(5)]
    assert [run_seed("csv", seed, tmp_path) for seed in range(5)] == first
