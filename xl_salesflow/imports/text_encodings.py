"""Recognise the encoding of a text file by its content: byte order marks, NULs, valid UTF-8, and the letters of languages.

A file that is not Unicode is read in every known encoding. The reading that looks most like a language is kept; if
another one looks as good and gives another text, a person has to choose.
"""

from __future__ import annotations

import codecs
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any, NamedTuple

from xl_salesflow.schema.plain_values import LOST_CHARACTER

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # the mark of UTF-32 begins with that of UTF-16
_UTF16_SAMPLE = 1 << 14
_MOST_DAMAGED_SHARE = 0.05  # of the characters after a byte order mark that is to be believed
_FEWEST_NULS_SHARE = 0.1  # of every second byte: the text is written in units of two bytes
_CELL_OF_BYTES = re.compile(rb'[^,;\t\r\n"]+')
_MOST_SAMPLED_BYTES = 4_000
_MULTIBYTE_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MOST_BROKEN_SHARE = 0.2  # broken characters per readable one in a UTF-8 file that was damaged
_LIKELIEST_ENCODINGS = ("cp1252", "gb18030")
_LIKELIEST_BONUS, _OPEN_MARGIN = 0.05, 0.12  # readings whose scores differ less than the margin are both possible
_FEW_LETTERS_DOUBT = 0.15  # added to both for a single letter, a quarter of it for two
_LOWEST_SCORE = 0.25  # a reading below it looks like no language


class ScoredEncoding(NamedTuple):
    """An encoding, and how much the file looks like a language when it is read in it: about 1, or far below."""

    score: float
    name: str
    sample: str


def detect_encodings(raw: bytes) -> tuple[str, ...]:
    """Return the encoding of *raw*; several, the likeliest first, if only a person can decide."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark) and _is_mostly_readable(raw, encoding):
            return (encoding,)
    if encoding := _detect_wide_units(raw):
        return (encoding,)
    if can_decode(raw, "utf-8"):
        return ("iso2022_jp",) if b"\x1b$" in raw and can_decode(raw, "iso2022_jp") else ("utf-8",)
    if _is_damaged_utf8(raw):
        return ("utf-8",)
    found = [scored for scored in _score_encodings(raw) if can_decode(raw, scored.name)]
    if not found:
        return ("cp1252",)
    best = found[0]
    margin = _OPEN_MARGIN + _doubt_about_few_letters(best.sample)
    rivals = [scored.name for scored in found[1:] if best.score - scored.score < margin]
    return (best.name, *rivals[:3]) if best.score >= _LOWEST_SCORE else tuple(scored.name for scored in found[:4])


def _is_mostly_readable(raw: bytes, encoding: str) -> bool:
    """Return whether a byte order mark says the truth about the bytes after it, but for a few damaged ones."""
    sample = raw[: _UTF16_SAMPLE - _UTF16_SAMPLE % 4].decode(encoding, "replace")
    return sample.count(LOST_CHARACTER) <= _MOST_DAMAGED_SHARE * len(sample) + 1


def can_decode(raw: bytes, encoding: str) -> bool:
    """Return whether *raw* is valid in *encoding*."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def decode_file_text(raw: bytes, encoding: str) -> str:
    """Return *raw* as text; a byte that has no meaning in a detected encoding becomes LOST_CHARACTER.

    Raises:
        UnicodeDecodeError, LookupError: the bytes are not valid, or there is no such encoding.
    """
    is_marked = any(encoding == named and raw.startswith(mark) for mark, named in _BYTE_ORDER_MARKS)
    is_known_damage = is_marked or encoding == "cp1252" or (encoding == "utf-8" and _is_damaged_utf8(raw))
    return raw.decode(encoding, "replace" if is_known_damage else "strict")


def show_readings(raw: bytes, encodings: Sequence[str]) -> Mapping[str, str]:
    """Return encoding → the first cell of *raw* that reads differently in one of *encodings*."""
    for cell in _sample_text_cells(raw):
        texts = {encoding: cell.decode(encoding, "replace").strip() for encoding in encodings}
        if len(set(texts.values())) > 1:
            return texts
    return {}


def _detect_wide_units(raw: bytes) -> str:
    """Return UTF-16 without a mark, if every second byte is often NUL or the line breaks have two bytes."""
    sample = raw[:_UTF16_SAMPLE]
    first, second = sample[0::2], sample[1::2]
    for named, low, high in (("utf-16-le", first, second), ("utf-16-be", second, first)):
        is_wide = high.count(0) > _FEWEST_NULS_SHARE * len(high) and low.count(0) * 4 <= high.count(0)
        if is_wide and can_decode(raw, named) and {"\r", "\n"} & set(raw.decode(named)):  # NULs may stand in other text
            return named
    return ""


