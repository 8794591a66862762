"""Find pairs of columns of which neither is more the amount than the other: min and max, commit and best case, fee and MRR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from xl_salesflow.core.written_money import read_header_unit
from xl_salesflow.imports.import_vocabulary import fold_name, read_amount_words, read_vocabulary

_BESIDE = "beside"
_FIRST_UNSPACED_SIGN = 0x2E80


def find_amount_pair(headers: Iterable[str], amounts: str = "") -> tuple[str, str] | None:
    """Return two of *headers* that are a pair of amounts, *amounts* among them if it has a partner; None if there is no pair.

    If *amounts* is the header of a column of amounts and no part of a pair, it counts and the pair does not.
    """
    kinds: dict[str, list[str]] = {}
    for header in headers:
        if kind := kind_of_amount_pair(header):
            kinds.setdefault(kind, []).append(header)
    if amounts:
        others = [header for header in kinds.get(kind_of_amount_pair(amounts), ()) if header != amounts]
        return (amounts, others[0]) if others else None
    return next(((found[0], found[1]) for found in kinds.values() if len(found) > 1), None)


@cache
def kind_of_amount_pair(header: str) -> str:
    """Return the kind of pair that *header* is half of (a key of amount_pairs in the vocabulary), "" if it is none."""
    named = (fold_name(read_header_unit(header).name), fold_name(header.replace("(", " ").replace(")", " ")))
    return next((kind for name in named for kind, words in _read_pair_words().items() if _is_half(name, words)), "")


def _is_half(name: str, words: frozenset[str]) -> bool:
    """Return whether *name* is a word of a pair, alone or with a word for an amount."""
    for word in sorted(words, key=len, reverse=True):
        if ord(word[0]) >= _FIRST_UNSPACED_SIGN:
            rest = name.replace(word, "", 1).strip()
            if word in name and (not rest or any(noun in rest for noun in _words_beside())):
                return True
        elif f" {word} " in f" {name} ":
            return set(f" {name} ".replace(f" {word} ", " ", 1).split()) <= _words_beside()
    return False


@cache
def _read_pair_words() -> Mapping[str, frozenset[str]]:
    read = read_vocabulary()["amount_pairs"]
    return {kind: frozenset(map(fold_name, words)) for kind, words in read.items() if kind != _BESIDE}


@cache
def _words_beside() -> frozenset[str]:
    return read_amount_words()["nouns"] | frozenset(map(fold_name, read_vocabulary()["amount_pairs"][_BESIDE]))
