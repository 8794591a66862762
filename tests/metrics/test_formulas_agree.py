"""Every live formula, recalculated by LibreOffice, gives the value that Python computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.examples import SCALE
from tests.libreoffice import LibreOffice
from tests.metrics.agreement import disagreements
from tests.metrics.generated import generated
from tests.metrics.real_data import maven, olist
from tests.metrics.stories import pipeline_from_table
from tests.metrics.throwaway import ask, build
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.computed_columns import compute_deal_columns, compute_history_columns, compute_stage_columns
from xl_salesflow.metrics.metric_cell_values import SheetValues, compute_sheet_values
from xl_salesflow.process.subscription_columns import compute_subscription_columns
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.named_values import Query, Settings

PERIOD = {"start": date(2025, 4, 1), "end": date(2025, 12, 31)}
PAST = date(2025, 9, 15)
VIEWS: dict[str, Query] = {
    "today": Query(),
    "entered": Query(reach="entered"),
    "past": Query(as_of=PAST),
    "future": Query(as_of=date(2026, 6, 30)),
    "before anything": Query(as_of=date(2001, 1, 1)),
    "period": Query(**PERIOD),
    "from only": Query(start=date(2025, 7, 1)),
    "to only": Query(end=date(2025, 7, 1)),
    "period, entered": Query(**PERIOD, reach="entered"),
    "cohort": Query(**PERIOD, reading="cohort"),
    "cohort of all time": Query(reading="cohort"),
    "cohort, entered": Query(**PERIOD, reading="cohort", reach="entered"),
    "past period": Query(as_of=PAST, **PERIOD),
    "past cohort": Query(as_of=PAST, **PERIOD, reading="cohort"),
    "past cohort, entered": Query(as_of=PAST, **PERIOD, reading="cohort", reach="entered"),
    "owner": Query(filters={"owner": "Ann"}),
    "owner in other letters": Query(filters={"owner": "ANN"}),
    "owner and product, past": Query(as_of=PAST, filters={"owner": "李雷", "product": "Pro (new)"}),
    "source of the list": Query(filters={"source": "referral"}, **PERIOD),
    "source of their own": Query(filters={"source": "Cold call"}),
    "region and channel": Query(filters={"region": "north", "sales_channel": "direct"}, reading="cohort", **PERIOD),
    "playbook": Query(filters={"playbook": "crm"}),
    "product with targets": Query(filters={"product": "Plus"}),
    "channel with targets": Query(filters={"sales_channel": "direct"}, start=date(2026, 1, 1), end=date(2026, 6, 30)),
    "owner with targets": Query(filters={"owner": "李雷"}, start=date(2026, 1, 1)),
    "nobody": Query(filters={"owner": "Nobody"}),
}
COMPARED = {
    "by owner": (Query(), "owner", "Ann", "李雷"),
    "by product, past": (Query(as_of=PAST), "product", "Plus", "PRO (NEW)"),
    "by source, cohort": (Query(**PERIOD, reading="cohort"), "source", "Referral", "Nobody's"),
    "by region, past cohort": (Query(as_of=PAST, **PERIOD, reading="cohort"), "region", "", "North"),
    "by channel": (Query(**PERIOD), "sales_channel", "Direct", "(everything else)"),
    "by playbook": (Query(filters={"owner": "Ann"}), "playbook", "crm", "crm"),
}
"""The comparisons on the sheet Trends: the query, the column, two groups."""
OTHER_DAYS = {
    "a month before": (Query(), date(2025, 12, 1)),
    "a month before, one owner, entered": (Query(filters={"owner": "Ann"}, reach="entered"), date(2025, 12, 1)),
    "before a past day, a period": (Query(as_of=PAST, **PERIOD), date(2025, 7, 1)),
    "before a past day, cohort": (Query(as_of=PAST, **PERIOD, reading="cohort"), date(2025, 7, 1)),
    "cohort, entered": (Query(**PERIOD, reading="cohort", reach="entered"), date(2025, 9, 9)),
    "entered in a period": (Query(**PERIOD, reach="entered"), date(2025, 9, 9)),
    "today from the future": (Query(as_of=date(2026, 6, 30)), date(2026, 5, 1)),
    "a day after": (Query(as_of=PAST), date(2025, 10, 1)),
    "before anything": (Query(), date(2001, 1, 1)),
}
"""The queries of the Funnel, and their comparison days."""
CHINESE = (
    "cohort, entered",
    "owner and product, past",
    "source of the list",
    "by region, past cohort",
    "a month before",
)
"""The queries that are repeated in the second language, where only texts differ."""
NIGHTLY = {
    "today", "past", "future", "from only", "period", "cohort of all time", "cohort, entered", "past period",
    "owner", "source of the list", "playbook", "by owner", "by channel", "a month before", "a day after",
    "before a past day, a period",
}  # fmt: skip
"""Queries whose parts are all in others, so that a normal run leaves them out."""


SKIPPED = """
    deal | owner | amount | loss_reason | visits
    D-1  | Ann   |        |             | Lead 01-10
    D-2  | Ann   |        |             | Lead 01-10, Contract 02-01
    D-3  | Bo    | 300    |             | Lead 01-10, Contract 02-01
    D-4  | Bo    |        |             | Lead 01-12, Contract 02-01, Won 03-01
    D-5  | Bo    |        | price       | Lead 01-12, Lost 03-01
