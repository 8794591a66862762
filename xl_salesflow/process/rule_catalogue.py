"""List every rule in reporting order, and run the rules over a pipeline."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, Edit
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.rule_declarations import RowMessages, Rule, list_rule_findings, write_sentences
from xl_salesflow.locale.texts import LANGUAGES, Language, Text
from xl_salesflow.process.activity_rules import MAIL_WITHOUT_ANSWER, VISIT_WITHOUT_OUTCOME
from xl_salesflow.process.approval_decisions import APPROVAL_RULES
from xl_salesflow.process.cell_rules import (
    DOUBLED_KEY,
    FUTURE_DATE,
    HOLIDAYS_END,
    MISSING_CELL,
    NEGATIVE_MONEY,
    ORPHAN_NAME,
    UNKNOWN_CHOICE,
    WRONG_BANT_POINTS,
    WRONG_CUSTOMER_SCORE,
    WRONG_DATE_ORDER,
    WRONG_SHARE,
)
from xl_salesflow.process.commission_rules import COMMISSION_RULES
from xl_salesflow.process.customer_fit import WRONG_CRITERION
from xl_salesflow.process.deal_line_rules import UNPRICED_DEAL_LINE
from xl_salesflow.process.deal_rules import (
    AMOUNT_DIFFERS,
    CLOSED_WITHOUT_DATE,
    DISCOUNT_UNAPPROVED,
    LOST_WITHOUT_REASON,
    MISSING_EXCHANGE_RATE,
    QUOTE_NUMBER_GAP,
    TWO_PRIMARY_QUOTES,
    UNEXPLAINED_OVERRIDE,
    UNEXPLAINED_PROBABILITY,
    UNKNOWN_PLAYBOOK,
    UNKNOWN_STAGE,
)
from xl_salesflow.process.deal_warnings import (
    BANT_BELOW,
    BUYER_BEHIND,
    CLOSE_PAST,
    DISCOUNT_ABOVE,
    FORECAST_CONCENTRATION,
    IDLE_DEAL,
    NO_DECISION_MAKER,
    NO_NEXT_STEP,
    NO_PROSPECT,
    ONE_CONTACT,
    OVER_LIMIT,
    PUSHED_CLOSE,
    QUOTE_EXPIRING,
    SCORE_FALLEN,
    TOO_OLD,
    UNANSWERED,
)
from xl_salesflow.process.gate_judging import GATE_RULES
from xl_salesflow.process.history_rules import (
    BROKEN_HISTORY,
    BROKEN_SEAL,
    MISSING_STAGE_STAYS,
    UNSEALED_STAGE_STAYS,
    UNSIGNED_STAYS,
)
from xl_salesflow.process.instalment_plans import UNUSABLE_TERMS
from xl_salesflow.process.name_rules import NAME_RENAMED, OFF_LIST_VALUE, SPELLING_VARIANT, STAGE_RENAMED
from xl_salesflow.process.own_column_rules import OWN_COLUMN_RULES
from xl_salesflow.process.payment_reminders import UNUSABLE_REMINDER_DAYS
from xl_salesflow.process.payment_rules import PAYMENT_RULES
from xl_salesflow.process.pending_moves import MOVE_STATUS_RULES
from xl_salesflow.process.playbook_rules import PLAYBOOK_RULES
from xl_salesflow.process.process_review import REVIEW_RULES
from xl_salesflow.process.renewal_deals import UNKNOWN_RENEWAL_PLAYBOOK
from xl_salesflow.process.subscription_rules import SUBSCRIPTION_RULES
from xl_salesflow.schema.table_registry import TABLES

ROW_RULES: tuple[Rule, ...] = (
    DOUBLED_KEY,
    MISSING_CELL,
    UNKNOWN_STAGE,
    UNKNOWN_PLAYBOOK,
    UNKNOWN_CHOICE,
    OFF_LIST_VALUE,
    ORPHAN_NAME,
    SPELLING_VARIANT,
    STAGE_RENAMED,
    NAME_RENAMED,
    NEGATIVE_MONEY,
    WRONG_SHARE,
    WRONG_BANT_POINTS,
    WRONG_CUSTOMER_SCORE,
    WRONG_DATE_ORDER,
    FUTURE_DATE,
    VISIT_WITHOUT_OUTCOME,
    MAIL_WITHOUT_ANSWER,
    UNEXPLAINED_PROBABILITY,
    UNEXPLAINED_OVERRIDE,
    LOST_WITHOUT_REASON,
    CLOSED_WITHOUT_DATE,
    DISCOUNT_UNAPPROVED,
    TWO_PRIMARY_QUOTES,
    MISSING_EXCHANGE_RATE,
    AMOUNT_DIFFERS,
    QUOTE_NUMBER_GAP,
    HOLIDAYS_END,
    BROKEN_HISTORY,
    BROKEN_SEAL,
    MISSING_STAGE_STAYS,
    UNSEALED_STAGE_STAYS,
    UNSIGNED_STAYS,
    *APPROVAL_RULES,
    *REVIEW_RULES,
    *PAYMENT_RULES,
    *SUBSCRIPTION_RULES,
    *COMMISSION_RULES,
    UNKNOWN_RENEWAL_PLAYBOOK,
    UNPRICED_DEAL_LINE,
    UNUSABLE_TERMS,
    UNUSABLE_REMINDER_DAYS,
    WRONG_CRITERION,
    *OWN_COLUMN_RULES,
)

EARLY_WARNING_RULES: tuple[Rule, ...] = (
    OVER_LIMIT,
    IDLE_DEAL,
    TOO_OLD,
    CLOSE_PAST,
    PUSHED_CLOSE,
    NO_NEXT_STEP,
    ONE_CONTACT,
    NO_DECISION_MAKER,
    NO_PROSPECT,
    BUYER_BEHIND,
    BANT_BELOW,
    QUOTE_EXPIRING,
    DISCOUNT_ABOVE,
    FORECAST_CONCENTRATION,
    SCORE_FALLEN,
    UNANSWERED,
)

ALL_RULES: tuple[Rule, ...] = (*ROW_RULES, *PLAYBOOK_RULES, *GATE_RULES, *EARLY_WARNING_RULES)
"""Every declared rule, in reporting order."""


_CODE_SEPARATOR, _ADVICE_MARK = " · ", "→ "


def check_pipeline(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return all findings: about single cells, playbooks and rows."""
    found = [finding for rule in ROW_RULES for finding in list_rule_findings(pipeline, rule)]
    return (*pipeline.cell_findings, *find_playbook_findings(pipeline), *found)


