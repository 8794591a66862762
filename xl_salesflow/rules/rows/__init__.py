"""Row checks: what is wrong with which row. One rule a file; RULES is the order in which they speak."""

from __future__ import annotations

from xl_salesflow.model.rule import Rule
from xl_salesflow.rules.rows import (
    broken_history,
    date_order,
    doubled_keys,
    future_dates,
    lost_without_reason,
    missing_cells,
    negative_money,
    orphans,
    points_range,
    score_range,
    share_range,
    unexplained_override,
    unexplained_probability,
    unknown_choice,
    unknown_playbook,
    unknown_stage,
)

RULES: tuple[Rule, ...] = (
    doubled_keys.RULE,
    missing_cells.RULE,
    unknown_stage.RULE,
    unknown_playbook.RULE,
    unknown_choice.RULE,
    orphans.RULE,
    negative_money.RULE,
    share_range.RULE,
    points_range.RULE,
    score_range.RULE,
    date_order.RULE,
    future_dates.RULE,
    unexplained_probability.RULE,
    unexplained_override.RULE,
    lost_without_reason.RULE,
    broken_history.RULE,
)
