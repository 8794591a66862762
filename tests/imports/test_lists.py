"""New values of open lists are written below the existing ones."""

from __future__ import annotations

import pandas as pd

from tests.imports.conftest import TODAY
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.imports.import_changes import extend_open_lists


def lists(*rows: dict[str, str]) -> Pipeline:
    return build_pipeline(TODAY, Lists=list(rows))


def used(**columns: list[str]) -> dict[str, list[pd.DataFrame]]:
    deals = build_pipeline(
        TODAY, Deals=[dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    )
    return {"Deals": [deals["Deals"]]}


def written(before: Pipeline, plan: ChangeSet) -> tuple[list[str], list[str]]:
    after = apply_change_set(before, plan)["Lists"]
    return list(after["source"]), list(after["region"])


def test_new_values_are_put_below_the_last_one_of_their_list() -> None:
    """
    before   source referral, social, -    region north, -, -
    after    source referral, social, Moon region north, Mars, Venus
    """
    before = lists({"source": "referral", "region": "north"}, {"source": "social"}, {"industry": "other"})
    plan = extend_open_lists(before, used(source=["Moon", "Moon"], region=["Mars", "Venus"]), (), "import")
    assert written(before, plan) == (["referral", "social", "Moon"], ["north", "Mars", "Venus"])
    assert not plan.appends


def test_rows_are_added_when_the_sheet_is_full() -> None:
    before = lists({"source": "referral", "region": "north"})
    plan = extend_open_lists(before, used(source=["Moon", "Sun"], region=["Mars", "north"]), (), "import")
    assert written(before, plan) == (["referral", "Moon", "Sun"], ["north", "Mars", ""])
    assert not plan.edits


def test_existing_values_are_not_added_again() -> None:
    assert not extend_open_lists(lists({"source": "Moon"}), used(source=["moon", ""]), (), "import").writes
