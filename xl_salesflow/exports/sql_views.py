"""Views of the metrics in SQL, so that a program for charts can slice them: the same text for SQLite and DuckDB.

A view counts all deals as they stand today; the table Metrics and those beside it hold the numbers of the managers' sheets, for
the deals in view there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

_OUTCOMES = """
       SUM(CASE WHEN outcome = 'won' THEN 1 ELSE 0 END) AS won_count,
       ROUND(SUM(CASE WHEN outcome = 'won' THEN amount END), 2) AS won_value,
       SUM(CASE WHEN outcome = 'lost' THEN 1 ELSE 0 END) AS lost_count,
       ROUND(SUM(CASE WHEN outcome = 'lost' THEN amount END), 2) AS lost_value,
       SUM(CASE WHEN outcome = 'open' THEN 1 ELSE 0 END) AS open_count,
       ROUND(SUM(CASE WHEN outcome = 'open' THEN amount END), 2) AS open_value,
       1.0 * SUM(CASE WHEN outcome = 'won' THEN 1 ELSE 0 END)
           / NULLIF(SUM(CASE WHEN outcome IN ('won', 'lost') THEN 1 ELSE 0 END), 0) AS win_rate
"""

VIEWS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "outcome_totals": ("Deals", f"SELECT COUNT(*) AS deal_count, {_OUTCOMES} FROM Deals"),
        **{
            f"outcomes_by_{column}": (
                "Deals", f"SELECT {column}, COUNT(*) AS deal_count, {_OUTCOMES} FROM Deals GROUP BY {column}"
            )
            for column in ("owner", "product", "source", "region", "sales_channel", "playbook")
        },
        "open_deals_by_stage": (
            "Deals",
            "SELECT playbook, recorded_stage AS stage, COUNT(*) AS open_count, ROUND(SUM(amount), 2) AS open_value, "
            "ROUND(SUM(weighted_value), 2) AS weighted_value FROM Deals WHERE outcome = 'open' "
            "GROUP BY playbook, recorded_stage",
        ),
        "open_deals_by_month": (
            "Deals",
            "SELECT SUBSTR(CAST(expected_close AS VARCHAR), 1, 7) AS month, COUNT(*) AS open_count, "
            "ROUND(SUM(amount), 2) AS open_value, ROUND(SUM(weighted_value), 2) AS weighted_value "
            "FROM Deals WHERE outcome = 'open' GROUP BY SUBSTR(CAST(expected_close AS VARCHAR), 1, 7)",
        ),
        "closed_deals_by_month": (
            "Deals",
            f"SELECT SUBSTR(CAST(closed AS VARCHAR), 1, 7) AS month, {_OUTCOMES} FROM Deals "
            "WHERE outcome IN ('won', 'lost') GROUP BY SUBSTR(CAST(closed AS VARCHAR), 1, 7)",
        ),
        "loss_reasons": (
            "Deals",
            "SELECT loss_reason, COUNT(*) AS lost_count, ROUND(SUM(amount), 2) AS lost_value FROM Deals "
            "WHERE outcome = 'lost' GROUP BY loss_reason",
        ),
        "stage_moves": (
            "History",
            'SELECT playbook, stage, move, COUNT(*) AS move_count, ROUND(SUM(amount), 2) AS "value" FROM History '
            "WHERE move IS NOT NULL GROUP BY playbook, stage, move",
        ),
        "activities_by_owner": (
            "Activities",
            'SELECT "by" AS owner, type, outcome, COUNT(*) AS activity_count FROM Activities '
            'GROUP BY "by", type, outcome',
        ),
    }
)  # fmt: skip
"""Each view by name: the table that it reads, and its query."""


def list_view_statements(tables: Iterable[str]) -> Iterator[str]:
    """Yield the statement that creates each view whose table is among *tables*."""
    present = set(tables)
    for name, (table, query) in VIEWS.items():
        if table in present:
            yield f"CREATE VIEW {name} AS {query}"
