"""Read values as people write them: yes and no, numbers, dates, words for nothing; tidy text cells.

Numbers may be grouped, carry a currency, a percent sign or a unit (万元, 亿, k, m) and be negative in brackets.
Of dates only day and month need a decision. Read without one: 2025-05-01 (also with / or ., and with a time behind it),
20250501, 2025年5月1日, 1 May 2025, May 1, 2025, and Excel's day numbers. 03/04/2025 is read by the column's format.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from xl_salesflow.schema.table_frames import DATE_DTYPE

_YES_WORDS_IN_FILE = frozenset({"yes", "y", "true", "t", "1", "x", "✓", "✔", "√", "是", "对", "有"})
_NO_WORDS_IN_FILE = frozenset({"no", "n", "false", "f", "0", "否", "不", "无"})
WORDS_FOR_NOTHING = frozenset(
    {"", "-", "--", "—", "–", "n/a", "na", "null", "none", "nil", "nan", "\\n", "无", "空", "?"}
)
"""What stands, in any case, where a number, a day or a choice is not known."""

WORDS_FOR_NOBODY = frozenset({"-", "--", "—", "–", "n/a", "null", "none", "nil", "\\n", "(blank)", "(none)"})
"""What stands, in any case, where nobody and nothing is referred to; a person may well be called Na."""

FAILED_FORMULA_VALUES = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
"""What Excel shows where a formula failed."""


def yes_no_of_word(word: str) -> str | None:
    """Return yes or no, or None when *word* is neither."""
    compared = word.strip().casefold()
    return "yes" if compared in _YES_WORDS_IN_FILE else "no" if compared in _NO_WORDS_IN_FILE else None


_FILE_CURRENCY_CODES = "USD|EUR|CNY|RMB|GBP|JPY|HKD|TWD|CHF|AUD|CAD|NZD|SGD|INR|KRW|BRL|MXN|SEK|NOK|DKK|PLN"
_FILE_CURRENCY = rf"(?:[$€£¥₹₩₽]|(?:US|HK|NT|A|C|S|R)\$|CN¥|{_FILE_CURRENCY_CODES}|人民币|美元|欧元|港币)?"
_FILE_UNITS = {
    "": 1, "元": 1, "圆": 1, "千": 10**3, "千元": 10**3, "万": 10**4, "万元": 10**4, "百万": 10**6, "百万元": 10**6,
    "千万": 10**7, "亿": 10**8, "亿元": 10**8, "k": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6, "bn": 10**9,
}  # fmt: skip
_FILE_UNIT_WORDS = "|".join(sorted(filter(None, _FILE_UNITS), key=len, reverse=True))
_FILE_GROUPED_DIGITS = r"\d{1,3}(?:(?P<mark>[,'’ ])\d{2,3})*(?<=\d\d\d)(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+"
_FILE_NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+−]?)\s*{_FILE_CURRENCY}\s*(?P<inner>[-+−]?)\s*(?P<digits>{_FILE_GROUPED_DIGITS})(?P<power>[eE][-+]?\d{1, 3})?"
    rf"\s*(?P<unit>(?i:{_FILE_UNIT_WORDS}))?\s*{_FILE_CURRENCY}\s*(?P<percent>%)?\s*(?P<behind>-)?\s*\)?"
)
_COMMA_DECIMAL = re.compile(r"\d{1,3}(?:[.\s]\d{3})+,\d+|\d+,(?:\d|\d\d|\d{4,})(?!\d)")
_DOT_DECIMAL = re.compile(r"\d{1,3}(?:,\d{2,3})+\.\d+|\d+\.(?:\d|\d\d|\d{4,})(?!\d)")
_SWAPPED_DECIMAL_MARKS = str.maketrans(",.", ".,")


def parse_file_numbers(cells: pd.Series, decimal: str = ".", times: float = 1.0) -> pd.Series:
    """Return text *cells* as float64, each *times* as much; NaN where a cell holds no finite number."""
    if decimal == "." and times == 1.0:
        quick = pd.to_numeric(cells, errors="coerce").astype("float64")
        left = ~np.isfinite(quick.to_numpy())
        if left.any():
            quick.loc[left] = _parse_distinct_numbers(cells.loc[left], decimal, times)
        return quick
    return _parse_distinct_numbers(cells, decimal, times)


def guess_decimal_mark(cells: pd.Series, delimiter: str = ",") -> str:
    """Return the decimal mark that the filled *cells* speak for; a file parted by semicolons leans towards the comma."""
    sample = [text.strip() for text in cells.unique()]
    commas = sum(bool(_COMMA_DECIMAL.search(text)) for text in sample)
    dots = sum(bool(_DOT_DECIMAL.search(text)) for text in sample)
    grouped_by_dots = delimiter == ";" and any(re.fullmatch(r"\d{1,3}(\.\d{3})+", text) for text in sample)
    return "," if commas > dots or (grouped_by_dots and not dots) else "."


def parse_file_shares(cells: pd.Series, decimal: str = ".", times: float = 1.0) -> pd.Series:
    """Return text *cells* as shares of one, where some are per cent and some fractions: 60 beside 0.6.

    A cell formatted as per cent holds a fraction, and one typed beside it a whole number. With fractions there, 1 is all.
    """
    read, plain = parse_file_numbers(cells, decimal, times), parse_file_numbers(cells, decimal)
    whole = ~cells.str.contains("%", regex=False).to_numpy(bool)
    fractions = whole & (plain > 0).to_numpy() & (plain < 1).to_numpy()
    if times == 1.0 or not fractions.any():
        return read
    return read.mask(fractions | (whole & (plain == 1).to_numpy()), plain)


def has_unit_factor(header: str) -> bool:
    """Tell whether *header* itself says what one stands for."""
    return header_unit_factor(header) != 1.0


def header_unit_factor(header: str) -> float:
    """Return how much one stands for by the unit in brackets of *header*: "金额(万元)" is 10000, "Probability (%)" 0.01."""
    for unit in re.findall(r"[(\[]([^()\[\]]*)[)\]]", unicodedata.normalize("NFKC", header)):
        word = unit.casefold().replace("单位", "").replace(":", "").strip()
        if word == "%":
            return 0.01
        for name in (word, word[-1:]):
            if name in _FILE_UNITS and (
                name == word or not word[:-1].isalpha() or word[:-1] in ("usd", "eur", "rmb", "cny")
            ):
                return float(_FILE_UNITS[name])
    return 1.0


def _parse_distinct_numbers(cells: pd.Series, decimal: str, times: float) -> pd.Series:
    codes, texts = pd.factorize(cells)
    known = np.array([_parse_file_number(text, decimal, times) for text in texts], dtype="float64")
    return pd.Series(known[codes] if len(texts) else np.array([], "float64"), index=cells.index)


def _parse_file_number(text: str, decimal: str, times: float) -> float:
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _FILE_NUMBER.fullmatch(plain.translate(_SWAPPED_DECIMAL_MARKS) if decimal == "," else plain)
    if match is None or bool(match["open"]) != plain.endswith(")"):
        return np.nan
    digits = re.sub(r"[,'’ ]", "", match["digits"]) + (match["power"] or "")
    # decimals, so that 12.3 万元 is 123000 and not one part in 10^16 more
    # a cell that names its own unit does not need the header's
    own = match["unit"] or match["percent"]
    value = Decimal(digits) * (_FILE_UNITS[(match["unit"] or "").casefold()] if own else Decimal(str(times)))
    if match["percent"]:
        value /= 100
    read = float(-value if _is_negative_in_file(match) else value)
    return read if np.isfinite(read) else np.nan


def _is_negative_in_file(match: re.Match[str]) -> bool:
    return bool(match["open"] or match["behind"]) or bool({match["sign"], match["inner"]} & {"-", "−"})


YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy"
IMPORT_DATE_FORMATS = (YEAR_FIRST, DAY_FIRST, MONTH_FIRST)
DAY_OR_MONTH_FIRST = "dd/mm/yyyy or mm/dd/yyyy"
"""What a proposal says when the cells allow both: a question to the person."""

_TRAILING_TIME = r"(?:[T\s,]\s*[\d上下].*)?"
_YEAR_FIRST_IN_FILE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?" + _TRAILING_TIME)
_COMPACT_DATE_IN_FILE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_YEAR_LAST_IN_FILE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)" + _TRAILING_TIME)
_DAY_BEFORE_MONTH_NAME = re.compile(r"(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th)?[-\s./]*([A-Za-z]{3,9})\.?,?[-\s./]*(\d{4}|\d\d)" + _TRAILING_TIME)  # fmt: skip  # noqa: E501
_DAY_AFTER_MONTH_NAME = re.compile(r"(?:[A-Za-z]{3,9}\.?,\s+)?([A-Za-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + _TRAILING_TIME)  # fmt: skip  # noqa: E501
_SERIAL_DAY_IN_FILE = re.compile(r"(\d{5})(?:\.\d+)?")
_EARLIEST_IMPORTED_DAY = date(1900, 3, 1)  # a workbook counts days from here on without a mistake
_SERIAL_DAY_ZERO = date(1899, 12, 30)
_IMPORTED_SERIAL_DAYS = range(20_000, 80_000)  # 1954 to 2119: five digits that are a day rather than a postcode
_IMPORTED_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

YearMonthDay = tuple[int, int, int]


def parse_file_dates(cells: pd.Series, format: str = YEAR_FIRST) -> pd.Series:
    """Return text *cells* as whole days, datetime64[s]; NaT where a cell holds no possible date."""
    codes, texts = pd.factorize(cells)
    known = np.array([_file_date_to_iso(text, format) for text in texts], dtype=DATE_DTYPE)
    return pd.Series(known[codes] if len(texts) else np.array([], DATE_DTYPE), index=cells.index)


def guess_date_format(cells: pd.Series) -> str:
    """Return the format the filled *cells* speak for; EITHER when some need it and nothing decides."""
    found = [match for text in cells.unique() if (match := _YEAR_LAST_IN_FILE.fullmatch(text))]
    firsts = sum(int(match[1]) > 12 for match in found)
    seconds = sum(int(match[3]) > 12 for match in found)
    if firsts or seconds:
        return DAY_FIRST if firsts >= seconds else MONTH_FIRST
    if not found:
        return YEAR_FIRST
    if all(match[2] == "." or match[1] == match[3] for match in found):
        return DAY_FIRST  # dots are written day first wherever they are written
    return DAY_OR_MONTH_FIRST


def _file_date_to_iso(text: str, format: str) -> str:
    for pattern, parts in _FILE_DATE_FORMS:
        if match := pattern.fullmatch(text):
            return _year_month_day_to_iso(parts(match, format))
    return "NaT"


def _year_month_day_to_iso(parts: YearMonthDay | None) -> str:
    if parts is None:
        return "NaT"
    year, month, day = parts
    try:
        found = date(year + (0 if year > 99 else 2000 if year < 70 else 1900), month, day)
    except ValueError:  # no such day
        return "NaT"
    return found.isoformat() if found >= _EARLIEST_IMPORTED_DAY else "NaT"


def _split_year_last(match: re.Match[str], format: str) -> YearMonthDay:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    # a number above twelve is a day whatever the column's format
    month_first = format == MONTH_FIRST
    if (month_first and first > 12) or (not month_first and second > 12):
        month_first = not month_first
    return (year, first, second) if month_first else (year, second, first)


def _split_named_month(year: str, month: str, day: str) -> YearMonthDay | None:
    known = month[:3].lower()
    return (int(year), _IMPORTED_MONTH_NAMES.index(known) + 1, int(day)) if known in _IMPORTED_MONTH_NAMES else None


def _split_serial_day(match: re.Match[str], format: str) -> YearMonthDay | None:
    if int(match[1]) not in _IMPORTED_SERIAL_DAYS:
        return None
    day = _SERIAL_DAY_ZERO + timedelta(days=int(match[1]))
    return day.year, day.month, day.day


_FILE_DATE_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], YearMonthDay | None]], ...] = (
    (_YEAR_FIRST_IN_FILE, lambda m, _: (int(m[1]), int(m[2]), int(m[3]))),
    (_COMPACT_DATE_IN_FILE, lambda m, _: (int(m[1]), int(m[2]), int(m[3]))),
    (_YEAR_LAST_IN_FILE, _split_year_last),
    (_DAY_BEFORE_MONTH_NAME, lambda m, _: _split_named_month(m[3], m[2], m[1])),
    (_DAY_AFTER_MONTH_NAME, lambda m, _: _split_named_month(m[3], m[1], m[2])),
    (_SERIAL_DAY_IN_FILE, _split_serial_day),
)

_INVISIBLE_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b\ufffe\uffff\ud800-\udfff]")
_BLANK_RUNS = re.compile(r"[\s\u00a0\u3000]+")
_BLANK_RUNS_IN_LINE = re.compile(r"[^\S\n]+")


def tidy_texts(cells: pd.Series, lines: bool = False) -> pd.Series:
    """Return text *cells* without outer and doubled blanks and unseen marks; *lines* keeps line breaks."""

    def tidy(text: str) -> str:
        text = _INVISIBLE_CHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        return (_BLANK_RUNS_IN_LINE if lines else _BLANK_RUNS).sub(" ", text).strip()

    return map_distinct_texts(cells, tidy)


def is_filled_text(texts: pd.Series) -> pd.Series:
    """Tell which of *texts* hold something: not blank, and not a word for nothing."""
    return ~map_distinct_texts(texts, lambda text: "" if text.casefold() in WORDS_FOR_NOTHING else text).eq("")


def map_distinct_texts(texts: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Return *texts* changed, each distinct text worked out once."""
    codes, distinct = pd.factorize(texts)
    changed = np.array([change(text) for text in distinct], dtype=object)
    return pd.Series(changed[codes] if len(distinct) else changed, index=texts.index, dtype=object)
