"""The facts that a quote prints as plain values, and its changes since the version it replaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import BLANK_LABEL, format_short_number
from xl_salesflow.locale.texts import LABEL_AND_VALUE, SEMICOLON_SEPARATOR, Text, TextList, fold_text, literal_text
from xl_salesflow.quotes.quote_arithmetic import (
    compute_line_columns,
    compute_quote_columns,
    find_line_prices,
    round_to_cents,
    spell_chinese_amount,
    to_exact_decimal,
)
from xl_salesflow.quotes.quote_lookup import (
    PRINTED_NEED_COLUMNS,
    SELLER_SETTINGS,
    DealFacts,
    Record,
    find_record,
    list_printed_columns,
    list_records,
    pick_printed_texts,
    read_fact_date,
    read_record,
)
from xl_salesflow.schema.choice_lists import find_option_text
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

LINE_ADDED_TEXT = Text("new: {quantity} × {price}")
LINE_REMOVED_TEXT = Text("no longer offered")
VALUE_CHANGED_TEXT = Text("{before} → {after}")
_COMPARED_LINE_COLUMNS = ("description", "quantity", "unit", "price", "discount", "optional")
_COMPARED_TERM_COLUMNS = ("currency", "tax_mode", "tax_rate", "discount", "shipping", "terms", "total")


def compare_quote_versions(pipeline: Pipeline, row: int) -> list[dict[str, Text]]:
    """Return what changed and how (both Text) in the quote in sheet row *row* since the quote it supersedes."""
    quotes = pipeline["Quotes"]
    new = read_record(pipeline, "Quotes", row)
    older = quotes.index[fold_keys(quotes["quote"]) == fold_text(new["supersedes"])]
    if not new["supersedes"] or not len(older):
        return []
    sums = compute_quote_columns(pipeline)["total"]
    now, then = {**new, "total": sums[row]}, {**read_record(pipeline, "Quotes", int(older[0])), "total": sums[older[0]]}
    lines = _price_quote_lines(pipeline)
    of = [list_records(lines[fold_keys(lines["quote"]) == fold_text(quote["quote"])]) for quote in (then, now)]
    return [*_compare_quote_lines(*of), *_compare_quote_cells("Quotes", then, now, _COMPARED_TERM_COLUMNS)]


def _price_quote_lines(pipeline: Pipeline) -> pd.DataFrame:
    lines = pipeline["QuoteLines"]
    held = lines.assign(
        price=find_line_prices(pipeline),
        net=compute_line_columns(pipeline)["net"],
        discount=lines["discount"].fillna(0),
    )
    return held.sort_values("position", kind="stable")


def _compare_quote_lines(before: list[Record], after: list[Record]) -> Iterator[dict[str, Text]]:
    """Yield new, changed and dropped lines; lines are matched by product, and by order if a product has several."""
    left = list(before)
    for line in after:
        old = next((one for one in left if fold_text(_quote_line_name(one)) == fold_text(_quote_line_name(line))), None)
        if old is None:
            facts = {"quantity": format_short_number(line["quantity"]), "price": _format_quote_amount(line["price"])}
            yield _build_line_change(line, LINE_ADDED_TEXT.with_facts(**facts))
            continue
        left.remove(old)
        changed = list(_compare_quote_cells("QuoteLines", old, line, _COMPARED_LINE_COLUMNS))
        if changed:
            yield _build_line_change(line, _join_line_changes(changed))
    for line in left:
        yield _build_line_change(line, LINE_REMOVED_TEXT)


def _compare_quote_cells(table: str, old: Record, new: Record, columns: tuple[str, ...]) -> Iterator[dict[str, Text]]:
    for column_id in columns:
        if _is_same_quote_value(old[column_id], new[column_id]):
            continue
        before, after = (
            _quote_cell_text(table, column_id, old[column_id]),
            _quote_cell_text(table, column_id, new[column_id]),
        )
        yield {
            "what": TABLES[table][column_id].header,
            "text": VALUE_CHANGED_TEXT.with_facts(before=before, after=after),
        }


def _build_line_change(line: Record, message: Text) -> dict[str, Text]:
    return {"what": literal_text(_quote_line_name(line)), "text": message}


def _join_line_changes(changed: list[dict[str, Text]]) -> Text:
    items = tuple(LABEL_AND_VALUE.with_facts(label=one["what"], value=one["text"]) for one in changed)
    return literal_text("{changes}").with_facts(changes=TextList(items, SEMICOLON_SEPARATOR))


def _quote_line_name(line: Record) -> str:
    return str(line["product"] or line["description"])


def _is_same_quote_value(old: Any, new: Any) -> bool:
    if isinstance(old, str):
        return bool(old.strip() == new.strip())
    return bool(
        old == new or (is_missing(old) and is_missing(new)) or abs(_zero_if_blank(old) - _zero_if_blank(new)) < 1e-9
    )


def _quote_cell_text(table: str, column_id: str, value: Any) -> str | Text:
    column = TABLES[table][column_id]
    if isinstance(value, str):
        return find_option_text(column.options, value) or value or BLANK_LABEL
    if is_missing(value):
        return BLANK_LABEL
    if column.type is ColumnType.PERCENT:
        return f"{value * 100:.6g} %"
    return _format_quote_amount(value) if column.type is ColumnType.MONEY else format_short_number(value)


def _format_quote_amount(value: float) -> str:
    return f"{_zero_if_blank(value):,.2f}"


def _zero_if_blank(value: float) -> float:
    return 0.0 if is_missing(value) else value


_NEED_SEPARATORS = re.compile(r"[,\uff0c\u3001;\uff1b\n]")  # Western and Chinese commas and semicolons


def match_benefits(pipeline: Pipeline, needs: Iterable[str], products: Iterable[str]) -> list[dict[str, Any]]:
    """Return product, feature, advantage, benefit and matched *needs* per product; those that match one come first.

    A product without any of the three texts is left out.
    """
    customer_needs = " ".join(needs).casefold()
    rows = (find_record(pipeline, "Products", name) for name in dict.fromkeys(products) if name)
    benefits = [_match_product_needs(row, customer_needs) for row in rows]
    telling = [one for one in benefits if one["feature"] or one["advantage"] or one["benefit"]]
    return sorted(telling, key=lambda one: len(one["needs"]), reverse=True)


def _match_product_needs(row: Record, customer_needs: str) -> dict[str, Any]:
    words = [word.strip() for word in _NEED_SEPARATORS.split(row["needs"]) if word.strip()]
    texts = pick_printed_texts("Products", row, "product", "feature", "advantage", "benefit")
    return {**texts, "needs": [word for word in words if _is_word_in_text(customer_needs, word.casefold())]}


def _is_word_in_text(text: str, word: str) -> bool:
    # a Latin word must match as a whole ("art" is not in "start"); Chinese has no blanks between words
    if word.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None
    return word in text


def collect_quote_facts(pipeline: Pipeline, row: int) -> DealFacts:
    """Return all facts of the quote in sheet row *row* of Quotes.

    Keys: source (the workbook's path), quote (number, version, status, date, valid_until, supersedes, terms, notes),
    seller, buyer, contact, owner, deal, lines (product, description, quantity, unit, price, discount, optional, net),
    totals (subtotal, discount, shipping, net, tax, total), capitals, benefits, changes (what and text, each a Text,
    since the replaced version), and the conditions of `_quote_condition_facts`.
    """
    quote = read_record(pipeline, "Quotes", row)
    deal = find_record(pipeline, "Deals", quote["deal"])
    lines = list_quote_line_facts(pipeline, quote["quote"])
    # a customer reads “You asked for …” only about what they asked for
    needs = pick_printed_texts("Quotes", quote, *PRINTED_NEED_COLUMNS.values())
    spoken_needs = [str(deal["explicit_needs"]), *needs.values()]
    totals = _quote_total_facts(quote, list_records(compute_quote_columns(pipeline).loc[[row]])[0])
    return {
        "source": pipeline.source,
        "quote": _quote_head_facts(quote),
        "seller": {setting_id: pipeline.settings.text(setting_id) for setting_id in SELLER_SETTINGS},
        **collect_people_facts(pipeline, deal, quote["contact"]),
        **_quote_condition_facts(pipeline, quote),
        "lines": lines,
        "totals": totals,
        "capitals": spell_chinese_amount(totals["total"]),
        "benefits": match_benefits(pipeline, spoken_needs, [line["product"] for line in lines]),
        "changes": compare_quote_versions(pipeline, row),
        **(list_printed_columns(pipeline, deal) if len(pipeline["Columns"]) else {}),
    }


def _quote_head_facts(quote: Record) -> DealFacts:
    version = quote["version"]
    return {
        "number": quote["quote"],
        "version": 1 if is_missing(version) else int(version),
        "date": read_fact_date(quote["date"]),
        "valid_until": read_fact_date(quote["valid_until"]),
        "status": str(quote["status"]),
        **pick_printed_texts("Quotes", quote, "supersedes", "terms", "notes"),
    }


def collect_people_facts(pipeline: Pipeline, deal: Record, contact: str = "") -> DealFacts:
    """Return deal, buyer, contact and owner as customers may read them; the main contact of *deal* unless *contact* is given."""
    addressee = find_record(pipeline, "Contacts", contact or deal["contact"])
    return {
        "deal": pick_printed_texts("Deals", deal, "deal", "name"),
        "buyer": pick_printed_texts(
            "Accounts", find_record(pipeline, "Accounts", deal["account"]), "account", "address", "phone", "tax_id"
        ),
        "contact": pick_printed_texts("Contacts", addressee, "contact", "title", "phone", "email"),
        "owner": pick_printed_texts("Team", find_record(pipeline, "Team", deal["owner"]), "person", "email"),
    }


def _quote_condition_facts(pipeline: Pipeline, quote: Record) -> DealFacts:
    """Return currency and base_currency (ISO codes), rate or None, the tax and discount, and what Settings wants printed.

    Tax: tax_mode, tax_name and tax_rate; rates and discount are fractions. To print: home_currency, bank_on_quotes.
    """
    base = pipeline.settings.text("currency").strip().upper()
    rate, tax_rate = quote["rate"], quote["tax_rate"]
    return {
        "currency": quote["currency"].strip().upper() or base,
        "base_currency": base,
        "rate": to_exact_decimal(rate) if rate > 0 else None,
        "tax_mode": quote["tax_mode"] or "exclusive",
        "tax_name": pipeline.settings.text("tax_name"),
        **{key: pipeline.settings.text(key) == "yes" for key in ("home_currency", "bank_on_quotes")},
        "tax_rate": to_exact_decimal(tax_rate if tax_rate == tax_rate else pipeline.settings.number("tax_rate")),
        "discount": to_exact_decimal(quote["discount"]),
    }


def list_quote_line_facts(pipeline: Pipeline, number: str) -> list[DealFacts]:
    """Return the lines of quote *number* by position; an option is *optional*."""
    lines = pipeline["QuoteLines"]
    lines = lines.assign(net=compute_line_columns(pipeline)["net"], price=find_line_prices(pipeline))
    mine = lines[fold_keys(lines["quote"]) == fold_text(number)].sort_values("position", kind="stable")
    return [_quote_line_facts(line, find_record(pipeline, "Products", line["product"])) for line in list_records(mine)]


def _quote_line_facts(line: Record, product: Record) -> DealFacts:
    return {
        "product": line["product"],
        "description": line["description"] or product["description"],
        "quantity": to_exact_decimal(line["quantity"]),
        "unit": line["unit"] or product["unit"],
        "price": to_exact_decimal(line["price"]),
        "discount": to_exact_decimal(line["discount"]),
        "optional": line["optional"] == "yes",
        "net": round_to_cents(to_exact_decimal(line["net"])),
    }


def _quote_total_facts(quote: Record, sums: Record) -> dict[str, Decimal]:
    totals = {
        total_id: round_to_cents(to_exact_decimal(sums[total_id])) for total_id in ("subtotal", "net", "tax", "total")
    }
    shipping = round_to_cents(to_exact_decimal(quote["shipping"]))
    before_tax = totals["total"] if quote["tax_mode"] == "inclusive" else totals["net"]
    # the difference between the lines and the total excluding tax, so that the printed column adds up
    return {**totals, "shipping": shipping, "discount": totals["subtotal"] + shipping - before_tax}
