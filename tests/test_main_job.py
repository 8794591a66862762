"""The main job end to end, as a new user runs it, on real sales data: Python, the cached cells of the sheet, and LibreOffice
after recalculating everything give the known answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.examples import SCALE
from tests.libreoffice import LibreOffice
from tests.metrics.agreement import read_shown_table
from xl_salesflow.cli import main
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES

MAVEN = {
    "deal_count": 8800, "won_count": 4238, "lost_count": 2473, "open_count": 2089, "won_value": 10005534,
    "mean_won_value": 2360.91, "median_won_value": 1117, "cycle_days_won_median": 57, "cycle_days_lost_median": 14,
}  # fmt: skip
MAVEN_ROUNDED = {
    "win_rate": (0.6315, 4), "win_rate_of_all": (0.4816, 4), "cycle_days_won_mean": (51.8, 1),
    "cycle_days_lost_mean": (41.5, 1), "cycle_days_closed_mean": (47.99, 2),
}  # fmt: skip
STAGE_COLUMNS = (
    "stage", "reached", "step_conversion", "cumulative_conversion", "open_count", "open_value", "weighted_value", "visits",
    "mean_days", "median_days", "p90_days", "day_limit", "over_limit",
)  # fmt: skip
VIEWS = {
    "all time": ((), {}),
    "one owner": (("--owner", "Darcel Schlecht"), {"ViewOwner": "Darcel Schlecht"}),
    "a past day": (("--as-of", "2017-07-01"), {"AsOfInput": date(2017, 7, 1)}),
    "a quarter": (
        ("--from", "2017-04-01", "--to", "2017-06-30"),
        {"PeriodFromInput": date(2017, 4, 1), "PeriodToInput": date(2017, 6, 30)},
    ),
    "cohort of a quarter, one product, a past day": (
        ("--cohort", "--from", "2017-01-01", "--to", "2017-03-31", "--product", "MG Special", "--as-of", "2017-05-15"),
        {
            "PeriodFromInput": date(2017, 1, 1), "PeriodToInput": date(2017, 3, 31), "ViewProduct": "MG Special",
            "AsOfInput": date(2017, 5, 15), "Reading": "Created in the period",
        },
    ),
}  # fmt: skip


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def maven_files(folder: Path) -> list[Path | str]:
    """Return the arguments that name the deals in *folder* and the files about their accounts, products and people."""
    others = ("accounts.csv", "products.csv", "sales_teams.csv")
    return [folder / "sales_pipeline.csv", *(part for name in others for part in ("--with", folder / name))]


@pytest.fixture(scope="module")
def maven(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook that init, import and update make from the Maven data."""
    book = tmp_path_factory.mktemp("maven") / "m.xlsx"
    assert run("init", book, "--lang", "en") == 0
    assert run("import", book, *maven_files(shared / "data" / "maven_crm"), "--yes", "--as-history") == 0
    assert run("update", book) == 0
    return book


