"""What the sheets Flow and Flow deals show: the answer of the verb flow as the rows of two tables.

The period and the dropdowns of the Funnel apply; without a first day, the period is the quarter of the as-of date up to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from xl_salesflow.core.flow_answers import FLOW_STEPS, SIGNED_FLOW_STEPS, FlowAnswer, FlowDeal
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.readings.pipeline_flow import FlowRequest, answer_flow
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_LISTED_STEPS = (*SIGNED_FLOW_STEPS, "moved_stage")
_SHOWN_STEPS = ("opening", *SIGNED_FLOW_STEPS, "closing", "moved_stage")
_CHANGED_COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("raised", "lowered"), "amount"),
    **dict.fromkeys(("pulled_in", "pushed_out"), "close"),
    "moved_stage": "stage",
}
"""Step → the column whose values before and after it are listed."""

_OPENING_TEXT = Text(
    "Open deals on the evening before {day}, as far as they are expected to close by {by} or have no expected close"
)
_CLOSING_TEXT = Text(
    "Open deals on the evening of {day}, as far as they are expected to close by {by} or have no expected close"
)
_RECORDED_TEXT = Text("{definition}. Changes of {count} of these deals are recorded only from {day} on")


def make_flow_tables(pipeline: Pipeline) -> dict[str, pd.DataFrame]:
    """Return the rows of the tables FlowSteps and FlowDeals."""
    answer, language = answer_flow(pipeline, find_flow_request(pipeline)), pipeline.language
    steps, deals = list(_list_steps(answer, language)), list(_list_flow_deals(answer))
    return {
        "FlowSteps": make_table_frame(TABLES["FlowSteps"], steps),
        "FlowDeals": make_table_frame(TABLES["FlowDeals"], deals),
    }


def find_flow_request(pipeline: Pipeline) -> FlowRequest:
    """Return what the sheet asks for: the period of the Funnel as far as it is over by the as-of date."""
    query = pipeline.query
    end = min(query.end or pipeline.as_of, pipeline.as_of)
    return FlowRequest(query.start if query.start and query.start <= end else None, end)


def _list_steps(answer: FlowAnswer, language: Language) -> Iterator[dict[str, Any]]:
    """Yield a row per step; of the columns of the chart, each begins where the one before ended."""
    level = round(answer.steps.opening.value * 100)
    for step in _SHOWN_STEPS:
        bar = getattr(answer.steps, step)
        row = {"step": step, "count": bar.count, "value": bar.value, "meaning": _define_step(answer, step, language)}
        sign, cents = SIGNED_FLOW_STEPS.get(step), round(bar.value * 100)
        if step in ("opening", "closing"):
            row["end"] = bar.value
        elif sign:
            low, high = sorted((level, level + sign * cents))
            low, level = max(low, 0), level + sign * cents
            row |= {"gain" if sign > 0 else "drop": max(high - low, 0) / 100, "base": low / 100}
        yield row


def _define_step(answer: FlowAnswer, step: str, language: Language) -> str:
    if step == "closing":
        return _CLOSING_TEXT.in_(language, day=answer.to.isoformat(), by=answer.expected_by.isoformat())
    if step != "opening":
        return FLOW_STEPS[step][1].in_(language)
    text = _OPENING_TEXT.in_(language, day=answer.from_.isoformat(), by=answer.expected_by.isoformat())
    if answer.known_since is None:
        return text
    return _RECORDED_TEXT.in_(
        language, definition=text, count=f"{answer.not_recorded:,}", day=answer.known_since.isoformat()
    )


def _list_flow_deals(answer: FlowAnswer) -> Iterator[dict[str, Any]]:
    for step in _LISTED_STEPS:
        for deal in getattr(answer.steps, step).deals:
            yield {"step": step, **_describe_deal(deal, _CHANGED_COLUMNS.get(step))}


def _describe_deal(deal: FlowDeal, changed: str | None) -> dict[str, Any]:
    row = {"deal": deal.deal, "name": deal.name, "account": deal.account, "owner": deal.owner, "value": deal.value}
    return row | {f"{changed}_before": deal.before, f"{changed}_after": deal.after} if changed else row
