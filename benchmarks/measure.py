"""Run commands as separate processes and compare their wall time, CPU time and peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """The cost of one run: wall time in *seconds*, peak resident memory in *mebibytes*, CPU time in *busy* seconds.

    The last two are 0 if the system does not report them. On a busy machine, CPU time is the more meaningful figure.
    """

    seconds: float
    mebibytes: float
    busy: float = 0.0


def cost(command: Sequence[str]) -> Cost:
    """Run *command* once in a separate process.

    Raises:
        RuntimeError: the command failed.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(process.pid, 0)
        code, peak = os.waitstatus_to_exitcode(status), usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        process.returncode, busy = code, usage.ru_utime + usage.ru_stime
    else:
        code, peak, busy = process.wait(), 0.0, 0.0
    if code not in (0, 1):  # 1: blocking findings, which made-up data may have
        raise RuntimeError(f"{' '.join(command)} ended with {code}")
    return Cost(time.perf_counter() - start, peak, busy)


def side_by_side(
    title: str, runs: int, contenders: dict[str, Callable[[], Sequence[str]]], against: str
) -> dict[str, Cost]:
    """Run all contenders *runs* times in turn; print and return the medians, and print ratios to *against*.

    A contender prepares its input and returns the command to run.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, command in contenders.items():
            costs[name].append(cost(command()))
    medians = {
        name: Cost(*map(statistics.median, zip(*map(astuple, some), strict=True))) for name, some in costs.items()
    }
    base = medians[against]
    print(f"\n{title} ({runs} runs each, medians)\n")
    print(
        "| | seconds | busy | peak MiB | time ratio | busy ratio | memory ratio |\n|---|---:|---:|---:|---:|---:|---:|"
    )
    for name, c in medians.items():
        print(
            f"| {name} | {c.seconds:.2f} | {c.busy:.2f} | {c.mebibytes:.0f} | {base.seconds / c.seconds:.1f} × faster "
            f"| {base.busy / max(c.busy, 0.01):.1f} × | {c.mebibytes / max(base.mebibytes, 1):.2f} |"
        )
    return medians
