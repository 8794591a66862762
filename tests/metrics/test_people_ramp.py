"""New people against the established ones at the same tenure, on a team whose first days are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from tests.metrics.stories import pipeline_of_stories
from xl_salesflow.core.insight_answers import RampRange
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.readings.people_comparison import compare_people
from xl_salesflow.metrics.readings.people_ramp import compare_ramps
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 4, 15)
FIRST = date(2024, 1, 1)
BEGAN = {"Old": 0, "Ed": 120, "Flo": 150, "Gil": 200, "New": 700, "Raw": 815}
"""Person → days after the first of the record; Old may have begun before it, Raw has no whole month yet."""

WON = [  # person, days after their first, amount
    ("Old", 5, 999.0), ("Ed", 10, 100.1), ("Ed", 59, 50.0), ("Ed", 130, 7000.0), ("Flo", 119, 400.0), ("Gil", 0, 20.2),
    ("New", 45, 60.5), ("New", 118, 10.0), ("New", 130, 500.0), ("Raw", 3, 30.0),
]  # fmt: skip
DONE = {"Ed": 4, "Flo": 6, "Gil": 1, "New": 3}


def make_ramping_team(people: dict[str, int]) -> Pipeline:
    """Make a team of *people*, who begin with a deal of no amount; New has 4 whole months (of 30 days) on 2026-04-15."""
    deals, visits, activities = [], [], []
    starts = [(name, days, None) for name, days in people.items()]
    won = [(name, people[name] + days, amount) for name, days, amount in WON if name in people]
    for number, (name, days, amount) in enumerate([*starts, *won]):
        began, key = FIRST + timedelta(days=people[name]), f"D-{number}"
        deals.append({"deal": key, "owner": name, "created": began, "amount": amount})
        visits.append({"deal": key, "stage": "Lead", "entered": began})
        if amount is not None:
            visits.append({"deal": key, "stage": "Won", "entered": FIRST + timedelta(days=days)})
    for name, count in DONE.items():
        for each in range(count if name in people else 0):
            day = FIRST + timedelta(days=people[name] + 30 * each)
            activities.append({"activity": f"A-{name}{each}", "deal": "D-0", "date": day, "by": name.upper()})
    made = pipeline_of_stories(pd.DataFrame(deals), pd.DataFrame(visits), TODAY)
    return made.with_tables(Activities=make_table_frame(TABLES["Activities"], activities))


def test_new_people_are_held_against_the_first_months_of_the_established() -> None:
    (new,) = compare_ramps(make_ramping_team(BEGAN))
    assert (new.owner, new.since, new.months) == ("New", FIRST + timedelta(days=700), 4)
    assert (new.won_value, new.activities) == (70.5, 3), "what was won on day 130 is after the fourth month"
    assert new.others_won_value == RampRange(3, 150.1, 20.2, 400.0)
    assert new.others_activities == RampRange(3, 4.0, 1.0, 4.0)


def test_too_few_established_people_say_nothing_but_their_number() -> None:
    (new,) = compare_ramps(make_ramping_team({name: BEGAN[name] for name in ("Old", "Ed", "Flo", "New")}))
    assert new.others_won_value == new.others_activities == RampRange(2, None, None, None)
    assert compare_ramps(make_ramping_team({"Old": 0})) == []
    assert compare_ramps(make_ramping_team({"Old": 700, "New": 780})) == [], (
        "the record is too short to know who is new"
    )


@pytest.mark.parametrize(
    ("query", "owners"),
    [
        (Query(), ["New"]),
        (Query(filters={"owner": "New"}), ["New"]),
        (Query(filters={"owner": "Ed"}), []),
        (Query(as_of=FIRST + timedelta(days=240)), ["Gil", "Flo", "Ed"]),
    ],
)
def test_the_answer_shows_the_people_that_were_asked_for(query: Query, owners: list[str]) -> None:
    answer = compare_people(replace(make_ramping_team(BEGAN), query=query))
    assert [ramp.owner for ramp in answer.ramps] == owners
