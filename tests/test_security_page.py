"""The table of attacks in SECURITY.md is made from the tests that try them."""

from __future__ import annotations

from tools.attack_table import SECURITY_PAGE, format_security_page, list_attacks


def test_the_table_of_attacks_is_made_from_the_tests() -> None:
    """If this fails, run python -m tools.attack_table."""
    assert format_security_page() == SECURITY_PAGE.read_text(encoding="utf-8")


def test_each_attack_is_listed_once() -> None:
    attacks = [attack for attack, _, _, _ in list_attacks()]
    assert len(attacks) > 30
    assert len(set(attacks)) == len(attacks)
