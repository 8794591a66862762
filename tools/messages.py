"""Keep the catalogues complete: every message of the package, in the order of its sources, with its translation.

python -m tools.messages            add new messages to every catalogue and remove those that are gone
python -m tools.messages --check    list missing, fuzzy and unused messages and wrong placeholders; exit code 1 if there are any
python -m tools.messages --rename "Old words" "New words" [--context C]
                                    keep the translations of a message whose English has just changed in the code
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from xl_salesflow.locale.catalogues import read_catalogue_head

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "xl_salesflow"
CATALOGUE_FOLDER = PACKAGE / "locale"

MESSAGE_ARGUMENTS: Mapping[str, tuple[int, ...]] = {
    "Text": (0,),
    "SalesflowError": (0,),
    "UsageError": (0,),
    "UnsupportedValue": (0,),
    "_audit_question": (1, 2),
    "_declare_button": (1, 2),
    "declare_named_cell": (1, 3),
    "_declare_setting": (1, 4),
    "_declare_verb": (1, 2),
    "_hostile_file_error": (1,),
    "_refuse": (1,),
    "declare_column": (1, 3),
    "language_name_text": (0,),
    "repairable_workbook_error": (1,),
    "terminal_text": (0,),
    "translated_option": (1,),
}
"""Function → the positions of the arguments that are messages. A text with a context is passed as a call of Text."""

KEYWORD_MESSAGES = ("_declare_choices",)
"""Functions whose keyword arguments are all messages."""

ERROR_BASES = frozenset({"SalesflowError", "UsageError", "WorkbookError"})
"""Errors whose subclasses pass their message to the constructor of the base class."""

_LANGUAGE_NAME_CONTEXT = "language"

MessageKey = tuple[str, str]
"""The English of a message and its context, "" for none."""


@dataclass(frozen=True, slots=True)
class CatalogueFinding:
    """A problem of a catalogue: its kind (missing, fuzzy, unused or placeholders) and the message."""

    kind: str
    key: MessageKey

    def __str__(self) -> str:
        message, context = self.key
        return f"{self.kind}: {message!r}" + (f" (context {context!r})" if context else "")


def extract_messages(package: Path = PACKAGE) -> dict[MessageKey, list[str]]:
    """Return every message of *package* with the files that contain it, in the order of files and lines."""
    found: dict[MessageKey, list[str]] = {}
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package.parent).as_posix()
        for key in _messages_of_source(path.read_text(encoding="utf-8")):
            places = found.setdefault(key, [])
            if place not in places:
                places.append(place)
    return found


def catalogue_paths(folder: Path = CATALOGUE_FOLDER) -> tuple[Path, ...]:
    """Return the files of the catalogues."""
    return tuple(sorted(folder.glob("*.po")))


def language_name_messages(paths: Iterable[Path]) -> dict[MessageKey, list[str]]:
    """Return the names of the languages of the catalogues at *paths*, which are in their headers, as messages."""
    names = (read_catalogue_head(path).get("X-English-Name") for path in paths)
    return {
        (name, _LANGUAGE_NAME_CONTEXT): [
            path.relative_to(ROOT).as_posix() for path in paths if path.is_relative_to(ROOT)
        ][:1]
        for name in names
        if name
    }


def read_translations(path: Path) -> dict[MessageKey, str]:
    """Return the messages of a catalogue that have a translation; fuzzy translations do not count."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    return {
        (str(message.id), message.context or ""): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


def find_catalogue_findings(path: Path, messages: Mapping[MessageKey, object]) -> Iterator[CatalogueFinding]:
    """Yield the problems of the catalogue at *path*, which should translate *messages*."""
    with path.open("rb") as file:
        held = {(str(m.id), m.context or ""): m for m in read_po(file) if m.id}
    for key in messages:
        if key not in held:
            yield CatalogueFinding("missing", key)
    for key, message in held.items():
        if key not in messages:
            yield CatalogueFinding("unused", key)
        elif message.fuzzy:
            yield CatalogueFinding("fuzzy", key)
        elif not message.string:
            yield CatalogueFinding("missing", key)
        elif list_placeholders(str(message.string)) != list_placeholders(key[0]):
            yield CatalogueFinding("placeholders", key)


