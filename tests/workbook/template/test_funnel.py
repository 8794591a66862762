"""The sheet Funnel: inputs, cards and charts depend on the numbers of its tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.utils import range_boundaries

from tests.templates import built
from tests.workbook.template.filled import filled, saved
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_sheets import COMPARED_CARDS
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template import analysis_pages, manager_pages
from xl_salesflow.workbook.template.analysis_pages import _SALES_PLAN_CARDS
from xl_salesflow.workbook.template.manager_pages import _FORECAST_CARDS


def test_every_input_of_the_funnel_has_a_dropdown_or_takes_a_date(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Metrics"].title.in_(language)]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    for cell in NAMED_CELLS.values():
        if cell.sheet != "Funnel":
            continue
        place = book.defined_names[cell.name].attr_text.rpartition("!")[2].replace("$", "")
        rule = rules[place]
        assert rule.type == ("date" if cell.default is None else "list")
        assert bool(rule.allow_blank) == (cell.default is None)
        assert rule.prompt == cell.tip.in_(language)


def test_a_card_shows_its_metric(book: Workbook, language: Language) -> None:
    for page, cards in (
        (manager_pages, COMPARED_CARDS),
        (manager_pages, _FORECAST_CARDS),
        (analysis_pages, _SALES_PLAN_CARDS),
    ):
        for metric in cards:
            sheet, _, place = book.defined_names[f"Card_{metric}"].attr_text.rpartition("!")
            cell = book[sheet.strip("'")][place.replace("$", "")]
            assert cell.value == f"={metric}", page.__name__
            assert cell.offset(-1, 0).value == METRICS_BY_ID[metric].name.in_(language)


def test_every_metric_has_its_definition_beside_it(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Metrics"].title.in_(language)]
    left, top, right, last = range_boundaries(sheet.tables["Metrics"].ref)
    rows = list(sheet.iter_rows(min_row=(top or 0) + 1, max_row=last, min_col=left, max_col=right, values_only=True))
    assert [(row[0], row[1], row[6]) for row in rows] == [
        (m.id, m.name.in_(language), m.definition.in_(language)) for m in METRICS_BY_ID.values()
    ]


def test_charts_draw_every_row_of_their_table(book: Workbook, language: Language) -> None:
    for name in ("StageMetrics", "ForecastMonths", "PlanStages", "Leaks", "LossReasons", "Moves"):
        sheet = book[TABLES[name].title.in_(language)]
        _, top, _, last = range_boundaries(sheet.tables[name].ref)
        assert sheet._charts
        for chart in sheet._charts:
            for series in chart.series:
                assert (
                    series.val.numRef.f.rpartition("!")[2].replace("$", "")[1:]
                    == f"{(top or 0) + 1}:{_letter(series)}{last}"
                )


def _letter(series: object) -> str:
    f: str = series.val.numRef.f  # type: ignore[attr-defined]
    return f.rpartition(":")[2].replace("$", "").rstrip("0123456789")


def test_the_funnel_is_a_bar_on_an_invisible_pad(book: Workbook, language: Language) -> None:
    pad, reached = book[TABLES["Metrics"].title.in_(language)]._charts[0].series
    assert pad.graphicalProperties.noFill
    assert pad.graphicalProperties.line.noFill
    assert not reached.graphicalProperties.noFill


def test_a_sheet_prints_on_one_page(book: Workbook, language: Language) -> None:
    for name in ("ForecastMonths", "PlanStages", "Leaks", "LossReasons", "Moves"):
        setup = book[TABLES[name].title.in_(language)].page_setup
        assert (setup.fitToWidth, setup.fitToHeight) == (1, 1)


def test_the_funnel_prints_cards_stages_and_numbers_on_pages_of_their_own(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Metrics"].title.in_(language)]
    setup = sheet.page_setup
    assert (setup.orientation, setup.fitToWidth, setup.fitToHeight) == ("landscape", 1, 0)
    heads = [int(sheet.tables[name].ref.split(":")[0].strip("ABC")) for name in ("StageMetrics", "Metrics")]
    assert [entry.id for entry in sheet.row_breaks.brk] == [head - 2 for head in heads], "each heading begins a page"


def test_the_funnel_freezes_only_its_title_and_its_shares_end_at_all_of_them(
    book: Workbook, language: Language
) -> None:
    sheet = book[TABLES["Metrics"].title.in_(language)]
    assert sheet.freeze_panes == "A4"
    axis = sheet._charts[1].y_axis.scaling
    assert (axis.min, axis.max) == (0, 1)


@pytest.mark.parametrize("name", ["Moves", "MoveValues"])
def test_the_matrix_of_moves_has_dashes_for_zeros_and_stages_above(
    book: Workbook, language: Language, name: str
) -> None:
    table = TABLES[name]
    sheet = book[table.title.in_(language)]
    first, top = sheet.tables[name].ref.split(":")[0][0], int(sheet.tables[name].ref.split(":")[0][1:])
    left = ord(first) - 64
    at = {column.id: left + number for number, column in enumerate(table.columns)}
    stage = sheet.cell(top, at["stage"]).column_letter
    assert sheet.cell(top - 1, at["to_3"]).value == f'=${stage}${top + 3}&""'
    assert "–" in sheet.cell(top + 1, at["to_3"]).number_format


def test_pasted_deals_show_in_cards_stages_and_pads(calculate: Callable[[bytes], Workbook]) -> None:
    """
    stage        | deals
    Lead         | 12
    Qualified    |  6
    Presentation |  2
    """
    stages = ["Lead"] * 12 + ["Qualified"] * 6 + ["Presentation"] * 2
    order = {"Lead": 1, "Qualified": 2, "Presentation": 3}
    rows = [
        {
            "deal": f"D-{number}", "stage": stage, "recorded_stage": stage, "playbook": "crm", "outcome": "Open",
            "furthest": order[stage], "amount": 100.25, "created": date(2026, 1, 1), "since": date(2026, 1, 2),
        }
        for number, stage in enumerate(stages, 1)
    ]  # fmt: skip
    book = calculate(saved(filled("en", Deals=rows)))
    sheet = book["Funnel"]

    def card(metric: str) -> object:
        return sheet[book.defined_names[f"Card_{metric}"].attr_text.rpartition("!")[2].replace("$", "")].value

    assert card("open_count") == 20
    assert card("open_value") == 2005.00
    assert card("weighted_value") == 360.94  # 12 × 10.03 + 6 × 25.06 + 2 × 45.11
    _, top, _, _ = range_boundaries(sheet.tables["StageMetrics"].ref)
    first = (top or 0) + 1
    assert [sheet.cell(row, 3).value for row in range(first, first + 3)] == list(order)
    assert [sheet.cell(row, 6).value for row in range(first, first + 3)] == [20, 8, 2]
    assert [sheet.cell(row, 19).value for row in range(first, first + 3)] == [0, 6, 9]


def test_a_longer_process_shows_a_note_about_hidden_rows(calculate: Callable[[bytes], Workbook]) -> None:
    """
    open stages                  | rows in sight | warning
    5 and Won, as in the template | 8             | no
    9 and Won                    | 8             | yes
    """
    stages = [
        {"playbook": "crm", "position": number, "stage": f"Step {number}", "kind": "Open", "probability": 0.1}
        for number in range(1, 10)
    ]
    won = {"playbook": "crm", "position": 10, "stage": "Won", "kind": "Won", "probability": 1}
    for file, is_warned in ((built("en"), False), (saved(filled("en", Stages=[*stages, won])), True)):
        book = calculate(file)
        for page in ("Funnel", "Plan", "Leaks", "Moves"):
            assert bool(book[page]["B4"].value) == is_warned, page
        assert not book["Loss reasons"]["B4"].value
