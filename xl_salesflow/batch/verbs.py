"""Which verbs a batch knows, and what may be said about each; jobs.py has what they do. Light enough for help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from xl_salesflow.errors import UsageError

OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "update": (),
        "check": ("repair",),
        "followups": ("owner", "format", "output"),
        "funnel": ("by",),
        "report": ("output",),
        "undo": ("run",),
    }
)
"""Verb → the names that ``--set NAME=VALUE`` takes."""


def options(verb: str, given: Iterable[str]) -> dict[str, str]:
    """Return what was *given* as NAME=VALUE for *verb*.

    Raises:
        UsageError: the verb has no such option; the nearest one is named.
    """
    told: dict[str, str] = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in OPTIONS[verb]:
            raise UsageError(*_unknown(verb, name))
        told[name] = value or "yes"
    return told


def _unknown(verb: str, name: str) -> tuple[str, str]:
    from xl_salesflow.model.nearest import nearest  # only for a mistake

    known = OPTIONS[verb]
    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"it has {', '.join(known)}." if known else "it has none."
    zh = f"是否指 {near}？" if near else f"可用：{'、'.join(known)}。" if known else "它没有选项。"
    return f"{verb} has no option {name}; {hint}", f"{verb} 没有选项 {name}；{zh}"
