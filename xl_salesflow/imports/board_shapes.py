"""Read boards, whose columns are the stages and whose cells are the deals, and lists with an amount for each month."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pandas as pd

from xl_salesflow.core.written_columns import judge_decimal_mark
from xl_salesflow.core.written_dates import is_written_day, parse_date_reading
from xl_salesflow.core.written_numbers import NumberReading, is_written_number, parse_number_reading
from xl_salesflow.imports.import_vocabulary import fold_name, is_name_of_stage, names_of_targets
from xl_salesflow.imports.list_extent import STAGE_OF_SECTION
from xl_salesflow.locale.texts import TextList
from xl_salesflow.schema.table_columns import ColumnType

_FEWEST_BOARD_STAGES = 3
_FEWEST_MONTH_COLUMNS, _FEWEST_MONTH_COLUMNS_OF_DEALS = 3, 2  # two, if a column with the stage says what the rows are
_BOARD_SHARE = 0.8  # of the headers that are stages
_NAME_HEADER, _AMOUNT_HEADER, _NOTES_HEADER, _CLOSE_HEADER = "Deal", "Amount", "Notes", "Expected close"
_CARD_SEPARATORS = " \t-\u2013\u2014:,;|/()[]\u00b7\u2022"
_SIGN = r"(?:[$\u20ac\u00a3\u00a5\u20b9\u20a9\u20bd]|\b[A-Z]{3}\b|\u5143)"
_DIGITS = r"\d[\d.,'\u2019\u00a0\u202f]*(?:\s?(?:k|K|m|M|mio|Mio|mn|bn|\u4e07|\u4ebf)\b\.?)?"
_ROUGHLY = r"(?:[~\u2248\u7ea6]\s?|\b(?:ca|circa|approx|about)\b\.?\s?)?"
_AMOUNT_ON_CARD = re.compile(rf"{_ROUGHLY}(?:{_SIGN}\s?{_DIGITS}|{_DIGITS}\s?{_SIGN}|\d[\d.]*[\u4e07\u4ebf]\u5143?)\+?")
_UNIT_ALONE = re.compile(rf"(?:(?<=[(\[])|(?<=\s)){_ROUGHLY}\d[\d.,'\u2019]*\s?(?:k|K|m|M|mn|bn)\+?(?=[)\]]|$)")
_NUMBER_AT_END = re.compile(r".*\S[\s:,(\[\u2013\u2014-]+(?P<number>\d[\d.,'\u2019]*)[)\]]?")
_YEARS = range(1990, 2100)
_BARE_SHARE = 0.5  # of the cards
_PLAIN_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class PlainList:
    """The deals of a board or of a list with months, one in each row, and what was done, as a notice and its facts."""

    cells: pd.DataFrame
    rule: str
    facts: tuple[tuple[str, object], ...] = ()
    number_texts: frozenset[str] = frozenset()
    """Sums with decimals; their decimal mark is the dot, as in number cells."""
    rivals: Mapping[str, str] = field(default_factory=dict)
    """Columns of which a person has to choose one (ImportSource.rivals)."""
    remarks: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = ()
    """Further notices and their facts."""


def find_open_shape(cells: pd.DataFrame) -> str:
    """Return the kind of layout that has no row for each deal: "board", "months", or "" for a list."""
    headers = [str(header) for header in cells.columns]
    stages = [header for header in headers if is_name_of_stage(header)]
    if len(stages) >= _FEWEST_BOARD_STAGES and len(stages) >= _BOARD_SHARE * len(headers):
        return "board"
    months, names = _month_headers(cells), names_of_targets("Deals")
    others = {fold_name(header) for header in headers if header not in months}
    fewest = _FEWEST_MONTH_COLUMNS_OF_DEALS if others & names["stage"] else _FEWEST_MONTH_COLUMNS
    if len(months) >= fewest and _hold_numbers(cells[months]):
        return "" if others & names["amount"] else "months"
    return ""


def read_board(cells: pd.DataFrame) -> PlainList | None:
    """Return the cards of a board as rows, numbered down each column, one column after the other; None if cells are numbers.

    The first line of a card is the deal's name. An amount has a currency or a unit, and is the only one on the card or
    alone in the cell below. Other columns hold for all cards of their row.
    """
    stages = [str(header) for header in cells.columns if is_name_of_stage(str(header))]
    others = [str(header) for header in cells.columns if header not in stages]
    rows: list[dict[str, str]] = []
    for stage in stages:
        before = -2
        for at, text in enumerate(cells[stage].str.strip()):
            if not text:
                continue
            if is_written_number(text):
                if before != at - 1 or rows[-1][_AMOUNT_HEADER] or not _is_amount(text):
                    return None  # a number of deals or a sum
                rows[-1][_AMOUNT_HEADER] = text
                continue
            before = at
            shared = {header: cells[header].iloc[at] for header in others}
            rows.append({**_read_card(text), STAGE_OF_SECTION: stage, **shared})
    if not rows:
        return None
    listed = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1), dtype=object)
    listed, rivals, remarks = _add_bare_numbers(listed)
    kept = [
        header
        for header in listed.columns
        if header in (_NAME_HEADER, STAGE_OF_SECTION) or (listed[header] != "").any()
    ]
    facts = (("headers", TextList(tuple(stages))), ("count", len(rows)))
    return PlainList(listed[kept], "board_read", facts, rivals=rivals, remarks=remarks)


def _add_bare_numbers(
    cards: pd.DataFrame,
) -> tuple[pd.DataFrame, dict[str, str], tuple[tuple[str, tuple[tuple[str, object], ...]], ...]]:
    """Return *cards* with the numbers at the end of names as amounts that a person has to confirm.

    They are a question if other cards have an amount, or if most names end in a number.
    """
    names = cards.loc[cards[_AMOUNT_HEADER] == "", _NAME_HEADER]
    numbers = names.str.extract(_NUMBER_AT_END)["number"].dropna().str.rstrip(".,'\u2019")
    numbers = numbers[numbers.map(is_written_number).astype(bool)]
    has_amounts = len(names) < len(cards)
    if numbers.empty or _are_no_amounts(numbers) or not (has_amounts or len(numbers) >= _BARE_SHARE * len(names)):
        return cards, {}, ()
    header = f"{_AMOUNT_HEADER} (2)" if has_amounts else _AMOUNT_HEADER
    amounts = cards[_AMOUNT_HEADER].copy()
    amounts.loc[numbers.index] = numbers
    facts = (("count", len(numbers)), ("example", names[numbers.index[0]]), ("named", header))
    rivals = {header: _AMOUNT_HEADER if has_amounts else ""}
    return cards.assign(**{header: amounts}), rivals, (("board_numbers", facts),)


def _are_no_amounts(numbers: pd.Series) -> bool:
    """Return whether *numbers* are years (Renewal 2026), or count the cards (Phase 1, Phase 2)."""
    whole = [int(text) for text in numbers if text.isdecimal()]
    counts = sorted(set(whole)) == list(range(1, len(set(whole)) + 1)) and max(whole, default=0) <= len(numbers)
    return len(whole) == len(numbers) and (counts or all(number in _YEARS for number in whole))


def _read_card(text: str) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    amounts = [piece for line in lines for piece in _find_amounts(line)]
    amount = amounts[0] if len(amounts) == 1 else ""
    if amount:
        lines = [rest for line in lines if (rest := line.replace(amount, " ", 1).strip(_CARD_SEPARATORS))]
    name, notes = (lines[0] if lines else text), "\n".join(lines[1:])
    return {_NAME_HEADER: " ".join(name.split()), _AMOUNT_HEADER: amount, _NOTES_HEADER: notes}


def _find_amounts(line: str) -> Iterator[str]:
    """Yield the amounts in a line of a card."""
    shapes = (_AMOUNT_ON_CARD, _UNIT_ALONE)
    found = next((pieces for shape in shapes if (pieces := [match[0] for match in shape.finditer(line)])), [])
    pieces = [line] if is_written_number(line) else [piece.strip(".,' ") for piece in found]
    yield from filter(_is_amount, pieces)


def _is_amount(text: str) -> bool:
    """Return whether *text* is a number with a currency or a unit; other numbers may be anything."""
    reading = parse_number_reading(text)
    return reading is not None and bool(reading.codes or reading.has_unit)


def read_months(cells: pd.DataFrame, delimiter: str, number_cells: Collection[str]) -> PlainList | None:
    """Return *cells* with the sum of the months as the amount; None if nothing says that the rows are deals.

    If a deal has an amount in one month only, its expected close is the end of that month.
    """
    months = _month_headers(cells)
    others = {fold_name(str(header)) for header in cells.columns if header not in months}
    deals = names_of_targets("Deals")
    if not others & (deals["deal"] | deals["name"] | deals["stage"]):
        return None
    sums = _sum_months(cells[months], delimiter, number_cells)
    if sums is None:
        return None
    filled = [[header for header in months if str(row[header]).strip()] for _, row in cells[months].iterrows()]
    written = [_format_sum(total) if headers else "" for total, headers in zip(sums, filled, strict=True)]
    days = _closing_days(months)
    closing = [days[headers[0]] if len(headers) == 1 else "" for headers in filled]
    listed = cells.assign(**{_AMOUNT_HEADER: pd.Series(written, cells.index, dtype=object)})
    if any(closing) and not others & (deals["expected_close"] | deals["closed"]):
        listed[_CLOSE_HEADER] = pd.Series(closing, cells.index, dtype=object)
    facts = (
        ("headers", TextList(tuple(months))),
        ("named", _AMOUNT_HEADER),
        ("count", sum(len(one) > 1 for one in filled)),
    )
    return PlainList(listed, "months_read", facts, frozenset(text for text in written if "." in text))


def _sum_months(cells: pd.DataFrame, delimiter: str, number_cells: Collection[str]) -> list[Decimal] | None:
    """Return the sum of each row; None if an amount is open, or is in a currency of its own."""
    texts = [text.strip() for header in cells.columns for text in cells[header].unique() if text.strip()]
    evidence = judge_decimal_mark(texts, delimiter, ColumnType.MONEY, number_cells)
    if evidence.is_open:
        return None
    columns = [
        cells[header].map(lambda text: _read_amount(text, evidence.answer, number_cells)) for header in cells.columns
    ]
    if any(amount is None for column in columns for amount in column):
        return None
    return [sum(row, Decimal(0)) for row in zip(*columns, strict=True)]


def _read_amount(text: str, mark: str, number_cells: Collection[str]) -> Decimal | None:
    if not text.strip():
        return Decimal(0)
    if text in number_cells and _PLAIN_AMOUNT.fullmatch(text):
        return Decimal(text)
    reading = parse_number_reading(text)
    if reading is None or reading.codes or reading.per_cent:
        return None
    return _with_mark(reading, mark)


def _with_mark(reading: NumberReading, mark: str) -> Decimal | None:
    first, other = (reading.comma, reading.dot) if mark == "," else (reading.dot, reading.comma)
    return first if first is not None else other


def _format_sum(total: Decimal) -> str:
    return format(total.quantize(Decimal(1)) if total == total.to_integral_value() else total.normalize(), "f")


def _closing_days(months: Sequence[str]) -> dict[str, str]:
    """Return month → the text of a closing day in it: the header, or the last day if all headers are first days."""
    readings = {header: parse_date_reading(header) for header in months}
    spans = {header: next(iter(reading.days.values()), None) for header, reading in readings.items() if reading}
    firsts = [span for span in spans.values() if span and span.first == span.last and span.first.day == 1]
    if len(firsts) < len(months):
        return {header: header if spans.get(header) else "" for header in months}
    return {header: _end_of_month(span.first).isoformat() for header, span in spans.items() if span}


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _month_headers(cells: pd.DataFrame) -> list[str]:
    headers = map(str, cells.columns)
    return [header for header in headers if is_written_day(header) or _is_month_name(header)]


def _is_month_name(header: str) -> bool:
    bare = header.strip()
    full = (bare, f"{bare} 2026", f"2026\u5e74{bare}")  # the last is Chinese: year 2026
    return not bare.isdecimal() and any(parse_date_reading(text) is not None for text in full)


def _hold_numbers(cells: pd.DataFrame) -> bool:
    texts = {text.strip() for header in cells.columns for text in cells[header].head(100)} - {""}
    return bool(texts) and all(map(is_written_number, texts))
