"""A table of metrics is declared once; answers, formulas, sheet values, the template and the docs follow."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from io import BytesIO
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.metrics.stories import pipeline_from_table
from tools.reference_pages import make_metrics_page
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import GivenText, Text
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.funnel_answers import compute_funnel, metric_table_rows
from xl_salesflow.metrics.funnel_steps import build_funnel_steps, name_step_rows
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.metrics.metric_declaration import ColumnMetric, ColumnText, MetricFormula, SampleMark
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS, metric_row_formulas
from xl_salesflow.metrics.metric_tables import METRIC_TABLES, MetricTable
from xl_salesflow.metrics.readings.report_facts import build_report_document
from xl_salesflow.schema.manager_tables import LEAKS_TABLE
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_columns import BY_FORMULA, Column, ColumnType, TableSchema
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.template_builder import build_template


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | owner | amount | visits
        D-1  | Ann   | 100    | Lead 01-01, Demo 01-04
        D-2  | Ann   | 200    | Lead 01-01, Won 01-06
        D-3  | Bo    | 300    | Lead 01-01, Lost 01-06
        D-4  | Bo    | 400    | Lead 01-01, Won 01-08
        """,
        date(2026, 2, 1),
        Team=[{"person": "Ann"}, {"person": "Bo"}],
        Targets=[
            {"from": date(2026, 1, 1), "to": date(2026, 12, 31), "owner": owner, "target": 1000.0}
            for owner in ("Ann", "Bo")
        ],
    )


def columns(*headers: tuple[str, ColumnType]) -> tuple[Column, ...]:
    """Declare formula columns with an id and a type."""
    return tuple(Column(name, Text(name), kind, Text(name), BY_FORMULA) for name, kind in headers)


SCHEMA = TableSchema(
    "Throwaway",
    GivenText.of({"en": "Throwaway", "zh": "临时"}),
    Text("Made for this test"),
    LEAKS_TABLE.group,
    (
        LEAKS_TABLE["position"],
        *columns(
            ("stage", ColumnType.TEXT),
            ("hint", ColumnType.TEXT),
            ("doubled", ColumnType.INTEGER),
            ("since", ColumnType.DATE),
            ("mark", ColumnType.TEXT),
        ),
    ),
    key="position",
)
"""The headers and tips, as the schema declares them for every table."""

