"""No order of a set reaches an answer: what goes through a set in order to build something ordered sorts it first.

The order of a set of texts changes with the hash seed of the process. Sets that never become ordered (members asked for,
counted, summed, made into other sets or into a table to look up) are free.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.parts import ROOT

_SET_NAMES = {"set", "frozenset", "AbstractSet", "Set"}
_SET_METHODS = {"union", "intersection", "difference", "symmetric_difference"}
_WITHOUT_ORDER = {"sorted", "set", "frozenset", "any", "all", "len", "sum", "min", "max", "update", "isin"}
_WITH_ORDER = {
    "list",
    "tuple",
    "iter",
    "enumerate",
    "zip",
    "map",
    "join",
    "Series",
    "Index",
    "array",
    "extend",
    "TextList",
}


def _is_declared_set(annotation: ast.expr | None) -> bool:
    declared = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return isinstance(declared, ast.Name) and declared.id in _SET_NAMES


def _called_name(call: ast.AST) -> str:
    function = call.func if isinstance(call, ast.Call) else None
    function = function.value if isinstance(function, ast.Subscript) else function
    return getattr(function, "id", "") or getattr(function, "attr", "")


class SetReader(ast.NodeVisitor):
    """Collects the lines of one module where something ordered is built from a set; *makers* are functions that return sets."""

    def __init__(self, makers: frozenset[str]) -> None:
        self.makers, self.known, self.parents, self.found = makers, set[str](), list[ast.AST](), list[str]()

    def visit(self, node: ast.AST) -> None:
        self.parents.append(node)
        super().visit(node)
        self.parents.pop()

    def is_set(self, node: ast.expr) -> bool:
        match node:
            case ast.Set() | ast.SetComp():
                return True
            case ast.Name():
                return node.id in self.known
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _SET_METHODS:
                return self.is_set(value)
            case ast.Call():
                return _called_name(node) in _SET_NAMES | self.makers
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr() | ast.Sub() | ast.BitXor()):
                return any(self.is_set(side) or _called_name(side) == "keys" for side in (node.left, node.right))
        return False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outside = set(self.known)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            (self.known.add if _is_declared_set(argument.annotation) else self.known.discard)(argument.arg)
        for inner in ast.walk(node):
            match inner:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.NamedExpr(target=ast.Name(id=name), value=value)
                ):
                    self.known |= {name} if self.is_set(value) else set()
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    self.known |= {name} if _is_declared_set(annotation) else set()
        self.generic_visit(node)
        self.known = outside

    def note(self, node: ast.AST, gone_through: list[ast.expr]) -> None:
        if any(map(self.is_set, gone_through)) and _called_name(self.parents[-2]) not in _WITHOUT_ORDER:
            self.found.append(ast.unparse(node).partition("\n")[0])
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.note(node, [node.iter])

    def visit_ListComp(self, node: ast.ListComp | ast.GeneratorExp) -> None:
        self.note(node, [generator.iter for generator in node.generators])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self.visit_ListComp(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.note(node, node.args if _called_name(node) in _WITH_ORDER else [])

    def visit_Starred(self, node: ast.Starred) -> None:
        self.note(node, [] if isinstance(self.parents[-2], ast.Set) else [node.value])


@cache
def read_package() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "xl_salesflow").rglob("*.py"))}


def find_ordered_sets(module: ast.Module, makers: frozenset[str] = frozenset()) -> list[str]:
    reader = SetReader(makers)
    reader.visit(module)
    return reader.found


def test_nothing_ordered_is_built_from_a_set() -> None:
    functions = (node for module in read_package().values() for node in ast.walk(module))
    makers = frozenset(
        node.name for node in functions if isinstance(node, ast.FunctionDef) and _is_declared_set(node.returns)
    )
    assert len(makers) > 20
    found = {path.relative_to(ROOT): find_ordered_sets(module, makers) for path, module in read_package().items()}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("def f(names):\n    return list(set(names))", True),
        ("def f(names):\n    return next(iter({n for n in names}))", True),
        ("def f(names: set[str]):\n    return ', '.join(n for n in names)", True),
        ("def f(names):\n    left = set(names)\n    for name in left: print(name)", True),
        ("def f(a, b):\n    return [name for name in a.keys() - b]", True),
        ("def f(names):\n    return (*frozenset(names), '')", True),
        ("def f(names):\n    return sorted(set(names))", False),
        ("def f(names):\n    return any(n for n in set(names))", False),
        ("def f(names):\n    return {n: len(n) for n in set(names)}", False),
        ("def f(names):\n    return list(dict.fromkeys(names))", False),
    ],
)  # fmt: skip
def test_what_is_found(code: str, is_found: bool) -> None:
    assert bool(find_ordered_sets(ast.parse(code))) == is_found
