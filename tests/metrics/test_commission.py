"""Commission: worked examples of the rules in use, that everything adds up, and what happens after the signature."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest

from tests.examples import SCALE
from tests.tables import crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.commission_answers import CommissionAnswer, CommissionStatement
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import list_rule_findings
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.funnel_answers import metric_table_rows
from xl_salesflow.metrics.readings.commission_statements import CommissionRequest
from xl_salesflow.process.commission_plans import find_calendar_period
from xl_salesflow.process.commission_rules import COMMISSION_RULES
from xl_salesflow.verbs import commission, undo, update

TODAY = date(2026, 3, 31)
RUN = Run("Li", datetime(2026, 3, 31, 9))
WON = """
    deal | amount | owner | closed
    D-1  | 60000  | Ann   | 2026-01-10
    D-2  | 70000  | Ann   | 2026-02-10
    D-3  | 50000  | Ann   | 2026-03-10
"""
GUIDE = """
    deal | amount | owner | closed
    D-1  | 40000  | Ann   | 2026-01-10
    D-2  | 35000  | Ann   | 2026-01-20
    D-3  | 100000 | Ann   | 2026-01-30
"""
GUIDE_TIERS = """
    from_value | commission_rate
           | 0.05
    50000  | 0.07
    100000 | 0.1
