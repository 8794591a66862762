"""A made-up pipeline of any size, the same for the same seed: for the demo, the tests and the benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.demo import names
from xl_salesflow.demo.paths import FOREVER, Walks, walk
from xl_salesflow.demo.targets import targets
from xl_salesflow.model.frames import complete
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Plan
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language

Columns = dict[str, Any]
SOURCES = ("referral", "website", "trade_show", "search", "outbound")
REGIONS = ("north", "east", "south", "west")
CHANNELS = ("direct", "agent", "ecommerce")
LOSSES = ("price", "competitor", "no_budget", "timing", "no_follow_up")


def generated(pipeline: Pipeline, count: int, seed: int = 7, since_days: int = 420) -> Plan:
    """Return the plan that adds *count* deals with history, customers, team, targets and price list to an empty workbook.

    Deals begin over the *since_days* before the pipeline's today and walk through its default playbook.
    """
    random = np.random.default_rng(seed)
    playbook = pipeline.playbooks[pipeline.default_playbook]
    today = _day(pipeline.today)
    created = np.sort(random.integers(today - since_days, today, count))
    walks = walk(playbook, created, today, random)
    products = _products(pipeline.language)
    accounts, contacts = _customers(pipeline.language, max(8, min(count // 3, 2000)))
    team = _team(pipeline.language)
    deals = _deals(pipeline, playbook, walks, created, random, (accounts, contacts, team, products))
    frames = {
        "Team": team, "Products": products, "Accounts": accounts, "Contacts": contacts, "Deals": deals,
        "History": _history(playbook, walks, deals, created),
        "Targets": targets(deals, names.REPS[pipeline.language], pipeline.today),
    }  # fmt: skip
    return Plan(appends=tuple(Append(name, frame, "demo") for name, frame in frames.items()))


def numbered(prefix: str, numbers: npt.NDArray[Any]) -> list[str]:
    """Return keys such as D-00017."""
    return [f"{prefix}{number:05d}" for number in numbers]


def _day(day: date) -> int:
    return int(np.datetime64(day).astype("datetime64[D]").astype(int))


def dates(days: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return days since 1970 as datetime64[s]."""
    return days.astype("datetime64[D]").astype("datetime64[s]")


def _pick(random: np.random.Generator, values: Sequence[Any], count: int) -> npt.NDArray[Any]:
    return np.array(values, dtype=object)[random.integers(0, len(values), count)]


