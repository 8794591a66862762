"""What a quote prints, as plain values: text, dates, and money and rates as decimals. No layout, no language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.quotes.arithmetic import line_columns, prices, quote_columns
from xl_salesflow.quotes.benefits import benefits
from xl_salesflow.quotes.capitals import capitals
from xl_salesflow.quotes.changes import changes
from xl_salesflow.quotes.money import decimal, rounded
from xl_salesflow.quotes.record import Record, found, record, records

Facts = dict[str, Any]


def quote_facts(pipeline: Pipeline, row: int) -> Facts:
    """Return everything that the quote in sheet row *row* of Quotes says.

    Keys: source (the workbook's path), quote (number, version, status, date, valid_until, supersedes, terms, notes),
    seller, buyer, contact, owner, deal, lines (product, description, quantity, unit, price, discount, optional, net),
    totals (subtotal, discount, shipping, net, tax, total), capitals, benefits, changes (what and text, each a Text, since the
    version it replaces), and the conditions of `_conditions`.
    """
    quote = record(pipeline, "Quotes", row)
    deal = found(pipeline, "Deals", quote["deal"])
    lines = _lines(pipeline, quote["quote"])
    totals = _totals(quote, records(quote_columns(pipeline).loc[[row]])[0])
    return {
        "source": pipeline.source,
        "quote": _quote(quote),
        "seller": {id: pipeline.settings.text(id) for id in ("company", "address", "phone", "email", "bank", "logo")},
        **_people(pipeline, quote, deal),
        **_conditions(pipeline, quote),
        "lines": lines,
        "totals": totals,
        "capitals": capitals(totals["total"]),
        "benefits": benefits(pipeline, deal, [line["product"] for line in lines]),
        "changes": changes(pipeline, row),
    }


def _quote(quote: Record) -> Facts:
    version = quote["version"]
    return {
        "number": quote["quote"],
        "version": 1 if version != version else int(version),
        "date": _day(quote["date"]),
        "valid_until": _day(quote["valid_until"]),
        **_picked(quote, "status", "supersedes", "terms", "notes"),
    }


def _people(pipeline: Pipeline, quote: Record, deal: Record) -> Facts:
    contact = found(pipeline, "Contacts", quote["contact"] or deal["contact"])
    return {
        "deal": _picked(deal, "deal", "name"),
        "buyer": _picked(found(pipeline, "Accounts", deal["account"]), "account", "address", "phone", "tax_id"),
        "contact": _picked(contact, "contact", "title", "phone", "email"),
        "owner": _picked(found(pipeline, "Team", deal["owner"]), "person", "email"),
    }


def _conditions(pipeline: Pipeline, quote: Record) -> Facts:
    """Return currency and base_currency (ISO codes), rate or None, tax_mode, tax_rate and discount (fractions)."""
    base = pipeline.settings.text("currency").strip().upper()
    rate, tax_rate = quote["rate"], quote["tax_rate"]
    return {
        "currency": quote["currency"].strip().upper() or base,
        "base_currency": base,
        "rate": decimal(rate) if rate > 0 else None,
        "tax_mode": quote["tax_mode"] or "exclusive",
        "tax_rate": decimal(tax_rate if tax_rate == tax_rate else pipeline.settings.number("tax_rate")),
        "discount": decimal(quote["discount"]),
    }


def _lines(pipeline: Pipeline, number: str) -> list[Facts]:
    lines = pipeline["QuoteLines"]
    lines = lines.assign(net=line_columns(pipeline)["net"], price=prices(pipeline))
    mine = lines[lines["quote"].str.lower() == number.lower()].sort_values("position", kind="stable")
    return [_line(line, found(pipeline, "Products", line["product"])) for line in records(mine)]


def _line(line: Record, product: Record) -> Facts:
    return {
        "product": line["product"],
        "description": line["description"] or product["description"],
        "quantity": decimal(line["quantity"]),
        "unit": line["unit"] or product["unit"],
        "price": decimal(line["price"]),
        "discount": decimal(line["discount"]),
        "optional": line["optional"] == "yes",
        "net": rounded(decimal(line["net"])),
    }


def _totals(quote: Record, sums: Record) -> dict[str, Decimal]:
    totals = {id: rounded(decimal(sums[id])) for id in ("subtotal", "net", "tax", "total")}
    shipping = rounded(decimal(quote["shipping"]))
    before_tax = totals["total"] if quote["tax_mode"] == "inclusive" else totals["net"]
    # what is left between the lines and the sum before tax, so that the printed column adds up
    return {**totals, "shipping": shipping, "discount": totals["subtotal"] + shipping - before_tax}


def _picked(row: Record, *ids: str) -> Facts:
    return {id: str(row[id]) for id in ids}


def _day(cell: Any) -> date | None:
    return None if cell is pd.NaT or cell == "" else cell.date()
