"""Early warnings: what may go wrong with an open deal. One rule a file; RULES is the order in which they are told."""

from __future__ import annotations

from xl_salesflow.model.rule import Rule
from xl_salesflow.rules.early import (
    bant_below,
    buyer_behind,
    close_past,
    concentration,
    discount_above,
    idle,
    no_decision_maker,
    no_next_step,
    no_prospect,
    one_contact,
    over_limit,
    pushed,
    quote_expiring,
    score_fallen,
    too_old,
)

RULES: tuple[Rule, ...] = (
    over_limit.RULE,
    idle.RULE,
    too_old.RULE,
    close_past.RULE,
    pushed.RULE,
    no_next_step.RULE,
    one_contact.RULE,
    no_decision_maker.RULE,
    no_prospect.RULE,
    buyer_behind.RULE,
    bant_below.RULE,
    quote_expiring.RULE,
    discount_above.RULE,
    concentration.RULE,
    score_fallen.RULE,
)
