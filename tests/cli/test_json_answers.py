"""``--json``: every command has a schema, written from its types, and prints what its schema says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.parts import ROOT
from tools.json_schemas import make_schema, name_type, schema_file_name
from xl_salesflow.cli import main
from xl_salesflow.cli.answer_catalogue import PRINTED_ANSWERS
from xl_salesflow.cli.command_line import salesflow_group
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.core.change_sets import diff_pipelines
from xl_salesflow.engine import Run
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

DAY = date(2026, 7, 1)
schema_of = cache(make_schema)
FOLDER = ROOT / "docs" / "reference" / "json"


def list_commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from list_commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def test_every_command_with_json_has_a_schema() -> None:
    speaking = {
        name for name, one in list_commands(salesflow_group) if any("--json" in option.opts for option in one.params)
    }
    assert speaking == set(PRINTED_ANSWERS)
    assert {path.name for path in FOLDER.iterdir()} == {schema_file_name(name) for name in speaking}


@pytest.mark.parametrize("command", PRINTED_ANSWERS)
def test_a_schema_is_one_and_describes_every_key(command: str) -> None:
    Draft202012Validator.check_schema(schema_of(command))
    assert json.loads((FOLDER / schema_file_name(command)).read_text(encoding="utf-8")) == schema_of(command)
    shapes = schema_of(command).get("anyOf", [schema_of(command)])
    for shape in shapes:
        assert [
            key for key, value in shape["properties"].items() if not ("description" in value or "$ref" in value)
        ] == []


@pytest.mark.parametrize(
    ("command", "path", "told"),
    [
        ("plan", ("properties", "gap"), {"type": ["number", "null"], "unit": "money"}),
        ("compare", ("properties", "difference"), {"type": ["number", "null"], "unit": "ratio"}),
        ("funnel", ("$defs", "metrics", "properties", "win_rate"), {"type": ["number", "null"], "unit": "ratio"}),
        ("funnel", ("$defs", "metrics", "properties", "cycle_days_won_median"), {"type": ["number", "null"], "unit": "days"}),
        ("funnel", ("properties", "as_of"), {"type": "string", "format": "date"}),
        ("followups", ("$defs", "table_FollowUps", "properties", "amount"), {"type": ["number", "null"], "unit": "money"}),
        ("undo", ("properties", "refused"), {"type": "boolean"}),
    ],
)  # fmt: skip
def test_a_schema_says_the_type_and_the_unit(command: str, path: tuple[str, ...], told: dict[str, Any]) -> None:
    found: Any = schema_of(command)
    for step in path:
        found = found[step]
    assert {key: found[key] for key in told} == told
    assert found["description"]


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ({"type": ["string", "null"], "format": "date"}, "date or null"),
        ({"type": "array", "items": {"$ref": "#/$defs/Finding"}}, "list of `Finding`"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object of whole number"),
        ({"enum": ["first", "second"]}, "`first` or `second`"),
    ],
)
def test_a_type_has_a_name_for_people(schema: dict[str, Any], name: str) -> None:
    assert name_type(schema) == name


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make copies of a workbook with a quote and a formula of the user's own, whose amounts differ, and files to bring in."""
    folder = tmp_path_factory.mktemp("prepared")
    path = folder / "base.xlsx"
    new_workbook(path, "en", "crm")
    book = ClosedBook(path)
    empty = book.read(DAY)
    book.write(bring_in(empty, generate_pipeline(empty, 20, since_days=180), Run("Mara", datetime(2026, 7, 1, 8))))
    sheets = openpyxl.load_workbook(path)
    sheets.create_sheet("Mine")["A1"] = "=SUM(Deals[Amount])"
    sheets.save(path)
    assert main(["quote", str(path), "D-00001", "--format", "html", "--today", "2026-07-01"]) == 0
    for name, amount in (("book.xlsx", 500.0), ("copy.xlsx", 700.0)):
        shutil.copy(path, folder / name)
        change_deals(folder / name, amount=amount)
    (folder / "deals.csv").write_text("Deal,Stage,Amount\nX-1,Lead,1200\nX-2,Won,much\n", encoding="utf-8")
    (folder / "quote.html").write_text("{{ quote.numbr }}", encoding="utf-8")
    rows = openpyxl.Workbook()
    for row in (["Deal", "Stage", "Amount"], ["Y-1", "Lead", 1200]):
        rows.active.append(row)  # type: ignore[union-attr]
    rows.save(folder / "team.xlsx")
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of the prepared folder."""
    monkeypatch.chdir(shutil.copytree(prepared, tmp_path / "work"))
    return Path.cwd()


def change_deals(path: Path, **cells: object) -> None:
    """Change columns of the first three deals as somebody would between two runs."""
    book = ClosedBook(path)
    pipeline = book.read(DAY)
    deals = pipeline["Deals"].copy()
    for column, value in cells.items():
        deals.loc[deals.index[:3], column] = value
    book.write(diff_pipelines(pipeline, pipeline.with_tables(Deals=deals), "hand"))


CALLS = [
    "accuracy book.xlsx",
    "adopt team.xlsx --yes --dry-run",
    "assign book.xlsx --how in_turn --reclaim 5 --dry-run",
    "audit book.xlsx",
    "check book.xlsx --repair",
    "compare book.xlsx Referral Search",
    "diff base.xlsx copy.xlsx",
    "digest book.xlsx",
    "digest book.xlsx --output out",
    "export book.xlsx out",
    "followups book.xlsx",
    "followups book.xlsx --format md --output list.md",
    "forecast book.xlsx --to 2026-12-31",
    "funnel book.xlsx",
    "funnel book.xlsx --by owner --compare-to 2026-05-01 --as-of 2026-06-15",
    "holidays book.xlsx US --year 2030",
    "flow book.xlsx",
    "flow book.xlsx --period week --by owner",
    "insights book.xlsx",
    "inspect book.xlsx",
    "inspect book.xlsx --output page.html",
    "import book.xlsx deals.csv --yes",
    "merge book.xlsx copy.xlsx --base base.xlsx",
    "merge base.xlsx copy.xlsx --dry-run",
    "plan book.xlsx --target 500000",
    "playbook check book.xlsx",
    "playbook list",
    "playbook show b2c",
    "playbook use book.xlsx b2c",
    "prepare book.xlsx D-00002",
    "print book.xlsx proposal D-00001 --format html --output out",
    "print book.xlsx precall D-00001 D-00002 --format html --output out",
    "quote book.xlsx D-00002 --dry-run",
    "revise book.xlsx D-00001",
    "rollup book.xlsx copy.xlsx",
    "rollup book.xlsx copy.xlsx --output all.xlsx",
    "rollup book.xlsx --parquet parquet",
    "template check quote.html",
    "template fields visit",
    "template list",
    "update book.xlsx",
    "update book.xlsx --dry-run --sheet changes.xlsx",
]
UNDATED = ("audit", "playbook check", "playbook list", "playbook show", "template")


def ask(call: str, capsys: pytest.CaptureFixture[str]) -> list[Any]:
    """Run a command with --json and return what it printed: one value, or one a line."""
    words = [*call.split(), "--json", *(() if call.startswith(UNDATED) else ("--today", DAY.isoformat()))]
    capsys.readouterr()
    assert main(words) in (0, 1, 3)
    out = capsys.readouterr().out
    return [json.loads(line) for line in out.splitlines()] if call.startswith("batch") else [json.loads(out)]


def find_command(call: str) -> str:
    words = call.split()
    return " ".join(words[:2]) if words[0] in ("playbook", "template") else words[0]


def list_errors(command: str, value: Any) -> list[str]:
    validator = Draft202012Validator(schema_of(command), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("call", CALLS)
def test_a_command_prints_what_its_schema_says(call: str, capsys: pytest.CaptureFixture[str]) -> None:
    (value,) = ask(call, capsys)
    assert list_errors(find_command(call), value) == []


@pytest.mark.usefixtures("folder")
def test_a_filled_card_and_a_ticked_sheet_are_answered_by_their_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bant", "book.xlsx", "D-00001", "--output", "card.xlsx", "--today", "2026-07-01"]) == 0
    assert main(["update", "book.xlsx", "--dry-run", "--sheet", "changes.xlsx", "--today", "2026-07-01"]) == 0
    for call in ("bant book.xlsx --read card.xlsx", "apply book.xlsx changes.xlsx"):
        (value,) = ask(call, capsys)
        assert list_errors(find_command(call), value) == []


@pytest.mark.usefixtures("folder")
def test_a_refused_undo_is_answered_by_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    change_deals(Path("book.xlsx"), owner="Zed")
    (value,) = ask("undo book.xlsx 20260701-080000", capsys)
    assert (value["refused"], value["undone"]) == (True, 0)
    assert list_errors("undo", value) == []


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("options", ["--verb funnel", "--verb update --details --dry-run"])
def test_every_line_of_a_batch_is_what_its_schema_says(options: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.xlsx").write_bytes(b"PK nothing")
    *lines, summary = ask(f"batch book.xlsx copy.xlsx broken.xlsx --jobs 1 {options}", capsys)
    assert len(lines) == 3
    assert [list_errors("batch", line) for line in (*lines, summary)] == [[]] * 4
    assert list_errors("watch", lines[0]) == []
    assert list_errors("watch", summary) != []


@pytest.mark.usefixtures("folder")
def test_an_answer_that_is_not_what_the_schema_says_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    (value,) = ask("funnel book.xlsx --by owner", capsys)
    for spoil in (
        lambda told: told.pop("period"),
        lambda told: told.update(extra=1),
        lambda told: told["metrics"].update(win_rate="a half"),
        lambda told: told["metrics"].pop("win_rate"),
        lambda told: told["stages"][0].update(open_value="much"),
        lambda told: told["by"][0].pop("deal_count"),
        lambda told: told.update(as_of="yesterday"),
    ):
        spoiled = deepcopy(value)
        spoil(spoiled)
        assert list_errors("funnel", spoiled) != []
