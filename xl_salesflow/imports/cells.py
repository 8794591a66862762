"""Text cells of a file as the values of a column: cleaned, typed, and what could not be used told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.imports import reports
from xl_salesflow.imports.dates import dates
from xl_salesflow.imports.mapping import ColumnMap
from xl_salesflow.imports.numbers import named_times, numbers, shares
from xl_salesflow.imports.sources import Source
from xl_salesflow.imports.stages import kind_of
from xl_salesflow.imports.words import ERRORS, NOBODY, NOTHING, truth
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.text import Language, Text

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile(r"[\s\u00a0\u3000]+")
_LINE_BLANKS = re.compile(r"[^\S\n]+")
_PEOPLE = ("Contacts", "Team")
_ADDRESSED = re.compile(r"([^();]*[^();\s])\s*\([^()\s@]+@[^()\s@]+\)")
_LONGEST = 32_767  # characters an Excel cell holds
_FAR_OUT = 1000  # times the middle of a column: an amount in the wrong unit

Clean = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Reader:
    """Reads the columns of one source; *values* is the clean-up by vocabulary. Findings are collected in *found*."""

    source: Source
    table: str
    language: Language
    values: Clean
    found: list[Finding]

    def column(self, header: str, target: Column, how: ColumnMap) -> pd.Series:
        """Return the cells under *header* as values of *target*, typed as model.frames says."""
        texts = tidied(self.source.cells[header], lines=target.type is Type.LONG)
        failed = texts.isin(ERRORS)
        self._tell("formula", reports.FAILED, header, target, texts[failed])
        texts = texts.mask(failed, "")
        if target.type.is_date:
            return self._parsed(header, target, texts, lambda cells: dates(cells, how.dates), "date", reports.DATE)
        if not target.type.is_text:
            parse = shares if target.type is Type.PERCENT and not named_times(header) else numbers
            read = self._parsed(
                header, target, texts, lambda cells: parse(cells, how.decimal, how.times), "number", reports.NUMBER
            )
            return self._within(header, target, how, texts, read)
        return self._text(header, target, texts)

    def _parsed(
        self,
        header: str,
        target: Column,
        texts: pd.Series,
        parse: Callable[[pd.Series], pd.Series],
        rule: str,
        says: Text,
    ) -> pd.Series:
        blank = ~filled(texts)
        read = parse(texts.mask(blank, ""))
        self._tell(rule, says, header, target, texts[read.isna() & ~blank])
        return read

    def _within(self, header: str, target: Column, how: ColumnMap, texts: pd.Series, read: pd.Series) -> pd.Series:
        if target.type is Type.POINTS:
            wrong, says = read.notna() & ~read.isin([0, 1, 2, 3]), reports.POINTS
        elif target.type is Type.PERCENT:
            wrong, says = (read < 0) | (read > 1), reports.SHARE
        else:
            slipped = read.abs() > _FAR_OUT * read.abs().quantile(interpolation="lower")
            alone = numbers(texts[slipped], how.decimal)  # the same where the cell names its own unit
            self._tell("unit", reports.UNIT, header, target, texts[slipped][alone != read[slipped]])
            return read
        self._tell("range", says, header, target, texts[wrong])
        return read.mask(wrong)

    def _text(self, header: str, target: Column, texts: pd.Series) -> pd.Series:
        known = self.values.get(target.options or "", {})
        texts = mapped(texts, lambda text: known.get(text, text)) if known else texts
        if target.type in (Type.REF, Type.LIST):
            texts = texts.mask(texts.str.casefold().isin(NOBODY), "")
        if target.options in _PEOPLE:
            several = texts[texts.map(lambda text: len(_ADDRESSED.findall(text)) > 1).astype(bool)]
            self._tell("several", reports.SEVERAL, header, target, several, severity="note")
            texts = mapped(texts, _first_name)
        if target.type is Type.CHOICE:
            return self._choice(header, target, texts)
        if target.type is Type.LIST:
            choices = LISTS[str(target.options)]
            return mapped(texts, lambda text: identify(choices, text) or text)
        self._tell("long", reports.CUT, header, target, texts[texts.str.len() > _LONGEST])
        return texts.str.slice(0, _LONGEST).astype(object)

    def _choice(self, header: str, target: Column, texts: pd.Series) -> pd.Series:
        choices = CHOICES[str(target.options)]
        texts = texts.mask(~filled(texts), "") if target.options != "yes_no" else texts
        read = mapped(texts, lambda text: identify(choices, text) or _meaning(target, text) or "")
        known = ", ".join(label.in_(self.language) for label in choices.values())
        wrong = texts[(read == "") & filled(texts)]
        self._tell("choice", reports.CHOICE, header, target, wrong, known=known)
        return read

    def _tell(
        self, rule: str, says: Text, header: str, target: Column, texts: pd.Series, severity: str = "warn", **facts: str
    ) -> None:
        self.found.extend(
            reports.findings(
                rule, says, self.source.name, header, texts, self.language, self.table, target.id, severity, **facts
            )
        )


def _first_name(text: str) -> str:
    # "Bob Ray (bob@acme.example);Sue Day (sue@acme.example)": who is meant is known by name
    return _ADDRESSED.sub(r"\1", text, count=1).partition(";")[0].strip() if _ADDRESSED.match(text) else text


def tidied(cells: pd.Series, lines: bool = False) -> pd.Series:
    """Return text *cells* without outer and doubled blanks and unseen marks; *lines* keeps line breaks."""

    def tidy(text: str) -> str:
        text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        return (_LINE_BLANKS if lines else _BLANKS).sub(" ", text).strip()

    return mapped(cells, tidy)


def filled(texts: pd.Series) -> pd.Series:
    """Tell which of *texts* hold something: not blank, and not a word for nothing."""
    return ~mapped(texts, lambda text: "" if text.casefold() in NOTHING else text).eq("")


def mapped(texts: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Return *texts* changed, each distinct text worked out once."""
    codes, distinct = pd.factorize(texts)
    changed = np.array([change(text) for text in distinct], dtype=object)
    return pd.Series(changed[codes] if len(distinct) else changed, index=texts.index, dtype=object)


def _meaning(target: Column, text: str) -> str | None:
    if target.options == "yes_no":
        return truth(text)
    return kind_of(text) if target.options == "outcome" else None
