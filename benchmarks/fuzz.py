"""Fuzz the package reader with coverage guidance: python benchmarks/fuzz.py [--seconds N] [--corpus FOLDER]

Needs the group `fuzz` (atheris; Linux and macOS). Inputs are packages; each mutation happens inside a part, below
compression and checksum. Any error except WorkbookError counts as a crash, more than 20 seconds for one package as a hang, and
more than a gibibyte as excessive memory. Failing inputs are kept in the folder --found; to repeat one of them, run
python benchmarks/fuzz.py FILE
"""

from __future__ import annotations

import argparse
import sys
import zipfile
import zlib
from pathlib import Path
from random import Random

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["xl_salesflow.ooxml"]):
    from tests.ooxml.fuzzing import damaged, seeds, unpacked, use
    from tests.ooxml.packages import zipped

GIBIBYTE = 1024
LARGEST = 1 << 16


def mutate(data: bytes, largest: int, seed: int) -> bytes:
    """Change one part, either with libFuzzer or with tests.ooxml.fuzzing; the result is still a package."""
    chance = Random(seed)
    try:
        parts = unpacked(data)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, RuntimeError, zlib.error):
        parts = chance.choice(seeds())
    if not parts or chance.random() < 0.5:
        return fitting(damaged(parts or chance.choice(seeds()), chance), data, largest)
    name = chance.choice(sorted(parts))
    parts[name] = atheris.Mutate(parts[name], min(largest, len(parts[name]) + 256))
    return fitting(zipped(parts), data, largest)


def fitting(new: bytes, old: bytes, largest: int) -> bytes:
    return new if len(new) <= largest else old


def main() -> None:
    """Run the fuzzer with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--corpus", type=Path, help="workbooks to start from, in addition to the built-in ones")
    parser.add_argument("--found", type=Path, default=Path("fuzzing"), help="the folder for inputs")
    options = parser.parse_args()
    if options.file:
        return use(options.file.read_bytes())
    inputs = options.found / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    for number, parts in enumerate(seeds()):
        (inputs / f"seed-{number}.xlsx").write_bytes(zipped(parts))
    for path in options.corpus.rglob("*.xls[xm]") if options.corpus else ():
        if path.stat().st_size <= LARGEST:
            (inputs / path.name).write_bytes(path.read_bytes())
    limits = (f"-max_total_time={options.seconds}", "-timeout=20", f"-rss_limit_mb={GIBIBYTE}", f"-max_len={LARGEST}")
    kept = f"-artifact_prefix={options.found}/"
    atheris.Setup([sys.argv[0], *limits, kept, str(inputs)], use, custom_mutator=mutate)
    atheris.Fuzz()
    return None


if __name__ == "__main__":
    main()
