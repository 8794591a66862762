"""The scripts for Excel on the web: the verbs that need neither a disk nor a typesetter, and no import that Pyodide lacks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.excel.conftest import NOW
from tests.excel.engines.memory import MemoryGrid, open_in_memory
from tests.excel.engines.web import open_on_the_web
from tests.excel.rep import Rep, an_open_deal
from tests.parts import ROOT
from xl_salesflow.excel import lite
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.excel.buttons import BUTTONS
from xl_salesflow.excel.lite import WEB_SCRIPTS, __all__
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.excel.open_tables import find_open_tables
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.verb_catalogue import VERBS

# of what we need, Pyodide has these (pyodide-lock.json of the npm package pyodide 314.0.7); xlwings is what Lite is made of
IN_PYODIDE = {"lxml", "numpy", "pandas", "dateutil", "pytz", "six", "tzdata", "xlwings"}

WITHOUT_THE_REST = """
import importlib.abc, json, sys
from importlib.metadata import packages_distributions
from pathlib import Path

allowed = set(json.loads(sys.argv[2])) | {"xl_salesflow", "tests", "openpyxl", "et_xmlfile"}  # the engine of the test reads files
refused = set(packages_distributions()) - allowed

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ImportError(f"Pyodide has no {name}")

sys.meta_path.insert(0, Refuse())
from tests.excel.engines.web import open_on_the_web
from xl_salesflow.excel import lite
book = open_on_the_web(Path(sys.argv[1]))
for name in ("check", "score", "followups", "update", "undo", "funnel", "targets", "repair"):
    getattr(lite, name)(book)
    book.impl.grid.done()
"""


def test_every_script_runs_with_nothing_that_pyodide_lacks(workbook: Callable[[Language], Path]) -> None:
    """Imports of every package without a Pyodide build are blocked, also inside functions."""
    program = [sys.executable, "-c", WITHOUT_THE_REST, str(workbook("en")), json.dumps(sorted(IN_PYODIDE))]
    answer = subprocess.run(program, capture_output=True, encoding="utf-8", cwd=ROOT, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "cells changed" in answer.stdout


WITHOUT_A_BUILD = {"formualizer", "psutil", "rapidfuzz", "typst"}
"""What Pyodide cannot install: compiled code that has no wheel for it."""


def test_the_package_can_be_installed_in_the_browser() -> None:
    """An installer there refuses a package as a whole if one of its requirements has no wheel."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    needed = {
        requirement.name
        for requirement in map(Requirement, declared)
        if requirement.marker is None or requirement.marker.evaluate({"sys_platform": "emscripten"})
    }
    everywhere = {Requirement(line).name for line in declared}
    assert needed & WITHOUT_A_BUILD == set()
    assert everywhere >= WITHOUT_A_BUILD


IN_THE_BROWSER = """
import { pathToFileURL } from "node:url";
const { loadPyodide } = await import(pathToFileURL(process.argv[2] + "/pyodide.mjs"));
const python = await loadPyodide();
python.FS.mkdir("/package");
python.FS.mount(python.FS.filesystems.NODEFS, { root: process.argv[3] }, "/package");
python.globals.set("modules", process.argv[4]);
console.log(python.runPython(`
import importlib, json, pathlib, sys
failed = []
for name in json.loads(modules):
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed.append(str(error))
files = list(pathlib.Path("/package/xl_salesflow").rglob("*.py"))
for file in files:
    compile(file.read_text(encoding="utf-8"), str(file), "exec")
sys.path.insert(0, "/package")
from xl_salesflow.errors import UsageError
from xl_salesflow.model.verbs import VERBS
json.dumps({"failed": failed, "compiled": len(files), "verbs": len(VERBS)})
`));
"""

STANDARD = """
import json, sys
import xl_salesflow.excel.lite
ours = [module for name, module in sys.modules.items() if name.partition(".")[0] == "xl_salesflow"]
used = {getattr(value, "__module__", "") or "" for module in ours for value in vars(module).values()}
used |= {value.__name__ for module in ours for value in vars(module).values() if type(value) is type(sys)}
print(json.dumps(sorted({name for name in used if name.partition(".")[0] in sys.stdlib_module_names})))
"""


def test_pyodide_itself_has_the_standard_library_that_is_used_and_understands_the_code() -> None:
    """This runs in a real Pyodide under Node, without pandas, which would be loaded from a network."""
    folder = Path(os.environ.get("SALESFLOW_PYODIDE", ROOT / "node_modules" / "pyodide"))
    if not shutil.which("node") or not (folder / "pyodide.mjs").exists():
        pytest.skip("Pyodide under Node is not installed (npm install pyodide; SALESFLOW_PYODIDE may name its folder).")
    modules = subprocess.run([sys.executable, "-c", STANDARD], capture_output=True, encoding="utf-8", check=True).stdout
    assert len(json.loads(modules)) > 10
    program = ["node", "--input-type=module", "-", str(folder), str(ROOT), modules]
    answer = subprocess.run(program, input=IN_THE_BROWSER, capture_output=True, encoding="utf-8", cwd=ROOT, check=False)
    assert answer.returncode == 0, answer.stderr
    result = json.loads(answer.stdout.splitlines()[-1])
    assert result["failed"] == []
    assert (result["compiled"] > 200, result["verbs"]) == (True, len(VERBS))


