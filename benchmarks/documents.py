"""Compare quotes in every format with a plain docxtpl and LibreOffice script; make a follow-up list over many deals.

python benchmarks/documents.py [--quotes N] [--deals N]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.documents.document_writer import DOCUMENT_FORMATS, render_document
from xl_salesflow.process.due_followups import make_followup_frame
from xl_salesflow.quotes.quote_versions import offer_quote
from xl_salesflow.schema.table_frames import complete_columns
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 7, 1)
STAGES = [
    {"playbook": "crm", "position": n, "stage": name, "kind": kind, "day_limit": 20, "cadence": 7}
    for n, (name, kind) in enumerate((("Lead", "open"), ("Demo", "open"), ("Won", "won"), ("Lost", "lost")), 1)
]


Cost = Sequence[float]
"""Wall time and CPU time in seconds; on a busy machine, CPU time is the more meaningful figure."""


def now() -> Cost:
    """Return the current wall time and CPU time, including that of child processes."""
    busy = os.times()
    return time.perf_counter(), busy.user + busy.system + busy.children_user + busy.children_system


def since(start: Cost) -> Cost:
    """Return the wall time and CPU time since *start*."""
    return [later - earlier for later, earlier in zip(now(), start, strict=True)]


def offers(count: int) -> list[Document]:
    """Make *count* quotes with six lines, each for a different customer."""
    products = [{"product": f"Part {n}", "price": 19.9 * n, "description": "Stainless, 24 V"} for n in range(1, 7)]
    quote = {"quote": "Q-1", "deal": "D-1", "tax_rate": 0.13, "discount": 0.05, "date": TODAY}
    lines = [{"quote": "Q-1", "product": part["product"], "quantity": 3} for part in products]
    tables = {"Deals": [{"deal": "D-1"}], "Quotes": [quote], "QuoteLines": lines, "Products": products}
    (document,) = offer_quote(build_pipeline(TODAY, "zh", **tables), "D-1").documents
    buyer = document.facts["buyer"]
    return [
        replace(document, facts={**document.facts, "buyer": {**buyer, "account": f"Customer {n}"}})
        for n in range(count)
    ]


def desk(count: int) -> Pipeline:
    """Make a pipeline with *count* deals of 200 people, a third of them late."""
    random, numbers = np.random.default_rng(7), np.arange(count)
    stages = np.array(["Lead", "Demo", "Won", "Lost"], dtype=object)[random.integers(0, 4, count)]
    outcomes = pd.Series(stages).map({"Lead": "open", "Demo": "open", "Won": "won", "Lost": "lost"}).astype(object)
    days = np.datetime64(TODAY) + random.integers(-30, 60, count).astype("timedelta64[D]")
    deals = pd.DataFrame(
        {
            "deal": np.char.add("D-", numbers.astype(str)).astype(object),
            "owner": np.char.add("Seller ", (numbers % 200).astype(str)).astype(object),
            "recorded_stage": stages,
            "outcome": outcomes.to_numpy(),
            "amount": random.integers(1, 10**6, count) / 100,
            "next_step_date": days.astype("datetime64[s]"),
            "idle_days": random.integers(0, 40, count).astype(float),
            "days_in_stage": random.integers(0, 40, count).astype(float),
        },
        index=pd.RangeIndex(2, count + 2),
    )
    return build_pipeline(TODAY, Stages=STAGES).with_tables(Deals=complete_columns(TABLES["Deals"], deals))


def ours(printed: list[Document]) -> dict[str, Cost]:
    """Return the time for each format, with templates already read and fonts already found."""
    costs = {}
    for document_format in DOCUMENT_FORMATS["quote"]:
        render_document(printed[0], "zh", document_format)
        start = now()
        for document in printed:
            render_document(document, "zh", document_format)
        costs[document_format] = since(start)
    return costs


def by_hand(count: int) -> dict[str, Cost]:
    """Return the times of the plain script, which runs in its own process."""
    with TemporaryDirectory() as folder:
        script = Path(__file__).with_name("documents_by_hand.py")
        run = subprocess.run([sys.executable, script, folder, str(count)], check=True, capture_output=True, text=True)
    costs: dict[str, Cost] = json.loads(run.stdout)
    return costs


def main() -> None:
    """Run the benchmark with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quotes", type=int, default=200, help="the published figures are for 1,000")
    parser.add_argument("--deals", type=int, default=100_000)
    options = parser.parse_args()
    printed = offers(options.quotes)
    count = len(printed)
    here, there = ours(printed), by_hand(count)
    print(f"{len(printed):,} quotes of six lines\n")
    print(
        "| | a second | CPU ms each | script, a second | script, CPU ms each | ratio | CPU ratio |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )
    for document_format, (wall, busy) in here.items():
        line = f"| {document_format} | {count / wall:.0f} | {busy / count * 1e3:.1f} |"
        if document_format in there:
            slow, work = there[document_format]
            line += f" {count / slow:.1f} | {work / count * 1e3:.0f} |"
            line += f" **{slow / wall:.1f} × faster** | {work / busy:.0f} × less |"
        print(line + " – | – | – | – |" * (document_format not in there))
    pipeline = desk(options.deals)
    start = time.perf_counter()
    listed = make_followup_frame(pipeline)
    print(f"\n{len(listed):,} follow-ups out of {options.deals:,} deals: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
