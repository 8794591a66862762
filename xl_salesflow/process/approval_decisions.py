"""Approve or reject what waits on the sheet Approvals, and find decisions that do not count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from xl_salesflow.core.answers import list_json_rows
from xl_salesflow.core.approval_answers import ApprovalDecided, ApprovalsAnswer
from xl_salesflow.core.change_sets import ChangeSet, diff_pipelines
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch, split_written_list
from xl_salesflow.core.team_rights import join_people
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text, TextList, fold_text
from xl_salesflow.process.approval_requests import RequestRow, list_deciders, list_request_rows, may_decide
from xl_salesflow.process.gate_overrides import OVERRIDE_KIND
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.table_frames import fold_keys


@dataclass(frozen=True, slots=True)
class ApprovalChoice:
    """What a person decides: approve or reject the request with this *key*, and why."""

    key: str
    approves: bool
    reason: str = ""


def find_request_deals(pipeline: Pipeline, key: str) -> tuple[str, ...]:
    """Return the deal of the request *key*, in any case; none if there is no such request."""
    requests = pipeline["Approvals"]
    return tuple(requests.loc[fold_keys(requests["approval"]) == fold_text(key), "deal"])


def decide_request(pipeline: Pipeline, choice: ApprovalChoice, by: str) -> ChangeSet[ApprovalDecided]:
    """Return the change set that records the decision of *by*.

    Raises:
        UsageError: there is no such request, it does not wait, *by* may not decide it, or a rejection has no reason.
    """
    requests = pipeline["Approvals"]
    at = _find_waiting_row(pipeline, choice.key)
    row = list_request_rows(requests.loc[[at]])[0]
    person = _require_decider(pipeline, row, by)
    if not choice.approves and not choice.reason.strip():
        raise UsageError("A rejection needs a reason; give it with --reason.")
    status: Literal["approved", "rejected"] = "approved" if choice.approves else "rejected"
    requests = requests.copy()
    requests.loc[at, ["status", "decided_by", "reason"]] = [status, person, choice.reason.strip()]
    requests.loc[at, "decided"] = np.datetime64(pipeline.today, "s")
    now = pipeline.with_tables(Approvals=requests)
    if choice.approves and row["kind"] == OVERRIDE_KIND:
        now = _ask_for_stage_again(now, row)
    answer = ApprovalDecided(str(row["approval"]), str(row["deal"]), status, person)
    return diff_pipelines(pipeline, now, "approvals").with_answer(answer)


def _find_waiting_row(pipeline: Pipeline, key: str) -> int:
    requests = pipeline["Approvals"]
    found = requests.index[(fold_keys(requests["approval"]) == fold_text(key)).to_numpy(bool)]
    if found.empty:
        waiting = requests.loc[requests["status"] == "waiting", "approval"]
        raise UsageError("There is no request {key}; {hint}", key=key, hint=suggest_names(key, waiting))
    if requests.at[found[0], "status"] != "waiting":
        raise UsageError("The request {key} no longer waits for a decision.", key=requests.at[found[0], "approval"])
    return int(found[0])


def _require_decider(pipeline: Pipeline, request: RequestRow, by: str) -> str:
    people = list_deciders(pipeline, request)
    name = next((person for person in people if fold_text(person) == fold_text(by)), None)
    if name is None:
        raise UsageError(
            "{person} may not decide {key}, only: {people}. Run it with --as and your name.",
            person=by,
            key=request["approval"],
            people=TextList(people) if people else join_people(pipeline, people),
        )
    return name


def _ask_for_stage_again(pipeline: Pipeline, request: RequestRow) -> Pipeline:
    # with the setting that puts refused stages back, the cell no longer asks for the stage
    deals = pipeline["Deals"]
    back = (fold_keys(deals["deal"]) == fold_text(request["deal"])) & (deals["stage"] == deals["recorded_stage"])
    return pipeline.with_tables(Deals=deals.assign(stage=deals["stage"].mask(back, request["stage"])))


def select_waiting_requests(pipeline: Pipeline, person: str = "") -> pd.DataFrame:
    """Return the rows of Approvals that wait for a decision: all, or those that wait for *person*."""
    requests = pipeline["Approvals"]
    requests = requests[requests["status"] == "waiting"]
    if not person:
        return requests
    mine = requests["waits_for"].map(lambda names: fold_text(person) in map(fold_text, split_written_list(names)))
    return requests[mine.astype(bool)]


def answer_waiting_requests(pipeline: Pipeline, person: str = "") -> ApprovalsAnswer:
    """Return the requests that wait, of anybody or of *person*, as the answer of a verb."""
    return ApprovalsAnswer(tuple(list_json_rows(select_waiting_requests(pipeline, person))))


def _find_wrong_deciders(pipeline: Pipeline) -> Iterable[RuleMatch]:
    requests = pipeline["Approvals"]
    decided = requests[requests["status"].isin(["approved", "rejected"]) & requests["used"].isna()]
    people = {
        at: list_deciders(pipeline, row)
        for at, row in zip(decided.index, list_request_rows(decided), strict=True)
        if not may_decide(pipeline, row, row["decided_by"])
    }
    wrong = pd.Index(people)
    nobody = join_people(pipeline, ())
    facts = {
        "request": decided.loc[wrong, "approval"],
        "person": decided.loc[wrong, "decided_by"].replace("", nobody),
        "people": pd.Series([join_people(pipeline, people[at]) for at in wrong], index=wrong, dtype=object),
    }
    yield RuleMatch("Approvals", wrong, "decided_by", facts)


WRONG_DECIDER = Rule(
    "wrong_decider",
    Text("A decision by somebody without the right"),
    Text("The decision about {request} does not count: it names {person}, and these may decide: {people}."),
    "block",
    _find_wrong_deciders,
    needs=("Approvals",),
)


def _find_unknown_rights(pipeline: Pipeline) -> Iterable[RuleMatch]:
    team = pipeline["Team"]
    names = [name for column in ("gate", "stage") for name in pipeline["Gates"][column].unique() if name]
    names += [name for playbook in pipeline.playbooks.values() for name in playbook.by_name]
    known = {fold_text(name) for name in names}
    for at, written in team["may_override"].items():
        for item in split_written_list(written):
            if identify_choice(CHOICES["yes_no"], item) is None and fold_text(item) not in known:
                hint = suggest_names(item, dict.fromkeys(names)).in_(pipeline.language)
                yield RuleMatch("Team", pd.Index([at]), "may_override", {"name": item, "hint": hint})


UNKNOWN_RIGHT = Rule(
    "unknown_right",
    Text("A right for a gate or stage that does not exist"),
    Text("“{column}” names “{name}”, which is neither a gate nor a stage, Yes or No; {hint}"),
    "warn",
    _find_unknown_rights,
    needs=("Team",),
)

APPROVAL_RULES: tuple[Rule, ...] = (WRONG_DECIDER, UNKNOWN_RIGHT)
"""The rules about rights and decisions."""