def find_playbook_findings(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return everything that makes the sheets Stages, Gates and StageTasks unusable, all errors at once."""
    return tuple(finding for rule in (*PLAYBOOK_RULES, *GATE_RULES) for finding in list_rule_findings(pipeline, rule))


def find_unsealed_stays(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return the finding about stage stays without a seal; only the run that seals them reports it."""
    return tuple(list_rule_findings(pipeline, UNSEALED_STAGE_STAYS))


def list_finding_rows(findings: Iterable[Finding], language: Language) -> list[dict[str, str]]:
    """Return the rows of the sheet Findings, those that block first; people read rules and tables by their titles."""
    titles = {rule.id: rule.title for rule in (*ALL_RULES, *MOVE_STATUS_RULES)}
    return [
        {
            "severity": found.severity,
            "rule": titles[found.rule].in_(language) if found.rule in titles else found.rule,
            "table": TABLES[found.table].title.in_(language) if found.table in TABLES else found.table,
            "key": found.key,
            "deal_name": found.deal_name,
            "cell": found.cell,
            "message": found.message,
        }
        for found in sorted(findings, key=lambda found: ("block", "warn", "note").index(found.severity))
    ]


def word_early_warnings(pipeline: Pipeline) -> pd.Series:
    """Return the early warnings of every deal as text; "" if none.

    The first line has their codes, which is what a row of the sheet has room for; then comes each as a sentence, and
    the recommendation of the stage.
    """
    return find_early_warnings(pipeline)["warnings"]


def find_early_warnings(pipeline: Pipeline) -> pd.DataFrame:
    """Return the early warnings of every deal as text, and as a bit mask: 1 for the first rule, then 2, 4…"""
    deals = pipeline["Deals"]
    codes, messages = RowMessages(deals.index, _CODE_SEPARATOR), RowMessages(deals.index)
    marks = np.zeros(len(deals), dtype=np.int64)
    for place, rule in enumerate(EARLY_WARNING_RULES):
        for match in rule.find_matches(pipeline):
            messages.add(match.rows, write_sentences(rule.message, pipeline.language, match.rows, match.facts))
            codes.add(match.rows, _code_of(rule).in_(pipeline.language))
            marks |= np.where(deals.index.isin(match.rows), 1 << place, 0)
    warned = deals.index[messages.join_messages() != ""]
    messages.add(warned, _word_stage_advice(pipeline, warned))
    marked = np.where(marks == 0, np.nan, marks)
    lines = codes.join_messages()
    text = np.where(lines == "", "", lines + "\n" + messages.join_messages())
    return pd.DataFrame({"warnings": text, "warned": marked}, index=deals.index)


def _code_of(rule: Rule) -> Text:
    return rule.code or rule.title


def list_warning_sentences(text: str) -> list[str]:
    """Return the sentences of a cell of the column Warnings: without its codes and without the recommendation."""
    lines = [line for line in text.splitlines() if line and not line.startswith(_ADVICE_MARK)]
    known = {_code_of(rule).in_(language) for rule in EARLY_WARNING_RULES for language in LANGUAGES}
    # a workbook of an earlier version has no codes until it is updated
    return lines[1:] if lines and known.issuperset(lines[0].split(_CODE_SEPARATOR)) else lines


def write_early_warnings(pipeline: Pipeline) -> ChangeSet:
    """Return the change set that writes the early warnings of every deal."""
    deals, found = pipeline["Deals"], find_early_warnings(pipeline)
    return ChangeSet(
        edits=tuple(
            Edit("Deals", column_id, deals["deal"], deals[column_id], found[column_id], "update")
            for column_id in ("warnings", "warned")
        )
    )


def match_early_warnings(pipeline: Pipeline) -> dict[str, pd.Series]:
    """Return for every early warning, by its id, which rows of Deals it applies to."""
    deals = pipeline["Deals"]
    found = {rule.id: [match.rows for match in rule.find_matches(pipeline)] for rule in EARLY_WARNING_RULES}
    return {
        rule_id: pd.Series(np.isin(deals.index, np.concatenate([[], *rows])), index=deals.index)
        for rule_id, rows in found.items()
    }


def _word_stage_advice(pipeline: Pipeline, rows: pd.Index) -> pd.Series:
    deals = pipeline["Deals"].loc[rows]
    advice = {
        (playbook_id, stage.name): f"{_ADVICE_MARK}{stage.action}"
        for playbook_id, playbook in pipeline.playbooks.items()
        for stage in playbook.stages
        if stage.action
    }
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    pairs = zip(named, deals["recorded_stage"], strict=True)
    return pd.Series([advice.get(pair, "") for pair in pairs], index=rows, dtype=object)
