"""Whether two formulas are one, though Excel hands them over in other words than files hold.

    in a file                                       in Excel, within the table
    Deals[[#This Row],[Amount]]*_xlfn.XLOOKUP(…)    [@Amount]*XLOOKUP(…)

Spaces, case and how a number is written out do not count, as in a closed workbook.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TEXT_OR_BRACKET = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'(?=!)|([^\W\d][\w.\\]*)?\[")
_PREFIX = re.compile(r"_xlfn\.|_xlws\.|_xludf\.", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.\]])(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.!(])", re.IGNORECASE)
_TRUTH = re.compile(r"\b(true|false)\(\)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_WHOLE = "#data"  # what is meant when nothing is said


@lru_cache(maxsize=4096)
def plain(formula: str, table: str = "") -> str:
    """Return *formula* in one spelling; *table* is the one that its cell stands in."""
    done, at, rest = [], 0, formula.removeprefix("{").removesuffix("}").removeprefix("=")
    while found := _TEXT_OR_BRACKET.search(rest, at):
        done.append(_words(rest[at : found.start()]))
        if not found[0].endswith("["):
            done.append(_text(found[0]))
            at = found.end()
            continue
        end = _closing(rest, found.end() - 1)
        done.append(_reference(found[1] or table, rest[found.end() : end]))
        at = end + 1
    done.append(_words(rest[at:]))
    return _SPACE.sub("", "".join(done)).casefold()


def alike(one: str, other: str, table: str = "") -> bool:
    """Tell whether two formulas of a cell in *table* say the same."""
    return one == other or plain(one, table) == plain(other, table)


def _words(text: str) -> str:
    bare = _PREFIX.sub("", text).replace("@", "")
    return _NUMBER.sub(lambda number: repr(float(number[0])), _TRUTH.sub(r"\1", bare))


def _text(quoted: str) -> str:
    # a sheet's name needs no quotes where it is one word
    return quoted[1:-1] if quoted.startswith("'") and quoted[1:-1].isidentifier() else quoted


def _closing(text: str, opening: int) -> int:
    """Return where the bracket at *opening* ends; an apostrophe takes the next sign as it is."""
    depth, at = 0, opening
    while at < len(text):
        if text[at] == "'":
            at += 1
        elif text[at] in "[]":
            depth += 1 if text[at] == "[" else -1
            if not depth:
                return at
        at += 1
    return len(text)


def _reference(table: str, inside: str) -> str:
    """Return a reference to columns of *table* as Table[areas|columns], whichever of its forms it has."""
    areas, columns = set[str](), ""
    for part in _parts(inside.strip()):
        name = part.strip()
        if name.startswith("@"):
            areas.add("#thisrow")
            name = name[1:].strip()
        if name.startswith("#"):
            areas.add(_SPACE.sub("", name).casefold())
        elif name:
            columns += f"[{name}]" if name != ":" else ":"
    return f"{table}[{','.join(sorted(areas or {_WHOLE}))}|{columns}]"


def _parts(inside: str) -> list[str]:
    """Return what stands between the brackets of a reference: areas, columns, and the colon between two columns."""
    if "[" not in inside:
        return [inside]
    found, at = ["@"] if inside.startswith("@") else [], 0
    while (opening := inside.find("[", at)) >= 0:
        if found and inside[at:opening].strip() == ":":
            found.append(":")
        end = _closing(inside, opening)
        found.append(inside[opening + 1 : end])
        at = end + 1
    return found
