"""Read the unit of the amounts that stands above or below a list, such as "in USD thousands"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

from xl_salesflow.core.written_money import HeaderUnit, parse_unit_text, read_header_unit
from xl_salesflow.core.written_values import read_currency_words, read_number_words
from xl_salesflow.imports.import_vocabulary import fold_name

_PIECE_ENDS = re.compile(r"[\n;|•]|,(?!\d)")
_LABELLED_UNIT = re.compile(r"(?P<label>[^:=]+?)\s*[:=]\s*(?P<unit>.+)")
_OUTER_MARKS = " #*()[]{}.-\u2013\u2014"
_UNIT_LABEL_ENDS = ":\uff1a "
_SHORTEST_UNIT = 2  # characters; a letter alone may mean anything
_NAME_BEFORE_UNIT = "x"  # stands for the header that a unit follows


def read_letterhead_unit(lines: Sequence[Sequence[str]]) -> HeaderUnit:
    """Return the unit that the cells of *lines*, around a list, tell of its amounts; its name is the text that tells it.

    Of several the last one is used, because it is nearest to the headers. The name is blank if there is none.
    """
    found = HeaderUnit("")
    for text in _join_labels_to_values(lines):
        for piece in _PIECE_ENDS.split(unicodedata.normalize("NFKC", text)):
            if unit := _unit_of_piece(piece.strip(_OUTER_MARKS)):
                found = unit._replace(name=" ".join(piece.split()))
    return found


def _join_labels_to_values(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the texts of the cells, that of a label together with that of the next cell."""
    for line in lines:
        cells = [cell.strip() for cell in line if cell.strip()]
        at = 0
        while at < len(cells):
            label = cells[at].rstrip(_UNIT_LABEL_ENDS)
            if at + 1 < len(cells) and fold_name(label) in _read_unit_labels():
                at += 1
                yield f"{label}: {cells[at]}"
            else:
                yield cells[at]
            at += 1


def _unit_of_piece(text: str) -> HeaderUnit | None:
    """Return the unit that *text* is, or has behind a label, in brackets or behind a word for "in"."""
    labelled = _LABELLED_UNIT.fullmatch(text)
    if labelled and fold_name(labelled["label"]) in _read_unit_labels():
        return parse_unit_text(labelled["unit"])
    for label in _read_unit_labels():
        if text.casefold().startswith(label) and (unit := parse_unit_text(text[len(label) :])):
            return unit
    unit = parse_unit_text(text)
    if unit is not None:
        return unit if _is_surely_unit(text, unit) else None
    behind = read_header_unit(f"{_NAME_BEFORE_UNIT} {text}")
    # a currency that ends a title may be a word, such as real
    named = text[len(behind.name) - len(_NAME_BEFORE_UNIT) - 1 :]
    return behind if behind != HeaderUnit(behind.name) and _is_surely_unit(named.strip(), behind) else None


def _is_surely_unit(text: str, unit: HeaderUnit) -> bool:
    """Return whether *text* is more than a letter, and has a factor, or a sign or a common code in capitals.

    Rare codes are words too: "Team TOP".
    """
    last = text.split()[-1]
    is_code = text == text.upper() and (not last.isalpha() or last in read_currency_words()["any_case"])
    return len(text) >= _SHORTEST_UNIT and not unit.per_cent and (unit.times != 1 or is_code)


@cache
def _read_unit_labels() -> tuple[str, ...]:
    """Return the labels, the longest first."""
    return tuple(sorted(map(fold_name, read_number_words()["letterhead_words"]["labels"]), key=len, reverse=True))
