"""Find the column with exchange rates of a list, and convert the amounts of its rows by them.

Nothing in a file says whether a rate is what 1 of the foreign currency is worth in the workbook's, or the other way round;
a person says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from xl_salesflow.core.written_columns import judge_decimal_mark, open_choices, read_number_column
from xl_salesflow.core.written_money import currency_codes_of_text, is_rate_header, is_same_currency
from xl_salesflow.core.written_numbers import NumberStyle
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_values import is_filled_text, tidy_texts
from xl_salesflow.imports.import_vocabulary import CURRENCY_TARGET, fold_name, targets_of_table
from xl_salesflow.imports.map_parts import INVERSE_RATE_TARGET, OPEN_COLUMN, OPEN_RATE, RATE_TARGET, ColumnMap, FileMap
from xl_salesflow.schema.table_columns import ColumnType

MappedColumns = Mapping[str, ColumnMap]


def find_rate_column(source: ImportSource, columns: MappedColumns, currency: str) -> str | None:
    """Return the header of the exchange rates of a list of deals, if amounts may be in another currency than *currency*."""
    free = (header for header, how in columns.items() if not how.to and is_rate_header(fold_name(header)))
    found = next((header for header in free if _hold_rates(source.cells[header])), None)
    if found is None or not _amount_headers(columns):
        return None
    return found if _may_be_foreign(source, columns, currency) else None


def _hold_rates(cells: pd.Series) -> bool:
    """Return whether all *cells* are numbers above 0, and not all of them 1."""
    rates = _read_rates(cells)
    return bool((rates > 0).all() and (rates != 1).any() and len(rates))


def _read_rates(cells: pd.Series) -> pd.Series:
    texts = tidy_texts(cells)
    texts = texts[is_filled_text(texts)]
    mark = open_choices(judge_decimal_mark(texts.unique()).answer)[0]
    return read_number_column(texts, ColumnType.NUMBER, NumberStyle(mark)).values


def _amount_headers(columns: MappedColumns) -> list[str]:
    known = targets_of_table("Deals")
    return [header for header, how in columns.items() if how.to in known and known[how.to].type is ColumnType.MONEY]


def _may_be_foreign(source: ImportSource, columns: MappedColumns, currency: str) -> bool:
    """Return whether the currencies of rows or columns differ from *currency*, or none is named at all."""
    named = next((header for header, how in columns.items() if how.to == CURRENCY_TARGET), None)
    texts = (
        tidy_texts(source.cells[named]).unique() if named else [columns[h].currency for h in _amount_headers(columns)]
    )
    codes = [currency_codes_of_text(text) for text in texts if text]
    return not codes or any(not is_same_currency(one, currency) for one in codes)


def settle_rate_columns(columns: MappedColumns, rates: str) -> dict[str, ColumnMap]:
    """Return the maps of the column of *rates*, a question, and of the amounts, whose own rate is none any more."""
    amounts = {header: columns[header] for header in _amount_headers(columns) if columns[header].rate == OPEN_RATE}
    return {rates: ColumnMap(OPEN_COLUMN), **{header: replace(how, rate=None) for header, how in amounts.items()}}


def read_row_rates(source: ImportSource, file: FileMap) -> pd.Series | None:
    """Return what 1 of each row's currency is worth in the workbook's, NaN where it is not said; None without such a column."""
    for header, how in file.columns.items():
        if how.to in (RATE_TARGET, INVERSE_RATE_TARGET) and header in source.cells:
            rates = _read_rates(source.cells[header])
            rates = rates.where(rates > 0)
            return (rates if how.to == RATE_TARGET else 1 / rates).reindex(source.cells.index)
    return None
