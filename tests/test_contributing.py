"""Follow the recipes of CONTRIBUTING literally on a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.demos import make_once
from tests.parts import ROOT, has_office

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COPIED = ("xl_salesflow", "tools", "tests", "macros", "docs")
FILES = (
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "workbook_template.xlsx",
    "workbook_template_zh.xlsx",
)

PLACE = r"(?:In `(?P<file>[^`]+)`, (?P<where>below|above) (?P<what>each line|the line|the metric)(?: with)? `(?P<anchor>[^`]+)`"
STEP = re.compile(
    PLACE
    + r"|At the end of\s+`(?P<end>[^`]+)`|Create `(?P<new>[^`]+)`):\n\n(?P<indent> +)```\w*\n(?P<code>.*?)\n *```$",
    flags=re.MULTILINE | re.DOTALL,
)


LANGUAGE_RECIPE = "Add a language"
CODE_RECIPES = ("Add a column", "Add a rule", "Add a metric", "Add a verb")


@dataclass(frozen=True)
class Edit:
    """One step of a recipe: write *code* into *file*, at the end or next to an anchor."""

    file: str
    code: str
    where: str = "end"
    what: str = ""
    anchor: str = ""

    def carry_out(self, root: Path) -> None:
        """Make the edit; fail if the anchor is missing or occurs too often."""
        path = root / self.file
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(old + self.code if self.where == "end" else self._beside(old), encoding="utf-8", newline="\n")

    def _beside(self, text: str) -> str:
        anchor = re.escape(self.anchor)
        line = rf'^    Metric\(\n        "{anchor}",\n' if self.what == "the metric" else rf"^.*{anchor}.*\n"
        found = len(re.findall(line, text, flags=re.MULTILINE))
        assert found > 1 if self.what == "each line" else found == 1, (
            f"{self.file} has {found} lines with {self.anchor}"
        )
        return re.sub(line, self._put_beside, text, flags=re.MULTILINE)

    def _put_beside(self, found: re.Match[str]) -> str:
        return found[0] + self.code if self.where == "below" else self.code + found[0]


def read_recipe(title: str) -> list[Edit]:
    """Return the edits of a recipe, in order."""
    section = PAGE.partition(f"### {title}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
    return [read_edit(found) for found in STEP.finditer(section)]


def read_edit(found: re.Match[str]) -> Edit:
    lines = found["code"].split("\n")
    code = "\n".join(line.removeprefix(found["indent"]) for line in lines) + "\n"
    file = found["file"] or found["end"] or found["new"]
    return Edit(file, code, found["where"] or "end", found["what"] or "", found["anchor"] or "")


class Scratch:
    """A copy of the project in which to follow recipes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def copy(self) -> None:
        """Make the copy."""
        for name in COPIED:
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("*.png", "golden"))
        for name in FILES:
            shutil.copy2(ROOT / name, self.root / name)

    def follow(self, *titles: str) -> None:
        """Make the edits of recipes, and lint the changed files."""
        sources = set[str]()
        for title in titles:
            edits = read_recipe(title)
            assert edits, title
            for edit in edits:
                edit.carry_out(self.root)
            sources |= {edit.file for edit in edits if edit.file.endswith(".py")}
        if sources:
            self.run("-m", "ruff", "check", "--no-cache", *sorted(sources))
            self.run("-m", "ruff", "format", "--check", "--no-cache", *sorted(sources))
        # no message is left without a translation, except in a new language
        self.run("-m", "tools.messages", code=1 if LANGUAGE_RECIPE in titles else 0)

    def run(self, *command: str, code: int = 0) -> str:
        """Run Python in the copy and return what it printed."""
        environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(self.root), "SALESFLOW_LANG": "en"}
        ran = subprocess.run(
            [sys.executable, *command],
            cwd=self.root,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout

    def run_code(self, program: str) -> str:
        """Run a program in the copy and return what it printed."""
        return self.run("-c", textwrap.dedent(program))

    def test(self, *files: str) -> None:
        """Run test files of the copy."""
        self.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *files)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """Return a copy in which the recipes for code were followed, and what QUESTIONS found there; only for reading."""

    def make(folder: Path) -> None:
        made = Scratch(folder / "copy")
        made.copy()
        made.follow(*CODE_RECIPES)
        made.run("-m", "tools.public_names")
        (folder / "answers.json").write_text(made.run_code(QUESTIONS), encoding="utf-8")

    return Scratch(make_once(tmp_path_factory, "recipes", make) / "copy")


@pytest.fixture
def answers(scratch: Scratch) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(scratch.root.with_name("answers.json").read_text(encoding="utf-8"))
    return found


QUESTIONS = """
    import json
    from datetime import date
    from pathlib import Path
    from openpyxl import load_workbook
    from tools.reference_pages import make_metrics_page, make_rules_page, make_tables_page, make_verbs_table
    from xl_salesflow.workbook.closed_book import ClosedBook
    from xl_salesflow.workbook.template.template_builder import build_template

    path = Path("new.xlsx")
    path.write_bytes(build_template("en"))
    print(json.dumps({
        "template": [cell.value for row in load_workbook(path)["Deals"].iter_rows(max_row=5) for cell in row],
        "reader": list(ClosedBook(path).read(date(2026, 3, 2))["Deals"].columns),
        "pages": "".join((make_tables_page(), make_rules_page(), make_metrics_page(), make_verbs_table())),
    }, default=str))
"""


