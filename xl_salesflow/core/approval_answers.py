"""The answers about requests that wait for a decision, and about the seals of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from xl_salesflow.core.answers import Answer, JsonCell, KeyedBy


@dataclass(frozen=True)
class ApprovalsAnswer(Answer):
    """The requests that wait for a decision."""

    approvals: tuple[Annotated[Mapping[str, JsonCell], KeyedBy("table Approvals")], ...]
    """Rows of the sheet Approvals."""


@dataclass(frozen=True)
class ApprovalDecided(Answer):
    """A request that somebody approved or rejected."""

    approval: str
    """Key of the request."""
    deal: str
    """The deal it is about."""
    status: Literal["approved", "rejected"]
    """The decision."""
    decided_by: str
    """Who decided."""


@dataclass(frozen=True)
class SealedStays(Answer):
    """How many stage stays of History are sealed and signed."""

    stays: int
    """Rows of History."""
    sealed: int
    """Those with a seal."""
    signed: int
    """Those with a signature."""
    broken: int
    """Those whose seal or signature does not fit their contents."""
    key_known: bool
    """Whether the run knew a key (SALESFLOW_KEY); without one, signatures are not checked."""