def list_placeholders(template: str) -> frozenset[str]:
    """Return the names of the placeholders in a message, but for English words that depend on a number."""
    fields = Formatter().parse(template)
    return frozenset(
        name.split("!")[0].split(":")[0] for _, name, words, _ in fields if name and "|" not in (words or "")
    )


def write_catalogue(path: Path, messages: Mapping[MessageKey, Sequence[str]], known: Mapping[MessageKey, str]) -> None:
    """Rewrite the catalogue at *path*: keep its header, then write *messages* with the *known* translations."""
    catalogue = Catalog()
    for (message, context), places in messages.items():
        added = catalogue.add(
            message,
            known.get((message, context), ""),
            locations=[(place, 0) for place in places],
            context=context or None,
        )
        added.flags.clear()  # a message with a percent sign is not a C format string
    body = BytesIO()
    write_po(body, catalogue, omit_header=True, width=0, include_lineno=False)
    path.write_bytes(_head_of(path).encode("utf-8") + b"\n" + body.getvalue().strip(b"\n") + b"\n")


def rename_message(path: Path, old: MessageKey, new: MessageKey) -> bool:
    """Move the translation of *old* to *new* in the catalogue at *path*; tell whether there was one."""
    known = read_translations(path)
    if old not in known:
        return False
    known[new] = known.pop(old)
    write_catalogue(path, {key: [] for key in known}, known)
    return True


def _messages_of_source(source: str) -> Iterator[MessageKey]:
    tree = ast.parse(source)
    calls: list[tuple[int, int, list[ast.expr], str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _is_error_class(node):
            calls += [_call(call, (0,)) for call in ast.walk(node) if _calls_constructor_above(call)]
        if isinstance(node, ast.Call):
            name = _called_name(node)
            if name in KEYWORD_MESSAGES:
                calls.append((node.lineno, node.col_offset, [keyword.value for keyword in node.keywords], ""))
            elif name in MESSAGE_ARGUMENTS:
                calls.append(_call(node, MESSAGE_ARGUMENTS[name]))
    for _, _, arguments, context in sorted(calls, key=lambda call: call[:2]):
        for argument in arguments:
            yield from ((message, context) for message in _literals(argument) if message)


def _call(node: ast.AST, places: tuple[int, ...]) -> tuple[int, int, list[ast.expr], str]:
    assert isinstance(node, ast.Call)
    arguments = [node.args[place] for place in places if place < len(node.args)]
    context = next((keyword.value for keyword in node.keywords if keyword.arg == "context"), None)
    given = str(context.value) if isinstance(context, ast.Constant) else ""
    return (node.lineno, node.col_offset, arguments, given if _called_name(node) == "Text" else _implied_context(node))


def _implied_context(node: ast.Call) -> str:
    return _LANGUAGE_NAME_CONTEXT if _called_name(node) == "language_name_text" else ""


def _called_name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_error_class(node: ast.ClassDef) -> bool:
    return node.name in ERROR_BASES or any(isinstance(base, ast.Name) and base.id in ERROR_BASES for base in node.bases)


def _calls_constructor_above(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__" and bool(node.args)


def _literals(node: ast.expr) -> Iterator[str]:
    # an argument may choose between two messages
    if isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _head_of(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\n\n", 1)[0].rstrip("\n") + "\n"


def _all_messages() -> dict[MessageKey, list[str]]:
    return {**extract_messages(), **language_name_messages(catalogue_paths())}


def _update() -> int:
    for path in catalogue_paths():
        write_catalogue(path, _all_messages(), read_translations(path))
    return _check()


def _check() -> int:
    found = [
        (path, finding) for path in catalogue_paths() for finding in find_catalogue_findings(path, _all_messages())
    ]
    for path, finding in found:
        print(f"{path.name}: {finding}")
    return 1 if found else 0


def main(arguments: Sequence[str]) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.messages", description="Keep the catalogues complete.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--rename", nargs=2, metavar=("OLD", "NEW"), help="the English of a message has changed")
    parser.add_argument("--context", default="", help="the context of the renamed message")
    options = parser.parse_args(arguments)
    if options.rename:
        old, new = ((english, options.context) for english in options.rename)
        renamed = [rename_message(path, old, new) for path in catalogue_paths()]
        return _update() if all(renamed) else 1
    return _check() if options.check else _update()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
