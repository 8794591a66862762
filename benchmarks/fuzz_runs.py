"""Fuzz one kind of input: python -m benchmarks.fuzz_runs TARGET [--runs N] [--first SEED] [--counts FILE]

Every run makes its input from its own seed, so `--first SEED --runs 1` repeats it. A fault is any error that is not one
sentence of ours, more than 20 seconds of CPU time, a changed file after a failure, or an endless answer. Faults are
printed with their seeds and counted; the last line has the counts and the peak memory. TARGET `all` runs one after another.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.fuzz_targets.call_lines import use_call_line
from benchmarks.fuzz_targets.lists import use_sheet_list, use_text_list
from benchmarks.fuzz_targets.sent_lists import use_sent_list
from benchmarks.fuzz_targets.stores import use_package, use_store
from benchmarks.fuzz_targets.team_books import use_team_book
from benchmarks.fuzz_targets.team_templates import use_team_template
from benchmarks.fuzz_targets.toml_texts import use_toml_text

FuzzTarget = Callable[[Random, Path], str]
TARGETS: dict[str, FuzzTarget] = {
    "package": use_package,
    "store": use_store,
    "csv": use_text_list,
    "sheets": use_sheet_list,
    "adopt": use_team_book,
    "templates": use_team_template,
    "toml": use_toml_text,
    "mail": use_sent_list,
    "commands": use_call_line,
}
HANG_SECONDS, MEMORY_MEBIBYTES = 20, 1536
_TOLD_EVERY = 1000


class Hang(BaseException):
    """One input took more than 20 seconds of CPU time; no handler of the product may swallow it."""


def run_seed(target: str, seed: int, folder: Path) -> str:
    """Run one input and return what came of it; raise what is a fault."""
    place = folder / "run"
    place.mkdir(parents=True, exist_ok=True)
    return TARGETS[target](Random(f"{target} {seed}"), place)


def fuzz_in_child(target: str, runs: int, first: int) -> list[dict[str, Any]]:
    """Run *runs* seeds in a child that may take 4 GiB; one that dies is a fault, and another child goes on after it."""
    context = multiprocessing.get_context("fork")
    found: list[dict[str, Any]] = []
    end, at = first + runs, first
    while at < end:
        current, answers = context.Value("q", at), context.SimpleQueue()
        child = context.Process(target=_fuzz_and_answer, args=(target, end - at, at, current, answers))
        child.start()
        child.join()
        if child.exitcode == 0:
            return [*found, answers.get()]
        died = int(current.value)
        print(f"{target}: seed {died}\nthe process died ({child.exitcode})", flush=True)
        found.append({"target": target, "runs": died - at + 1, "first": at, "faults": [died], "died": child.exitcode})
        at = died + 1
    return found


def _fuzz_and_answer(target: str, runs: int, first: int, current: Any, answers: Any) -> None:
    import resource  # not on Windows, where the suite runs only samples

    resource.setrlimit(resource.RLIMIT_DATA, (4 << 30, 4 << 30))
    signal.signal(signal.SIGPROF, _hang)
    answers.put(fuzz_target(target, runs, first, current))


def _hang(*_: object) -> None:
    raise Hang


def fuzz_target(target: str, runs: int, first: int, current: Any = None) -> dict[str, Any]:
    """Run *runs* seeds from *first* on, noting the *current* one; return the counts."""
    ends: Counter[str] = Counter()
    faults: list[int] = []
    started, slowest = time.process_time(), (0.0, first)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + runs):
            signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
            begun = time.process_time()
            if current is not None:
                current.value = seed
            try:
                ends[run_seed(target, seed, Path(folder))] += 1
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001  # whatever it is, it is a fault of this seed, and the next one is tried
                faults.append(seed)
                print(f"{target}: seed {seed}\n{traceback.format_exc()[-3_000:]}", flush=True)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
            slowest = max(slowest, (time.process_time() - begun, seed))
            if (seed - first + 1) % _TOLD_EVERY == 0:
                print(f"{target}: {seed - first + 1:,} runs, {len(faults)} faults, {dict(ends)}", flush=True)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return {
        "target": target, "runs": runs, "first": first, "faults": faults, "ends": dict(ends), "peak_mebibytes": peak,
        "slowest_seconds": round(slowest[0], 1), "slowest_seed": slowest[1], "cpu_seconds": round(time.process_time() - started),
    }  # fmt: skip


def main() -> int:
    """Run with the options of the command line; exit with 1 after a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=(*TARGETS, "all"))
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--counts", type=Path, help="a file to append the counts to, a line of JSON for each target")
    options = parser.parse_args()

    bad = False
    for target in TARGETS if options.target == "all" else (options.target,):
        for counts in fuzz_in_child(target, options.runs, options.first):
            print(json.dumps(counts), flush=True)
            if options.counts:
                with options.counts.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(counts) + "\n")
            bad |= bool(counts["faults"]) or counts["peak_mebibytes"] > MEMORY_MEBIBYTES
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
