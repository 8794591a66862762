"""Find deals, quotes and rows by their key, and read them as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from xl_salesflow.core.declared_columns import list_declared_columns
from xl_salesflow.core.name_suggestions import unknown_key_error
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.quotes.quote_arithmetic import round_to_cents, to_exact_decimal
from xl_salesflow.schema.plain_values import is_blank
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

Record = dict[str, Any]


def list_records(frame: pd.DataFrame) -> list[Record]:
    """Return the rows of *frame*; blank numbers and dates are NaN and NaT, as in the frame."""
    rows: list[dict[Any, Any]] = frame.to_dict("records")
    return rows


def read_record(pipeline: Pipeline, table: str, row: int) -> Record:
    """Return the row of *table* in sheet row *row*."""
    return list_records(pipeline[table].loc[[row]])[0]


def find_record(pipeline: Pipeline, table: str, key: str) -> Record:
    """Return the first row of *table* with *key*, ignoring case.

    For an unknown key, a row that is blank except for the key.
    """
    frame, key_column = pipeline[table], TABLES[table].key or ""
    rows = list_records(frame[fold_keys(frame[key_column]) == fold_text(key)].head(1)) if key else []
    return rows[0] if rows else {**dict.fromkeys(frame.columns, ""), key_column: key}


DEAD_QUOTE_STATUSES = ("rejected", "expired", "superseded")
"""Statuses of a quote that is no longer an offer."""


@dataclass(frozen=True, slots=True)
class QuoteRef:
    """The sheet row of a quote, or of a deal that has none yet."""

    table: Literal["Quotes", "Deals"]
    row: int


def find_quote_or_deal(pipeline: Pipeline, key: str) -> QuoteRef:
    """Return the deal or quote with number *key*, ignoring case and surrounding blanks.

    Raises:
        UsageError: there is neither; the message names the nearest key.
    """
    deals, quotes = pipeline["Deals"], pipeline["Quotes"]
    quote = _find_quoted_row(quotes["quote"], key)
    if quote is not None:
        return QuoteRef("Quotes", quote)
    deal = _find_quoted_row(deals["deal"], key)
    if deal is None:
        raise _unknown_quote_error(pipeline, key)
    quote = find_standing_quote(pipeline, str(deals.at[deal, "deal"]))
    return QuoteRef("Deals", deal) if quote is None else QuoteRef("Quotes", quote)


def find_standing_quote(pipeline: Pipeline, deal: str) -> int | None:
    """Return the row of the current quote of *deal*: the primary one, or else the latest that is still an offer."""
    quotes = pipeline["Quotes"]
    return find_latest_quote(
        quotes[(fold_keys(quotes["deal"]) == fold_text(deal)) & ~quotes["status"].isin(DEAD_QUOTE_STATUSES)]
    )


def find_latest_quote(quotes: pd.DataFrame) -> int | None:
    """Return the row of the primary one of *quotes*, or else of the latest by date and version; None if there is none."""
    if quotes.empty:
        return None
    order = quotes[["date", "version"]].assign(primary=quotes["primary"] == "yes")
    return int(order.sort_values(["primary", "date", "version"], na_position="first", kind="stable").index[-1])


def _find_quoted_row(keys: pd.Series, key: str) -> int | None:
    folded_key = fold_text(key)
    rows = keys.index[fold_keys(keys) == folded_key] if folded_key else keys.index[:0]
    return int(rows[0]) if len(rows) else None


def _unknown_quote_error(pipeline: Pipeline, key: str) -> UsageError:
    deals = pipeline["Deals"]
    named = zip(deals["deal"], deals["name"], strict=True)
    known = [f"{deal} ({name})" if name else str(deal) for deal, name in named]
    return unknown_key_error(key, Text("deal or quote"), [*map(str, pipeline["Quotes"]["quote"]), *known])


def find_deals_of_keys(
    pipeline: Pipeline, keys: Iterable[str], tables: Iterable[str] = ("Deals", "Quotes")
) -> set[str]:
    """Return the deals that *keys* refer to: numbers of deals, of their quotes, or of other rows of *tables*."""
    folded_keys, found = {fold_text(key) for key in keys}, set[str]()
    for table in tables:
        frame = pipeline[table]
        found.update(frame.loc[fold_keys(frame[TABLES[table].key or ""]).isin(folded_keys), "deal"])
    return found


_QUOTED_DEAL_LINE_COLUMNS = ("product", "description", "quantity", "price", "discount")


def select_deal_lines(pipeline: Pipeline, deal: str) -> pd.DataFrame:
    """Return what a quote takes over from the rows of DealLines about *deal*; those without a product are left out."""
    lines = pipeline["DealLines"]
    mine = (fold_keys(lines["deal"]) == fold_text(deal)) & (lines["deal"] != "") & (lines["product"] != "")
    return lines.loc[mine, list(_QUOTED_DEAL_LINE_COLUMNS)]


DealFacts = dict[str, Any]


def find_row_by_key(pipeline: Pipeline, table: str, key_column: str, key: str) -> int | None:
    """Return the sheet row of *table* whose *key_column* is *key*, ignoring case and surrounding blanks."""
    keys, folded_key = pipeline[table][key_column], fold_text(key)
    rows = keys.index[fold_keys(keys) == folded_key] if folded_key else keys.index[:0]
    return int(rows[0]) if len(rows) else None


def find_deal_by_key(pipeline: Pipeline, key: str) -> Record:
    """Return the deal that *key* refers to, by its number or that of one of its quotes.

    Raises:
        UsageError: there is no such deal; the message names the nearest key.
    """
    row = find_row_by_key(pipeline, "Deals", "deal", key)
    if row is None and (quote := find_row_by_key(pipeline, "Quotes", "quote", key)) is not None:
        row = find_row_by_key(pipeline, "Deals", "deal", str(pipeline["Quotes"].at[quote, "deal"]))
    if row is not None:
        return read_record(pipeline, "Deals", row)
    raise unknown_key_error(key, Text("deal"), pipeline["Deals"]["deal"])


def pick_texts(row: Record, *ids: str) -> DealFacts:
    """Return some cells of a row as text."""
    return {column_id: str(row.get(column_id, "")) for column_id in ids}


SELLER_SETTINGS = ("company", "address", "phone", "email", "tax_id", "bank", "logo")
"""The settings that documents print about the seller."""

PRINTED_NEED_COLUMNS: Mapping[str, str] = MappingProxyType(
    {"pain": "situation", "explicit_needs": "asked_for", "latent_needs": "beyond", "cost_of_inaction": "waiting_cost"}
)
"""A need in the deal, which is the team's own → the column of Quotes with what the proposal says about it."""