def test_the_list_of_what_pyodide_has_is_right() -> None:
    folder = Path(os.environ.get("SALESFLOW_PYODIDE", ROOT / "node_modules" / "pyodide"))
    if not (folder / "pyodide-lock.json").exists():
        pytest.skip("The list of Pyodide's packages is missing (npm install pyodide).")
    packages = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    known = {name for package in packages.values() for name in package["imports"]}
    assert IN_PYODIDE - known == {"xlwings"}


def test_every_script_is_a_verb_with_a_button() -> None:
    assert set(__all__) <= set(VERBS) & set(BUTTONS)
    files = {"calendar", "quote", "report", "inspect", "print", "diff", "merge"}  # a browser has no disk for files
    menus = {
        "next_stage",
        "lost",
        "activity",
        "dates",
        "playbook",
        "approvals",
        "new_deal",
    }  # a script has no menu: the stage is typed, and the next update judges it
    assert set(BUTTONS) - set(__all__) <= files | menus | {"language", "help", "audit"}


def type_over_the_first_owner(rep: Rep) -> None:
    rep.fill_in("Team", "person", {row_of(rep, "Team", "person", rep.rows("Deals")["owner"].iloc[0]): "Quinn Adams"})


def type_a_double(rep: Rep) -> None:
    first, other = rep.rows("Accounts").index[:2]
    rep.fill_in("Accounts", "account", {int(other): f"{rep.rows('Accounts').at[first, 'account']} Ltd"})
    rep.select("Accounts", int(other))


def row_of(rep: Rep, table: str, column: str, name: str) -> int:
    rows = rep.rows(table)
    return int(rows.index[rows[column] == name][0])


@pytest.mark.parametrize("verb", sorted(__all__))
def test_a_script_on_the_web_gives_the_same_cells_as_the_button(
    workbook: Callable[[Language], Path], capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    """Although formulas and cells that were just written cannot be read there, every cell gets the same value."""

    def prepared(book: Any) -> Rep:
        rep = Rep(book)
        if verb == "compare":
            for name, owner in zip(
                ("SegmentA", "SegmentB"), rep.rows("Deals")["owner"].drop_duplicates()[:2], strict=True
            ):
                book.names[name].refers_to_range.value = owner
        if verb == "rename":
            type_over_the_first_owner(rep)
        elif verb == "merge_customers":
            type_a_double(rep)
        getattr(rep.grid, "done", lambda: None)()
        if verb == "revise":
            rep.select("Quotes", int(rep.rows("Quotes").index[0]))
        elif verb in ("won", "explain", "bant", "new_quote", "prepare"):
            rep.select_deal(an_open_deal(rep, rep.playbooks["crm"].first.name))
        return rep

    path = workbook("en")
    desktop = prepared(open_in_memory(path))
    message = BUTTONS[verb](ButtonContext(desktop.book)).in_("en")
    web = prepared(open_on_the_web(path))
    getattr(lite, verb)(web.book)
    web.grid.done()
    assert capsys.readouterr().out.strip() == message
    assert _cells(web.grid) == _cells(desktop.grid)
    assert {t.name: t.last_row for t in find_open_tables(web.book).values()} == {
        t.name: t.last_row for t in find_open_tables(desktop.book).values()
    }


def _cells(grid: MemoryGrid) -> dict[str, dict[tuple[int, int], Any]]:
    return {sheet: {place: _held(cell[1]) for place, cell in cells.items()} for sheet, cells in grid.cells.items()}


def _held(cell: Any) -> str:
    # there is a minute between the two presses
    return str(float(cell) if isinstance(cell, int) else cell).replace("10:01:00", "10:00:00").replace("-1001", "-1000")


@pytest.mark.parametrize(("language", "says"), [("en", "cells changed"), ("zh", "个单元格")])
def test_a_script_uses_the_language_of_the_workbook(
    workbook: Callable[[Language], Path], capsys: pytest.CaptureFixture[str], language: Language, says: str
) -> None:
    WEB_SCRIPTS["update"](open_on_the_web(workbook(language)))
    assert says in capsys.readouterr().out


def test_a_script_that_cannot_continue_prints_one_sentence(
    workbook: Callable[[Language], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    book = open_on_the_web(workbook("en"))
    before = OpenBook(book).read(NOW.date())
    WEB_SCRIPTS["won"](book)
    assert capsys.readouterr().out.startswith("Select a row first")
    book.impl.grid.done()
    assert OpenBook(book).read(NOW.date())["Deals"].equals(before["Deals"])
