"""A lead as a value: what somebody told about themselves, in the fields of the form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType

from xl_salesflow.locale.texts import Text


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead; a blank is "". *place* says where it comes from, for findings; "" for the command line."""

    company: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""
    title: str = ""
    website: str = ""
    region: str = ""
    source: str = ""
    product: str = ""
    amount: float | None = None
    name: str = ""
    need: str = ""
    notes: str = ""
    owner: str = ""
    received: date | None = None
    place: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the fields that are needed and blank: who it is, and a way to answer."""
        blank = [name for name in ("company", "contact") if not getattr(self, name)]
        return (*blank, *(() if self.email or self.phone else ("email",)))

    def digest(self) -> str:
        """Return the mark of what was told, by which the same lead is recognised wherever it comes from."""
        told = {name: str(getattr(self, name) or "") for name in LEAD_FIELDS}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:_MARK_LENGTH]


_MARK_LENGTH = 16

LEAD_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "company": Text("Company", context="lead"),
        "contact": Text("Your name", context="lead"),
        "email": Text("E-mail"),
        "phone": Text("Phone"),
        "title": Text("Job title", context="lead"),
        "website": Text("Website"),
        "region": Text("Region"),
        "source": Text("How did you hear of us?", context="lead"),
        "product": Text("Product"),
        "amount": Text("Budget"),
        "name": Text("What is it about?", context="lead"),
        "need": Text("What do you need?", context="lead"),
        "notes": Text("Notes"),
        "owner": Text("Owner"),
        "received": Text("Received on", context="lead"),
    }
)
"""Field → its label on the form."""

LEAD_FIELDS = tuple(one.name for one in fields(Lead) if one.name != "place")
