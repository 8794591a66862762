"""Wrong cells become findings: with address, key and remedy, in the workbook's language, and never too many."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from string import Formatter

import pytest

from xl_salesflow.core.pipelines import Pipeline, TablePosition, build_pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.workbook.cell_findings import (
    CELL_FINDING_KINDS,
    MAX_FINDINGS_PER_RULE,
    CellFinding,
    describe_cell_findings,
)


def pipeline(language: Language = "en") -> Pipeline:
    rows = [{"deal": f"D-{at}"} for at in range(2, 600)]
    places = {"Deals": TablePosition("Deals", {"amount": "F", "created": "G"})}
    return replace(build_pipeline(date(2026, 3, 2), language, Deals=rows), table_positions=places)


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Deals!F7 (Amount) needs a number and holds “lots”; type one such as 1234.50."),
        ("zh", "Deals!F7（金额）应为数字，现为“lots”；请填写如 1234.50。"),
    ],
)
def test_a_wrong_cell_is_reported_with_address_and_key(language: Language, message: str) -> None:
    (finding,) = describe_cell_findings(pipeline(language), "Deals", [CellFinding("not_a_number", 7, "amount", "lots")])
    assert finding.message == message
    assert (finding.cell, finding.key, finding.column, finding.blocks) == ("Deals!F7", "D-7", "amount", False)


def test_neighbouring_cells_with_the_same_remedy_are_reported_together() -> None:
    rows = [2, 3, 4, 9, 11, 10]
    findings = describe_cell_findings(
        pipeline(), "Deals", [CellFinding("formula_typed_over", row, "amount", "") for row in rows]
    )
    assert [finding.cell for finding in findings] == ["Deals!F2:F4", "Deals!F9:F11"]


def test_every_overwritten_formula_is_reported_so_that_it_can_be_repaired() -> None:
    rows = range(2, 600, 2)
    findings = list(
        describe_cell_findings(
            pipeline(), "Deals", [CellFinding("formula_typed_over", row, "amount", "") for row in rows]
        )
    )
    assert len(findings) == len(rows)


def test_a_column_of_wrong_cells_is_reported_once() -> None:
    faults = [CellFinding("not_a_number", row, "amount", f"many {row}") for row in range(2, 502)]
    findings = list(
        describe_cell_findings(pipeline(), "Deals", [*faults, CellFinding("not_a_date", 5, "created", "soon")])
    )
    assert len(findings) == MAX_FINDINGS_PER_RULE + 2
    assert findings[MAX_FINDINGS_PER_RULE].message == "Amount: 400 more cells like Deals!F101."
    assert findings[-1].column == "created"


@pytest.mark.parametrize("rule", CELL_FINDING_KINDS)
def test_both_languages_have_the_same_facts(rule: str) -> None:
    english, chinese = (
        {name for _, name, _, _ in Formatter().parse(text) if name}
        for text in CELL_FINDING_KINDS[rule].message.translations()
    )
    assert english == chinese


@pytest.mark.parametrize("rule", CELL_FINDING_KINDS)
def test_chinese_has_full_width_punctuation(rule: str) -> None:
    assert not re.search(r"[,:;?!()]", CELL_FINDING_KINDS[rule].message.in_("zh"))
