"""The distributions: the wheel contains the whole product and nothing else, the sdist everything needed to test it."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.examples import dear_languages
from tests.parts import ROOT
from xl_salesflow import __version__
from xl_salesflow.cli import main
from xl_salesflow.excel.addin.addin_build import build_addin

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGE = ROOT / "xl_salesflow"
FORCED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from it as an installer would, without the network."""
    for name in FORCED:
        if not (ROOT / name).exists():
            pytest.skip(f"{name} is not built yet.")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    answer = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> set[str]:
    """Return the names of the files in the wheel."""
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def sdist(built: Path) -> set[str]:
    """Return the names of the files in the sdist, without its first folder."""
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def sources(folder: Path) -> set[str]:
    """List the files under a folder, as the archives name them, without generated files: bytecode, compiled catalogues."""
    files = {path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    files = {path for path in files if path.suffix != ".mo"}
    return {path.relative_to(ROOT).as_posix() for path in files}


def brought() -> set[str]:
    """List the files that the wheel takes from outside the package, folders file by file."""
    return {
        (PurePosixPath(goal) / (ROOT / file).relative_to(ROOT / origin)).as_posix()
        for origin, goal in FORCED.items()
        for file in (sources(ROOT / origin) or {origin})
    }


def test_the_wheel_holds_the_package_and_nothing_else(wheel: set[str]) -> None:
    """It contains modules, catalogues, document templates, playbooks and both workbook templates, and no other data."""
    about = {name for name in wheel if name.split("/")[0].endswith(".dist-info")}
    compiled = {name.removesuffix(".po") + ".mo" if name.endswith(".po") else name for name in sources(PACKAGE)}
    assert wheel - about == compiled | brought()


@pytest.mark.parametrize("kind", ["*.py", "playbooks/*.toml", "documents/templates/*"])
def test_data_files_are_in_the_wheel_too(wheel: set[str], kind: str) -> None:
    expected = {path.relative_to(ROOT).as_posix() for path in PACKAGE.glob(kind) if path.is_file()}
    if not expected:
        pytest.skip(f"xl_salesflow/{kind} does not exist yet.")
    assert expected <= wheel


def test_the_add_in_can_be_built_from_an_installed_wheel(wheel: set[str]) -> None:
    """The VBA and the ribbon are text in macros/, built into an add-in on the user's machine."""
    macros = {Path(name).name for name in sources(ROOT / "macros")}
    if not macros:
        pytest.skip("macros/ does not exist yet.")
    assert macros <= {Path(name).name for name in wheel}


def test_the_wheel_installs_the_command_and_its_licence(wheel: set[str]) -> None:
    assert {name.split("/")[-1] for name in wheel if ".dist-info/" in name} >= {
        "entry_points.txt",
        "LICENSE",
        "METADATA",
    }


def test_the_version_is_defined_in_one_place(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The wheel, the sdist, the command line, the add-in and the changelog have the version of xl_salesflow/__init__.py."""
    assert "version" not in PROJECT["project"]
    assert {path.name.split("-")[1].removesuffix(".tar.gz") for path in built.iterdir()} == {__version__}
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.split()[-1] == __version__
    with zipfile.ZipFile(build_addin(tmp_path / "salesflow.xlam")) as archive:
        assert f"<cp:version>{__version__}</cp:version>" in archive.read("docProps/core.xml").decode()
    released = re.findall(r"^## \[(\d[^]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert released[0] == __version__


def test_the_metadata_of_the_wheel_are_complete_and_name_no_missing_address(built: Path) -> None:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        head, _, _ = archive.read(name).decode().partition("\n\n")
    lines = [line.partition(": ") for line in head.splitlines()]
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13, 14)} <= {
        value for key, _, value in lines if key == "Classifier"
    }
    assert [value for key, _, value in lines if key in ("Project-URL", "Home-page")] == []


def test_the_sdist_can_be_tested(sdist: set[str]) -> None:
    """The sdist contains the tests, the import contracts, and the command that sets everything up."""
    forced = {file for origin in FORCED for file in sources(ROOT / origin) or {origin}}
    assert sdist >= sources(PACKAGE) | sources(ROOT / "tests") | forced
    assert sdist >= {
        "pyproject.toml",
        "dev.py",
        "README.md",
        "LICENSE",
        ".importlinter",
        "mkdocs.yml",
        "CONTRIBUTING.md",
    }
    assert sdist >= {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}


@pytest.mark.parametrize("language", dear_languages("zh"))
def test_the_wheel_makes_a_workbook_without_the_checkout(built: Path, tmp_path: Path, language: str) -> None:
    if importlib.util.find_spec("xl_salesflow.cli") is None:
        pytest.skip("xl_salesflow.cli does not exist yet.")
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "installed")
    program = (
        "import sys, xl_salesflow; from xl_salesflow.cli import main; print(xl_salesflow.__file__); sys.exit(main())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, "init", "new.xlsx", "--lang", language],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.startswith(str(tmp_path / "installed"))
    assert zipfile.is_zipfile(tmp_path / "new.xlsx")


def test_the_archives_contain_no_stray_files(wheel: set[str], sdist: set[str]) -> None:
    strays = {"shared", "node_modules", ".venv", "__pycache__", ".hypothesis", ".ruff_cache", ".mypy_cache"}
    assert [name for name in wheel | sdist if strays & set(name.split("/")) or name.startswith("demo/")] == []
