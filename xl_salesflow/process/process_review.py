"""The version of the sales process, its review, and the measures that improve it.

A change of the sheets Stages, Gates or Stage tasks counts the version up; it is noticed by their fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch, format_short_number, suggest_for_each
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.plain_values import is_blank
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

_SEALED_TABLES = ("Stages", "Gates", "StageTasks")
_LAST_NUMBER = re.compile(r"\d+(?!.*\d)")


def count_process_version(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the process version counted up if its stages, gates or tasks changed since the last run."""
    settings = pipeline["Settings"]
    if pipeline["Deals"].empty or not (settings["setting"] == "process_seal").any():
        return pipeline
    held = dict(zip(settings["setting"], settings["value"].astype(str), strict=True))
    seal, known = _seal_process(pipeline), held["process_seal"]
    if seal == known:
        return pipeline
    new = {"process_seal": seal}
    if known:
        new["process_version"] = _next_version(held.get("process_version", ""))
    values = settings["setting"].map(new)
    settings = settings.assign(value=settings["value"].mask(values.notna(), values).astype(object))
    known_settings = Settings({**pipeline.settings.values, **new})
    return replace(pipeline.with_tables(Settings=settings), settings=known_settings)


def _seal_process(pipeline: Pipeline) -> str:
    rows = []
    for name in _SEALED_TABLES:
        columns = [
            column.id
            for column in TABLES[name].columns
            if not column.is_formula and not column.id.startswith("assumed_")
        ]
        for row in pipeline[name][columns].itertuples(index=False, name=None):
            if not all(map(is_blank, row)):
                rows.append("\x1f".join((name, *("" if is_blank(cell) else str(cell) for cell in row))))
    return sha256("\x1e".join(sorted(rows)).encode()).hexdigest()[:16]


def _next_version(version: str) -> str:
    """Return the next version: "2" after "1", "2026-3" after "2026-2"."""
    if not _LAST_NUMBER.search(version):
        return f"{version} 2".strip()
    return _LAST_NUMBER.sub(lambda number: str(int(number.group()) + 1).zfill(len(number.group())), version, count=1)


def _find_review_due(pipeline: Pipeline) -> Iterable[RuleMatch]:
    text = pipeline.settings.text("process_review")
    if text and date.fromisoformat(text[:10]) < pipeline.today:
        settings = pipeline["Settings"]
        facts = {"day": date.fromisoformat(text[:10]), "version": pipeline.settings.text("process_version")}
        yield RuleMatch("Settings", settings.index[settings["setting"] == "process_review"], "value", facts)


REVIEW_DUE = Rule(
    "review_due",
    Text("The review of the process is due"),
    Text(
        "The review of the process (version {version}) was planned for {day}: look at the bottleneck and the losses, write what "
        "you change on the sheet Measures, and enter the day of the next review."
    ),
    "note",
    _find_review_due,
    needs=("Settings",),
)


def look_up_measured_metric(pipeline: Pipeline, text: str) -> str:
    """Return the id of the metric that *text* names by its id or its name on the sheet Funnel; "" if none."""
    known = pipeline["Metrics"]
    folded = fold_text(text)
    rows = (fold_keys(known["metric"]) == folded) | (fold_keys(known["name"]) == folded)
    return str(known.loc[rows, "metric"].iloc[0]) if text and rows.any() else ""


def find_measured_stage(pipeline: Pipeline, text: str) -> str:
    """Return the stage of the default playbook that *text* names; "" if none."""
    playbook = pipeline.playbooks.get(pipeline.default_playbook)
    stages = playbook.by_name if playbook else ()
    return next((name for name in stages if fold_text(name) == fold_text(text)), "")


def _find_unmeasured(pipeline: Pipeline) -> Iterable[RuleMatch]:
    measures = pipeline["Measures"]
    sources: Mapping[str, tuple[Any, list[str]]] = {
        "metric": (look_up_measured_metric, list(pipeline["Metrics"]["name"])),
        "stage": (find_measured_stage, _list_stage_names(pipeline)),
    }
    for column, (look_up, known) in sources.items() if len(measures) else ():
        cells = measures.loc[measures[column] != "", column]
        lost = cells[[not look_up(pipeline, cell) for cell in cells]]
        if len(lost):
            hint = suggest_for_each(lost, known, pipeline.language)
            yield RuleMatch("Measures", lost.index, column, {"name": lost, "hint": hint})


def _list_stage_names(pipeline: Pipeline) -> list[str]:
    playbook = pipeline.playbooks.get(pipeline.default_playbook)
    return list(playbook.by_name) if playbook else []


UNMEASURED = Rule(
    "unmeasured",
    Text("A measure without a number"),
    Text("Nothing measures “{name}” in “{column}”, so the effect stays blank; {hint}"),
    "warn",
    _find_unmeasured,
    needs=("Measures",),
)


def _find_due_measures(pipeline: Pipeline) -> Iterable[RuleMatch]:
    measures = pipeline["Measures"]
    due = measures[measures["closed"].isna() & (measures["due"] <= pd.Timestamp(pipeline.today))]
    if len(due):
        facts = {
            "action": due["action"].where(due["action"] != "", due["measure"]),
            "owner": due["owner"].where(due["owner"] != "", "–"),
            "day": due["due"].dt.date,
            "what": due["metric"].where(due["metric"] != "", due["stage"]),
            **{name: _word_numbers(due[name]) for name in ("value_start", "value_now", "effect", "expected")},
        }
        yield RuleMatch("Measures", due.index, "due", facts)


def _word_numbers(numbers: pd.Series) -> pd.Series:
    words = ["–" if is_blank(number) else format_short_number(float(f"{number:.4g}")) for number in numbers]
    return pd.Series(words, index=numbers.index, dtype=object)


MEASURE_DUE = Rule(
    "measure_due",
    Text("The effect of a measure is due"),
    Text(
        "“{action}” ({owner}) was to show its effect by {day}: “{what}” was {value_start} at the start and is {value_now} now, a "
        "change of {effect} where {expected} was expected. Write the result and close the measure, or give it a later day."
    ),
    "note",
    _find_due_measures,
    needs=("Measures",),
)

REVIEW_RULES = (REVIEW_DUE, UNMEASURED, MEASURE_DUE)
