"""List the public names of every package in its docstring: the names of its modules that modules outside it import.

    python -m tools.public_names            bring the lists up to date
    python -m tools.public_names --check    print the packages whose list is not; exit code 1 if there are any

Outside means another package of xl_salesflow, the parent of a subpackage included, or tools/. A name that only tests and
benchmarks import is not public.
"""

from __future__ import annotations

import argparse
import ast
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "xl_salesflow"
HEADING = "Public names, by file:"
LINE_WIDTH = 120

NamesByModule = Mapping[str, set[str]]


def list_public_names(root: Path = ROOT) -> dict[str, dict[str, set[str]]]:
    """Return, for every package below *root*, the names that modules outside it import, by module."""
    modules = {_module_name(path, root): path for path in sorted((root / "xl_salesflow").rglob("*.py"))}
    packages = {name for name, path in modules.items() if path.name == "__init__.py"} - {"xl_salesflow"}
    public: dict[str, dict[str, set[str]]] = {package: defaultdict(set) for package in sorted(packages)}
    for path in [*modules.values(), *sorted((root / "tools").rglob("*.py"))]:
        importer = _module_name(path, root)
        for module, name in imported_names(ast.parse(path.read_text(encoding="utf-8")), modules):
            package = module if module in packages else module.rpartition(".")[0]
            if package in packages and not f"{importer}.".startswith(f"{package}."):
                public[package][module.removeprefix(package).lstrip(".")].add(name)
    return public


def imported_names(tree: ast.Module, modules: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Yield the module and the name of everything that *tree* imports from *modules*, late imports included.

    Of a module that is imported as a whole, the names are those that follow a dot.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.module not in {*modules, "xl_salesflow"}:
            continue
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            if whole not in modules:
                yield node.module or "", alias.name
            else:
                yield from ((whole, name) for name in _attributes_of(tree, alias.asname or alias.name))


def _attributes_of(tree: ast.Module, module: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module:
            yield node.attr


def _module_name(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def replace_public_names(docstring: str, names: NamesByModule) -> str:
    """Return *docstring*, of a package, with *names* as the list of its public names at the end."""
    before = docstring.partition(HEADING)[0].rstrip()
    lines = [_describe_module(module, listed) for module, listed in sorted(names.items())]
    return "\n".join([before, *(["", HEADING, "", *lines] if lines else []), ""])


def _describe_module(module: str, names: set[str]) -> str:
    text = f"{module or '__init__'}: {', '.join(sorted(names, key=lambda name: (name.casefold(), name)))}"
    return textwrap.fill(text, LINE_WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 8)


def main(arguments: list[str] | None = None) -> int:
    """Write or check the lists; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.public_names", description="List the public names.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a list is not up to date")
    only_check = parser.parse_args(arguments).check
    stale = 0
    for package, names in sorted(list_public_names().items()):
        path = ROOT.joinpath(*package.split("."), "__init__.py")
        text = path.read_text(encoding="utf-8")
        docstring = ast.get_docstring(ast.parse(text), clean=False) or ""
        wanted = text.replace(docstring, replace_public_names(docstring, names), 1)
        if wanted == text:
            continue
        stale += 1
        if only_check:
            print(f"{path.relative_to(ROOT)} is stale; run: python -m tools.public_names")
        else:
            path.write_text(wanted, encoding="utf-8")
    return int(only_check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
