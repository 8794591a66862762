"""What people read on a terminal: a headline first, at most 80 columns, words rather than ids, colours only on a screen."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import click
import pytest

from tests.demos import WORKBOOK, copy_demo
from tests.tables import TODAY, crm
from xl_salesflow.cli import main
from xl_salesflow.cli.metric_output import print_funnel
from xl_salesflow.cli.screen_layout import draw_bar, print_screen_table, print_wrapped_line, style_text
from xl_salesflow.cli.screen_output import format_shown_cell
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.locale.text_widths import screen_width
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.reading_verbs import funnel
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.new_stores import new_workbook

DAY = ("--today", "2026-06-30")
SCREENS = (
    ("funnel",), ("funnel", "--by", "owner"), ("funnel", "--all"), ("funnel", "--compare-to", "2026-05-31"),
    ("followups",), ("plan",), ("flow", "--by", "owner", "--deals"), ("flow", "--from", "2026-06-08", "--to", "2026-06-14"),
    ("inspect", "--expected-by", "2026-12-31"),
    ("forecast",), ("forecast", "--to", "2026-12-31"), ("accuracy",), ("customer", "CUSTOMER"),
    ("payments",), ("recurring",), ("commission",), ("commission", "--from", "2026-01-01"),
    ("digest",), ("insights",), ("insights", "--part", "wins", "--from", "2026-01-01"),
)  # fmt: skip
IDS = re.compile(r"\b[a-z]+_[a-z_]+\b")


@pytest.fixture(scope="module", params=["en", "zh"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo's workbook, in both languages."""
    return copy_demo(tmp_path_factory, request.param, date(2026, 6, 30)) / WORKBOOK


def first_customer(book: Path) -> str:
    """Return the customer of the first deal."""
    return str(Workbook.open(book).read_table("Deals")[TABLES["Deals"].header("account", language_of(book))][0])


def language_of(book: Path) -> Language:
    """Return the language of the headers."""
    return "en" if "Deal" in Workbook.open(book).tables["Deals"].headers else "zh"