@pytest.fixture(scope="module")
def some_maven(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workbook with every twentieth Maven deal, for tests in which LibreOffice recalculates often."""
    folder = tmp_path_factory.mktemp("some")
    for source in (shared / "data" / "maven_crm").glob("*.csv"):
        lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
        few = lines if len(lines) < 1000 else [lines[0], *lines[1::20]]
        (folder / source.name).write_text("".join(few), encoding="utf-8")
    assert run("init", folder / "m.xlsx", "--lang", "en") == 0
    assert run("import", folder / "m.xlsx", *maven_files(folder), "--yes", "--as-history") == 0
    return folder / "m.xlsx"


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Return a function that runs ``funnel --json``."""

    def ask(book: Path, *options: str) -> dict[str, Any]:
        capsys.readouterr()
        assert run("funnel", book, "--json", *options) == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return ask


def test_the_known_answers(maven: Path, asked: Any) -> None:
    metrics = asked(maven)["metrics"]
    assert {metric_id: metrics[metric_id] for metric_id in MAVEN} == MAVEN
    assert {
        metric_id: (round(metrics[metric_id], digits), digits) for metric_id, (_, digits) in MAVEN_ROUNDED.items()
    } == MAVEN_ROUNDED


def test_by_owner_and_by_product_add_up(maven: Path, asked: Any) -> None:
    for by in ("owner", "product"):
        groups = asked(maven, "--by", by)["by"]
        for metric_id in ("deal_count", "won_count", "lost_count", "open_count", "won_value"):
            assert sum(group[metric_id] for group in groups) == MAVEN[metric_id]
    assert {group["key"] for group in asked(maven, "--by", "product")["by"]} >= {"GTX Pro", "GTK 500"}


def test_a_second_update_leaves_every_byte(maven: Path) -> None:
    before = digest(maven)
    assert run("update", maven) == 0
    assert digest(maven) == before


def test_a_dry_run_leaves_every_byte(maven: Path) -> None:
    before = digest(maven)
    assert run("update", maven, "--dry-run", "--today", "2030-01-01") in (0, 1)
    assert digest(maven) == before


def test_a_second_import_adds_nothing(maven: Path, shared: Path, tmp_path: Path) -> None:
    book = tmp_path / "again.xlsx"
    book.write_bytes(maven.read_bytes())
    assert run("import", book, *maven_files(shared / "data" / "maven_crm"), "--yes", "--as-history") == 0
    assert digest(book) == digest(maven)


NIGHTLY = {"a past day", "a quarter"}
"""Views whose parts are all in others, so that a normal run leaves them out."""


@pytest.mark.slow
@pytest.mark.parametrize("view", [view for view in VIEWS if SCALE > 1 or view not in NIGHTLY])
def test_cached_cells_and_libreoffice_agree_with_the_command_line(
    view: str, maven: Path, some_maven: Path, asked: Any, tmp_path: Path, libreoffice: LibreOffice
) -> None:
    options, cells = VIEWS[view]
    book = tmp_path / "view.xlsx"
    workbook = Workbook.open(some_maven if cells else maven)
    for name, value in cells.items():
        workbook.set_name(name, value)
    with book.open("wb") as file:
        workbook.write_to(file)
    assert run("update", book) in (0, 1)
    answer = asked(book, *options)
    stored, (live,) = Workbook.open(book), libreoffice.read_values([book])
    compared = 0
    for source, read in (("cached", stored.read_table), ("live", partial(read_shown_table, stored, live))):
        for place, shown, expected in _pairs(read, answer):
            assert alike(shown, expected), f"{source}: {place} shows {shown!r}, the command line says {expected!r}"
            compared += 1
    print(f"{view}: {compared} comparisons")


def alike(shown: Any, expected: Any) -> bool:
    """Tell whether a cell shows the expected number to nine digits; a blank cell stands for an unknown number."""
    if expected is None or isinstance(expected, str):
        return bool((shown or None) == expected)
    return bool(shown == pytest.approx(expected, rel=1e-9, abs=1e-9))


def _pairs(read: Callable[[str], dict[str, list[Any]]], answer: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    shown = read("Metrics")
    values = dict(zip(shown["Metric"], shown["Value"], strict=True))
    for metric_id, expected in answer["metrics"].items():
        yield metric_id, values[metric_id], expected
    rows = read("StageMetrics")
    columns = TABLES["StageMetrics"]
    for row, stage in enumerate(answer["stages"]):
        for column_id in STAGE_COLUMNS:
            yield f"{stage['stage']} {column_id}", rows[columns.header(column_id, "en")][row], stage[column_id]


def test_the_olist_funnel(shared: Path, tmp_path: Path, asked: Any) -> None:
    book = tmp_path / "o.xlsx"
    assert run("init", book, "--lang", "zh") == 0
    leads, won = ("olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv")
    data = shared / "data" / "olist_funnel"
    assert run("import", book, data / leads, "--with", data / won, "--yes", "--as-history") == 0
    assert run("update", book) == 0
    metrics = asked(book)["metrics"]
    assert (metrics["deal_count"], metrics["won_count"], metrics["win_rate_of_all"]) == (8000, 842, 0.10525)
