"""Whatever the sheets contain, nothing raises, and a second run changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import SCALE
from tests.tables import crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.account_scores import score_account_traits
from xl_salesflow.process.bant_cards import fill_bant_from_answers
from xl_salesflow.process.deal_upkeep import fill_derived_cells
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.rule_catalogue import check_pipeline, match_early_warnings, word_early_warnings
from xl_salesflow.process.win_probability import fill_win_probability
from xl_salesflow.schema.table_columns import Column
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

WORDS = [
    "",
    "D1",
    "D2",
    " d1",
    "Lead",
    "Won",
    "Lost",
    "crm",
    "x{y}",
    "%",
    "需求",
    "done",
    "sent",
    "2",
    "call",
    "V000001",
]
DAYS = [None, date(2026, 3, 1), date(2030, 1, 1), date(1900, 1, 1), date(9999, 12, 31)]
TABLES_HIT = [
    [
        "Deals",
        "History",
        "Tasks",
        "Activities",
        "Quotes",
        "QuoteLines",
        "Answers",
        "Contacts",
        "Accounts",
        "Team",
        "Traits",
    ],
    ["Deals", "Stages", "Gates", "StageTasks", "Questions", "Lists", "Settings"],
]


def cell(column: Column) -> st.SearchStrategy[Any]:
    if column.type.is_text:
        return st.sampled_from(WORDS)
    return st.sampled_from(DAYS if column.type.is_date else [None, 0.0, 1.0, -1.0, 2.5, 3.0, 1e9, 120.0])


def rows(name: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({column.id: cell(column) for column in TABLES[name].columns}), max_size=3)


def carried_out(pipeline: Pipeline) -> Pipeline:
    for step in (
        fill_derived_cells,
        fill_bant_from_answers,
        score_account_traits,
        lambda now: judge_stage_moves(now, "Li"),
        fill_win_probability,
    ):
        pipeline = apply_change_set(pipeline, step(pipeline))
        assert not step(pipeline).writes
    return pipeline


@settings(
    max_examples=6 * SCALE, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.sampled_from(TABLES_HIT).flatmap(lambda names: st.fixed_dictionaries({name: rows(name) for name in names})))
def test_nothing_in_the_sheets_stops_a_run(typed: dict[str, list[dict[str, Any]]]) -> None:
    pipeline = crm()
    hit = {
        name: pd.concat([pipeline[name], make_table_frame(TABLES[name], some, 90)])
        for name, some in typed.items()
        if some
    }
    pipeline = carried_out(pipeline.with_tables(**hit))
    check_pipeline(pipeline)
    word_early_warnings(pipeline)
    match_early_warnings(pipeline)
