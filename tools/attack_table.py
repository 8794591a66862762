"""Write the table of attacks in SECURITY.md from the tests: python -m tools.attack_table [--check]

A test that tries an attack has two comments above its definition, `# attack: …` and `# outcome: …`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECURITY_PAGE = ROOT / "SECURITY.md"
_ATTACK = re.compile(r"^# attack: (.+)\n# outcome: (.+)\ndef (test_\w+)\(", re.MULTILINE)
_TABLE = re.compile(r"(?<=\| Attack \| Outcome \| Test \|\n\|---\|---\|---\|\n)(?:\|.*\n)*")


def list_attacks() -> list[tuple[str, str, str, str]]:
    """List attack, outcome, file and test of everything that is tried, in the order of the files."""
    return [
        (*found, path.relative_to(ROOT).as_posix())
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for found in _ATTACK.findall(path.read_text(encoding="utf-8"))
    ]


def format_security_page() -> str:
    """Return SECURITY.md with the table as the tests have it."""
    rows = "".join(f"| {attack} | {outcome} | `{file}` |\n" for attack, outcome, _, file in list_attacks())
    return _TABLE.sub(lambda _: rows, SECURITY_PAGE.read_text(encoding="utf-8"))


def main() -> int:
    """Write the page, or with --check say whether it is up to date."""
    page = format_security_page()
    if "--check" in sys.argv[1:]:
        return int(page != SECURITY_PAGE.read_text(encoding="utf-8"))
    SECURITY_PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