TABLE = MetricTable(
    "Throwaway",
    rows=range(1, 13),
    of=build_funnel_steps,
    naming=name_step_rows(lambda steps: steps),
    columns=(
        ColumnText(
            "hint",
            MetricFormula('IF({stage}="","",{look})', words={"look": GivenText.of({"en": "look", "zh": "看"})}),
            lambda steps: ["look"] * steps.size,
        ),
        ColumnMetric("doubled", MetricFormula("2*{Leaks.lost_count}"), lambda steps: 2.0 * np.arange(steps.size)),
        ColumnMetric("since", MetricFormula("AsOf"), lambda steps: np.full(steps.size, steps.cube.as_of)),
    ),
    mark=SampleMark("doubled", ("doubled",)),
    in_stages=True,
)
"""The declaration of a table of metrics."""


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the table to the schema and to the registry, in every module that imports them."""

    def widen(registry: Mapping[str, Any], name: str, entry: Any) -> None:
        wider = MappingProxyType({**registry, "Throwaway": entry})
        for module in [*sys.modules.values()]:
            if getattr(module, name, None) is registry:
                monkeypatch.setattr(module, name, wider)

    widen(TABLES, "TABLES", SCHEMA)
    widen(METRIC_TABLES, "METRIC_TABLES", TABLE)
    widen(METRIC_ROW_KEYS, "METRIC_ROW_KEYS", tuple(TABLE.rows))  # derived from the registry on import


@pytest.mark.usefixtures("declared")
def test_one_declaration_is_enough(pipeline: Pipeline) -> None:
    numbers = {"hint": "look", "doubled": 2, "since": date(2026, 2, 1)}
    assert metric_table_rows("Throwaway", build_cube(pipeline))[1] == {"stage": "Qualified", **numbers}
    stage = compute_funnel(pipeline).stages[1]
    assert {column: stage[column] for column in numbers} == numbers

    formulas = metric_row_formulas("Throwaway", "zh")
    assert list(formulas) == list(range(1, 13))
    assert {column: formula.text for column, formula in formulas[1].items()} == {
        "stage": metric_row_formulas("Leaks", "zh")[1]["stage"].text.replace("Leaks[", "Throwaway["),
        "hint": 'IF(Throwaway[[#This Row],[stage]]="","","看")',
        "doubled": "2*Leaks[丢单数]",
        "since": "AsOf",
        "mark": 'IF(Throwaway[[#This Row],[doubled]]="","",'
        'IF(Throwaway[[#This Row],[doubled]]<SmallSample,"样本少",""))',
    }

    cells = compute_sheet_values(pipeline).tables["Throwaway"]
    assert cells[2] == {"stage": "Qualified", **numbers, "mark": "Small sample"}
    assert cells[12] == dict.fromkeys(("stage", "hint", "doubled", "since", "mark"), "")

    book = load_workbook(BytesIO(build_template("zh")))
    sheet = book["临时"]
    second = [cell.value for cell in sheet[sheet.tables["Throwaway"].ref][2]]
    assert (len(sheet[sheet.tables["Throwaway"].ref]), second[0], second[4]) == (13, 2, "=AsOf")

    assert "| `Throwaway` | Throwaway | 临时 | 12 | `hint`, `doubled`, `since` | yes |" in make_metrics_page()


def test_every_table_has_its_columns_in_the_schema() -> None:
    for name, table in METRIC_TABLES.items():
        declared = [column.id for column in TABLES[name].formulas]
        assert sorted(table.formulas) == sorted(declared), name
        assert tuple(table.rows) == METRIC_ROW_KEYS[name]
        assert TABLES[name].key == "position"


def test_rows_beyond_the_funnel_are_blank(pipeline: Pipeline) -> None:
    values = compute_sheet_values(pipeline)
    for name, table in METRIC_TABLES.items():
        rows = values.tables[name]
        assert list(rows) == list(table.rows), name
        assert {tuple(row) for row in rows.values()} == {tuple(column.id for column in TABLES[name].formulas)}
    assert [row["stage"] for row in values.tables["Leaks"].values()][4:7] == ["Won", "", ""]


def test_an_answer_names_stages_by_id_and_the_sheet_by_label(pipeline: Pipeline) -> None:
    chinese = replace(pipeline, language="zh")
    assert [stage["kind"] for stage in compute_funnel(chinese).stages] == ["open"] * 4 + ["won"]
    shown = [row["kind"] for row in compute_sheet_values(chinese).tables["StageMetrics"].values()]
    assert shown[:6] == ["进行中", "进行中", "进行中", "进行中", "赢单", ""]


def marks(pipeline: Pipeline) -> dict[str, bool]:
    """Return where there are marks of a small sample; counts and unknown numbers never have one."""
    tables = compute_sheet_values(pipeline).tables
    ann = next(row for row in tables["TeamPlan"].values() if row["name"] == "Ann")
    january = next(row for row in tables["Trend"].values() if row["month"] == date(2026, 1, 1))
    return {
        "metric": tables["Metrics"]["win_rate"]["mark"] == "Small sample",
        "month": january["mark"] == "Small sample",
        "group": tables["Groups"][2]["mark"] == "Small sample",
        "plan": ann["mark"] == "Small sample",
        "count": tables["Metrics"]["won_count"]["mark"] == "Small sample",
        "unknown": tables["Trend"][1]["mark"] == "Small sample",
    }


@pytest.mark.parametrize(
    ("limit", "marked"),
    [
        # three deals are closed, all in January, two of them Bo's; Ann has won one
        (1, set()),
        (2, {"plan"}),
        (3, {"plan", "group"}),
        (4, {"plan", "group", "metric", "month"}),
    ],
)
def test_a_number_over_fewer_deals_than_the_limit_is_marked(pipeline: Pipeline, limit: float, marked: set[str]) -> None:
    few = replace(pipeline, settings=Settings({**pipeline.settings.values, "small_sample": limit}))
    assert {place for place, is_marked in marks(few).items() if is_marked} == marked
    facts = build_report_document(few.with_tables(Deals=report_deals(few))).facts
    reported = {metric["id"]: metric["small"] for metric in facts["metrics"]}
    assert (reported["win_rate"], reported["won_count"], reported["won_value"]) == ("metric" in marked, False, False)
    assert [row["small"] for row in facts["owners"] if row["key"] == "Bo"] == ["group" in marked]


def report_deals(pipeline: Pipeline) -> pd.DataFrame:
    return pipeline["Deals"].assign(in_view=1.0, age_days=1.0)
