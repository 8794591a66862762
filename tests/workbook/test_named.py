"""The named cells: the query they define, and their findings."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from xl_salesflow.core.pipelines import Finding
from xl_salesflow.schema.named_values import ALL_VALUES_LABEL, NAMED_CELLS
from xl_salesflow.workbook.cell_conversion import Dialect
from xl_salesflow.workbook.input_cells import check_named_cells, query_from_named_cells


def named(**typed: Any) -> tuple[dict[str, Any], list[Finding]]:
    cells = {name: cell.default.in_("en") if cell.default else None for name, cell in NAMED_CELLS.items()} | typed
    return check_named_cells(cells, {name: f"Funnel!B{at}" for at, name in enumerate(cells)}, Dialect(), "en")


@pytest.mark.parametrize(
    ("name", "typed", "holds", "rule"),
    [
        ("AsOfInput", date(2026, 1, 31), date(2026, 1, 31), None),
        ("AsOfInput", datetime(2026, 1, 31, 9), date(2026, 1, 31), None),
        ("AsOfInput", "2026-01-31", date(2026, 1, 31), "date_as_text"),
        ("AsOfInput", "31.02.2026", None, "impossible_date"),
        ("AsOfInput", "03/04/2026", None, "ambiguous_date"),
        ("AsOfInput", "  ", None, None),
        ("PlanTarget", 50_000, 50_000.0, None),
        ("PlanTarget", "5万", 50_000.0, "number_as_text"),
        ("PlanTarget", "plenty", None, "not_a_number"),
        ("Reading", "期内创建", "期内创建", None),
        ("Reading", "Created in periods", None, "unknown_choice"),
        ("ViewOwner", "Ann", "Ann", None),
        ("PeriodFrom", date(1899, 12, 31), 0, None),
        ("PeriodFrom", time(0), 0, None),
        ("ViewAll", 1, 1, None),
        ("StagePlaybook", None, "", None),
    ],
)
def test_a_named_cell_is_read_by_its_type(name: str, typed: Any, holds: Any, rule: str | None) -> None:
    values, found = named(**{name: typed})
    assert values[name] == holds
    assert [(finding.rule, finding.column) for finding in found] == ([(rule, name)] if rule else [])
    assert all(finding.cell in finding.message for finding in found)


def test_a_missing_name_is_a_finding() -> None:
    _, found = check_named_cells(
        {name: None for name in NAMED_CELLS if name != "AsOf"}, dict.fromkeys(NAMED_CELLS, ""), Dialect(), "zh"
    )
    assert [(finding.rule, finding.message[:7]) for finding in found] == [("missing_name", "名为 AsOf")]


@pytest.mark.parametrize("everything", [*ALL_VALUES_LABEL.translations(), "（全部）", None, " ", "All of them"])
def test_nothing_is_filtered_if_everything_is_chosen(everything: str | None) -> None:
    values, _ = named(ViewOwner=everything, ViewSource=everything, ViewEverything="All of them")
    assert query_from_named_cells(values).filters == {}


def test_filters_are_ids_if_the_lists_have_one() -> None:
    values, _ = named(ViewSource="展会", ViewRegion="Overseas", ViewChannel="Direct", ViewProduct="Press 3")
    assert query_from_named_cells(values).filters == {
        "source": "trade_show", "region": "Overseas", "sales_channel": "direct", "product": "Press 3",
    }  # fmt: skip


def test_the_period_and_the_switches_are_part_of_the_query() -> None:
    values, _ = named(PeriodFromInput=date(2026, 1, 1), Reading="Created in the period", Reach="实际进入")
    view = query_from_named_cells(values)
    assert (view.start, view.end, view.has_period) == (date(2026, 1, 1), None, True)
    assert (view.reading, view.reach) == ("cohort", "entered")
