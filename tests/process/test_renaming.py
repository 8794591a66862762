"""A name changed once is changed everywhere; clocks, furthest stages and seals stay; two customers become one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.tables import TODAY, crm, rows
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.history_seal import find_broken_seals
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.verbs import merge_customers, rename, undo, update

RUN = Run("test", datetime.combine(TODAY, datetime.min.time()))


def team() -> Pipeline:
    """
    deal | name | account  | owner | stage     | source    | product | amount | created
    D-1  | one  | Acme     | Ann   | Lead      | referral  | Gadget  | 100    | 2026-01-05
    D-2  | two  | Acme Inc | ann   | Qualified | Fair 2026 | Gadget  | 200    | 2026-01-05
    """
    pipeline = crm(
        Deals=rows(team.__doc__ or ""),
        Team=[{"person": "Ann"}, {"person": "Bob", "manager": "Ann"}],
        Accounts=[{"account": "Acme"}, {"account": "Acme Inc", "website": "acme.example", "owner": "Ann"}],
        Contacts=[{"contact": "Eve", "account": "Acme Inc"}],
        Products=[{"product": "Gadget"}],
        Lists=[{"source": "referral"}, {"source": "Fair 2026"}],
        Targets=[{"from": date(2026, 1, 1), "to": date(2026, 12, 31), "owner": "Ann", "target": 100.0}],
    )
    deals = pipeline["Deals"].assign(need=3.0, budget=3.0, authority=3.0, timeline=3.0)
    return applied(pipeline.with_tables(Deals=deals), update(pipeline.with_tables(Deals=deals), RUN))


def applied(pipeline: Pipeline, plan: ChangeSet[Any]) -> Pipeline:
    return apply_change_set(pipeline, plan)


def cells(pipeline: Pipeline, *places: str) -> dict[str, list[str]]:
    return {place: pipeline[place.partition(".")[0]][place.partition(".")[2]].tolist() for place in places}


@pytest.mark.parametrize(
    ("old", "new", "sheet", "expected"),
    [
        (
            "ann",
            "Anna",
            "",
            {
                "Deals.owner": ["Anna", "Anna"],
                "Team.person": ["Anna", "Bob"],
                "Team.manager": ["", "Anna"],
                "Targets.owner": ["Anna"],
                "Accounts.owner": ["", "Anna"],
            },
        ),
        (
            "Lead",
            "Prospect",
            "",
            {"Deals.recorded_stage": ["Prospect", "Qualified"], "Deals.stage": ["Prospect", "Qualified"]},
        ),
        ("Gadget", "Widget", "Products", {"Deals.product": ["Widget", "Widget"], "Products.product": ["Widget"]}),
        ("Acme", "Ace", "", {"Deals.account": ["Ace", "Acme Inc"], "Accounts.account": ["Ace", "Acme Inc"]}),
        ("Referral", "Word of mouth", "", {"Deals.source": ["Word of mouth", "Fair 2026"]}),
        (
            "fair 2026",
            "Fair 26",
            "source",
            {"Deals.source": ["referral", "Fair 26"], "Lists.source": ["referral", "Fair 26"]},
        ),
    ],
)
def test_a_rename_carries_every_row_along(old: str, new: str, sheet: str, expected: dict[str, list[str]]) -> None:
    before = team()
    now = applied(before, rename(before, old, new, RUN, sheet))
    assert cells(now, *expected) == expected
    assert find_broken_seals(now["History"]).itself.empty
    assert find_broken_seals(now["History"]).before.empty
    for column in ("since", "furthest", "created"):
        assert now["Deals"][column].equals(before["Deals"][column])
    assert len(now["History"]) == len(before["History"])
    assert not update(now, RUN).edits
    back = applied(now, undo(now, RUN))
    assert cells(back, *expected) == cells(before, *expected)
    assert back["History"]["seal"].equals(before["History"]["seal"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_without_a_number_are_taken_back_too(language: Language) -> None:
    """The tasks of a stage and the targets of a person have no number: several rows of one name are changed alike."""
    targets = [{"from": date(2026, month, 1), "owner": "Ann", "target": 100.0} for month in (1, 2, 3)]
    before = crm(language, Team=[{"person": "Ann"}], Targets=targets)
    for old, table in ((before["StageTasks"]["stage"].iloc[-1], "StageTasks"), ("Ann", "Targets")):
        now = applied(before, rename(before, old, "New name", RUN))
        assert not now[table].equals(before[table])
        plan = undo(now, RUN)
        assert not [finding for finding in plan.findings if finding.rule.startswith("undo")]
        assert applied(now, plan)[table].equals(before[table])


def test_a_rename_typed_in_stages_is_one_finding_that_fixes_all() -> None:
    before = team()
    stages = before["Stages"]
    typed = before.with_tables(Stages=stages.assign(stage=stages["stage"].replace("Qualified", "In talks")))
    found = [f for f in check_pipeline(typed) if f.rule in ("stage_renamed", "unknown_stage")]
    assert [finding.rule for finding in found] == ["stage_renamed"]
    assert 'salesflow rename BOOK "Qualified" "In talks" --in Stages' in found[0].message
    now = applied(typed, rename(typed, "Qualified", "In talks", RUN, "Stages"))
    assert now["Deals"]["recorded_stage"].tolist() == ["Lead", "In talks"]
    assert now["Deals"]["furthest"].tolist() == before["Deals"]["furthest"].tolist()
    assert now["History"]["furthest"].tolist() == before["History"]["furthest"].tolist()
    assert not [f for f in check_pipeline(now) if f.rule in ("stage_renamed", "unknown_stage", "unknown_stage_name")]


@pytest.mark.parametrize(
    ("table", "column", "old", "new", "place"),
    [
        ("Team", "person", "Ann", "Anna Lee", "Team"),
        ("Products", "product", "Gadget", "Widget", "Products"),
        ("Accounts", "account", "Acme Inc", "Apex", "Accounts"),
        ("Lists", "source", "referral", "Word of mouth", "source"),
    ],
)
def test_a_name_typed_anew_is_one_finding_that_fixes_all(
    table: str, column: str, old: str, new: str, place: str
) -> None:
    """The rows with the old name are no findings of their own; the command of the finding leaves nothing to say."""
    before = team()
    more = before["Deals"].assign(source="referral", deal=["D-3", "D-4"])
    before = before.with_tables(Deals=pd.concat([before["Deals"], more], ignore_index=True))
    sheet = before[table]
    typed = before.with_tables(**{table: sheet.assign(**{column: sheet[column].replace(old, new)})})
    rules = ("name_renamed", "orphan", "off_list")
    earlier = {str(f) for f in check_pipeline(before)}
    found = [f for f in check_pipeline(typed) if f.rule in rules and str(f) not in earlier]
    assert [(f.rule, f.table, f.column) for f in found] == [("name_renamed", table, column)]
    label = "Referral" if old == "referral" else old
    assert f'salesflow rename BOOK "{label}" "{new}" --in {place}' in found[0].message
    now = applied(typed, rename(typed, label, new, RUN, place))
    assert not [f for f in check_pipeline(now) if f.rule in rules and str(f) not in earlier]
    assert applied(before, rename(before, label, new, RUN, place))["Deals"].equals(now["Deals"])


def test_a_typing_error_in_one_row_is_no_rename() -> None:
    before = team()
    typed = before.with_tables(Deals=before["Deals"].assign(product=["Gadget", "Gadgett"]))
    assert "name_renamed" not in {f.rule for f in check_pipeline(typed)}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Acmee", "Ace", "did you mean"),
        ("Acme", "Acme Inc", "merge-accounts"),
        ("Ann", "Bob", "is taken"),
        ("Ann", " ", "cannot be blank"),
    ],
)
def test_a_rename_that_cannot_be_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        rename(team(), old, new, RUN)


def test_two_customers_become_one() -> None:
    before = team()
    plan = merge_customers(before, "acme inc", "Acme", RUN)
    now = applied(before, plan)
    assert now["Accounts"]["account"].tolist() == ["Acme"]
    assert now["Accounts"]["website"].tolist() == ["acme.example"]
    assert cells(now, "Deals.account", "Contacts.account") == {
        "Deals.account": ["Acme", "Acme"],
        "Contacts.account": ["Acme"],
    }
    assert plan.answer.result.rows["Deals"] == 1
    back = applied(now, undo(now, RUN))
    assert sorted(back["Accounts"]["account"]) == ["Acme", "Acme Inc"]
    assert back["Deals"]["account"].tolist() == ["Acme", "Acme Inc"]


def test_a_customer_is_not_merged_with_itself() -> None:
    with pytest.raises(UsageError, match="one customer"):
        merge_customers(team(), "ACME", "Acme", RUN)
