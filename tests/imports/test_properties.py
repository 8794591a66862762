"""Properties of every import, whatever the contents of the files."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.map_parts import OPEN_COLUMN, ColumnMap
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.process.pending_moves import find_pending_moves
from xl_salesflow.schema.deal_tables import OPEN_STAY_END
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

HEADERS = [
    "deal", "Opportunity Name", "account", "owner", "stage", "status", "amount", "created", "close date", "won date",
    "lost date", "is won", "is closed", "product", "source", "forecast", "probability", "预计成交日", "budget", "notes",
    "shoe size", "email", "industry", "date", "type", "price", "",
]  # fmt: skip
CELLS = [
    "", "1", "2", "3", "Won", "Lost", "Lead", "赢单", "Engaging", "Qualifed", "2025-01-01", "2025-03-01", "03/04/2025",
    "31/12/2024", "45778", "1,234.5", "1.234,5", "12万", "60%", "-", "n/a", "#REF!", "TRUE", "no", "=1+1", "Acme", "ACME",
    "a\nb", "\x00",
    "9" * 20, "9999-12-31", "1e300", "(5)", "  x  ", "｡", "🙂", "#",
]  # fmt: skip
KNOWN = [
    [],
    ["deal", "stage"],
    ["deal", "stage", "created", "close date"],
    ["name", "stage", "won date"],
    ["account", "industry"],
]


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    headers = [*draw(st.sampled_from(KNOWN)), *draw(st.lists(st.sampled_from(HEADERS), max_size=4))] or [""]
    cell = st.sampled_from(CELLS) | st.text(max_size=5)
    return [headers, *draw(st.lists(st.lists(cell, max_size=len(headers) + 1), max_size=6))]


def written(folder: Path, name: str, table: list[list[str]]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    path = folder / name
    path.write_bytes(text.getvalue().encode("utf-8", "replace"))
    return path


def decided(mapping: ImportMap) -> ImportMap:
    """Answer every open question like a person: with the first choice, and with amounts in the workbook's currency."""

    def answered(how: ColumnMap) -> ColumnMap:
        dates, decimal = (setting.partition(" or ")[0] for setting in (how.dates, how.decimal))
        to = "" if how.to == OPEN_COLUMN else how.to  # the first column of a header
        return replace(how, to=to, dates=dates, decimal=decimal, currency="", rate=None)

    files = tuple(
        replace(file, columns={header: answered(how) for header, how in file.columns.items()}) for file in mapping.files
    )
    return replace(mapping, files=files)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables(), name=st.sampled_from(["deals.csv", "accounts.csv", "list.csv"]))
def test_every_file_is_imported_or_refused(table: tuple[list[str], list[list[str]]], name: str, tmp_path: Path) -> None:
    """
    - a file that cannot be used is refused in one sentence, any other file is imported
    - every frame of the change set is complete and typed
    - a deal is in exactly one stage now, no move is pending, a second import changes nothing
    """
    path, before = written(tmp_path, name, table), workbook()
    for other in tmp_path.iterdir():
        if other != path:
            other.unlink()
    try:
        mapping = decided(propose_import_map([path], before))
        assert ImportMap.from_toml(mapping.to_toml("en")) == mapping
        planned = build_import_changes(before, [path], mapping, as_history=True)
    except UsageError:
        return
    for append in planned.appends:
        pd.testing.assert_series_equal(append.rows.dtypes, make_table_frame(TABLES[append.table]).dtypes)
    after = apply_change_set(before, planned)
    deals, history = after["Deals"], after["History"]
    assert deals["deal"].is_unique
    assert find_pending_moves(after).empty
    recorded = deals.loc[deals["recorded_stage"] != "", ["deal", "recorded_stage"]]
    current = history.loc[history["left"] == pd.Timestamp(OPEN_STAY_END), ["deal", "stage"]]
    assert sorted(map(tuple, recorded.to_numpy())) == sorted(map(tuple, current.to_numpy()))
    assert (deals["stage"] == deals["recorded_stage"]).all()
    assert not build_import_changes(after, [path], mapping, as_history=True).writes