"""
PLAN = {"plan": "Reps", "basis": "signature", "period": "quarter"}


def team(
    won: str = WON,
    plan: dict[str, Any] | None = None,
    tiers: str = "from_value | commission_rate\n | 0.1",
    **tables: list[dict[str, Any]],
) -> Pipeline:
    """Return a team of Ann and Bob with won deals, or open ones if they have no closing date, and one plan."""
    deals = [
        {
            "account": "Acme", "playbook": "crm", "outcome": "won" if "closed" in row else "open",
            "stage": "Won" if "closed" in row else "Lead", "recorded_stage": "Won" if "closed" in row else "Lead", **row,
        }
        for row in rows(won)
    ]  # fmt: skip
    listed = [{"plan": "Reps", **row} for row in rows(tiers, "CommissionTiers")]
    people = [{"person": "Ann", "role": "rep"}, {"person": "Bob", "role": "rep"}, {"person": "Cy", "role": "manager"}]
    split = [{"credit": f"K-{number}", **row} for number, row in enumerate(tables.pop("Credits", []), 1)]
    made = crm(
        **{
            "Deals": deals, "Accounts": [{"account": "Acme"}], "Team": people, "CommissionPlans": [{**PLAN, **(plan or {})}],
            "CommissionTiers": listed, "Credits": split, **tables,
        }
    )  # fmt: skip
    return recompute_formula_columns(made)


def pay(pipeline: Pipeline, **asked: Any) -> CommissionAnswer:
    return commission(pipeline, CommissionRequest(**asked)).answer


def only(answer: CommissionAnswer) -> CommissionStatement:
    (statement,) = answer.statements
    return statement


def amounts(answer: CommissionAnswer) -> list[tuple[str, str, float]]:
    """Return person, deal and amount of every line."""
    return [(one.person, line.deal, line.amount) for one in answer.statements for line in one.lines]


def test_tiers_are_marginal() -> None:
    """The incremental example of SparrowGenie's guide “Tiered/Graduated Commission”: 175,000 in a month earn 13,500.

    5 % of the first 50,000, 7 % of the next 50,000, 10 % of the rest; here, in three deals.
    """
    statement = only(pay(team(GUIDE, {"period": "month"}, GUIDE_TIERS), start=date(2026, 1, 1), end=date(2026, 1, 31)))
    assert [line.amount for line in statement.lines] == [2000.0, 2250.0, 9250.0]
    steps = [[(one.from_, one.to, one.rate, one.value, one.amount) for one in line.steps] for line in statement.lines]
    assert steps == [
        [(0.0, 50000.0, 0.05, 40000.0, 2000.0)],
        [(0.0, 50000.0, 0.05, 10000.0, 500.0), (50000.0, 100000.0, 0.07, 25000.0, 1750.0)],
        [(50000.0, 100000.0, 0.07, 25000.0, 1750.0), (100000.0, None, 0.1, 75000.0, 7500.0)],
    ]
    assert (statement.credited, statement.earned, statement.total) == (175000.0, 13500.0, 13500.0)


def test_a_higher_rate_is_retroactive_if_the_plan_says_so() -> None:
    """The retroactive kind of the same guide: once a tier is reached, its rate applies to everything of the period."""
    plan = {"mode": "retroactive", "period": "month"}
    statement = only(pay(team(GUIDE, plan, GUIDE_TIERS), start=date(2026, 1, 1), end=date(2026, 1, 31)))
    assert [line.amount for line in statement.lines] == [4000.0, 3500.0, 10000.0]
    assert statement.total == 17500.0  # 10 % of 175,000
    later = team(GUIDE.replace("2026-01-30", "2026-02-01"), plan, GUIDE_TIERS)
    assert only(pay(later, start=date(2026, 1, 1), end=date(2026, 1, 31))).total == 5250.0  # 7 % of 75,000


def test_tiers_begin_at_shares_of_the_target() -> None:
    """The example of Prowi's glossary, “Tiered commission”: 140,000 of a quarter's quota of 100,000 earn 13,500.

    5 % up to half of the quota, 10 % up to the quota, 15 % above it.
    """
    quota = [{"from": date(2026, 1, 1), "to": date(2026, 3, 31), "owner": "Ann", "target": 100000.0}]
    won = "deal | amount | owner | closed\nD-1 | 140000 | Ann | 2026-02-01"
    statement = only(
        pay(team(won, None, "from_attainment | commission_rate\n | 0.05\n0.5 | 0.1\n1 | 0.15", Targets=quota))
    )
    assert [step.amount for line in statement.lines for step in line.steps] == [2500.0, 5000.0, 6000.0]
    assert (statement.attainment, statement.total) == (1.4, 13500.0)


@pytest.mark.parametrize(
    ("target", "attainment", "total"),
    [
        (200000.0, 0.9, 9000.0),  # 90 %: all at 5 %
        (150000.0, 1.2, 10500.0),  # 120 %: 30,000 above the target at 10 %
        (180000.0, 1.0, 9000.0),  # exactly at the target nothing is above it
        (None, None, 9000.0),  # without a target only the rate from 0 % applies
    ],
)
def test_an_accelerator_begins_at_the_target(target: float | None, attainment: float | None, total: float) -> None:
    targets = [{"from": date(2026, 1, 1), "to": date(2026, 3, 31), "owner": "Ann", "target": target}] if target else []
    made = team(tiers="from_attainment | commission_rate\n0 | 0.05\n1 | 0.1", Targets=targets)
    statement = only(pay(made))
    assert (statement.target, statement.attainment, statement.total) == (target, attainment, total)
    missing = [one for one in COMMISSION_RULES if one.id == "plan_without_target"]
    found = [finding for rule in missing for finding in list_rule_findings(made, rule)]
    assert len(found) == 1  # Bob and Cy have no target


@pytest.mark.parametrize(
    ("targets", "found"),
    [
        ([("01-01", "12-31", 365000.0)], 90000.0),  # a yearly target counts by its 90 days of the quarter
        ([("01-01", "12-31", 365000.0), ("01-01", "03-31", 50000.0)], 50000.0),  # one within the period goes before it
        ([("01-01", "01-31", 1.0), ("02-01", "02-28", 2.0), ("03-01", "03-31", 3.0)], 6.0),
        ([("04-01", "06-30", 9.0)], None),
    ],
)
def test_the_target_of_a_period(targets: list[tuple[str, str, float]], found: float | None) -> None:
    listed = [
        {
            "from": date.fromisoformat(f"2026-{start}"),
            "to": date.fromisoformat(f"2026-{end}"),
            "owner": "ann",
            "target": value,
        }
        for start, end, value in targets
    ]
    of_others = {"from": date(2026, 1, 1), "to": date(2026, 3, 31), "target": 7.0}
    made = team(
        Targets=[*listed, of_others, {**of_others, "owner": "Bob"}, {**of_others, "owner": "Ann", "product": "X"}]
    )
    assert only(pay(made)).target == found


def test_a_cap_cuts_off_the_rest_of_the_period() -> None:
    """The hard cap of SparrowGenie's guide “Capped Commission”: 3 % of 400,000 in a month are cut from 12,000 to 10,000."""
    won = """
        deal | amount | owner | closed
        D-1  | 300000 | Ann   | 2026-02-10
        D-2  | 60000  | Ann   | 2026-02-11
        D-3  | 40000  | Ann   | 2026-02-12
        D-4  | 1000   | Ann   | 2026-03-02
    """
    first, second = pay(
        team(won, {"cap": 10000.0, "period": "month"}, "from_value | commission_rate\n | 0.03"), start=date(2026, 1, 1)
    ).statements
    assert [(line.amount, line.capped) for line in first.lines] == [(9000.0, 0.0), (1000.0, 800.0), (0.0, 1200.0)]
    assert (first.total, first.capped, second.total) == (10000.0, 2000.0, 30.0)


def test_three_thirds_of_a_deal_add_up_to_the_cent() -> None:
    """The rule of SalesOS's “Revenue & Commission Splits”: the parts of a deal are exactly 100 % of it.

    Without a split, the deal is its owner's, as in Oracle's “Splitting Opportunity Revenue Among Team Members”.
    """
    split = [{"deal": "D-1", "person": name, "share": 1 / 3} for name in ("Ann", "Bob", "Cy")]
    answer = pay(team("deal | amount | owner | closed\nD-1 | 100 | Ann | 2026-01-10", Credits=split))
    assert [line.credited for one in answer.statements for line in one.lines] == [33.33, 33.34, 33.33]
    assert [one.amount for one in answer.deals] == [answer.total] == [9.99]  # 3.33 each: 10 % of each part


def test_a_split_that_does_not_add_up_credits_nobody() -> None:
    split = [{"deal": "D-1", "person": "Ann", "share": 0.6}, {"deal": "D-1", "person": "Bob", "share": 0.3}]
    made = team(Credits=split)
    answer = pay(made)
    assert answer.not_credited == ("D-1",)
    assert amounts(answer) == [("Ann", "D-2", 7000.0), ("Ann", "D-3", 5000.0)]
    (finding,) = [one for rule in COMMISSION_RULES for one in list_rule_findings(made, rule)]
    assert (finding.rule, finding.table, finding.key, finding.column) == ("credit_sum", "Credits", "K-1", "share")
    assert "90 %" in finding.message


HISTORY = """
    visit | deal | stage | outcome | entered
    V1    | D-1  | Lead  | open    | 2025-12-01
    V2    | D-1  | Won   | won     | 2026-01-10
    V3    | D-1  | Lost  | lost    | 2026-03-20
"""


@pytest.mark.parametrize(
    ("days", "lines"),
    [
        (None, [("earned", 6000.0)]),  # no clawback: what was earned stays
        (60.0, [("earned", 6000.0)]),  # 69 days after the win
        (69.0, [("earned", 6000.0), ("lost", -6000.0)]),
    ],
)
def test_a_deal_that_is_lost_again_is_taken_back(days: float | None, lines: list[tuple[str, float]]) -> None:
    """The window of Zepys's “How to handle refunds and clawbacks with agents”: after it, the commission is final."""
    lost = "deal | amount | owner | outcome | since\nD-1 | 60000 | Ann | lost | 2026-03-20"
    plan = {"clawback_days": days or float("nan"), "period": "month"}
    made = team(lost, plan, History=rows(HISTORY, "History"))
    answer = pay(made, start=date(2026, 1, 1))
    assert [(line.kind, line.amount) for one in answer.statements for line in one.lines] == lines
    assert {one.from_.month for one in answer.statements} == ({1, 3} if len(lines) == 2 else {1})


def test_a_deal_that_is_won_again_earns_once() -> None:
    history = rows(
        HISTORY.replace("Lost  | lost ", "Lead  | open ") + "    V4 | D-1 | Won | won | 2026-03-25\n", "History"
    )
    again = "deal | amount | owner | closed\nD-1 | 60000 | Ann | 2026-03-25"
    for days, expected in ((None, [("earned", 10)]), (90.0, [("earned", 10), ("reopened", 20), ("earned", 25)])):
        made = team(again, {"clawback_days": days or float("nan")}, History=history)
        assert [(line.kind, line.day.day) for line in only(pay(made)).lines] == expected
        assert only(pay(made)).total == 6000.0


PAYMENTS = """
    payment | deal | share | paid  | paid_on
    P-1     | D-1  | 0.3   | 18000 | 2025-12-20
    P-2     | D-1  | 0.6   | 35000 | 2026-02-15
    P-3     | D-1  | 0.1   | 6000  | 2026-03-05
"""


def test_on_payment_each_instalment_earns_its_share() -> None:
    """The payout trigger “payment receipt” of SalesOS's splits: each instalment earns its part once it is there.

    The deposit came in before the deal was won, and counts on that day; of the second instalment 1,000 are missing.
    """
    paid = [{**row, "contract": 60000.0} for row in rows(PAYMENTS, "Payments")]
    statement = only(
        pay(team("deal | amount | owner | closed\nD-1 | 50000 | Ann | 2026-01-10", {"basis": "payment"}, Payments=paid))
    )
    assert [(line.payment, line.day, line.deal_value, line.amount) for line in statement.lines] == [
        ("P-1", date(2026, 1, 10), 15000.0, 1500.0),  # of the value without tax, 50,000
        ("P-3", date(2026, 3, 5), 5000.0, 500.0),
    ]
    paid[1]["paid"] = 36000.0
    credit_note = {
        "payment": "P-4",
        "deal": "D-1",
        "amount": -6000.0,
        "paid": -6000.0,
        "paid_on": date(2026, 3, 20),
        "contract": 6e4,
    }
    made = team(
        "deal | amount | owner | closed\nD-1 | 50000 | Ann | 2026-01-10",
        {"basis": "payment"},
        Payments=[*paid, credit_note],
    )
    assert [line.amount for line in only(pay(made)).lines] == [1500.0, 3000.0, 500.0, -500.0]


def test_money_credited_back_takes_its_part_back() -> None:
    note = {
        "payment": "P-9",
        "deal": "D-1",
        "amount": -15000.0,
        "paid": -15000.0,
        "paid_on": date(2026, 2, 1),
        "contract": 6e4,
    }
    statement = only(pay(team(plan={"clawback_days": 30.0}, Payments=[note])))
    assert [(line.deal, line.kind, line.amount) for line in statement.lines] == [
        ("D-1", "earned", 6000.0),
        ("D-1", "credited_back", -1500.0),
        ("D-2", "earned", 7000.0),
        ("D-3", "earned", 5000.0),
    ]
    assert (statement.earned, statement.taken_back, statement.total) == (18000.0, -1500.0, 16500.0)


PLANS = """
    plan    | person | role    | from       | to         | basis     | period | series
    Own     | Ann    |         | 2026-02-01 | 2026-02-28 | signature | month  |
    Role    |        | rep     |            | 2026-02-28 | signature | month  |
    All     |        |         |            |            | signature | month  |
    Spirits |        |         |            |            | signature | month  | Spirits
"""


def test_a_plan_of_the_person_goes_before_those_of_the_role_and_of_everybody() -> None:
    made = team(
        WON + "    D-4 | 10 | Cy | 2026-02-10\n",
        CommissionPlans=rows(PLANS, "CommissionPlans"),
        CommissionTiers=[{"plan": name, "commission_rate": 0.1} for name in ("own", "Role", "All", "Spirits")],
    )
    found = {(one.plan, line.deal) for one in pay(made).statements for line in one.lines}
    assert found == {
        ("Role", "D-1"),
        ("Own", "D-2"),
        ("All", "D-3"),
        ("All", "D-4"),
    }  # no deal is of the family Spirits


def test_what_an_open_deal_would_bring_and_why() -> None:
    open_deal = WON + "    D-4 | 40000 | Ann |\n"
    split = [{"deal": "D-4", "person": "Ann", "share": 0.5}, {"deal": "D-4", "person": "Bob", "share": 0.5}]
    made = team(
        open_deal, {"mode": "retroactive"}, "from_value | commission_rate\n | 0.05\n200000 | 0.06", Credits=split
    )
    found = pay(made, what_if="d-4").what_if
    assert found is not None
    assert [(one.person, one.before, one.after, one.more, one.of_deal) for one in found.gains] == [
        ("Ann", 9000.0, 12000.0, 3000.0, 1200.0),  # the other 180,000 are at 6 % instead of 5 %
        ("Bob", 0.0, 1000.0, 1000.0, 1000.0),
    ]
    assert found.more == 4000.0
    assert found.gains[0].because == (
        "20,000.00 of it at 6%: 1,200.00",
        "The credited value of the period rises from 180,000.00 to 200,000.00, and a tier begins at 200,000.00: 6%",
        "The higher rate adds 1,800.00 to the other lines of the period.",
    )
    smaller = pay(made, what_if="D-4", amount=20000.0, on=date(2026, 4, 2)).what_if
    assert smaller is not None
    assert [(one.from_, one.more) for one in smaller.gains] == [(date(2026, 4, 1), 500.0), (date(2026, 4, 1), 500.0)]
    assert amounts(pay(made)) == amounts(pay(made, what_if="D-4"))
    for wrong in ("D-1", "D-99"):
        with pytest.raises(UsageError):
            pay(made, what_if=wrong)


def test_without_a_plan_and_a_split_nothing_is_computed() -> None:
    made = team(CommissionPlans=[], CommissionTiers=[])
    answer = pay(made)
    assert (answer.statements, answer.deals, answer.total, answer.without_plan) == ((), (), 0.0, ())
    assert {row["name"] for row in metric_table_rows("Commission", build_cube(made))} == {""}
    assert not [one for rule in COMMISSION_RULES for one in list_rule_findings(made, rule)]
    assert "Credits" not in apply_change_set(made, update(made, RUN)).tables or len(made["Credits"]) == 0


def test_an_update_fills_in_the_split_and_undo_takes_it_back() -> None:
    split = [
        {"deal": "d-2", "person": "Bob", "share": 0.4, "credit": ""},
        {"deal": "D-2", "person": "Ann", "share": 0.6, "credit": ""},
    ]
    made = team(Credits=split)
    plan = update(made, RUN)
    after = recompute_formula_columns(apply_change_set(made, plan))
    columns = ["credit", "deal", "account", "owner", "credited", "deal_value", "taken"]
    assert after["Credits"][columns].to_numpy().tolist() == [
        ["K-00001", "D-2", "Acme", "Ann", 28000.0, 70000.0, 70000.0],
        ["K-00002", "D-2", "Acme", "Ann", 42000.0, 70000.0, 0.0],
    ]
    again = update(after, RUN)
    assert not [edit for edit in again.edits if edit.table == "Credits"]
    ann, bob = metric_table_rows("Commission", build_cube(after))[:2]
    assert ann == {
        "name": "Ann", "owned_value": 180000.0, "given_value": 28000.0, "received_value": 0.0, "credited_value": 152000.0,
        "target": None, "attainment": None,
    }  # fmt: skip
    assert (bob["received_value"], bob["credited_value"]) == (28000.0, 28000.0)
    back = apply_change_set(after, undo(after, Run("Li", datetime(2026, 3, 31, 10))))
    assert back["Credits"]["credit"].tolist() == ["", ""]


