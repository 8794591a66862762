"""Find which of several columns holds the amounts of deals: expected and actual ones, or one for each currency.

A deal that is won has the amount it was won for, and any other deal the one that is expected. Of two columns in different
currencies, the one in the workbook's currency counts. What the cells leave open is a question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from xl_salesflow.core.written_money import (
    currency_codes_of_text,
    is_currency_header,
    is_same_currency,
    read_header_unit,
)
from xl_salesflow.core.written_numbers import parse_number_reading
from xl_salesflow.imports.amount_pairs import find_amount_pair, kind_of_amount_pair
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_stages import kind_of_stage_name
from xl_salesflow.imports.import_values import tidy_texts
from xl_salesflow.imports.import_vocabulary import (
    WON_AMOUNT_TARGET,
    fold_name,
    names_of_targets,
    read_amount_words,
    targets_of_table,
)
from xl_salesflow.imports.table_matching import is_fitting_target

_AMOUNT_TARGET = "amount"
_EXPECTED_ROLE, _ACTUAL_ROLE = "expected", "actual"
_FIRST_JOINED_SIGN = 0x2E80
_CLOSED_KINDS = frozenset({"won", "lost"})
_TRIED_ROWS = 5_000
_FEWEST_PRODUCTS, _EQUAL_PRODUCTS = 2, 0.01  # rows that show it; the difference of a rounded product


@dataclass(frozen=True)
class AmountChoice:
    """The targets of the columns of deals, once the column with the amounts is settled.

    *won* is the header of the amounts of won deals. *asked* is a header that may be meant instead of the one with the
    amounts. *converted* is the header of the amounts in the workbook's currency, and *currencies* that of the currencies
    of those that it replaces. *beside* is a header of other amounts, which are left out.
    """

    columns: Mapping[str, str]
    won: str = ""
    asked: str = ""
    converted: str = ""
    currencies: str = ""
    beside: str = ""

    @property
    def header(self) -> str:
        """Return the header of the amounts, "" if there is none."""
        return next((header for header, to in self.columns.items() if to == _AMOUNT_TARGET), "")


def settle_amount_columns(source: ImportSource, columns: Mapping[str, str], currency: str) -> AmountChoice:
    """Return the targets of a list of deals, where *columns* are those that the headers alone tell."""
    choice = _ask_about_pair(source, _choose_expected_amounts(source, AmountChoice(columns)))
    if not choice.header or choice.asked:
        return choice
    choice = _choose_products(source, choice)
    choice = _choose_own_currency(source, choice, currency)
    if not choice.asked and not choice.converted:
        choice = _choose_actual_amounts(source, choice)
    return (
        choice
        if choice.asked or choice.converted or choice.won
        else replace(choice, beside=_find_other_amounts(source, choice))
    )


def _ask_about_pair(source: ImportSource, choice: AmountChoice) -> AmountChoice:
    """Return *choice* with a question, if the amounts are one of a pair of columns that differ, such as min and max."""
    halves = (h for h in source.headers if h not in choice.columns and kind_of_amount_pair(h))
    free = [header for header in halves if _may_hold_amounts(source, header)]
    pair = find_amount_pair([*free, choice.header] if choice.header else free, choice.header)
    if pair is None or not _find_differences(source, *pair).any():
        return choice
    columns = choice.columns if choice.header else {**choice.columns, pair[0]: _AMOUNT_TARGET}
    return replace(choice, columns=_in_order_of(source, columns), asked=pair[1])


def _find_other_amounts(source: ImportSource, choice: AmountChoice) -> str:
    """Return the header of a column that has other amounts than the one that is taken, "" if there is none."""
    free = (header for header in source.headers if header not in choice.columns)
    others = (h for h in free if (role_of_amounts(h) or kind_of_amount_pair(h)) and _may_hold_amounts(source, h))
    return next((header for header in others if _find_differences(source, choice.header, header).any()), "")


def _choose_expected_amounts(source: ImportSource, choice: AmountChoice) -> AmountChoice:
    """Return *choice* with the amounts of all deals, where the header alone told those of won deals or none."""
    if choice.header and role_of_amounts(choice.header) != _ACTUAL_ROLE:
        return choice
    free = [header for header in source.headers if header not in choice.columns and _may_hold_amounts(source, header)]
    usual = names_of_targets("Deals")[_AMOUNT_TARGET]
    expected = [header for header in free if role_of_amounts(header) == _EXPECTED_ROLE]
    neutral = [header for header in free if fold_name(header) in usual and not role_of_amounts(header)]
    found = next(iter([*expected, *neutral] if choice.header else expected), None)
    if found is None:
        return choice
    kept = {header: to for header, to in choice.columns.items() if to != _AMOUNT_TARGET}
    return replace(choice, columns=_in_order_of(source, {**kept, found: _AMOUNT_TARGET}))


def _choose_products(source: ImportSource, choice: AmountChoice) -> AmountChoice:
    """Return *choice* with the totals, if the amounts are prices: each total is the price times another column."""
    if not _has_word(fold_name(choice.header), read_amount_words()["prices"]):
        return choice
    prices = _numbers_of_column(source, choice.header)
    free = [header for header in source.headers if header not in choice.columns and _may_hold_amounts(source, header)]
    numbers = {header: _numbers_of_column(source, header) for header in free}
    for total, one in numbers.items():
        for counts, other in numbers.items():
            known = prices.notna() & one.notna() & other.notna()
            is_product = ((prices * other - one).abs() < _EQUAL_PRODUCTS)[known]
            if (
                counts != total
                and known.sum() >= _FEWEST_PRODUCTS
                and is_product.all()
                and (prices != one)[known].any()
            ):
                columns = {header: to for header, to in choice.columns.items() if to != _AMOUNT_TARGET}
                return replace(choice, columns=_in_order_of(source, {**columns, total: _AMOUNT_TARGET}))
    return choice


def _choose_actual_amounts(source: ImportSource, choice: AmountChoice) -> AmountChoice:
    """Return *choice* with the column of what deals were won for, or a question if open deals have other amounts there."""
    free = (header for header in source.headers if header not in choice.columns)
    won = next((h for h in free if role_of_amounts(h) == _ACTUAL_ROLE and _may_hold_amounts(source, h)), None)
    if won is None or role_of_amounts(choice.header) == _ACTUAL_ROLE:
        return choice
    differs = _find_differences(source, choice.header, won)
    if not differs.any():
        return choice
    if (differs & _is_open(source, choice.columns)).any():
        return replace(choice, asked=won)
    columns = {**choice.columns, won: WON_AMOUNT_TARGET}
    return replace(choice, columns=_in_order_of(source, columns), won=won)


def _choose_own_currency(source: ImportSource, choice: AmountChoice, currency: str) -> AmountChoice:
    """Return *choice* with the amounts in *currency*, if the same amounts are there in another one as well."""
    amounts, usual = choice.header, names_of_targets("Deals")[_AMOUNT_TARGET]
    free = [header for header in source.headers if header not in choice.columns]
    named = read_header_unit(amounts).codes
    if named and not is_same_currency(named, currency):
        for header in free:
            unit = read_header_unit(header)
            is_own = bool(unit.codes) and is_same_currency(unit.codes, currency)
            if is_own and fold_name(unit.name) in usual and _may_hold_amounts(source, header):
                return _with_converted(source, choice, header)
        return choice
    base = next((h for h in free if _is_converted_header(h, amounts, currency) and _may_hold_amounts(source, h)), None)
    if base is None or not _find_differences(source, amounts, base).any():
        return choice
    codes, header = _read_currencies(source, choice, amounts)
    own = codes.map(lambda code: bool(code) and is_same_currency(code, currency)).astype(bool)
    if own.any() and not own.all() and not (_find_differences(source, amounts, base) & own).any():
        return replace(_with_converted(source, choice, base), currencies=header)
    return choice if own.any() else replace(choice, asked=base)


def _with_converted(source: ImportSource, choice: AmountChoice, header: str) -> AmountChoice:
    columns = {known: to for known, to in choice.columns.items() if to != _AMOUNT_TARGET}
    return replace(choice, columns=_in_order_of(source, {**columns, header: _AMOUNT_TARGET}), converted=header)


def _read_currencies(source: ImportSource, choice: AmountChoice, amounts: str) -> tuple[pd.Series, str]:
    """Return the currency of each amount, from its cell or from a column of currencies, and the header of that column."""
    free = (header for header in source.headers if header not in choice.columns)
    header = next((header for header in free if is_currency_header(fold_name(header))), "")
    if header:
        return tidy_texts(source.cells[header]).map(currency_codes_of_text), header
    readings = tidy_texts(source.cells[amounts]).map(parse_number_reading)
    return readings.map(lambda reading: reading.codes if reading else ()), ""


def _is_converted_header(header: str, amounts: str, currency: str) -> bool:
    """Return whether *header* is *amounts* with words for a converted amount or with *currency*: "Amount (converted)"."""
    name, base = header.strip().casefold(), amounts.strip().casefold()
    rest = name.removeprefix(base).strip(" ()[]-_")
    is_own = currency in currency_codes_of_text(rest.upper())
    return name.startswith(base) and (is_own or rest in read_amount_words()["converted"])


@cache
def role_of_amounts(header: str) -> str:
    """Return "expected" or "actual" if *header* says so of amounts, such as "Planned amount" or "Contract value", or ""."""
    name, words = fold_name(read_header_unit(header).name), read_amount_words()
    if not _has_word(name, words["nouns"]) or _has_word(name, words["derived"]):
        return ""
    roles = [role for role in (_EXPECTED_ROLE, _ACTUAL_ROLE) if _has_word(name, words[role])]
    return roles[0] if len(roles) == 1 else ""


def _has_word(name: str, words: frozenset[str]) -> bool:
    return bool(words & set(name.split())) or any(
        word in name for word in words if ord(word[0]) >= _FIRST_JOINED_SIGN or " " in word
    )


def _may_hold_amounts(source: ImportSource, header: str) -> bool:
    sample = source.sample(header)
    return bool(len(sample)) and is_fitting_target(sample, targets_of_table("Deals")[_AMOUNT_TARGET])


def _find_differences(source: ImportSource, amounts: str, other: str) -> pd.Series:
    """Return the rows where both columns have an amount other than 0, and these differ."""
    one, two = (_numbers_of_column(source, header) for header in (amounts, other))
    found = (one != two) & one.notna() & two.notna() & (one != 0) & (two != 0)
    return found.reindex(source.cells.index, fill_value=False)


def _numbers_of_column(source: ImportSource, header: str) -> pd.Series:
    return tidy_texts(source.cells[header]).head(_TRIED_ROWS).map(_bare_number_of_text).astype("float64")


def _bare_number_of_text(text: str) -> float | None:
    reading = parse_number_reading(text) if text else None
    value = None if reading is None else reading.dot if reading.dot is not None else reading.comma
    return None if value is None else float(value)


def _is_open(source: ImportSource, columns: Mapping[str, str]) -> pd.Series:
    """Return the rows that no stage and no status says to be won or lost."""
    is_open = pd.Series(True, index=source.cells.index)
    for header, to in columns.items():
        if to in ("stage", "outcome"):
            kinds = {text: kind_of_stage_name(text) for text in source.cells[header].unique()}
            is_open &= ~source.cells[header].map(kinds).isin(_CLOSED_KINDS)
        elif to in ("won_date", "is_won"):
            is_open &= ~source.cells[header].str.contains(r"[1-9a-z]", case=False, regex=True)
    return is_open


def _in_order_of(source: ImportSource, columns: Mapping[str, str]) -> Mapping[str, str]:
    return {header: columns[header] for header in source.headers if header in columns}
