"""How much of an instalment is tax: its part of the tax of the deal's primary quote, in whole cents that add up.

The instalments share the tax in proportion to what is to be paid; cents that rounding leaves go to the largest remainders. What
stands in an invoice that was printed stays, and the others share the rest, so that the invoices of a contract always add up to
its tax. A deal without a quote has the tax contained in the instalment, at the rate of Settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from xl_salesflow.core.deal_standing import find_primary_quotes
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.process.instalment_plans import split_into_cents
from xl_salesflow.process.payment_upkeep import find_contract_amounts, read_due_amounts
from xl_salesflow.schema.table_frames import fold_keys


@dataclass(frozen=True, slots=True)
class ContractTax:
    """The tax of a deal in cents of the workbook's currency, its rate, and the *quote* it is from ("": the deal has none)."""

    rate: Decimal
    cents: int
    quote: str


def find_contract_tax(pipeline: Pipeline, deal: str) -> ContractTax:
    """Return the tax of what the customer pays for *deal*."""
    row = _find_primary_row(pipeline, deal)
    usual = pipeline.settings.number("tax_rate")
    if row is None:
        amount = find_contract_amounts(pipeline).get(fold_text(deal))
        return ContractTax(_exact(usual), _contained_cents(_to_cents(amount), _exact(usual)), "")
    quote: dict[Any, Any] = pipeline["Quotes"].loc[[row]].to_dict("records")[0]
    base = pipeline.settings.text("currency").strip().upper()
    is_foreign = quote["currency"].strip().upper() not in ("", base)
    factor = quote["rate"] if is_foreign else 1.0
    rate = usual if pd.isna(quote["tax_rate"]) else quote["tax_rate"]
    return ContractTax(_exact(rate), _to_cents(quote["tax"] * factor), str(quote["quote"]))


def compute_invoice_tax(pipeline: Pipeline, row: int) -> Decimal:
    """Return the tax in the instalment in sheet row *row* of Payments; what its invoice already says stays."""
    payments = pipeline["Payments"]
    mine: dict[Any, Any] = payments.loc[[row]].to_dict("records")[0]
    if mine["tax"] == mine["tax"]:
        return Decimal(_to_cents(mine["tax"])).scaleb(-2)
    deal = str(mine["deal"])
    tax = find_contract_tax(pipeline, deal)
    due = read_due_amounts(payments)
    if not tax.quote:
        return Decimal(_contained_cents(_to_cents(due[row]), tax.rate)).scaleb(-2)
    all_parts = payments[fold_keys(payments["deal"]) == fold_text(deal)]
    printed = all_parts["tax"].notna()
    left = tax.cents - sum(map(_to_cents, all_parts["tax"][printed]))
    shares = {int(at): max(0, _to_cents(due[at])) for at in all_parts.index[~printed]}
    contract = _to_cents(find_contract_amounts(pipeline).get(fold_text(deal)))
    missing = max(
        0, contract - sum(_to_cents(due[at]) for at in all_parts.index)
    )  # instalments that nobody entered yet
    parts = [*shares.values(), missing]
    if left <= 0 or not sum(parts):
        return Decimal(0)
    return Decimal(split_into_cents(left, parts)[list(shares).index(row)]).scaleb(-2)


def _find_primary_row(pipeline: Pipeline, deal: str) -> int | None:
    quoted = find_primary_quotes(pipeline)
    rows = quoted.index[(quoted["deal"] == fold_text(deal)) & quoted["value"].notna() & quoted["row"].notna()]
    return int(rows[0]) if len(rows) == 1 else None


def _contained_cents(gross: int, rate: Decimal) -> int:
    net = (Decimal(gross) / (1 + rate)).quantize(Decimal(1), ROUND_HALF_UP) if rate > -1 else Decimal(gross)
    return gross - int(net)


def _exact(number: float) -> Decimal:
    return Decimal(repr(float(number)))


def _to_cents(amount: float | None) -> int:
    return 0 if amount is None or pd.isna(amount) else int((_exact(amount) * 100).quantize(Decimal(1), ROUND_HALF_UP))
