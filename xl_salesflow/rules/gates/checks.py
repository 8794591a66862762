"""Every kind of check, by the id of the choice "check"."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.model.gate import GateCheck
from xl_salesflow.rules.gates import (
    activity_within,
    approved_by,
    at_least,
    at_most,
    bant_at_least,
    before_today,
    filled,
    one_of,
    quote_is,
    task_done,
)

CHECKS: Mapping[str, GateCheck] = MappingProxyType(
    {
        module.CHECK.id: module.CHECK
        for module in (
            filled, at_least, at_most, one_of, before_today, task_done, activity_within, quote_is, bant_at_least,
            approved_by,
        )
    }
)  # fmt: skip
