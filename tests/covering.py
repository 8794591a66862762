"""Which test files cover a changed file, found by reading imports; nothing is run and nothing is recorded.

A test file covers what it imports. Of the test files to which the fewest imports lead, those in the package's own
folder of tests are named, or all if none is there; and those in that folder to which one more import leads. Standard
library only, since dev.py uses this module before anything is installed.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.parts import ROOT

SOURCES = ("xl_salesflow", "tools", "tests", "dev.py", "hatch_build.py")


class ImportMap:
    """The Python files of the project, and the files that import each of them."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        found = [file for source in SOURCES for file in ([root / source], (root / source).rglob("*.py"))]
        files = sorted(file for some in found for file in some if file.suffix == ".py" and file.is_file())
        self.texts = {file: file.read_text(encoding="utf-8") for file in files}
        self.modules = {_name_module(file.relative_to(root)): file for file in files}
        self.importers = defaultdict[Path, set[Path]](set)
        for file in files:
            for imported in self._list_imports(file):
                self.importers[imported].add(file)

    def name_tests(self, changed: Iterable[Path]) -> list[str]:
        """Return the test files that cover the *changed* files, each relative to the root."""
        named = {test for file in changed for test in self._find_tests((self.root / file).resolve())}
        return sorted(test.relative_to(self.root).as_posix() for test in named)

    def _find_tests(self, file: Path) -> set[Path]:
        if not file.is_relative_to(self.root):
            return set()
        own = self.root / "tests" / Path(*file.relative_to(self.root).parts[1:2])
        seen, near, closest = set[Path](), self._list_starts(file), set[Path]()
        while near:
            tests = {one for one in near if one.name.startswith("test_")}
            if closest or file in tests:
                return closest | {test for test in tests if test.is_relative_to(own)}
            closest = {test for test in tests if test.is_relative_to(own)} or tests
            seen |= near
            near = {importer for one in near for importer in self.importers[one]} - seen
        return closest

    def _list_starts(self, file: Path) -> set[Path]:
        # the file itself; for one that nobody imports, the files that mention it by name or, failing that, its neighbours
        if file == self.root:
            return set()
        if file.name.startswith("test_") or self.importers[file]:
            return {file}
        mentions = {one for one, text in self.texts.items() if file.name in text} - {file}
        if file.name != "__init__.py" and mentions:
            return mentions
        beside = {one for one in self.texts if one.parent == file.parent} - {file}
        return beside or self._list_starts(file.parent)

    def _list_imports(self, file: Path) -> Iterator[Path]:
        tests = self.root / "tests"
        if file.name.startswith("test_"):
            yield from (folder / "conftest.py" for folder in file.parents if folder.is_relative_to(tests))
        for node in ast.walk(ast.parse(self.texts[file])):
            match node:
                case ast.Import(names=names):
                    dotted = [alias.name for alias in names]
                case ast.ImportFrom(module=str(home), names=names):
                    inner = [f"{home}.{alias.name}" for alias in names]
                    dotted = [one if one in self.modules else home for one in inner]
                case _:
                    continue
            yield from (self.modules[one] for one in dotted if one in self.modules)


def _name_module(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
