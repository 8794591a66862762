"""Comparing formulas in the spelling of files with that of Excel: equal ones are equal, different ones are different."""

from __future__ import annotations

import pytest

from xl_salesflow.excel.table_reading import is_equivalent_formula

THE_SAME: list[tuple[str, str]] = [
    # in a file                                             as Excel returns it
    ("Deals[[#This Row],[Amount]]*2",                       "=[@Amount]*2"),
    ("Deals[[#This Row],[Own probability]]",                "=[@[Own probability]]"),
    ("Deals[[#This Row],[Amount]]",                         "=Deals[@Amount]"),
    ("COUNTIF(Deals[[#This Row],[Budget]:[Timeline]],1)",   "=COUNTIF(Deals[@[Budget]:[Timeline]],1)"),
    ("COUNTIF(Deals[[#This Row],[Budget]:[Timeline]],1)",   "=COUNTIF(Deals[[#This Row], [Budget]:[Timeline]], 1)"),
    ("SUM(Deals[[#Data],[Amount]])",                        "=SUM(Deals[Amount])"),
    ("SUM(Deals[Amount])",                                  "=SUM([Amount])"),
    ("_xlfn.XLOOKUP(1,Stages[Key],Stages[Stage])",          "=XLOOKUP(1,Stages[Key],Stages[Stage])"),
    ("_xlfn._xlws.FILTER(Deals[Deal],1)",                   "=FILTER([Deal],1)"),
    ('IF(IsToday=1,"a, [b] @c","")',                        '=IF(IsToday = 1, "a, [b] @c", "")'),
    ("ROUND(x*0.50,2)/1E+3",                                "=ROUND(x*0.5,2)/1000"),
    ("INDEX(Settings!$A$2,1)",                              "=INDEX('Settings'!$A$2,1)"),
    ("'Loss reasons'!$B$2",                                 "='Loss reasons'!$B$2"),
    ("IF(TRUE,1,0)",                                        "=IF(TRUE(),1,0)"),
    ("MEDIAN(IF(History[Days]>0,History[Days]))",           "{=MEDIAN(IF(History[Days]>0,History[Days]))}"),
    ("Deals[[#This Row],[A '[b'] '# c]]",                   "=[@[A '[b'] '# c]]"),
    ("商机[[#This Row],[金额]]",                             "=商机[@金额]"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "excel"), THE_SAME)
def test_a_formula_in_two_spellings_is_equal(file: str, excel: str) -> None:
    assert is_equivalent_formula(file, excel, "Deals")


OTHERS: list[tuple[str, str]] = [
    # the original formula                          the changed formula
    ("Deals[[#This Row],[Amount]]*2",              "=[@Amount]*3"),
    ("Deals[[#This Row],[Amount]]*2",              "=[@Amount]*2+1"),
    ("Deals[[#This Row],[Amount]]",                "=[@Probability]"),
    ("Deals[[#This Row],[Amount]]",                "=Deals[Amount]"),
    ("Deals[[#This Row],[Amount]]",                "=History[@Amount]"),
    ("SUM(Deals[Amount])",                         "=SUM(Deals[[#All],[Amount]])"),
    ("Deals[[#This Row],[A]:[C]]",                 "=Deals[@[A]:[B]]"),
    ('IF(x="won",1,0)',                            '=IF(x="lost",1,0)'),
    ("ROUND(x,2)",                                 "=ROUND(x,1)"),
    ("Settings!$A$2",                              "=Settings!$A$3"),
    ("IF(a,b,c)",                                  "=IF(a,c,b)"),
    ("x",                                          "=5"),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "held"), OTHERS)
def test_a_different_formula_is_different(wanted: str, held: str) -> None:
    assert not is_equivalent_formula(wanted, held, "Deals")
