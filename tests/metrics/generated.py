"""A made-up pipeline with everything that happens in a real one: blanks, skips, returns, reopened deals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pandas as pd

from tests.metrics.stories import pipeline_of_stories
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.credit_upkeep import mark_credits
from xl_salesflow.quotes.payment_columns import compute_payment_columns
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 3, 31)
PATH = ("Lead", "Qualified", "Demo", "Contract")


def generated(deals: int = 120, seed: int = 1, language: Language = "en") -> Pipeline:
    """Make a pipeline with *deals* deals; the same seed makes the same pipeline."""
    random = Random(seed)
    rows, visits = [], []
    for number in range(deals):
        created = TODAY - timedelta(days=random.randrange(5, 700))
        row = _deal(random, f"D-{number}", created)
        rows.append(row)
        visits += _visits(random, row["deal"], created if row["created"] else None)
    made = pipeline_of_stories(pd.DataFrame(rows), pd.DataFrame(visits), TODAY, language=language)
    made = made.with_tables(Payments=payments(deals, seed))
    made = made.with_tables(Payments=made["Payments"].assign(**compute_payment_columns(made)))
    made = made.with_tables(Subscriptions=subscriptions(deals // 2, seed), Credits=split_credits(deals // 3, seed))
    made = mark_credits(made)
    return assume(
        made.with_tables(Targets=targets(random), PlanStages=what_ifs(), Lists=lists(), **names(), **talks(random))
    )


def assume(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with assumptions for its plan; in many queries too few deals are left for numbers of the team's own."""
    typed = {
        "assumed_conversion": {"Lead": 0.55, "Demo": 0.45, "Contract": 0.65, "Won": 0.9},
        "assumed_days": {"Lead": 7.5, "Qualified": 12.0, "Won": 3.0},
        "assumed_activities": {"Lead": 1.5, "Contract": 4.0, "Won": 9.0},
    }
    stages = pipeline["Stages"]
    columns = {column: pd.to_numeric(stages["stage"].map(values)) for column, values in typed.items()}
    settings = Settings({**pipeline.settings.values, "assumed_deal_size": 12_345.675})
    return replace(pipeline.with_tables(Stages=stages.assign(**columns)), settings=settings)


