"""Every format of an export holds the same rows, with types, keys, references and views; a later one has the changes only."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as parquet  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import crm, rows
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.exports.database_files import build_sqlite
from xl_salesflow.exports.export_files import EXPORT_FORMATS, ExportFormat, write_export
from xl_salesflow.exports.export_runs import digest_tables, list_row_changes
from xl_salesflow.exports.exported_tables import ExportedTable, list_tables_in_use
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.schema.table_columns import Column
from xl_salesflow.workbook.cell_conversion import Dialect, cells_to_values

NOW = datetime(2026, 3, 31, 9)
DEALS = """
    deal | owner | account | outcome | recorded_stage | amount  | expected_close | closed     | loss_reason | source
    D-1  | Ann   | Acme    | won     | Won            | 1200.10 |                | 2026-01-20 |             | referral
    D-2  | Ann   | Acme    | lost    | Lost           | 300.20  |                | 2026-02-03 | price       | web
    D-3  | Bob   | Nemo    | open    | Lead           | 99.99   | 2026-05-01     |            |             |
    D-4  | Bob   |         | open    | Lead           |         | 2026-05-31     |            |             |
    D-5  | Bob   | Acme    | won     | Won            | 0.15    |                | 2026-01-31 |             | referral
"""


@dataclass(frozen=True)
class Own:
    """Columns that a team added to Deals: the rows, and their cells, one for each row."""

    rows: pd.Index
    cells: dict[str, Sequence[Any]]

    def list_headers(self, table: str) -> Sequence[str]:
        return tuple(self.cells) if table == "Deals" else ()

    def read(self, table: str, column: Column) -> pd.Series:
        return pd.Series(cells_to_values(column, self.cells[column.id], Dialect()).values, index=self.rows)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    account = rows("account | region\nAcme | South", "Accounts")
    return crm(Deals=rows(DEALS), Accounts=account)


def export(pipeline: Pipeline, folder: Path, kind: ExportFormat, since: str | None = None, now: datetime = NOW) -> Any:
    book = folder.parent / "team.xlsx"
    book.touch()
    return write_export(pipeline, book, folder, kind, now, since)


def read_deals(folder: Path, kind: ExportFormat) -> list[tuple[Any, ...]]:
    """Return deal, amount, expected close and closing day of every exported deal, as Python values."""
    query = "SELECT deal, amount, expected_close, closed FROM Deals ORDER BY deal"
    if kind == "csv":
        lines = csv.DictReader((folder / "Deals.csv").read_text(encoding="utf-8-sig").splitlines())
        texts = [(row["Deal"], row["Amount"], row["Expected close"], row["Closed"]) for row in lines]
    elif kind == "json":
        texts = [
            (row["deal"], row["amount"], row["expected_close"], row["closed"])
            for row in json.loads((folder / "Deals.json").read_bytes())
        ]
    elif kind == "jsonl":
        events = map(json.loads, (folder / "team.jsonl").read_text(encoding="utf-8").splitlines())
        deals = [event["row"] for event in events if event["table"] == "Deals"]
        texts = [(row["deal"], row["amount"], row["expected_close"], row["closed"]) for row in deals]
    elif kind == "sqlite":
        with closing(sqlite3.connect(folder / "team.sqlite")) as database:
            texts = database.execute(query).fetchall()
    elif kind == "duckdb":
        with closing(duckdb.connect(str(folder / "team.duckdb"), read_only=True)) as found:
            texts = found.execute(query).fetchall()
    else:
        table = parquet.read_table(folder / "Deals.parquet", columns=["deal", "amount", "expected_close", "closed"])
        texts = [tuple(row.values()) for row in table.to_pylist()]
    return [
        (deal, Decimal(str(amount)) if amount not in (None, "") else None, *(str(day) if day else None for day in days))
        for deal, amount, *days in texts
    ]


@pytest.mark.parametrize("kind", EXPORT_FORMATS)
def test_every_format_holds_the_same_deals(pipeline: Pipeline, tmp_path: Path, kind: ExportFormat) -> None:
    answer = export(pipeline, tmp_path / "out", kind)
    assert read_deals(tmp_path / "out", kind) == [
        ("D-1", Decimal("1200.1"), None, "2026-01-20"),
        ("D-2", Decimal("300.2"), None, "2026-02-03"),
        ("D-3", Decimal("99.99"), "2026-05-01", None),
        ("D-4", None, "2026-05-31", None),
        ("D-5", Decimal("0.15"), None, "2026-01-31"),
    ]
    assert {Path(file).parent for file in answer.files} == {tmp_path / "out"}


@pytest.fixture(scope="module", params=["sqlite", "duckdb"])
def database(request: pytest.FixtureRequest, pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the connection to an exported database."""
    folder = tmp_path_factory.mktemp("database") / "out"
    (file,) = export(pipeline, folder, request.param).files
    connection: Any = sqlite3.connect(file) if request.param == "sqlite" else duckdb.connect(file, read_only=True)
    with closing(connection):
        yield connection


