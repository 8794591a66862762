"""For every formula column of single rows (BANT, weighted value, ages, quotes), LibreOffice computes the value that Python
wrote as the cached value, in the demo's workbook in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from tests.demos import WORKBOOK, copy_demo
from tests.examples import dear_languages
from tests.libreoffice import LibreOffice
from tests.metrics.agreement import read_shown_table, same
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES

ROW_TABLES = ("Deals", "Accounts", "Quotes", "QuoteLines", "Stages", "History", "Payments", "Subscriptions")


@pytest.mark.parametrize("language", dear_languages("zh"))
def test_cached_values_are_what_libreoffice_computes(
    language: Language, tmp_path_factory: pytest.TempPathFactory, libreoffice: LibreOffice
) -> None:
    path = copy_demo(tmp_path_factory, language, date.today()) / WORKBOOK
    cached, (computed,) = Workbook.open(path), libreoffice.read_values([path])
    known = 0
    for name in ROW_TABLES:
        ours, theirs = cached.read_table(name), read_shown_table(cached, computed, name)
        for column in TABLES[name].formulas:
            header = column.header.in_(language)
            pairs = list(zip(ours[header], theirs[header], strict=True))
            assert [pair for pair in pairs if not same(*pair)] == [], (name, column.id)
            known += sum(value is not None for value, _ in pairs)
    assert known > 1000
