"""The unit of the amounts may stand around the list; it is read, told, or asked about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.letterhead_units import read_letterhead_unit
from xl_salesflow.imports.map_proposal import propose_import_map


@pytest.mark.parametrize(
    ("line", "times", "currency"),
    [
        ("in USD thousands", 1e3, "USD"),
        ("Pipeline report (in kUSD)", 1e3, "USD"),
        ("($ in millions, except percentages)", 1e6, "USD"),
        ("Values shown in thousands of US dollars.", 1e3, "USD"),
        ("Angaben in TEUR", 1e3, "EUR"),
        ("Stand: 28.11.2026, Werte in Tsd. €", 1e3, "EUR"),
        ("Beträge: Mio. €", 1e6, "EUR"),
        ("Montants en milliers d'euros", 1e3, "EUR"),
        ("Importes en miles de euros", 1e3, "EUR"),
        ("суммы в тыс. руб.", 1e3, "RUB"),
        ("单位：万元", 1e4, "CNY"),
        ("币种：人民币   单位：万元", 1e4, "CNY"),
        ("単位：千円", 1e3, "JPY"),
        ("(단위: 백만원)", 1e6, "KRW"),
        ("All amounts in EUR", 1, "EUR"),
        ("# currency: GBP", 1, "GBP"),
        ("Region | EMEA | Currency: | EUR", 1, "EUR"),
        ("in thousands", 1e3, ""),
        # no unit
        ("Customer: | Dock | Owner: | Ivo", 1, ""),
        ("Region: | EMEA | Date: | 2026-11-28", 1, ""),
        ("Report for real", 1, ""),
        ("Team TOP", 1, ""),
        ("Pipeline in Q4", 1, ""),
        ("Deals (M)", 1, ""),
        ("Deals > 100k", 1, ""),
        ("Total in EUR: 5000", 1, ""),
        ("Units | 12", 1, ""),
    ],
)
def test_the_unit_in_a_line_around_a_list(line: str, times: float, currency: str) -> None:
    unit = read_letterhead_unit([line.split(" | ")])
    assert (unit.times, unit.codes[0] if unit.codes else "") == (times, currency)
    assert bool(unit.name) == bool(times != 1 or currency)


def test_the_nearest_line_decides() -> None:
    assert read_letterhead_unit([["all values in EUR"], ["in USD thousands"]]).codes == ("USD",)


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("Pipeline |\nin USD thousands |\n |\nDeal | Stage | Amount\nA | Lead | 85\nB | Won | 120.5", "USD", [85e3, 120.5e3]),
        ("销售漏斗 |\n单位：万元 |\n商机 | 阶段 | 金额\nA | 线索 | 85\nB | 赢单 | 120.5", "CNY", [85e4, 120.5e4]),
        ("Angaben in TEUR |\nDeal | Phase | Betrag\nA | Angebot | 85\nB | Gewonnen | 120.5", "EUR", [85e3, 120.5e3]),
        ("Deal | Stage | Amount\nA | Lead | 85\nB | Won | 120.5\n |\nAll amounts in thousands |", "USD", [85e3, 120.5e3]),
        ("in thousands |\nDeal | Stage | Amount (USD)\nA | Lead | 85\nB | Won | 2", "USD", [85e3, 2e3]),
        # the header and the cells take precedence
        ("in thousands |\nDeal | Stage | Amount in M$\nA | Lead | 85\nB | Won | 2", "USD", [85e6, 2e6]),
        ("in EUR |\nDeal | Stage | Amount\nA | Lead | $85\nB | Won | $2", "USD", [85, 2]),
        ("All amounts in EUR |\nDeal | Stage | Amount\nA | Lead | 85\nB | Won | 2", "USD", "rate"),
        ("Angaben in TEUR |\nDeal | Phase | Betrag\nA | Angebot | 85\nB | Gewonnen | 2", "USD", "rate"),
    ],
)  # fmt: skip
def test_amounts_are_in_the_unit_of_the_letterhead(
    text: str, currency: str, expected: list[float] | str, csv: Callable[..., Path]
) -> None:
    path, before = csv("list.csv", text, "|" if "," in text else ","), workbook("en", currency)
    mapping = propose_import_map([path], before)
    if isinstance(expected, str):
        ((file, header),) = mapping.open_questions
        assert file.columns[header].questions == (expected,)
        return
    planned = build_import_changes(before, [path], mapping, as_history=True)
    assert list(apply_change_set(before, planned)["Deals"]["amount"]) == expected
    (sums,) = planned.answer.sums
    assert round(sums.in_file * sums.factor, 2) == sums.in_workbook == sum(expected)
