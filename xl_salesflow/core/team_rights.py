"""Who on the sheet Team may do what: let a deal pass a gate, approve a discount, switch playbooks, record history.

A right is in use as soon as somebody active has an entry in its column; then only those may who are entered. Until then,
anybody on the sheet Team may let a deal of others pass, and anybody may switch playbooks and record history. Nobody
approves what is their own, by whatever spelling, nor by a second row on the sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from xl_salesflow.core.deal_standing import DISCOUNT_TOLERANCE, look_up_discount_limits
from xl_salesflow.core.person_identity import list_active_people, list_people_besides
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import split_written_list
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import COMMA_SEPARATOR, Text, TextList, fold_text
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.plain_values import is_missing

NOBODY_NAMED = Text("nobody", context="instead of a list of people")


def is_right_in_use(pipeline: Pipeline, right: str) -> bool:
    """Return whether somebody active has an entry in the column *right* of the sheet Team."""
    return any(str(row[right]).strip() for row in list_active_people(pipeline))


def find_team_member(pipeline: Pipeline, person: str) -> str | None:
    """Return the name of an active person as the sheet Team has it, or None."""
    folded = fold_text(person)
    return next(
        (str(row["person"]) for row in list_active_people(pipeline) if fold_text(row["person"]) == folded), None
    )


def list_people_with_right(pipeline: Pipeline, right: str) -> tuple[str, ...]:
    """Return the active people who have the right *right* by the sheet Team."""
    return tuple(str(row["person"]) for row in list_active_people(pipeline) if row[right] == "yes")


def has_right(pipeline: Pipeline, right: str, person: str) -> bool:
    """Return whether *person* has the right *right*; while it is not in use, everybody does."""
    people = map(fold_text, list_people_with_right(pipeline, right))
    return not is_right_in_use(pipeline, right) or fold_text(person) in people


def require_right(pipeline: Pipeline, right: str, person: str) -> None:
    """Raise UsageError if the right *right* is in use and *person* does not have it."""
    if not has_right(pipeline, right, person):
        people = list_people_with_right(pipeline, right)
        raise UsageError(
            "{person} may not do this by the sheet Team, only: {people}. Ask them, or run it with --as and your name.",
            person=person,
            people=TextList(people or (NOBODY_NAMED,)),
        )


def list_overriders(pipeline: Pipeline, owner: str, gates: Iterable[str], stage: str, amount: float) -> tuple[str, ...]:
    """Return who may let a deal of *owner* enter *stage* although it does not pass *gates*; never the owner.

    The column May override lists gates or stages, or says yes or no. The limit is compared with the deal's *amount*, and a deal
    without an amount is above every limit.
    """
    others = list_people_besides(pipeline, owner)
    if not is_right_in_use(pipeline, "may_override"):
        return tuple(str(row["person"]) for row in others)
    guarded = {gate: {fold_text(gate), fold_text(stage), *_find_gate_stages(pipeline, gate)} for gate in gates}
    return tuple(
        str(row["person"])
        for row in others
        if (is_missing(row["override_limit"]) or amount <= row["override_limit"]) and _covers_gates(row, guarded)
    )


def list_discount_approvers(pipeline: Pipeline, owner: str, share: float) -> tuple[str, ...]:
    """Return who may approve a discount of *share* on a quote of *owner*; never the owner."""
    people = pd.Series([row["person"] for row in list_people_besides(pipeline, owner)], dtype=object)
    enough = look_up_discount_limits(pipeline, people) >= share - DISCOUNT_TOLERANCE
    return tuple(people[enough])


def _find_gate_stages(pipeline: Pipeline, gate: str) -> set[str]:
    gates = pipeline["Gates"]
    return set(map(fold_text, gates.loc[gates["gate"] == gate, "stage"]))


def _covers_gates(row: Mapping[str, Any], guarded: Mapping[str, set[str]]) -> bool:
    items = split_written_list(str(row["may_override"]))
    answer = identify_choice(CHOICES["yes_no"], items[0]) if items else "no"
    if answer is not None:
        return answer == "yes"
    listed = {fold_text(item) for item in items}
    return all(names & listed for names in guarded.values())


def join_people(pipeline: Pipeline, people: Iterable[str]) -> str:
    """Return names as one text; "nobody" if there are none."""
    return COMMA_SEPARATOR.in_(pipeline.language).join(people) or NOBODY_NAMED.in_(pipeline.language)
