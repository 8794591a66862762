"""Generate a pipeline of any size, the same for the same seed.

The demo, the tests and the benchmarks use it. Its targets are plausible on any day: some people are ahead of theirs,
others behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.cli.demo.demo_walks import FOREVER_DAY_NUMBER, DealWalks, walk_deals
from xl_salesflow.cli.demo.demo_words import (
    DEMO_CONTACT_ROLES,
    DEMO_INDUSTRIES,
    invent_company_names,
    invent_full_names,
    read_demo_words,
)
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.core.key_numbers import KEY_FORMATS
from xl_salesflow.core.pipelines import Pipeline, Playbook
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_frames import complete_columns, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

DemoColumns = dict[str, Any]
DEMO_SOURCES = ("referral", "website", "trade_show", "search", "outbound")
DEMO_REGIONS = ("north", "east", "south", "west")
DEMO_SALES_CHANNELS = ("direct", "agent", "ecommerce")
DEMO_LOSS_REASONS = ("price", "competitor", "no_budget", "timing", "no_follow_up")


def generate_pipeline(pipeline: Pipeline, count: int, seed: int = 7, since_days: int = 420) -> ChangeSet:
    """Return the change set that fills an empty workbook with *count* deals and everything around them.

    These are history, customers, team, targets and price list. Deals begin during the *since_days* days before
    the pipeline's today and move through its default playbook.
    """
    random = np.random.default_rng(seed)
    playbook = pipeline.playbooks[pipeline.default_playbook]
    today = _day_number(pipeline.today)
    created = np.sort(random.integers(today - since_days, today, count))
    walks = walk_deals(playbook, created, today, random)
    products = _make_product_frame(pipeline.language)
    accounts, contacts = _make_customer_frames(pipeline.language, max(8, min(count // 3, 2000)))
    team = _make_team_frame(pipeline.language)
    deals = _make_deal_frame(pipeline, playbook, walks, created, random, (accounts, contacts, team, products))
    frames = {
        "Team": team, "Products": products, "Accounts": accounts, "Contacts": contacts, "Deals": deals,
        "History": _make_history_frame(playbook, walks, deals, created),
        "Targets": make_target_frame(deals, read_demo_words(pipeline.language).reps, pipeline.today),
    }  # fmt: skip
    return ChangeSet(appends=tuple(Append(name, frame, "demo") for name, frame in frames.items()))


def number_demo_rows(table: str, count: int) -> list[str]:
    """Return the keys of the first *count* rows of *table*."""
    return KEY_FORMATS[table].next_after((), count)


def _day_number(day: date) -> int:
    return int(np.datetime64(day).astype("datetime64[D]").astype(int))


def day_numbers_to_dates(days: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return days since 1970 as datetime64[s]."""
    return days.astype("datetime64[D]").astype("datetime64[s]")


def _pick_at_random(random: np.random.Generator, values: Sequence[Any], count: int) -> npt.NDArray[Any]:
    return np.array(values, dtype=object)[random.integers(0, len(values), count)]


