"""Every live formula, recalculated by LibreOffice, shows what Python says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.libreoffice import LibreOffice
from tests.metrics.agreement import disagreements, recalculated
from tests.metrics.generated import generated
from tests.metrics.throwaway import build
from xl_salesflow.metrics import SheetValues, rows, sheet_values
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.text import Language
from xl_salesflow.model.view import View

PERIOD = {"start": date(2025, 4, 1), "end": date(2025, 12, 31)}
PAST = date(2025, 9, 15)
VIEWS: dict[str, View] = {
    "today": View(),
    "entered": View(reach="entered"),
    "past": View(as_of=PAST),
    "future": View(as_of=date(2026, 6, 30)),
    "before anything": View(as_of=date(2001, 1, 1)),
    "period": View(**PERIOD),
    "from only": View(start=date(2025, 7, 1)),
    "to only": View(end=date(2025, 7, 1)),
    "period, entered": View(**PERIOD, reach="entered"),
    "cohort": View(**PERIOD, reading="cohort"),
    "cohort of all time": View(reading="cohort"),
    "cohort, entered": View(**PERIOD, reading="cohort", reach="entered"),
    "past period": View(as_of=PAST, **PERIOD),
    "past cohort": View(as_of=PAST, **PERIOD, reading="cohort"),
    "past cohort, entered": View(as_of=PAST, **PERIOD, reading="cohort", reach="entered"),
    "owner": View(filters={"owner": "Ann"}),
    "owner in other letters": View(filters={"owner": "ANN"}),
    "owner and product, past": View(as_of=PAST, filters={"owner": "李雷", "product": "Pro (new)"}),
    "source of the list": View(filters={"source": "referral"}, **PERIOD),
    "source of their own": View(filters={"source": "Cold call"}),
    "region and channel": View(filters={"region": "north", "sales_channel": "direct"}, reading="cohort", **PERIOD),
    "playbook": View(filters={"playbook": "crm"}),
    "product with targets": View(filters={"product": "Plus"}),
    "channel with targets": View(filters={"sales_channel": "direct"}, start=date(2026, 1, 1), end=date(2026, 6, 30)),
    "owner with targets": View(filters={"owner": "李雷"}, start=date(2026, 1, 1)),
    "nobody": View(filters={"owner": "Nobody"}),
}


def agree(libreoffice: LibreOffice, pipelines: dict[str, Pipeline], folder: Path) -> int:
    """Recalculate a workbook for each pipeline, compare every cell, and return how many were compared."""
    books = [build(pipeline, folder / f"{number}.xlsx") for number, pipeline in enumerate(pipelines.values())]
    results = recalculated(libreoffice, books, folder / "recalculated")
    total, wrong = 0, []
    for (name, pipeline), book, result in zip(pipelines.items(), books, results, strict=True):
        compared, differing = disagreements(book, result, expected(pipeline), pipeline.language)
        total += compared
        wrong += [f"{name}: {difference}" for difference in differing]
    assert not wrong, "\n".join([f"{len(wrong)} of {total} differ", *wrong[:40]])
    return total


def expected(pipeline: Pipeline) -> SheetValues:
    """Return what every formula cell should show, those of single rows too."""
    shown = sheet_values(pipeline)
    by_row = {"Deals": ("deal", rows.deals), "History": ("visit", rows.history), "Stages": ("stage", rows.stages)}
    tables = {
        name: dict(zip(pipeline[name][key], _cells(columns(pipeline)), strict=True))
        for name, (key, columns) in by_row.items()
    }
    return SheetValues({**shown.tables, **tables}, shown.cells)


def _cells(columns: pd.DataFrame) -> list[dict[str, object]]:
    records = columns.to_dict("records")
    return [{str(id): "" if value != value else value for id, value in record.items()} for record in records]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_generated_pipelines(libreoffice: LibreOffice, tmp_path: Path, language: Language) -> None:
    pipeline = generated(language=language)
    compared = agree(libreoffice, {name: replace(pipeline, view=view) for name, view in VIEWS.items()}, tmp_path)
    print(f"{compared} cells compared")
    assert compared > 2000
