"""Propose the number and date formats of a file: decimal marks, units, currencies, date orders.

A file is written by one program, so the columns that show a format decide for those that do not. What is still
ambiguous is a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from xl_salesflow.core.written_columns import (
    OPEN_YEAR,
    ColumnEvidence,
    is_open_choice,
    judge_date_order,
    judge_decimal_mark,
    judge_missing_year,
    open_choices,
)
from xl_salesflow.core.written_dates import YEAR_FIRST, DateStyle, is_day_or_yearless_day, is_fiscal_period
from xl_salesflow.core.written_money import (
    NO_CURRENCY,
    CurrencyCodes,
    HeaderUnit,
    currency_codes_of_text,
    is_common_currency_code,
    is_currency_header,
    is_same_currency,
    join_currency_codes,
    read_header_unit,
)
from xl_salesflow.core.written_numbers import NumberReading, parse_number_reading
from xl_salesflow.core.yearless_dates import PAST_DAY_COLUMNS
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_values import is_filled_text, tidy_texts
from xl_salesflow.imports.import_vocabulary import CURRENCY_TARGET, ENTERED_TARGET, fold_name, targets_of_table
from xl_salesflow.imports.letterhead_units import read_letterhead_unit
from xl_salesflow.imports.map_parts import OPEN_DAY, OPEN_RATE, ColumnMap
from xl_salesflow.imports.probability_scales import judge_share_factor
from xl_salesflow.imports.proposal_notes import ProposalNotes
from xl_salesflow.imports.stage_history import find_entry_headers
from xl_salesflow.locale.texts import TextList
from xl_salesflow.schema.table_columns import Column, ColumnType

ColumnMaps = dict[str, ColumnMap]
_BARE_NUMBER = re.compile(r"[-0-9.,]+")
_AMOUNTS_OF_QUOTES = ("Quotes", "QuoteLines")  # amounts in the quote's currency, whatever the workbook's
_SAMPLED_AMOUNTS = 5_000  # rows looked at
_MOSTLY = 0.5  # share of the amounts that must name a currency for it to be the column's
_ISO_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class StyleProposal:
    """Proposes the formats of one *source* that becomes rows of *table*, in a workbook with *currency*."""

    source: ImportSource
    table: str
    currency: str
    notes: ProposalNotes
    today: date

    def propose(self, columns: Mapping[str, str]) -> ColumnMaps:
        """Return the mapping of every column of the source, in the order of the file; *columns* are the targets found."""
        known = targets_of_table(self.table) if self.table else {}
        self._tell_letterhead(columns, known)
        evidence: dict[str, ColumnEvidence] = {}
        maps = {
            header: self._propose_column(header, known.get(columns.get(header, "")), evidence)
            for header in self.source.headers
        }
        self._tell_evidence(maps, evidence)
        self._decide_together(maps, evidence, "dates", self.notes.add_dates_as_beside)
        self._decide_together(maps, evidence, "decimal", self.notes.add_decimal_as_beside)
        return self._with_currency_column(maps, known) if self.table else maps

    def _propose_column(self, header: str, target: Column | None, evidence: dict[str, ColumnEvidence]) -> ColumnMap:
        if target is None:
            return self._propose_entry_column(header, evidence)
        texts = tidy_texts(self.source.cells[header])
        texts = texts[is_filled_text(texts)]
        if target.type.is_date:
            evidence[header] = judge_date_order(texts.unique())
            fiscal = OPEN_DAY if any(map(is_fiscal_period, texts.unique())) else ""
            year = self._judge_year(header, target, texts, evidence[header])
            return ColumnMap(target.id, dates=evidence[header].answer, fiscal_2025=fiscal, year=year)
        if target.type.is_text or target.type is ColumnType.POINTS:
            return ColumnMap(target.id)
        evidence[header] = judge_decimal_mark(
            texts.unique(), self.source.layout.delimiter, target.type, self.source.number_cells
        )
        how = ColumnMap(target.id, decimal=evidence[header].answer, times=self._unit(header, target).times)
        if target.type is ColumnType.PERCENT:
            return replace(how, times=judge_share_factor(header, texts, how, self.source.number_cells))
        asks_currency = target.type is ColumnType.MONEY and self.table not in _AMOUNTS_OF_QUOTES
        return self._with_currency(how, header, texts) if asks_currency else how

    def _judge_year(self, header: str, target: Column, texts: pd.Series, order: ColumnEvidence) -> str:
        """Return the year of the days under *header* that have none; "" if each is near today."""
        style = DateStyle("" if order.is_open else order.answer, self.today, is_past=target.id in PAST_DAY_COLUMNS)
        found = judge_missing_year(texts.unique(), style)
        if found.answer and found.answer != OPEN_YEAR:
            self.notes.add_year_shown(self.source, header, found)
        return found.answer

    def _propose_entry_column(self, header: str, evidence: dict[str, ColumnEvidence]) -> ColumnMap:
        """Return the map of a column that may hold the days on which deals entered a stage."""
        texts = tidy_texts(self.source.cells[header])
        texts = texts[is_filled_text(texts)]
        if (
            self.table != "Deals"
            or header not in find_entry_headers(self.source.headers)
            or not texts.map(is_day_or_yearless_day).all()
        ):
            return ColumnMap()
        evidence[header] = judge_date_order(texts.unique())
        return ColumnMap(ENTERED_TARGET, dates=evidence[header].answer)

    def _unit(self, header: str, target: Column) -> HeaderUnit:
        """Return the unit in *header*; what it leaves open of an amount is said by the lines around the list."""
        own = read_header_unit(header)
        if target.type is not ColumnType.MONEY:
            return own
        around = read_letterhead_unit(self.source.letterhead)
        return HeaderUnit(own.name, own.times if own.times != 1 else around.times, own.codes or around.codes)

    def _tell_letterhead(self, columns: Mapping[str, str], known: Mapping[str, Column]) -> None:
        """Note the unit that stands around the list, if a column has no unit of its own."""
        around = read_letterhead_unit(self.source.letterhead)
        bare = [
            header
            for header, to in columns.items()
            if known[to].type is ColumnType.MONEY and self._unit(header, known[to])[1:] != read_header_unit(header)[1:]
        ]
        if around.name and bare:
            self.notes.add_letterhead(self.source, around.name, bare)

    def _with_currency(self, how: ColumnMap, header: str, texts: pd.Series) -> ColumnMap:
        """Return *how* with the currency of a column that is not in the workbook's currency.

        Its exchange rate is a question.
        """
        named = read_header_unit(header).codes or _currency_of_amounts(texts, self.currency)
        codes = named or read_letterhead_unit(self.source.letterhead).codes
        if is_same_currency(codes, self.currency):
            return how
        return replace(how, currency=codes[0], rate=OPEN_RATE)

    def _tell_evidence(self, maps: ColumnMaps, evidence: Mapping[str, ColumnEvidence]) -> None:
        for header, column_evidence in evidence.items():
            if column_evidence.is_open or not column_evidence.example:
                continue
            if maps[header].dates and column_evidence.answer != YEAR_FIRST:
                self.notes.add_dates_shown(self.source, header, column_evidence)
            elif maps[header].decimal == ",":
                self.notes.add_decimal_shown(self.source, header, column_evidence)

    def _decide_together(
        self,
        maps: ColumnMaps,
        evidence: Mapping[str, ColumnEvidence],
        part: str,
        tell: Callable[[ImportSource, str, str], None],
    ) -> None:
        """Decide ambiguous columns by the columns that show the program's format, if these agree."""
        decided = {
            getattr(maps[header], part)
            for header, found in evidence.items()
            if found.example and not found.is_open and found.answer != YEAR_FIRST
        } - {""}
        if len(decided) != 1:
            return
        (answer,) = decided
        for header, how in maps.items():
            choices = getattr(how, part)
            if is_open_choice(choices) and answer in open_choices(choices):
                maps[header] = replace(how, **{part: answer})
                tell(self.source, header, answer)

    def _with_currency_column(self, maps: ColumnMaps, known: Mapping[str, Column]) -> ColumnMaps:
        """Return *maps* with the column that holds the currency of the amounts."""
        amounts = [header for header, how in maps.items() if how.to in known and known[how.to].type is ColumnType.MONEY]
        header = self._find_currency_column(maps, amounts)
        if header is None or self.table in _AMOUNTS_OF_QUOTES:
            return maps
        texts = tidy_texts(self.source.cells[header])
        counts = texts[texts != ""].value_counts()
        maps[header] = ColumnMap(CURRENCY_TARGET)
        foreign = [text for text in counts.index if not is_same_currency(_codes_of_cell(text), self.currency)]
        if len(counts) == len(foreign) == 1 and (texts != "").all():
            code = _codes_of_cell(foreign[0])[0]
            for amount in amounts:
                if not maps[amount].currency:
                    maps[amount] = replace(maps[amount], currency=code, rate=OPEN_RATE)
        elif foreign:
            named = TextList(tuple(f"{text} {count:,}" for text, count in counts.items()))
            self.notes.add_several_currencies(self.source, header, named, self.currency)
        return maps

    def _find_currency_column(self, maps: ColumnMaps, amounts: Sequence[str]) -> str | None:
        free = [header for header, how in maps.items() if not how.to]
        found = [h for h in free if is_currency_header(fold_name(h)) and self._names_currency(h)]
        found = found or [h for h in free if self._holds_only_codes(h)]
        candidates = (h for h in found for amount in amounts if fold_name(h).startswith(fold_name(amount)))
        return next(candidates, found[0] if found else None) if amounts else None

    def _names_currency(self, header: str) -> bool:
        return any(bool(currency_codes_of_text(text)) for text in tidy_texts(self.source.cells[header]).unique())

    def _holds_only_codes(self, header: str) -> bool:
        """Return whether all texts are ISO codes in capitals, so that they are currencies under any header."""
        texts = [text for text in tidy_texts(self.source.cells[header]).unique() if text]
        codes = [text for text in texts if _ISO_CODE.fullmatch(text) and currency_codes_of_text(text)]
        return len(codes) == len(texts) and any(map(is_common_currency_code, codes))


