"""``salesflow rollup`` over real workbooks: one that cannot be read is reported, the others become one team."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from xl_salesflow.cli import main
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.core.change_sets import ChangeSet, Edit
from xl_salesflow.engine import Run
from xl_salesflow.metrics.rollup.team_rollup import ADDITIVE_METRICS
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

DAY = date(2026, 5, 4)
TODAY = ["--today", DAY.isoformat()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("teams")
    for seed, name in enumerate(("north", "south")):
        path = folder / f"{name}.xlsx"
        new_workbook(path, "en")
        book = ClosedBook(path)
        pipeline = book.read(DAY)
        book.write(bring_in(pipeline, generate_pipeline(pipeline, 40, seed), Run("Ann", datetime(2026, 5, 4, 9))))
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 cut short")
    return folder


def test_a_team_over_many_workbooks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "team.xlsx"
    books = [str(folder / f"{name}.xlsx") for name in ("north", "south", "broken")]
    assert main(["rollup", *books, "--output", str(out), "--lang", "en", "--json", *TODAY]) == 3
    printed = capsys.readouterr()
    assert "broken.xlsx" in printed.err
    lines = json.loads(printed.out)["books"]
    assert [line["book"] for line in lines] == ["north", "south"]
    assert main(["funnel", str(out), "--json", *TODAY]) == 0
    whole = json.loads(capsys.readouterr().out)["metrics"]
    for metric_id in ADDITIVE_METRICS:
        assert whole[metric_id] == pytest.approx(sum(line[metric_id] or 0 for line in lines), abs=0.005), metric_id


def test_an_existing_workbook_is_not_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "there.xlsx"
    out.write_text("mine")
    assert main(["rollup", str(folder / "north.xlsx"), "--output", str(out), *TODAY]) == 2
    assert "--replace" in capsys.readouterr().err
    assert out.read_text() == "mine"


def test_without_an_output_file_it_prints_the_contents_of_each_workbook(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rollup", str(folder / "north.xlsx"), *TODAY]) == 0
    assert "north: " in capsys.readouterr().out


def test_folders_and_patterns_work_and_other_workbooks_are_skipped(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A roll-up that is made again in the folder of its parts does not include itself."""
    teams = tmp_path / "teams"
    teams.mkdir()
    for name in ("north", "south"):
        (teams / f"{name}.xlsx").write_bytes((folder / f"{name}.xlsx").read_bytes())
    openpyxl.Workbook().save(teams / "other.xlsx")
    for more in ((), ("--replace",)):
        assert main(["rollup", str(teams), "--output", str(teams / "team.xlsx"), *more, "--json", *TODAY]) == 0
        lines = json.loads(capsys.readouterr().out)["books"]
        assert [line["book"] for line in lines] == ["north", "south"]
    assert main(["rollup", str(teams / "n*.xlsx"), *TODAY]) == 0
    assert "north: " in capsys.readouterr().out


def test_a_refused_roll_up_keeps_the_previous_one(folder: Path, tmp_path: Path) -> None:
    foreign, out = tmp_path / "foreign.xlsx", tmp_path / "team.xlsx"
    foreign.write_bytes((folder / "south.xlsx").read_bytes())
    book = ClosedBook(foreign)
    settings = book.read(DAY)["Settings"]
    row = settings.index[settings["setting"] == "currency"]
    other = pd.Series("XAU", index=row, dtype=object)
    book.write(
        ChangeSet(
            edits=(Edit("Settings", "value", settings.loc[row, "setting"], settings.loc[row, "value"], other, "test"),)
        )
    )
    out.write_bytes(before := (folder / "north.xlsx").read_bytes())
    books = [str(folder / "north.xlsx"), str(foreign)]
    assert main(["rollup", *books, "--output", str(out), "--replace", *TODAY]) == 2
    assert out.read_bytes() == before
    assert main(["rollup", *books, "--output", str(tmp_path / "new.xlsx"), *TODAY]) == 2
    assert not (tmp_path / "new.xlsx").exists()


