"""Decide whether a refused move may pass all the same: by an override of somebody with the right, or by an approved request.

An override by the deal's owner, by somebody whom the sheet Team does not know or who has no right leaves the move refused,
and is asked of those who may. Without anybody on the sheet Team, anybody but the owner may let a deal pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xl_salesflow.core.person_identity import is_same_person, list_active_people
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import split_written_list
from xl_salesflow.core.team_rights import (
    find_team_member,
    is_right_in_use,
    join_people,
    list_overriders,
)
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.table_frames import fold_keys

OVERRIDE_KIND = "override"


@dataclass(frozen=True, slots=True)
class OverrideDecision:
    """Whether an override is granted: by whom, why, and by which request (*approval*).

    If it is not, *objection* says so, and *waits_for* names who may grant it, if it is asked for. *note* is what to know about
    a granted one.
    """

    granted: bool = False
    by: str = ""
    why: str = ""
    approval: str = ""
    objection: str = ""
    note: str = ""
    waits_for: tuple[str, ...] = ()


NO_OVERRIDE = OverrideDecision()

_HALF_OVERRIDE = Text("An override needs both a person and a reason; fill in Override by and Override reason.")
_OWNER_OVERRIDES = Text("{person} owns the deal and cannot let it pass.")
_UNKNOWN_OVERRIDES = Text("The sheet Team has no active person “{person}” who could let it pass.")
_NOT_ENTITLED = Text("{person} may not let the deal pass by the sheet Team.")
_RUN_BY_OTHER = Text("{by} cannot override for {person}.")
_OVERRIDE_WAITS = Text("The override waits for: {people}.")
_NOBODY_ENTITLED = Text("Nobody on the sheet Team may let it pass; enter the right in the column May override.")
_NO_RIGHTS_GIVEN = Text(
    "Nobody has an entry in the column May override of the sheet Team, so anybody on it but the owner may let a deal pass."
)
_OVERRIDE_REJECTED = Text("{person} rejected the override: {why}")
_NAME_SOMEBODY = Text("Name somebody else in Override by.")


def decide_override(
    pipeline: Pipeline, deal: Mapping[str, Any], stage: str, gates: tuple[str, ...], by: str
) -> OverrideDecision:
    """Return the decision about a refused move of *deal* (a row of Deals) to *stage* that does not pass *gates*; *by* runs it."""
    person, why = str(deal["override_by"]).strip(), str(deal["override_reason"]).strip()
    entitled = list_overriders(pipeline, str(deal["owner"]), gates, stage, deal["amount"])
    requests = find_override_requests(pipeline, str(deal["deal"]), stage)
    approved = _find_approved_request(requests, gates, entitled)
    if approved is not None:
        return OverrideDecision(True, approved["decided_by"], approved["why"], approved["approval"])
    in_use = is_right_in_use(pipeline, "may_override")
    if not why or not (person or in_use):
        return OverrideDecision(objection=_HALF_OVERRIDE.in_(pipeline.language) if person or why else "")
    if not list_active_people(pipeline):
        return _decide_without_team(pipeline, deal, person, why)
    named = next((name for name in entitled if fold_text(name) == fold_text(person)), "")
    if named and (not in_use or _may_run_for(pipeline, by, named, entitled)):
        note = "" if in_use else _NO_RIGHTS_GIVEN.in_(pipeline.language)
        return OverrideDecision(True, named, why, note=note)
    rejected = _find_rejected_request(requests, gates, why)
    if rejected is not None:
        facts = {"person": rejected["decided_by"], "why": rejected["reason"]}
        return OverrideDecision(objection=_OVERRIDE_REJECTED.in_(pipeline.language, **facts))
    waits_for = (named,) if named else entitled
    said = _word_objection(pipeline, deal, person, by, waits_for)
    return OverrideDecision(why=why, objection=said, waits_for=waits_for)


def _decide_without_team(pipeline: Pipeline, deal: Mapping[str, Any], person: str, why: str) -> OverrideDecision:
    if not is_same_person(person, str(deal["owner"])):
        return OverrideDecision(True, person, why)
    said = (_OWNER_OVERRIDES.in_(pipeline.language, person=person), _NAME_SOMEBODY.in_(pipeline.language))
    return OverrideDecision(objection="\n".join(said))


def _may_run_for(pipeline: Pipeline, by: str, person: str, entitled: Sequence[str]) -> bool:
    # somebody of the team types the name of another one; a system account that the team does not know says nothing
    runner = find_team_member(pipeline, by)
    return runner is None or is_same_person(runner, person) or runner in entitled


def _find_approved_request(
    requests: pd.DataFrame, gates: tuple[str, ...], entitled: Sequence[str]
) -> dict[str, Any] | None:
    allowed = set(map(fold_text, entitled))
    for row in requests[(requests["status"] == "approved") & requests["used"].isna()].to_dict("records"):
        if set(gates) <= set(split_written_list(row["gates"])) and fold_text(row["decided_by"]) in allowed:
            return {str(key): value for key, value in row.items()}
    return None


def _find_rejected_request(requests: pd.DataFrame, gates: tuple[str, ...], why: str) -> dict[str, Any] | None:
    for row in requests[(requests["status"] == "rejected") & (requests["why"] == why)].to_dict("records"):
        if set(split_written_list(row["gates"])) == set(gates):
            return {str(key): value for key, value in row.items()}
    return None


def find_override_requests(pipeline: Pipeline, deal: str, stage: str) -> pd.DataFrame:
    """Return the requests to let *deal* enter *stage*."""
    requests = pipeline["Approvals"]
    if requests.empty:
        return requests
    same = (fold_keys(requests["deal"]) == fold_text(deal)) & (fold_keys(requests["stage"]) == fold_text(stage))
    return requests[same & (requests["kind"] == OVERRIDE_KIND)]


def _word_objection(
    pipeline: Pipeline, deal: Mapping[str, Any], person: str, by: str, waits_for: tuple[str, ...]
) -> str:
    language, said = pipeline.language, []
    if person in waits_for:
        said.append(_RUN_BY_OTHER.in_(language, by=by, person=person))
    elif is_same_person(person, str(deal["owner"])):
        said.append(_OWNER_OVERRIDES.in_(language, person=person))
    elif person:
        text = _NOT_ENTITLED if find_team_member(pipeline, person) else _UNKNOWN_OVERRIDES
        said.append(text.in_(language, person=person))
    if not is_right_in_use(pipeline, "may_override"):
        said.append(_NO_RIGHTS_GIVEN.in_(language))
    waiting = _OVERRIDE_WAITS.in_(language, people=join_people(pipeline, waits_for))
    return "\n".join([*said, waiting if waits_for else _NOBODY_ENTITLED.in_(language)])
