"""Headers of lists of deals that are made of parts: the deal, what of it the column holds, and a word for the tax.

"Nom de la transaction", "Deal - Titel" and the Japanese word for deal directly before "stage" are names, titles and
stages; "Nom du compte" is the account, and "Betrag netto" the amount.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache

from xl_salesflow.imports.import_vocabulary import read_header_parts

_NAMED_TARGETS = frozenset({"account", "owner", "contact", "product"})
_NAME_TARGET = "name"


def shorter_header_place(header: str, target: str, names: Collection[str]) -> int:
    """Return how far down the list of its shorter forms *header* is one of the *names* of *target*; 0 if none is.

    *header* is as returned by fold_name. Among several headers, the one with the lowest place suits the target best.
    """
    parts = read_header_parts()
    for place, (shorter, is_named) in enumerate(_shorten_header(header), 1):
        if shorter in names and not (is_named and target not in _NAMED_TARGETS):
            return place
        if target == _NAME_TARGET and shorter in parts["names"] and not is_named:
            return place
    return 0


def is_part_of_name(header: str, names: Collection[str], parts: Collection[str]) -> bool:
    """Return whether *header* is one of the *parts* of a name, such as "first name", beside one of the *names* of a person."""
    for part in parts:
        if header.startswith(f"{part} "):
            rest = " ".join(_without_connectors(header.removeprefix(part).split()))
        elif header.endswith(f" {part}"):
            rest = header.removesuffix(part).strip()
        else:
            continue
        if rest in names:
            return True
    return False


@cache
def _shorten_header(header: str) -> Sequence[tuple[str, bool]]:
    """Return the shorter forms of *header*, and whether each has lost a word for "name"."""
    return tuple(dict.fromkeys(_yield_shorter_headers(header)))


def _yield_shorter_headers(header: str) -> Iterator[tuple[str, bool]]:
    parts, words = read_header_parts(), list(dict.fromkeys(header.split()))
    yield " ".join(words), False
    for rest in _without_deal(words):
        yield " ".join(rest), False
        yield from ((shorter, False) for shorter in _without_tax(" ".join(rest)))
    if len(words) > 2 and words[0] in parts["names"] and words[1] in parts["connectors"]:
        yield " ".join(_without_connectors(words[1:])), True
    yield from ((shorter, False) for shorter in _without_tax(" ".join(words)))
    for word in parts["deals"] if len(words) == 1 else ():
        yield from ((shorter, False) for shorter in _without_joined_deal(word, header))


def _without_deal(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield *words* without the deal they begin with, or end with: in English only behind "of", as a project lead is none."""
    parts = read_header_parts()
    if len(words) < 2:
        return
    if words[0] in parts["deals"]:
        yield words[1:]
    if words[-1] in parts["deals_behind"]:
        yield words[:-1]
    is_told = words[-2] in parts["connectors"] or words[-1] not in parts["deals_in_front"]
    if words[-1] in parts["deals"] and is_told:
        yield _without_connectors_behind(words[:-1])


def _without_connectors(words: Sequence[str]) -> Sequence[str]:
    connectors = read_header_parts()["connectors"]
    first = next((at for at, word in enumerate(words) if word not in connectors), len(words))
    return words[first:]


def _without_connectors_behind(words: Sequence[str]) -> Sequence[str]:
    return _without_connectors(words[::-1])[::-1]


def _without_tax(name: str) -> Iterator[str]:
    """Yield *name* without the word that says whether tax is included; without tax first."""
    parts = read_header_parts()
    for kind in ("net", "gross"):
        for word in parts[kind]:
            joint = "" if not word.isascii() and not word[0].isalpha() else " "
            if name.endswith(joint + word) and len(name) > len(word):
                yield name.removesuffix(word).strip()
            elif name.startswith(word + joint) and len(name) > len(word) + len(joint):
                yield name.removeprefix(word).strip()


def _without_joined_deal(word: str, header: str) -> Iterator[str]:
    """Yield *header*, a single word, without the *word* for a deal that it begins with, and without a word for "of"."""
    if header.startswith(word) and len(header) > len(word):
        rest = header.removeprefix(word)
        yield rest
        yield from (
            rest.removeprefix(of)
            for of in read_header_parts()["connectors"]
            if not of.isascii() and rest.startswith(of)
        )
