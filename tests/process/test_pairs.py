"""Which rows may be duplicates, and why."""

from __future__ import annotations

from datetime import date

import pytest
from rapidfuzz import fuzz

from xl_salesflow.core.pipelines import build_pipeline
from xl_salesflow.process.duplicate_rows import (
    find_duplicate_pairs,
    find_duplicates,
    fold_company_name,
    fold_email_address,
    fold_person_name,
    fold_phone_number,
    fold_web_site,
)
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

CLEANED = [
    # the normalization, as written, as compared
    (fold_company_name, "ACME Corp.", "acme"),
    (fold_company_name, "The Acme Company, Inc.", "acme"),
    (fold_company_name, "北京远景科技有限公司", "北京远景"),
    (fold_company_name, "远景（北京）有限公司", "远景"),
    (fold_company_name, "Ltd", "ltd"),
    (fold_person_name, "Wei, LI", "li wei"),
    (fold_phone_number, "+86 138-0013-8000", "3800138000"),
    (fold_phone_number, "13800138000", "3800138000"),
    (fold_phone_number, "110", ""),
    (fold_email_address, " Ann@Example.COM ", "ann@example.com"),
    (fold_email_address, "ask Ann", ""),
    (fold_web_site, "https://www.acme.com/about", "acme.com"),
    (fold_web_site, "acme.com", "acme.com"),
    (fold_web_site, "none", ""),
]


@pytest.mark.parametrize(("clean", "written", "compared"), CLEANED)
def test_differences_in_writing_are_removed(clean: object, written: str, compared: str) -> None:
    assert clean(written) == compared  # type: ignore[operator]


PAIRS = [
    # table, two rows → why they may be duplicates, or blank
    ("Accounts", {"account": "Acme Inc."}, {"account": "ACME Corporation"}, "legal form"),
    ("Accounts", {"account": "Hottechi Robotics"}, {"account": "Hottechy Robotics"}, "% alike"),
    ("Accounts", {"account": "上海东方明珠"}, {"account": "上海东方名珠"}, ""),
    ("Accounts", {"account": "Plant 2 Works"}, {"account": "Plant 3 Works"}, ""),
    ("Accounts", {"account": "A", "phone": "010-88886666"}, {"account": "B", "phone": "+86 10 8888 6666"}, "phone"),
    ("Accounts", {"account": "A", "website": "www.x.com"}, {"account": "B", "website": "http://x.com/"}, "web site"),
    ("Accounts", {"account": "Alpha"}, {"account": "Omega"}, ""),
    ("Contacts", {"contact": "A", "email": "a@x.com"}, {"contact": "B", "email": "A@X.com"}, "e-mail"),
    ("Contacts", {"contact": "Li Wei", "account": "X"}, {"contact": "Wei Li", "account": "x"}, "same customer"),
    ("Contacts", {"contact": "Li Wei", "account": "X"}, {"contact": "Wei Li", "account": "Y"}, ""),
    (
        "Deals",
        {"deal": "D-1", "name": "New line", "account": "X"},
        {"deal": "D-2", "name": "new  line", "account": "X"},
        "same title",
    ),
    (
        "Deals",
        {"deal": "D-1", "name": "New line", "account": "X"},
        {"deal": "D-2", "name": "New line", "account": "Y"},
        "",
    ),
    ("Deals", {"deal": "D-1", "name": "", "account": "X"}, {"deal": "D-2", "name": "", "account": "X"}, ""),
]


@pytest.mark.parametrize(("table", "one", "other", "why"), PAIRS)
def test_a_pair(table: str, one: dict[str, str], other: dict[str, str], why: str) -> None:
    found = find_duplicate_pairs(table, make_table_frame(TABLES[table], [one, other]))
    assert [(pair.row, pair.other) for pair in found] == ([(3, 2)] if why else [])
    if why:
        assert why in found[0].reason.in_("en", alike=found[0].likeness)


def test_ten_equal_rows_are_nine_pairs() -> None:
    rows = make_table_frame(TABLES["Accounts"], [{"account": f"Acme{' Inc' * (n % 2)}{'.' * n}"} for n in range(10)])
    assert len(find_duplicate_pairs("Accounts", rows)) == 9


def test_not_every_row_of_a_large_workbook_is_compared_with_every_other(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0

    def counted(*_: object, **__: object) -> float:
        nonlocal count
        count += 1
        return 0.0

    monkeypatch.setattr(fuzz, "ratio", counted)
    rows = make_table_frame(
        TABLES["Accounts"], [{"account": f"customer {chr(97 + n % 26)}{n:05d}"} for n in range(3000)]
    )
    find_duplicate_pairs("Accounts", rows)
    assert count < 3000 * 45


def test_the_finding_names_both_cells() -> None:
    book = build_pipeline(date(2026, 5, 4), Accounts=[{"account": "Acme"}, {"account": "ACME Inc"}])
    (finding,) = find_duplicates(book)
    assert (finding.rule, finding.key, finding.severity) == ("possible_duplicate", "ACME Inc", "note")
    assert "Acme (" in finding.message
