"""Numbers as people write them: grouped, with a currency, a percent sign or a unit (万元, 亿, k, m), negative in brackets."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

import numpy as np
import pandas as pd

_CODES = "USD|EUR|CNY|RMB|GBP|JPY|HKD|TWD|CHF|AUD|CAD|NZD|SGD|INR|KRW|BRL|MXN|SEK|NOK|DKK|PLN"
_CURRENCY = rf"(?:[$€£¥₹₩₽]|(?:US|HK|NT|A|C|S|R)\$|CN¥|{_CODES}|人民币|美元|欧元|港币)?"
_UNITS = {
    "": 1, "元": 1, "圆": 1, "千": 10**3, "千元": 10**3, "万": 10**4, "万元": 10**4, "百万": 10**6, "百万元": 10**6,
    "千万": 10**7, "亿": 10**8, "亿元": 10**8, "k": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6, "bn": 10**9,
}  # fmt: skip
_UNIT = "|".join(sorted(filter(None, _UNITS), key=len, reverse=True))
_GROUPED = r"\d{1,3}(?:(?P<mark>[,'’ ])\d{2,3})*(?<=\d\d\d)(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+"
_NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+−]?)\s*{_CURRENCY}\s*(?P<inner>[-+−]?)\s*(?P<digits>{_GROUPED})(?P<power>[eE][-+]?\d{1, 3})?"
    rf"\s*(?P<unit>(?i:{_UNIT}))?\s*{_CURRENCY}\s*(?P<percent>%)?\s*(?P<behind>-)?\s*\)?"
)
_COMMA_DECIMAL = re.compile(r"\d{1,3}(?:[.\s]\d{3})+,\d+|\d+,(?:\d|\d\d|\d{4,})(?!\d)")
_DOT_DECIMAL = re.compile(r"\d{1,3}(?:,\d{2,3})+\.\d+|\d+\.(?:\d|\d\d|\d{4,})(?!\d)")
_SWAP = str.maketrans(",.", ".,")


def numbers(cells: pd.Series, decimal: str = ".", times: float = 1.0) -> pd.Series:
    """Return text *cells* as float64, each *times* as much; NaN where a cell holds no finite number."""
    if decimal == "." and times == 1.0:
        quick = pd.to_numeric(cells, errors="coerce").astype("float64")
        left = ~np.isfinite(quick.to_numpy())
        if left.any():
            quick.loc[left] = _slowly(cells.loc[left], decimal, times)
        return quick
    return _slowly(cells, decimal, times)


def decimal_of(cells: pd.Series, delimiter: str = ",") -> str:
    """Return the decimal mark that the filled *cells* speak for; a file parted by semicolons leans towards the comma."""
    sample = [text.strip() for text in cells.unique()]
    commas = sum(bool(_COMMA_DECIMAL.search(text)) for text in sample)
    dots = sum(bool(_DOT_DECIMAL.search(text)) for text in sample)
    grouped_by_dots = delimiter == ";" and any(re.fullmatch(r"\d{1,3}(\.\d{3})+", text) for text in sample)
    return "," if commas > dots or (grouped_by_dots and not dots) else "."


def shares(cells: pd.Series, decimal: str = ".", times: float = 1.0) -> pd.Series:
    """Return text *cells* as shares of one, where some are per cent and some fractions: 60 beside 0.6.

    A cell formatted as per cent holds a fraction, and one typed beside it a whole number. With fractions there, 1 is all.
    """
    read, plain = numbers(cells, decimal, times), numbers(cells, decimal)
    whole = ~cells.str.contains("%", regex=False).to_numpy(bool)
    fractions = whole & (plain > 0).to_numpy() & (plain < 1).to_numpy()
    if times == 1.0 or not fractions.any():
        return read
    return read.mask(fractions | (whole & (plain == 1).to_numpy()), plain)


def named_times(header: str) -> bool:
    """Tell whether *header* itself says what one stands for."""
    return times_of(header) != 1.0


def times_of(header: str) -> float:
    """Return how much one stands for by the unit in brackets of *header*: "金额(万元)" is 10000, "Probability (%)" 0.01."""
    for unit in re.findall(r"[(\[]([^()\[\]]*)[)\]]", unicodedata.normalize("NFKC", header)):
        word = unit.casefold().replace("单位", "").replace(":", "").strip()
        if word == "%":
            return 0.01
        for name in (word, word[-1:]):
            if name in _UNITS and (
                name == word or not word[:-1].isalpha() or word[:-1] in ("usd", "eur", "rmb", "cny")
            ):
                return float(_UNITS[name])
    return 1.0


def _slowly(cells: pd.Series, decimal: str, times: float) -> pd.Series:
    codes, texts = pd.factorize(cells)
    known = np.array([_number(text, decimal, times) for text in texts], dtype="float64")
    return pd.Series(known[codes] if len(texts) else np.array([], "float64"), index=cells.index)


def _number(text: str, decimal: str, times: float) -> float:
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _NUMBER.fullmatch(plain.translate(_SWAP) if decimal == "," else plain)
    if match is None or bool(match["open"]) != plain.endswith(")"):
        return np.nan
    digits = re.sub(r"[,'’ ]", "", match["digits"]) + (match["power"] or "")
    # decimals, so that 12.3 万元 is 123000 and not one part in 10^16 more
    # a cell that names its own unit does not need the header's
    own = match["unit"] or match["percent"]
    value = Decimal(digits) * (_UNITS[(match["unit"] or "").casefold()] if own else Decimal(str(times)))
    if match["percent"]:
        value /= 100
    read = float(-value if _is_negative(match) else value)
    return read if np.isfinite(read) else np.nan


def _is_negative(match: re.Match[str]) -> bool:
    return bool(match["open"] or match["behind"]) or bool({match["sign"], match["inner"]} & {"-", "−"})
