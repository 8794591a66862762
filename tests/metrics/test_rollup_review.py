"""What a roll-up keeps of what people wrote, and what it says about the workbooks it joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.test_joined import empty, replace_setting, team
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.history_seal import find_broken_seals, seal_history
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.engine import complete_derived_cells, recompute_formula_columns
from xl_salesflow.metrics.rollup.team_rollup import join_workbooks
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

Rows = Mapping[str, list[dict[str, Any]]]


def book(findings: tuple[Finding, ...] = (), settings: Mapping[str, str] | None = None, **rows: Any) -> Pipeline:
    """Return a workbook with *rows* by table, with the cells that an update fills in."""
    made = empty().with_tables(**{name: make_table_frame(TABLES[name], found) for name, found in rows.items()})
    for setting, value in (settings or {}).items():
        made = replace(made, settings=replace_setting(made, setting, value))
    return replace(complete_derived_cells(made), cell_findings=findings)


def join(**parts: Pipeline) -> tuple[Pipeline, ChangeSet]:
    ready, plan = join_workbooks(empty(), parts)
    return recompute_formula_columns(apply_change_set(ready, plan)), plan


def deal(number: str, name: str, **more: Any) -> dict[str, Any]:
    return {"deal": number, "name": name, "stage": "Lead", "recorded_stage": "Lead", "outcome": "open", **more}


def lost(rule: str, column: str, table: str = "Deals") -> Finding:
    return Finding(rule, "warn", f"Deals!E4 ({column}) …", table, "D-1", column, "Deals!E4")


ACME = {"account": "ACME", "phone": "1"}
WANG = {"contact": "Wang Wei", "account": "ACME", "email": "w@acme.example"}
TOLD: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a number that cannot be read": (
        {}, {"findings": (lost("not_a_number", "amount"),)}, "block: south, Deals!E4 (amount) …",
    ),
    "another currency": ({}, {"findings": (lost("other_currency", "amount"),)}, "block: south, Deals!E4 (amount) …"),
    "a day that can be two": ({}, {"findings": (lost("ambiguous_date", "created"),)}, "block: south, Deals!E4 (created) …"),
    "a choice that is none": (
        {}, {"findings": (lost("unknown_choice", "forecast"),)}, "block: south, Deals!E4 (forecast) …",
    ),
    "a number typed as text is read": ({}, {"findings": (lost("number_as_text", "amount"),)}, ""),
    "a column of the product": ({}, {"findings": (lost("not_a_number", "attempts"),)}, ""),
    "a table that is not joined": ({}, {"findings": (lost("not_a_number", "count", "StageMetrics"),)}, ""),
    "a deal typed since the last update": (
        {}, {"Deals": [{"name": "New", "stage": "Lead", "amount": 40.0}]},
        "warn: south: 1 deal, such as “D-00001”, was typed since its last update and is not counted yet; "
        "run salesflow update on it first.",
    ),
    "the same deal in both": (
        {"Deals": [deal("D-1", "Pumps", account="ACME")]}, {"Deals": [deal("d-1", "PUMPS ", account="Acme")]},
        "warn: 1 deal of south, such as d-1, is in north too and counts twice; leave one of the two workbooks out, or "
        "delete the deals in one of them.",
    ),
    "the same number of two deals": (
        {"Deals": [deal("D-1", "Pumps")]}, {"Deals": [deal("D-1", "Hoses")]}, "",
    ),
    "the same number and name, begun on other days": (
        {"Deals": [deal("D-1", "Pumps", created=date(2026, 1, 5))]},
        {"Deals": [deal("D-1", "Pumps", created=date(2026, 2, 5))]}, "",
    ),
    "the same target of a person": (
        {"Targets": [{"owner": "Ann", "target": 5.0}]}, {"Targets": [{"owner": "ann", "target": 5.0}]},
        "warn: 1 target of south, such as ann, is in north too and is added up; delete them in one of the two workbooks "
        "if they are the same targets.",
    ),
    "a target of each whole team": ({"Targets": [{"target": 5.0}]}, {"Targets": [{"target": 5.0}]}, ""),
    "two people of one name": (
        {"Contacts": [WANG]}, {"Contacts": [{**WANG, "account": "Globex"}]},
        "note: 1 contact of south, such as Wang Wei, has the name of somebody else in north; in the roll-up, their names "
        "end in “(south)”.",
    ),
    "two people of one name, told apart by mail": (
        {"Contacts": [WANG]}, {"Contacts": [{"contact": "wang wei", "email": "w@globex.example"}]},
        "note: 1 contact of south, such as wang wei, has the name of somebody else in north; in the roll-up, their names "
        "end in “(south)”.",
    ),
    "one person in both": ({"Contacts": [WANG]}, {"Contacts": [{**WANG, "email": ""}]}, ""),
    "a customer with other details": (
        {"Accounts": [ACME]}, {"Accounts": [{"account": "Acme", "phone": "2", "website": "acme.example"}]},
        "warn: Accounts: 1 row of south, such as Acme, differs from north in Phone; the values of north are used.",
    ),
    "a customer with more details": ({"Accounts": [ACME]}, {"Accounts": [{**ACME, "website": "acme.example"}]}, ""),
    "a product at another price": (
        {"Products": [{"product": "Desk", "price": 10.0}]}, {"Products": [{"product": "Desk", "price": 12.0}]},
        "warn: Products: 1 row of south, such as Desk, differs from north in List price; the values of north are used.",
    ),
    "a person in another role": (
        {"Team": [{"person": "Ann", "role": "rep"}]}, {"Team": [{"person": "Ann", "role": "manager"}]},
        "warn: Team: 1 row of south, such as Ann, differs from north in Role; the values of north are used.",
    ),
    "other weights": (
        {}, {"settings": {"bant_need": "50", "company": "South Ltd"}},
        "warn: south has other settings than north (BANT weight: need); the roll-up uses those of north.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("north", "south", "told"), TOLD.values(), ids=TOLD)
def test_nothing_that_people_wrote_is_lost_in_silence(north: dict[str, Any], south: dict[str, Any], told: str) -> None:
    _, plan = join(north=book(**north), south=book(**south))
    assert [f"{finding.severity}: {finding.message}" for finding in plan.findings] == [told] * bool(told)


KEPT: dict[str, tuple[dict[str, Any], dict[str, Any], str, str, list[Any]]] = {
    "blank cells of a customer are filled": (
        {"Accounts": [ACME]}, {"Accounts": [{"account": "Acme", "phone": "2", "website": "acme.example"}]},
        "Accounts", "website", ["acme.example"],
    ),
    "the first workbook decides": (
        {"Accounts": [ACME]}, {"Accounts": [{"account": "Acme", "phone": "2"}]}, "Accounts", "phone", ["1"],
    ),
    "nobody gets rights": (
        {"Team": [{"person": "Ann"}]}, {"Team": [{"person": "Ann", "may_override": "*"}]}, "Team", "may_override", [""],
    ),
    "both people of one name": (
        {"Contacts": [WANG]}, {"Contacts": [{**WANG, "account": "Globex"}]}, "Contacts", "contact",
        ["Wang Wei", "Wang Wei (south)"],
    ),
    "the deal of the other person": (
        {"Contacts": [WANG]},
        {"Contacts": [{**WANG, "account": "Globex"}], "Deals": [deal("D-1", "Hoses", contact="Wang Wei")]},
        "Deals", "contact", ["Wang Wei (south)"],
    ),
    "values that a team added to its lists": (
        {"Lists": [{"source": "referral"}]}, {"Lists": [{"source": "Referral"}, {"source": "Fair"}, {"source": "FAIR"}]},
        "Lists", "source", ["referral", "Fair"],
    ),
    "traits of customers, once": (
        {"Traits": [{"account": "ACME", "kind": "golden", "trait": "Pays fast"}]},
        {"Traits": [{"account": "ACME", "kind": "golden", "trait": "Pays fast"}, {"account": "B", "trait": "Far"}]},
        "Traits", "trait", ["Pays fast", "Far"],
    ),
    "holidays, one a day": (
        {"Holidays": [{"day": date(2026, 5, 1), "name": "May Day"}]},
        {"Holidays": [{"day": date(2026, 5, 1), "name": "1 May"}, {"day": date(2026, 6, 1), "name": "Fair"}]},
        "Holidays", "name", ["May Day", "Fair"],
    ),
    "a deal without a number gets one": (
        {"Deals": [deal("D-1", "Pumps")]}, {"Deals": [{"name": "New", "amount": 40.0}]},
        "Deals", "deal", ["north/D-1", "south/D-00001"],
    ),
    "a deal without a playbook keeps that of its workbook": (
        {}, {"Deals": [deal("D-1", "Hoses")], "settings": {"playbook": "four_steps"}}, "Deals", "playbook", ["four_steps"],
    ),
    "an approval of a stage": (
        {}, {"Approvals": [{"approval": "AP-1", "deal": "D-1", "stage": "Lead"}]}, "Approvals", "approval",
        ["south/AP-1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("north", "south", "table", "column", "kept"), KEPT.values(), ids=KEPT)
def test_rows_of_both_are_there(
    north: dict[str, Any], south: dict[str, Any], table: str, column: str, kept: list[Any]
) -> None:
    whole, _ = join(north=book(**north), south=book(**south))
    assert list(whole[table][column]) == kept


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("USD", "usd ", True), ("USD", "US$", True), ("CNY", "RMB", True), ("CNY", "人民币", True), ("XAU", "xau", True),
     ("USD", "EUR", False), ("USD", "AUD", False), ("CNY", "JPY", False)],
)  # fmt: skip
def test_one_currency_may_be_written_in_two_ways(one: str, other: str, same: bool) -> None:
    parts = {"north": book(settings={"currency": one}), "south": book(settings={"currency": other})}
    if same:
        assert not join(**parts)[1].findings
        return
    with pytest.raises(Exception, match="different currencies"):
        join(**parts)


@pytest.mark.parametrize("like", [{}, {"language": "zh"}, {"playbook": "four_steps"}], ids=str)
def test_seals_stay_intact_under_other_names_and_broken_ones_stay_broken(like: dict[str, Any]) -> None:
    north, south = team(20, 1), team(20, 2, **like)
    north = north.with_tables(History=seal_history(north["History"]))
    sealed = seal_history(south["History"])
    amounts = sealed["amount"].copy()
    amounts.iloc[3] += 1  # by hand
    whole, _ = join(north=north, south=south.with_tables(History=sealed.assign(amount=amounts)))
    broken = find_broken_seals(whole["History"])
    assert list(whole["History"].loc[broken.itself, "visit"]) == [f"south/{sealed['visit'].iloc[3]}"]


def test_playbooks_spelled_in_two_ways_are_one_only_if_they_count_alike() -> None:
    alike, other = team(20, 2), team(20, 3)
    stages = alike["Stages"].replace({"playbook": {"crm": "CRM"}})
    alike = alike.with_tables(
        Stages=stages,
        Deals=alike["Deals"].assign(playbook="CRM"),
        History=alike["History"].assign(playbook="CRM"),
    )
    halved = other["Stages"].assign(probability=other["Stages"]["probability"] / 2, playbook="Crm")
    other = other.with_tables(
        Stages=halved, Deals=other["Deals"].assign(playbook="Crm"), History=other["History"].assign(playbook="Crm")
    )
    whole, _ = join(north=team(20, 1), south=alike, west=other)
    assert set(whole["Stages"]["playbook"]) == {"crm", "crm (west)"}
    assert dict(whole["Deals"]["playbook"].value_counts()) == {"crm": 40, "crm (west)": 20}
