"""Seal and check 100,000 stage stays: `python -m benchmarks.seals [STAYS]`."""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from xl_salesflow.core.history_seal import find_broken_seals, seal_history
from xl_salesflow.schema.table_frames import complete_columns
from xl_salesflow.schema.table_registry import TABLES


def made(stays: int) -> pd.DataFrame:
    """Return *stays* rows of History without seals, about three for each deal."""
    random = np.random.default_rng(7)
    rows = pd.DataFrame(
        {
            "visit": [f"V{number:06d}" for number in range(1, stays + 1)],
            "deal": [f"D-{number}" for number in random.integers(0, max(1, stays // 3), stays)],
            "playbook": "crm", "stage": random.choice(["Lead", "Qualified", "Won"], stays), "outcome": "open",
            "entered": np.datetime64("2026-01-01", "s"), "left": np.datetime64("2026-02-01", "s"), "days": 31.0,
            "moved_to": "Qualified", "move": "forward", "amount": random.random(stays).round(2) * 1e5, "owner": "Li",
        },
        index=range(2, stays + 2),
    )  # fmt: skip
    return complete_columns(TABLES["History"], rows)


def main(stays: int = 100_000) -> None:
    """Print both times; exit with an error if a valid seal is reported or a change is missed."""
    history = made(stays)
    start = time.process_time()
    whole = seal_history(history)
    sealing, start = time.process_time() - start, time.process_time()
    found = find_broken_seals(whole)
    checking = time.process_time() - start
    changed = whole.copy()
    changed.loc[stays // 2, "amount"] = -1.0
    if len(found.itself) or len(found.before) or list(find_broken_seals(changed).itself) != [stays // 2]:
        raise SystemExit("The check of the seals gives a wrong result.")
    print(f"{stays:,} stage stays: sealed in {sealing:.2f} s, checked in {checking:.2f} s of CPU time")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
