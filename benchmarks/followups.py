"""Make the follow-up list over 100,000 deals: `python -m benchmarks.followups [DEALS] [PEOPLE] [--profile]`.

The made-up deals have history, customers, activities, tasks, quotes and objections, and are shared among PEOPLE; every reason
applies to some rows. The script measures the list itself, its documents, and the same list made by a plain loop that handles two
reasons only. The loop would take too long, so it runs over a hundredth of the deals and its time is multiplied.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.cli.demo.demo_workbook import make_day_of_work
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.process.due_followups import list_followups, make_followup_document
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.table_frames import complete_columns
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 6, 30)


def made(count: int, people: int) -> Pipeline:
    """Return *count* deals shared among *people*, with rows for every reason."""
    empty = build_pipeline(TODAY).with_tables(**make_shipped_setup("crm", "en"))
    pipeline = apply_change_set(empty, generate_pipeline(empty, count, since_days=60))  # most of them still open
    pipeline = apply_change_set(pipeline, make_day_of_work(pipeline))
    random, deals = np.random.default_rng(3), pipeline["Deals"]
    owners = np.array([f"Person {n:04d}" for n in range(people)], object)[random.integers(0, people, count)]
    deals = deals.assign(owner=owners)
    opened = deals[deals["outcome"] == "open"]
    today = np.datetime64(TODAY, "s")
    days = random.integers(-20, 20, len(opened)).astype("timedelta64[D]")
    tasks = {
        "task_id": [f"T{n:06d}" for n in range(len(opened))], "deal": opened["deal"].to_numpy(), "task": "Find the budget",
        "stage": opened["recorded_stage"].to_numpy(), "required": "yes", "status": "open", "due": today + days,
    }  # fmt: skip
    quoted = opened.iloc[::3]
    sent = today - random.integers(0, 40, len(quoted)).astype("timedelta64[D]")
    quotes = {
        "quote": [f"Q-2026-{n:06d}" for n in range(len(quoted))], "deal": quoted["deal"].to_numpy(), "status": "sent",
        "sent": sent, "valid_until": sent + np.timedelta64(30, "D"), "primary": "yes",
    }  # fmt: skip
    objecting = opened.iloc[::5]
    objections = {
        "objection": [f"O{n}" for n in range(len(objecting))], "deal": objecting["deal"].to_numpy(), "type": "price",
        "concern": "Too dear", "answer": "Pays back in a year", "status": "answered", "date": today,
    }  # fmt: skip
    more = {"Tasks": tasks, "Quotes": quotes, "Objections": objections}
    frames = {name: complete_columns(TABLES[name], pd.DataFrame(columns)) for name, columns in more.items()}
    return recompute_formula_columns(pipeline.with_tables(Deals=deals, **frames))


def by_hand(pipeline: Pipeline, deals: pd.DataFrame) -> int:
    """Count the deals with an overdue step or a long silence, deal by deal."""
    activities, today, calls = pipeline["Activities"], pd.Timestamp(TODAY), 0
    for _, deal in deals.iterrows():
        last = activities.loc[activities["deal"] == deal["deal"], "date"].max()
        late = deal["next_step_date"] < today
        calls += bool(deal["outcome"] == "open" and (late or (today - last).days > 14))
    return calls


def timed(what: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return the wall time and CPU time in seconds, and the result."""
    wall, busy = time.perf_counter(), time.process_time()
    result = what()
    return time.perf_counter() - wall, time.process_time() - busy, result


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deals", nargs="?", type=int, default=100_000)
    parser.add_argument("people", nargs="?", type=int, default=200)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    pipeline = made(options.deals, options.people)
    sizes = ", ".join(
        f"{len(pipeline[name]):,} {name}" for name in ("Deals", "Activities", "Tasks", "Quotes", "Objections")
    )
    print(f"{sizes}; {options.people} people\n")
    runs = [timed(lambda: list_followups(pipeline)) for _ in range(3)]
    wall, busy, listed = min(runs, key=lambda run: run[1])
    print(
        f"list: {len(listed.rows):,} lines, {sum(listed.left.values()):,} without room; {wall:.2f} s, busy {busy:.2f} s"
    )
    document = make_followup_document(pipeline, listed)
    for list_format in ("md", "html", "csv", "ics"):
        wall, busy, content = timed(lambda list_format=list_format: render_document(document, "en", list_format))
        print(f"{list_format}: {len(content) / 2**20:.1f} MiB; {wall:.2f} s, busy {busy:.2f} s")
    few = pipeline["Deals"].iloc[::100]
    _, loop, _ = timed(lambda: by_hand(pipeline, few))
    print(
        f"a loop over deals, two reasons: busy {loop * 100:.0f} s ({loop * 100 / min(run[1] for run in runs):.0f} times)"
    )
    if options.profile:
        profiler = cProfile.Profile()
        profiler.runcall(list_followups, pipeline)
        pstats.Stats(profiler).sort_stats("cumulative").print_stats("xl_salesflow", 25)


if __name__ == "__main__":
    main()
