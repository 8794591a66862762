"""Fuzz the package reader, guided by the branches it takes: python benchmarks/fuzz.py [--seconds N] [--corpus FOLDER]

Needs the group `fuzz` (atheris; Linux and macOS). Inputs are packages; each mutation happens inside a part, below
compression and checksum. A crash is anything but a WorkbookError, a hang more than 20 seconds for one package, a memory
blow-up more than a gibibyte. What fails is kept in the folder --found, to be repeated with: python benchmarks/fuzz.py FILE
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
    """Change one part as libFuzzer likes or as tests.ooxml.fuzzing does; a package stays one."""
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
    """Fuzz as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--corpus", type=Path, help="workbooks to start from, beside the built-in ones")
    parser.add_argument("--found", type=Path, default=Path("fuzzing"), help="where inputs are kept")
    asked = parser.parse_args()
    if asked.file:
        return use(asked.file.read_bytes())
    inputs = asked.found / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    for number, parts in enumerate(seeds()):
        (inputs / f"seed-{number}.xlsx").write_bytes(zipped(parts))
    for path in asked.corpus.rglob("*.xls[xm]") if asked.corpus else ():
        if path.stat().st_size <= LARGEST:
            (inputs / path.name).write_bytes(path.read_bytes())
    limits = (f"-max_total_time={asked.seconds}", "-timeout=20", f"-rss_limit_mb={GIBIBYTE}", f"-max_len={LARGEST}")
    kept = f"-artifact_prefix={asked.found}/"
    atheris.Setup([sys.argv[0], *limits, kept, str(inputs)], use, custom_mutator=mutate)
    atheris.Fuzz()
    return None


if __name__ == "__main__":
    main()
