"""The packages are layers: the contracts of .importlinter are kept, and each of them can fail."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.api import read_configuration
from importlinter.cli import lint_imports

from tests.parts import ROOT

CONFIGURATION = ROOT / ".importlinter"
CONTRACTS = {contract["id"]: contract for contract in read_configuration(str(CONFIGURATION))["contracts_options"]}
ROOMS = [
    room.strip(" ()")
    for layer in CONTRACTS["layers"]["layers"]
    for room in layer.split("|")
    if room.strip(" ()") not in ("__main__", "errors")
]
PROTECTED = [name for name in CONTRACTS if CONTRACTS[name]["type"] == "protected"]


def exists(room: str) -> bool:
    """Tell whether a package exists; a folder without __init__.py is none."""
    spec = importlib.util.find_spec(room)
    return spec is not None and spec.origin is not None


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_contract_is_kept(contract: str) -> None:
    for room in CONTRACTS[contract].get("allowed_importers", []):
        if not exists(room):
            pytest.skip(f"{room} does not exist yet.")
    assert lint_imports(str(CONFIGURATION), limit_to_contracts=(contract,), no_cache=True, no_logo=True) == 0


@pytest.mark.parametrize(
    ("contract", "room", "line", "verdict"),
    [
        ("layers", "errors.py", "import xl_salesflow.core", "BROKEN"),
        ("layers", "schema/choice_lists.py", "import xl_salesflow.process", "BROKEN"),
        ("layers", "metrics/leaks.py", "import xl_salesflow.quotes", "BROKEN"),
        ("layers", "verbs/__init__.py", "import xl_salesflow.workbook", "KEPT"),
        ("layers", "workbook/grid.py", "import xl_salesflow.verbs", "BROKEN"),
        ("layers", "odds_and_ends.py", "import xl_salesflow.errors", "BROKEN"),
        ("rules", "process/cell_rules.py", "import xl_salesflow.process.deal_rules", "BROKEN"),
        ("rules", "process/cell_rules.py", "import xl_salesflow.core", "KEPT"),
        ("changelog", "changelog/undo.py", "import xl_salesflow.process", "BROKEN"),
        ("process", "process/deal_rules.py", "import xl_salesflow.metrics", "BROKEN"),
        ("template_metrics", "workbook/template/look.py", "import xl_salesflow.metrics.leaks", "BROKEN"),
        ("template_metrics", "workbook/template/look.py", "import xl_salesflow.metrics.metric_sheets", "KEPT"),
        ("template_metrics", "workbook/grid.py", "import xl_salesflow.metrics.leaks", "KEPT"),
        ("quotes", "quotes/upkeep.py", "import xl_salesflow.changelog", "BROKEN"),
        ("quotes", "quotes/upkeep.py", "import xl_salesflow.process", "KEPT"),
        ("layers", "core/parts.py", "import xl_salesflow.ooxml.excel_notation", "KEPT"),
        ("layers", "schema/parts.py", "import xl_salesflow.ooxml.excel_notation", "BROKEN"),
        ("pure_ooxml", "ooxml/parts.py", "import xl_salesflow.core", "BROKEN"),
        ("ooxml", "core/parts.py", "import xl_salesflow.ooxml.excel_notation", "KEPT"),
        ("ooxml", "core/parts.py", "import xl_salesflow.ooxml.cell_references", "BROKEN"),
        ("ooxml", "metrics/leaks.py", "import xl_salesflow.ooxml", "BROKEN"),
        ("ooxml", "workbook/grid.py", "import xl_salesflow.ooxml", "KEPT"),
        ("document_ooxml", "documents/sheets.py", "import xl_salesflow.ooxml.cell_references", "BROKEN"),
        ("document_ooxml", "documents/sheets.py", "import xl_salesflow.ooxml.office_templates", "KEPT"),
        ("headless", "batch/run.py", "import xlwings", "BROKEN"),
        ("openpyxl", "workbook/grid.py", "import openpyxl.styles", "BROKEN"),
        ("openpyxl", "workbook/template/look.py", "import openpyxl.styles", "KEPT"),
        ("xlwings", "cli/__init__.py", "def open_book():\n    import xlwings", "BROKEN"),
        ("xlwings", "excel/book.py", "import xlwings", "KEPT"),
        ("click", "verbs/__init__.py", "from click import echo", "BROKEN"),
        ("click", "cli/__init__.py", "from click import echo", "KEPT"),
    ],
)
def test_a_contract_accepts_allowed_imports_and_rejects_others(
    tmp_path: Path, contract: str, room: str, line: str, verdict: str
) -> None:
    """Each row is a project whose packages are all empty except for one line."""
    lay_out(tmp_path / "xl_salesflow")
    (tmp_path / "xl_salesflow" / room).write_text(line + "\n", encoding="utf-8")
    output = lint(tmp_path, contract)
    assert f"1 {'kept' if verdict == 'KEPT' else 'broken'}" in output, output


@pytest.mark.parametrize(
    "line",
    [
        "import xl_salesflow.core.second",
        "def late():\n    from xl_salesflow.core.second import name",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from xl_salesflow.core import second",
    ],
)
def test_two_modules_that_import_each_other_are_rejected(tmp_path: Path, line: str) -> None:
    lay_out(tmp_path / "xl_salesflow")
    core = tmp_path / "xl_salesflow" / "core"
    (core / "first.py").write_text(line + "\n", encoding="utf-8")
    (core / "second.py").touch()
    assert "1 kept" in lint(tmp_path, "circles")
    (core / "second.py").write_text("from xl_salesflow.core import first\n", encoding="utf-8")
    assert "1 broken" in lint(tmp_path, "circles")


OOXML_MODULES = ("ooxml/cell_references.py", "ooxml/excel_notation.py", "ooxml/office_templates.py")


def lay_out(house: Path) -> None:
    """Make every package of the layers, empty, with the modules that contracts name."""
    for name in (".", *ROOMS, "workbook/template"):
        (house / name).mkdir()
        (house / name / "__init__.py").touch()
    for module in ("errors.py", "metrics/metric_sheets.py", *OOXML_MODULES):
        (house / module).touch()
    for module in CONTRACTS["rules"]["modules"]:
        (house.parent / module.replace(".", "/")).with_suffix(".py").touch()


LINT = "import sys, importlinter.cli as it; it.lint_imports(sys.argv[1], (sys.argv[2],), no_cache=True)"


def lint(folder: Path, contract: str) -> str:
    """Run one contract over the package in `folder`; return import-linter's output."""
    command = [sys.executable, "-c", LINT, str(CONFIGURATION), contract]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False).stdout


HEAVY = ("jinja2", "numpy", "openpyxl", "pandas", "typst", "xlwings")
ASK_FOR_HELP = f"""
import sys
from xl_salesflow.cli import main
sys.argv = ["salesflow", "--help"]
try:
    main()
finally:
    print(*sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)
"""


def test_help_is_fast() -> None:
    """Help loads no library that only some verbs need."""
    if not exists("xl_salesflow.cli"):
        pytest.skip("xl_salesflow.cli does not exist yet.")
    answer = subprocess.run(
        [sys.executable, "-c", ASK_FOR_HELP],
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert answer.returncode == 0
    assert "Usage" in answer.stdout
    assert answer.stderr.split() == []
