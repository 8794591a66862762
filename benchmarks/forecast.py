"""Forecast a quarter and test past forecasts: `python -m benchmarks.forecast [DEALS …] [--accuracy]`.

The made-up teams of DEALS deals (default: 10,000 and 100,000) have two years of stage stays. The script measures the forecast
with its 10,000 runs, the simulation of 5,000 open deals alone, and with --accuracy the back-test of all past periods.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.metrics.deal_cube import days_since_1970
from xl_salesflow.metrics.forecasting.forecast_accuracy import compute_accuracy
from xl_salesflow.metrics.forecasting.forecast_simulation import OpenDeals, simulate_forecast
from xl_salesflow.metrics.forecasting.stay_record import StayRecord, build_stay_record
from xl_salesflow.metrics.forecasting.team_forecast import compute_forecast
from xl_salesflow.process.playbook_files import make_shipped_setup

TODAY = date(2026, 5, 14)
OPEN_DEALS = 5_000
HORIZONS = (17, 47)


def made(count: int) -> Pipeline:
    """Return a team with *count* deals of two years."""
    empty = build_pipeline(TODAY).with_tables(**make_shipped_setup("crm", "en"))
    return recompute_formula_columns(apply_change_set(empty, generate_pipeline(empty, count, since_days=730)))


def timed(what: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return the wall time and CPU time in seconds, and the result."""
    wall, busy = time.perf_counter(), time.process_time()
    result = what()
    return time.perf_counter() - wall, time.process_time() - busy, result


def simulate(record: StayRecord) -> Any:
    """Run 10,000 simulations of 5,000 open deals with eight owners."""
    random = np.random.default_rng(1)
    deals = OpenDeals(
        random.integers(0, len(record.stages), OPEN_DEALS),
        random.integers(0, 120, OPEN_DEALS),
        random.lognormal(9, 1, OPEN_DEALS).round(2),
        random.integers(0, max(len(record.owners), 1), OPEN_DEALS),
    )
    return simulate_forecast(record, days_since_1970(TODAY), deals, HORIZONS, watch=10)


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deals", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--accuracy", action="store_true")
    options = parser.parse_args()
    print(
        f"load {os.getloadavg()[0]:.1f}\n\n| deals | open | stays | what | seconds | busy |\n|---:|---:|---:|---|---:|---:|"
    )
    for count in options.deals:
        pipeline = made(count)
        record = build_stay_record(pipeline)
        jobs: dict[str, Callable[[], Any]] = {
            "forecast": lambda pipeline=pipeline: compute_forecast(pipeline),
            "simulation of 5,000 open deals": lambda record=record: simulate(record),
        }
        if options.accuracy:
            jobs["accuracy"] = lambda pipeline=pipeline: compute_accuracy(pipeline)
        still_open = int((pipeline["Deals"]["outcome"] == "open").sum())
        for name, job in jobs.items():
            wall, busy, _ = min((timed(job) for _ in range(1 if name == "accuracy" else 3)), key=lambda run: run[1])
            print(
                f"| {count:,} | {still_open:,} | {len(record.deal):,} | {name} | {wall:.2f} | {busy:.2f} |", flush=True
            )


if __name__ == "__main__":
    main()
