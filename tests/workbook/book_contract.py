"""The contract of every Book, wherever its workbook is: inherit from BookContract and provide a `desk` fixture.

A desk represents a person at the workbook: `book()` opens it as a Book, and `type`, `rows`, `reverse`, `rename`, `fill_in` do
what a person does, through a reader and writer that are not under test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.workbook.desk import Rows
from xl_salesflow.core.change_sets import (
    Append,
    Book,
    ChangeSet,
    Edit,
    Fill,
    NamedCellChange,
    Remove,
    apply_change_set,
    diff_pipelines,
)
from xl_salesflow.core.own_columns import describe_own_column
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 3, 2)
OWN = "My mark"
DEALS: Rows = (
    {"deal": "D-1", "name": "Press line", "stage": "Lead", "amount": 1200.5, "created": date(2026, 1, 5), OWN: "one"},
    {"deal": "D-2", "name": "Spares", "stage": "Quote", "amount": 300, "budget": 3, "source": "Trade show", OWN: "two"},
    {"deal": "D-3", "name": "Service & care", "stage": "Won", "amount": 99.99, "outcome": "Won", OWN: "three"},
)
ROWS: Mapping[str, Rows] = {"Deals": DEALS, "History": [{"visit": "1", "deal": "D-1", "left": date(9999, 12, 31)}]}


class ADesk(Protocol):
    """The methods of a desk that the contract needs; see desk.Desk."""

    def book(self) -> Book: ...
    def rows(self, table: str, values: bool = True) -> list[dict[str, Any]]: ...
    def type(self, table: str, row: int, header: str, value: Any) -> str: ...
    def fill_in(self, name: str, value: Any) -> str: ...
    def reverse(self, table: str) -> None: ...
    def rename(self, table: str, header: str, new: str) -> None: ...


LayDesk = Callable[..., ADesk]


def edit(pipeline: Pipeline, table: str, column: str, values: Mapping[str, Any]) -> ChangeSet:
    """Return a change set that sets *column* of the rows with these keys."""
    rows = pipeline[table]
    keyed = rows[TABLES[table].key or ""]
    at = {key: keyed.index[keyed == key][0] for key in values}
    index = pd.Index(at.values())
    after = pd.Series(list(values.values()), index, dtype=rows[column].dtype)
    return ChangeSet(edits=(Edit(table, column, keyed.loc[index], rows[column].loc[index], after, "test"),))


def same_tables(left: Pipeline, right: Pipeline) -> None:
    """Compare the frames without their row numbers and without cached values of formulas."""
    for name, table in TABLES.items():
        ids = [column.id for column in table.columns if not column.is_formula]
        assert_frame_equal(left[name][ids].reset_index(drop=True), right[name][ids].reset_index(drop=True), obj=name)


class BookContract:
    """The contract. `lay(language, rows, own)` returns a desk with a workbook that has these rows."""

    @pytest.fixture
    def lay(self) -> LayDesk:
        raise NotImplementedError

    @pytest.fixture
    def desk(self, lay: LayDesk) -> ADesk:
        return lay("en", ROWS, OWN)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_reads_the_cells_in_either_language(self, lay: LayDesk, language: Language) -> None:
        """
        deal | source     | outcome | amount | created
        D-1  |            |         | 1200.5 | 2026-01-05
        D-2  | trade_show |         | 300    |
        D-3  |            | won     | 99.99  |
        """
        pipeline = lay(language, ROWS, OWN).book().read(TODAY)
        deals = pipeline["Deals"]
        assert list(deals["deal"]) == ["D-1", "D-2", "D-3"]
        assert list(deals["source"]) == ["", "trade_show", ""]
        assert list(deals["outcome"]) == ["", "", "won"]
        assert list(deals["amount"]) == [1200.5, 300.0, 99.99]
        assert list(deals["created"].notna()) == [True, False, False]
        assert deals["created"].iloc[0] == pd.Timestamp("2026-01-05")
        assert pipeline.language == language
        assert pipeline.cell_findings == ()
        assert pipeline.cell_address("Deals", 3, "amount").endswith("!F3")

    def test_reads_back_what_it_wrote(self, desk: ADesk) -> None:
        book = desk.book()
        pipeline = book.read(TODAY)
        more = make_table_frame(
            TABLES["Deals"], [{"deal": "D-4", "stage": "Lead", "amount": 7, "created": date(2026, 2, 1)}]
        )
        plan = edit(pipeline, "Deals", "amount", {"D-1": 5.0, "D-3": float("nan")})
        plan += edit(pipeline, "Deals", "name", {"D-2": "<Spares> & more"}) + edit(
            pipeline, "Deals", "source", {"D-2": ""}
        )
        plan += edit(pipeline, "Deals", "created", {"D-2": pd.Timestamp("2026-02-28")})
        plan += ChangeSet(appends=(Append("Deals", more, "test"),))
        book.write(plan)
        same_tables(desk.book().read(TODAY), apply_change_set(pipeline, plan))

    def test_nothing_is_left_to_write_after_writing(self, desk: ADesk) -> None:
        book = desk.book()
        before = book.read(TODAY)
        deals = before["Deals"].assign(amount=[1.0, 2.0, 3.25], weighted_value=[0.1, float("nan"), 3.0])
        after = before.with_tables(Deals=deals)
        assert diff_pipelines(before, after).writes
        book.write(diff_pipelines(before, after))
        assert not diff_pipelines(desk.book().read(TODAY), after).writes

    def test_rows_are_found_by_key_after_a_person_sorted_them(self, desk: ADesk) -> None:
        desk.reverse("Deals")
        book = desk.book()
        book.write(edit(book.read(TODAY), "Deals", "next_step", {"D-1": "call"}))
        assert [(row["Deal"], row["Next step"]) for row in desk.rows("Deals")] == [
            ("D-3", None), ("D-2", None), ("D-1", "call"),
        ]  # fmt: skip

    def test_a_persons_own_column_stays_with_its_rows(self, desk: ADesk) -> None:
        book = desk.book()
        pipeline = book.read(TODAY)
        assert OWN not in pipeline["Deals"].columns
        more = make_table_frame(TABLES["Deals"], [{"deal": "D-4"}])
        book.write(edit(pipeline, "Deals", "name", {"D-2": "x"}) + ChangeSet(appends=(Append("Deals", more, "test"),)))
        assert [(row["Deal"], row[OWN]) for row in desk.rows("Deals")] == [
            ("D-1", "one"), ("D-2", "two"), ("D-3", "three"), ("D-4", None),
        ]  # fmt: skip

    @pytest.mark.parametrize("read", ["read", "read_as_needed"])
    def test_a_column_that_a_person_added_is_read_when_it_is_asked_for(self, desk: ADesk, read: str) -> None:
        desk.reverse("Deals")
        pipeline = getattr(desk.book(), read)(TODAY)
        assert pipeline.own_columns.list_headers("Deals") == (OWN,)
        assert pipeline.own_columns.list_headers("Accounts") == ()
        cells = pipeline.own_columns.read("Deals", describe_own_column(OWN))
        deals = pipeline["Deals"]["deal"]
        assert dict(zip(deals, cells[deals.index], strict=True)) == {"D-1": "one", "D-2": "two", "D-3": "three"}

    @pytest.mark.parametrize(("language", "yes", "whole"), [("en", "Yes", "Decision-maker"), ("zh", "是", "决策者")])
    def test_labels_are_written_in_the_language_of_the_sheets(
        self, lay: LayDesk, language: Language, yes: str, whole: str
    ) -> None:
        desk = lay(language, {}, "")
        book = desk.book()
        book.read(TODAY)
        account = make_table_frame(TABLES["Accounts"], [{"account": "A", "has_need": "yes", "employees": 5}])
        contact = make_table_frame(TABLES["Contacts"], [{"contact": "C", "decision_role": "decision_maker"}])
        book.write(ChangeSet(appends=(Append("Accounts", account, ""), Append("Contacts", contact, ""))))
        accounts, contacts = TABLES["Accounts"], TABLES["Contacts"]
        (row,) = desk.rows("Accounts")
        assert row[accounts.header("has_need", language)] == yes
        assert row[accounts.header("employees", language)] == 5
        assert isinstance(row[accounts.header("employees", language)], int)
        assert desk.rows("Contacts")[0][contacts.header("decision_role", language)] == whole

    def test_new_rows_have_live_formulas_with_cached_values(self, desk: ADesk) -> None:
        book = desk.book()
        book.read(TODAY)
        deal = make_table_frame(TABLES["Deals"], [{"deal": "D-4", "weighted_value": 12.5}])
        book.write(ChangeSet(appends=(Append("Deals", deal, ""),)))
        first, *_, last = desk.rows("Deals", values=False)
        assert last["Weighted value"] == first["Weighted value"]
        assert desk.rows("Deals")[-1]["Weighted value"] == 12.5
        assert desk.book().read(TODAY).cell_findings == ()

    def test_a_generated_list_grows_and_shrinks(self, desk: ADesk) -> None:
        for count in (3, 1, 4, 0):
            book = desk.book()
            book.read(TODAY)
            rows = make_table_frame(TABLES["Findings"], [{"severity": "warn", "rule": f"r{at}"} for at in range(count)])
            book.write(ChangeSet(fills=(Fill("Findings", rows),)))
            assert list(desk.book().read(TODAY)["Findings"]["rule"]) == [f"r{at}" for at in range(count)]

    @pytest.mark.parametrize(
        ("gone", "added", "left"),
        [
            (["D-2"], [], ["D-1", "D-3"]),
            (["D-1", "D-2"], [], ["D-3"]),
            (["D-1", "D-3"], [], ["D-2"]),
            (["D-3"], ["D-4", "D-5"], ["D-1", "D-2", "D-4", "D-5"]),
            (["D-1", "D-2", "D-3"], [], []),
            (["D-1", "D-2", "D-3"], ["D-4"], ["D-4"]),
        ],
    )
    def test_whole_rows_are_deleted_and_the_others_stay_as_they_are(
        self, desk: ADesk, gone: list[str], added: list[str], left: list[str]
    ) -> None:
        book = desk.book()
        pipeline = book.read(TODAY)
        deals = pipeline["Deals"]
        plan = ChangeSet(removes=(Remove("Deals", deals[deals["deal"].isin(gone)], "test"),))
        if added:
            plan += ChangeSet(
                appends=(Append("Deals", make_table_frame(TABLES["Deals"], [{"deal": key} for key in added]), "test"),)
            )
        book.write(plan)
        marks = {"D-1": "one", "D-2": "two", "D-3": "three"}
        rows = {row["Deal"]: row for row in desk.rows("Deals", values=False) if row["Deal"]}
        assert {key: row[OWN] or None for key, row in rows.items()} == {key: marks.get(key) for key in left}
        assert [row["Weighted value"][:1] for row in rows.values()] == ["="] * len(left)
        again = desk.book().read(TODAY)
        assert sorted(again["Deals"]["deal"]) == left
        assert again.cell_findings == ()

    def test_an_overwritten_formula_is_found_and_restored(self, desk: ADesk) -> None:
        cell = desk.type("Deals", 2, "Weighted value", 5)
        book = desk.book()
        (fault,) = book.read(TODAY).cell_findings
        assert (fault.rule, fault.table, fault.key, fault.cell) == ("formula_typed_over", "Deals", "D-2", cell)
        book.write(ChangeSet(repairs={"Deals": {"weighted_value": [3]}}))
        first, second, _ = desk.rows("Deals", values=False)
        assert second["Weighted value"] == first["Weighted value"]
        assert desk.book().read(TODAY).cell_findings == ()

    @pytest.mark.parametrize(
        "other",
        ["=Deals[[#This Row],[Amount]]*2", "=Deals[[#This Row],[Probability]]", "=1+1"],
        ids=["another calculation", "another column", "a constant"],
    )
    def test_another_formula_in_place_of_ours_is_found_and_the_original_restored(self, desk: ADesk, other: str) -> None:
        cell = desk.type("Deals", 2, "Weighted value", other)
        book = desk.book()
        assert [(fault.rule, fault.key, fault.cell) for fault in book.read(TODAY).cell_findings] == [
            ("formula_typed_over", "D-2", cell)
        ]
        book.write(ChangeSet(repairs={"Deals": {"weighted_value": [3]}}))
        first, second, _ = desk.rows("Deals", values=False)
        assert second["Weighted value"] == first["Weighted value"]
        assert desk.book().read(TODAY).cell_findings == ()

    def test_a_header_renamed_to_the_other_language_is_found_and_its_formulas_are_correct(self, desk: ADesk) -> None:
        desk.rename("Deals", "Amount", "金额")
        pipeline = desk.book().read(TODAY)
        assert list(pipeline["Deals"]["amount"]) == [1200.5, 300.0, 99.99]
        assert pipeline.cell_findings == ()

    def test_the_query_of_the_funnel_is_read_from_named_cells(self, desk: ADesk) -> None:
        assert desk.book().read(TODAY).query.filters == {}
        for name, value in (
            ("ViewSource", "展会"),
            ("ViewOwner", "Ann"),
            ("AsOfInput", date(2026, 1, 31)),
            ("Reach", "实际进入"),
        ):
            desk.fill_in(name, value)
        view = desk.book().read(TODAY).query
        assert view.filters == {"source": "trade_show", "owner": "Ann"}
        assert (view.as_of, view.start, view.reach, view.reading) == (date(2026, 1, 31), None, "entered", "snapshot")

    def test_named_cells_take_values_and_keep_formulas(self, desk: ADesk) -> None:
        book = desk.book()
        book.read(TODAY)
        asked = (
            NamedCellChange("AsOfInput", None, date(2026, 2, 1), cached=False),
            NamedCellChange("ViewAll", None, 1.0),
            NamedCellChange("NotThere", 1, 2),
        )
        book.write(ChangeSet(named_cells=asked))
        named = desk.book().read(TODAY).named
        assert named["AsOfInput"] == date(2026, 2, 1)
        assert named["ViewAll"] == 1

    @pytest.mark.parametrize(
        ("mine", "expected"),
        [
            (None, ["D-1", "D-8", "D-9"]),
            (2, ["D-1", None, "D-8", "D-9"]),
            (3, ["D-1", None, None, "D-8", "D-9"]),
        ],
    )
    def test_blank_rows_at_the_end_are_filled_before_a_table_grows(
        self, lay: LayDesk, mine: int | None, expected: list[str | None]
    ) -> None:
        desk = lay("en", {"Deals": [DEALS[0], {}, {}]}, OWN)
        if mine:  # a row with a mark in the person's own column is theirs
            desk.type("Deals", mine, OWN, "keep")
        book = desk.book()
        assert list(book.read(TODAY)["Deals"].index) == [2]
        deals = make_table_frame(TABLES["Deals"], [{"deal": "D-8"}, {"deal": "D-9"}])
        book.write(ChangeSet(appends=(Append("Deals", deals, ""),)))
        assert [row["Deal"] for row in desk.rows("Deals")] == expected
        assert desk.book().read(TODAY).cell_findings == ()

    def test_keys_that_are_numbers_stay_numbers_for_the_sake_of_lookups(self, lay: LayDesk) -> None:
        desk = lay("en", {"Deals": [{"deal": 1001, "stage": "Lead", "notes": 7}, {"deal": "007"}]}, "")
        book = desk.book()
        pipeline = book.read(TODAY)
        assert list(pipeline["Deals"]["deal"]) == ["1001", "007"]
        visits = make_table_frame(TABLES["History"], [{"visit": "V1", "deal": "1001"}, {"visit": "V2", "deal": "007"}])
        book.write(
            edit(pipeline, "Deals", "notes", {"007": "1001"}) + ChangeSet(appends=(Append("History", visits, ""),))
        )
        assert [row["Deal"] for row in desk.rows("History")] == [1001, "007"]
        assert isinstance(desk.rows("History")[0]["Deal"], int)
        assert [row["Notes"] for row in desk.rows("Deals")] == [7, "1001"]
        assert list(desk.book().read(TODAY)["History"]["deal"]) == ["1001", "007"]

    def test_a_change_set_without_changes_does_not_touch_the_book(self, desk: ADesk) -> None:
        book = desk.book()
        pipeline = book.read(TODAY)
        book.write(replace(ChangeSet(), findings=pipeline.cell_findings))
        same_tables(desk.book().read(TODAY), pipeline)
