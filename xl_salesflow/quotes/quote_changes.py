"""The changes of a quote since the version it replaces: lines, prices, discounts, terms and total."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import BLANK_LABEL, format_short_number
from xl_salesflow.locale.texts import LABEL_AND_VALUE, SEMICOLON_SEPARATOR, Text, TextList, literal_text
from xl_salesflow.quotes.quote_arithmetic import compute_line_columns, compute_quote_columns, find_line_prices
from xl_salesflow.quotes.quote_lookup import Record, list_records, read_record
from xl_salesflow.schema.choice_lists import find_option_text
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_columns import ColumnType
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
    older = quotes.index[quotes["quote"].str.lower() == new["supersedes"].lower()]
    if not new["supersedes"] or not len(older):
        return []
    sums = compute_quote_columns(pipeline)["total"]
    now, then = {**new, "total": sums[row]}, {**read_record(pipeline, "Quotes", int(older[0])), "total": sums[older[0]]}
    lines = _price_quote_lines(pipeline)
    of = [list_records(lines[lines["quote"].str.lower() == quote["quote"].lower()]) for quote in (then, now)]
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
        old = next((one for one in left if _quote_line_name(one).casefold() == _quote_line_name(line).casefold()), None)
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