@pytest.mark.parametrize("screen", SCREENS, ids=" ".join)
def test_a_screen_fits_80_columns_and_names_no_ids(
    book: Path, screen: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    verb, *options = screen
    words = [first_customer(book) if word == "CUSTOMER" else word for word in options]
    assert main([verb, str(book), *words, *DAY]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if screen_width(line) > 80] == []
    assert [line for line in lines if IDS.search(line)] == []
    assert [line for line in lines if "\x1b" in line] == []


def test_the_help_lists_every_verb_once_under_four_headings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert re.findall(r"^(\S.*):$", text, re.MULTILINE)[1:] == [
        "Every day",
        "For managers",
        "Setting up",
        "Many workbooks",
    ]
    assert [line for line in text.splitlines() if screen_width(line) > 80] == []


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ((), "salesflow-demo.xlsx · as of 2026-06-30 · all deals · USD"),
        (("--owner", "Tom Hughes"), "salesflow-demo.xlsx · as of 2026-06-30 · Tom Hughes · USD"),
    ],
)
def test_the_funnel_opens_with_what_is_won(
    tmp_path_factory: pytest.TempPathFactory, options: tuple[str, ...], first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    book = copy_demo(tmp_path_factory, "en", date(2026, 6, 30)) / WORKBOOK
    assert main(["funnel", str(book), *options, *DAY]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == first
    assert re.fullmatch(r"  Won [\d,]+ of the target [\d,]+  [█░]{10} [\d.]+%", lines[1])
    assert METRICS_BY_ID["velocity"].name.in_("en") not in "\n".join(lines)


@pytest.mark.parametrize(
    ("language", "count", "line"),
    [
        ("en", 1, "  Open 1 deal, without an amount"),
        ("en", 2, "  Open 2 deals, none with an amount"),
        ("zh", 2, "  进行中 2 个，均未填写金额"),
    ],
)
def test_open_deals_without_amounts_are_said(
    language: Language, count: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their value is unknown, not 0; the line is not left out."""
    stage = "线索" if language == "zh" else "Lead"
    deals = [{"deal": f"D-{number}", "stage": stage, "created": TODAY} for number in range(count)]
    pipeline = crm(language, Deals=deals)
    pipeline = apply_change_set(pipeline, judge_stage_moves(pipeline, "Li"))
    answer = funnel(pipeline).answer
    assert answer is not None
    print_funnel(answer, pipeline, wants_json=False)
    assert line in capsys.readouterr().out.splitlines()


def test_the_bottleneck_has_a_name_a_value_and_an_action(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The step with the highest value of one point more, as on the sheets Leaks and Plan, and the action of its stage."""
    assert main(["funnel", str(book), "--json", *DAY]) == 0
    answer = json.loads(capsys.readouterr().out)
    found = answer["bottleneck"]
    assert (
        found["one_point_more"]
        == max(row["one_point_more"] or 0 for row in answer["stages"])
        == answer["metrics"]["bottleneck"]
    )
    assert [row["one_point_more"] for row in answer["stages"] if row["stage"] == found["stage"]] == [
        found["one_point_more"]
    ]
    assert found["action"]
    assert len(found["people"]) == 4
    assert main(["funnel", str(book), *DAY]) == 0
    screen = "".join(capsys.readouterr().out.split())
    assert "".join(found["action"].split()) in screen
    assert found["stage"] in screen


def test_all_adds_every_number(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> None:
    book = copy_demo(tmp_path_factory, "en", date(2026, 6, 30)) / WORKBOOK
    assert main(["funnel", str(book), "--all", *DAY]) == 0
    text = capsys.readouterr().out
    assert [one.name.in_("en") for one in METRICS_BY_ID.values() if one.name.in_("en") not in text] == []


@pytest.mark.parametrize(("share", "bar"), [(0, "░░░░"), (0.5, "██░░"), (1.7, "████"), (-1, "░░░░")])
def test_a_bar(share: float, bar: str) -> None:
    assert draw_bar(share, 4) == bar


def test_a_wide_table_cuts_its_first_column(capsys: pytest.CaptureFixture[str]) -> None:
    print_screen_table(["Name", "A", "B"], [["客户名称" * 20, "1" * 20, "2" * 20]])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(screen_width, lines)) <= 80
    assert "…" in lines[1]
    assert lines[1].endswith("  ".join(("1" * 20, "2" * 20)))


@pytest.mark.parametrize("text", ["word " * 40, "没有下一步的商机需要尽快安排联系" * 8, "x" * 100 + " y"])
def test_wrapped_lines_keep_every_word(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_wrapped_line(text, 4)
    lines = capsys.readouterr().out.splitlines()
    assert "".join(line.strip() for line in lines).replace(" ", "") == text.replace(" ", "")
    assert [line for line in lines if screen_width(line) > 80 and " " in line.strip()] == []


@pytest.mark.parametrize("before", range(70, 80))
def test_no_line_begins_with_punctuation(before: int, capsys: pytest.CaptureFixture[str]) -> None:
    print_wrapped_line("a" * (before - 40) + "金额" * 10 + "。之后（“如此”），" * 4)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert [line for line in lines if line[0] in "，。）”"] == []


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    assert style_text("late", "bad") == click.style("late", fg="red")
    monkeypatch.setenv("NO_COLOR", "1")
    assert style_text("late", "bad") == "late"


def test_the_language_of_windows_is_that_of_its_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    from xl_salesflow.cli import command_options

    for name in ("SALESFLOW_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(command_options.sys, "platform", "win32")
    monkeypatch.setattr(command_options, "_read_windows_language", lambda: "zh_CN")
    assert command_options._detect_terminal_language() == "zh"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (float("nan"), "blank"),
        (None, "blank"),
        ("", "blank"),
        (0.0, "0"),
        (1200.0, "1200"),
        (0.5, "0.5"),
        (date(2026, 6, 30), "2026-06-30"),
        ("two\nlines", "two …"),
    ],
)
def test_a_dry_run_shows_values_as_people_write_them(value: object, shown: str) -> None:
    assert format_shown_cell("Activities", "summary", value) == shown


@pytest.mark.parametrize(("language", "says"), [("en", "Nobody has a deal yet."), ("zh", "还没有人负责商机。")])
def test_insights_of_an_empty_workbook_are_sentences(
    tmp_path: Path, language: Language, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    new_workbook(tmp_path / "new.xlsx", language)
    assert main(["insights", str(tmp_path / "new.xlsx"), *DAY]) == 0
    shown = capsys.readouterr().out
    assert says in shown
    assert not re.search(r"Goes on|Win rate|of 0 |0 项", shown)
