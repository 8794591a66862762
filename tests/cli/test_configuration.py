"""Options from salesflow.toml and the environment: the more specific source wins, and a mistake is reported with the fix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from xl_salesflow.cli import main
from xl_salesflow.cli.command_line import salesflow_group
from xl_salesflow.cli.command_options import ENVIRONMENT_PREFIX, read_configuration
from xl_salesflow.errors import UsageError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(click, "get_app_dir", lambda _: str(tmp_path / "user"))
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def jobs(*arguments: str, **environ: str) -> Any:
    """Return the number of workers that `salesflow batch` would use."""
    configuration = read_configuration(salesflow_group, environ)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        context = salesflow_group.make_context(
            "salesflow", ["batch", *arguments], auto_envvar_prefix=ENVIRONMENT_PREFIX, default_map=configuration
        )
        with context:
            name, command, rest = salesflow_group.resolve_command(context, context._protected_args + context.args)
            assert name
            assert command
            return command.make_context(name, rest, parent=context).params["jobs"]


def test_the_more_specific_source_wins(elsewhere: Path) -> None:
    """User's folder < this folder < SALESFLOW_CONFIG < environment < command line."""
    write(elsewhere / "user" / "salesflow.toml", "[batch]\njobs = 3\n")
    assert jobs() == 3
    write(elsewhere / "salesflow.toml", "[batch]\njobs = 4\n")
    assert jobs() == 4
    named = str(write(elsewhere / "other.toml", "[batch]\njobs = 5\n"))
    assert jobs(SALESFLOW_CONFIG=named) == 5
    assert jobs(SALESFLOW_CONFIG=named, SALESFLOW_BATCH_JOBS="6") == 6
    assert jobs("--jobs", "7", SALESFLOW_CONFIG=named, SALESFLOW_BATCH_JOBS="6") == 7


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[bacth]\njobs = 2", r"\[bacth\] is unknown to salesflow; did you mean “batch”\?"),
        ("[batch]\njob = 2", r"\[batch\] job is unknown to salesflow; did you mean “jobs”\?"),
        ("[batch]\njobs = 0", r"\[batch\] jobs: 0 is not in the range x>=1"),
        ("[batch]\njobs = 'two'", r"\[batch\] jobs: 'two' is not a valid integer"),
        ("[followups]\nformat = 'pfd'", r"\[followups\] format: 'pfd' is not one of"),
        ("[batch]\ndry-run = 'yes'", r"\[batch\] dry-run must be true or false"),
        ("[quote]\nformat = 'pdf'", r"\[quote\] format must be a list"),
        ("batch = 2", r"must be a section"),
        ("[batch\n", r"is not TOML"),
        ("[batch]\njobs = true", r"\[batch\] jobs must be a number"),
        ("[batch]\njobs = inf", r"\[batch\] jobs must be a number"),
        ("[batch]\njobs = [2]", r"\[batch\] jobs must be a number"),
        ("[batch]\njobs = 1" + "0" * 400, r"\[batch\] jobs must be a number"),
        ("[batch]\njobs = 1" + "0" * 5000, r"is not TOML"),
        ("[batch]\njobs = 2026-01-01", r"\[batch\] jobs must be a number"),
        ("[report]\noutput = 2026-01-01", r"\[report\] output must be text"),
        ("[batch]\nwait = nan", r"\[batch\] wait must be a number"),
        ("[batch]\nwait = 12:00:00", r"\[batch\] wait must be a number"),
        ("[batch]\njson = 1", r"\[batch\] json must be true or false"),
        ("[batch]\njournal = {a = 1}", r"\[batch\] journal must be text in quotation marks"),
        ("[batch]\njournal = 'a\\u0000b'".replace("'", '"'), r"\[batch\] journal must be text in quotation marks"),
        ("[quote]\nformat = [['pdf']]", r"\[quote\] format must be text in quotation marks"),
        ("[batch]\nx = " + "[" * 100_000, r"is nested too deeply"),
        ("[batch]\nx = 9999-99-99", r"is not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_reported_with_its_place_and_the_remedy(
    elsewhere: Path, text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(elsewhere / "salesflow.toml", text)
    with pytest.raises(UsageError, match=says) as caught:
        read_configuration(salesflow_group, {})
    assert "salesflow.toml" in str(caught.value)
    assert caught.value.in_("zh") != str(caught.value)
    assert main(["check", "any.xlsx"]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        *("cluster = 'tcp://10.0.0.5:8786'", "as = 'Mara'", "verb = 'undo'", "set = ['run=1']", "details = true"),
        *("journal = '../run.jsonl'", "journal = '/var/log/run.jsonl'", "journal = 'out/run.jsonl'"),
    ],
)
# attack: `salesflow.toml` in a folder names a cluster, a verb or a user
# outcome: refused, with the place of the user's own file
def test_a_file_in_a_working_folder_decides_neither_what_runs_nor_for_whom(elsewhere: Path, line: str) -> None:
    """A folder can be filled by anybody; the user's own file may say the same."""
    (elsewhere / "out").symlink_to(elsewhere.parent)
    file = write(elsewhere / "salesflow.toml", f"[batch]\n{line}\n")
    with pytest.raises(UsageError, match="own file") as caught:
        read_configuration(salesflow_group, {})
    assert str(elsewhere / "user" / "salesflow.toml") in str(caught.value)
    assert read_configuration(salesflow_group, {"SALESFLOW_CONFIG": str(file)}) != {}
    write(elsewhere / "user" / "salesflow.toml", f"[batch]\n{line}\n")
    file.unlink()
    assert read_configuration(salesflow_group, {}) != {}


def test_a_file_in_a_working_folder_may_name_places_below_it(elsewhere: Path) -> None:
    write(elsewhere / "salesflow.toml", "\ufeff[batch]\njournal = 'logs/run.jsonl'\n")
    assert read_configuration(salesflow_group, {}) == {"batch": {"journal": "logs/run.jsonl"}}


@pytest.mark.parametrize(
    ("section", "line"),
    [("import", "yes = true"), ("import", "map = 'm.toml'"), ("undo", "force = true"), ("bant", "read = 'x'")],
)
def test_a_file_in_a_working_folder_answers_no_question(elsewhere: Path, section: str, line: str) -> None:
    write(elsewhere / "salesflow.toml", f"[{section}]\n{line}\n")
    with pytest.raises(UsageError, match="on the command line"):
        read_configuration(salesflow_group, {})


@pytest.mark.parametrize(
    ("variable", "says"),
    [("SALESFLOW_BATCH_JBOS", "did you mean “SALESFLOW_BATCH_JOBS”"), ("SALESFLOW_CONFIG", "which is not a file")],
)
def test_a_mistake_in_the_environment_is_reported(variable: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_configuration(salesflow_group, {variable: "2"})


def test_other_environment_variables_are_ignored() -> None:
    assert read_configuration(salesflow_group, {"SALESFLOW_USER": "Mara", "SALESFLOW_LANG": "zh", "PATH": ""}) == {}
