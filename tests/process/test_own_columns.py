"""Columns that a team declared count like ours: in checks, gates, conditions, groups, filters, undo and merge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.tables import crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.documents.template_lookup import build_template_context
from xl_salesflow.engine import Run, apply_query
from xl_salesflow.errors import UsageError
from xl_salesflow.exports.exported_tables import list_tables_in_use
from xl_salesflow.metrics.funnel_answers import answer_comparison, answer_funnel, compute_funnel
from xl_salesflow.metrics.past_deals import read_deal_record
from xl_salesflow.metrics.readings.pipeline_flow import FlowRequest
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.quotes.document_requests import PrintJob
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import column, flow, insights, merge, paper, report, rollup, sales_plan, undo, update

RUN = Run("Ann", datetime(2026, 3, 31, 9))
LATER = Run("Ann", datetime(2026, 3, 31, 10))
MACHINE, WORTH, CHAIN = "own:list:Machine", "own:amount:Worth", "own:yes_no:Chain"
DECLARED = """
table    | column  | other_title | kind   | values      | stage     | effect | condition   | slice | aliases
Deals    | Machine | 机型        | list   | Lathe; Mill | Qualified | block  | Amount > 15 | yes   | Type of machine
Deals    | Worth   |             | amount |             |           |        |             |       |
Accounts | Chain   |             | yes_no |             | Qualified | warn   |             | yes   |
"""


def team(deals: str, accounts: str = f"account | {CHAIN}\nAcme | yes\nBeta |", declared: str = DECLARED) -> Pipeline:
    """Return a workbook with *deals* of two customers and the declared columns."""
    return crm(Columns=rows(declared, "Columns"), Deals=rows(deals, "Deals"), Accounts=rows(accounts, "Accounts"))


OPEN = f"""
deal | name | account | stage     | amount | created    | {MACHINE} | {WORTH}
D-1  | One  | Acme    | Qualified | 20     | 2026-01-05 | Lathe     | 3.5
D-2  | Two  | Acme    | Qualified | 20     | 2026-01-05 |           |
D-3  | Tri  | Beta    | Qualified | 10     | 2026-02-05 |           | 4
"""


def test_wrong_declarations_and_values_are_findings() -> None:
    """
    table      | column   | kind   | values | stage     | slice | condition  | because
    Deals      | Machine  | list   | A; B   |           | yes   |            |
    Deals      | MACHINE  | text   |        |           |       |            | a row above declares it
    Deals      | Stage    | text   |        |           |       |            | not yours
    Deals      | Colour   | list   | ;      |           |       |            | needs its values
    Deals      | Size     | number |        |           | yes   |            | by words only
    Contacts   | Hobby    |        |        | Qualifyed |       |            | no stage “Qualifyed”; did you mean “Qualified”?
    Accounts   | Group    |        |        | Qualified |       | Amount > x | “x” is not a number
    Activities | Seen     | yes_no |        | Qualified | yes   |            | cannot be grouped by them; can be asked for
    """
    text = test_wrong_declarations_and_values_are_findings.__doc__ or ""
    cells = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    expected = {cells_[1]: cells_[-1] for cells_ in cells[1:] if cells_[-1]}
    declared = "\n".join("|".join(line.split("|")[:-1]) for line in text.strip().splitlines())
    pipeline = team(f"deal | {MACHINE}\nD-1 | a\nD-2 | C", declared=declared)
    found = [(f.rule, f.key, f.message) for f in check_pipeline(pipeline) if f.rule.startswith("own_column")]
    told = {key: "; ".join(m for rule, one, m in found if one == key and rule == "own_column") for _, key, _ in found}
    for name, because in expected.items():
        assert all(part in told[name] for part in because.split("; ")), told[name]
    assert {key for key, message in told.items() if message} == set(expected)
    assert [
        (key, "did you mean" in m or "choose one of: A, B" in m) for rule, key, m in found if rule.endswith("value")
    ] == [("D-2", True)]


def test_a_declared_column_that_is_not_on_the_sheet_is_a_finding() -> None:
    pipeline = team("deal | name\nD-1 | One")
    pipeline = pipeline.with_tables(Deals=pipeline["Deals"].drop(columns=[MACHINE]))
    (found,) = [finding for finding in check_pipeline(pipeline) if finding.rule == "own_column_absent"]
    assert (found.key, "--repair" in found.message) == ("Machine", True)


def test_a_move_needs_the_cells_that_are_declared_for_its_stage() -> None:
    now = apply_change_set(team(OPEN), update(team(OPEN), RUN))["Deals"].set_index("deal")
    # D-2 lacks the machine; D-3 is too small to be asked; Beta does not say whether it is a chain
    assert now["move_status"].to_dict() == {"D-1": "accepted", "D-2": "refused", "D-3": "warned"}
    assert "Machine" in now.loc["D-2", "move_reasons"]
    assert "Chain" in now.loc["D-3", "move_warnings"]


@pytest.mark.parametrize(
    ("by", "value", "groups"),
    [
        ("machine", "lathe", {"Lathe": 1, "": 2}),
        ("机型", "Lathe", {"Lathe": 1, "": 2}),
        ("Chain", "是", {"Yes": 2, "": 1}),
    ],
)
@pytest.mark.parametrize("as_of", [None, date(2026, 3, 15)])
def test_numbers_are_grouped_and_filtered_by_a_slice(
    by: str, value: str, groups: dict[str, int], as_of: date | None
) -> None:
    pipeline = replace(recorded(), query=Query(as_of=as_of))
    found = {group.key: group.metrics["deal_count"] for group in answer_funnel(pipeline, by, None).by}
    assert found == groups
    filtered = compute_funnel(apply_query(pipeline, Query(as_of=as_of, filters={by: value})))
    assert filtered.metrics["deal_count"] == max(groups[key] for key in groups if key)


def recorded() -> Pipeline:
    """Return the deals after an update, with stage stays that began long ago."""
    pipeline = team(OPEN.replace("Qualified", "Lead     "))
    now = apply_change_set(pipeline, update(replace(pipeline, today=date(2026, 3, 1)), RUN))
    return replace(now, today=date(2026, 3, 31))


def test_flow_insights_plan_and_report_are_filtered_by_a_slice() -> None:
    """The filters are those of --where; the report names the column in its language."""
    pipeline = apply_query(recorded(), Query(filters={"Chain": "yes"}))
    steps = flow(pipeline, FlowRequest(None, None, "quarter", None, None)).answer.steps
    assert [deal.deal for deal in steps.new.deals] == ["D-1", "D-2"]
    people = insights(pipeline, "people").answer.people
    assert people is not None
    assert people.responses.total.new_deals == 2
    assert sales_plan(pipeline, 1000.0).answer.figures.target == 1000
    (document,) = report(pipeline).documents
    assert [(header.in_("en"), value) for header, value in document.facts["filters"]] == [("Chain", "yes")]


def test_numbers_cannot_be_grouped_by_other_columns() -> None:
    with pytest.raises(UsageError, match="Machine, Chain"):
        answer_funnel(team(OPEN), "Worth", None)
    with pytest.raises(UsageError, match="Own columns"):
        apply_query(team(OPEN), Query(filters={"Worth": "3"}))
    assert answer_comparison(recorded(), "Machine", "Lathe", "lathe").verdict == "too few"


def test_a_changed_cell_is_logged_and_undone_also_after_its_type_has_changed() -> None:
    before = team(OPEN)
    deals = before["Deals"]
    typed = before.with_tables(Deals=deals.assign(**{WORTH: deals[WORTH].mask(deals["deal"] == "D-1", 9.0)}))
    merged = apply_change_set(before, merge(before, typed, before, RUN))
    assert merged["Deals"][WORTH].tolist()[0] == 9.0
    assert WORTH in merged["Journal"]["column"].tolist()
    text = apply_change_set(as_text(merged), undo(as_text(merged), LATER))
    assert text["Deals"]["own:text:Worth"].tolist() == ["3.5", "", "4"]
    assert apply_change_set(merged, undo(merged, LATER))["Deals"][WORTH].tolist()[0] == 3.5


def as_text(pipeline: Pipeline) -> Pipeline:
    """Return the workbook with another type declared for Worth."""
    deals, declared = pipeline["Deals"], pipeline["Columns"]
    texts = deals[WORTH].map("{:g}".format).replace("nan", "").astype(object)
    return pipeline.with_tables(
        Deals=deals.drop(columns=[WORTH]).assign(**{"own:text:Worth": texts}),
        Columns=declared.assign(kind=declared["kind"].replace("amount", "text")),
    )


def test_the_verb_declares_a_column_once_and_changes_its_row() -> None:
    pipeline = team(OPEN, declared="table | column")
    cells = {"kind": "list", "values": "Oil; Gas", "stage": "qualified", "slice": "yes"}
    plan = column(pipeline, "deals", "Fuel", cells, RUN)
    assert (plan.answer.result.is_new, [f.rule for f in plan.findings if f.rule.startswith("own_column")]) == (True, [])
    now = apply_change_set(pipeline, plan)
    assert now["Columns"].iloc[0][["table", "column", "stage"]].tolist() == ["Deals", "Fuel", "Qualified"]
    assert list(column(now, "Deals", "fuel", cells, LATER).changes) == []
    changed = column(now, "Deals", "Fuel", {"values": "Oil"}, LATER)
    assert [(change.before, change.after) for change in changed.changes] == [("Oil; Gas", "Oil")]
    assert apply_change_set(now, undo(now, LATER))["Columns"].empty
    for sheet, title, wrong in (("Deal", "A", {}), ("Deals", "Stage", {}), ("Deals", "A", {"kind": "list"})):
        with pytest.raises(UsageError):
            column(pipeline, sheet, title, wrong, RUN)


def test_a_rollup_and_an_export_have_the_declared_columns() -> None:
    parts = {"north": team(OPEN), "south": team("deal | name\nD-9 | Nine", declared="table | column")}
    plan = rollup(crm(), parts, RUN)
    (deals,) = [append.rows for append in plan.appends if append.table == "Deals"]
    assert deals[MACHINE].tolist() == ["Lathe", "", "", ""]
    assert [one.rows["column"].tolist() for one in plan.appends if one.table == "Columns"] == [
        ["Machine", "Worth", "Chain"]
    ]
    exported = next(table for table in list_tables_in_use(team(OPEN)) if table.name == "Deals")
    types = {one.id: one.type.value for one in exported.columns}
    assert (types["Machine"], types["Worth"]) == ("text", "money")
    assert exported.records[0]["Worth"] == 3.5


PAPERS = """
kind      | key | what stands there
bant_card | D-1 | Machine Lathe; Worth $3.50; Chain Yes
precall   | D-1 | Machine Lathe; Worth $3.50; Chain Yes
quote     | Q-1 | Machine Lathe; Worth $3.50; Chain Yes
proposal  | Q-1 | Machine Lathe; Worth $3.50; Chain Yes
contract  | Q-1 | Machine Lathe; Worth $3.50; Chain Yes
precall   | D-3 | Worth $4.00
"""


def test_papers_show_the_columns_that_are_declared_as_printed() -> None:
    """A blank cell is left out, and so is a column without Yes; the title is in the language of the paper."""
    shown = "\n".join(
        f"{line} | {'printed' if at == 0 else 'yes'}" for at, line in enumerate(DECLARED.strip().splitlines())
    )
    pipeline = team(OPEN, declared=shown).with_tables(
        Quotes=make_table_frame(TABLES["Quotes"], [{"quote": "Q-1", "deal": "D-1", "status": "draft"}]),
        QuoteLines=make_table_frame(
            TABLES["QuoteLines"], [{"quote": "Q-1", "description": "Pump", "quantity": 1, "price": 9}]
        ),
    )
    for kind, key, expected in (map(str.strip, line.split("|")) for line in PAPERS.strip().splitlines()[1:]):
        job = PrintJob(kind, (key,), lambda document: "")
        (document,) = paper(pipeline, job, RUN).documents
        english, chinese = (build_template_context(document, language) for language in ("en", "zh"))
        rows_ = english["dates"] if "lines" in english else english["about"]
        own = [f"{row['label']} {row['value']}" for row in rows_ if row["label"] in ("Machine", "Worth", "Chain")]
        assert "; ".join(own) == expected
        assert "机型" in str(chinese) or key == "D-3"
    (plain,) = paper(team(OPEN), PrintJob("precall", ("D-1",), lambda document: ""), RUN).documents
    assert "own" not in plain.facts


def test_the_record_of_deals_takes_them() -> None:
    pipeline = team(OPEN)
    pipeline = pipeline.with_tables(Deals=pipeline["Deals"].assign(outcome="open", recorded_stage="Qualified"))
    record = read_deal_record(pipeline)
    assert record.current[MACHINE].tolist() == ["Lathe", "", ""]
