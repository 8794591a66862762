"""What keeps a quote from going out, or should be looked at first."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from xl_salesflow.model.discounts import granted, limits, owners, unapproved
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.text import Text
from xl_salesflow.quotes.arithmetic import line_columns, prices, quote_columns
from xl_salesflow.quotes.record import Record, record, records

NOTHING = Text(
    "Deal {deal} has neither a product nor an amount to quote; fill in one of them.",
    "商机 {deal} 既没有产品也没有金额，无法报价；请至少填写一项。",
)
NO_LINES = Text(
    "Quote {quote} has no line; add at least one in the sheet {sheet}.",
    "报价单 {quote} 没有明细；请在工作表“{sheet}”中至少添加一行。",
)
NO_PRICE = Text(
    "Quote {quote}, line {position}: no unit price, and {product} has none in the price list; fill in one of them.",
    "报价单 {quote} 第 {position} 行没有单价，价目表中“{product}”也没有价格；请填写其中之一。",
)
NO_QUANTITY = Text(
    "Quote {quote}, line {position}: no quantity, so the line comes to nothing; fill it in.",
    "报价单 {quote} 第 {position} 行没有数量，小计为零；请填写数量。",
)
NO_NUMBER = Text(
    "Quote {quote} does not come to an amount; check quantities, prices, discounts and the tax rate.",
    "报价单 {quote} 无法算出金额；请检查数量、单价、折扣与税率。",
)
NO_RATE = Text(
    "Quote {quote} is in {currency}; fill in the exchange rate so that it can be compared.",
    "报价单 {quote} 使用 {currency}；请填写汇率以便折算。",
)
NOT_GRANTED = Text(
    "Quote {quote} takes off {given} and the deal's owner may grant {limit}; it needs an approval before it goes out.",
    "报价单 {quote} 的折扣为 {given}，负责人权限为 {limit}；发出前须经批准。",
)
OVER = Text(
    "Quote {quote} was valid until {until}; give it a new date before you send it.",
    "报价单 {quote} 的有效期为 {until}；发送前请更新有效期。",
)


def nothing_to_offer(pipeline: Pipeline, deal: int) -> Finding | None:
    """Return what is wrong with the deal in sheet row *deal* when it gives nothing to quote."""
    row = record(pipeline, "Deals", deal)
    before = (pipeline["Quotes"]["deal"].str.lower() == row["deal"].lower()).any()
    if row["product"] or row["amount"] == row["amount"] or before:
        return None
    message = NOTHING.in_(pipeline.language, deal=row["deal"])
    cell = pipeline.cell("Deals", deal, "amount")
    return Finding("nothing_to_quote", "block", message, "Deals", row["deal"], "amount", cell)


def faults(pipeline: Pipeline, row: int) -> tuple[Finding, ...]:
    """Return what is wrong with the quote in sheet row *row* of Quotes and with its lines."""
    return (*_of_quote(pipeline, row), *_of_lines(pipeline, row))


def _of_quote(pipeline: Pipeline, row: int) -> Iterator[Finding]:
    quote, base = record(pipeline, "Quotes", row), pipeline.settings.text("currency").strip().upper()
    number, currency = quote["quote"], quote["currency"].strip().upper()

    def finding(rule: str, severity: str, text: Text, column: str, **facts: object) -> Finding:
        message = text.in_(pipeline.language, quote=number, **facts)
        return Finding(rule, severity, message, "Quotes", number, column, pipeline.cell("Quotes", row, column))

    nets = line_columns(pipeline)["net"][pipeline["QuoteLines"]["quote"].str.lower() == number.lower()]
    if nets.isna().any() or quote_columns(pipeline).loc[row].isna().any():
        yield finding("quote_without_amount", "block", NO_NUMBER, "total")
    if currency not in ("", base) and not quote["rate"] > 0:
        yield finding("quote_without_rate", "warn", NO_RATE, "rate", currency=currency)
    if unapproved(pipeline)[row]:
        share = {"given": _percent(granted(pipeline)[row]), "limit": _percent(limits(pipeline, owners(pipeline))[row])}
        gone = quote["status"] in ("sent", "accepted")
        yield finding("discount_unapproved", "block" if gone else "warn", NOT_GRANTED, "approved_by", **share)
    until = quote["valid_until"]
    if until is not pd.NaT and until.date() < pipeline.today and quote["status"] in ("", "draft", "sent"):
        yield finding("quote_out_of_date", "warn", OVER, "valid_until", until=until.date().isoformat())


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"


def _of_lines(pipeline: Pipeline, row: int) -> Iterator[Finding]:
    number, lines = record(pipeline, "Quotes", row)["quote"], pipeline["QuoteLines"]
    mine = lines.assign(cost=prices(pipeline))[lines["quote"].str.lower() == number.lower()]
    if not len(mine):
        sheet = pipeline.cell("QuoteLines", 0).strip("'")
        message = NO_LINES.in_(pipeline.language, quote=number, sheet=sheet)
        yield Finding("quote_without_lines", "block", message, "Quotes", number, "quote", pipeline.cell("Quotes", row))
    for line, values in zip(mine.index, records(mine), strict=True):
        for rule, text, column in _missing(values):
            place = "?" if values["position"] != values["position"] else f"{values['position']:g}"
            message = text.in_(pipeline.language, quote=number, position=place, product=values["product"])
            cell = pipeline.cell("QuoteLines", int(line), column)
            yield Finding(rule, "warn", message, "QuoteLines", number, column, cell)


def _missing(line: Record) -> Iterator[tuple[str, Text, str]]:
    if line["price"] != line["price"] and not line["cost"]:
        yield "quote_line_without_price", NO_PRICE, "price"
    if line["quantity"] != line["quantity"]:
        yield "quote_line_without_quantity", NO_QUANTITY, "quantity"
