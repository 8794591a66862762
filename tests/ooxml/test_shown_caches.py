"""Charts and pivot tables cache the values of cells; an edit updates the cache, for viewers that do not calculate."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference

from tests.ooxml.packages import opened, package, part, sheet
from xl_salesflow.ooxml import chart_caches
from xl_salesflow.ooxml.formula_cells import KnownFormulas
from xl_salesflow.ooxml.workbook_editor import Workbook


@pytest.fixture
def book(tmp_path: Path) -> Workbook:
    """Return stages with counts in A1:B4 and half of each, by formula, in C; with a chart of each, and one of other cells."""
    made = openpyxl.Workbook()
    cells = made.active
    assert cells is not None
    cells.title = "My data"
    for row in (
        ["Stage", "Count", "Half", "Other"],
        ["Lead", 10, "=B2/2", 1],
        ["名 & <quote>", 4, "=B3/2", 2],
        [None, None, None, 3],
    ):
        cells.append(row)
    for column in (2, 3, 4):
        chart = BarChart()
        chart.add_data(Reference(cells, min_col=column, min_row=1, max_row=4), titles_from_data=True)
        chart.set_categories(Reference(cells, min_col=1, min_row=2, max_row=4))
        cells.add_chart(chart, f"F{column * 10}")
    path = tmp_path / "book.xlsx"
    made.save(path)
    return Workbook.open(path)


def remembered(data: bytes) -> list[tuple[list[tuple[int, str]], list[tuple[int, str]]]]:
    """Return the cached numbers and categories of each chart, read with openpyxl."""
    found = []
    for chart in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]._charts:
        series = chart.series[0]
        numbers = [(point.idx, point.v) for point in series.val.numRef.numCache.pt]
        categories = series.cat.numRef or series.cat.strRef
        cache = categories.numCache if series.cat.numRef else categories.strCache
        found.append((numbers, [(point.idx, point.v) for point in cache.pt]))
    return found


def test_a_chart_gets_the_new_numbers_including_those_of_formulas(book: Workbook) -> None:
    book.set_cell("My data", 3, 2, 7)
    after, _ = book.with_recalculation(KnownFormulas())
    counts, halves, others = (numbers for numbers, _ in remembered(after.to_bytes()))
    assert counts == [(0, 10), (1, 7)]
    assert halves == [(0, 5), (1, 3.5)]
    assert others == [(0, 1), (1, 2), (2, 3)]  # it had no cache before


@pytest.mark.parametrize(("largest", "reads"), [(1 << 20, 1), (0, 9)])
def test_a_small_sheet_is_read_once_for_all_charts(
    book: Workbook, monkeypatch: pytest.MonkeyPatch, largest: int, reads: int
) -> None:
    asked: list[str] = []
    read = chart_caches.find_stored_cells
    monkeypatch.setattr(chart_caches, "LARGEST_KEPT_SHEET", largest)
    monkeypatch.setattr(
        chart_caches,
        "find_stored_cells",
        lambda stream, columns, rows: [asked.append(stream.part), *read(stream, columns, rows)][1:],
    )
    book.set_cell("My data", 3, 2, 7)
    after, _ = book.with_recalculation(KnownFormulas())
    assert [numbers for numbers, _ in remembered(after.to_bytes())][1] == [(0, 5), (1, 3.5)]
    assert len(asked) == reads


def test_a_chart_with_an_up_to_date_cache_stays_as_it_is(book: Workbook) -> None:
    book.set_cell("My data", 3, 2, 7)
    first, _ = book.with_recalculation(KnownFormulas())
    data = first.to_bytes()
    again = Workbook(book.path, data)
    again.set_cell("My data", 4, 4, 8)
    after = again.with_recalculation(KnownFormulas())[0].to_bytes()
    assert [part(after, f"xl/charts/chart{n}.xml") == part(data, f"xl/charts/chart{n}.xml") for n in (1, 2, 3)] == [
        True,
        True,
        False,
    ]


def test_a_long_series_is_left_to_excel(book: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_caches, "MOST_POINTS", 2)
    book.set_cell("My data", 3, 2, 7)
    after = book.with_recalculation(KnownFormulas())[0].to_bytes()
    assert "Cache" not in part(after, "xl/charts/chart1.xml").replace("strCache", "")


SOURCES = {
    '<worksheetSource ref="A1:B3" sheet="Data"/>': True,
    '<worksheetSource ref="A1:A1" sheet="Data"/>': False,
    '<worksheetSource name="Region"/>': True,
    '<worksheetSource ref="A1:B3" sheet="Gone"/>': False,
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_pivot_table_of_changed_cells_is_refreshed_by_excel(source: str) -> None:
    cache = "xl/pivotCache/pivotCacheDefinition1.xml"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    definition = (
        f'<pivotCacheDefinition xmlns="{main}" recordCount="2" refreshOnLoad="0"><cacheSource type="worksheet">{source}'
        "</cacheSource></pivotCacheDefinition>"
    )
    rows = "".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c><c r="B{r}"><v>2</v></c></row>' for r in (1, 2, 3))
    names = '<definedNames><definedName name="Region">Data!$A$1:$B$3</definedName></definedNames>'
    workbook = opened(package({"Data": sheet(rows)}, workbook=names, parts={cache: definition}))
    workbook.set_cell("Data", 2, 2, 9)
    after = workbook.with_recalculation(KnownFormulas())[0].to_bytes()
    assert ('refreshOnLoad="1"' in part(after, cache)) is SOURCES[source]
    assert part(after, cache).count("refreshOnLoad") == 1
