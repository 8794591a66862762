"""Names and sizes: module-level names and file names are unique in the package; files and functions are short."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.parts import ROOT
from tools.house_figures import count_paths

PACKAGE = ROOT / "xl_salesflow"
MODULES = sorted(PACKAGE.rglob("*.py"))
SHARED = {"__all__", "__getattr__", "__dir__"}
"""Names with a meaning in Python."""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def defined(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module defines at its top, without imports."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))


def is_bound(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the names that the imports at the top of a module bind."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def test_a_name_is_defined_in_one_module() -> None:
    homes = defaultdict(list)
    for path in MODULES:
        for name in {*defined(parsed(path))} - SHARED:
            homes[name].append(path.relative_to(PACKAGE).as_posix())
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def test_a_file_name_is_used_once() -> None:
    homes = defaultdict(list)
    for path in MODULES:
        if path.stem not in ("__init__", "__main__"):
            homes[path.stem].append(path.relative_to(PACKAGE).as_posix())
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


def find_hidden_names(tree: ast.Module) -> Iterator[str]:
    """Yield the local names that hide a function, a class or an import of their file, with their lines."""
    taken = {*defined(tree), *imported(tree)}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.Lambda):
            names = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
            names |= {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and is_bound(node)}
            names -= {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
            yield from (f"line {function.lineno}: {name}" for name in sorted(names & taken))


def test_no_local_name_hides_a_name_of_its_file() -> None:
    found = {path.relative_to(PACKAGE).as_posix(): list(find_hidden_names(parsed(path))) for path in MODULES}
    assert {name: hidden for name, hidden in found.items() if hidden} == {}


def test_a_hidden_name_is_found() -> None:
    tree = ast.parse("import os\n\ndef open():\n    pass\n\ndef read(os):\n    open = 1\n")
    assert list(find_hidden_names(tree)) == ["line 6: open", "line 6: os"]


def test_no_file_is_too_long() -> None:
    lengths = {path.relative_to(PACKAGE).as_posix(): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > 450} == {}


def test_no_function_is_too_long_or_complex() -> None:
    functions = {
        f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno} {node.name}": node
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef)
    }
    lengths = {place: (node.end_lineno or 0) - node.lineno + 1 for place, node in functions.items()}
    assert {place: lines for place, lines in lengths.items() if lines > 57} == {}
    paths = {place: count_paths(node) for place, node in functions.items()}
    assert {place: count for place, count in paths.items() if count > 20} == {}


COMPLEXITIES = [
    ("pass", 1),
    ("return 1 if x else 2", 2),
    ("if x:\n  pass\nelif y:\n  pass\nelse:\n  pass", 3),
    ("for a in b:\n  while c:\n    pass", 3),
    ("return a and b and c or d", 4),
    ("return [a for a in b if c if d]", 4),
    ("try:\n  pass\nexcept A:\n  pass\nexcept B:\n  pass", 3),
    ("match x:\n  case 1:\n    pass\n  case 2:\n    pass", 3),
    ("def inner():\n  return 1 if x else 2", 1),
]


@pytest.mark.parametrize(("body", "paths"), COMPLEXITIES)
def test_complexity_counts_the_paths_through_a_function(body: str, paths: int) -> None:
    (function,) = ast.parse("def outer():\n" + "\n".join(f"  {line}" for line in body.splitlines())).body
    assert isinstance(function, ast.FunctionDef)
    assert count_paths(function) == paths
