"""What may keep the add-in from working: one file for each pain that users of such add-ins have, each with its remedy.

Everything is looked at from outside, so that the doctor can be asked when nothing starts any more.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from xl_salesflow.excel.addin.doctor import (
    cloud,
    current,
    disabled,
    editing,
    installed,
    interpreter,
    libraries,
    mac_permission,
    mac_script,
    many_calls,
    modules_beside,
    no_xlwings,
    policy,
    sheets,
    stale_functions,
    trust,
)
from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.model.text import Text

__all__ = ["PAINS", "Case", "Diagnosis", "diagnose", "environment"]

PAINS: tuple[Pain, ...] = tuple(
    module.PAIN
    for module in (
        no_xlwings,
        installed,
        current,
        interpreter,
        libraries,
        modules_beside,
        mac_script,
        mac_permission,
        trust,
        policy,
        disabled,
        editing,
        cloud,
        sheets,
        stale_functions,
        many_calls,
    )
)
"""In the order in which to mend them."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One check: well, or what is wrong and the remedy."""

    check: str
    well: bool
    says: Text


def diagnose(case: Case) -> list[Diagnosis]:
    """Return what every pain's look came to, in the order in which to mend them."""
    looked = [(pain, pain.look(case)) for pain in PAINS]
    return [
        Diagnosis(pain.id, problem is None, problem or pain.well)
        for pain, problem in looked
        if problem is not ELSEWHERE
    ]


def environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ
