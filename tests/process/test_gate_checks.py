"""Each kind of gate check passes, blocks or cannot be judged, in both languages: columns of every sheet, records, conditions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.tables import TODAY, crm
from xl_salesflow.core.own_columns import describe_own_column
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.gate_judging import GATE_CHECKS, judge_by_gates
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.table_columns import Column
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import Dialect
from xl_salesflow.workbook.own_cells import OwnCells, OwnTableCells

YESTERDAY = TODAY - timedelta(days=1)
ROWS: dict[str, list[dict[str, Any]]] = {
    "Deals": [
        {
            **{"deal": "D-1", "owner": "Li", "account": "Acme", "contact": "Ada", "product": "Pump", "amount": 500.0},
            **{"created": date(2026, 3, 1), "need": 2.0, "bant_score": 60.0, "sales_channel": "agent"},
            **{"recorded_stage": "Lead", "stage": "Lead", "outcome": "open"},
        },
        {"deal": "D-2", "account": "Other", "sales_channel": "direct", "amount": 50.0, "owner": "Wu"},
    ],
    "Accounts": [
        {"account": "ACME ", "account_class": "key", "has_need": "yes", "prospect": "yes", "employees": 40.0},
        {"account": "Other", "prospect": "no", "won_deals": 2.0},
    ],
    "Contacts": [
        {"contact": "Ada", "account": "Acme", "decision_role": "user", "title": "Buyer"},
        {"contact": "Bob", "account": "Acme", "decision_role": "decision_maker", "attitude": "Likes us"},
        {"contact": "Eve", "account": "Other", "decision_role": "decision_maker", "attitude": "Strongly against us"},
    ],
    "Team": [{"person": "Li", "role": "rep"}, {"person": "Wang", "role": "manager"}],
    "Products": [{"product": "Pump", "series": "P2"}],
    "Quotes": [
        {"quote": "Q-1", "deal": "D-1", "status": "sent", "primary": "yes", "discount": 0.1, "sent": YESTERDAY},
        {"quote": "Q-0", "deal": "D-1", "status": "superseded", "primary": "yes", "discount": 0.9},
    ],
    "Objections": [
        {"objection": "O-1", "deal": "D-1", "type": "price", "status": "resolved"},
        {"objection": "O-2", "deal": "D-2", "type": "price", "status": "open"},
        {"objection": "O-3", "deal": "D-2", "type": "trust"},
    ],
    "Activities": [
        {"activity": "A-1", "deal": "D-1", "type": "demo", "date": YESTERDAY, "outcome": "interested"},
        {"activity": "A-2", "deal": "D-1", "type": "approval", "date": YESTERDAY, "outcome": "approved", "by": "Wang"},
        {"activity": "A-3", "deal": "D-2", "type": "demo", "date": YESTERDAY, "outcome": "not_interested"},
    ],
    "Payments": [
        {"payment": "P-1", "deal": "d-1", "name": "Deposit", "share": 0.3, "contract": 500.0, "paid": 150.0},
        {"payment": "P-2", "deal": "D-2", "name": "Deposit", "amount": 300.0, "paid": 10.5},
        {"payment": "P-3", "deal": "D-2", "name": "Balance", "amount": 5.0, "paid": 4.0},
    ],
    "Tasks": [{"task_id": "T-1", "deal": "D-1", "stage": "Lead", "task": "Have a first conversation", "status": "done"}],
}  # fmt: skip

OWN = {
    "Deals": {"Region code": ["EU-1", ""], "Seats": [25, "many"], "Pilot on": [date(2026, 3, 2), None]},
    "Accounts": {"Credit rating": ["A", "C"]},
}
"""The columns that the team added, with their cells in the order of the rows."""


@dataclass(frozen=True)
class Gate:
    """A gate as it is typed, in English and in Chinese; D-1 passes it and D-2 does not."""

    check: str
    subject: str = ""
    value: str = ""
    zh: tuple[str, str] = ("", "")
    """The same What and Value in Chinese."""


PASSED_AND_BLOCKED: list[Gate] = [
    Gate("filled", "Created", zh=("创建日期", "")),
    Gate("filled", "Main contact", zh=("主要联系人", "")),
    Gate("filled", "Accounts: Class", zh=("客户：客户分类", "")),
    Gate("filled", "Contacts[Title]", zh=("联系人[title]", "")),
    Gate("filled", "Region code", zh=("region CODE", "")),
    Gate("at_least", "Need", "2", zh=("需求", "2")),
    Gate("at_least", "Amount", "0.1k", zh=("金额", "100")),
    Gate("at_least", "Accounts: Employees", "40", zh=("客户：员工人数", "40")),
    Gate("at_least", "Seats", "25", zh=("Seats", "２５")),
    Gate("at_most", "Quotes: Discount", "10 %", zh=("报价单：整单折扣", "10%")),
    Gate("one_of", "Channel", "Agent", zh=("渠道", "代理")),
    Gate("one_of", "account: prospect", "Yes", zh=("客户：准客户", "是")),
    Gate("one_of", "Accounts: Credit rating", "A, B", zh=("客户：Credit rating", "A、B")),
    Gate("one_of", "Products: Series", "P2"),
    Gate("one_of", "Team: Role", "Sales rep", zh=("团队：角色", "销售代表")),
    Gate("before_today", "Created", zh=("创建日期", "")),
    Gate("before_today", "Quotes: Sent on", zh=("报价单：sent", "")),
    Gate("before_today", "Pilot on"),
    Gate("bant_at_least", "", "60", zh=("", "60")),
    Gate("task_done", "Have a first conversation", zh=("完成首次沟通", "")),
    Gate("activity_within", "Approval", "30", zh=("审批", "30")),
    Gate("quote_is", "", "Sent", zh=("", "已发送")),
    Gate("approved_by", "Wang", zh=("Wang", "")),
    Gate("contact_is", "Decision-maker", "against us", zh=("决策者", "against us")),
    Gate("contact_is", "User, Champion", zh=("使用者、支持者", "")),
    Gate("objections_closed", zh=("", "")),
    Gate("objections_closed", "Price", zh=("价格", "")),
    Gate("objections_closed", "Price, Trust", zh=("信任", "")),
    Gate("activity_outcome", "Demo", "Interested, Approved", zh=("演示", "有兴趣")),
    Gate("activity_outcome", "", "Interested", zh=("", "有兴趣")),
    Gate("payment_received", "Deposit", zh=("Deposit", "")),
    Gate("payment_received", "", "30 %", zh=("", "30%")),
    Gate("payment_received", " deposit", "0.1k", zh=("deposit", "100")),
]

WRONG: list[tuple[Gate, str, str]] = [
    (Gate("filled", "Colour"), "subject", "Deals has no column “Colour”"),
    (Gate("filled", "Accounts: Colour"), "subject", "Accounts has no column “Colour”"),
    (
        Gate("filled", "Objections: Status"),
        "subject",
        "a gate cannot ask for a column of “Objections”, only of Deals and of: Accounts, Contacts, Products, Team, Quotes",
    ),
    (Gate("at_least", "Owner", "1"), "subject", "the column “Owner” does not hold numbers"),
    (Gate("at_least", "Amount", "a lot"), "value", "“a lot” is not a number"),
    (Gate("at_least", "Seats", ""), "value", "“blank” is not a number"),
    (Gate("at_most", "Accounts: Industry", "1"), "subject", "the column “Accounts: Industry” does not hold numbers"),
    (Gate("one_of", "Created", "1"), "subject", "the column “Created” does not hold texts or numbers"),
    (Gate("one_of", "Owner"), "value", "no values are listed; separate them with commas"),
    (Gate("before_today", "Amount"), "subject", "the column “Amount” does not hold dates"),
    (Gate("bant_at_least", "", "high"), "value", "“high” is not a number"),
    (Gate("task_done", "Sing"), "subject", "no stage has the task “Sing”"),
    (Gate("activity_within", "Song"), "subject", "“Song” is not an activity type of the sheet Lists"),
    (Gate("quote_is", "", "Lovely"), "value", "“Lovely” is not a status of a quote; use Sent or Accepted"),
    (Gate("approved_by", "Nobody"), "subject", "the sheet Team has no “Nobody”"),
    (Gate("contact_is"), "subject", "“blank” is not a decision role; write, for example, Decision-maker"),
    (Gate("contact_is", "Boss"), "subject", "“Boss” is not a decision role; write, for example, Decision-maker"),
    (Gate("objections_closed", "Colour"), "subject", "“Colour” is not an objection type of the sheet Lists"),
    (Gate("activity_outcome", "Song", "Reached"), "subject", "“Song” is not an activity type of the sheet Lists"),
    (Gate("payment_received", "Deposit", "half"), "value", "“half” is not a number"),
    (Gate("activity_outcome", "Demo", "Nice"), "value", "“Nice” is not an activity outcome of the sheet Lists"),
]


def make_book(gate: Gate, language: Language = "en", condition: str = "", **tables: Any) -> Pipeline:
    """Return the workbook with *gate* as the only one, before the second stage."""
    pipeline = crm(language, **{**ROWS, **tables})
    pipeline = pipeline.with_tables(Tasks=pipeline["Tasks"].assign(task=pipeline["StageTasks"]["task"].iloc[2]))
    stage = pipeline["Stages"]["stage"].iloc[1]
    subject, value = gate.zh if language == "zh" else (gate.subject, gate.value)
    row = {
        **{"gate": "g", "playbook": "crm", "stage": stage, "check": gate.check, "subject": subject, "value": value},
        **{"effect": "block", "condition": condition},
    }
    cells = {table: OwnTableCells(pipeline[table].index.tolist(), columns) for table, columns in OWN.items()}
    cells |= {table: OwnTableCells([], {}) for table in ("Contacts", "Products", "Team", "Quotes")}
    own = OwnCells(lambda table: None, cells, Dialect())
    pipeline = replace(pipeline, own_columns=own).with_tables(
        Gates=make_table_frame(TABLES["Gates"], [row]), StageTasks=pipeline["StageTasks"].assign(required="no")
    )
    return pipeline


def judge(pipeline: Pipeline) -> pd.DataFrame:
    before, after = pipeline["Stages"]["stage"].iloc[:2]
    moves = pd.DataFrame({"from": before, "to": after}, index=pipeline["Deals"].index, dtype=object)
    return judge_by_gates(pipeline, moves)


def find_gate_cells(pipeline: Pipeline) -> list[tuple[str, str]]:
    """Return the cells of Gates that cannot be judged: column and message."""
    return [(found.column, found.message) for found in check_pipeline(pipeline) if found.rule == "gate_row"]


IDS = [f"{gate.check} {gate.subject} {gate.value}" for gate in PASSED_AND_BLOCKED]


@pytest.mark.parametrize("gate", PASSED_AND_BLOCKED, ids=IDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_deal_that_has_it_passes_and_one_that_lacks_it_is_refused(gate: Gate, language: Language) -> None:
    if language == "zh" and gate.zh == ("", "") and (gate.subject or gate.value):
        pytest.skip("has no Chinese words of its own")
    pipeline = make_book(gate, language)
    assert find_gate_cells(pipeline) == []
    judged = judge(pipeline)
    assert judged["verdict"].tolist() == ["accepted", "refused"], judged["reasons"].tolist()
    assert "{" not in judged["reasons"].iloc[1]


@pytest.mark.parametrize(("gate", "column", "why"), WRONG, ids=[f"{gate.check} {column}" for gate, column, _ in WRONG])
def test_a_gate_that_cannot_be_judged_blocks_with_its_cell(gate: Gate, column: str, why: str) -> None:
    pipeline = make_book(gate)
    assert find_gate_cells(pipeline) == [(column, f"The gate g cannot be judged: {why}.")]
    judged = judge(pipeline)
    assert judged["verdict"].tolist() == ["refused"] * 2
    assert set(judged["reasons"]) == {"The gate g cannot be judged; correct its row in the sheet Gates."}


def test_the_table_has_every_check() -> None:
    assert {gate.check for gate in PASSED_AND_BLOCKED} == {gate.check for gate, _, _ in WRONG} == set(GATE_CHECKS)


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        (Gate("one_of", "Accounts: Prospect", "Yes"), "Accounts: Prospect is No; it must be one of: Yes."),
        (Gate("at_least", "Seats", "25"), "Seats is many; it must be at least 25."),
        (Gate("filled", "Region code"), "“Region code” is blank."),
        (
            Gate("contact_is", "Decision-maker, Budget approver", "against us, hostile"),
            "No contact of the customer is: Decision-maker or Budget approver (Eve: Strongly against us).",
        ),
        (Gate("contact_is", "Champion"), "No contact of the customer is: Champion."),
        (Gate("objections_closed"), "Objections are open: “O-2 (Price)”, “O-3 (Trust)”."),
        (
            Gate("activity_outcome", "Demo, Call", "Interested"),
            "No activity “Demo or Call” has the outcome: Interested.",
        ),
        (Gate("payment_received", "Deposit"), "Of the instalment “Deposit”, 10.5 is paid; it must be 300."),
        (Gate("payment_received", "", "50 %"), "Of the contract, 14.5 is paid; it must be 25."),
        (Gate("payment_received", "Retention"), "There is no instalment “Retention”."),
        (Gate("activity_outcome", "", "Interested"), "No activity has the outcome: Interested."),
    ],
)
def test_the_sentence_says_what_is_missing(gate: Gate, sentence: str) -> None:
    assert judge(make_book(gate))["reasons"].iloc[1].startswith(sentence)


@pytest.mark.parametrize(
    ("language", "one_task", "tasks", "objections"),
    [
        (
            "en",
            "The task “Greet them” is not done. Do it, then set its status to Done in the sheet Tasks.",
            "The tasks “Greet them”, “Ask them” are not done. Do them, then set their status to Done in the sheet Tasks.",
            "An objection is open: “O-2 (Price)”. Answer it, then set its status in the sheet Objections.",
        ),
        (
            "zh",
            "任务“Greet them”未完成。请完成后在“任务”表中将状态设为“已完成”。",
            "任务“Greet them”、“Ask them”未完成。请完成后在“任务”表中将状态设为“已完成”。",
            "异议“O-2 (价格)”尚未解决。请答复异议，然后在“异议”表中更改其状态。",
        ),
    ],
)
def test_the_sentence_agrees_with_the_number_of_things_missing(
    language: Language, one_task: str, tasks: str, objections: str
) -> None:
    given = [
        {"task_id": f"T-{deal}-{task}", "deal": deal, "stage": "Lead", "task": task, "required": "yes"}
        for deal, task in (("D-2", "Greet them"), ("D-2", "Ask them"), ("D-1", "Greet them"))
    ]
    book = make_book(Gate("task_done"), language)
    first_stage = book["Stages"]["stage"].iloc[0]
    book = book.with_tables(Tasks=make_table_frame(TABLES["Tasks"], given).assign(stage=first_stage))
    assert judge(book)["reasons"].tolist() == [one_task, tasks]
    raised = ROWS["Objections"][:2]
    assert judge(make_book(Gate("objections_closed"), language, Objections=raised))["reasons"].iloc[1] == objections


UNKNOWN = "The gate may not be meant for this deal, but {} is blank."


@pytest.mark.parametrize(
    ("condition", "zh", "applies"),
    [
        ("Amount > 100", "金额 > 100", "first"),
        ("Amount >= 50", "金额 ≥ 50", "both"),
        ("Amount > 1,000", "金额 > 1，000", "neither"),
        ("amount < 0.1k", "金额＜100", "second"),
        ("Channel = Agent", "渠道 = 代理", "first"),
        ("Channel <> Agent", "渠道 ≠ 代理", "second"),
        ("Channel = Agent, E-commerce", "渠道 = 代理、直销", "first"),
        ("Channel = Agent; Amount > 1000", "渠道 = 代理；金额 > 1000", "neither"),
        ("New customer", "新客户", "first"),
        ("existing customer", "老客户", "second"),
        ("Accounts: Prospect = No", "客户：准客户 = 否", "second"),
        ("Accounts: Credit rating = A", "客户：Credit rating = A", "first"),
        ("Quotes: Discount > 5 %", "报价单：整单折扣 > 5%", "both"),
        ("Seats > 20", "Seats > 20", "both"),
        ("Region code = EU-1", "Region code = EU-1", "both"),
        ("Need = 2, 3", "需求 = 2、3", "both"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_condition_says_for_which_deals_a_gate_is(condition: str, zh: str, applies: str, language: Language) -> None:
    """A blank cell takes no deal out of the gate: D-2 has no quote, no number of seats, no region code and no need."""
    if language == "zh" and "E-commerce" in condition:
        applies = "both"  # the Chinese list names the channel of both
    pipeline = make_book(Gate("filled", "Notes", zh=("备注", "")), language, zh if language == "zh" else condition)
    assert find_gate_cells(pipeline) == []
    refused = {"first": [True, False], "second": [False, True], "both": [True, True], "neither": [False, False]}
    assert (judge(pipeline)["verdict"] == "refused").tolist() == refused[applies]


@pytest.mark.parametrize(
    ("condition", "blank"),
    [
        ("Quotes: Discount > 5 %", "Quotes: Total discount"),
        ("Seats > 20; Channel = Direct", "Seats"),
        ("Need = 3", "Need"),
    ],
)
def test_a_blank_cell_of_a_condition_is_named(condition: str, blank: str) -> None:
    judged = judge(make_book(Gate("filled", "Notes"), condition=condition))
    assert judged["reasons"].iloc[1] == f"“Notes” is blank. Fill it in. {UNKNOWN.format(blank)}"
    assert "may not be meant" not in judged["reasons"].iloc[0]


def test_a_customer_without_a_row_may_be_new() -> None:
    deals = [{**ROWS["Deals"][0], "account": "Nobody knows"}]
    pipeline = make_book(Gate("filled", "Notes"), condition="New customer", Deals=deals)
    assert judge(pipeline)["reasons"].tolist() == [f"“Notes” is blank. Fill it in. {UNKNOWN.format('Account')}"]


def test_the_first_won_deal_of_a_customer_does_not_make_it_an_old_one() -> None:
    """On its way from Won into aftercare, the deal itself counts among the deals won."""
    deals = [{**ROWS["Deals"][1], "outcome": "won"}]
    accounts = [{"account": "Other", "won_deals": 1.0}]
    pipeline = make_book(Gate("filled", "Notes"), condition="Existing customer", Deals=deals, Accounts=accounts)
    assert judge(pipeline)["verdict"].tolist() == ["accepted"]


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (
            "big ones",
            "“big ones” is not a condition; write, for example: Amount > 100000, or: Channel = Agent, or: New customer",
        ),
        ("Colour = red", "Deals has no column “Colour”"),
        ("Objections: Status = Open", "a gate cannot ask for a column of “Objections”, only of Deals and of: Accounts, "
         "Contacts, Products, Team, Quotes"),
        ("Owner > 5", "the column “Owner” does not hold numbers"),
        ("Amount > lots", "“lots” is not a number"),
        ("Created = 2026", "the column “Created” holds dates; a condition compares texts and numbers"),
        ("Accounts: Prospect = Perhaps", "“Perhaps” is not a choice of “Accounts: Prospect”"),
        ("Channel = Agent; what", "“what” is not a condition; write, for example: Amount > 100000, or: Channel = Agent, "
         "or: New customer"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_read_blocks_with_its_cell(condition: str, why: str) -> None:
    pipeline = make_book(Gate("filled", "Notes"), condition=condition)
    assert find_gate_cells(pipeline) == [("condition", f"The gate g cannot be judged: {why}.")]
    assert judge(pipeline)["verdict"].tolist() == ["refused"] * 2


def test_tasks_that_a_gate_does_not_ask_for_are_required_as_without_the_gate() -> None:
    """A gate that only warns of open tasks stands for those of the deals that it is for."""
    pipeline = make_book(Gate("task_done"), condition="Channel = Agent")
    pipeline = pipeline.with_tables(
        Gates=pipeline["Gates"].assign(effect="warn"),
        StageTasks=make_table_frame(
            TABLES["StageTasks"], [{"playbook": "crm", "stage": "Lead", "task": "Greet them", "required": "yes"}]
        ),
        Tasks=make_table_frame(
            TABLES["Tasks"],
            [
                {"task_id": f"T-{deal}", "deal": deal, "stage": "Lead", "task": "Greet them", "required": "yes"}
                for deal in ("D-1", "D-2")
            ],
        ),
    )
    assert judge(pipeline)["verdict"].tolist() == ["warned", "refused"]


def test_an_added_column_is_not_read_before_a_gate_asks_for_it() -> None:
    class Watched(OwnCells):
        def read(self, table: str, column: Column) -> pd.Series:
            raise AssertionError(f"{table} was read")

    pipeline = make_book(Gate("filled", "Notes"))
    assert isinstance(pipeline.own_columns, OwnCells)
    own = Watched(pipeline.own_columns.read_table, pipeline.own_columns.cells, Dialect())
    assert judge(replace(pipeline, own_columns=own))["verdict"].tolist() == ["refused"] * 2
    assert describe_own_column("Seats").header.in_("zh") == "Seats"
