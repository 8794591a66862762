"""The formula columns of Quotes and QuoteLines, as their formulas (model/tables/offers.py) compute them.

A blank number is zero. Each line is rounded to cents, then the discounted sum, then the tax, so that print adds up.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.quotes.money import EXACT, Floats, decimal, rounded, whole_cents

_BEYOND = np.errstate(over="ignore", invalid="ignore")


def line_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the column net of QuoteLines, indexed as the frame."""
    lines = pipeline["QuoteLines"]
    return pd.DataFrame({"net": _shown(_line_cents(pipeline))}, index=lines.index)


def quote_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the columns subtotal, net, tax and total of Quotes, indexed as the frame."""
    quotes = pipeline["Quotes"]
    sums = _sums(pipeline)
    columns = {"subtotal": sums.subtotal, "net": sums.total - sums.tax, "tax": sums.tax, "total": sums.total}
    return pd.DataFrame({id: _shown(cents) for id, cents in columns.items()}, index=quotes.index)


def prices(pipeline: Pipeline) -> Floats:
    """Return the unit price of every quote line: its own, else that of the price list, else zero."""
    lines, products = pipeline["QuoteLines"], pipeline["Products"]
    listed = products.assign(product=products["product"].str.lower()).drop_duplicates("product").set_index("product")
    found = lines["product"].str.lower().map(listed["price"]).where(lines["product"] != "")
    return _numbers(lines["price"].where(lines["price"].notna(), found.astype("float64")))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Per quote, in whole cents."""

    subtotal: Floats
    tax: Floats
    total: Floats


def _shown(cents: Floats) -> Floats:
    # beyond all numbers the sheet shows an error
    return np.where(np.isfinite(cents), cents, np.nan) / 100.0


@_BEYOND
def _line_cents(pipeline: Pipeline) -> Floats:
    lines = pipeline["QuoteLines"]
    quantity, price, discount = _numbers(lines["quantity"]), prices(pipeline), _numbers(lines["discount"])

    def exact(row: int) -> Decimal:
        left = EXACT.subtract(Decimal(1), decimal(discount[row]))
        return EXACT.multiply(EXACT.multiply(decimal(quantity[row]), decimal(price[row])), left)

    return whole_cents(quantity * price * (1.0 - discount), exact)


@_BEYOND
def _sums(pipeline: Pipeline) -> _Sums:
    quotes = pipeline["Quotes"]
    subtotal = _subtotals(pipeline)
    discount, shipping = _numbers(quotes["discount"]), _numbers(quotes["shipping"])
    rate = _numbers(quotes["tax_rate"].fillna(pipeline.settings.number("tax_rate")))

    def left(row: int) -> Decimal:
        return EXACT.multiply(_money(subtotal[row]), EXACT.subtract(Decimal(1), decimal(discount[row])))

    discounted = whole_cents(subtotal / 100.0 * (1.0 - discount), left)

    def base(row: int) -> Decimal:
        return EXACT.add(_money(discounted[row]), decimal(shipping[row]))

    before_tax = discounted / 100.0 + shipping
    added = whole_cents(before_tax * rate, lambda row: EXACT.multiply(base(row), decimal(rate[row])))
    inclusive = whole_cents(before_tax, base)
    exclusive = whole_cents(before_tax + added / 100.0, lambda row: EXACT.add(base(row), _money(added[row])))
    grown = np.where(rate == -1.0, np.nan, 1.0 + rate)  # the sheet divides by zero there
    contained = inclusive - whole_cents(
        inclusive / 100.0 / grown,
        lambda row: EXACT.divide(_money(inclusive[row]), EXACT.add(Decimal(1), decimal(rate[row]))),
    )
    includes = (quotes["tax_mode"] == "inclusive").to_numpy()
    return _Sums(subtotal, np.where(includes, contained, added), np.where(includes, inclusive, exclusive))


def _subtotals(pipeline: Pipeline) -> Floats:
    # like SUMIFS: capitals do not matter, and a quote given twice gets the same sum twice
    quotes, lines = pipeline["Quotes"], pipeline["QuoteLines"]
    counted = (lines["optional"] != "yes").to_numpy() & (lines["quote"] != "").to_numpy()
    cents = pd.Series(_line_cents(pipeline)[counted])
    sums = cents.groupby(lines["quote"].str.lower().to_numpy()[counted]).sum()
    return _numbers(quotes["quote"].str.lower().map(sums))


def _numbers(column: pd.Series) -> Floats:
    numbers = column.to_numpy("float64")
    return np.asarray(np.where(np.isnan(numbers), 0.0, numbers))


def _money(cents: float) -> Decimal:
    return rounded(decimal(cents) / 100)
