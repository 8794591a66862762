"""Read the columns of one source as values of our columns: numbers, dates, choices, texts.

The package core reads numbers and dates; this module handles the cells that are neither. A cell that cannot be read
stays blank, becomes a finding and is counted, so that no column loses values silently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.written_columns import read_date_column, read_number_column
from xl_salesflow.core.written_dates import FIRST_DAY_COLUMNS, DateStyle
from xl_salesflow.core.written_money import (
    NO_CURRENCY,
    CurrencyCodes,
    currency_codes_of_text,
    is_same_currency,
    read_header_unit,
)
from xl_salesflow.core.written_numbers import NumberStyle, parse_number_reading
from xl_salesflow.core.written_values import (
    WrittenDate,
    WrittenNumber,
    words_for_no_day,
    words_for_nobody,
    words_for_undecided,
    yes_no_of_word,
)
from xl_salesflow.core.yearless_dates import PAST_DAY_COLUMNS
from xl_salesflow.imports.import_accounts import SourceAccount
from xl_salesflow.imports.import_findings import (
    AMBIGUOUS_DATE_IN_FILE,
    AMBIGUOUS_NUMBER_IN_FILE,
    BAD_CHOICE_IN_FILE,
    BAD_DATE_IN_FILE,
    BAD_NUMBER_IN_FILE,
    BAD_POINTS_IN_FILE,
    BAD_SHARE_IN_FILE,
    CUT_TEXT_IN_FILE,
    DAY_WITHOUT_YEAR_IN_FILE,
    FAILED_FORMULA_IN_FILE,
    LOST_CHARACTERS_IN_FILE,
    LOST_DIGITS_IN_FILE,
    NO_YEAR_IN_FILE,
    NOT_WHOLE_IN_FILE,
    NUMBER_RANGE_IN_FILE,
    OTHER_CURRENCY_IN_FILE,
    OTHER_ORDER_IN_FILE,
    PERIOD_IN_FILE,
    RELATIVE_DATE_IN_FILE,
    ROUGH_NUMBER_IN_FILE,
    SEVERAL_PEOPLE_IN_FILE,
    TOO_LARGE_IN_FILE,
    UNCALCULATED_IN_FILE,
    UNDECIDED_IN_FILE,
    UNLIKELY_DATE_IN_FILE,
    UNLIKELY_UNIT_IN_FILE,
    format_cell_fault,
    make_column_findings,
)
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_stages import kind_of_outcome
from xl_salesflow.imports.import_values import (
    FAILED_FORMULA_VALUES,
    UNCALCULATED_FORMULA,
    is_filled_text,
    map_distinct_texts,
    tidy_texts,
)
from xl_salesflow.imports.import_vocabulary import choice_of_word, is_put_away_word
from xl_salesflow.imports.map_parts import OPEN_DAY, ColumnMap
from xl_salesflow.imports.person_names import PEOPLE_TABLES, names_several_people, take_first_person
from xl_salesflow.imports.row_ids import names_of_mail_addresses
from xl_salesflow.imports.text_damage import has_lost_characters
from xl_salesflow.locale.texts import Language, Text, TextList
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice
from xl_salesflow.schema.table_columns import Column, ColumnType

_ROUNDED_NUMBER = re.compile(r"[0-9][.,][0-9]+E\+(?:1[0-9]|2[0-9])", re.IGNORECASE)
_CHINESE_SIGN = re.compile("[\u4e00-\u9fff]")
_LONGEST_IMPORTED_TEXT = 32_767  # characters in an Excel cell
_UNLIKELY_UNIT_FACTOR = 1000  # times the median of a column: probably an amount in the wrong unit

CleanedValues = Mapping[str, Mapping[str, str]]

_VERDICT_FINDINGS: Mapping[str, tuple[str, Text]] = MappingProxyType(
    {
        "not_a_number": ("number", BAD_NUMBER_IN_FILE),
        "ambiguous_number": ("number", AMBIGUOUS_NUMBER_IN_FILE),
        "rough_number": ("rough", ROUGH_NUMBER_IN_FILE),
        "number_range": ("number", NUMBER_RANGE_IN_FILE),
        "not_whole": ("number", NOT_WHOLE_IN_FILE),
        "too_large": ("number", TOO_LARGE_IN_FILE),
        "not_a_share": ("range", BAD_SHARE_IN_FILE),
        "other_currency": ("currency", OTHER_CURRENCY_IN_FILE),
        "not_a_date": ("date", BAD_DATE_IN_FILE),
        "impossible_date": ("date", BAD_DATE_IN_FILE),
        "unlikely_date": ("date", UNLIKELY_DATE_IN_FILE),
        "ambiguous_date": ("date", AMBIGUOUS_DATE_IN_FILE),
        "other_order": ("order", OTHER_ORDER_IN_FILE),
        "period_as_date": ("period", PERIOD_IN_FILE),
        "relative_date": ("relative", RELATIVE_DATE_IN_FILE),
        "day_without_year": ("year", DAY_WITHOUT_YEAR_IN_FILE),
        "no_year": ("year", NO_YEAR_IN_FILE),
    }
)
"""Rule of a written value (core.written_values) → rule and message of the finding about its cell."""

_TAKEN_VERDICTS = MappingProxyType(
    {
        "other_order": "warn",
        "period_as_date": "note",
        "relative_date": "warn",
        "day_without_year": "note",
        "rough_number": "note",
    }
)
"""Rules of values that are accepted with a finding → its severity."""


@dataclass(frozen=True)
class ImportContext:
    """What reading needs to know: the language of messages, the workbook's currency (ISO code), the day of the run."""

    language: Language
    currency: str
    today: date
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    """Table → id or mail address of a row → its name; filled while files are read (row_ids)."""