def _is_damaged_utf8(raw: bytes) -> bool:
    """Return whether nearly all characters beyond ASCII are valid UTF-8, as in a file that was cut or joined."""
    if can_decode(raw, "utf-8"):
        return False
    readable = len(_MULTIBYTE_UTF8.findall(raw))
    broken = raw.decode("utf-8", "replace").count(LOST_CHARACTER) - raw.count(LOST_CHARACTER.encode())
    return broken <= _MOST_BROKEN_SHARE * readable


def _score_encodings(raw: bytes) -> list[ScoredEncoding]:
    """Return the encodings that can read *raw*, the likeliest first; of those that read it alike, the most usual one."""
    cells, scored = _sample_text_cells(raw), list[ScoredEncoding]()
    for place, (name, languages) in enumerate(_read_encoding_data()["encodings"].items()):
        try:
            texts = [cell.decode(name) for cell in cells]
        except UnicodeDecodeError:
            continue
        score = _score_letters(texts, languages) if languages else _score_characters(texts, name)
        sample = "\n".join(texts)
        bonus = _LIKELIEST_BONUS + _doubt_about_few_letters(sample) if name in _LIKELIEST_ENCODINGS else 0.0
        scored.append(ScoredEncoding(score + bonus - place / 1000, name, sample))
    different = {one.sample: one for one in reversed(scored)}
    return sorted(different.values(), reverse=True)


def _doubt_about_few_letters(sample: str) -> float:
    return float(_FEW_LETTERS_DOUBT / max(sum(letter > "\x7f" for letter in sample), 1) ** 2)


def _sample_text_cells(raw: bytes) -> list[bytes]:
    cells, size = dict[bytes, None](), 0
    for match in _CELL_OF_BYTES.finditer(raw):
        cell = match[0][:_MOST_SAMPLED_BYTES]
        if not cell.isascii() and cell not in cells:
            cells[cell] = None
            size += len(cell)
        if size > _MOST_SAMPLED_BYTES:
            break
    return list(cells)


@cache
def _read_encoding_data() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("encodings.toml").read_text(encoding="utf-8"))


@cache
def _weigh_letters(language: str) -> Mapping[str, float]:
    letters: str = _read_encoding_data()["languages"][language]
    return {letter: 1.0 - 0.4 * place / len(letters) for place, letter in enumerate(letters)}


_OTHER_LANGUAGE = 0.6  # a letter of another language of the encoding, as in a list of customers abroad


def _score_letters(texts: Iterable[str], languages: Sequence[str]) -> float:
    """Return how much *texts* look like one of *languages*, per character beyond ASCII."""
    letters, others, count = Counter[str](), 0.0, 0
    for text in texts:
        for at, letter in enumerate(text):
            if letter > "\x7f":
                count += 1
                if letter.isalpha() or unicodedata.category(letter) == "Mn":
                    letters[_lower_letter(letter)] += 1
                    others += _judge_letter(text, at)
                else:
                    others += _judge_mark(text, at)
    best = max(
        sum(number * _weigh_letter(letter, language, languages) for letter, number in letters.items())
        for language in languages
    )
    return (best + others) / max(count, 1)


def _lower_letter(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 else "\u0131"  # the Turkish capital I with a dot


def _weigh_letter(letter: str, language: str, languages: Sequence[str]) -> float:
    own = _weigh_letters(language).get(letter)
    if own is not None:
        return own
    return _OTHER_LANGUAGE * max((_weigh_letters(other).get(letter, -0.5) for other in languages), default=-0.5)


_ONSET_LETTERS, _CODA_LETTERS = frozenset("\xf1"), frozenset("\u0144\u015b\u017a")
"""A letter that only stands before vowels (Spanish n with tilde); letters that Polish does not write before vowels."""

_VOWELS = frozenset("aeiouy\xf8\xe6\u0153\u0131")


@lru_cache(1 << 12)
def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")


@lru_cache(1 << 12)
def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter.lower())[:1] in _VOWELS