def type_into(path: Path, **cells: object) -> None:
    """Type *cells*, by their ids, into the first row of Deals."""
    book = openpyxl.load_workbook(path)
    sheet = next(sheet for sheet in book if "Deals" in sheet.tables)
    headers = {sheet.cell(1, column).value: column for column in range(1, sheet.max_column + 1)}
    for column_id, value in cells.items():
        sheet.cell(2, headers[TABLES["Deals"].header(column_id, "en")]).value = value
    book.save(path)


def test_cells_that_cannot_be_read_are_the_headline_and_the_exit_code(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A text that is a number is read, as it is everywhere else; what cannot be read is told with its workbook and cell."""
    east = tmp_path / "east.xlsx"
    east.write_bytes((folder / "north.xlsx").read_bytes())
    type_into(east, amount="EUR 700", created="31/02/2026", expected_close="2026-06-30")
    books = [str(folder / "south.xlsx"), str(east)]
    assert main(["rollup", *books, "--output", str(tmp_path / "team.xlsx"), "--lang", "en", *TODAY]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Not understood and left blank: 1 of ")
    assert lines[0].endswith(" cells of “Amount” in east.xlsx.")
    assert any("✗ east, Deals!" in line and "EUR 700" in line for line in lines)
    assert any(line.startswith("Together: 80 deals; ") for line in lines)
    for more in (["--parquet", str(tmp_path / "parquet")], []):
        assert main(["rollup", *books, *more, "--lang", "en", "--json", *TODAY]) == 1
        found = json.loads(capsys.readouterr().out)
        assert [(lost["file"], lost["column"], lost["cells"]) for lost in found["not_understood"]] == [
            ("east.xlsx", "amount", 1),
            ("east.xlsx", "created", 1),
        ]
        assert [finding["cell"].split("!")[0] for finding in found["book_findings"]] == ["east, Deals"] * 2


def test_workbooks_of_one_name_stay_apart(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    - as many folders are named as it takes, and case does not tell two workbooks apart
    """
    for place in ("a/x", "b/x"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "a/x/north.xlsx").write_bytes((folder / "north.xlsx").read_bytes())
    (tmp_path / "b/x/North.xlsx").write_bytes((folder / "south.xlsx").read_bytes())
    assert main(["rollup", str(tmp_path), "--json", *TODAY]) == 0
    assert [line["book"] for line in json.loads(capsys.readouterr().out)["books"]] == ["a-x-north", "b-x-North"]


def test_a_workbook_of_an_older_version_is_rolled_up_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = Path(__file__).parents[1] / "old_version" / "data" / "version_0_1_en.xlsx"
    before, out = old.read_bytes(), tmp_path / "team.xlsx"
    code = main(["rollup", str(old), "--output", str(out), "--lang", "zh", "--json", *TODAY])
    made = json.loads(capsys.readouterr().out)
    assert (code, made["not_understood"], old.read_bytes()) == (0, [], before)
    (book,) = made["books"]
    assert {metric: book[metric] for metric in ADDITIVE_METRICS} == made["together"]
    assert main(["check", str(out), "--seals", "--json", *TODAY]) == 0
    assert json.loads(capsys.readouterr().out)["seals"]["broken"] == 0


def test_parquet_files_hold_what_the_cells_mean_whoever_saved_them(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    east = tmp_path / "east.xlsx"
    east.write_bytes((folder / "north.xlsx").read_bytes())
    type_into(east, amount=1000.0)  # openpyxl saves formulas without their results
    assert main(["rollup", str(east), "--parquet", str(tmp_path), *TODAY]) == 0
    deals = pd.read_parquet(tmp_path / "deals.parquet")
    first = deals[deals["amount"] == 1000.0].iloc[0]
    assert first["weighted_value"] == pytest.approx(1000 * first["probability"])