VIEWED = [
    ("deal_count, won_count, won_value, lost_value, open_count FROM outcome_totals", [(5, 2, "1200.25", "300.2", 2)]),
    ("owner, won_value, open_value FROM outcomes_by_owner", [("Ann", "1200.1", None), ("Bob", "0.15", "99.99")]),
    ("month, open_count, open_value FROM open_deals_by_month", [("2026-05", 2, "99.99")]),
    (
        "month, won_count, won_value, lost_count FROM closed_deals_by_month",
        [("2026-01", 2, "1200.25", 0), ("2026-02", 0, None, 1)],
    ),
    ("* FROM loss_reasons", [("price", 1, "300.2")]),
]


@pytest.mark.parametrize(("query", "expected"), VIEWED, ids=[query for query, _ in VIEWED])
def test_a_view_counts_and_sums_to_the_cent(database: Any, query: str, expected: list[tuple[Any, ...]]) -> None:
    found = database.execute(f"SELECT {query} ORDER BY 1").fetchall()
    assert [
        tuple(f"{cell:.2f}".rstrip("0") if isinstance(cell, float | Decimal) else cell for cell in row) for row in found
    ] == expected


def test_the_views_agree_with_the_metrics(database: Any, pipeline: Pipeline) -> None:
    metrics = compute_funnel(pipeline).metrics
    query = "SELECT won_count, won_value, lost_value, open_value, win_rate FROM outcome_totals"
    (viewed,) = database.execute(query).fetchall()
    names = ("won_count", "won_value", "lost_value", "open_value", "win_rate")
    assert [float(number) for number in viewed] == pytest.approx([metrics[name] for name in names], abs=0.001)
    stored = dict(database.execute("SELECT metric, value FROM Metrics").fetchall())
    assert [stored[name] for name in names] == [metrics[name] for name in names]


def test_a_database_describes_itself(database: Any) -> None:
    described = database.execute(
        'SELECT "column", type, english, chinese, is_key, refers_to, labels FROM ExportColumns '
        "WHERE \"table\" = 'Deals' AND \"column\" IN ('deal', 'account', 'amount', 'outcome') ORDER BY 1"
    ).fetchall()
    assert described == [
        ("account", "ref", "Account", "客户", None, "Accounts", None),
        ("amount", "money", "Amount", "金额", None, None, None),
        ("deal", "key", "Deal", "商机编号", "yes", None, None),
        ("outcome", "choice", "Outcome", "结果", None, None, "outcome"),
    ]
    label = "SELECT english, chinese FROM ExportLabels WHERE list = 'outcome' AND id = 'won'"
    assert database.execute(label).fetchall() == [("Won", "赢单")]
    assert database.execute("SELECT layout_version FROM ExportLayout").fetchall() == [(1,)]


def test_sqlite_declares_keys_and_references(pipeline: Pipeline) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(build_sqlite(list(list_tables_in_use(pipeline))))
        assert [row[1] for row in database.execute("PRAGMA table_info(Deals)") if row[5]] == ["deal"]
        references = {(row[3], row[2], row[4]) for row in database.execute("PRAGMA foreign_key_list(Deals)")}
        assert ("account", "Accounts", "account") in references
        assert [row[3] for row in database.execute("PRAGMA foreign_key_check(Deals)")] != []  # Nemo has no row


def test_two_rows_with_one_number_are_both_exported(tmp_path: Path) -> None:
    double = crm(Deals=rows("deal | name\nD-1 | First\nD-1 | Second\n"))
    for kind in ("sqlite", "duckdb", "parquet"):
        export(double, tmp_path / kind, kind)
    with closing(sqlite3.connect(tmp_path / "sqlite" / "team.sqlite")) as database:
        assert database.execute("SELECT name FROM Deals ORDER BY name").fetchall() == [("First",), ("Second",)]


def test_one_large_amount_among_thousands_is_exported(tmp_path: Path) -> None:
    deals = [{"deal": f"D-{number}", "amount": 1.0} for number in range(2_500)]
    deals[1_237]["amount"] = 29_220.55
    export(crm(Deals=deals), tmp_path / "out", "duckdb")
    with closing(duckdb.connect(str(tmp_path / "out" / "team.duckdb"), read_only=True)) as database:
        assert database.execute("SELECT SUM(amount) FROM Deals").fetchone() == (Decimal("31719.55"),)


def test_columns_that_a_team_added_have_the_type_of_their_cells(pipeline: Pipeline, tmp_path: Path) -> None:
    own = Own(
        pipeline["Deals"].index,
        {
            "Floor area": [10, 20.5, None, 3, 4],
            "Site visit": [datetime(2026, 3, 1), None, None, None, None],
            "Room": [12, "A 3", None, None, None],
            "AMOUNT": ["ours is another", None, None, None, None],
        },
    )
    export(replace(pipeline, own_columns=own), tmp_path / "out", "duckdb")
    with closing(duckdb.connect(str(tmp_path / "out" / "team.duckdb"), read_only=True)) as database:
        found = database.execute('SELECT "Floor area", "Site visit", "Room", "AMOUNT 2" FROM Deals LIMIT 2').fetchall()
    assert found == [(10.0, date(2026, 3, 1), "12", "ours is another"), (20.5, None, "A 3", None)]


