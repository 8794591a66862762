"""One set of sales processes from many workbooks: what means the same is shared, what differs is kept apart."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from xl_salesflow.model.difference import same
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES

_COUNTED = ("position", "kind", "probability", "day_limit")  # what the numbers of a funnel depend on
_PLACES = {"Deals": ("stage", "recorded_stage"), "History": ("stage", "moved_to"), "Gates": ("stage",), "StageTasks": ("stage",),
           "Stages": ("stage",), "Tasks": ("stage",)}  # fmt: skip
_IN = ("Deals", "History", "Stages", "Gates", "StageTasks")  # tables that name the process


def in_common(pipeline: Pipeline, book: str, known: pd.DataFrame) -> Pipeline:
    """Return *pipeline* with its processes named as among the stages *known*.

    A process whose stages count alike takes the names it has there, another language's among them; one of the same name
    that counts otherwise becomes ``name (book)``, so that no number changes.
    """
    for playbook in pipeline["Stages"]["playbook"].unique():
        ours, theirs = (_of(rows, playbook) for rows in (known, pipeline["Stages"]))
        if ours.empty or not playbook:
            continue
        if _counts_alike(ours, theirs):
            names = dict(zip(theirs["stage"], ours["stage"], strict=True))
            pipeline = _stages_called(pipeline, playbook, {old: new for old, new in names.items() if old != new})
        else:
            pipeline = _called(pipeline, playbook, f"{playbook} ({book})")
    return pipeline


def _of(stages: pd.DataFrame, playbook: str) -> pd.DataFrame:
    return stages[stages["playbook"] == playbook].sort_values("position")


def _counts_alike(ours: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    if len(ours) != len(theirs):
        return False
    table, theirs = TABLES["Stages"], theirs.set_axis(ours.index, axis=0)
    return all(bool(same(table[id], ours[id], theirs[id]).all()) for id in _COUNTED)


def _stages_called(pipeline: Pipeline, playbook: str, names: Mapping[str, str]) -> Pipeline:
    if not names:
        return pipeline
    deals = set(pipeline["Deals"].loc[pipeline["Deals"]["playbook"] == playbook, "deal"])
    changed: dict[str, pd.DataFrame] = {}
    for table, columns in _PLACES.items():
        rows = pipeline[table].copy(deep=False)
        own = rows["deal"].isin(deals) if table == "Tasks" else rows["playbook"] == playbook
        for column in columns:
            rows[column] = rows[column].mask(own, rows[column].replace(dict(names)))
        changed[table] = rows
    return pipeline.with_tables(**changed)


def _called(pipeline: Pipeline, playbook: str, name: str) -> Pipeline:
    return pipeline.with_tables(
        **{table: pipeline[table].assign(playbook=pipeline[table]["playbook"].replace(playbook, name)) for table in _IN}
    )
