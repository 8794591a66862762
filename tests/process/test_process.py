"""Faults of a playbook: one sentence for each, with the cell, all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from openpyxl.utils import get_column_letter

from tests.tables import TODAY, crm
from xl_salesflow.core.pipelines import Pipeline, TablePosition, build_pipeline
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.playbook_files import list_playbook_names, make_shipped_setup
from xl_salesflow.process.rule_catalogue import find_playbook_findings
from xl_salesflow.schema.table_registry import TABLES

LEAD, QUALIFIED, PRESENTATION, WON, LOST, NURTURE = 2, 3, 4, 7, 8, 9
"""Rows of the sheet Stages."""


def with_cells(table: str, *cells: tuple[int, str, Any]) -> Pipeline:
    pipeline = crm()
    frame = pipeline[table].copy()
    for row, column, value in cells:
        frame.loc[row, column] = value
    return pipeline.with_tables(**{table: frame})


def faults(pipeline: Pipeline) -> list[tuple[str, str, str]]:
    return [(f.table, f.column, f.message) for f in find_playbook_findings(pipeline)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list_playbook_names())
def test_every_supplied_playbook_is_valid(name: str, language: Language) -> None:
    pipeline = build_pipeline(TODAY, language).with_tables(**make_shipped_setup(name, language))
    found = [f.message for f in find_playbook_findings(pipeline) if f.rule != "default_playbook"]
    assert found == []


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "text"),
    [
        ("Stages", QUALIFIED, "stage", "Lead", "is listed twice in the playbook crm"),
        ("Stages", QUALIFIED, "position", 1, "another stage has the same number"),
        ("Stages", QUALIFIED, "position", 2.5, "not a whole number from 1"),
        ("Stages", QUALIFIED, "position", 0, "not a whole number from 1"),
        ("Stages", QUALIFIED, "kind", "opened", "The kind of the stage “Qualified” is opened"),
        ("Stages", QUALIFIED, "kind", "won", "two stages of kind Won"),
        ("Stages", QUALIFIED, "kind", "lost", "two stages of kind Lost"),
        ("Stages", WON, "kind", "aftercare", "no stage Won"),
        ("Stages", LOST, "kind", "aftercare", "no stage Lost"),
        ("Stages", NURTURE, "kind", "open", "the open stage “Nurture” comes after Won"),
        ("Stages", LEAD, "kind", "aftercare", "the aftercare stage “Lead” comes before Won"),
        ("Stages", LEAD, "probability", 120.0, "must be between 0 % and 100 %"),
        ("Stages", LEAD, "probability", -0.1, "must be between 0 % and 100 %"),
        ("Stages", LEAD, "day_limit", -3.0, "“Day limit” of the stage “Lead” is -3"),
        ("Stages", LEAD, "cadence", -1.0, "“Contact every” of the stage “Lead” is -1"),
        ("StageTasks", 2, "due_days", -1.0, "“Due after days” of the stage “Lead” is -1"),
        ("StageTasks", 2, "stage", "Leed", "names “Leed”, which the sheet Stages does not have; did you mean “Lead”?"),
        ("StageTasks", 2, "done_by", "dance", "waits for an activity “dance”"),
        ("Gates", 2, "stage", "Qualifid", "did you mean “Qualified”?"),
        ("Gates", 2, "playbook", "crn", "did you mean “crm”?"),
        ("Gates", 2, "check", "larger than", "there is no check “larger than”"),
        ("Gates", 2, "subject", "Acount", "Deals has no column “Acount”"),
        ("Gates", 2, "effect", "maybe", "“maybe” is not an effect"),
        ("Gates", 3, "value", "two", "“two” is not a number"),
        ("Gates", 3, "value", "", "“blank” is not a number"),
        ("Gates", 3, "subject", "Name", "the column “Name” does not hold numbers"),
        ("Gates", 10, "value", "posted", "“posted” is not a status of a quote"),
        ("Gates", 7, "subject", "Dance", "no stage has the task “Dance”"),
    ],
)
def test_a_fault_is_found(table: str, row: int, column: str, value: Any, text: str) -> None:
    found = faults(with_cells(table, (row, column, value)))
    assert (table, column) in [(place, cell) for place, cell, message in found if text in message]


def test_all_faults_are_reported_at_once() -> None:
    found = faults(
        with_cells("Stages", (LEAD, "probability", 120.0), (LEAD, "day_limit", -3.0), (QUALIFIED, "kind", "won"))
    )
    assert {column for _, column, _ in found} >= {"probability", "day_limit", "kind"}


FAULTS = (
    ("Stages", QUALIFIED, "stage", "Lead", "is listed twice", "C3"),
    ("Stages", PRESENTATION, "kind", "won", "two stages of kind Won", "D7"),
    ("Stages", LEAD, "probability", 120.0, "is 12000 %; it must be between 0 % and 100 %", "E2"),
    ("Stages", LEAD, "day_limit", -3.0, "is -3; days cannot be below zero", "F2"),
    ("Gates", 3, "subject", "Ammount", "Deals has no column “Ammount”", "D3"),
    ("Gates", 4, "check", "is bigger than", "there is no check “is bigger than”", "E4"),
    ("StageTasks", 2, "stage", "Leed", "did you mean “Lead”?", "B2"),
)
"""Where something is typed, the message, and the cell of the finding."""


def test_a_playbook_with_many_faults_has_a_finding_with_its_cell_for_each() -> None:
    """The faults: a stage listed twice, two stages Won, a probability of 120, a limit of -3, unknown column, check, stage."""
    pipeline = crm()
    for table, row, column, value, _, _ in FAULTS:
        frame = pipeline[table].copy()
        frame.loc[row, column] = value
        pipeline = pipeline.with_tables(**{table: frame})
    letters = {
        name: {column.id: get_column_letter(place) for place, column in enumerate(TABLES[name].columns, 1)}
        for name in ("Stages", "Gates", "StageTasks")
    }
    pipeline = replace(pipeline, table_positions={name: TablePosition(name, found) for name, found in letters.items()})
    findings = {(f.cell, f.message) for f in find_playbook_findings(pipeline)}
    for table, _, _, _, text, cell in FAULTS:
        assert len([message for at, message in findings if at == f"{table}!{cell}" and text in message]) == 1, (
            table,
            cell,
        )


def test_a_playbook_without_a_start_is_reported_with_its_other_faults() -> None:
    cells = [(row, "kind", "aftercare") for row in range(LEAD, WON)]
    messages = [message for _, _, message in faults(with_cells("Stages", *cells, (WON, "probability", 2.0)))]
    assert any("no open stage to start in" in message for message in messages)
    assert any("must be between" in message for message in messages)


def test_a_playbook_without_an_open_stage_has_no_start() -> None:
    cells = [(row, "kind", "aftercare") for row in range(LEAD, WON)]
    assert any("no open stage to start in" in message for _, _, message in faults(with_cells("Stages", *cells)))


def test_too_few_and_too_many_stages() -> None:
    pipeline = crm()
    few = pipeline["Stages"].loc[[LEAD, WON, LOST]]
    assert any("has 1 stages" in message for _, _, message in faults(pipeline.with_tables(Stages=few)))


def test_the_default_playbook_must_exist() -> None:
    pipeline = crm(Settings=[{"setting": "playbook", "value": "b2b"}])
    pipeline = pipeline.with_tables(Stages=pipeline["Stages"].assign(playbook="own"))
    assert any("default playbook “crm” has no stages" in message for _, _, message in faults(pipeline))