def _random_team(seed: int) -> Pipeline:
    random = Random(seed)
    names = ("Ann", "Bob", "Cy")
    deals, split = [], []
    for number in range(12):
        day = date(2026, 1, 1) + timedelta(days=random.randrange(90))
        deals.append(f"D-{number} | {random.randrange(1, 9_000_000) / 100} | {random.choice(names)} | {day}")
        if random.random() < 0.6:
            cuts = sorted(random.sample(range(1, 1000), random.choice((1, 2))))
            shares = [(high - low) / 1000 for low, high in zip((0, *cuts), (*cuts, 1000), strict=True)]
            shares = [1 / 3] * 3 if random.random() < 0.3 else shares
            people = random.sample(names, len(shares))
            split += [
                {"deal": f"D-{number}", "person": one, "share": share}
                for one, share in zip(people, shares, strict=True)
            ]
    starts = [0, *sorted(random.sample(range(1000, 200_000), 2))]
    tiers = "from_value | commission_rate\n" + "\n".join(
        f"{start} | {random.randrange(1, 2000) / 10000}" for start in starts
    )
    plan = {
        "mode": random.choice(("marginal", "retroactive", "")), "period": random.choice(("month", "quarter", "year")),
        "cap": random.choice((float("nan"), 5000.0)), "clawback_days": 30.0,
    }  # fmt: skip
    return team("deal | amount | owner | closed\n" + "\n".join(deals), plan, tiers, Credits=split)


def _exact_commission(statement: CommissionStatement, made: Pipeline) -> Decimal:
    """Return what the credited value of a whole period earns, computed apart from the product."""
    (plan,) = made["CommissionPlans"].to_dict("records")
    tiers = [
        (Decimal(repr(row["from_value"])), Decimal(repr(row["commission_rate"])))
        for row in made["CommissionTiers"].to_dict("records")
    ]
    value = Decimal(repr(statement.credited))
    if plan["mode"] == "retroactive":
        earned = value * max((start, rate) for start, rate in tiers if start <= value)[1]
    else:
        ends = [*(start for start, _ in tiers[1:]), Decimal("Infinity")]
        earned = sum(
            max(min(value, end) - start, Decimal(0)) * rate for (start, rate), end in zip(tiers, ends, strict=True)
        )
    earned = earned.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return earned if plan["cap"] != plan["cap"] else min(earned, Decimal(repr(plan["cap"])))


def test_everything_adds_up() -> None:
    """Parts of deals add up to them, lines to what the period earns, tiers to lines, and deals to the total."""
    for seed in range(40 * SCALE):
        made = _random_team(seed)
        answer = pay(made, start=date(2026, 1, 1), end=date(2026, 12, 31))
        deals = made["Deals"].set_index("deal")["amount"]
        lines = [line for one in answer.statements for line in one.lines]
        for deal, amount in deals.items():
            assert round(sum(line.credited for line in lines if line.deal == deal), 2) == amount, (seed, deal)
        for one in answer.statements:
            assert Decimal(repr(one.total)) == _exact_commission(one, made), (seed, one.person)
            assert round(sum(line.amount for line in one.lines), 2) == one.total
            assert one.from_, one.to == find_calendar_period(made["CommissionPlans"]["period"][0], one.from_)
        for line in lines:
            assert round(sum(step.amount for step in line.steps) - line.capped, 2) == line.amount, (seed, line)
            assert round(sum(step.value for step in line.steps), 2) == line.credited
        assert round(sum(one.amount for one in answer.deals), 2) == answer.total
