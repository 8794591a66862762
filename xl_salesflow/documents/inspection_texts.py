"""The texts of the deal inspection, by id; the screen shares some of them with the page."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.locale.texts import Text

INSPECTION_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "inspection": Text("Deal inspection"),
        "inspection_total": Text(
            "{count} open {count:deal|deals} worth {value}: {changed} changed since {since}, {warned} with warnings."
        ),
        "inspection_scope": Text("expected to close by {day}, or without an expected close"),
        "inspection_nothing": Text("No open deal is expected to close by {day}."),
        "inspection_owner": Text("{count} {count:deal|deals} · {value}"),
        "inspection_new": Text("new"),
        "inspection_reopened": Text("open again, before {stage}"),
        "inspection_pace": Text(
            "{days} {days:day|days} in {stage}, usually {usual} (longer than {rank} of {count} won deals)"
        ),
        "inspection_pace_alone": Text("{days} {days:day|days} in {stage}"),
        "inspection_step": Text("{step} ({day})"),
        "inspection_amounts": Text("Amounts: {amounts}"),
        "inspection_amount_from": Text("{amount} from {day}"),
        "inspection_changes": Text("Changes", context="document"),
        "inspection_time": Text("Time in stage"),
        "inspection_missing": Text("Missing persons"),
        "inspection_filters": Text("Filters"),
        "all_owners": Text("All owners"),
        "all_stages": Text("All stages"),
        "changed_only": Text("Changed only"),
        "warned_only": Text("With warnings only"),
        "inspection_shown": Text("{shown} of {count} deals shown"),
    }
)