@pytest.mark.parametrize(
    ("typed", "written"),
    [("=1+1", "'=1+1"), ("@SUM(1)", "'@SUM(1)"), ("-cmd", "'-cmd"), ("+49 30 1234", "+49 30 1234"), ("Plain", "Plain")],
)
def test_no_text_becomes_a_formula(tmp_path: Path, typed: str, written: str) -> None:
    export(crm(Deals=[{"deal": "D-1", "name": typed}]), tmp_path / "out", "csv")
    lines = (tmp_path / "out" / "Deals.csv").read_text(encoding="utf-8-sig").splitlines()
    assert next(csv.DictReader(lines))["Name"] == written


CHANGED = DEALS.replace("99.99", "100").replace("D-4", "D-6")


@pytest.mark.parametrize("kind", EXPORT_FORMATS)
def test_a_later_export_writes_what_changed_since(pipeline: Pipeline, tmp_path: Path, kind: ExportFormat) -> None:
    out = tmp_path / "out"
    first = export(pipeline, out, kind)
    answer = export(pipeline.with_tables(Deals=crm(Deals=rows(CHANGED))["Deals"]), out, kind, first.run)
    assert (answer.since, answer.added, answer.changed, answer.removed) == (first.run, 1, 1, 1)
    assert answer.run != first.run
    place = out / f"changes {answer.run}"
    if kind == "jsonl":
        events = map(json.loads, place.with_name(f"{place.name}.jsonl").read_text(encoding="utf-8").splitlines())
        found = {(one["change"], one["table"], one["key"], one.get("row", {}).get("amount")) for one in events}
        assert found == {
            ("changed", "Deals", "D-3", 100), ("added", "Deals", "D-6", None), ("removed", "Deals", "D-4", None),
        }  # fmt: skip
    else:
        (place / "team.jsonl").touch()
        assert [deal for deal, *_ in read_deals(place, kind)] == ["D-3", "D-6"]


def test_last_is_the_newest_export_and_nothing_changed_since(pipeline: Pipeline, tmp_path: Path) -> None:
    export(pipeline, tmp_path / "out", "json")
    answer = export(pipeline, tmp_path / "out", "json", "last", datetime(2026, 4, 2, 9))
    assert (answer.files, answer.added, answer.changed, answer.removed) == ((), 0, 0, 0)


@pytest.mark.parametrize(
    ("run", "damage", "sentence"),
    [
        ("last", None, "Nothing was exported into {out} yet; start with an export without --since."),
        ("R-7", "", "There is no record of the export R-7 in {out}; the last one is 20260331-090000."),
        ("last", "{", "{file} cannot be read; delete it and export without --since."),
        (
            "last",
            '{"layout": 1, "tables": {"Deals": 3}}',
            "{file} cannot be read; delete it and export without --since.",
        ),
        (
            "last",
            '{"layout": 0, "tables": {}}',
            "The export 20260331-090000 was written by another version, with other tables; export once without --since.",
        ),
    ],
)
def test_a_record_that_cannot_be_used_is_told(
    pipeline: Pipeline, tmp_path: Path, run: str, damage: str | None, sentence: str
) -> None:
    out = tmp_path / "out"
    file = out / ".export-runs" / "20260331-090000.json"
    if damage is not None:
        export(pipeline, out, "json")
        file.write_text(damage or file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        export(pipeline, out, "json", run)
    assert str(refused.value) == sentence.format(out=out, file=file)


def test_ten_exports_are_remembered(pipeline: Pipeline, tmp_path: Path) -> None:
    for minute in range(12):
        export(pipeline, tmp_path / "out", "json", None, datetime(2026, 3, 31, 9, minute))
    names = sorted(file.stem for file in (tmp_path / "out" / ".export-runs").iterdir())
    assert names == [f"20260331-09{minute:02d}00" for minute in range(2, 12)]


RECORDS = st.lists(st.fixed_dictionaries({"deal": st.sampled_from("abcd"), "name": st.sampled_from(["x", "y", None])}))


@given(RECORDS, RECORDS)
def test_the_changes_turn_the_earlier_export_into_the_later(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    columns = list_deal_columns()
    first, second = (ExportedTable("Deals", columns, records, "deal") for records in (before, after))
    state = dict(digest_tables([first])["Deals"])
    for change in list_row_changes([second], {"Deals": state.copy()}):
        if change.change == "removed":
            del state[change.key]
        else:
            assert (change.change == "changed") == (change.key in state)
            one = ExportedTable("Deals", columns, [change.record or {}], "deal")
            state[change.key] = next(iter(digest_tables([one])["Deals"].values()))
    assert state == digest_tables([second])["Deals"]


def list_deal_columns() -> tuple[Column, ...]:
    """Return the declarations of two columns of Deals."""
    (table,) = (one for one in list_tables_in_use(crm(Deals=[{"deal": "D-1"}])) if one.name == "Deals")
    return tuple(column for column in table.columns if column.id in ("deal", "name"))
