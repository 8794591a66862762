"""The commands of the add-in: the file is written where requested; without Excel there is a message."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from xl_salesflow.cli.addin_commands import addin_group
from xl_salesflow.errors import UsageError


def test_build_writes_the_add_in(tmp_path: Path) -> None:
    answer = CliRunner().invoke(addin_group, ["build", "--output", str(tmp_path / "new" / "team.xlam")])
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "new" / "team.xlam").stat().st_size > 20_000


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="Excel may be here.")
@pytest.mark.parametrize("command", ["install", "uninstall", "doctor", "selftest"])
def test_a_command_that_needs_excel_says_so(command: str) -> None:
    answer = CliRunner().invoke(addin_group, [command])
    assert isinstance(answer.exception, UsageError)
    assert "use the command line" in str(answer.exception)
