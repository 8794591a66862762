"""Judge all stage moves against every row of Gates at once, and check these rows themselves.

A gate applies to moves that enter its stage and to moves that skip it. A move onward also needs the required tasks of the
stages that it leaves or skips, whether the deal was given them or not. Stages already passed are not checked again: moves
back and moves to Lost are only checked against the rules for every move and the gates of Lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Gate, Pipeline, Playbook, Stage
from xl_salesflow.core.rule_declarations import (
    BLANK_LABEL,
    GateCheck,
    GateFinding,
    GateResult,
    MoveRule,
    RowMessages,
    Rule,
    RuleMatch,
    suggest_for_each,
    write_sentences,
)
from xl_salesflow.locale.texts import TWO_SENTENCES, GivenText, Text, fold_text, join_sentences
from xl_salesflow.process.gate_checks import AT_LEAST, AT_MOST, BANT_AT_LEAST, BEFORE_TODAY, FILLED, ONE_OF
from xl_salesflow.process.gate_conditions import find_bad_condition, find_gate_reach
from xl_salesflow.process.gate_overrides import NO_OVERRIDE, OverrideDecision, decide_override
from xl_salesflow.process.gate_payment_checks import PAYMENT_RECEIVED
from xl_salesflow.process.gate_record_checks import (
    ACTIVITY_OUTCOME,
    ACTIVITY_WITHIN,
    APPROVED_BY,
    CONTACT_IS,
    OBJECTIONS_CLOSED,
    QUOTE_IS,
    TASK_DONE,
    find_stages_before_gate,
)
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_frames import fold_keys


def _judge_back_needs_reason(playbook: Playbook, deals: pd.DataFrame, crossings: pd.DataFrame) -> GateResult:
    reasoned = deals["move_reason"].str.strip() != ""
    return GateResult((~crossings["move"].isin(["back", "reopened"]) | reasoned).to_numpy(bool))


BACK_NEEDS_REASON = MoveRule(
    "back_needs_reason",
    Text("A move back needs a reason; fill in Move reason."),
    _judge_back_needs_reason,
    asks="move_reason",
)


def _judge_skip_allowed(playbook: Playbook, deals: pd.DataFrame, crossings: pd.DataFrame) -> GateResult:
    kept = np.full(len(crossings), "", object)
    onward = crossings["move"].isin(["skip", "forward", "won", "aftercare", "reopened"]).to_numpy(bool)
    for stage in reversed(playbook.open_stages):
        if not stage.may_skip:
            past = (crossings["since"] < stage.position) & (crossings["at"] > stage.position)
            kept[onward & past.to_numpy(bool)] = stage.name
    return GateResult(kept == "", {"what": pd.Series(kept, index=crossings.index, dtype=object)})


SKIP_ALLOWED = MoveRule(
    "skip_allowed",
    Text("The stage {what} may not be skipped; move the deal there first."),
    _judge_skip_allowed,
)


def find_stage_crossings(playbook: Playbook, deals: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Return the columns `to` (target), `at` (its position), `since` (position already passed) and `move` (direction)."""
    codes, pairs = pd.factorize(pd.MultiIndex.from_frame(moves[["from", "to"]]))
    stages = [(playbook.by_name.get(before), playbook.by_name[after]) for before, after in pairs]
    directions = np.array([playbook.direction(before, after) for before, after in stages], object)
    at = np.array([after.position for _, after in stages], float)
    # a lost or unknown stage does not say how far the deal had come; use its furthest stage instead
    since = np.array([before.position if before and before.kind != "lost" else np.nan for before, _ in stages], float)
    came = since[codes]
    furthest = deals["furthest"].fillna(0).to_numpy("float64")
    columns = {
        "to": moves["to"],
        "at": at[codes],
        "since": np.where(np.isnan(came), furthest, came),
        "move": directions[codes],
    }
    return pd.DataFrame(columns, index=moves.index)


