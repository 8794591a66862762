"""Many workbooks as one team: the numbers of the roll-up are the sums of its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path

import pandas as pd
import pytest

from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.metrics.rollup.team_rollup import ADDITIVE_METRICS, join_workbooks, write_parquet
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.verbs import contributions, rollup

TODAY = date(2026, 5, 4)
RUN = Run("Ann", datetime(2026, 5, 4, 9))


def empty(playbook: str = "crm", language: Language = "en") -> Pipeline:
    return build_pipeline(TODAY, language).with_tables(**make_shipped_setup(playbook, language))


@cache
def team(deals: int, seed: int, playbook: str = "crm", language: Language = "en") -> Pipeline:
    base = empty(playbook, language)
    base = replace(base, settings=replace_setting(base, "playbook", playbook))
    return recompute_formula_columns(apply_change_set(base, generate_pipeline(base, deals, seed)))


def replace_setting(pipeline: Pipeline, setting: str, value: str) -> Settings:
    return Settings({**pipeline.settings.values, setting: value})


def rolled(parts: Mapping[str, Pipeline]) -> Pipeline:
    ready, plan = join_workbooks(empty(), parts)
    return recompute_formula_columns(apply_change_set(ready, plan))


TEAMS: dict[str, dict[str, Callable[[], Pipeline]]] = {
    "two alike": {"north": partial(team, 60, 1), "south": partial(team, 40, 2)},
    "English and Chinese": {"north": partial(team, 60, 1), "south": partial(team, 40, 2, language="zh")},
    "two processes": {"north": partial(team, 60, 1), "south": partial(team, 40, 2, "four_steps")},
}


def made(teams: str) -> dict[str, Pipeline]:
    return {name: make() for name, make in TEAMS[teams].items()}


@pytest.mark.parametrize("teams", TEAMS)
def test_the_numbers_are_the_sums_of_the_parts(teams: str) -> None:
    parts = made(teams)
    whole = compute_funnel(rolled(parts)).metrics
    each = [compute_funnel(part).metrics for part in parts.values()]
    for metric in ADDITIVE_METRICS:
        assert whole[metric] == pytest.approx(sum(float(one[metric] or 0) for one in each), abs=0.005), metric


@pytest.mark.parametrize("teams", TEAMS)
def test_every_row_is_there_under_a_unique_name(teams: str) -> None:
    parts = made(teams)
    whole = rolled(parts)
    for table in ("Deals", "History"):
        assert len(whole[table]) == sum(len(part[table]) for part in parts.values())
    assert whole["Deals"]["deal"].is_unique
    assert whole["History"]["visit"].is_unique
    assert whole["History"]["deal"].isin(whole["Deals"]["deal"]).all()


def test_stages_in_another_language_get_the_existing_names() -> None:
    whole = rolled(made("English and Chinese"))
    assert set(whole["Deals"]["recorded_stage"]) <= set(empty()["Stages"]["stage"])
    assert set(whole["Stages"]["playbook"]) == {"crm"}


def test_a_process_of_the_same_name_that_counts_differently_is_kept_apart() -> None:
    one, other = team(30, 1), team(30, 2)
    stages = other["Stages"].assign(probability=other["Stages"]["probability"] / 2)
    other = recompute_formula_columns(other.with_tables(Stages=stages))
    whole = rolled({"north": one, "south": other})
    assert set(whole["Stages"]["playbook"]) == {"crm", "crm (south)"}
    weighted = [float(compute_funnel(part).metrics["weighted_value"] or 0) for part in (one, other, whole)]
    assert weighted[2] == pytest.approx(weighted[0] + weighted[1], abs=0.005)


def test_two_currencies_are_refused_in_one_sentence() -> None:
    one, other = team(5, 1), team(5, 2)
    other = replace(other, settings=replace_setting(other, "currency", "EUR"))
    third = replace(one, settings=replace_setting(one, "currency", "CNY"))
    with pytest.raises(UsageError, match=r"different currencies \(north: USD, south: EUR\)"):
        join_workbooks(empty(), {"north": one, "west": one, "south": other, "east": third})


def test_the_answer_has_the_contents_of_each_workbook() -> None:
    parts = made("two alike")
    books = rollup(empty(), parts, RUN).answer.books
    assert [line.book for line in books] == ["north", "south"]
    assert books == contributions(parts)


def test_parquet_holds_the_rows_of_all(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parts = made("two alike")
    files = {file.stem: pd.read_parquet(file) for file in write_parquet(tmp_path, parts.items())}
    deals = files["deals"]
    assert dict(deals["book"].value_counts()) == {"north": 60, "south": 40}
    for table in ("Deals", "History", "Activities"):
        assert len(files[table.lower()]) == sum(len(part[table]) for part in parts.values())
    amounts = deals.groupby("book")["amount"].sum()
    assert amounts["north"] == pytest.approx(parts["north"]["Deals"]["amount"].sum())