def make_import_context(pipeline: Pipeline) -> ImportContext:
    """Return the context for importing files into *pipeline*."""
    currency = pipeline.settings.text("currency").strip().upper()
    return ImportContext(pipeline.language, currency, pipeline.today, names_of_mail_addresses(pipeline))


@dataclass(frozen=True)
class SourceReader:
    """Reads the columns of one source; *values* is the clean-up by vocabulary. Collects findings; *account* counts lost cells.

    *row_currencies* is the column with the currency of each row's amounts, and *row_rates* what 1 of it is worth in the
    workbook's, if the file has them.
    """

    account: SourceAccount
    context: ImportContext
    values: CleanedValues
    findings: list[Finding]
    row_currencies: pd.Series | None = None
    row_rates: pd.Series | None = None

    @property
    def source(self) -> ImportSource:
        """Return the source that is read."""
        return self.account.source

    def column(self, header: str, target: Column, how: ColumnMap) -> pd.Series:
        """Return the cells under *header* as values of *target*, typed as in schema.table_frames."""
        texts = tidy_texts(self.source.cells[header], lines=target.type is ColumnType.LONG)
        failed, never = texts.isin(FAILED_FORMULA_VALUES), texts == UNCALCULATED_FORMULA
        is_text = target.type.is_text
        self._report("formula", FAILED_FORMULA_IN_FILE, header, target, texts[failed], "warn" if is_text else "block")
        self._report("formula", UNCALCULATED_IN_FILE, header, target, texts[never], "block")
        if is_text:
            self.account.count_lost(header, target.id, texts.index[never], int((texts != "").sum()))
            return self._text(header, target, texts.mask(failed | never, ""))
        filled = texts.where(is_filled_text(texts), "")
        undecided = texts.str.casefold().isin(words_for_no_day() if target.type.is_date else words_for_undecided())
        self._report("undecided", UNDECIDED_IN_FILE, header, target, texts[undecided], "note")
        filled = filled.mask(undecided, "")
        read = self._dates if target.type.is_date else self._numbers
        values = read(header, target, how, filled.mask(failed | never, ""))
        is_filled = filled != ""
        self.account.count_lost(header, target.id, texts.index[is_filled & values.isna()], int(is_filled.sum()))
        if target.type is ColumnType.MONEY:
            self.account.add_amounts(header, how, filled, values)
        return values

    def _dates(self, header: str, target: Column, how: ColumnMap, texts: pd.Series) -> pd.Series:
        fiscal = date.fromisoformat(how.fiscal_2025) if how.fiscal_2025 not in ("", OPEN_DAY) else None
        takes_first = target.id in FIRST_DAY_COLUMNS
        year = int(how.year) if how.year not in ("", OPEN_DAY) else None
        style = DateStyle(
            how.dates,
            self.context.today,
            takes_first,
            self.source.date1904,
            fiscal,
            year,
            target.id in PAST_DAY_COLUMNS,
        )
        read = read_date_column(texts, style, keeps_clock=target.type is ColumnType.TIME)
        self._report_verdicts(header, target, texts, read.verdicts)
        return read.values

    def _numbers(self, header: str, target: Column, how: ColumnMap, texts: pd.Series) -> pd.Series:
        if target.type is ColumnType.PERCENT and not read_header_unit(header).per_cent:
            values = self._shares(header, target, how, texts)
        elif target.type is ColumnType.MONEY and self._has_rows_of_currencies(how):
            values = self._amounts_by_row(header, target, how, texts)
        else:
            values = self._read_numbers(header, target, how, texts, currency_codes_of_text(how.currency))
        return self._check_range(header, target, how, texts, values)

    def _read_numbers(
        self, header: str, target: Column, how: ColumnMap, texts: pd.Series, own: CurrencyCodes
    ) -> pd.Series:
        is_chinese = self.context.language == "zh" or bool(_CHINESE_SIGN.search(header + "".join(texts)))
        style = NumberStyle(how.decimal, how.times, self.context.currency, own, how.rate, is_chinese=is_chinese)
        # the range of a share is checked after the whole column is read
        column_type = ColumnType.NUMBER if target.type is ColumnType.PERCENT else target.type
        read = read_number_column(texts, column_type, style, self.source.number_cells)
        self._report_verdicts(header, target, texts, read.verdicts)
        return read.values

    def _has_rows_of_currencies(self, how: ColumnMap) -> bool:
        return (self.row_currencies is not None and not how.currency) or (
            self.row_rates is not None and how.rate is None
        )

    def _amounts_by_row(self, header: str, target: Column, how: ColumnMap, texts: pd.Series) -> pd.Series:
        """Return amounts whose currency, or its rate, is in another column; a cell's own currency takes precedence."""
        values = pd.Series(np.nan, index=texts.index, dtype="float64")
        named = pd.Series(how.currency, texts.index) if self.row_currencies is None else tidy_texts(self.row_currencies)
        rates = pd.Series(np.nan, texts.index) if self.row_rates is None else self.row_rates
        for (name, has_rate), cells in texts.groupby([named, rates.notna()]):
            currency = str(name)
            own = currency_codes_of_text(currency) or ((currency,) if currency else NO_CURRENCY)
            read = self._read_numbers(header, target, replace(how, rate=1.0) if has_rate else how, cells, own)
            values.loc[cells.index] = (
                read.where(~self._are_foreign(cells, own), read * rates[cells.index]) if has_rate else read
            )
        return values

    def _are_foreign(self, cells: pd.Series, own: CurrencyCodes) -> pd.Series:
        """Return which amounts are in another currency than the workbook's, or in none that is named."""

        def is_foreign(text: str) -> bool:
            reading = parse_number_reading(text)
            codes = (reading.codes if reading else NO_CURRENCY) or own
            return not codes or not is_same_currency(codes, self.context.currency)

        return cells.map(is_foreign).astype(bool)

    def _shares(self, header: str, target: Column, how: ColumnMap, texts: pd.Series) -> pd.Series:
        """Return shares from a column that mixes percentages and fractions, such as 60 and 0.6.

        A cell with a percent format holds a fraction, and one typed without it a whole number. If there are fractions,
        1 means 100 %.
        """
        values = self._read_numbers(header, target, how, texts, NO_CURRENCY)
        if how.times == 1.0:
            return values
        style = NumberStyle(how.decimal)
        numbers = read_number_column(texts, ColumnType.NUMBER, style, self.source.number_cells).values
        without_sign = ~texts.str.contains("%", regex=False).to_numpy(bool)
        fractions = without_sign & (numbers > 0).to_numpy() & (numbers < 1).to_numpy()
        return (
            values.mask(fractions | (without_sign & (numbers == 1).to_numpy()), numbers) if fractions.any() else values
        )

    def _check_range(self, header: str, target: Column, how: ColumnMap, texts: pd.Series, read: pd.Series) -> pd.Series:
        if target.type is ColumnType.POINTS:
            wrong, message = read.notna() & ~read.isin([0, 1, 2, 3]), BAD_POINTS_IN_FILE
        elif target.type is ColumnType.PERCENT:
            wrong, message = (read < 0) | (read > 1), BAD_SHARE_IN_FILE
        else:
            self._report_unlikely_units(header, target, how, texts, read)
            return read
        self._report("range", message, header, target, texts[wrong], "block")
        return read.mask(wrong)

    def _report_unlikely_units(
        self, header: str, target: Column, how: ColumnMap, texts: pd.Series, read: pd.Series
    ) -> None:
        if how.times == 1.0:
            return
        slipped = read.abs() > _UNLIKELY_UNIT_FACTOR * read.abs().quantile(interpolation="lower")
        # the same if the cell names its own unit
        alone = read_number_column(texts[slipped], target.type, NumberStyle(how.decimal), self.source.number_cells)
        self._report("unit", UNLIKELY_UNIT_IN_FILE, header, target, texts[slipped][alone.values != read[slipped]])

    def _text(self, header: str, target: Column, texts: pd.Series) -> pd.Series:
        self._report_lost_text(header, target, texts)
        known = self.values.get(target.options or "", {})
        is_person = target.options in PEOPLE_TABLES
        if is_person:
            several = texts[texts.map(names_several_people).astype(bool)]
            self._report("several", SEVERAL_PEOPLE_IN_FILE, header, target, several, severity="note")
            texts = map_distinct_texts(texts, lambda text: known.get(text) or take_first_person(text))
        texts = map_distinct_texts(texts, lambda text: known.get(text, text)) if known else texts
        if target.type in (ColumnType.REF, ColumnType.LIST):
            texts = texts.mask(texts.str.casefold().isin(words_for_nobody()), "")
        if target.type is ColumnType.CHOICE:
            return self._choice(header, target, texts)
        if target.type is ColumnType.LIST:
            choices = LISTS[str(target.options)]
            return map_distinct_texts(texts, lambda text: identify_choice(choices, text) or text)
        self._report("long", CUT_TEXT_IN_FILE, header, target, texts[texts.str.len() > _LONGEST_IMPORTED_TEXT])
        return texts.str.slice(0, _LONGEST_IMPORTED_TEXT).astype(object)

    def _report_lost_text(self, header: str, target: Column, texts: pd.Series) -> None:
        """Report texts that have lost characters or digits before they were imported."""
        joined = "\n".join(texts)
        if has_lost_characters(joined):
            lost = texts.map(has_lost_characters).astype(bool)
            self._report("lost", LOST_CHARACTERS_IN_FILE, header, target, texts[lost])
        rounded = texts.isin(self.source.long_numbers)
        if _ROUNDED_NUMBER.search(joined):
            rounded |= texts.str.fullmatch(_ROUNDED_NUMBER)
        if rounded.any():
            self._report("digits", LOST_DIGITS_IN_FILE, header, target, texts[rounded])

    def _choice(self, header: str, target: Column, texts: pd.Series) -> pd.Series:
        choices = CHOICES[str(target.options)]
        texts = texts.mask(~is_filled_text(texts), "") if target.options != "yes_no" else texts
        read = map_distinct_texts(
            texts, lambda text: identify_choice(choices, text) or _read_choice_word(target, text) or ""
        )
        known = TextList(tuple(choices.values())).in_(self.context.language)
        filled = is_filled_text(texts)
        if target.id == "outcome":  # rows that are left out have no outcome
            filled &= ~texts.map(is_put_away_word).astype(bool)
        wrong = texts[(read == "") & filled]
        self._report("choice", BAD_CHOICE_IN_FILE, header, target, wrong, "block", known=known)
        self.account.count_lost(header, target.id, wrong.index, int(filled.sum()))
        return read

    def _report_verdicts(
        self, header: str, target: Column, texts: pd.Series, verdicts: Mapping[str, WrittenNumber | WrittenDate]
    ) -> None:
        """Report findings about *texts*, with cells of the same verdict grouped."""
        alike: dict[tuple[str, tuple[tuple[str, str], ...]], set[str]] = {}
        for text, verdict in verdicts.items():
            if text:
                alike.setdefault((verdict.rule, tuple(verdict.facts.items())), set()).add(text)
        for (rule, facts), cells in alike.items():
            rule_id, words = _VERDICT_FINDINGS[rule]
            severity = _TAKEN_VERDICTS.get(rule, "block")
            self._report(rule_id, words, header, target, texts[texts.isin(cells)], severity, **dict(facts))

    def _report(
        self,
        rule: str,
        message: Text,
        header: str,
        target: Column,
        texts: pd.Series,
        severity: str = "warn",
        **facts: str,
    ) -> None:
        self.findings.extend(
            make_column_findings(
                rule,
                message,
                self.source.name,
                header,
                texts,
                self.context.language,
                self.account.table,
                target.id,
                severity,
                **facts,
            )
        )
        if severity == "block":
            for text in texts.unique():
                why = format_cell_fault(header, message, text, self.context.language, **facts)
                self.account.add_fault(texts.index[texts == text], why)


def _read_choice_word(target: Column, text: str) -> str | None:
    if target.options == "yes_no":
        return yes_no_of_word(text)
    return kind_of_outcome(text) if target.options == "outcome" else choice_of_word(str(target.options), text)
