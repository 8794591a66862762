"""Find customers, people and deals that may be in the workbook twice, with the reason for each pair.

Rows are not compared pairwise. Equal cells are found with a hash table. Similar names are compared only if they share
their beginning or end, and in a group of more than a few hundred names each is compared only with its alphabetical
neighbours. So a hundred thousand rows take seconds, but a name misspelled at both ends is missed.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from unicodedata import normalize
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from xl_salesflow.core.name_suggestions import ratio
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

_BRACKETED_TEXT = re.compile(r"[(\[\uff08\u3010][^()\[\]\uff08\uff09\u3010\u3011]*[)\]\uff09\u3011]")  # full-width too
_NAME_MARKS = re.compile(r"[\W_]+")
_PHONE_DIGITS = re.compile(r"\d+")


@cache
def _read_legal_forms() -> re.Pattern[str]:
    """Return the pattern that matches the legal form in a company name; names that differ only in it are equal."""
    source = files(__package__).joinpath("data", "legal_forms.toml").read_text(encoding="utf-8")
    return re.compile("|".join(tomllib.loads(source)["patterns"]))


def fold_company_name(name: str) -> str:
    """Return a company name without legal form, brackets, case and punctuation; the whole name if nothing else is left."""
    wide = normalize("NFKC", name).casefold()
    bare = _remove_name_marks(_read_legal_forms().sub(" ", _BRACKETED_TEXT.sub(" ", wide)))
    return bare or _remove_name_marks(wide)


def fold_person_name(text: str) -> str:
    """Return *text* without case and punctuation, its words sorted: "Li, Wei" and "Wei Li" become equal."""
    return " ".join(sorted(_NAME_MARKS.sub(" ", normalize("NFKC", text).casefold()).split()))


def fold_phone_number(number: str) -> str:
    """Return the digits of a phone number without country and trunk prefix; "" for fewer than seven digits."""
    digits = "".join(_PHONE_DIGITS.findall(normalize("NFKC", number)))
    digits = digits.removeprefix("00")
    if digits.startswith("86") and len(digits) >= 12:
        digits = digits[2:]
    digits = digits.lstrip("0")
    return digits[-10:] if len(digits) >= 7 else ""


def fold_email_address(address: str) -> str:
    """Return an e-mail address in the form used for comparison; "" if it is not an address."""
    folded = normalize("NFKC", address).strip().casefold()
    return folded if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", folded) else ""


def fold_web_site(address: str) -> str:
    """Return the host of a web address without "www."."""
    folded = normalize("NFKC", address).strip().casefold()
    try:
        host = urlsplit(folded if "//" in folded else f"//{folded}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if "." in host else ""


def _remove_name_marks(text: str) -> str:
    return _NAME_MARKS.sub("", text)


@dataclass(frozen=True, slots=True)
class DuplicateSign:
    """A sign that two rows are duplicates: their *columns*, cleaned by *clean*, are similar.

    *least_likeness* is the similarity needed, in per cent; 100 means equal.
    """

    columns: tuple[str, ...]
    clean: Callable[[str], str]
    reason: Text
    least_likeness: int = 100
    same_columns: tuple[str, ...] = ()  # columns that must be equal too, such as the account of a person


_SAME_NAME = Text("the same name apart from legal form and spelling")
_NEAR_NAME = Text("names {alike} % alike")
_SAME_PHONE, _SAME_EMAIL = Text("the same phone number"), Text("the same e-mail address")
_SAME_SITE, _SAME_TAX_NUMBER = Text("the same web site"), Text("the same tax number")
_SAME_PERSON = Text("the same name at the same customer")
_SAME_DEAL_TITLE = Text("the same title for the same customer")
_NEAR_DEAL_TITLE = Text("titles {alike} % similar for the same customer")

DUPLICATE_SIGNS: Mapping[str, tuple[DuplicateSign, ...]] = MappingProxyType(
    {
        "Accounts": (
            DuplicateSign(("tax_id",), fold_person_name, _SAME_TAX_NUMBER),
            DuplicateSign(("account",), fold_company_name, _SAME_NAME),
            DuplicateSign(("website",), fold_web_site, _SAME_SITE),
            DuplicateSign(("phone",), fold_phone_number, _SAME_PHONE),
            DuplicateSign(("account",), fold_company_name, _NEAR_NAME, least_likeness=90),
        ),
        "Contacts": (
            DuplicateSign(("email",), fold_email_address, _SAME_EMAIL),
            DuplicateSign(("phone",), fold_phone_number, _SAME_PHONE),
            DuplicateSign(("contact",), fold_person_name, _SAME_PERSON, same_columns=("account",)),
        ),
        "Deals": (
            DuplicateSign(("name",), fold_person_name, _SAME_DEAL_TITLE, same_columns=("account",)),
            DuplicateSign(("name",), fold_person_name, _NEAR_DEAL_TITLE, least_likeness=90, same_columns=("account",)),
        ),
    }
)
"""The signs of each table, strongest first; a pair is reported once, by the first sign that matches."""

_SHARED_LETTERS = 4  # letters at either end that two names must share to be compared
_SHARED_CHINESE_LETTERS = 2  # the equivalent number of Chinese characters
_NEIGHBOURS_COMPARED = 20  # neighbours compared on either side within a large group
_LARGE_NAME_GROUP = 300
_SHORTEST_COMPARED_NAME = 5  # shorter names are similar by chance
_SHORTEST_COMPARED_FOREIGN_NAME = 3  # in Chinese, for example, where a character is a word


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two index values of a frame, the later one first, and why the rows may be duplicates."""

    row: int
    other: int
    reason: Text
    likeness: int = 100


