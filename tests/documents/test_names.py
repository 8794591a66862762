"""File names are safe on Windows, macOS and Linux."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xl_salesflow.documents.document_files import safe_file_name

RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Q-2026-0001 Acme", "Q-2026-0001 Acme"),
        ("上海宏泰 Q-1", "上海宏泰 Q-1"),
        ('a<b>c:d"e/f\\g|h?i*j', "a-b-c-d-e-f-g-h-i-j"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("C:\\Windows\\x", "C--Windows-x"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("con .x", "_con .x"),
        ("COM1", "_COM1"),
        ("COM10", "COM10"),
        ("console", "console"),
        ("name. . ", "name"),
        (".hidden", "hidden"),
        ("a\r\nb\tc\x00d", "a b cd"),
        ("invoice\u202excod.exe", "invoicexcod.exe"),  # text that runs backwards hides an ending
        ("", "document"),
        ("...", "document"),
        ("///", "document"),
        ("\ud800", "document"),
    ],
)
def test_names_people_and_attackers_choose(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe


@given(st.text(max_size=300))
@example("😀" * 100)
@example(" .CON")
def test_every_name_is_safe_and_stays_so(name: str) -> None:
    safe = safe_file_name(name)
    assert safe
    assert not set(safe) & set('<>:"/\\|?*')
    assert all(ord(mark) >= 32 for mark in safe)
    assert safe == safe.strip(" .")
    assert len(safe.encode("utf-8")) <= 200
    assert safe.split(".")[0].upper() not in RESERVED
    assert safe_file_name(safe) == safe
