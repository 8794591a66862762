"""The text the add-in is built from: our macros, and the modules of the xlwings that is installed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from xl_salesflow.errors import UsageError

PROJECT = "salesflow"
_XLWINGS_PROJECT = 'Public Const PROJECT_NAME As String = "myaddin"'


@dataclass(frozen=True, slots=True)
class Module:
    """One VBA module: its name, its source, and whether it is a class."""

    name: str
    source: str
    is_class: bool = False


def macros_folder() -> Path:
    """Return the folder of our VBA and ribbon: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "macros"
    return inside if inside.is_dir() else package.parent / "macros"


def own_modules() -> tuple[Module, ...]:
    """Return the modules of macros/, in order of their names."""
    files = sorted(macros_folder().glob("*.bas")) + sorted(macros_folder().glob("*.cls"))
    return tuple(Module(file.stem, file.read_text(encoding="ascii"), file.suffix == ".cls") for file in files)


def xlwings_version() -> str:
    """Return the version of the installed xlwings.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return version("xlwings")
    except PackageNotFoundError:
        raise UsageError(
            "xlwings is not installed; run: pip install xl-salesflow[excel].",
            "尚未安装 xlwings；请运行：pip install xl-salesflow[excel]。",
        ) from None


def xlwings_modules() -> tuple[Module, ...]:
    """Return the modules that xlwings has for add-ins of one's own, told to read the settings of ours.

    Raises:
        UsageError: xlwings is not installed, or is one whose module we do not know how to name.
    """
    installed = xlwings_version()
    spec = find_spec("xlwings")  # found without being run: building needs no Excel
    folder = Path(spec.origin or "").parent if spec else Path()
    runner = (folder / "xlwings_custom_addin.bas").read_text(encoding="utf-8")
    if _XLWINGS_PROJECT not in runner:
        raise UsageError(
            f"xlwings {installed} names its add-ins in a way that is not known here; install another release of it.",
            f"xlwings {installed} 的加载项命名方式未知；请安装其他版本。",
        )
    dictionary = (folder / "addin" / "Dictionary.cls").read_text(encoding="utf-8")
    return (
        Module("xlwings", runner.replace(_XLWINGS_PROJECT, _XLWINGS_PROJECT.replace("myaddin", PROJECT))),
        Module("Dictionary", dictionary, is_class=True),
    )
