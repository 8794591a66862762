"""The page for operators: salesflow accepts every command on it, and its configuration is valid."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from tests.parts import ROOT
from xl_salesflow.cli.command_line import salesflow_group
from xl_salesflow.cli.command_options import read_configuration

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    set(re.findall(r"(?<![-\w/.])salesflow ((?:batch|watch|apply|undo|update|check) [^`\n…>]*[^`\n…>. ])", PAGE))
)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.split()[1].islower() or c.split()[1].startswith("--")])
def test_a_command_is_valid(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(command)
    with click.Context(salesflow_group, info_name="salesflow") as context:
        assert salesflow_group.commands[name].make_context(name, arguments, parent=context).params


def test_the_page_has_commands() -> None:
    assert len(COMMANDS) >= 12


def test_the_configuration_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    Path("own.toml").write_text(block, encoding="utf-8")
    own = {"SALESFLOW_CONFIG": "own.toml"}
    assert set(read_configuration(salesflow_group, own)) == {"batch", "watch"}
    example = re.search(r"`SALESFLOW_(\w+)=2`", PAGE)
    assert example
    assert read_configuration(salesflow_group, {**own, f"SALESFLOW_{example[1]}": "2", "SALESFLOW_BATCH_JOURNAL": "x"})
