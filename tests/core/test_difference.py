"""A change set is the difference between two pipelines, and applying it gives the second one."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from xl_salesflow.core import change_sets
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, apply_change_set, diff_pipelines
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 3, 1)
ROWS = st.lists(
    st.fixed_dictionaries({
        "name": st.sampled_from(["", "a", "b"]),
        "amount": st.sampled_from([None, 0, 1.5]),
        "created": st.sampled_from([None, TODAY]),
    }),
    max_size=5,
)  # fmt: skip


def deals(*rows: dict[str, Any]) -> Pipeline:
    return build_pipeline(TODAY, Deals=[{"deal": f"D-{n}", **row} for n, row in enumerate(rows)])


def test_a_pipeline_does_not_differ_from_itself() -> None:
    pipeline = deals({"amount": 1}, {"created": TODAY})
    assert not diff_pipelines(pipeline, pipeline).writes
    again = pipeline.with_tables(Deals=pipeline["Deals"].copy())
    assert not diff_pipelines(pipeline, again).writes


def test_a_changed_cell_is_one_change_with_its_reason() -> None:
    before, after = deals({"amount": 1}, {"amount": 2}), deals({"amount": 1}, {"amount": 3})
    reasons = {("Deals", "amount"): pd.Series(["haggled"], index=[3])}
    (change,) = diff_pipelines(before, after, "import", reasons).changes
    assert (change.key, change.column, change.before, change.after, change.because) == (
        "D-1",
        "amount",
        2,
        3,
        "haggled",
    )


def test_formula_cells_are_caches_not_changes() -> None:
    plan = diff_pipelines(deals({"weighted_value": 1}), deals({"weighted_value": 2}))
    assert not plan.edits
    assert [edit.column for edit in plan.caches] == ["weighted_value"]


def test_a_generated_table_is_filled_completely_or_left() -> None:
    listed = make_table_frame(TABLES["Findings"], [{"rule": "x", "message": "y"}])
    before = deals()
    after = before.with_tables(Findings=listed)
    assert [fill.table for fill in diff_pipelines(before, after).fills] == ["Findings"]
    assert not diff_pipelines(after, after.with_tables(Findings=listed.copy())).writes


@examples(12)
@given(ROWS, ROWS, st.data())
def test_applying_the_difference_gives_the_second_state(old: list[Any], added: list[Any], data: st.DataObject) -> None:
    before = deals(*old)
    changed = deals(*[data.draw(ROWS.filter(bool))[0] for _ in old])
    more = make_table_frame(TABLES["Deals"], [{"deal": f"N-{n}", **row} for n, row in enumerate(added)])
    after = apply_change_set(changed, ChangeSet(appends=(Append("Deals", more, ""),)))
    reached = apply_change_set(before, diff_pipelines(before, after))
    pd.testing.assert_frame_equal(reached["Deals"].reset_index(drop=True), after["Deals"].reset_index(drop=True))
    assert not diff_pipelines(reached, after).writes


@examples(12)
@given(ROWS.filter(bool), st.data())
def test_few_rows_differ_as_many_do(old: list[Any], data: st.DataObject) -> None:
    """Cells of few rows are compared all at once, those of many rows column by column."""
    new = [data.draw(ROWS.filter(bool))[0] for _ in old]
    few = diff_pipelines(deals(*old), deals(*new))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(change_sets, "_FEW_ROWS", 0)
        many = diff_pipelines(deals(*old), deals(*new))
    assert [repr(change) for change in few.changes] == [repr(change) for change in many.changes]


def test_new_rows_have_no_address() -> None:
    plan = ChangeSet(appends=(Append("Deals", make_table_frame(TABLES["Deals"], [{"deal": "N"}, {"deal": "M"}]), ""),))
    both = apply_change_set(apply_change_set(deals({}), plan), plan)["Deals"]
    assert list(both.index) == [2, -1, -2, -3, -4]


def test_edits_change_only_their_rows() -> None:
    pipeline = deals({"name": "a"}, {"name": "b"})
    row = pipeline["Deals"].loc[[3]]
    edit = Edit("Deals", "name", row["deal"], row["name"], pd.Series(["c"], index=[3]), "")
    assert list(apply_change_set(pipeline, ChangeSet(edits=(edit,)))["Deals"]["name"]) == ["a", "c"]
    assert list(pipeline["Deals"]["name"]) == ["a", "b"]