def make_demo_frame(table: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return *columns* as a complete frame of *table*."""
    return complete_columns(
        TABLES[table], pd.DataFrame({column_id: pd.Series(values) for column_id, values in columns.items()})
    )


_WEEK_GOALS = {"calls": 4, "visits": 1, "demos": 2, "meetings": 3}


def _make_team_frame(language: Language) -> pd.DataFrame:
    words = read_demo_words(language)
    reps = words.reps
    return make_demo_frame("Team", {
        "person": [*reps, words.manager],
        "role": [*["rep"] * len(reps), "manager"],
        "manager": [*[words.manager] * len(reps), ""],
        "region": [*DEMO_REGIONS[: len(reps)], ""],
        "email": [*[f"rep{number + 1}@example.com" for number in range(len(reps))], "manager@example.com"],
        "discount_limit": [*[0.1] * len(reps), 0.2],
        "active": ["yes"] * (len(reps) + 1),
        **{f"goal_{kind}": [*[float(goal)] * len(reps), np.nan] for kind, goal in _WEEK_GOALS.items()},
    })  # fmt: skip


def _make_product_frame(language: Language) -> pd.DataFrame:
    rows = read_demo_words(language).products
    ids = ("product", "series", "price", "feature", "advantage", "benefit")
    columns: DemoColumns = {column_id: [row[place] for row in rows] for place, column_id in enumerate(ids)}
    return make_demo_frame(
        "Products", {**columns, "price": [float(p) for p in columns["price"]], "active": ["yes"] * len(rows)}
    )


def _repeat_with_numbers(names: Sequence[str], count: int) -> list[str]:
    # when the names run out, they are repeated with a number appended
    return [names[n] if n < len(names) else f"{names[n % len(names)]} {n // len(names) + 1}" for n in range(count)]


def _make_customer_frames(language: Language, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    words = read_demo_words(language)
    first, last = words.company_first_words, words.company_last_words
    companies = _repeat_with_numbers(invent_company_names(words), count)
    accounts = make_demo_frame("Accounts", {
        "account": companies,
        "industry": [DEMO_INDUSTRIES[(n // len(first)) % len(last)] for n in range(count)],
        "region": [DEMO_REGIONS[n % 4] for n in range(count)],
        "employees": [float(20 + 37 * n % 900) for n in range(count)],
    })  # fmt: skip
    who = _repeat_with_numbers(invent_full_names(words), 2 * count)
    contacts = make_demo_frame("Contacts", {
        "contact": who,
        "account": [companies[n // 2] for n in range(2 * count)],
        "title": [words.job_titles[n % 4] for n in range(2 * count)],
        "decision_role": [DEMO_CONTACT_ROLES[n % 4] for n in range(2 * count)],
        "phone": [f"+00 555 {1000 + n:05d}" for n in range(2 * count)],
        "email": [f"contact{n + 1}@example.com" for n in range(2 * count)],
    })  # fmt: skip
    return accounts, contacts


def _make_deal_frame(
    pipeline: Pipeline, playbook: Playbook, walks: DealWalks, created: npt.NDArray[Any], random: np.random.Generator,
    others: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> pd.DataFrame:  # fmt: skip
    accounts, contacts, team, products = others
    count, today, words = len(created), _day_number(pipeline.today), read_demo_words(pipeline.language)
    current = np.append(np.diff(walks.deal) > 0, [True])
    position, since = walks.position[current], walks.entered[current]
    names_of = {stage.position: stage for stage in playbook.stages}
    stage = np.array([names_of[p].name for p in position], dtype=object)
    outcome = np.array([names_of[p].outcome for p in position], dtype=object)
    is_open, lost, won = outcome == "open", outcome == "lost", outcome == "won"
    account = random.integers(0, len(accounts), count)
    product = random.integers(0, len(products), count)
    amount = np.round(
        products["price"].to_numpy()[product] * random.integers(1, 9, count) * random.uniform(0.85, 1.0, count), 2
    )
    owner = _pick_at_random(random, list(team["person"][:-1]), count)
    bant = _draw_bant_points(walks.furthest[current], random)
    active = is_open & (random.random(count) < 0.85)
    return make_demo_frame("Deals", {
        "deal": number_demo_rows("Deals", count),
        "name": _make_deal_names(accounts["account"].to_numpy()[account], products["product"].to_numpy()[product]),
        "account": accounts["account"].to_numpy()[account],
        "contact": contacts["contact"].to_numpy()[account * 2],
        "owner": owner,
        "stage": stage,
        "recorded_stage": stage,
        "since": day_numbers_to_dates(since),
        "outcome": outcome,
        "closed": np.where(is_open, np.datetime64("NaT", "s"), day_numbers_to_dates(since)),
        "furthest": walks.furthest[current].astype(float),
        "amount": amount,
        "created": day_numbers_to_dates(created),
        "expected_close": day_numbers_to_dates(
            np.where(is_open, np.maximum(created, today + random.integers(-6, 75, count)), since)
        ),
        "last_expected_close": day_numbers_to_dates(np.where(is_open, today + 30, since)),
        "next_step": np.where(active, _pick_at_random(random, words.next_steps, count), ""),
        "next_step_date": np.where(
            active, day_numbers_to_dates(today + random.integers(-5, 12, count)), np.datetime64("NaT", "s")
        ),
        "last_activity": day_numbers_to_dates(np.where(is_open, np.maximum(since, today - random.integers(0, 25, count)), since)),
        "playbook": [playbook.id] * count,
        "forecast": np.where(is_open, _pick_at_random(random, ("pipeline", "best_case", "commit"), count), "closed"),
        "product": products["product"].to_numpy()[product],
        "source": _pick_at_random(random, DEMO_SOURCES, count),
        "region": accounts["region"].to_numpy()[account],
        "sales_channel": _pick_at_random(random, DEMO_SALES_CHANNELS, count),
        "pain": _pick_at_random(random, words.pains, count),
        "buyer_stage": [names_of[p].buyer_stage for p in position],
        "loss_reason": np.where(lost, _pick_at_random(random, DEMO_LOSS_REASONS, count), ""),
        "contract_signed": np.where(won, day_numbers_to_dates(since), np.datetime64("NaT", "s")),
        **bant,
    })  # fmt: skip


def _draw_bant_points(furthest: npt.NDArray[Any], random: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
    """Return points by letter of BANT: more of them the further a deal has come, some questions not asked yet."""
    count, depth = len(furthest), np.clip(furthest, 1, 5)
    return {
        letter: np.where(
            random.random(count) < 0.12, np.nan, np.clip(depth - random.integers(0, 3, count), 0, 3).astype(float)
        )
        for letter in ("budget", "authority", "need", "timeline")
    }


def _make_deal_names(account: npt.NDArray[Any], product: npt.NDArray[Any]) -> pd.Series:
    titles = pd.Series(account + " · " + product)
    again = titles.groupby(titles).cumcount() + 1  # customers who buy the same again
    return titles.where(again == 1, titles + " (" + again.astype(str) + ")")


def _make_history_frame(
    playbook: Playbook, walks: DealWalks, deals: pd.DataFrame, created: npt.NDArray[Any]
) -> pd.DataFrame:
    stages = {stage.position: stage for stage in playbook.stages}
    outcome = np.array([stages[p].outcome for p in walks.position], dtype=object)
    is_over = walks.left < FOREVER_DAY_NUMBER
    closed = outcome != "open"
    start = created[walks.deal]
    carried = {
        column_id: deals[column_id].to_numpy()[walks.deal]
        for column_id in ("deal", "amount", "owner", "product", "source", "region", "sales_channel")
    }
    missing = np.datetime64("NaT", "s")
    return make_demo_frame("History", {
        "visit": number_demo_rows("History", len(walks.deal)),
        "playbook": [playbook.id] * len(walks.deal),
        "stage": [stages[p].name for p in walks.position],
        "position": walks.position.astype(float),
        "outcome": outcome,
        "entered": day_numbers_to_dates(walks.entered),
        "left": day_numbers_to_dates(walks.left),
        "days": np.where(is_over, walks.left - walks.entered, np.nan),
        "moved_to": [stages[p].name if p else "" for p in walks.moved_to],
        "move": _stage_move_directions(walks, stages),
        "furthest": walks.furthest.astype(float),
        "first": walks.first.astype(float),
        "created": day_numbers_to_dates(start),
        "closed": np.where(closed, day_numbers_to_dates(walks.entered), missing),
        "cycle_days": np.where(closed, walks.entered - start, np.nan),
        "probability": [stages[p].probability for p in walks.position],
        "by": carried["owner"],
        "reason": np.where(outcome == "lost", deals["loss_reason"].to_numpy()[walks.deal], ""),
        **carried,
    })  # fmt: skip


def _stage_move_directions(walks: DealWalks, stages: Mapping[int, Any]) -> list[str]:
    outcomes = {position: stage.outcome for position, stage in stages.items()}
    return [
        "" if to == 0 else outcomes[to] if outcomes[to] != "open" else "forward" if to > at else "back"
        for at, to in zip(walks.position.tolist(), walks.moved_to.tolist(), strict=True)
    ]


_OWNER_ATTAINMENT = (1.12, 0.87, 0.66, 0.94)  # each owner's share of the year's target won so far, approximately
_CHANNEL_ATTAINMENT = {"direct": 1.05, "agent": 0.72}  # ecommerce has no target, to show that not everything needs one


def make_target_frame(deals: pd.DataFrame, owners: Iterable[str], today: date) -> pd.DataFrame:
    """Return rows of Targets: the whole team's by month, those of *owners* and of two channels by quarter.

    They begin with the quarter of the first deal, at the earliest this year's first, and end with the quarter after
    today's; in the second half of a year they include next year's. Monthly targets are derived from what was won this
    year, so that attainment looks plausible in every language and on every day.
    """
    year = pd.Period(today, "Y")
    first, last = deals["created"].min().to_period("Q"), pd.Period(today, "Q") + 1
    if (last + 1).year > today.year:
        last = (year + 1).asfreq("Q")
    quarters = pd.period_range(max(first, year.asfreq("Q", "start")), last)
    months = 3 * int((quarters.year == today.year).sum())
    won = deals[(deals["outcome"] == "won") & (deals["closed"] >= year.start_time)]
    least = float(deals["amount"].mean())  # nothing may be won yet in the first days of a year

    def monthly(column: str, name: str, attained: float) -> float:
        return _round_to_two_digits(max(float(won.loc[won[column] == name, "amount"].sum()), least) / attained / months)

    of_owners = {
        name: monthly("owner", name, attained) for name, attained in zip(owners, _OWNER_ATTAINMENT, strict=True)
    }
    of_channels = {
        channel_id: monthly("sales_channel", channel_id, attained)
        for channel_id, attained in _CHANNEL_ATTAINMENT.items()
    }
    total = sum(of_owners.values())
    rows = [{**_period_bounds(month), "target": total} for quarter in quarters for month in _months_of_quarter(quarter)]
    for column, parts in (("owner", of_owners), ("sales_channel", of_channels)):
        rows += [
            {**_period_bounds(quarter), column: name, "target": 3 * month}
            for name, month in parts.items()
            for quarter in quarters
        ]
    return make_table_frame(TABLES["Targets"], rows)


def _months_of_quarter(quarter: pd.Period) -> Iterable[pd.Period]:
    return pd.period_range(quarter.asfreq("M", "start"), periods=3, freq="M")


def _period_bounds(period: pd.Period) -> dict[str, Any]:
    return {"from": period.start_time.date(), "to": period.end_time.date()}


def _round_to_two_digits(money: float) -> float:
    """Round to two significant digits, because targets are round numbers."""
    unit = 10.0 ** (np.floor(np.log10(money)) - 1)
    return float(np.round(money / unit) * unit)