def targets(random: Random) -> pd.DataFrame:
    """Make quarterly targets for the team and for each owner, and some by product and channel."""
    rows = []
    for year in (2025, 2026):
        for month in (1, 4, 7, 10):
            last = date(year + month // 10, (month + 3) % 12, 1) - timedelta(days=1)
            for owner, product, channel in (
                ("", "", ""),
                ("Ann", "", ""),
                ("李雷", "", ""),
                ("", "Plus", ""),
                ("", "", "direct"),
            ):
                rows.append({
                    "from": date(year, month, 1), "to": last, "owner": owner, "product": product,
                    "sales_channel": channel, "target": random.randrange(10_000, 900_000) + 0.25,
                })  # fmt: skip
    return make_table_frame(TABLES["Targets"], rows)


def what_ifs() -> pd.DataFrame:
    """Make the sheet Plan with one typed conversion."""
    return make_table_frame(
        TABLES["PlanStages"], [{"position": row, "what_if": 0.35 if row == 2 else None} for row in range(1, 13)]
    )


def _deal(random: Random, key: str, created: date) -> dict[str, object]:
    return {
        "deal": key,
        "owner": random.choice(("Ann", "Bo", "李雷", "")),
        "warned": random.choice((None, 1, 5, 96, 20480, 32767)),
        "product": random.choice(("Basic", "Plus", "Pro (new)")),
        "source": random.choice(("referral", "website", "Cold call", "")),
        "region": random.choice(("north", "south")),
        "sales_channel": random.choice(("direct", "agent", "")),
        "amount": random.choice((None, random.randrange(0, 9_000_000) / 100, random.randrange(1, 900) * 100)),
        "created": None if random.random() < 0.06 else pd.Timestamp(created),
        "expected_close": random.choice((None, pd.Timestamp(TODAY + timedelta(days=random.randrange(-60, 400))))),
        "next_step": random.choice(("", "Call")),
        "next_step_date": random.choice((None, pd.Timestamp(TODAY))),
        "last_activity": random.choice((None, pd.Timestamp(TODAY - timedelta(days=random.randrange(40))))),
        "pushes": random.choice((None, 0, 1, 2, 5)),
        "warnings": random.choice(("", "Idle for 20 days")),
        "loss_reason": random.choice(("", "price", "competitor", "Our own reason", "Nobody listed this")),
        "competitor": ("", "Rival", "rival", "Other & Sons", "Not on the list", "Nor this")[int(key[2:]) % 6],
        "forecast": random.choice(("", "pipeline", "best_case", "commit", "omitted", "closed")),
        "probability_override": random.choice((None, None, None, 0.05, 0.335, 1.0)),
    }


def _visits(random: Random, deal: str, start: date | None) -> list[dict[str, object]]:
    day = start or TODAY - timedelta(days=400)
    step, stages = 0, [PATH[0]]
    while True:
        fate = random.random()
        if fate < 0.5 and step < 3:
            step += 1
        elif fate < 0.6 and step < 2:
            step += 2
        elif fate < 0.68 and step > 0:
            step -= 1
        else:
            break
        stages.append(PATH[step])
    stages += random.choice(([], [], ["Lost"], ["Won"], ["Won"], ["Won", "Care"], ["Lost", PATH[step], "Won"]))
    found = []
    for number, stage in enumerate(stages):
        known = start is not None or number > 0
        found.append({"deal": deal, "stage": stage, "entered": pd.Timestamp(day) if known else None})
        day += timedelta(days=random.choice((0, 1, 3, 9, 20, 41)))
        if day > TODAY:
            break
    return found


def names() -> dict[str, pd.DataFrame]:
    """Make the sheets Team and Products; somebody listed has no deal, and some who have deals are not listed."""
    team, products = ("Ann", "李雷", "Cora"), ("Pro (new)", "Basic", "Plus")
    return {
        "Team": make_table_frame(TABLES["Team"], [{"person": name, "goal_first_meetings": len(name)} for name in team]),
        "Products": make_table_frame(TABLES["Products"], [{"product": name} for name in products]),
    }


def lists() -> pd.DataFrame:
    """Make the sheet Lists with a loss reason of the team's own."""
    reasons = [*list(LISTS["loss_reason"])[:5], "Our own reason"]
    sources = ("referral", "website", "Cold call", "", "", "")
    regions = ("north", "south", "", "", "", "")
    competitors = ("Rival", "", "Other & Sons", "Rival", "Nobody's", "")
    rows = zip(reasons, sources, regions, competitors, strict=True)
    columns = ("loss_reason", "source", "region", "competitor")
    return make_table_frame(TABLES["Lists"], [dict(zip(columns, row, strict=True)) for row in rows])


def talks(random: Random) -> dict[str, pd.DataFrame]:
    """Make feedback and activities, some without a date."""
    feedback = [
        {
            "feedback": f"F-{number}", "date": random.choice((None, TODAY - timedelta(days=random.randrange(500)))),
            "satisfaction": random.choice((None, 1, 3, 4, 5)), "recommend": random.choice((None, 0, 6, 7, 9, 10)),
        }
        for number in range(60)
    ]  # fmt: skip
    activities = [
        {
            "deal": f"D-{number}", "date": TODAY - timedelta(days=number // 3 * 9 + number % 3),
            "by": ("Ann", "李雷")[number % 2], "type": ("call", "meeting", "visit", "demo", "meeting")[number % 5],
            "first_meeting": 1 if number % 5 in (1, 2) else None, "cost": number * 1.25 if number % 4 == 0 else None,
        }
        for number in range(210)
    ]  # fmt: skip
    return {
        "Feedback": make_table_frame(TABLES["Feedback"], feedback),
        "Activities": make_table_frame(TABLES["Activities"], activities),
    }


def split_credits(deals: int, seed: int) -> pd.DataFrame:
    """Make splits of the first deals among two or three people, a few of which do not add up."""
    random, rows = Random(seed), []
    for number in range(deals):
        shares = random.choice(((0.5, 0.5), (0.7, 0.2, 0.1), (1 / 3, 1 / 3, 1 / 3), (0.6, 0.3), (1.0,)))
        people = random.sample(("Ann", "ann", "李雷", "Bob", "Nobody of Team"), len(shares))
        rows += [
            {"deal": f"D-{number}", "person": name, "share": share} for name, share in zip(people, shares, strict=True)
        ]
    return make_table_frame(TABLES["Credits"], [{"credit": f"K-{place}", **row} for place, row in enumerate(rows)])


def subscriptions(count: int, seed: int) -> pd.DataFrame:
    """Make contracts of a few customers, with and without an end, ended, continued, and some that never count."""
    random, rows = Random(seed), []
    for number in range(count):
        start = TODAY - timedelta(days=random.randrange(-40, 900, random.choice((1, 30))))
        rows.append({
            "subscription": f"S-{number}", "account": random.choice(("Acme", "ACME", "Beta", "李雷公司", f"C{number}", "")),
            "start": random.choice((None, start, start, start, start)),
            "period": random.choice(("month", "quarter", "half_year", "year", "")),
            "end": random.choice((None, start + timedelta(days=random.choice((29, 89, 364, 364))))),
            "ended": random.choice((None, None, start + timedelta(days=random.randrange(-5, 400)))),
            "continued": random.choice((None, None, start + timedelta(days=random.randrange(1, 400)))),
            "automatic": random.choice(("", "yes", "no")),
            "amount": random.choice((None, 1000.02, random.randrange(1, 900_000) / 100)),
        })  # fmt: skip
    return make_table_frame(TABLES["Subscriptions"], rows)


def payments(deals: int, seed: int) -> pd.DataFrame:
    """Make instalments: shares and amounts, dated and not, not paid, partly paid and paid, some before they were due."""
    random, rows = Random(seed), []
    for number in range(2 * deals):
        due = random.choice((None, TODAY - timedelta(days=random.randrange(-200, 260))))
        amount = random.choice((None, random.randrange(1, 900_000) / 100))
        happened = random.choice((None, TODAY - timedelta(days=random.randrange(300))))
        invoiced = random.choice((None, TODAY - timedelta(days=random.randrange(400))))
        paid = random.choice((None, 0, 12.34, amount, amount, 10_000.5))
        rows.append({
            "payment": f"P-{number}", "deal": f"D-{number // 2}", "amount": amount,
            "share": random.choice((None, 0.3, 1 / 3, 0.335)), "contract": random.choice((None, 1_000.01, 77_777)),
            "due": due, "event": "delivery", "happened": happened, "event_days": random.choice((None, 14)),
            "invoice": random.choice(("", f"F-{number}")), "invoiced": invoiced,
            "paid": paid, "paid_on": random.choice((None, TODAY - timedelta(days=random.randrange(400)))) if paid else None,
        })  # fmt: skip
    return make_table_frame(TABLES["Payments"], rows)