def _judge_letter(text: str, at: int) -> float:
    """Return what the neighbours of a letter beyond ASCII say about the reading; 0 if they fit."""
    letter, before, after = text[at], text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    judged = -0.8 if letter.isupper() and before.islower() else 0.0
    if not _is_latin(letter):
        has_mixed_scripts = (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
        return judged - (1.2 if has_mixed_scripts else 0.0) - (0.8 if _is_wrong_sigma(letter, after) else 0.0)
    if before > "\x7f" and before.isalpha():
        run_before = text[max(at - 2, 0) : at - 1]
        judged -= 0.9 if run_before > "\x7f" and run_before.isalpha() else 0.3
    if letter.isupper() and not before.isalpha():
        judged -= 0.05
    return judged + _judge_syllable(letter, before, after)


def _is_wrong_sigma(letter: str, after: str) -> bool:
    return (letter == "\u03c2" and after.isalpha()) or (letter == "\u03c3" and not after.isalpha())


def _judge_syllable(letter: str, before: str, after: str) -> float:
    vowels = tuple(_is_vowel(other) for other in (before, after))
    letters = (before.isalpha(), after.isalpha())
    if letter.lower() in _CODA_LETTERS:
        return -0.5 if vowels[1] else 0.0
    if _is_vowel(letter):
        return -0.4 if all(vowels) else 0.0
    is_crowded = all(letters) and not any(vowels)
    return -0.5 if is_crowded or (letter.lower() in _ONSET_LETTERS and letters[1] and not vowels[1]) else 0.0


_CURLY_APOSTROPHES, _DASHES = "\u2018\u2019", "\u2013\u2014\u2015"
_QUOTATION_MARKS = "\u201c\u201d\u201e\xab\xbb\u201a\u2039\u203a\xa1\xbf"
_MONEY_SIGNS, _BEHIND_DIGITS = "\u20ac\xa3\xa5\u20b4\u20bd\u20aa", "\xb0\xba\xaa\xb2\xb3\xbd\xbc\xbe"
_BEHIND_WORDS, _BLANKS = "\u2122\xae\xa9\u2026\u2116\xa7\xb7\u2022", "\xa0"


def _judge_mark(text: str, at: int) -> float:
    """Return how well a sign that is no letter fits between its neighbours."""
    mark, before, after = text[at], text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    is_inside = before.isalpha() and after.isalpha()
    if mark in _CURLY_APOSTROPHES:
        return 0.8 if is_inside else 0.3
    if mark in _QUOTATION_MARKS or mark in _DASHES or mark in _BEHIND_WORDS or mark in _BLANKS:
        return -0.6 if is_inside else 0.4
    if mark in _MONEY_SIGNS:
        return 0.8 if before.isdigit() or after.isdigit() or (before + after).isspace() else -0.6
    if mark in _BEHIND_DIGITS:
        return 0.6 if before.isdigit() or before in "nN" else -0.5
    return -2.0 if unicodedata.category(mark) in ("Cc", "Cn", "Co") else -0.8


def _score_characters(texts: Iterable[str], encoding: str) -> float:
    """Return how common the Chinese, Japanese or Korean characters of *texts* are, per character."""
    total, count = 0.0, 0
    for text in texts:
        for (is_ascii, kind), group in groupby(text, key=_group_of_character):
            run = "".join(group)
            if is_ascii:
                continue
            count += len(run)
            total += sum(_weigh_character(letter, kind, encoding, len(run)) for letter in run)
        total -= sum(1.0 for _ in _find_lone_characters(text))
    return total / max(count, 1)


def _find_lone_characters(text: str) -> Iterator[str]:
    """Yield the characters that stand alone between two ASCII letters; in such languages they do not."""
    for before, letter, after in zip(text, text[1:], text[2:], strict=False):
        if letter > "\x7f" and before.isascii() and after.isascii() and before.isalpha() and after.isalpha():
            yield letter


@lru_cache(1 << 14)
def _group_of_character(letter: str) -> tuple[bool, str]:
    if letter <= "\x7f":
        return True, ""
    code = ord(letter)
    if 0xFF61 <= code <= 0xFF9F:
        return False, "half-width kana"
    if 0x3041 <= code <= 0x30FF:
        return False, "kana"
    is_sign = unicodedata.category(letter)[0] in "PSZN" or 0xFF01 <= code <= 0xFF5E
    return False, "sign" if is_sign else "other" if letter.isalpha() else "control"


_COMMON_LEADS: Mapping[str, tuple[int, int]] = {
    "gb18030": (0xB0, 0xD7), "big5hkscs": (0xA4, 0xC6), "cp949": (0xB0, 0xC8), "euc_jp": (0xB0, 0xCF), "cp932": (0x88, 0x97),
}  # fmt: skip
"""The first bytes of the level of a character set that holds the usual characters."""

_JAPANESE_ENCODINGS = ("cp932", "euc_jp")


def _weigh_character(letter: str, kind: str, encoding: str, run: int) -> float:
    if kind == "half-width kana":
        return 0.7 if run >= 3 and encoding in _JAPANESE_ENCODINGS else -0.3
    if kind == "kana":
        return 1.0 if encoding in _JAPANESE_ENCODINGS else 0.1
    if kind != "other":
        return 0.5 if kind == "sign" else -2.0
    if letter in _read_encoding_data()["common"].get(encoding, ""):
        return 1.1
    code = letter.encode(encoding)
    first, last = _COMMON_LEADS[encoding]
    is_in_set = len(code) == 2 and (code[1] >= 0xA1 or encoding in ("big5hkscs", "cp932"))
    if not is_in_set:
        return -0.5
    return 0.75 if first <= code[0] <= last else 0.1


def are_common_characters(text: str) -> bool:
    """Return whether most Chinese characters of *text* are in everyday use."""
    common = _read_encoding_data()["common"]
    chinese = [letter for letter in text if "\u4e00" <= letter <= "\u9fff"]
    usual = [letter in common["gb18030"] or letter in common["big5hkscs"] for letter in chinese]
    return sum(usual) * 2 >= max(len(usual), 1)
