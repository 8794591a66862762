#!/usr/bin/env python3
"""Set up a checkout and check it; every command installs what it needs.

python dev.py demo [DIR]          a filled workbook and every document, to look at
python dev.py quick [ARGS]        the tests listed in tests/quick.txt, in less than a minute; ARGS go to pytest
python dev.py covering [FILE...]  name the tests that cover FILE..., or the files that git says are changed
python dev.py test [ARGS]         all tests; ARGS go to pytest
python dev.py check               formatting, lint, types, layers, then all tests
python dev.py build               the wheel and the sdist, in dist/
python dev.py seeds [ARGS]        the tests of the rooms that work with sets, or ARGS, under each of three hash seeds
python dev.py versions lowest|newest [ARGS]
                                  the tests with the lowest or the newest versions that pyproject.toml allows

Python packages are installed into .venv and the workbook validator into node_modules; on Debian and Ubuntu, the other
programs that the tests use are installed from the distribution. A second run installs nothing unless pyproject.toml
has changed.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests import parts
from tests.parts import ROOT, say

VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def main(arguments: list[str]) -> int:
    """Run one command; return its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is where users of an older Python learn about it
        say("xl-salesflow needs Python 3.11 or newer; this is " + platform.python_version() + ".")
        return 2
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__)
        return 0 if arguments and arguments[0] in ("-h", "--help", "help") else 2
    return COMMANDS[arguments[0]](arguments[1:])


def demo(arguments: list[str]) -> int:
    """Fill a workbook and print every document with `salesflow demo`."""
    install(testing=False)
    return parts.run(SCRIPTS / "salesflow", "demo", *arguments)


def test(arguments: list[str]) -> int:
    """Run the tests, in parallel unless there are arguments."""
    install(testing=True)
    parts.install_missing()
    parts.install_validator()
    return parts.run(PYTHON, "-m", "pytest", *(arguments or ["-n", "auto"]), cwd=ROOT)


def quick(arguments: list[str]) -> int:
    """Run a few cheap tests of every package."""
    install(testing=True)
    return parts.run(PYTHON, "-m", "pytest", "-n", "auto", *arguments, "@tests/quick.txt", cwd=ROOT)


def covering(arguments: list[str]) -> int:
    """Name the test files that cover changed files, one on each line."""
    from tests.covering import ImportMap  # here, so that an older Python can still print the message in main

    changed = [Path(name).resolve() for name in arguments] or list_changed_files()
    named = ImportMap(ROOT).name_tests(changed)
    say("\n".join(named) or "No test covers these files.")
    return 0 if named else 1


