"""Insights on made-up teams whose truth is known: cohorts, what goes with winning, and how people compare."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.metrics.stories import pipeline_from_table, pipeline_of_stories
from xl_salesflow.cli.insight_output import print_insights
from xl_salesflow.core.insight_answers import CohortMonth, CohortsAnswer, InsightsAnswer, PeopleAnswer, WinsAnswer
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.text_widths import screen_width
from xl_salesflow.metrics.readings.creation_cohorts import compute_cohorts
from xl_salesflow.metrics.readings.insight_parts import answer_insights
from xl_salesflow.metrics.readings.people_comparison import compare_people
from xl_salesflow.metrics.readings.win_combinations import find_combinations
from xl_salesflow.metrics.readings.win_factors import compute_wins
from xl_salesflow.schema.named_values import Query, Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 4, 15)
COHORTS = """
deal | amount | owner | visits
D-1  | 100    | Ann   | Lead 2026-01-05, Won 2026-01-31
D-2  | 200    | Ann   | Lead 2026-01-20, Won 2026-03-01
D-3  | 400    | Bo    | Lead 2026-01-31, Lost 2026-02-01
D-4  | 800    | Bo    | Lead 2026-01-31
D-5  | 50.5   | Ann   | Lead 2026-02-01, Won 2026-02-01
D-6  |        | Ann   | Lead 2026-02-28
D-7  | 60     | Ann   | Lead 2026-03-02, Won 2026-04-10
D-8  | 70     | Bo    | Lead 2026-04-15
"""


def with_small_sample(pipeline: Pipeline, size: float) -> Pipeline:
    """Return *pipeline* with *size* as its setting of what is a small sample."""
    return replace(pipeline, settings=Settings({**pipeline.settings.values, "small_sample": size}))


@pytest.fixture(scope="module")
def cohorts() -> CohortsAnswer:
    """Return the cohorts of the table."""
    return compute_cohorts(with_small_sample(pipeline_from_table(COHORTS, TODAY), 2))


def test_a_cohort_counts_what_was_won_by_the_end_of_each_month(cohorts: CohortsAnswer) -> None:
    """January: one won in its month, one two months later. The month under way is not known yet."""
    assert [(each.month.month, each.deals, each.won, each.won_value) for each in cohorts.cohorts] == [
        (1, 4, 2, 300.0), (2, 2, 1, 50.5), (3, 1, 1, 60.0), (4, 1, 0, 0.0),
    ]  # fmt: skip
    january, february, march, april = cohorts.cohorts
    assert january.won_shares[:4] == (0.25, 0.25, 0.5, None)
    assert january.won_values[:4] == (100.0, 100.0, 300.0, None)
    assert february.won_shares[:3] == (0.5, 0.5, None)
    assert march.won_shares[:2] == (0.0, None)
    assert april.won_shares[:1] == (None,)


def test_a_projection_goes_on_with_what_older_deals_brought(cohorts: CohortsAnswer) -> None:
    """Month 0 had 7 deals (2 won, 150.5), month 1 of the 4 not won before none, month 2 one of 3 (200), month 3 nobody."""
    assert cohorts.basis[:4] == (7, 4, 3, 0)
    _, february, march, april = cohorts.cohorts
    assert february.projected_shares[:3] == (None, None, pytest.approx((1 + 1 / 3) / 2, abs=1e-4))
    assert february.projected_values[:3] == (None, None, pytest.approx(50.5 + 200 / 3, abs=0.01))
    assert march.projected_shares[:3] == (None, 1.0, 1.0), "one of one is won already in the month under way"
    assert march.projected_values[:3] == (None, 60.0, 60.0)
    assert april.projected_shares[:3] == pytest.approx((2 / 7, 2 / 7, 2 / 7 + 5 / 7 / 3), abs=1e-4)
    assert april.projected_values[:3] == pytest.approx((21.5, 21.5, 21.5 + 5 / 7 * 200 / 3), abs=0.01)


def test_too_few_older_deals_project_nothing() -> None:
    few = compute_cohorts(with_small_sample(pipeline_from_table(COHORTS, TODAY), 7))
    assert few.cohorts[-1].projected_shares[:3] == (pytest.approx(2 / 7, abs=1e-4), None, None)


def test_a_month_that_ends_on_the_day_is_over() -> None:
    answer = compute_cohorts(pipeline_from_table(COHORTS, date(2026, 4, 30)))
    assert answer.cohorts[0].won_shares[:5] == (0.25, 0.25, 0.5, 0.5, None)


def test_cohorts_follow_filters_and_count_deals_without_a_day() -> None:
    pipeline = pipeline_from_table(COHORTS, TODAY)
    deals = pipeline["Deals"].copy()
    deals.loc[deals["deal"] == "D-7", "created"] = pd.NaT
    filtered = replace(pipeline.with_tables(Deals=deals), query=Query(filters={"owner": "ann"}))
    answer = compute_cohorts(filtered)
    assert ([each.deals for each in answer.cohorts], answer.without_day) == ([2, 2, 0, 0], 1)


def test_projections_come_true_on_a_team_that_does_not_change() -> None:
    """5,000 deals are won with 20 % in each of the first three months, then never: 48.8 % in the end."""
    random = np.random.default_rng(1)
    rows, visits = [], []
    for number in range(5_000):
        created = date(2025, 5, 1) + timedelta(days=int(random.integers(0, 330)))
        rows.append({"deal": f"D-{number}", "created": created, "amount": 100.0})
        visits.append({"deal": f"D-{number}", "stage": "Lead", "entered": created})
        month = int(random.geometric(0.2)) - 1
        won = created.replace(day=1) + timedelta(days=32 * month)
        won = max(won.replace(day=15), created)
        if month < 3 and won <= TODAY:
            visits.append({"deal": f"D-{number}", "stage": "Won", "entered": won})
    answer = compute_cohorts(pipeline_of_stories(pd.DataFrame(rows), pd.DataFrame(visits), TODAY))
    newest = answer.cohorts[-2]
    assert newest.projected_shares[3] == pytest.approx(1 - 0.8**3, abs=0.04)


def make_closed_deals(random: np.random.Generator, size: int, lift: float = 0.0, pair: float = 0.0) -> Pipeline:
    """Make *size* closed deals; *lift* is added to the chance of those from the fair, *pair* if they are also of product B."""
    sources, products = random.choice(["fair", "web", "call"], size), random.choice(["A", "B", "C"], size)
    regions, amounts = random.choice(["n", "s"], size), random.integers(1, 100, size) * 100.0
    chance = 0.4 + lift * (sources == "fair") + pair * ((sources == "fair") & (products == "B"))
    won = random.random(size) < chance
    days = [date(2025, 1, 1) + timedelta(days=int(each)) for each in np.sort(random.integers(0, 400, size))]
    deals = pd.DataFrame(
        {"deal": [f"D-{k:05}" for k in range(size)], "source": sources, "product": products, "region": regions, "amount": amounts,
         "created": [day - timedelta(days=20) for day in days]}
    )  # fmt: skip
    first = pd.DataFrame({"deal": deals["deal"], "stage": "Lead", "entered": deals["created"]})
    last = pd.DataFrame({"deal": deals["deal"], "stage": np.where(won, "Won", "Lost"), "entered": days})
    visits = pd.concat([first, last]).sort_values("deal", kind="stable")
    return pipeline_of_stories(deals, visits, TODAY)


def test_a_source_that_wins_more_is_found_and_weighed() -> None:
    wins: WinsAnswer = compute_wins(make_closed_deals(np.random.default_rng(2), 600, lift=0.25))
    first = wins.factors[0]
    assert (first.column, first.value, first.more_than_chance) == ("source", "fair", True)
    assert first.low < 0.65 < first.high
    assert first.others_rate == pytest.approx((wins.won - first.won) / (wins.closed - first.closed))
    worths = [abs(each.worth or 0) for each in wins.factors]
    assert worths == sorted(worths, reverse=True)
    assert {each.column for each in wins.factors} == {"source", "product", "region", "price_band", "closed_month"}
    in_source = [each for each in wins.factors if each.column == "source"]
    assert sum(each.closed for each in in_source) == wins.closed


def test_worth_is_the_difference_of_the_rates_times_the_deals_and_their_mean_amount() -> None:
    table = """
    deal | amount | source | visits
    D-1  | 100    | fair   | Lead 01-01, Won 02-01
    D-2  | 300    | fair   | Lead 01-01, Lost 02-01
    D-3  | 50     | web    | Lead 01-01, Lost 02-01
    D-4  | 0      | web    | Lead 01-01, Lost 02-01
    """
    wins = compute_wins(pipeline_from_table(table, TODAY))
    sources = {each.value: each.worth for each in wins.factors if each.column == "source"}
    assert sources == {"fair": 200.0, "web": -50.0}
    assert all(each.p_value is None for each in wins.factors), "too few deals to test"


def test_amounts_that_only_won_deals_have_say_nothing() -> None:
    """A list that knows the amount of a deal once it is won has no bands of amounts."""
    lines = [
        f"D-{k} | {100 * k if k % 2 else 0} | Lead 01-01, {'Won' if k % 2 else 'Lost'} 02-01" for k in range(1, 40)
    ]
    wins = compute_wins(pipeline_from_table("\n".join(["deal | amount | visits", *lines]), TODAY))
    assert "price_band" not in {each.column for each in wins.factors}


def random_dimensions(random: np.random.Generator, size: int) -> dict[str, Any]:
    names = {"source": 4, "product": 5, "region": 3, "sales_channel": 3}
    return {
        name: ([str(each) for each in range(count)], random.integers(0, count, size)) for name, count in names.items()
    }


def test_chance_is_silent() -> None:
    """Nothing goes with winning: of 300 teams, at most 5 % and a little are told of a combination."""
    random, alarms = np.random.default_rng(3), 0
    for _ in range(300):
        won = random.random(500) < 0.4
        closed = np.sort(random.integers(0, 400, 500)).astype("datetime64[D]")
        alarms += bool(find_combinations(won, closed, random_dimensions(random, 500)).combinations)
    assert alarms / 300 <= 0.07


def test_a_combination_that_lasts_is_confirmed() -> None:
    found = compute_wins(make_closed_deals(np.random.default_rng(4), 1_500, pair=0.45))
    (best, *_) = found.combinations
    assert {(best.first_column, best.first_value), (best.second_column, best.second_value)} == {
        ("source", "fair"),
        ("product", "B"),
    }
    assert best.held_won / best.held_closed > best.others_rate
    assert best.p_value < 0.05
    assert found.held_out_from is not None


def test_a_combination_that_ended_is_not_named() -> None:
    random = np.random.default_rng(5)
    dimensions = random_dimensions(random, 900)
    pair = (dimensions["source"][1] == 0) & (dimensions["region"][1] == 0)
    won = random.random(900) < 0.4 + 0.5 * (pair & (np.arange(900) < 600))
    found = find_combinations(won, np.arange(900).astype("datetime64[D]"), dimensions)
    assert found.tried
    assert found.combinations == ()


def make_people(faster: int, more: float) -> Pipeline:
    """Make three people with 60 deals each; Ann is *faster* days quicker in Lead and brings a share *more* on."""
    random = np.random.default_rng(6)
    deals, visits, activities = [], [], []
    for number in range(180):
        owner = ("Ann", "Bo", "Cy")[number % 3]
        created = date(2025, 10, 1) + timedelta(days=int(random.integers(0, 120)))
        days = int(random.integers(10, 20)) - (faster if owner == "Ann" else 0)
        goes_on = random.random() < 0.5 + (more if owner == "Ann" else 0.0)
        deals.append({"deal": f"D-{number}", "owner": owner, "created": created, "amount": 10.0})
        visits.append({"deal": f"D-{number}", "stage": "Lead", "entered": created})
        stage = "Qualified" if goes_on else "Lost"
        visits.append({"deal": f"D-{number}", "stage": stage, "entered": created + timedelta(days=days)})
        if owner != "Cy" or number % 2:
            answered = created + timedelta(days=int(random.integers(0, 3)) + (4 if owner == "Cy" else 0))
            activities.append({"activity": f"A-{number}", "deal": f"D-{number}", "date": answered})
    team = make_table_frame(TABLES["Team"], [{"person": "Ann", "quota": 20}])
    made = pipeline_of_stories(pd.DataFrame(deals), pd.DataFrame(visits), TODAY)
    return made.with_tables(Activities=make_table_frame(TABLES["Activities"], activities), Team=team)


@pytest.fixture(scope="module")
def people() -> PeopleAnswer:
    """Return a team of which Ann is faster and brings more on, and Cy answers late."""
    return compare_people(make_people(6, 0.4))


def test_differences_that_are_more_than_chance_are_named(people: PeopleAnswer) -> None:
    named = {(each.owner, each.about, each.stage, each.better) for each in people.hints}
    assert {
        ("Ann", "days", "Lead", True), ("Ann", "conversion", "Lead", True), ("Cy", "response", "", False),
        ("Bo", "days", "Lead", False), ("Ann", "response", "", True),
    } <= named  # fmt: skip
    assert all(each.p_value < 0.05 for each in people.hints)


def test_the_figures_are_counted(people: PeopleAnswer) -> None:
    ann, _, cy = people.people
    lead = ann.stages[0]
    assert (ann.owner, ann.limit, ann.new_deals, ann.answered, lead.left, lead.stays) == ("Ann", 20, 60, 60, 60, 60)
    assert ann.open == lead.went_on
    assert ann.open_value == 10.0 * ann.open
    assert cy.answered == 30
    assert (cy.response_low or 0) <= (cy.response_days or 0) <= (cy.response_high or 0)
    assert (lead.days_low or 0) <= (lead.median_days or 0) <= (lead.days_high or 0)
    assert ann.stages[2].conversion is None


def test_equal_people_get_no_hints() -> None:
    plain = compare_people(make_people(0, 0.0))
    assert {each.about for each in plain.hints} <= {"response"}


def test_a_part_is_answered_alone() -> None:
    answer = answer_insights(make_people(0, 0.0), "cohorts")
    assert (answer.wins, answer.people) == (None, None)
    assert answer.cohorts is not None


def test_nothing_is_said_of_nothing() -> None:
    empty = pipeline_from_table("deal | visits\nD-1 | Lead 04-01", TODAY)
    answer = answer_insights(replace(empty, query=Query(filters={"owner": "Nobody"})), "")
    assert answer.wins is not None
    assert answer.people is not None
    assert answer.cohorts is not None
    assert (answer.wins.closed, answer.wins.factors, answer.people.people, answer.cohorts.cohorts) == (0, (), (), ())


def test_loss_reasons_are_counted_by_quarter() -> None:
    made = pipeline_from_table(
        """
        deal | amount | loss_reason | visits
        D-1  | 100.1  | Price       | Lead 2025-01-05, Lost 2025-06-30
        D-2  | 100.1  | Price       | Lead 2025-01-05, Lost 2025-07-01
        D-3  | 200.2  | Price       | Lead 2025-01-05, Lost 2026-03-31
        D-4  |        | Price       | Lead 2025-01-05, Lost 2026-04-15
        D-5  | 50     |             | Lead 2025-01-05, Lost 2026-04-15
        D-6  | 70     | Price       | Lead 2025-01-05, Won 2026-04-15
        """,
        TODAY,
    )
    wins = compute_wins(made)
    assert wins.loss_quarters == (date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1))
    assert [(each.reason, each.counts, each.values) for each in wins.loss_reasons] == [
        ("Price", (1, 0, 1, 1), (100.1, 0.0, 200.2, None)), ("", (0, 0, 0, 1), (0.0, 0.0, 0.0, 50.0)),
    ]  # fmt: skip


def test_a_table_of_cohorts_ends_with_the_last_month_that_is_known(cohorts: CohortsAnswer) -> None:
    assert cohorts.count_shown_months() == 3
    assert replace(cohorts, cohorts=()).count_shown_months() == 0


def test_a_wide_triangle_fits_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    month = CohortMonth(
        date(2026, 1, 1), 12_345, 1, 1.0, (None,) * 12, (None,) * 12, (1.0,) * 12, (123_456_789.0,) * 12
    )  # fmt: skip
    answer = InsightsAnswer(TODAY, cohorts=CohortsAnswer((month,), (123_456,) * 12, 0))
    print_insights(answer, pipeline_from_table(COHORTS, TODAY))
    assert max(map(screen_width, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("amounts", "value"),
    [([None, None], None), ([None, 5.0], 5.0), ([0.0, None], 0.0), ([0.1, 0.2], 0.3), ([0.125, None], 0.13)],
)
def test_open_deals_without_amounts_are_worth_nothing_known(amounts: list[float | None], value: float | None) -> None:
    deals = [
        {"deal": f"D-{at}", "owner": "Ann", "created": TODAY, "amount": amount} for at, amount in enumerate(amounts)
    ]
    visits = [{"deal": deal["deal"], "stage": "Lead", "entered": TODAY} for deal in deals]
    (ann,) = compare_people(pipeline_of_stories(pd.DataFrame(deals), pd.DataFrame(visits), TODAY)).people
    assert ann.open_value == value


RESPONSES = """
deal | owner | source | created    | answered   | answer to a lead within one working day
D-1  | Ann   | fair   | 2026-04-01 | 2026-04-01 | the same day
D-2  | Ann   | web    | 2026-04-03 | 2026-04-06 | Friday, answered on Monday: in time
D-3  | Ann   | web    | 2026-04-01 | 2026-04-07 | four working days
D-4  | Bo    | web    | 2026-04-08 |            | overdue
D-5  | Bo    |        | 2026-04-15 |            | of today: not due yet
D-6  | Bo    | fair   | 2026-04-14 | incoming   | the customer wrote again; due today
D-7  | Bo    | fair   | 2026-04-09 | 2026-04-16 | planned for tomorrow: no answer yet, overdue
"""


def test_answers_to_new_deals_are_measured_by_owner_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [[cell.strip() for cell in line.split("|")] for line in RESPONSES.strip().splitlines()[1:]]
    deals = [
        {"deal": deal, "owner": owner, "source": source, "created": date.fromisoformat(created)}
        for deal, owner, source, created, *_ in lines
    ]
    visits = [{"deal": deal["deal"], "stage": "Lead", "entered": deal["created"]} for deal in deals]
    activities = [
        {"activity": f"A-{at}", "deal": line[0], "date": TODAY if line[4] == "incoming" else date.fromisoformat(line[4]),
         "direction": "incoming" if line[4] == "incoming" else ""}
        for at, line in enumerate(lines) if line[4]
    ]  # fmt: skip
    made = pipeline_of_stories(pd.DataFrame(deals), pd.DataFrame(visits), TODAY)
    people = compare_people(made.with_tables(Activities=make_table_frame(TABLES["Activities"], activities)))
    found = [
        (one.name, one.new_deals, one.answered, one.median_days, one.due, one.in_time)
        for one in (people.responses.total, *people.responses.owners, *people.responses.sources)
    ]
    assert found == [
        ("", 7, 3, 3.0, 5, 2), ("Ann", 3, 3, 3.0, 3, 2), ("Bo", 4, 0, None, 2, 0),
        ("fair", 3, 1, 0.0, 2, 1), ("web", 3, 2, 4.5, 3, 1), ("", 1, 0, None, 0, 0),
    ]  # fmt: skip
    assert (people.responses.within_days, people.responses.total.in_time_share) == (1, 0.4)
    print_insights(InsightsAnswer(TODAY, people=people), made)
    screen = capsys.readouterr().out
    assert "within 1 working day after" in screen
    assert max(map(screen_width, screen.splitlines())) <= 80
