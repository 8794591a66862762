"""The quick tests reach every package, and every changed file has tests that cover it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.covering import ImportMap
from tests.parts import ROOT

PACKAGE = ROOT / "xl_salesflow"
PACKAGES = sorted(folder.parent.name for folder in PACKAGE.glob("*/__init__.py") if folder.parent.name != "schema")
MODULES = sorted(path.relative_to(ROOT) for path in PACKAGE.rglob("*.py"))
WHERE = re.compile(r"^\| \d+ \|.*\| `(\w*/?)` \| `([\w.]+)`.*\| `(tests/\S+\.py)` \|$", re.MULTILINE)
THROUGH_OTHERS = {("quote_facts.py", "test_offers.py"), ("deal_upkeep.py", "test_audit.py")}
"""Tests in the table of CONTRIBUTING that reach the file over more than one other module."""


@cache
def import_map() -> ImportMap:
    return ImportMap()


def list_quick_tests() -> list[str]:
    return (ROOT / "tests" / "quick.txt").read_text(encoding="utf-8").splitlines()


def test_quick_tests_exist_and_are_listed_once_in_order() -> None:
    listed = list_quick_tests()
    assert listed == sorted(set(listed))
    for entry in listed:
        file, _, test = entry.partition("::")
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_has_quick_tests_of_its_own(package: str) -> None:
    """The declarations in schema are tested with what follows from them."""
    assert [entry for entry in list_quick_tests() if entry.startswith(f"tests/{package}/")]


def test_most_modules_are_near_quick_tests() -> None:
    quick = {entry.partition("::")[0] for entry in list_quick_tests()}
    far = [str(module) for module in MODULES if not quick & set(import_map().name_tests([module]))]
    assert len(far) < len(MODULES) / 5, far


def test_every_module_is_covered_by_a_test_file() -> None:
    assert [str(module) for module in MODULES if not import_map().name_tests([module])] == []


def test_the_tests_of_the_table_in_contributing_are_named() -> None:
    rows = WHERE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(rows) > 30
    missing = {
        (file, Path(test).name)
        for folder, file, test in rows
        if test not in import_map().name_tests([PACKAGE / folder / file])
    }
    assert missing == THROUGH_OTHERS


SOURCES = {
    "xl_salesflow/__init__.py": "",
    "xl_salesflow/sums/__init__.py": '"""Sums."""',
    "xl_salesflow/sums/adding.py": "def add(): ...",
    "xl_salesflow/sums/rates.toml": "",
    "xl_salesflow/sums/deep.toml": "",
    "xl_salesflow/sums/doubling.py": "def double():\n    from xl_salesflow.sums import adding\n    return adding.add()",
    "xl_salesflow/verbs.py": "from xl_salesflow.sums.doubling import double",
    "tests/sums/test_adding.py": "from xl_salesflow.sums.adding import add",
    "tests/sums/test_doubling.py": "import xl_salesflow.sums.doubling",
    "tests/sums/test_fixtures.py": "def test_it(ran): ...",
    "tests/other/test_adding_too.py": "from xl_salesflow.sums import adding",
    "tests/test_verbs.py": "from xl_salesflow import verbs",
    "tests/other/test_rates.py": "def test_rates(): open('rates.toml')",
    "tests/other/conftest.py": "",
    "tests/sums/conftest.py": "from tests.tables import table",
    "tests/tables.py": "def table(): ...",
    "docs/page.md": "",
}
SUMS = ["sums/test_adding.py", "sums/test_doubling.py"]


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        pytest.param("xl_salesflow/sums/adding.py", SUMS, id="those of its own folder, within one more import"),
        pytest.param("xl_salesflow/sums/doubling.py", ["sums/test_doubling.py"], id="an import inside a function"),
        pytest.param("xl_salesflow/verbs.py", ["test_verbs.py"], id="a module outside the packages"),
        pytest.param("xl_salesflow/sums/rates.toml", ["other/test_rates.py"], id="a file that is mentioned"),
        pytest.param("xl_salesflow/sums/deep.toml", SUMS, id="another file, by the modules beside it"),
        pytest.param("xl_salesflow/sums/__init__.py", SUMS, id="a package, by its modules"),
        pytest.param("tests/tables.py", ["sums/test_adding.py", "sums/test_doubling.py", "sums/test_fixtures.py"], id="help"),
        pytest.param("tests/test_verbs.py", ["test_verbs.py"], id="a test file"),
        pytest.param("docs/page.md", [], id="a file that nothing mentions"),
        pytest.param("../elsewhere.py", [], id="a file outside the project"),
    ],
)  # fmt: skip
def test_a_changed_file_names_the_tests_that_cover_it(tmp_path: Path, changed: str, tests: list[str]) -> None:
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert ImportMap(tmp_path).name_tests([Path(changed)]) == [f"tests/{test}" for test in tests]