def list_changed_files() -> list[Path]:
    """Ask git which files are changed, or new and not ignored."""
    names = list[str]()
    for question in (["diff", "--name-only", "HEAD"], ["ls-files", "--others", "--exclude-standard"]):
        answer = subprocess.run(["git", *question], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
        names += answer.stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


CHECKS: dict[str, tuple[str | Path, ...]] = {
    "formatting": (PYTHON, "-m", "ruff", "format", "--check"),
    "lint": (PYTHON, "-m", "ruff", "check"),
    "types": (PYTHON, "-m", "mypy"),
    "layers": (SCRIPTS / "lint-imports", "--no-logo"),
}


def check(arguments: list[str]) -> int:
    """Run every check, the tests last, so that one run reports all problems."""
    install(testing=True)
    failed = []
    for name, command in CHECKS.items():
        say(f"Checking {name}.")
        if parts.run(*command, cwd=ROOT):
            failed.append(name)
    if failed:
        say(f"Failed before the tests: {', '.join(failed)}.")
    return test(arguments) or int(bool(failed))


def build(arguments: list[str]) -> int:
    """Build the wheel and the sdist from this checkout."""
    install(testing=True)
    return parts.run(PYTHON, "-m", "build", "--no-isolation", *arguments, cwd=ROOT)


def seeds(arguments: list[str]) -> int:
    """Run the tests of the rooms that work with sets under each hash seed, so that one run reports what each finds."""
    from tests.hash_seeds import HASH_SEEDS, ROOMS_OF_SETS

    install(testing=True)
    failed = []
    for seed in HASH_SEEDS:
        say(f"Hash seed {seed}.")
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        if parts.run(PYTHON, "-m", "pytest", "-n", "auto", *(arguments or ROOMS_OF_SETS), cwd=ROOT, env=environment):
            failed.append(seed)
    if failed:
        say(f"Failed under hash seed {', '.join(failed)}.")
    return int(bool(failed))


def versions(arguments: list[str]) -> int:
    """Run the tests with the lowest or the newest versions that are allowed, in an environment of their own."""
    if arguments[:1] not in (["lowest"], ["newest"]):
        say("Add lowest or newest.")
        return 2
    folder = ROOT / f".venv-{arguments[0]}"
    python = folder / PYTHON.relative_to(VENV)
    make_venv(folder, python)
    say(f"Installing the {arguments[0]} versions into {folder.name}.")
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(lowest_versions() if arguments[0] == "lowest" else []), encoding="utf-8")
    requirements = ["--editable", f"{ROOT}[fast]", *group("dev"), "--constraint", str(constraints)]
    upgrade = ["--upgrade", "--upgrade-strategy", "eager"]
    if parts.run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *upgrade, *requirements):
        sys.exit("The Python packages could not be installed; see pip's message above.")
    return parts.run(python, "-m", "pytest", *(arguments[1:] or ["-n", "auto"]), cwd=ROOT)


COMMANDS = {
    "demo": demo, "quick": quick, "covering": covering, "test": test, "check": check, "build": build,
    "seeds": seeds, "versions": versions,
}  # fmt: skip


# --- Python packages


HAS_PIP = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"


def install(*, testing: bool) -> None:
    """Install the project, and for testing the dev group, into .venv; return immediately if nothing has changed."""
    make_venv(VENV, PYTHON)
    stamp = VENV / ("testing.stamp" if testing else "demo.stamp")
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    for done in {stamp, VENV / "testing.stamp"}:
        if done.is_file() and done.read_text(encoding="utf-8") == wanted:
            return
    say("Installing Python packages into .venv.")
    if parts.run(PYTHON, "-c", HAS_PIP):  # .venv was made by a tool that needs no pip, or is incomplete
        parts.run(PYTHON, "-m", "ensurepip", quiet=True)
    requirements = [f"{ROOT}[fast]", *group("dev")] if testing else [str(ROOT)]
    if parts.run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", *requirements):
        sys.exit("The Python packages could not be installed; see pip's message above.")
    stamp.write_text(wanted, encoding="utf-8")


def make_venv(folder: Path, python: Path) -> None:
    """Make a virtual environment, or make it again if the Python it was made from is gone."""
    if python.exists():
        return
    if find_spec("ensurepip") is None:  # Debian has it in a separate package
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if not (parts.apt_works() and parts.apt_install(package)):
            sys.exit(f"This Python cannot make virtual environments; install {package} and run this again.")
    say(f"Making {folder.name}.")
    command = [sys.executable, "-m", "venv", "--clear", str(folder)]
    if parts.run(*command):
        sys.exit(f"The virtual environment could not be made: {' '.join(command)}.")


def read_pyproject() -> dict[str, Any]:
    """Read pyproject.toml."""
    import tomllib  # here, so that an older Python can still print the message in main

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lowest_versions() -> list[str]:
    """List what the package stands on, each in the lowest version that it allows."""
    project = read_pyproject()["project"]
    optional = project.get("optional-dependencies", {}).values()
    return [line.replace(">=", "==", 1) for lines in (project["dependencies"], *optional) for line in lines]


def group(name: str) -> list[str]:
    """List the requirements of a dependency group and of the groups it includes; pip supports groups only since 25.1."""
    declared = read_pyproject()["dependency-groups"][name]
    included = [one for line in declared if isinstance(line, dict) for one in group(line["include-group"])]
    return [line for line in declared if isinstance(line, str)] + included


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
