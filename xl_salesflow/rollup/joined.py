"""The roll-up: every workbook's rows below one another, in a workbook whose formulas then tell about them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from xl_salesflow import metrics
from xl_salesflow.errors import UsageError
from xl_salesflow.model.frames import folded, frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Plan, Remove
from xl_salesflow.model.tables import TABLES
from xl_salesflow.rollup.keys import NAMED, NUMBERED, prefixed
from xl_salesflow.rollup.stages import in_common

ROWS = 1_048_575
"""The rows a sheet has below its headers."""

_LISTED = ("Answers", "QuoteLines", "Targets")  # rows without keys, all of them
_PROCESS = {"Stages": ["playbook", "stage"], "Gates": ["gate", "playbook"], "StageTasks": ["playbook", "stage", "task"]}
BECAUSE = "rollup"

COUNTED = ("open_count", "won_count", "lost_count", "open_value", "weighted_value", "won_value", "lost_value")
"""The metrics whose sum over the workbooks is that of the roll-up."""


def together(parts: Iterable[tuple[str, Pipeline]]) -> Iterator[tuple[str, Pipeline]]:
    """Yield every (book, pipeline) with keys and processes that fit those before it; holds one workbook at a time.

    Raises:
        UsageError: a workbook counts in another currency than the first.
    """
    known, first = frame(TABLES["Stages"]), ("", "")
    for book, part in parts:
        currency = part.settings.text("currency")
        first = first if first[0] else (book, currency)
        if currency != first[1]:
            raise UsageError(
                f"The workbooks count in different currencies ({first[0]}: {first[1]}, {book}: {currency}); "
                "roll up one currency at a time.",
                f"这些工作簿的币种不同（{first[0]}：{first[1]}，{book}：{currency}）；请按币种分别汇总。",
            )
        part = prefixed(in_common(part, book, known), book)
        known = pd.concat([known, part["Stages"]], ignore_index=True).drop_duplicates(_PROCESS["Stages"])
        yield book, part


def joined(into: Pipeline, parts: Mapping[str, Pipeline]) -> tuple[Pipeline, Plan]:
    """Return *into*, a new workbook, with the settings of the first of *parts* (by name), and the plan that fills it.

    Raises:
        UsageError: the workbooks count in different currencies, or have more rows together than a sheet.
    """
    first = next(iter(parts.values()))
    rows: dict[str, list[pd.DataFrame]] = {name: [] for name in (*NUMBERED, *_LISTED, *NAMED, *_PROCESS)}
    for _, part in together(parts.items()):
        for name, found in rows.items():
            found.append(part[name])
    frames = {name: _distinct(name, pd.concat(found, ignore_index=True)) for name, found in rows.items()}
    _fit(frames)
    plan = Plan(
        removes=tuple(Remove(name, into[name], BECAUSE) for name in frames if len(into[name])),
        appends=tuple(Append(name, found, BECAUSE) for name, found in frames.items() if len(found)),
        edits=_settings(into, first),
    )
    return replace(into, settings=first.settings), plan


def _distinct(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    keys = [TABLES[name].key or ""] if name in NAMED else _PROCESS.get(name)
    return rows[~rows[keys].apply(folded).duplicated()] if keys else rows


def _fit(frames: Mapping[str, pd.DataFrame]) -> None:
    for name, rows in frames.items():
        if len(rows) > ROWS:
            raise UsageError(
                f"The workbooks have {len(rows):,} rows of {name} together and a sheet holds {ROWS:,}; "
                "use --parquet without a workbook, or roll up fewer.",
                f"这些工作簿的“{TABLES[name].title.zh}”共有 {len(rows):,} 行，而一张表最多 {ROWS:,} 行；"
                "请改用 --parquet 而不生成工作簿，或减少汇总的工作簿。",
            )


def numbers(parts: Mapping[str, Pipeline]) -> list[dict[str, Any]]:
    """Return what each workbook contributes: one line per workbook with the metrics that add up."""
    return [{"book": book, **{id: metrics.funnel(part).metrics[id] for id in COUNTED}} for book, part in parts.items()]


def _settings(into: Pipeline, first: Pipeline) -> tuple[Edit, ...]:
    ours, theirs = into["Settings"], first["Settings"].drop_duplicates("setting").set_index("setting")["value"]
    wanted = ours["setting"].map(theirs).fillna("")
    rows = ours.index[(wanted != ours["value"]) & ours["setting"].isin(theirs.index) & (ours["setting"] != "language")]
    if not len(rows):
        return ()
    before, after = ours.loc[rows, "value"], wanted.loc[rows].astype(object)
    return (Edit("Settings", "value", ours.loc[rows, "setting"], before, after, BECAUSE),)
