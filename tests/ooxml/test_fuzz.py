"""Damaged workbooks are used or refused: no crash, no hang, no more memory than for a valid one."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import SCALE
from tests.ooxml.fuzzing import EDITS, damaged, opened, plain, read, rich, seeds, use
from tests.ooxml.packages import package, sheet
from tests.parts import ROOT
from xl_salesflow.errors import WorkbookError

SOUND = seeds()


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("data", [plain(), rich()], ids=["plain", "rich"])
def test_undamaged_everything_works(data: bytes, edit: object) -> None:
    workbook = opened(data)
    assert callable(edit)
    edit(workbook)
    read(opened(workbook.to_bytes()))


@settings(derandomize=True, max_examples=150 * SCALE)
@given(st.randoms(use_true_random=False))
def test_damage_is_refused_or_harmless(chance: Random) -> None:
    use(damaged(chance.choice(SOUND), chance))


def test_not_all_damage_is_refused_on_opening() -> None:
    """If nearly everything or nothing were refused on opening, the tests above would show little."""
    ends: Counter[bool] = Counter()
    for seed in range(500):
        chance = Random(seed)
        try:
            read(opened(damaged(chance.choice(SOUND), chance)))
        except WorkbookError:
            ends[False] += 1
        else:
            ends[True] += 1
    assert min(ends.values()) > 100


BOUNDED = """
import runpy, sys
sys.argv = ["fuzzing", sys.argv[1], "1"]
runpy.run_module("tests.ooxml.fuzzing", run_name="__main__")
print(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])
"""
"""Prints the peak memory in KiB. ``ru_maxrss`` starts with the size of the parent process."""


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="Only Linux tells the memory a process took at its peak."
)
def test_damage_causes_no_hang_and_no_excessive_memory() -> None:
    """A process with a limit of one gibibyte and a timeout reads many damaged workbooks."""
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(500 * SCALE)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 2**20


FOUND = {
    "a character beyond Unicode": sheet('<row r="1"><c r="A1" t="str"><v>&#x110000;</v></c></row>'),
    "a number of a character too long to be one": sheet('<row r="1"><c r="A1" t="str"><v>&#99999999999999999999;</v></c></row>'),
    "digits without end": sheet(f'<row r="1"><c r="A1" s="{"9" * 5000}" t="s"><v>{"9" * 5000}</v></c></row>'),
    "half a character": sheet('<row r="1"><c r="A1"><f>"&#xD800;"&amp;A1</f><v>1</v></c></row>'),
}  # fmt: skip


@pytest.mark.parametrize("xml", FOUND.values(), ids=FOUND)
def test_failures_found_by_fuzzing(xml: str) -> None:
    """These files once crashed the reader or the writer."""
    use(package({"S": xml}))
