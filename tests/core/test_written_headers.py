"""Units in headers."""

from __future__ import annotations

import pytest

from tests.workbook.lines import lines
from xl_salesflow.core.written_money import read_header_unit


@pytest.mark.parametrize(
    ("header", "name", "times", "currency"),
    lines("""
    header                | name      | times   | currency
    Amount                | Amount    | 1       |
    Amount (k€)           | Amount    | 1000    | EUR
    Amount in k€          | Amount    | 1000    | EUR
    Amount (in thousands) | Amount    | 1000    |
    Amount (USD, k)       | Amount    | 1000    | USD
    Revenue ('000)        | Revenue   | 1000    |
    Revenue ($000s)       | Revenue   | 1000    | USD
    Revenue in 1,000 EUR  | Revenue   | 1000    | EUR
    Revenue in 1,000 EUR  | Revenue   | 1000    | EUR
    Revenue 000s          | Revenue   | 1000    |
    Betrag in 10.000 EUR  | Betrag    | 10000   | EUR
    Amount (10k CNY)      | Amount    | 10000   | CNY
    Amount (RMB 10,000)   | Amount    | 10000   | CNY
    Amount (100k)         | Amount    | 100000  |
    Amount (USD 1,000,000) | Amount   | 1000000 | USD
    Amount (cents)        | Amount    | 0.01    |
    amount_cents          | amount    | 0.01    |
    Value in pence        | Value     | 0.01    | GBP
    金额（分）            | 金额      | 0.01    | CNY
    Target 100,000 a year | Target 100,000 a year | 1 |
    Value, $m             | Value     | 1000000 | USD
    Est. Value (MM)       | Est. Value | 1000000 |
    Value [k]             | Value     | 1000    |
    Umsatz T€             | Umsatz    | 1000    | EUR
    Umsatz (TEUR)         | Umsatz    | 1000    | EUR
    Umsatz (Mio. EUR)     | Umsatz    | 1000000 | EUR
    Importe en miles de € | Importe   | 1000    | EUR
    Amount USD            | Amount    | 1       | USD
    Amount (USD)          | Amount    | 1       | USD
    金额(万元)            | 金额      | 10000   | CNY
    金额（单位：千元）    | 金额      | 1000    | CNY
    金额/万元             | 金额      | 10000   | CNY
    金额：万              | 金额      | 10000   |
    预计金额(万)          | 预计金额  | 10000   |
    Probability (%)       | Probability | 0.01  |
    Price/kg              | Price/kg  | 1       |
    Amount (incl. VAT)    | Amount (incl. VAT) | 1 |
    Amount / Amount       | Amount / Amount | 1 |
    Order in progress     | Order in progress | 1 |
    Closed in 2026        | Closed in 2026 | 1 |
    Size (L)              | Size (L)  | 1       |
    """),
)
def test_the_unit_of_a_header(header: str, name: str, times: str, currency: str) -> None:
    unit = read_header_unit(header)
    assert (unit.name, unit.times, "".join(unit.codes[:1])) == (name, float(times), currency)
