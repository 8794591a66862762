"""Which rows may be the same thing twice, and why."""

from __future__ import annotations

from datetime import date

import pytest
from rapidfuzz import fuzz

from xl_salesflow.duplicates import findings, pairs
from xl_salesflow.duplicates.plain import company, email, phone, site, words
from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import pipeline_of
from xl_salesflow.model.tables import TABLES

CLEANED = [
    # what does it, as written, as compared
    (company, "ACME Corp.", "acme"),
    (company, "The Acme Company, Inc.", "acme"),
    (company, "北京远景科技有限公司", "北京远景"),
    (company, "远景（北京）有限公司", "远景"),
    (company, "Ltd", "ltd"),
    (words, "Wei, LI", "li wei"),
    (phone, "+86 138-0013-8000", "3800138000"),
    (phone, "13800138000", "3800138000"),
    (phone, "110", ""),
    (email, " Ann@Example.COM ", "ann@example.com"),
    (email, "ask Ann", ""),
    (site, "https://www.acme.com/about", "acme.com"),
    (site, "acme.com", "acme.com"),
    (site, "none", ""),
]


@pytest.mark.parametrize(("clean", "written", "compared"), CLEANED)
def test_what_people_write_differently_is_taken_out(clean: object, written: str, compared: str) -> None:
    assert clean(written) == compared  # type: ignore[operator]


PAIRS = [
    # table, two rows → why they may be one, or nothing
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
    found = pairs(table, frame(TABLES[table], [one, other]))
    assert [(pair.row, pair.other) for pair in found] == ([(3, 2)] if why else [])
    if why:
        assert why in found[0].says.in_("en", alike=found[0].alike)


def test_ten_alike_are_nine_pairs() -> None:
    rows = frame(TABLES["Accounts"], [{"account": f"Acme{' Inc' * (n % 2)}{'.' * n}"} for n in range(10)])
    assert len(pairs("Accounts", rows)) == 9


def test_a_large_workbook_is_not_compared_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0

    def counted(*_: object, **__: object) -> float:
        nonlocal count
        count += 1
        return 0.0

    monkeypatch.setattr(fuzz, "ratio", counted)
    rows = frame(TABLES["Accounts"], [{"account": f"customer {chr(97 + n % 26)}{n:05d}"} for n in range(3000)])
    pairs("Accounts", rows)
    assert count < 3000 * 45


def test_the_finding_names_both_cells() -> None:
    book = pipeline_of(date(2026, 5, 4), Accounts=[{"account": "Acme"}, {"account": "ACME Inc"}])
    (finding,) = findings(book)
    assert (finding.rule, finding.key, finding.severity) == ("possible_duplicate", "ACME Inc", "note")
    assert "Acme (" in finding.message
