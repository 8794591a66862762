"""Whatever stands in the sheets, nothing raises, and a second run plans nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tables import crm
from xl_salesflow import rules
from xl_salesflow.model.apply import applied
from xl_salesflow.model.column import Column
from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES
from xl_salesflow.moves import judge, upkeep
from xl_salesflow.scoring import bant, probability, traits

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
    for step in (upkeep, bant.from_answers, traits.score, lambda now: judge(now, "Li"), probability.learn):
        pipeline = applied(pipeline, step(pipeline))
        assert not step(pipeline).writes
    return pipeline


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(TABLES_HIT).flatmap(lambda names: st.fixed_dictionaries({name: rows(name) for name in names})))
def test_nothing_in_the_sheets_stops_a_run(typed: dict[str, list[dict[str, Any]]]) -> None:
    pipeline = crm()
    hit = {name: pd.concat([pipeline[name], frame(TABLES[name], some, 90)]) for name, some in typed.items() if some}
    pipeline = carried_out(pipeline.with_tables(**hit))
    rules.check(pipeline)
    rules.warnings(pipeline)
    rules.warning_hits(pipeline)
