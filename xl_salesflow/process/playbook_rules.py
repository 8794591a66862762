"""Check the sheets Stages, Gates and StageTasks for errors that make a playbook unusable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Pipeline, Playbook, Stage
from xl_salesflow.core.rule_declarations import (
    BLANK_LABEL,
    Rule,
    RuleMatch,
    format_column_values,
    format_short_number,
    identify_list_values,
    suggest_for_each,
)
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES


def _find_missing_default_playbook(pipeline: Pipeline) -> Iterable[RuleMatch]:
    settings = pipeline["Settings"]
    # a pipeline without a Settings sheet is not a workbook, so there is no row to correct
    if pipeline.default_playbook not in pipeline.playbooks:
        rows = settings.index[settings["setting"] == "playbook"]
        hint = suggest_names(pipeline.default_playbook, pipeline.playbooks).in_(pipeline.language)
        facts = {"playbook": pipeline.default_playbook, "hint": hint}
        yield RuleMatch("Settings", rows, "value", facts)


MISSING_DEFAULT_PLAYBOOK = Rule(
    "default_playbook",
    Text("The default playbook"),
    Text("The default playbook “{playbook}” has no stages in the sheet Stages; {hint}"),
    "block",
    _find_missing_default_playbook,
    needs=("Settings",),
)

_POSITION_TWICE = Text("another stage has the same number")
_POSITION_NOT_WHOLE = Text("it is not a whole number from 1")
_POSITION_BLANK = Text("it is blank")


def _find_wrong_positions(pipeline: Pipeline) -> Iterable[RuleMatch]:
    stages, language = pipeline["Stages"], pipeline.language
    stages = stages[stages["stage"].str.strip() != ""]
    position = stages["position"]
    blank = position.isna()
    odd = ~blank & ((position < 1) | (position % 1 != 0))
    twice = ~blank & ~odd & stages.duplicated(["playbook", "position"])
    for wrong, why in ((blank, _POSITION_BLANK), (odd, _POSITION_NOT_WHOLE), (twice, _POSITION_TWICE)):
        found = stages[wrong]
        facts = {"stage": found["stage"], "playbook": found["playbook"], "why": why.in_(language)}
        yield RuleMatch("Stages", found.index, "position", facts)


WRONG_STAGE_POSITION = Rule(
    "stage_position",
    Text("The order of the stages"),
    Text("“{column}” of the stage “{stage}” of {playbook} is wrong: {why}; number the stages 1, 2, 3…"),
    "block",
    _find_wrong_positions,
    needs=("Stages",),
)


def _find_doubled_stages(pipeline: Pipeline) -> Iterable[RuleMatch]:
    stages = pipeline["Stages"]
    name = fold_keys(stages["stage"])
    again = stages[name.ne("") & stages.assign(stage=name).duplicated(["playbook", "stage"])]
    yield RuleMatch("Stages", again.index, "stage", {"stage": again["stage"], "playbook": again["playbook"]})


DOUBLED_STAGE = Rule(
    "doubled_stage",
    Text("A stage twice in one playbook"),
    Text("The stage “{stage}” is listed twice in the playbook {playbook}; rename or delete one."),
    "block",
    _find_doubled_stages,
    needs=("Stages",),
)


def _find_wrong_stage_kinds(pipeline: Pipeline) -> Iterable[RuleMatch]:
    stages = pipeline["Stages"]
    wrong = stages[(stages["stage"].str.strip() != "") & ~stages["kind"].isin(CHOICES["kind"])]
    kind = wrong["kind"].where(wrong["kind"] != "", BLANK_LABEL.in_(pipeline.language))
    hint = suggest_for_each(wrong["kind"], CHOICES["kind"].values(), pipeline.language)
    yield RuleMatch("Stages", wrong.index, "kind", {"stage": wrong["stage"], "kind": kind, "hint": hint})


WRONG_STAGE_KIND = Rule(
    "stage_kind",
    Text("The kind of a stage"),
    Text("The kind of the stage “{stage}” is {kind}; {hint}"),
    "block",
    _find_wrong_stage_kinds,
    needs=("Stages",),
)

_NO_OPEN_STAGE = Text("it has no open stage to start in; set the kind of its first stage to Open")
_NO_WON_STAGE = Text("it has no stage Won; add one")
_TWO_WON_STAGES = Text("it has two stages of kind Won; keep one, the other may be Aftercare")
_NO_LOST_STAGE = Text("it has no stage Lost; add one")
_TWO_LOST_STAGES = Text("it has two stages of kind Lost; keep one, because the loss reason distinguishes them")
_OPEN_STAGE_AFTER_WON = Text("the open stage “{stage}” comes after Won; move it before Won")
_AFTERCARE_BEFORE_WON = Text("the aftercare stage “{stage}” comes before Won; move it after Won")


def _find_wrong_endings(pipeline: Pipeline) -> Iterable[RuleMatch]:
    stages = pipeline["Stages"]
    for playbook_id, playbook in pipeline.playbooks.items():
        for stage, why in _check_playbook_endings(playbook):
            facts = {"playbook": playbook_id, "why": why.in_(pipeline.language, stage=stage.name)}
            yield RuleMatch("Stages", stages.index[stages.index == stage.row], "kind", facts)


def _check_playbook_endings(playbook: Playbook) -> Iterator[tuple[Stage, Text]]:
    first, last = playbook.stages[0], playbook.stages[-1]
    won = [stage for stage in playbook.stages if stage.kind == "won"]
    lost = [stage for stage in playbook.stages if stage.kind == "lost"]
    if not playbook.open_stages:
        yield first, _NO_OPEN_STAGE
    for found, none, two in ((won, _NO_WON_STAGE, _TWO_WON_STAGES), (lost, _NO_LOST_STAGE, _TWO_LOST_STAGES)):
        if not found:
            yield last, none
        yield from ((stage, two) for stage in found[1:])
    for stage in playbook.stages:
        if won and stage.kind == "open" and stage.position > won[0].position:
            yield stage, _OPEN_STAGE_AFTER_WON
        if won and stage.kind == "aftercare" and stage.position < won[0].position:
            yield stage, _AFTERCARE_BEFORE_WON


PLAYBOOK_ENDINGS = Rule(
    "playbook_endings",
    Text("Start, Won and Lost of a playbook"),
    Text("The playbook {playbook} cannot be used: {why}."),
    "block",
    _find_wrong_endings,
    needs=("Stages",),
)

FEWEST_STAGES, MOST_STAGES = 3, 10


def _find_wrong_stage_count(pipeline: Pipeline) -> Iterable[RuleMatch]:
    stages = pipeline["Stages"]
    for playbook_id, playbook in pipeline.playbooks.items():
        steps = [stage for stage in playbook.stages if stage.kind in ("open", "aftercare")]
        if not FEWEST_STAGES <= len(steps) <= MOST_STAGES:
            rows = stages.index[stages.index == playbook.stages[0].row]
            yield RuleMatch(
                "Stages",
                rows,
                "stage",
                {"playbook": playbook_id, "count": len(steps), "least": FEWEST_STAGES, "most": MOST_STAGES},
            )


WRONG_STAGE_COUNT = Rule(
    "stage_count",
    Text("The number of stages"),
    Text("The playbook {playbook} has {count} stages besides Won and Lost; {least} to {most} work best."),
    "warn",
    _find_wrong_stage_count,
    needs=("Stages",),
)


def _find_wrong_probabilities(pipeline: Pipeline) -> Iterable[RuleMatch]:
    stages = pipeline["Stages"]
    off = stages[(stages["probability"] < 0) | (stages["probability"] > 1)]
    value = format_column_values(TABLES["Stages"]["probability"], off["probability"], pipeline.language)
    yield RuleMatch("Stages", off.index, "probability", {"stage": off["stage"], "value": value})


WRONG_STAGE_PROBABILITY = Rule(
    "stage_probability",
    Text("The probability of a stage"),
    Text("The probability of the stage “{stage}” is {value}; it must be between 0 % and 100 %."),
    "block",
    _find_wrong_probabilities,
    needs=("Stages",),
)

_SETUP_DAY_COLUMNS = (("Stages", "day_limit"), ("Stages", "cadence"), ("StageTasks", "due_days"))


def _find_negative_days(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name, column in _SETUP_DAY_COLUMNS:
        frame = pipeline[name]
        off = frame[frame[column] < 0]
        yield RuleMatch(name, off.index, column, {"stage": off["stage"], "value": off[column].map(format_short_number)})


NEGATIVE_DAYS = Rule(
    "day_limits",
    Text("A number of days below zero"),
    Text("“{column}” of the stage “{stage}” is {value}; days cannot be below zero, blank is no limit."),
    "block",
    _find_negative_days,
)


def _find_unknown_stage_names(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name in ("Gates", "StageTasks"):
        frame = pipeline[name]
        frame = frame[frame["stage"].str.strip() != ""]
        lost = frame[(frame["playbook"] != "") & ~frame["playbook"].isin(pipeline.playbooks)]
        yield RuleMatch(
            name, lost.index, "playbook", _suggest_known_names(pipeline, lost["playbook"], pipeline.playbooks)
        )
        for playbook_id, rows in frame.drop(index=lost.index).groupby("playbook", sort=False):
            books = [playbook for key, playbook in pipeline.playbooks.items() if playbook_id in ("", key)]
            stages = [stage for playbook in books for stage in playbook.by_name]
            off = rows[~rows["stage"].isin(stages)]
            yield RuleMatch(name, off.index, "stage", _suggest_known_names(pipeline, off["stage"], stages))


def _suggest_known_names(pipeline: Pipeline, names: pd.Series, known: Iterable[str]) -> dict[str, pd.Series]:
    return {"name": names, "hint": suggest_for_each(names, known, pipeline.language)}


UNKNOWN_STAGE_NAME = Rule(
    "unknown_stage_name",
    Text("A gate or task of a stage that does not exist"),
    Text("“{column}” names “{name}”, which the sheet Stages does not have; {hint}"),
    "block",
    _find_unknown_stage_names,
)


def _find_unknown_task_activity(pipeline: Pipeline) -> Iterable[RuleMatch]:
    tasks = pipeline["StageTasks"]
    for column, options in (("done_by", "activity_type"), ("outcomes", "activity_outcome")):
        offered = {*LISTS[options], *map(fold_text, pipeline["Lists"][options])}
        known = tasks[column].map(
            lambda cell, name=options, all_=offered: all_.issuperset(identify_list_values(name, cell))
        )
        off = tasks[~known.astype(bool)]
        yield RuleMatch("StageTasks", off.index, column, {"task": off["task"], "type": off[column]})


UNKNOWN_TASK_ACTIVITY = Rule(
    "task_done_by",
    Text("A task ticked off by an unknown activity"),
    Text(
        "The task “{task}” waits for an activity “{type}”, which the sheet Lists does not offer; choose from the list."
    ),
    "block",
    _find_unknown_task_activity,
    needs=("StageTasks",),
)

PLAYBOOK_RULES: tuple[Rule, ...] = (
    MISSING_DEFAULT_PLAYBOOK,
    WRONG_STAGE_POSITION,
    DOUBLED_STAGE,
    WRONG_STAGE_KIND,
    PLAYBOOK_ENDINGS,
    WRONG_STAGE_COUNT,
    WRONG_STAGE_PROBABILITY,
    NEGATIVE_DAYS,
    UNKNOWN_STAGE_NAME,
    UNKNOWN_TASK_ACTIVITY,
)
