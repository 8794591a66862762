"""Money to the cent, and the formula columns of Quotes and QuoteLines as their formulas compute them.

A blank number is zero. Each line is rounded to cents, then the discounted subtotal, then the tax, so that the printed
numbers add up. Rounding is half away from zero, like ROUND in the sheet, and exact: columns are computed in floating
point, and only rows so close to half a cent that the last digits of a float matter are computed again as decimals.
Amounts can be spelled in Chinese capitals, as contracts and invoices do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.kept_values import keep_value
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import fold_keys

MoneyArray = npt.NDArray[np.float64]

CENT = Decimal("0.01")
EXACT_CONTEXT = Context(prec=400, rounding=ROUND_HALF_UP)  # wide enough for any amount a cell can hold

_HALF_CENT_MARGIN = 1e-6  # in cents; typed numbers are either at half a cent or much further away
_ROUNDING_MARGIN = 64 * float(np.finfo(np.float64).eps)  # far more than a few roundings can add up to
_FIRST_WHOLE_FLOAT = 2.0**53  # from here on every float is a whole number


def to_exact_decimal(number: float) -> Decimal:
    """Return the number that a person typed, the shortest decimal that the float stands for; blank is zero."""
    return Decimal(0) if is_missing(number) else Decimal(repr(float(number)))


def round_to_cents(amount: Decimal) -> Decimal:
    """Return *amount* in whole cents."""
    cents = amount.quantize(CENT, context=EXACT_CONTEXT)
    return cents if cents else abs(cents)  # no negative zero


def compute_whole_cents(amounts: MoneyArray, exact: Callable[[int], Decimal]) -> MoneyArray:
    """Return *amounts* in cents, each rounded by its exact value; *exact* returns that of one row and is rarely called."""
    cents = amounts * 100.0
    size = np.abs(cents)
    fractional = size < _FIRST_WHOLE_FLOAT  # larger numbers and non-numbers are not rounded
    floors = np.floor(size, where=fractional, out=size.copy())
    part = np.where(fractional, size, 0.0) - np.where(fractional, floors, 0.0)
    result = np.copysign(floors + (part >= 0.5), cents) + 0.0
    doubtful = fractional & (np.abs(part - 0.5) <= _HALF_CENT_MARGIN + size * _ROUNDING_MARGIN)
    for row in np.flatnonzero(doubtful):
        result[row] = float(round_to_cents(exact(int(row))) * 100)
    return np.asarray(result)


_LARGEST_SPELLED_AMOUNT = Decimal(10) ** 16  # there is no agreed spelling beyond this


def spell_chinese_amount(amount: Decimal) -> str:
    """Return *amount* rounded to cents in Chinese capitals, as on cheques; "" from 10^16 on."""
    import cn2an  # takes longer to import than a whole run of a small workbook

    cents = round_to_cents(amount)
    return "" if abs(cents) >= _LARGEST_SPELLED_AMOUNT else str(cn2an.an2cn(f"{cents:f}", "rmb"))


_IGNORE_QUOTE_OVERFLOW = np.errstate(over="ignore", invalid="ignore")


def compute_line_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the column net of QuoteLines, indexed as the frame."""
    lines = pipeline["QuoteLines"]
    return pd.DataFrame({"net": _cents_to_amounts(_compute_line_cents(pipeline))}, index=lines.index)


def compute_quote_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the columns subtotal, net, tax and total of Quotes, indexed as the frame."""
    quotes = pipeline["Quotes"]
    sums = _compute_quote_sums(pipeline)
    columns = {"subtotal": sums.subtotal, "net": sums.total - sums.tax, "tax": sums.tax, "total": sums.total}
    return pd.DataFrame(
        {column_id: _cents_to_amounts(cents) for column_id, cents in columns.items()}, index=quotes.index
    )


def compute_deal_line_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the column net of DealLines, indexed as the frame."""
    lines = pipeline["DealLines"]
    if lines.empty:
        return lines[[]]
    cents = _compute_net_cents(lines, _look_up_prices(lines, pipeline["Products"]))
    return pd.DataFrame({"net": _cents_to_amounts(cents)}, index=lines.index)


@keep_value
def find_line_prices(pipeline: Pipeline) -> MoneyArray:
    """Return the unit price of every quote line: its own, or else that of the price list, or else zero."""
    return _look_up_prices(pipeline["QuoteLines"], pipeline["Products"])