def frame_of(table: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return *columns* as a complete frame of *table*."""
    return complete(TABLES[table], pd.DataFrame({id: pd.Series(values) for id, values in columns.items()}))


def _team(language: Language) -> pd.DataFrame:
    reps = names.REPS[language]
    return frame_of("Team", {
        "person": [*reps, names.MANAGER[language]],
        "role": [*["rep"] * len(reps), "manager"],
        "manager": [*[names.MANAGER[language]] * len(reps), ""],
        "region": [*REGIONS[: len(reps)], ""],
        "email": [*[f"rep{number + 1}@example.com" for number in range(len(reps))], "manager@example.com"],
        "discount_limit": [*[0.1] * len(reps), 0.2],
        "active": ["yes"] * (len(reps) + 1),
    })  # fmt: skip


def _products(language: Language) -> pd.DataFrame:
    rows = names.PRODUCTS[language]
    ids = ("product", "series", "price", "feature", "advantage", "benefit")
    columns: Columns = {id: [row[place] for row in rows] for place, id in enumerate(ids)}
    return frame_of(
        "Products", {**columns, "price": [float(p) for p in columns["price"]], "active": ["yes"] * len(rows)}
    )


def _numbered_on(plain: Sequence[str], count: int) -> list[str]:
    # names that run out begin again with a number behind them
    return [plain[n] if n < len(plain) else f"{plain[n % len(plain)]} {n // len(plain) + 1}" for n in range(count)]


def _customers(language: Language, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    first, last = names.COMPANY_FIRST[language], names.COMPANY_LAST[language]
    gap = " " if language == "en" else ""
    companies = _numbered_on([f"{a}{gap}{b}" for b in last for a in first], count)
    accounts = frame_of("Accounts", {
        "account": companies,
        "industry": [names.INDUSTRIES[(n // len(first)) % len(last)] for n in range(count)],
        "region": [REGIONS[n % 4] for n in range(count)],
        "employees": [float(20 + 37 * n % 900) for n in range(count)],
    })  # fmt: skip
    who = _numbered_on(names.people(language), 2 * count)
    contacts = frame_of("Contacts", {
        "contact": who,
        "account": [companies[n // 2] for n in range(2 * count)],
        "title": [names.TITLES[language][n % 4] for n in range(2 * count)],
        "decision_role": [names.ROLES[n % 4] for n in range(2 * count)],
        "phone": [f"+00 555 {1000 + n:05d}" for n in range(2 * count)],
        "email": [f"contact{n + 1}@example.com" for n in range(2 * count)],
    })  # fmt: skip
    return accounts, contacts


def _deals(
    pipeline: Pipeline, playbook: Playbook, walks: Walks, created: npt.NDArray[Any], random: np.random.Generator,
    others: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> pd.DataFrame:  # fmt: skip
    accounts, contacts, team, products = others
    count, today, language = len(created), _day(pipeline.today), pipeline.language
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
    owner = _pick(random, list(team["person"][:-1]), count)
    depth = np.clip(walks.furthest[current], 1, 5)
    bant = {
        d: np.where(
            random.random(count) < 0.12, np.nan, np.clip(depth - random.integers(0, 3, count), 0, 3).astype(float)
        )
        for d in ("budget", "authority", "need", "timeline")
    }
    active = is_open & (random.random(count) < 0.85)
    return frame_of("Deals", {
        "deal": numbered("D-", np.arange(1, count + 1)),
        "name": _titles(accounts["account"].to_numpy()[account], products["product"].to_numpy()[product]),
        "account": accounts["account"].to_numpy()[account],
        "contact": contacts["contact"].to_numpy()[account * 2],
        "owner": owner,
        "stage": stage,
        "recorded_stage": stage,
        "since": dates(since),
        "outcome": outcome,
        "closed": np.where(is_open, np.datetime64("NaT", "s"), dates(since)),
        "furthest": walks.furthest[current].astype(float),
        "amount": amount,
        "created": dates(created),
        "expected_close": dates(np.where(is_open, np.maximum(created, today + random.integers(-6, 75, count)), since)),
        "last_expected_close": dates(np.where(is_open, today + 30, since)),
        "next_step": np.where(active, _pick(random, names.NEXT_STEPS[language], count), ""),
        "next_step_date": np.where(active, dates(today + random.integers(-5, 12, count)), np.datetime64("NaT", "s")),
        "last_activity": dates(np.where(is_open, np.maximum(since, today - random.integers(0, 25, count)), since)),
        "playbook": [playbook.id] * count,
        "forecast": np.where(is_open, _pick(random, ("pipeline", "best_case", "commit"), count), "closed"),
        "product": products["product"].to_numpy()[product],
        "source": _pick(random, SOURCES, count),
        "region": accounts["region"].to_numpy()[account],
        "sales_channel": _pick(random, CHANNELS, count),
        "pain": _pick(random, names.PAINS[language], count),
        "buyer_stage": [names_of[p].buyer_stage for p in position],
        "loss_reason": np.where(lost, _pick(random, LOSSES, count), ""),
        "contract_signed": np.where(won, dates(since), np.datetime64("NaT", "s")),
        **bant,
    })  # fmt: skip


def _titles(account: npt.NDArray[Any], product: npt.NDArray[Any]) -> pd.Series:
    titles = pd.Series(account + " · " + product)
    again = titles.groupby(titles).cumcount() + 1  # who comes back for more of the same
    return titles.where(again == 1, titles + " (" + again.astype(str) + ")")


def _history(playbook: Playbook, walks: Walks, deals: pd.DataFrame, created: npt.NDArray[Any]) -> pd.DataFrame:
    stages = {stage.position: stage for stage in playbook.stages}
    outcome = np.array([stages[p].outcome for p in walks.position], dtype=object)
    gone = walks.left < FOREVER
    closed = outcome != "open"
    start = created[walks.deal]
    carried = {
        id: deals[id].to_numpy()[walks.deal]
        for id in ("deal", "amount", "owner", "product", "source", "region", "sales_channel")
    }
    missing = np.datetime64("NaT", "s")
    return frame_of("History", {
        "visit": numbered("V", np.arange(1, len(walks.deal) + 1)),
        "playbook": [playbook.id] * len(walks.deal),
        "stage": [stages[p].name for p in walks.position],
        "position": walks.position.astype(float),
        "outcome": outcome,
        "entered": dates(walks.entered),
        "left": dates(walks.left),
        "days": np.where(gone, walks.left - walks.entered, np.nan),
        "moved_to": [stages[p].name if p else "" for p in walks.moved_to],
        "move": _moves(walks, stages),
        "furthest": walks.furthest.astype(float),
        "first": walks.first.astype(float),
        "created": dates(start),
        "closed": np.where(closed, dates(walks.entered), missing),
        "cycle_days": np.where(closed, walks.entered - start, np.nan),
        "probability": [stages[p].probability for p in walks.position],
        "by": carried["owner"],
        "reason": np.where(outcome == "lost", deals["loss_reason"].to_numpy()[walks.deal], ""),
        **carried,
    })  # fmt: skip


def _moves(walks: Walks, stages: Mapping[int, Any]) -> list[str]:
    outcomes = {position: stage.outcome for position, stage in stages.items()}
    return [
        "" if to == 0 else outcomes[to] if outcomes[to] != "open" else "forward" if to > at else "back"
        for at, to in zip(walks.position.tolist(), walks.moved_to.tolist(), strict=True)
    ]
