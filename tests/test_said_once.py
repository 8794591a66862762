"""What several packages need is written in one file; a second copy would drift away from it."""

from __future__ import annotations

import re

import pytest

from tests.parts import ROOT

PACKAGE = ROOT / "xl_salesflow"
HOMES = [
    # what is written once, how it looks in code, its home
    ("the next key of a row", r"number:0|removeprefix\(\"[A-Z]\"\)", "core/key_numbers.py"),
    ("the number of a run", r"%Y%m%d-%H%M%S", "core/key_numbers.py"),
    ("quotes around the name of a sheet", r"\"''\"|f\"'\{sheet\}'\"|isidentifier\(\)", "ooxml/excel_notation.py"),
    ("the letters of a column", r"ord\(\w+\) - |chr\(65", "ooxml/excel_notation.py"),
    ("the first day of Excel's calendars", r"1899|1904, 1, 1|25_?569|2_?958_?465", "ooxml/excel_notation.py"),
    ("whether a value is blank", r"\b(value|cell|typed|amount) != \1\b(?!\.)|is pd\.NaT", "schema/plain_values.py"),
    (
        "a number without a fraction as an integer",
        r"return int\(\w+\) if [^\n]*is_integer\(\)",
        "schema/plain_values.py",
    ),
    (
        "the label of a value of a list",
        r"CHOICES\.get\([^)]*\) or LISTS|\*\*CHOICES, \*\*LISTS\}\.get",
        "schema/choice_lists.py",
    ),
    ("the name that was meant", r"did you mean|find_nearest\([^\n]* or ", "core/name_suggestions.py"),
    (
        "how similar two texts are",
        r"\bdifflib\b|rapidfuzz|fuzz\.|SequenceMatcher|levenshtein",
        "core/name_suggestions.py",
    ),
    ("a date of days since 1970", r"date\(1970, 1, 1\) \+", "metrics/deal_cube.py"),
]


@pytest.mark.parametrize(("pattern", "home"), [row[1:] for row in HOMES], ids=[row[0] for row in HOMES])
def test_it_is_written_in_one_file(pattern: str, home: str) -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(pattern, path.read_text(encoding="utf-8"))
    }
    assert found == {home}