def _look_up_prices(lines: pd.DataFrame, products: pd.DataFrame) -> MoneyArray:
    listed = products.assign(product=fold_keys(products["product"])).drop_duplicates("product").set_index("product")
    found = fold_keys(lines["product"]).map(listed["price"]).where(lines["product"] != "")
    return _fill_blank_amounts(lines["price"].where(lines["price"].notna(), found.astype("float64")))


@dataclass(frozen=True, slots=True)
class _QuoteSums:
    """Per quote, in whole cents."""

    subtotal: MoneyArray
    tax: MoneyArray
    total: MoneyArray


def _cents_to_amounts(cents: MoneyArray) -> MoneyArray:
    # beyond the range of numbers the sheet shows an error
    return np.where(np.isfinite(cents), cents, np.nan) / 100.0


@keep_value
def _compute_line_cents(pipeline: Pipeline) -> MoneyArray:
    return _compute_net_cents(pipeline["QuoteLines"], find_line_prices(pipeline))


@_IGNORE_QUOTE_OVERFLOW
def _compute_net_cents(lines: pd.DataFrame, price: MoneyArray) -> MoneyArray:
    quantity, discount = _fill_blank_amounts(lines["quantity"]), _fill_blank_amounts(lines["discount"])

    def exact(row: int) -> Decimal:
        left = EXACT_CONTEXT.subtract(Decimal(1), to_exact_decimal(discount[row]))
        return EXACT_CONTEXT.multiply(
            EXACT_CONTEXT.multiply(to_exact_decimal(quantity[row]), to_exact_decimal(price[row])), left
        )

    return compute_whole_cents(quantity * price * (1.0 - discount), exact)


@_IGNORE_QUOTE_OVERFLOW
def _compute_quote_sums(pipeline: Pipeline) -> _QuoteSums:
    quotes = pipeline["Quotes"]
    subtotal = _compute_quote_subtotals(pipeline)
    discount, shipping = _fill_blank_amounts(quotes["discount"]), _fill_blank_amounts(quotes["shipping"])
    rate = _fill_blank_amounts(quotes["tax_rate"].fillna(pipeline.settings.number("tax_rate")))

    def left(row: int) -> Decimal:
        return EXACT_CONTEXT.multiply(
            _cents_to_decimal(subtotal[row]), EXACT_CONTEXT.subtract(Decimal(1), to_exact_decimal(discount[row]))
        )

    discounted = compute_whole_cents(subtotal / 100.0 * (1.0 - discount), left)

    def base(row: int) -> Decimal:
        return EXACT_CONTEXT.add(_cents_to_decimal(discounted[row]), to_exact_decimal(shipping[row]))

    before_tax = discounted / 100.0 + shipping
    added = compute_whole_cents(
        before_tax * rate, lambda row: EXACT_CONTEXT.multiply(base(row), to_exact_decimal(rate[row]))
    )
    inclusive = compute_whole_cents(before_tax, base)
    exclusive = compute_whole_cents(
        before_tax + added / 100.0, lambda row: EXACT_CONTEXT.add(base(row), _cents_to_decimal(added[row]))
    )
    grown = np.where(rate == -1.0, np.nan, 1.0 + rate)  # the sheet divides by zero there
    contained = inclusive - compute_whole_cents(
        inclusive / 100.0 / grown,
        lambda row: EXACT_CONTEXT.divide(
            _cents_to_decimal(inclusive[row]), EXACT_CONTEXT.add(Decimal(1), to_exact_decimal(rate[row]))
        ),
    )
    includes = (quotes["tax_mode"] == "inclusive").to_numpy()
    return _QuoteSums(subtotal, np.where(includes, contained, added), np.where(includes, inclusive, exclusive))


def _compute_quote_subtotals(pipeline: Pipeline) -> MoneyArray:
    # like SUMIFS, ignore case; a duplicate quote number gets the same sum twice
    quotes, lines = pipeline["Quotes"], pipeline["QuoteLines"]
    counted = (lines["optional"] != "yes").to_numpy() & (lines["quote"] != "").to_numpy()
    cents = pd.Series(_compute_line_cents(pipeline)[counted])
    sums = cents.groupby(fold_keys(lines["quote"]).to_numpy()[counted]).sum()
    return _fill_blank_amounts(fold_keys(quotes["quote"]).map(sums))


def _fill_blank_amounts(column: pd.Series) -> MoneyArray:
    numbers = column.to_numpy("float64")
    return np.asarray(np.where(np.isnan(numbers), 0.0, numbers))


def _cents_to_decimal(cents: float) -> Decimal:
    return round_to_cents(to_exact_decimal(cents) / 100)