"""
"""Deals without amounts, of which none was ever in Qualified and Demo."""


def agree(libreoffice: LibreOffice, pipelines: dict[str, Pipeline], folder: Path, by_row: bool = True) -> int:
    """Recalculate a workbook for each pipeline, compare every cell, and return the number of compared cells."""
    pipelines = {name: value_contracts(pipeline) for name, pipeline in pipelines.items()}
    books = [
        write_book(pipeline, folder / f"{number}.xlsx", by_row) for number, pipeline in enumerate(pipelines.values())
    ]
    results = libreoffice.read_values(books)
    total, wrong = 0, []
    for (name, pipeline), book, result in zip(pipelines.items(), books, results, strict=True):
        compared, differing = disagreements(
            book, result, expected(pipeline) if by_row else compute_sheet_values(pipeline)
        )
        total += compared
        wrong += [f"{name}: {difference}" for difference in differing]
    assert not wrong, "\n".join([f"{len(wrong)} of {total} differ", *wrong[:40]])
    print(f"{total} cells compared")
    return total


def write_book(pipeline: Pipeline, path: Path, by_row: bool) -> Path:
    """Write the workbook of *pipeline*; those that differ only in what is asked are built once, as openpyxl is slow."""
    if not by_row:  # the cells of rows are values, of which some depend on the query
        return build(pipeline, path, live_rows=False)
    same = path.with_name(f"rows of {id(pipeline['Deals'])}.xlsx")
    if not same.exists():
        build(replace(pipeline, query=Query(), named={}), same)
    return ask(same, pipeline, path)


def value_contracts(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the columns of its contracts, some of which are for the as-of date of the query."""
    columns = compute_subscription_columns(pipeline)
    return pipeline.with_tables(
        Subscriptions=pipeline["Subscriptions"].assign(**{str(name): columns[name] for name in columns})
    )


def expected(pipeline: Pipeline) -> SheetValues:
    """Return the expected value of every formula cell, including those of single rows."""
    shown = compute_sheet_values(pipeline)
    by_row = {
        "Deals": ("deal", compute_deal_columns),
        "History": ("visit", compute_history_columns),
        "Stages": ("stage", compute_stage_columns),
        "Subscriptions": ("subscription", lambda now: compute_subscription_columns(now).drop(columns="status")),
    }
    tables = {
        name: dict(zip(pipeline[name][key], _cells(columns(pipeline)), strict=True))
        for name, (key, columns) in by_row.items()
    }
    return SheetValues({**shown.tables, **tables}, shown.cells)


