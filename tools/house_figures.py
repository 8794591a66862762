"""Measure the source of the package and compare it with other projects in docs/figures.md.

    python -m tools.house_figures                     write the page
    python -m tools.house_figures --measure DIR...    print the figures of other packages, for docs/figures.toml

All projects are measured with this script. ``docs/figures.toml`` holds the figures of the other projects and of this package
before its reorganization; the current figures are measured when the page is written.
"""

from __future__ import annotations

import argparse
import ast
import re
import statistics
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "xl_salesflow"
PAGE, MEASURED = ROOT / "docs" / "figures.md", ROOT / "docs" / "figures.toml"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_BRANCHES = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.Assert, ast.match_case)
_TEST_FOLDERS = frozenset({"tests", "__spec__"})
_BUILTINS = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One module: its path below the package, its lines and its syntax tree."""

    path: Path
    lines: tuple[str, ...]
    tree: ast.Module

    @property
    def functions(self) -> list[FunctionNode]:
        """Every function and method of the module."""
        return [node for node in ast.walk(self.tree) if isinstance(node, FunctionNode)]


def read_sources(package: Path) -> list[SourceFile]:
    """Return the modules below *package*, sorted by path."""
    found = []
    for path in sorted(package.rglob("*.py")):
        if not _TEST_FOLDERS.isdisjoint(path.relative_to(package).parts):
            continue
        text = path.read_text(encoding="utf-8")
        found.append(SourceFile(path.relative_to(package), tuple(text.splitlines()), ast.parse(text)))
    return found


def measure_sources(files: Sequence[SourceFile]) -> dict[str, str]:
    """Return every figure of *files*, formatted for the page, by its id."""
    functions = [(file, function) for file in files for function in file.functions]
    lengths = sorted(_body_lines(function) for _, function in functions)
    complexities = sorted(count_paths(function) for _, function in functions)
    public = [function for file in files for function in _public_functions(file.tree)]
    lines = sum(len(file.lines) for file in files)
    return {
        "files_lines": f"{len(files)} / {lines:,}",
        "file_lines": _spread(len(file.lines) for file in files),
        "function_lines": _spread(lengths),
        "complexity": f"{statistics.mean(complexities):.1f} / {_at_95(complexities)} / {complexities[-1]}",
        "complex_share": f"{_share(sum(paths >= 11 for paths in complexities), len(complexities)):.1f} %",
        "documented": f"{_share(sum(bool(ast.get_docstring(one)) for one in public), len(public)):.0f} %",
        "annotated": f"{_share(*_count_annotated(function for _, function in functions)):.0f} %",
        "type_ignores": f"{1000 * _count_lines(files, 'type: ignore') / lines:.1f}",
        "any": f"{1000 * _count_words(files, 'Any') / lines:.1f}",
        "import_share": f"{100 * sum(map(_count_import_lines, files)) / lines:.1f} %",
        "shared_names": f"{100 * shared_name_share(files):.0f} %",
        "hidden_names": str(sum(len(list(_hidden_names(file))) for file in files)),
        "hidden_builtins": str(sum(len(list(_hidden_builtins(file))) for file in files)),
        "top_parts": str(len({file.path.parts[0] for file in files} - {"__init__.py", "__main__.py"})),
    }


def count_paths(function: FunctionNode) -> int:
    """Return the cyclomatic complexity of *function* without its inner functions."""
    inner = {id(node) for child in ast.walk(function) if _is_inner(child, function) for node in ast.walk(child)}
    nodes = [node for node in ast.walk(function) if id(node) not in inner]
    paths = 1 + sum(isinstance(node, _BRANCHES) for node in nodes)
    paths += sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return paths + sum(1 + len(node.ifs) for node in nodes if isinstance(node, ast.comprehension))


def shared_name_share(files: Sequence[SourceFile]) -> float:
    """Return the share of module-level definitions whose name is also defined in another module."""
    homes = Counter(name for file in files for name in {*_top_names(file.tree)})
    return sum(count for count in homes.values() if count > 1) / homes.total()


def _public_functions(tree: ast.Module) -> Iterator[FunctionNode]:
    public = [node for node in tree.body if not getattr(node, "name", "_").startswith("_")]
    inside = [node for owner in public if isinstance(owner, ast.ClassDef) for node in owner.body]
    yield from (one for one in [*public, *inside] if isinstance(one, FunctionNode) and not one.name.startswith("_"))


def _is_inner(node: ast.AST, function: FunctionNode) -> bool:
    return isinstance(node, FunctionNode) and node is not function


def _body_lines(function: FunctionNode) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _top_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, FunctionNode | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))


def _imported_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def _bound_names(function: FunctionNode) -> set[str]:
    arguments = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    stored = (node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return arguments | {node.id for node in stored}


def _hidden_names(file: SourceFile) -> Iterator[str]:
    defined = {node.name for node in file.tree.body if isinstance(node, FunctionNode | ast.ClassDef)}
    defined |= {*_imported_names(file.tree)}
    for function in file.functions:
        yield from _bound_names(function) & defined


def _hidden_builtins(file: SourceFile) -> Iterator[str]:
    for function in file.functions:
        yield from (name for name in _bound_names(function) & _BUILTINS if not name.startswith("_"))


def _count_annotated(functions: Iterable[FunctionNode]) -> tuple[int, int]:
    annotated = all_ = 0
    for function in functions:
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        asked = [one for one in arguments if one.arg not in ("self", "cls")]
        annotated += sum(one.annotation is not None for one in asked) + (function.returns is not None)
        all_ += len(asked) + 1
    return annotated, all_


def _count_import_lines(file: SourceFile) -> int:
    imports = (node for node in ast.walk(file.tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in imports)


def _count_lines(files: Sequence[SourceFile], words: str) -> int:
    return sum(words in line for file in files for line in file.lines)


def _count_words(files: Sequence[SourceFile], word: str) -> int:
    return sum(len(re.findall(rf"\b{word}\b", line)) for file in files for line in file.lines)


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _at_95(numbers: Sequence[int]) -> int:
    return numbers[round(0.95 * (len(numbers) - 1))]


def _spread(counts: Iterable[int]) -> str:
    numbers = sorted(counts)
    return f"{statistics.median(numbers):.0f} / {_at_95(numbers)} / {numbers[-1]}"


def make_figures_page(figures: Mapping[str, str]) -> str:
    """Return the page with the current *figures* in its first column."""
    page = tomllib.loads(MEASURED.read_text(encoding="utf-8"))
    others = page["packages"]
    rows = [["", "today", *(other["name"] for other in others)], ["---", *["---:"] * (1 + len(others))]]
    for id_, name in page["names"].items():
        rows.append([name, f"**{figures[id_]}**", *(other[id_] for other in others)])
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return f"# {page['title']}\n\n{page['before'].strip()}\n\n{table}\n\n{page['after'].strip()}\n"


def main(arguments: Sequence[str]) -> int:
    """Write the page, or print the figures of other packages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--measure", nargs="+", type=Path, metavar="DIR", help="print the figures of these packages")
    for package in parser.parse_args(arguments).measure or ():
        print(f'\n[[packages]]\nname = "{package.name}"')
        for id_, figure in measure_sources(read_sources(package)).items():
            print(f'{id_} = "{figure}"')
    if not arguments:
        PAGE.write_text(
            make_figures_page(measure_sources(read_sources(ROOT / PACKAGE))), encoding="utf-8", newline="\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
