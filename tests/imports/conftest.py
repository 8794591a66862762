"""Fixtures for imports: a workbook with the default playbook, and files with a few lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.imports.import_accounts import SourceAccount
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_vocabulary import targets_of_table
from xl_salesflow.imports.map_parts import ColumnMap, FileMap
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.imports.raw_files import TextLayout
from xl_salesflow.imports.source_reader import ImportContext, SourceReader
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.named_values import Settings

TODAY = date(2025, 6, 30)


@cache
def _make_workbook(language: Language) -> Pipeline:
    return build_pipeline(TODAY, language).with_tables(**make_shipped_setup("crm", language))


@cache
def workbook(language: Language = "en", currency: str = "") -> Pipeline:
    """Return an empty workbook with the six CRM stages, in the currency that a new one has or in *currency*."""
    settings = Settings({"currency": currency or {"en": "USD", "zh": "CNY"}[language]})
    return replace(_make_workbook(language), settings=settings)


ASKED = "asked"
"""Stands for what comes of a file whose map has a question."""

DealSums = tuple[int, float, float, float]


def imported_sums(path: Path, lines: Sequence[str], currency: str = "USD") -> DealSums | str:
    """Write *lines* to *path* and import it: the number of deals, and the amounts open, won and lost, or ASKED."""
    path.write_bytes("\r\n".join(lines).encode())
    before = workbook("en", currency)
    mapping = propose_import_map([path], before)
    if mapping.asks:
        return ASKED
    deals = apply_change_set(before, build_import_changes(before, [path], mapping, as_history=True))["Deals"]
    sums = deals.groupby("outcome")["amount"].sum().round(2)
    return len(deals), *(float(sums.get(outcome, 0)) for outcome in ("open", "won", "lost"))


def read_column(
    table: str, target: str, texts: Sequence[str], currency: str = "USD", header: str = "", **how: Any
) -> pd.Series:
    """Return *texts* as an import reads them from a column that becomes *target* of *table*."""
    return column_reader(table, texts, currency, header or target).column(
        header or target, targets_of_table(table)[target], ColumnMap(target, **how)
    )


def column_reader(table: str, texts: Sequence[str], currency: str = "USD", header: str = "column") -> SourceReader:
    """Return a reader of a file with only that column."""
    cells = pd.DataFrame({header: pd.Series(list(texts), pd.RangeIndex(2, len(texts) + 2), dtype=object)})
    source = ImportSource(Path("list.csv"), "", TextLayout("utf-8", ","), cells)
    return SourceReader(SourceAccount(source, FileMap("list.csv", table)), ImportContext("en", currency, TODAY), {}, [])


@pytest.fixture
def empty() -> Pipeline:
    """Return an empty English workbook."""
    return workbook()


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes lines (cells parted by |, blanks around them aside) as a CSV file."""

    def write(name: str, table: str, delimiter: str = ",", encoding: str = "utf-8") -> Path:
        rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
        quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in rows]
        path = tmp_path / name
        path.write_bytes("\n".join(delimiter.join(row) for row in quoted).encode(encoding))
        return path

    return write
