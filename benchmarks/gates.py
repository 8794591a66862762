"""Judge 100,000 pending moves with 40 gate rows: `python -m benchmarks.gates [DEALS] [GATES]`.

The product and a plain loop over deals and gates judge the same gates. The loop would take too long, so it runs over a hundredth
of the deals and its time is multiplied.
"""

from __future__ import annotations

import sys
import time
from datetime import date

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.process.gate_judging import judge_by_gates
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.table_frames import complete_columns, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_COLUMNS = ("need", "budget", "authority", "timeline")


def made(deals: int, count: int) -> Pipeline:
    """Return *deals* deals with random points and *count* gates, each of which requires a value in one column."""
    random = np.random.default_rng(7)
    rows = pd.DataFrame(
        {"deal": [f"D{n:06d}" for n in range(deals)], **{c: random.integers(0, 4, deals) * 1.0 for c in _COLUMNS}},
        index=range(2, deals + 2),
    )
    asked = [
        {
            "gate": f"g{n}", "playbook": "crm", "stage": "Presentation", "subject": _COLUMNS[n % 4],
            "check": "at_least", "value": str(1 + n % 3), "effect": "block" if n % 2 else "warn",
        }
        for n in range(count)
    ]  # fmt: skip
    pipeline = build_pipeline(date(2026, 3, 31)).with_tables(**make_shipped_setup("crm", "en"))
    return pipeline.with_tables(
        Deals=complete_columns(TABLES["Deals"], rows), Gates=make_table_frame(TABLES["Gates"], asked)
    )


def by_hand(pipeline: Pipeline) -> list[str]:
    """Judge the same gates deal by deal; return the verdicts."""
    asked = pipeline["Gates"].to_dict("records")
    verdicts = []
    for _, deal in pipeline["Deals"].iterrows():
        verdict, reasons = "accepted", []
        for gate in asked:
            if not deal[gate["subject"]] >= float(gate["value"]):
                verdict = "refused" if "refused" in (verdict, {"block": "refused"}.get(gate["effect"])) else "warned"
                reasons.append(f"{gate['subject']} is {deal[gate['subject']]}; at least {gate['value']}")
        verdicts.append(verdict)
    return verdicts


def main(deals: int = 100_000, count: int = 40) -> None:
    """Print both times; exit with an error if the verdicts differ."""
    pipeline = made(deals, count)
    moves = pd.DataFrame({"from": "Lead", "to": "Presentation"}, index=pipeline["Deals"].index, dtype=object)
    start = time.perf_counter()
    judged = judge_by_gates(pipeline, moves)
    ours = time.perf_counter() - start
    few = pipeline.with_tables(Deals=pipeline["Deals"].iloc[: deals // 100])
    start = time.perf_counter()
    verdicts = by_hand(few)
    loop = (time.perf_counter() - start) * 100
    if judged["verdict"].iloc[: deals // 100].tolist() != verdicts:
        raise SystemExit("The verdicts differ.")
    print(f"{deals:,} moves, {count} gates: {ours:.2f} s; a loop over deals {loop:.0f} s ({loop / ours:.0f} times)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