def test_a_new_column_is_in_the_template_the_reader_and_the_reference(answers: dict[str, Any]) -> None:
    assert "Purchase order" in answers["template"]
    assert "purchase_order" in answers["reader"]
    assert "| `purchase_order` | Purchase order | 客户订单号 |" in answers["pages"]


def test_a_new_language_is_offered_and_a_workbook_speaks_it(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "copy")
    scratch.copy()
    scratch.follow(LANGUAGE_RECIPE)
    catalogue = scratch.root / "xl_salesflow" / "locale" / "fr.po"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace('msgid "Deals"\nmsgstr ""', 'msgid "Deals"\nmsgstr "Affaires"'), encoding="utf-8")
    scratch.run("-m", "xl_salesflow", "init", "book.xlsx", "--lang", "fr")
    output = scratch.run_code("""
        from openpyxl import load_workbook
        from xl_salesflow.locale.language_traits import language_traits

        print("Affaires" in load_workbook("book.xlsx").sheetnames, language_traits("fr").currency)
    """)
    assert output.split() == ["True", "EUR"]


def test_a_new_rule_and_a_new_metric_are_in_the_reference(answers: dict[str, Any]) -> None:
    assert "| `won_without_amount` | note |" in answers["pages"]
    assert "| `open_value_mean` | Mean open value |" in answers["pages"]


def test_the_tests_of_the_recipes_pass_in_the_copy(scratch: Scratch) -> None:
    scratch.test(
        "tests/process/test_won_without_amount.py",
        "tests/metrics/test_mean_open_value.py",
        "tests/excel/addin/test_ribbon.py::test_every_verb_has_a_button_or_the_documents_say_why_it_has_none",
    )


@pytest.mark.skipif(not has_office(), reason="LibreOffice is not installed.")
def test_the_formula_of_a_new_metric_says_what_python_says(scratch: Scratch) -> None:
    scratch.run_code(AGREEMENT)


AGREEMENT = """
    import tempfile
    from datetime import date
    from pathlib import Path
    from tests.libreoffice import LibreOffice
    from tests.metrics.agreement import disagreements
    from tests.metrics.stories import pipeline_from_table
    from tests.metrics.throwaway import build
    from tests.parts import office
    from xl_salesflow.metrics.metric_cell_values import compute_sheet_values

    folder = Path(tempfile.mkdtemp(dir=Path.cwd()))
    pipeline = pipeline_from_table("deal | amount | visits\\nD-1 | 100.10 | Lead 01-10\\nD-2 | 200 | Lead 02-01", date.today())
    book = build(pipeline, folder / "book.xlsx", live_rows=False)
    (result,) = LibreOffice(office(), folder).read_values([book])
    values = compute_sheet_values(pipeline)
    assert values.tables["Metrics"]["open_value_mean"]["value"] == 150.05
    compared, wrong = disagreements(book, result, values)
    assert compared > 100
    assert wrong == []
"""


def test_a_new_verb_runs_and_is_documented(scratch: Scratch, answers: dict[str, Any]) -> None:
    assert "how many open deals" in scratch.run("-m", "xl_salesflow", "owners", "--help")
    assert scratch.run("-m", "xl_salesflow", "owners", "new.xlsx", "--json").split() == ["{", '"owners":', "[]", "}"]
    assert "OwnersAnswer" in (scratch.root / "xl_salesflow" / "core" / "__init__.py").read_text(encoding="utf-8")
    assert "| `owners` |" in answers["pages"]


@pytest.mark.parametrize(
    ("edit", "text", "expected"),
    [
        (Edit("a", "new\n", "below", "the line", "two"), "one\ntwo\nthree\n", "one\ntwo\nnew\nthree\n"),
        (Edit("a", "new\n", "above", "the line", "two"), "one\ntwo\nthree\n", "one\nnew\ntwo\nthree\n"),
        (Edit("a", "new\n", "below", "each line", "x"), "x\ny\nx\n", "x\nnew\ny\nx\nnew\n"),
        (Edit("a", "new\n"), "one\n", "one\nnew\n"),
    ],
)
def test_an_edit_is_made_at_the_place_on_the_page(tmp_path: Path, edit: Edit, text: str, expected: str) -> None:
    (tmp_path / "a").write_text(text, encoding="utf-8")
    edit.carry_out(tmp_path)
    assert (tmp_path / "a").read_text(encoding="utf-8") == expected


def test_a_missing_anchor_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="has 0 lines with two"):
        Edit("a", "new\n", "below", "the line", "two").carry_out(tmp_path)


def test_every_recipe_is_followed() -> None:
    """A new recipe needs a test that follows it."""
    recipes = set(re.findall(r"^### (Add a .*)$", PAGE, flags=re.MULTILINE))
    assert recipes == {*CODE_RECIPES, LANGUAGE_RECIPE}
