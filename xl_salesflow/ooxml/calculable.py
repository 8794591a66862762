"""Which formulas the engine is trusted with, told from their text alone.

Only functions that were compared with Excel's own results, and ranges only where Excel does not read them one cell at a
time: a formula that is not entered as an array means another thing in Excel than in an engine of arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xl_salesflow.ooxml.resolve import Resolved, Token

_SCALAR = """
    ABS CHOOSE CONCATENATE DATE DAY EDATE EOMONTH EXACT EXP FALSE FIND IF IFERROR IFNA INT ISBLANK ISERROR ISNA ISNUMBER
    ISTEXT LEFT LEN LN LOG10 LOWER MID MOD MONTH N NOT POWER RIGHT ROUND ROUNDDOWN ROUNDUP SIGN SQRT SUBSTITUTE TRIM TRUE
    TRUNC UPPER YEAR
"""
_TAKES_RANGES = """
    any             AND AVERAGE COLUMNS COUNT COUNTA COUNTBLANK MAX MEDIAN MIN OR PRODUCT ROWS STDEV STDEV.P STDEV.S STDEVP
    any             SUM SUMPRODUCT SUMSQ VAR VAR.P VAR.S VARP
    first           COUNTIF INDEX LARGE PERCENTILE PERCENTILE.INC QUARTILE QUARTILE.INC SMALL
    second          HLOOKUP MATCH RANK RANK.EQ VLOOKUP
    first,third     AVERAGEIF SUMIF
    second,third    XLOOKUP
    odd             COUNTIFS
    first,even      AVERAGEIFS MAXIFS MINIFS SUMIFS
"""
_PLACES = {
    "first": {0}, "second": {1}, "third": {2}, "odd": {*range(0, 256, 2)}, "even": {*range(1, 256, 2)}, "any": {*range(256)},
}  # fmt: skip
_RANGES_AT = {
    function: frozenset[int]().union(*(_PLACES[place] for place in places.split(",")))
    for places, *functions in map(str.split, _TAKES_RANGES.strip().splitlines())
    for function in functions
}
_BEYOND = re.compile(r"[{#@:]")  # lists, spills, single values of ranges, ranges that are worked out
_KNOWN = frozenset((*_SCALAR.split(), *_RANGES_AT))


def why_not(formula: Resolved) -> str | None:
    """Say what keeps a formula from being calculated here, in the word that stands in it; None when nothing does."""
    if formula.unknown:
        return formula.unknown
    for function in sorted(formula.functions):
        if function not in _KNOWN:
            return function
    for token, before, after, calls in _in_calls(formula.tokens):
        if token.kind == "other" and (sign := _BEYOND.search(token.text)):
            return sign.group()
        if token.kind == "other" and token.text.isspace() and before.range and after.range:  # what both have in common
            return after.text
        if token.range is None or token.range.area[:2] == token.range.area[2:]:
            continue
        function, place, depth = calls[-1] if calls else ("", 0, 0)
        if function == "SUMPRODUCT":
            continue
        if place not in _RANGES_AT.get(function, ()) or depth or not _alone(before, after):
            return token.text
    return None


_EDGE = Token("other", "")
Call = tuple[str, int, int]  # the function, the place of the argument, parentheses open within it


def _in_calls(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, Token, Token, list[Call]]]:
    """Yield each token with its neighbours and the calls around it, innermost last."""
    calls: list[Call] = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else _EDGE
        after = tokens[at + 1] if at + 1 < len(tokens) else _EDGE
        yield token, before, after, calls
        if token.kind == "other":
            called = before.text if before.kind == "function" else ""
            for sign in token.text:
                calls = _after(calls, sign, called)
                called = ""


def _after(calls: list[Call], sign: str, called: str) -> list[Call]:
    if sign == "(":
        if called or not calls:
            return [*calls, (called, 0, 0)]
        function, place, depth = calls[-1]
        return [*calls[:-1], (function, place, depth + 1)]
    if sign == ")" and calls:
        function, place, depth = calls[-1]
        return [*calls[:-1], (function, place, depth - 1)] if depth else calls[:-1]
    if sign == "," and calls and not calls[-1][2]:
        function, place, _ = calls[-1]
        return [*calls[:-1], (function, place + 1, 0)]
    return calls


def _alone(before: Token, after: Token) -> bool:
    """Whether a range is a whole argument."""
    return before.text.rstrip()[-1:] in ("(", ",") and after.text.lstrip()[:1] in (")", ",")
