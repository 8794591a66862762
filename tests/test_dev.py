"""The set-up installs what is missing, once, and a command's exit code is passed on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dev
from tests import parts
from tests.hash_seeds import HASH_SEEDS, choose_next_seed
from tests.parts import ROOT

DEBIAN = """\
Types: deb
URIs: mirror://one
Suites: bookworm bookworm-updates
Components: main
Signed-By: /a/key.gpg

Types: deb
URIs: mirror://security
Suites: bookworm-security
Components: main
"""


class Shell:
    """A substitute for running commands: records them, and fails those that contain a word of `failing`."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.input: list[str] = []
        self.seeds: list[str] = []
        self.failing: dict[str, int] = {}

    def run(self, *command: str | Path, quiet: bool = False, cwd: Path | None = None, **options: Any) -> int:
        line = " ".join(str(word) for word in command)
        if dev.HAS_PIP not in line:
            self.ran.append(line)
            self.input.append(options.get("input", ""))
            self.seeds.append(options.get("env", {}).get("PYTHONHASHSEED", ""))
        return next((code for word, code in self.failing.items() if word in line), 0)

    def told(self, word: str) -> list[str]:
        return [line for line in self.ran if word in line]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shell]:
    """A new checkout with an empty .venv, on a machine that has every part and no apt."""
    shell, venv = Shell(), tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\ndev = ["pytest>=8"]\n', encoding="utf-8")
    for module in (dev, parts):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "VENV", venv)
    monkeypatch.setattr(dev, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(parts, "run", shell.run)
    monkeypatch.setattr(parts, "PARTS", ())
    monkeypatch.setattr(parts, "apt_works", lambda: False)
    parts.update_lists.cache_clear()
    yield shell
    parts.update_lists.cache_clear()


@pytest.mark.parametrize(("words", "code"), [([], 2), (["tset"], 2), (["--help"], 0)])
def test_an_unknown_command_prints_the_list_of_commands(
    capsys: pytest.CaptureFixture[str], shell: Shell, words: list[str], code: int
) -> None:
    assert dev.main(words) == code
    assert set(re.findall(r"^python dev\.py (\w+)", capsys.readouterr().out, re.M)) == set(dev.COMMANDS)
    assert shell.ran == []


@pytest.mark.parametrize(
    ("before", "now", "installs"),
    [
        ([], "demo", True),
        ([], "test", True),
        (["demo"], "demo", False),
        (["test"], "test", False),
        (["test"], "demo", False),
        (["demo"], "test", True),
        (["test", "a change of pyproject.toml"], "test", True),
        (["test", "a change of pyproject.toml"], "demo", True),
    ],
)
def test_packages_are_installed_only_after_a_change(
    shell: Shell, tmp_path: Path, before: list[str], now: str, installs: bool
) -> None:
    for step in before:
        if step in dev.COMMANDS:
            dev.main([step])
        else:
            with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as file:
                file.write("# changed\n")
    shell.ran.clear()
    dev.main([now])
    assert len(shell.told("pip install")) == installs


def test_only_the_test_command_installs_the_dev_group(shell: Shell) -> None:
    dev.main(["demo"])
    dev.main(["test"])
    assert ["pytest>=8" in line for line in shell.told("pip install")] == [False, True]


def test_a_failed_installation_is_tried_again(shell: Shell) -> None:
    shell.failing = {"pip install": 1}
    for _ in range(2):
        with pytest.raises(SystemExit, match="could not be installed"):
            dev.main(["demo"])
    assert len(shell.told("pip install")) == 2
    assert shell.told("salesflow demo") == []


def test_the_demo_passes_on_arguments_and_exit_code(shell: Shell) -> None:
    shell.failing = {"salesflow demo": 3}
    assert dev.main(["demo", "here"]) == 3
    assert shell.ran[-1].endswith("salesflow demo here")


@pytest.mark.parametrize(("words", "end"), [([], "-m pytest -n auto"), (["-k", "gates"], "-m pytest -k gates")])
def test_the_whole_suite_runs_in_parallel_and_a_selection_as_given(shell: Shell, words: list[str], end: str) -> None:
    shell.failing = {"-m pytest": 1}
    assert dev.main(["test", *words]) == 1
    assert shell.ran[-1].endswith(end)


VERSIONS = """\
[project]
dependencies = ["numpy>=1.26", "pandas>=2.2"]
[project.optional-dependencies]
fast = ["isal>=1.7; python_version < '4'"]
[dependency-groups]
dev = ["pytest>=8"]
"""


@pytest.mark.parametrize(
    ("versions", "constraints"),
    [("lowest", ["numpy==1.26", "pandas==2.2", "isal==1.7; python_version < '4'"]), ("newest", [])],
)
@pytest.mark.parametrize(("words", "end"), [([], "-m pytest -n auto"), (["-k", "gates"], "-m pytest -k gates")])
def test_the_tests_run_with_the_lowest_and_the_newest_versions(
    shell: Shell, tmp_path: Path, versions: str, constraints: list[str], words: list[str], end: str
) -> None:
    folder = tmp_path / f".venv-{versions}"
    folder.mkdir()
    (tmp_path / "pyproject.toml").write_text(VERSIONS, encoding="utf-8")
    assert dev.main(["versions", versions, *words]) == 0
    assert (folder / "constraints.txt").read_text(encoding="utf-8").splitlines() == constraints
    made, installed, ran = shell.ran
    assert made.endswith(f"-m venv --clear {folder}")
    assert "pytest>=8" in installed
    assert installed.endswith(f"--constraint {folder / 'constraints.txt'}")
    assert ran == f"{folder / 'bin' / 'python'} {end}"


@pytest.mark.parametrize("words", [[], ["oldest"]])
def test_versions_are_the_lowest_or_the_newest(shell: Shell, words: list[str]) -> None:
    assert dev.main(["versions", *words]) == 2
    assert shell.ran == []


def test_the_quick_tests_run_in_parallel(shell: Shell) -> None:
    shell.failing = {"-m pytest": 1}
    assert dev.main(["quick", "-x"]) == 1
    assert shell.ran[-1].endswith("-m pytest -n auto -x @tests/quick.txt")


@pytest.mark.parametrize(("words", "tests"), [([], "tests/process tests/metrics"), (["-k", "gates"], "-k gates")])
def test_the_rooms_that_work_with_sets_run_under_each_hash_seed(shell: Shell, words: list[str], tests: str) -> None:
    shell.failing = {"-m pytest": 1}
    assert dev.main(["seeds", *words]) == 1
    assert [f"-m pytest -n auto {tests}" in line for line in shell.ran[-3:]] == [True] * 3
    assert shell.seeds[-3:] == list(HASH_SEEDS)


@pytest.mark.parametrize(("given", "seeds"), [("", ["0", "1", "2", "0"]), ("random", ["0", "1"]), ("7", ["7", "7"])])
def test_workers_get_the_hash_seeds_in_turn(given: str, seeds: list[str]) -> None:
    environment = {"PYTHONHASHSEED": given} if given else {}
    got = []
    for _ in seeds:
        choose_next_seed(environment)
        got.append(environment["PYTHONHASHSEED"])
    assert got == seeds


def test_a_worker_runs_under_the_seed_of_its_number(worker_id: str) -> None:
    if worker_id == "master" or "SALESFLOW_SEEDS_GIVEN_OUT" not in os.environ:
        pytest.skip("These tests run in one process, or under a seed that the environment names.")
    seed = HASH_SEEDS[int(worker_id.removeprefix("gw")) % len(HASH_SEEDS)]
    asked = [sys.executable, "-c", "print(hash('salesflow'))"]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    answer = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    assert hash("salesflow") == int(answer.stdout)


@pytest.mark.parametrize(("words", "code"), [(["xl_salesflow/a.py"], 0), ([], 0), (["README.md"], 1)])
def test_the_tests_that_cover_files_are_named(
    words: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without words, the files are those that git says are changed or new."""
    git = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    for name in ("xl_salesflow/a.py", "xl_salesflow/same.py", "xl_salesflow/gone.py", ".gitignore", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("ignored.py", encoding="utf-8")
    (tmp_path / "tests").mkdir()
    for name in ("a", "same", "gone", "ignored"):
        (tmp_path / f"tests/test_{name}.py").write_text(f"import xl_salesflow.{name}", encoding="utf-8")
    for command in (["init"], ["add", "."], ["commit", "-m", "Begin"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "xl_salesflow/a.py").write_text("1", encoding="utf-8")
    (tmp_path / "xl_salesflow/gone.py").unlink()
    (tmp_path / "xl_salesflow/ignored.py").touch()
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert dev.main(["covering", *words]) == code
    assert capsys.readouterr().out == ("No test covers these files.\n" if code else "tests/test_a.py\n")


@pytest.mark.parametrize("fails", [None, "ruff format", "ruff check", "-m mypy", "lint-imports", "-m pytest"])
def test_every_check_runs_whatever_fails_and_the_tests_last(shell: Shell, fails: str | None) -> None:
    shell.failing = {fails: 1} if fails else {}
    assert dev.main(["check"]) == (1 if fails else 0)
    assert [len(shell.told(check)) for check in ("ruff format", "ruff check", "-m mypy", "lint-imports")] == [1] * 4
    assert shell.ran[-1].endswith("-m pytest -n auto")


def test_missing_programs_are_reported_in_one_sentence_and_the_tests_run(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = [parts.Part(name, name, lambda: False) for name in ("moonlight", "stardust")]
    monkeypatch.setattr(parts, "PARTS", (*absent, parts.Part("air", "air", lambda: True)))
    assert dev.main(["test"]) == 0
    (sentence,) = [line for line in capsys.readouterr().out.splitlines() if "moonlight" in line]
    assert "stardust" in sentence
    assert "air" not in sentence.split()
    assert shell.ran[-1].endswith("-m pytest -n auto")


@pytest.mark.parametrize(
    ("release", "system", "expected"),
    [
        ("bookworm", "root", ["tee", "apt-get update", "apt-get install -t bookworm-backports libreoffice-calc"]),
        ("bookworm", "sudo", ["sudo tee", "sudo apt-get update", "sudo apt-get install -t bookworm-backports"]),
        ("trixie", "root", ["apt-get update", "apt-get install libreoffice-calc"]),
    ],
)
def test_missing_programs_are_installed_from_the_distribution(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, release: str, system: str, expected: list[str]
) -> None:
    """The lists are fetched once, before the first package; LibreOffice of Debian 12 comes from its backports."""
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEBIAN, encoding="utf-8")
    wishes = [parts.Part(name, name, lambda: False) for name in ("libreoffice-calc", "chromium")]
    monkeypatch.setattr(parts, "PARTS", tuple(wishes))
    monkeypatch.setattr(parts, "APT", tmp_path)
    monkeypatch.setattr(parts, "release", lambda: release)
    monkeypatch.setattr(parts, "apt_works", lambda: True)
    monkeypatch.setattr(parts, "administrator", lambda: ["sudo", "-n"] if system == "sudo" else [])
    parts.install_missing()
    assert all(set(words.split()) <= set(line.split()) for words, line in zip(expected, shell.ran, strict=False))
    assert [line.split()[-1] for line in shell.ran[-2:]] == ["libreoffice-calc", "chromium"]
    assert len(shell.told("backports")) == (2 if release == "bookworm" else 0)
    assert len(shell.ran) == len(expected) + 1


def test_backports_come_from_the_mirror_and_with_the_key_in_use(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    (folder / "debian.sources").write_text(DEBIAN, encoding="utf-8")
    monkeypatch.setattr(parts, "APT", tmp_path)
    monkeypatch.setattr(parts, "release", lambda: "bookworm")
    parts.add_backports()
    assert shell.input == [DEBIAN.split("\n\n")[0].replace("bookworm bookworm-updates", "bookworm-backports") + "\n"]

    (folder / "somebody.sources").write_text(shell.input[0], encoding="utf-8")
    parts.add_backports()
    assert len(shell.ran) == 1, "an existing source is not added again"


def test_a_python_without_venv_says_which_package_to_install(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.PYTHON.unlink()
    monkeypatch.setattr(dev, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"install python3\.\d+-venv and run this again"):
        dev.main(["demo"])
    assert shell.ran == []


def test_venv_is_installed_if_python_lacks_it_and_apt_works(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.PYTHON.unlink()
    monkeypatch.setattr(dev, "find_spec", lambda name: None)
    monkeypatch.setattr(parts, "apt_works", lambda: True)
    dev.main(["demo"])
    installed, made = shell.told("-venv"), shell.told("-m venv")
    assert installed[0].endswith(f"python3.{sys.version_info.minor}-venv")
    assert shell.ran.index(installed[0]) < shell.ran.index(made[0])


@pytest.mark.skipif(sys.platform == "win32", reason="The stand-in for LibreOffice is a shell script.")
@pytest.mark.parametrize(
    ("says", "version", "enough"),
    [
        ("LibreOffice 25.2.3.2 520(Build:2)", (25, 2, 3, 2), True),
        ("LibreOffice 24.8.0.3 0bdf1299c94fe897b119f97f3c613e9dca6be583", (24, 8, 0, 3), True),
        ("LibreOffice 7.4.7.2 40(Build:2)", (7, 4, 7, 2), False),
        ("no display", (), False),
    ],
)
def test_a_libreoffice_too_old_for_the_formulas_does_not_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str, version: tuple[int, ...], enough: bool
) -> None:
    launcher = tmp_path / "soffice"
    launcher.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    launcher.chmod(0o755)
    monkeypatch.setattr(parts, "office", lambda: launcher)
    assert parts.office_version(launcher) == version
    assert parts.has_office() is enough


def test_the_readme_sets_up_with_two_commands() -> None:
    """The first commands are the demo and the tests; every other command in the README exists."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first = re.search(r"```\w*\n(.*?)```", readme, re.S)
    assert first
    assert first[1].splitlines() == ["python dev.py demo", "python dev.py test"]
    assert set(re.findall(r"python3? dev\.py (\w+)", readme)) <= set(dev.COMMANDS)
