"""``salesflow playbook``: the supplied playbooks can be listed, shown and exported; a team's own playbook is checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xl_salesflow.cli import main
from xl_salesflow.process.playbook_files import copy_playbook_source, list_playbook_names
from xl_salesflow.workbook.new_stores import new_workbook


def run(*arguments: object) -> int:
    return main(["playbook", *map(str, arguments)])


def test_list_names_every_playbook(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--json") == 0
    found = json.loads(capsys.readouterr().out)["playbooks"]
    assert tuple(one["name"] for one in found) == list_playbook_names()
    assert found[0]["stages"][:2] == ["Lead", "Qualified"]
    assert run("list") == 0
    output = capsys.readouterr().out
    assert all(f"{name}: " in output for name in list_playbook_names())


def test_show_has_stages_tasks_and_gates(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "b2c") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1. Attract (10%) · at most 7 days · contact every 3 days")
    assert "    ☐ Send the offer of the week" in lines
    assert "    ✗ Choose why the deal was lost." in lines
    assert run("show", "b2c", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["stage"] for row in answer["stages"]] == ["Attract", "Convert", "Purchase", "Lost", "Retain"]
    gates = ("source", "amount", "loss-reason", "objections-answered", "whom-to-call")
    assert {row["gate"] for row in answer["gates"]} == {f"b2c-{gate}" for gate in gates}


def test_an_export_is_a_file_that_passes_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "ours.toml"
    assert run("export", "crm", "-o", file) == 0
    assert run("check", file) == 0
    assert file.read_text(encoding="utf-8") == copy_playbook_source("crm")
    assert run("export", "crm", "-o", file) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("probability = 0.40", "probability = 1.20", "stage_probability"),
        ("day_limit = 7", "day_limit = -3", "day_limits"),
        ('kind = "won"', 'kind = "open"', "playbook_endings"),
        ('zh = "转化"', 'zh = "吸引"', "doubled_stage"),
        ('en = "Convert"', 'en = "Attract"', "doubled_stage"),
        ('done_by = "mail"', 'done_by = "pigeon"', "task_done_by"),
    ],
)
def test_check_prints_the_findings_of_the_rules(
    old: str, new: str, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from xl_salesflow.cli import playbook_commands

    monkeypatch.setattr(playbook_commands, "TERMINAL_LANGUAGE", "zh" if old.startswith("zh") else "en")
    file = tmp_path / "ours.toml"
    file.write_text(copy_playbook_source("b2c").replace(old, new, 1), encoding="utf-8")
    assert run("check", file, "--json") == 1
    assert rule in {finding["rule"] for finding in json.loads(capsys.readouterr().out)["findings"]}


def test_check_reads_a_workbook_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "book.xlsx"
    new_workbook(book, "en")
    assert run("check", book) == 0
    assert "No findings" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "crn"), "no playbook “crn”"),
        (("export", "crn"), "no playbook “crn”"),
        (("check", "none.toml"), "cannot be read"),
        (("show", "none.toml"), "cannot be read"),
    ],
)
def test_an_error_is_one_sentence(arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    assert says in capsys.readouterr().err
