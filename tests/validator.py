"""Microsoft's Open XML SDK as a validator of the files that we write."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.parts import ROOT, VALIDATOR

Validator = Callable[[Path], list[str]]


def find_validator(modules: Path = ROOT / "node_modules") -> Path | None:
    """Return the program for this machine; npm installs only the one that fits."""
    names = ("ooxml-validator", "ooxml-validator.exe")
    folders = sorted(modules.glob(f"{VALIDATOR}-*"))
    return next((folder / name for folder in folders for name in names if (folder / name).is_file()), None)


def complaints(program: Path, document: Path) -> list[str]:
    """List the validator's complaints about a document: part, place, complaint."""
    answer = subprocess.run([program, document], capture_output=True, encoding="utf-8", timeout=300, check=True)
    verdict = json.loads(answer.stdout)
    found = [sentence(error) for error in verdict["errors"]]
    assert verdict["ok"] == (not found), f"the validator contradicts itself: {answer.stdout}"
    return found


def sentence(error: dict[str, str | None]) -> str:
    """Format one complaint; a complaint about the whole file has no part and no place."""
    return " ".join(part for part in (error["path"], error["xPath"], error["description"]) if part)
