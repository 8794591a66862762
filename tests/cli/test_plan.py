"""``salesflow plan`` and ``funnel --compare-to``: their output for people and for programs."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.demos import WORKBOOK, copy_demo
from xl_salesflow.cli import main

DAY = ("--today", "2026-06-30")


@pytest.fixture(scope="module", params=["en", "zh"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo's workbook, in both languages."""
    return copy_demo(tmp_path_factory, request.param, date(2026, 6, 30)) / WORKBOOK


@pytest.fixture
def asked(book: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that requests JSON and checks that nothing is written."""

    def ask(verb: str, *options: str) -> dict[str, Any]:
        before = book.read_bytes()
        capsys.readouterr()
        assert main([verb, str(book), "--json", *DAY, *options]) == 0
        assert book.read_bytes() == before
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return ask


def test_a_plan_in_json(asked: Any) -> None:
    answer = asked("plan", "--target", "50,000,000", "--by", "2026-12-31")
    assert list(answer) == [
        "as_of", "by", "target", "won_to_date", "gap", "value_to_win", "mean_won_value", "won_needed", "leads_needed",
        "activities_per_won", "activities_needed", "activities_per_week", "deal_size", "deal_size_basis",
        "activities_basis", "basis", "strategy", "stages", "owners", "channels",
    ]  # fmt: skip
    funnel = asked("funnel")["metrics"]
    assert answer["mean_won_value"] == funnel["mean_won_value"]
    assert answer["gap"] == 50_000_000 - answer["won_to_date"] > 0
    assert answer["won_needed"] == -(-answer["gap"] // funnel["mean_won_value"])
    stages = answer["stages"]
    assert stages[-1]["deals_needed"] == answer["won_needed"]
    assert stages[0]["deals_needed"] == answer["leads_needed"] >= answer["won_needed"]
    days = [row["by_when"] for row in stages]
    assert days == sorted(days)
    assert days[-1] == "2026-12-31"


def test_a_plan_of_one_owner(asked: Any) -> None:
    owner = asked("funnel", "--by", "owner")["by"][0]
    assert asked("plan", "--target", "1e6", "--owner", owner["key"])["mean_won_value"] == owner["mean_won_value"]


def test_the_demo_has_a_plan_for_the_team_its_owners_and_two_channels(asked: Any) -> None:
    answer = asked("plan")
    assert 0 < answer["value_to_win"] == answer["gap"] == pytest.approx(answer["target"] - answer["won_to_date"])
    assert all(part["target"] and part["won_needed"] is not None for part in (*answer["owners"], *answer["channels"]))


def test_a_plan_on_the_screen(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(book), "--target", "500000", *DAY]) == 0
    output = capsys.readouterr().out
    assert re.search(r"^\S+ +\d+\.\d% ", output, re.MULTILINE)
    assert re.search(r"^\S+ .*n = \d+ .*n = \d+$", output, re.MULTILINE)
    assert "500,000" in output
    assert "2026-12-31" in output
    assert output.count("n = ") >= 2 + 2 * 5  # the deal size, the activities; conversion and days of five stages


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--channel", "ecommerce"), "No target"),
        (("--target", "much"), "much is not an amount"),
        (("--target", "-5"), "-5 is not an amount"),
        (("--target", "nan"), "nan is not an amount"),
        (("--target", "inf"), "inf is not an amount"),
        (("--target", "5", "--by", "2026-06-29"), "choose a later one"),
    ],
)
def test_a_plan_that_cannot_be_made_is_one_sentence(
    options: tuple[str, ...], says: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(book), *options, *DAY]) == 2
    assert says in capsys.readouterr().err


def test_week_on_week(asked: Any) -> None:
    answer = asked("funnel", "--compare-to", "2026-06-23")
    now, then = asked("funnel")["metrics"], asked("funnel", "--as-of", "2026-06-23")["metrics"]
    assert answer["compared_to"] == "2026-06-23"
    assert answer["metrics"] == now
    for metric_id, found in answer["comparison"].items():
        assert (found["now"], found["then"]) == (now[metric_id], then[metric_id])
        known = now[metric_id] is not None and then[metric_id] is not None
        assert found["difference"] == (pytest.approx(now[metric_id] - then[metric_id]) if known else None)
    assert answer["comparison"]["deal_count"]["difference"] > 0


def test_stages_week_on_week(asked: Any) -> None:
    answer = asked("funnel", "--compare-to", "2026-06-23")["stage_comparison"]
    now, then = asked("funnel")["stages"], asked("funnel", "--as-of", "2026-06-23")["stages"]
    assert [row["stage"] for row in answer] == [row["stage"] for row in now]
    for row, first, second in zip(answer, now, then, strict=True):
        for column_id in ("reached", "open_count", "open_value", "weighted_value", "median_days"):
            assert (row[column_id]["now"], row[column_id]["then"]) == (first[column_id], second[column_id])
    assert any(row["reached"]["difference"] > 0 for row in answer)


def test_any_two_dates(asked: Any) -> None:
    answer = asked("funnel", "--as-of", "2026-05-31", "--compare-to", "2026-06-15")["comparison"]
    other = asked("funnel", "--as-of", "2026-06-15", "--compare-to", "2026-05-31")["comparison"]
    assert answer["deal_count"]["difference"] == -other["deal_count"]["difference"] < 0


def test_a_comparison_on_the_screen(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["funnel", str(book), "--compare-to", "2026-06-23", *DAY]) == 0
    lines = capsys.readouterr().out.splitlines()
    for words in (("Metric", "指标"), ("Stage", "阶段")):
        header = next(line for line in lines if line.startswith(words))
        assert "06-30" in header
        assert "06-23" in header