def currency_of_sources(sources: Iterable[ImportSource]) -> str:
    """Return the only currency (ISO code) that headers and amounts of *sources* name; "" for none or several."""
    named: list[CurrencyCodes] = []
    for source in sources:
        named += [read_header_unit(header).codes for header in source.headers]
        named.append(read_letterhead_unit(source.letterhead).codes)
        for header in source.headers:
            texts = pd.Series(source.cells[header].head(_SAMPLED_AMOUNTS).unique(), dtype=object)
            named += [reading.codes for reading in _dressed_readings(texts)]
    codes = join_currency_codes(named)
    return codes[0] if codes else ""


def _codes_of_cell(text: str) -> CurrencyCodes:
    return currency_codes_of_text(text) or (text,)


def _currency_of_amounts(texts: pd.Series, currency: str) -> CurrencyCodes:
    """Return the currency that most amounts, or else the first, name; none if any amount names the workbook's currency."""
    named = [reading.codes for reading in _dressed_readings(texts) if reading.codes]
    if not named or any(is_same_currency(codes, currency) for codes in named):
        return NO_CURRENCY
    first = parse_number_reading(texts.iloc[0])
    is_first_named = first is not None and bool(first.codes)
    if len(named) < _MOSTLY * len(texts) and not is_first_named:
        return NO_CURRENCY
    return join_currency_codes(named) or NO_CURRENCY


def _dressed_readings(texts: pd.Series) -> list[NumberReading]:
    """Return the numbers among *texts* that contain more than digits and separators."""
    dressed = texts[~texts.str.fullmatch(_BARE_NUMBER).to_numpy(bool)] if len(texts) else texts
    return [reading for text in dressed if (reading := parse_number_reading(text))]