def find_guarded_moves(playbook: Playbook, gate: Gate, moves: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which *moves* (as from find_stage_crossings) must pass *gate*: they enter its stage or skip it."""
    stage = playbook.by_name[gate.stage]
    if stage.kind == "lost":
        return (moves["to"] == stage.name).to_numpy(bool)
    onward = ~moves["move"].isin(["lost", "back"])
    past = (moves["since"] < stage.position) & (moves["at"] >= stage.position)
    return (onward & past).to_numpy(bool)


_VERDICT_NAMES = np.array(["accepted", "warned", "refused", "overridden"], object)
_ACCEPTED, _WARNED, _REFUSED, _OVERRIDDEN = range(4)


class MoveVerdicts:
    """One verdict per move, which is accepted until a reason against it is added."""

    def __init__(self, index: pd.Index) -> None:
        self._index = index
        self._reasons, self._warnings, self._gates = RowMessages(index), RowMessages(index), RowMessages(index, ", ")
        self._verdict = np.full(len(index), _ACCEPTED, np.int8)
        self._final = np.zeros(len(index), bool)
        self._blocks = RowMessages(index, ", ")
        self._overrides: dict[Any, OverrideDecision] = {}

    def add_reason(
        self, rows: pd.Index, reasons: pd.Series | None, effect: str, gate: str = "", *, final: bool = False
    ) -> None:
        """Add *reasons* against *rows*, None if others say it; a block outweighs a warning, a *final* one has no override."""
        if reasons is not None:
            (self._warnings if effect == "warn" else self._reasons).add(rows, reasons)
        self._gates.add(rows, gate)
        if effect != "warn":
            self._blocks.add(rows, gate)
        at = self._index.get_indexer(rows)
        self._verdict[at] = np.maximum(self._verdict[at], _WARNED if effect == "warn" else _REFUSED)
        self._final[at] |= final

    def apply_overrides(
        self, deals: pd.DataFrame, decide: Callable[[Any, tuple[str, ...]], OverrideDecision], requested: pd.Series
    ) -> None:
        """Override refused moves as *decide* says, which takes a row of Deals and the gates not passed.

        Only deals with something in the cells of an override, and those with a request (*requested*), are asked about.
        """
        typed = (deals["override_by"].str.strip() != "") | (deals["override_reason"].str.strip() != "")
        refused = (self._verdict == _REFUSED) & ~self._final & (typed | requested).to_numpy(bool)
        if not refused.any():
            return
        blocks = self._blocks.join_messages()
        for at in np.flatnonzero(refused).tolist():
            row = self._index[at]
            self._overrides[row] = decision = decide(row, _split_gate_ids(blocks[at]))
            if decision.granted:
                self._verdict[at] = _OVERRIDDEN
            for messages, said in ((self._reasons, decision.objection), (self._warnings, decision.note)):
                if said:
                    messages.add(self._index[[at]], said)

    def to_frame(self) -> pd.DataFrame:
        """Return verdict, reasons, warnings, gates, blocks (the gates that refuse it) and override as columns."""
        columns = {
            "verdict": _VERDICT_NAMES[self._verdict],
            "reasons": self._reasons.join_messages(),
            "warnings": self._warnings.join_messages(),
            "gates": self._gates.join_messages(),
            "blocks": self._blocks.join_messages(),
            "override": [self._overrides.get(row, NO_OVERRIDE) for row in self._index],
        }
        return pd.DataFrame(columns, index=self._index, dtype=object)


def _split_gate_ids(joined: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(gate for gate in str(joined).split(", ") if gate))


_UNKNOWN_GATE_CHECK = Text("there is no check “{is_}”; choose one from the list")
_UNKNOWN_GATE_EFFECT = Text("“{is_}” is not an effect; choose Block or Warn")


def make_gate_row_rule(checks: Mapping[str, GateCheck]) -> Rule:
    """Return the rule that checks the rows of Gates, given the available *checks*."""
    return Rule(
        "gate_row",
        Text("A gate that cannot be judged"),
        Text("The gate {gate} cannot be judged: {why}."),
        "block",
        partial(_find_wrong_gate_rows, checks),
        needs=("Gates",),
    )


def _find_wrong_gate_rows(checks: Mapping[str, GateCheck], pipeline: Pipeline) -> Iterable[RuleMatch]:
    index = pipeline["Gates"].index
    gates = {gate.row: gate for playbook in pipeline.playbooks.values() for gate in playbook.gates if gate.row}
    for row, gate in gates.items():
        for column, why in _check_gate_row(checks, pipeline, gate):
            is_ = str(pipeline["Gates"].at[row, column]) or BLANK_LABEL.in_(pipeline.language)
            facts = {"gate": gate.id, "why": why.in_(pipeline.language, is_=is_)}
            yield RuleMatch("Gates", index[index == row], column, facts)


def _check_gate_row(checks: Mapping[str, GateCheck], pipeline: Pipeline, gate: Gate) -> Iterator[GateFinding]:
    check = checks.get(gate.check)
    if check is None:
        yield "check", _UNKNOWN_GATE_CHECK
    elif misconfiguration := check.find_misconfiguration(pipeline, gate):
        yield misconfiguration
    if misplaced := find_bad_condition(pipeline, gate):
        yield misplaced
    if gate.effect not in CHOICES["effect"]:
        yield "effect", _UNKNOWN_GATE_EFFECT


GATE_CHECKS: Mapping[str, GateCheck] = MappingProxyType(
    {
        check.id: check
        for check in (
            FILLED, AT_LEAST, AT_MOST, ONE_OF, BEFORE_TODAY, TASK_DONE, ACTIVITY_WITHIN, QUOTE_IS, BANT_AT_LEAST,
            APPROVED_BY, CONTACT_IS, OBJECTIONS_CLOSED, ACTIVITY_OUTCOME, PAYMENT_RECEIVED,
        )
    }
)  # fmt: skip
"""All gate checks, by the id of the choice "check"."""

MOVE_RULES: tuple[MoveRule, ...] = (BACK_NEEDS_REASON, SKIP_ALLOWED)
"""The rules for every move."""

GATE_RULES: tuple[Rule, ...] = (make_gate_row_rule(GATE_CHECKS),)
"""The rule that finds the rows of Gates that cannot be used."""

_UNKNOWN_TARGET_STAGE = Text("There is no stage “{stage}” in the playbook {playbook}; {hint}")
_UNKNOWN_DEAL_PLAYBOOK = Text("There is no playbook “{playbook}”; {hint}")
_UNREADABLE_GATE = Text("The gate {gate} cannot be judged; correct its row in the sheet Gates.")
REQUIRED_TASKS = "required_tasks"
"""What History names when a move was refused or overridden because of a required task."""

_REQUIRED_TASK_OPEN = Text(
    "{stage}: the task “{task}” is required and not done. Do it, then tick it off in the sheet Tasks."
)
_REACH_UNKNOWN = Text("The gate may not be meant for this deal, but {what} is blank.")
_AT_PASSED_STAGE = Text("{stage}: {sentence}")


def judge_by_gates(pipeline: Pipeline, moves: pd.DataFrame, by: str = "") -> pd.DataFrame:
    """Judge *moves* (columns from, to, perhaps target; indexed as Deals) against the playbook of each deal; *by* runs it.

    Returns:
        verdict (accepted, warned, refused or overridden), reasons against the move and warnings (one sentence a line),
        gates (the ids of the gates that were not passed, separated by commas), blocks (those that refuse the move) and
        override (an OverrideDecision), indexed as *moves*.
    """
    deals, language = pipeline["Deals"].loc[moves.index], pipeline.language
    verdicts = MoveVerdicts(moves.index)
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    for playbook_id, rows in named.groupby(named, sort=False):
        playbook = pipeline.playbooks.get(str(playbook_id))
        if playbook is None:
            hint = suggest_names(str(playbook_id), pipeline.playbooks).in_(language)
            facts = {"playbook": playbook_id, "hint": hint}
            verdicts.add_reason(
                rows.index, write_sentences(_UNKNOWN_DEAL_PLAYBOOK, language, rows.index, facts), "block", final=True
            )
        else:
            _judge_in_playbook(pipeline, playbook, deals.loc[rows.index], moves.loc[rows.index], verdicts)
    target = moves["target"] if "target" in moves else moves["to"]

    def decide(row: Any, gates: tuple[str, ...]) -> OverrideDecision:
        return decide_override(pipeline, deals.loc[row].to_dict(), str(target[row]), gates, by)

    requested = fold_keys(deals["deal"]).isin(set(fold_keys(pipeline["Approvals"]["deal"])))
    verdicts.apply_overrides(deals, decide, requested)
    return verdicts.to_frame()


def _judge_in_playbook(
    pipeline: Pipeline, playbook: Playbook, deals: pd.DataFrame, moves: pd.DataFrame, verdicts: MoveVerdicts
) -> None:
    known = moves["to"].isin(playbook.by_name).to_numpy(bool)
    if not known.all():
        _note_unknown_stages(pipeline, playbook, moves.loc[~known, "to"], verdicts)
        deals, moves = deals[known], moves[known]
    crossings = find_stage_crossings(playbook, deals, moves)
    for rule in MOVE_RULES:
        holding = rule.judge(playbook, deals, crossings)
        rows = deals.index[~holding.is_met]
        if len(rows):
            verdicts.add_reason(
                rows, write_sentences(rule.missing, pipeline.language, rows, holding.facts), "block", rule.id
            )
    _judge_required_tasks(pipeline, playbook, deals, crossings, verdicts)
    named = pd.DataFrame({"deal": [], "stage": []}, dtype=object)  # whose tasks a refusal has named
    for gate in playbook.gates:
        if gate.stage in playbook.by_name:
            met = find_guarded_moves(playbook, gate, crossings)
            if met.any():
                guarded, of = (deals, crossings) if met.all() else (deals[met], crossings[met])
                rows = _judge_one_gate(pipeline, gate, guarded, of, verdicts, named)
                if _asks_for_tasks_before(gate) and gate.effect == "block":
                    stages = pd.DataFrame({"stage": sorted(find_stages_before_gate(pipeline, gate))})
                    named = pd.concat([named, deals.loc[rows, ["deal"]].merge(stages, how="cross")])


def list_passed_stages(pipeline: Pipeline, moves: pd.DataFrame) -> pd.DataFrame:
    """Return the stages that *moves* (columns from, to, playbook; indexed as Deals) leave or skip on their way onward.

    Returns:
        deal, playbook and to (the stage), one row for each stage, indexed as Deals.
    """
    found = []
    for playbook_id, rows in moves.groupby("playbook", sort=False):
        playbook = pipeline.playbooks.get(str(playbook_id))
        if playbook is None:
            continue
        rows = rows[rows["to"].isin(playbook.by_name)]
        deals = pipeline["Deals"].loc[rows.index]
        crossings = find_stage_crossings(playbook, deals, rows)
        for stage in playbook.stages:
            passed = _find_passing_moves(stage, crossings)
            if passed.any():
                found.append(deals.loc[passed, ["deal"]].assign(playbook=playbook_id, to=stage.name))
    return pd.concat(found) if found else pd.DataFrame({"deal": [], "playbook": [], "to": []}, dtype=object)


def _find_passing_moves(stage: Stage, crossings: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    onward = ~crossings["move"].isin(["lost", "back"]) & (stage.kind != "lost")
    passed: np.ndarray[Any, np.dtype[np.bool_]] = (
        onward & (crossings["since"] <= stage.position) & (crossings["at"] > stage.position)
    ).to_numpy(bool)
    return passed


def _judge_required_tasks(
    pipeline: Pipeline, playbook: Playbook, deals: pd.DataFrame, crossings: pd.DataFrame, verdicts: MoveVerdicts
) -> None:
    """Refuse moves past a stage whose required tasks are not done, unless a gate about tasks judges them."""
    tasks, language = pipeline["Tasks"], pipeline.language
    done = tasks[tasks["status"] == "done"]
    for task in playbook.tasks:
        stage = playbook.by_name.get(task.stage)
        if not task.required or stage is None:
            continue
        gated = _find_moves_with_task_gate(pipeline, playbook, stage, deals, crossings)
        passed = _find_passing_moves(stage, crossings) & ~gated
        if not passed.any():
            continue
        ticked = done.loc[(done["stage"] == stage.name) & (fold_keys(done["task"]) == fold_text(task.task)), "deal"]
        rows = deals.index[passed & ~deals["deal"].isin(ticked).to_numpy(bool)]
        if len(rows):
            facts = {"stage": stage.name, "task": task.task}
            verdicts.add_reason(
                rows, write_sentences(_REQUIRED_TASK_OPEN, language, rows, facts), "block", REQUIRED_TASKS
            )


def _find_moves_with_task_gate(
    pipeline: Pipeline, playbook: Playbook, stage: Stage, deals: pd.DataFrame, crossings: pd.DataFrame
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    # a gate that asks for the tasks of all stages before it may also only warn
    found = np.zeros(len(crossings), bool)
    for gate in playbook.gates:
        at = playbook.by_name.get(gate.stage)
        if not _asks_for_tasks_before(gate) or at is None or at.position <= stage.position:
            continue
        reach = find_gate_reach(pipeline, gate, deals)
        asked = (crossings["at"] >= at.position).to_numpy(bool)
        found |= asked if reach is None else asked & reach.applies
    return found


def _asks_for_tasks_before(gate: Gate) -> bool:
    return gate.check == TASK_DONE.id and not gate.subject.strip()


def _judge_one_gate(
    pipeline: Pipeline,
    gate: Gate,
    deals: pd.DataFrame,
    crossings: pd.DataFrame,
    verdicts: MoveVerdicts,
    named: pd.DataFrame,
) -> pd.Index:
    """Note which *deals* the gate holds, and return them; tasks of a deal's stages in *named* are not named again."""
    check = GATE_CHECKS.get(gate.check)
    if (
        check is None
        or check.find_misconfiguration(pipeline, gate) is not None
        or find_bad_condition(pipeline, gate) is not None
    ):
        sentences = write_sentences(_UNREADABLE_GATE, pipeline.language, deals.index, {"gate": gate.id})
        verdicts.add_reason(deals.index, sentences, gate.effect, gate.id)
        return deals.index[:0]
    reach = find_gate_reach(pipeline, gate, deals)
    holding = check.judge(pipeline, gate, deals)
    failed = ~holding.is_met if reach is None else ~holding.is_met & reach.applies
    entering = (crossings["to"] == gate.stage).to_numpy(bool)
    if _asks_for_tasks_before(gate) and len(named):
        tasks = pipeline["Tasks"]
        told = pd.MultiIndex.from_frame(tasks[["deal", "stage"]]).isin(pd.MultiIndex.from_frame(named))
        holding = check.judge(pipeline.with_tables(Tasks=tasks[~told]), gate, deals)
        verdicts.add_reason(deals.index[failed & holding.is_met], None, gate.effect, gate.id)
    said = failed & ~holding.is_met
    for passing, part in ((False, said & entering), (True, said & ~entering)):
        rows = deals.index[part]
        if len(rows):
            template = _make_reason_template(pipeline, check, gate, passing=passing)
            sentences = write_sentences(template, pipeline.language, rows, holding.facts)
            if reach is not None:
                sentences = _add_unknown_reach(pipeline, sentences, reach.blank[rows])
            verdicts.add_reason(rows, sentences, gate.effect, gate.id)
    return deals.index[failed]


def _add_unknown_reach(pipeline: Pipeline, sentences: pd.Series, blank: pd.Series) -> pd.Series:
    why = {name: _REACH_UNKNOWN.in_(pipeline.language, what=name) if name else "" for name in blank.unique()}
    joined = [
        join_sentences(sentence, why[name], pipeline.language) for sentence, name in zip(sentences, blank, strict=True)
    ]
    return pd.Series(joined, index=sentences.index, dtype=object)


def _make_reason_template(pipeline: Pipeline, check: GateCheck, gate: Gate, *, passing: bool) -> Text:
    # name a stage that the move only skips, so that the rep knows why it is checked
    language = pipeline.language
    remedy = _escape_braces(gate.remedy) if gate.remedy else check.remedy.template_in(language)
    sentence = TWO_SENTENCES.in_(language, first=check.missing.template_in(language), second=remedy)
    sentence = (
        _AT_PASSED_STAGE.in_(language, stage=_escape_braces(gate.stage), sentence=sentence) if passing else sentence
    )
    return GivenText(sentence, given=((language, sentence),))


def _escape_braces(text: str) -> str:
    # text that a person typed is not a template
    return text.replace("{", "{{").replace("}", "}}")


def _note_unknown_stages(pipeline: Pipeline, playbook: Playbook, stages: pd.Series, verdicts: MoveVerdicts) -> None:
    hint = suggest_for_each(stages, playbook.by_name, pipeline.language)
    facts = {"stage": stages, "playbook": playbook.id, "hint": hint}
    sentences = write_sentences(_UNKNOWN_TARGET_STAGE, pipeline.language, stages.index, facts)
    verdicts.add_reason(stages.index, sentences, "block", final=True)
