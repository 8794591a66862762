"""Deals as the files tell them: which stage, won or lost, since when."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from xl_salesflow.imports import reports
from xl_salesflow.imports.cells import mapped
from xl_salesflow.imports.mapping import Mapping as Map
from xl_salesflow.imports.rows import FILE, ROW, Rows, column_of
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.text import Language

LAST_OPEN = "last_open"
"""The open stage a deal was in last, as far as the file tells; beside the table's own columns."""

SAID = "said"
"""Whether the file says anything about where the deal stands; one that says nothing is new where deals start."""

_FACTS = ("won_date", "lost_date", "is_won", "is_closed")


def told(
    rows: Rows, mapping: Map, playbook: Playbook, language: Language, found: list[Finding]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the deals with `stage`, `outcome`, `closed` and LAST_OPEN settled, and the columns a person's cells take.

    A stage the playbook does not have is left blank and told; a deal of which the file says no stage is where deals start.
    """
    deals, start = rows.frame, mapping.starts_in or playbook.first.name
    stage = _stages(rows, mapping, playbook, language, found)
    outcome = _outcomes(deals, stage, playbook)
    closing = pd.Series({"won": playbook.won.name, "lost": playbook.lost.name})
    kinds = stage.map({s.name: s.outcome for s in playbook.stages}).fillna("")
    decided = outcome.isin(["won", "lost"]) & (kinds != outcome)
    is_open = {s.name: s.name for s in playbook.open_stages}
    last_open = stage.map(is_open).fillna("").where(outcome != "open", stage).replace("", start)
    now = stage.mask(decided, outcome.map(closing)).astype(object)
    day = column_of(deals, "closed", "Deals")
    for fact in ("won_date", "lost_date"):
        day = column_of(deals, fact, "Deals").fillna(day)
    settled = deals.drop(columns=[c for c in _FACTS if c in deals]).assign(
        stage=now, outcome=outcome, closed=day.where(outcome != "open"), **{LAST_OPEN: last_open.astype(object)}
    )
    settled[SAID] = (column_of(deals, "stage", "Deals") != "") | (outcome != "open")
    given = [id for id in rows.given if id not in (*_FACTS, "outcome", "closed")]
    if "closed" in rows.given:
        settled["expected_close"] = column_of(deals, "expected_close", "Deals").fillna(day.where(outcome == "open"))
        given.append("expected_close")
    return settled, list(dict.fromkeys([*given, "stage"]))


def no_news(stage: pd.Series, recorded: pd.Series, playbook: Playbook) -> pd.Series:
    """Tell where a file's *stage* is what is *recorded*, whatever a person typed since; aftercare was won as well."""
    after = [s.name for s in playbook.stages if s.kind == "aftercare"]
    return (stage == recorded) | ((stage == playbook.won.name) & recorded.isin(after))


def _stages(rows: Rows, mapping: Map, playbook: Playbook, language: Language, found: list[Finding]) -> pd.Series:
    texts = column_of(rows.frame, "stage", "Deals")
    names = {name: stage for name, stage in mapping.stages.items() if stage in playbook.by_name}
    stage = mapped(texts, lambda text: names.get(text) or (text if text in playbook.by_name else ""))
    header, files, numbers = _header(mapping), rows.frame[FILE], rows.frame[ROW]
    for row in rows.frame.index[(texts != "") & (stage == "")]:
        text = texts[row]
        meant = nearest(text, playbook.by_name)
        found.append(
            reports.finding(
                "stage", reports.STAGE, str(files[row]), int(numbers[row]), language, header=header,
                table="Deals", column="stage", text=text, nearest=reports.NEAREST.in_(language, name=meant) if meant else "",
            )
        )  # fmt: skip
    return stage.mask(texts == "", mapping.starts_in or playbook.first.name).astype(object)


def _outcomes(deals: pd.DataFrame, stage: pd.Series, playbook: Playbook) -> pd.Series:
    """Return open, won or lost: what the file says in so many words, else by a won or lost date, else by the stage."""
    said = column_of(deals, "outcome", "Deals")
    won, closed = column_of(deals, "is_won", "Deals"), column_of(deals, "is_closed", "Deals")
    by_stage: Mapping[str, str] = {s.name: s.outcome for s in playbook.stages}
    first: list[tuple[pd.Series, object]] = [
        (said.isin(["won", "lost"]), said),
        (won == "yes", "won"),
        ((closed == "yes") & (won == "no"), "lost"),
        (stage.map(by_stage).isin(["won", "lost"]), stage.map(by_stage)),
        (said == "open", "open"),
        (column_of(deals, "won_date", "Deals").notna(), "won"),
        (column_of(deals, "lost_date", "Deals").notna(), "lost"),
    ]
    chosen = np.select(
        [when.to_numpy() for when, _ in first], [np.asarray(is_, dtype=object) for _, is_ in first], "open"
    )
    return pd.Series(chosen, index=deals.index, dtype=object)


def _header(mapping: Map) -> str:
    return next((h for file in mapping.files for h, how in file.columns.items() if how.to == "stage"), "")