def pick_printed_texts(table: str, row: Record, *ids: str) -> DealFacts:
    """Return some cells of a row of *table* as text, for a document that customers read.

    Raises:
        ValueError: a column is not declared as printed.
    """
    private = [column_id for column_id in ids if not TABLES[table][column_id].printed]
    if private:
        raise ValueError(f"{table} does not declare as printed: {', '.join(private)}")
    return pick_texts(row, *ids)


def list_printed_columns(pipeline: Pipeline, deal: Record) -> DealFacts:
    """Return {own: the team's own columns that papers may show}, filled in for *deal*, its customer or its contact; {} of none.

    Each is a title (a Text of the language of the paper), a kind (as in the sheet Columns) and a value.
    """
    printed = [one for one in list_declared_columns(pipeline) if one.column.printed and one.table in _OWN_ROWS]
    rows = {
        table: deal if table == "Deals" else find_record(pipeline, table, str(deal[_OWN_ROWS[table]]))
        for table in dict.fromkeys(one.table for one in printed)
    }
    filled = [(one, rows[one.table].get(one.column.id, "")) for one in printed]
    own = [
        {"title": one.column.header, "kind": one.kind, "value": _read_own_fact(one.kind, cell)}
        for one, cell in filled
        if not is_blank(cell)
    ]
    return {"own": own} if own else {}


_OWN_ROWS: Mapping[str, str] = MappingProxyType({"Deals": "deal", "Accounts": "account", "Contacts": "contact"})


def _read_own_fact(kind: str, cell: Any) -> Any:
    if kind == "date":
        return read_fact_date(cell)
    if kind == "amount":
        return read_fact_money(cell)
    return to_exact_decimal(cell) if kind in ("number", "percent") else str(cell)


def read_fact_date(cell: Any) -> date | None:
    """Return the date in a cell; None if it is blank."""
    return None if is_blank(cell) else cell.date()


def read_fact_money(cell: Any) -> Decimal | None:
    """Return the amount in a cell, to the cent; None if it is blank."""
    return None if is_blank(cell) else round_to_cents(to_exact_decimal(cell))


def read_fact_integer(cell: Any) -> int | None:
    """Return the whole number in a cell; None if it is blank."""
    return None if is_blank(cell) else int(cell)