def _cells(columns: pd.DataFrame) -> list[dict[str, object]]:
    records = columns.to_dict("records")
    return [{str(column): "" if value != value else value for column, value in record.items()} for record in records]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_generated_pipelines(libreoffice: LibreOffice, tmp_path: Path, language: Language) -> None:
    pipeline = generated(50, language=language)
    pipelines = {name: replace(pipeline, query=view) for name, view in VIEWS.items()}
    planned = replace(pipeline, named={"PlanTarget": 1_234_567.5, "PlanBy": date(2026, 9, 30)})
    pipelines["a plan of its own"] = replace(
        planned, settings=Settings({**pipeline.settings.values, "small_sample": 5.0})
    )
    for name, (view, column, *segments) in COMPARED.items():
        chosen = {
            "GroupBy": CHOICES["group"][column].in_(language),
            **dict(zip(("SegmentA", "SegmentB"), segments, strict=True)),
        }
        pipelines[name] = replace(pipeline, query=view, named=chosen)
    for name, (view, day) in OTHER_DAYS.items():
        pipelines[name] = replace(pipeline, query=view, named={"CompareInput": day})
    if language == "zh":
        pipelines = {name: pipelines[name] for name in (*CHINESE, "a plan of its own")}
    elif SCALE == 1:
        pipelines = {name: pipeline for name, pipeline in pipelines.items() if name not in NIGHTLY}
    pipelines["stages skipped, no amounts"] = pipeline_from_table(SKIPPED, date(2026, 3, 31), language)
    pipelines["another seed"] = generated(120, seed=2, language=language)
    assert agree(libreoffice, pipelines, tmp_path) > 8_000


@pytest.mark.slow
def test_an_empty_pipeline(libreoffice: LibreOffice, tmp_path: Path) -> None:
    pipeline = generated(1)
    empty = pipeline.with_tables(Deals=pipeline["Deals"].iloc[:0], History=pipeline["History"].iloc[:0])
    assert agree(libreoffice, {"empty": empty}, tmp_path) > 300


@pytest.mark.slow
@pytest.mark.parametrize(
    ("read", "views"),
    [
        (maven, {"today": Query(), "past": Query(as_of=date(2017, 8, 1), filters={"product": "GTX Pro"})}),
        (olist, {"cohort": Query(start=date(2018, 1, 1), end=date(2018, 3, 31), reading="cohort", reach="entered")}),
    ],
)
def test_real_data(
    libreoffice: LibreOffice, shared: Path, tmp_path: Path, read: Callable[[Path], Pipeline], views: dict[str, Query]
) -> None:
    """All deals every night, otherwise every fourth: the main job recalculates all of them in every run."""
    pipeline = read(shared)
    kept = pipeline["Deals"].iloc[:: 1 if SCALE > 1 else 4]
    stays = pipeline["History"]
    pipeline = pipeline.with_tables(Deals=kept, History=stays[stays["deal"].isin(kept["deal"])])
    pipelines = {name: replace(pipeline, query=view) for name, view in views.items()}
    assert agree(libreoffice, pipelines, tmp_path, by_row=False) > 300


def test_a_wrong_value_and_a_broken_formula_are_noticed(libreoffice: LibreOffice, tmp_path: Path) -> None:
    pipeline = generated(20)
    book = build(pipeline, tmp_path / "book.xlsx", instead={"won_value": "no_such_name*1", "win_rate": "1/0"})
    (result,) = libreoffice.read_values([book])
    wanted = compute_sheet_values(pipeline)
    wanted.tables["Metrics"]["open_count"]["value"] += 1
    _, wrong = disagreements(book, result, wanted)
    assert {line.split(":")[0] for line in wrong} >= {
        "Metrics open_count value",
        "Metrics won_value value",
        "Metrics win_rate value",
    }
