"""What share and collect say about the workbooks of people, each as a finding that names the file and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from xl_salesflow.core.pipelines import Finding
from xl_salesflow.errors import WorkbookError
from xl_salesflow.locale.texts import Language, Text

SHARE_MESSAGES: Mapping[str, tuple[str, Text]] = MappingProxyType(
    {
        "share_uncollected": (
            "warn",
            Text(
                "{file} has changes that were not collected; it is left as it is. Run salesflow collect first, then share again."
            ),
        ),
        "share_in_the_way": (
            "warn",
            Text("{file} is there already and was not shared from this workbook; move it away, then share again."),
        ),
        "share_own_columns": (
            "note",
            Text("{file}: the columns {columns}, which {person} has added, are in its backup and not in the new file."),
        ),
        "share_left_over": (
            "note",
            Text(
                "{file} is left as it is: {person} is no longer active on the sheet Team. Collect it, then delete it."
            ),
        ),
        "share_unowned": (
            "note",
            Text(
                "{count} {count:deal|deals}, such as {name}, {count:is|are} in nobody's workbook: their owner is "
                "not active on the sheet Team."
            ),
        ),
        "share_unnumbered": (
            "note",
            Text(
                "{count} {count:row has|rows have} no number yet and {count:is|are} in nobody's workbook; run "
                "salesflow update first."
            ),
        ),
        "collect_missing": ("note", Text("{file} is not there; nothing of {person} was collected.")),
        "collect_foreign": (
            "warn",
            Text(
                "{file} was not shared from this workbook, or too long ago, and is left out. "
                "If it is a copy of it, use salesflow merge with --base."
            ),
        ),
        "collect_older": (
            "note",
            Text("{file} was shared before {person} got a newer one; it was compared with what was shared then."),
        ),
        "collect_setup": (
            "warn",
            Text(
                "{file}: {count} {count:change|changes} on {sheets} {count:is|are} not taken over; that is set up "
                "in the main workbook only. "
                "They are gone when it is shared again."
            ),
        ),
        "collect_held": (
            "warn",
            Text(
                "{file}: the record or the set-up was changed by hand, so its stage moves are only typed; "
                "the gates judge them at the next update."
            ),
        ),
        "collect_kept": (
            "note",
            Text("{file}: {sheet} {key} was deleted there and stays, because rows of others need it."),
        ),
        "collect_unread": ("warn", Text("{file}, {what}")),
    }
)
"""Rule → severity and message."""


def make_share_finding(rule: str, language: Language, **facts: Any) -> Finding:
    """Return the finding *rule* about a file."""
    severity, message = SHARE_MESSAGES[rule]
    return Finding(rule, severity, message.in_(language, **facts))


def make_unreadable_finding(verb: str, error: WorkbookError, language: Language) -> Finding:
    """Return the finding that a file cannot be read or saved, in the words of *error*."""
    return Finding(f"{verb}_unreadable", "block", error.in_(language))