def find_duplicate_pairs(table: str, rows: pd.DataFrame) -> list[DuplicatePair]:
    """Return the pairs of *rows* that may be duplicates; each pair once, by its strongest sign."""
    found: dict[tuple[int, int], DuplicatePair] = {}
    for sign in DUPLICATE_SIGNS.get(table, ()):
        for pair in _find_pairs_by_sign(sign, rows):
            found.setdefault((pair.row, pair.other), pair)
    return sorted(found.values(), key=lambda pair: (pair.row, pair.other))


def _find_pairs_by_sign(sign: DuplicateSign, rows: pd.DataFrame) -> Iterator[DuplicatePair]:
    cleaned = _clean_sign_column(sign, rows)
    within = pd.Series("", index=rows.index, dtype=object)
    for column in sign.same_columns:
        within = fold_keys(rows[column])
        cleaned = cleaned[(within != "").reindex(cleaned.index)]
    within = within.reindex(cleaned.index)
    together = cleaned + "\x1f" + within
    if sign.least_likeness == 100:
        for members in cleaned.groupby(together, sort=False).groups.values():
            yield from _pair_with_first(sign, members)
        return
    first = ~together.duplicated()
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for group, name, row in zip(within[first], cleaned[first], cleaned.index[first], strict=True):
        groups[group].append((name, int(row)))
    for names in groups.values():
        yield from _find_near_names(sign, names)


def _clean_sign_column(sign: DuplicateSign, rows: pd.DataFrame) -> pd.Series:
    codes, texts = pd.factorize(rows[sign.columns[0]])
    clean = np.array([sign.clean(text) for text in texts], object)
    cleaned = pd.Series(clean[codes] if len(texts) else [], index=rows.index, dtype=object)
    return cleaned[cleaned != ""]


def _pair_with_first(sign: DuplicateSign, members: Iterable[int]) -> Iterator[DuplicatePair]:
    # pair each with the first, so that ten equal rows give nine pairs
    first, *later = members
    for row in later:
        yield _make_duplicate_pair(sign, row, first, 100)


def _find_near_names(sign: DuplicateSign, names: Iterable[tuple[str, int]]) -> Iterator[DuplicatePair]:
    """Yield the pairs of similar *names*, each with its row."""
    blocks: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name, row in names:
        if len(name) >= (_SHORTEST_COMPARED_NAME if name.isascii() else _SHORTEST_COMPARED_FOREIGN_NAME):
            shared = _SHARED_LETTERS if name.isascii() else _SHARED_CHINESE_LETTERS
            blocks["<" + name[:shared]].append((name, row))
            blocks[">" + name[-shared:]].append((name, row))
    for block in blocks.values():
        block.sort()
        reach = len(block) if len(block) <= _LARGE_NAME_GROUP else _NEIGHBOURS_COMPARED
        for at, (name, row) in enumerate(block):
            for other_name, other in block[at + 1 : at + 1 + reach]:
                alike = ratio(name, other_name, score_cutoff=sign.least_likeness)
                if alike and _digits_of_name(name) == _digits_of_name(other_name):
                    yield _make_duplicate_pair(sign, row, other, round(alike))


def _digits_of_name(name: str) -> str:
    # "Plant 2" and "Plant 3" differ
    return "".join(filter(str.isdigit, name))


def _make_duplicate_pair(sign: DuplicateSign, one: int, other: int, alike: int) -> DuplicatePair:
    return DuplicatePair(max(one, other), min(one, other), sign.reason, alike)


DUPLICATE_MESSAGE = Text("{title} {key} may be the same as {other} ({cell}): {why}; keep one of them.")

DUPLICATE_MESSAGES: Mapping[str, Text] = MappingProxyType({"possible_duplicate": DUPLICATE_MESSAGE})


def find_duplicates(pipeline: Pipeline) -> Iterator[Finding]:
    """Yield a note for each row of customers, people and deals that may be a duplicate."""
    for name in DUPLICATE_SIGNS:
        table, rows, language = TABLES[name], pipeline[name], pipeline.language
        key = table.name_column
        for pair in find_duplicate_pairs(name, rows):
            message = DUPLICATE_MESSAGE.in_(
                language, title=table.title.in_(language), key=rows.at[pair.row, key], other=rows.at[pair.other, key],
                cell=pipeline.cell_address(name, pair.other, key), why=pair.reason.in_(language, alike=pair.likeness),
            )  # fmt: skip
            cell = pipeline.cell_address(name, pair.row, key)
            yield Finding("possible_duplicate", "note", message, name, str(rows.at[pair.row, key]), key, cell)
