"""The public names: all exist, each package lists its own, and none costs anything until it is used."""

import ast
import importlib
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

import xl_salesflow as sales
from tools.public_names import imported_names, list_public_names, main, replace_public_names
from xl_salesflow.engine import Run
from xl_salesflow.verbs import update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

HOME = Path(sales.__file__).parent
PACKAGES = [
    ".".join(path.parent.relative_to(HOME.parent).parts)
    for path in sorted(HOME.rglob("__init__.py"))
    if path.parent != HOME
]


@pytest.fixture(scope="module")
def public() -> dict[str, dict[str, set[str]]]:
    return list_public_names()


@pytest.mark.parametrize("name", sales.__all__)
def test_a_public_name_exists_and_has_a_docstring(name: str) -> None:
    assert getattr(sales, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="upadte"):
        _ = sales.upadte


def test_the_import_loads_no_heavy_library() -> None:
    code = "import sys, xl_salesflow; print({'pandas', 'openpyxl', 'lxml'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_a_morning_in_python(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.xlsx"
    new_workbook(path, "en")
    book = ClosedBook(path)
    plan = update(book.read(date(2026, 3, 2)), Run("Mara", datetime(2026, 3, 2, 9)))
    book.write(plan)
    assert not update(book.read(date(2026, 3, 2)), Run("Mara", datetime(2026, 3, 2, 9))).writes


def test_every_package_lists_the_names_that_others_import(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("package", PACKAGES)
def test_a_listed_name_exists_and_is_not_private(package: str, public: dict[str, dict[str, set[str]]]) -> None:
    for module, names in public[package].items():
        home = importlib.import_module(f"{package}.{module}".rstrip("."))
        assert [name for name in names if name.startswith("_") or not hasattr(home, name)] == []


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("from xl_salesflow.core.answers import Answer, NO_ANSWER as NONE", {"answers Answer", "answers NO_ANSWER"}),
        ("def late():\n  from xl_salesflow.core.answers import Answer", {"answers Answer"}),
        ("if TYPE_CHECKING:\n  from xl_salesflow.core.answers import Answer", {"answers Answer"}),
        (
            "from xl_salesflow.core import answers\nanswers.Answer(answers.OPTIONAL)",
            {"answers Answer", "answers OPTIONAL"},
        ),
        ("from xl_salesflow.core import answers as given\ngiven.Answer; answers.NO_ANSWER", {"answers Answer"}),
        ("from xl_salesflow.core import core_name", {" core_name"}),
        ("from pandas import DataFrame\nimport xl_salesflow", set()),
    ],
)
def test_an_import_is_found_in_every_form(code: str, names: set[str]) -> None:
    modules = {f"xl_salesflow{name}": Path() for name in ("", ".core", ".core.answers")}
    found = imported_names(ast.parse(code), modules)
    assert {f"{module.removeprefix('xl_salesflow.core').lstrip('.')} {name}" for module, name in found} == names


def test_the_list_is_replaced_at_the_end_of_the_docstring() -> None:
    listed = replace_public_names("What lives here.\n\nWho may enter.\n", {"b": {"two", "One"}, "": {"main"}})
    assert listed.splitlines()[2:] == [
        "Who may enter.", "", "Public names, by file:", "", "    __init__: main", "    b: One, two"
    ]  # fmt: skip
    assert replace_public_names(listed, {}) == "What lives here.\n\nWho may enter.\n"
