"""A text is read the same way in a cell of the workbook and alone in a column of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.imports.conftest import TODAY, workbook
from tests.workbook.lines import lines
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import Dialect, cells_to_values

NOT_TAKEN = "–"
"""The table entry for a text that is ambiguous or refused."""

AMOUNTS = """
    text            | means
    1234.5          | 1234.5
    1,234.50        | 1234.5
    1.234,50        | 1234.5
    1 234 567       | 1234567
    1'234'567.8     | 1234567.8
    1.000.000       | 1000000
    12,34,567       | 1234567
    １，２００      | 1200
    300-            | -300
    -5              | -5
    −5              | -5
    +7              | 7
    (300)           | -300
    .5              | 0.5
    1,50            | 1.5
    1234,5          | 1234.5
    0,5             | 0.5
    500,-           | 500
    1e3             | 1000
    1.5E+11         | 150000000000
    1,5E+11         | 150000000000
    20k             | 20000
    5m              | 5000000
    3 Mio.          | 3000000
    12 lakh         | 1200000
    1.2万           | 12000
    3亿             | 300000000
    三千万          | 30000000
    US$ 200         | 200
    $1,000          | 1000
    1200 USD        | 1200
    $1.2MM          | 1200000
    1,5             | –
    85.000          | –
    1234,5678       | –
    12 %            | –
    € 1,500         | –
    ¥100            | –
    2000 GBP        | –
    1.2万元         | –
    12 500 kr       | –
    20 PCS          | –
    about 5         | 5
    ~1000           | 1000
    约5万           | 50000
    5万左右         | 50000
    1000+           | 1000
    10-15k          | –
    up to 5k        | –
    TBD             | –
    1.2.3           | –
    --5             | –
    (5              | –
    2 weeks         | –
    1万5            | –
"""
DAYS = """
    text                 | means
    2025-05-01           | 2025-05-01
    2025/5/1             | 2025-05-01
    20250501             | 2025-05-01
    25/12/2025           | 2025-12-25
    12/25/2025           | 2025-12-25
    3.4.2025             | 2025-04-03
    3.4.25               | 2025-04-03
    01-May-25            | 2025-05-01
    1st May 2025         | 2025-05-01
    Mon, 1 May 2025      | 2025-05-01
    May 1, 2025          | 2025-05-01
    5. März 2026         | 2026-03-05
    5 de marzo de 2026   | 2026-03-05
    2025年5月1号         | 2025-05-01
    令和7年5月1日        | 2025-05-01
    2025-05-01T23:30:00Z | 2025-05-01
    45778                | 2025-05-01
    Mar-26               | 2026-03-31
    Q3 2026              | 2026-09-30
    KW 23/2026           | 2026-06-07
    yesterday            | 2025-06-29
    3天前                | 2025-06-27
    03/04/2025           | –
    1/5/25               | –
    25/12/24             | –
    2025-02-30           | –
    1899-12-31           | –
    5 May                | 2025-05-05
    6月30日              | 2025-06-30
    Q3                   | 2025-09-30
    mid July             | 2025-07-15
    15 February          | –
    EOM                  | 2025-06-30
    下周五               | 2025-07-11
    202606               | 2026-06-30
    2026-W27             | 2026-07-05
    待定                 | –
    soon                 | –
"""
SHARES = """
    text    | means
    12 %    | 0.12
    12,5 %  | 0.125
    １３％  | 0.13
    0.13    | 0.13
    0,13    | 0.13
    1       | 1
    150 %   | –
    -5 %    | –
    a lot   | –
"""
TICKS = """
    text  | means
    Yes   | yes
    是    | yes
    TRUE  | yes
    x     | yes
    ✓     | yes
    ☑     | yes
    FALSE | no
    ☐     | no
"""
SHARED = [
    pytest.param(table, column, text, means, id=f"{column}: {text}")
    for table, column, spellings in (
        ("Deals", "amount", AMOUNTS), ("Deals", "expected_close", DAYS), ("Deals", "probability_override", SHARES),
        ("Team", "active", TICKS),
    )
    for text, means in lines(spellings)
]  # fmt: skip


def meaning_of(value: Any) -> str:
    if value is None or value == "" or value != value:
        return NOT_TAKEN
    return (
        str(pd.Timestamp(value).date())
        if isinstance(value, pd.Timestamp)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def typed(table: str, column: str, text: str) -> str:
    """Return the value of *text* in a cell of the workbook."""
    values, _ = cells_to_values(TABLES[table][column], [text], Dialect("USD", today=TODAY))
    return meaning_of(pd.Series(values).iloc[0])


def imported(folder: Path, table: str, column: str, text: str) -> str:
    """Return the value of *text* alone in a column of a file; an ambiguous text is not taken."""
    key = TABLES[table].key
    path = folder / f"{table.lower()}.csv"
    path.write_text(f'{key}\t{column}\tnotes\n1\t"{text}"\tx\n', encoding="utf-8")
    before = workbook()
    try:
        planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    except UsageError:
        return NOT_TAKEN
    after = apply_change_set(before, planned)[table]
    return meaning_of(after[column].iloc[-1])


def test_the_table_is_long_enough() -> None:
    assert len(SHARED) > 90


@pytest.mark.parametrize(("table", "column", "text", "means"), SHARED)
def test_a_text_means_the_same_typed_and_imported(
    table: str, column: str, text: str, means: str, tmp_path: Path
) -> None:
    wanted = (
        NOT_TAKEN
        if means == NOT_TAKEN
        else f"{float(means):g}"
        if column in ("amount", "probability_override")
        else means
    )
    assert (typed(table, column, text), imported(tmp_path, table, column, text)) == (wanted, wanted)
