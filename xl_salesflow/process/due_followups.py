"""List the deals that need a follow-up, one line each, as frame, document and findings.

The lines of an owner are sorted by priority; golden customers first; working days late, capped at 30 so that
long-abandoned deals do not bury those that became late last week; value; deal number, so that the order is stable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.answers import list_json_rows
from xl_salesflow.core.change_sets import ChangeSet, Document
from xl_salesflow.core.key_numbers import followup_activity_key
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.verb_answers import FollowUpsAnswer
from xl_salesflow.locale.texts import SEMICOLON_SEPARATOR, Language, Text, fold_text
from xl_salesflow.process.followup_call_notes import choose_call_questions, describe_last_objections, find_call_contacts
from xl_salesflow.process.followup_deals import (
    PRIORITY_BY_LEVEL,
    DealArrays,
    DealMask,
    DealPositions,
    FollowUpReason,
    FollowUpSchedule,
    FollowUpWeights,
    schedule_followups,
    weigh_followups,
)
from xl_salesflow.process.followup_reasons import find_followup_reasons
from xl_salesflow.process.followup_requests import add_request_lines, find_request_lines
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import complete_columns, fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

GOLDEN_CUSTOMER = Text("key account")
LARGE_DEAL = Text("large deal")
RAISED_PRIORITY = Text("{because}, raised one level")
PUT_OFF_TO_DAY = Text("postponed to {day}: the limit is {limit} a day")
AGREE_NEXT_STEP = Text("Agree on the next step and its date.")


def write_followup_lines(
    deals: DealArrays, reasons: list[FollowUpReason], weighed: FollowUpWeights, planned: FollowUpSchedule
) -> pd.DataFrame:
    """Return the frame of FollowUps for the deals that *planned* assigns a day."""
    rows = planned.rows
    listed = deals.frame.iloc[rows]
    index = pd.RangeIndex(2, 2 + len(rows))
    columns: dict[str, Any] = {
        "rank": planned.ranks.astype("float64"),
        "priority": [PRIORITY_BY_LEVEL[level] for level in weighed.level[rows]],
        **{column_id: listed[column_id].to_numpy() for column_id in ("owner", "deal", "name", "account", "amount")},
        "day": planned.days.astype("datetime64[s]"),
        "stage": np.where(listed["recorded_stage"] != "", listed["recorded_stage"], listed["stage"]),
        "due": weighed.due[rows].astype("datetime64[s]"),
        "days_late": weighed.days_late[rows],
        "why": list(_word_followup_reasons(deals, reasons, weighed, planned)),
        "next_step": _word_next_steps(deals, rows),
        "question": choose_call_questions(deals, rows),
        "objection": describe_last_objections(deals, rows),
        **find_call_contacts(deals, rows),
        "done": _keep_undone_marks(deals, rows),
    }
    return complete_columns(TABLES["FollowUps"], pd.DataFrame(columns, index=index))


_FOLLOWUP_REASONS = Text("{reasons}.")


def _word_followup_reasons(
    deals: DealArrays, reasons: list[FollowUpReason], weighed: FollowUpWeights, planned: FollowUpSchedule
) -> Iterator[str]:
    language, rows = deals.pipeline.language, planned.rows
    ordered = sorted(reasons, key=lambda signal: -signal.level)
    texts = [[""] * len(rows) for _ in ordered]
    for text, signal in zip(texts, ordered, strict=True):
        for at in map(int, np.flatnonzero(signal.applies[rows])):
            text[at] = _word_followup_reason(signal, int(rows[at]), language)
    texts += [*_word_customer_reasons(weighed, rows, language), _word_put_off(deals, planned)]
    separator = SEMICOLON_SEPARATOR.in_(language)
    for at in range(len(rows)):
        line = separator.join(text[at] for text in texts if text[at])
        yield _FOLLOWUP_REASONS.in_(language, reasons=line[:1].upper() + line[1:])


def _word_customer_reasons(weighed: FollowUpWeights, rows: DealPositions, language: Language) -> Iterator[list[str]]:
    # say that the customer raised the priority, and why; one reason is enough
    raised = weighed.raised[rows]
    for mask, name in ((weighed.golden[rows], GOLDEN_CUSTOMER), (weighed.large[rows], LARGE_DEAL)):
        word = name.in_(language)
        higher = RAISED_PRIORITY.in_(language, because=word)
        yield [(higher if up else word) if marked else "" for marked, up in zip(mask, raised, strict=True)]
        raised = raised & ~mask


def _word_put_off(deals: DealArrays, planned: FollowUpSchedule) -> list[str]:
    limit, language = f"{deals.pipeline.settings.number('followups_per_day'):g}", deals.pipeline.language
    days = planned.days.astype(str)
    return [
        PUT_OFF_TO_DAY.in_(language, day=day, limit=limit) if moved else ""
        for day, moved in zip(days, planned.put_off, strict=True)
    ]


def _word_followup_reason(signal: FollowUpReason, row: int, language: Language) -> str:
    facts = {name: values[row] for name, values in signal.facts.items()}
    fact_texts = {name: f"{fact:g}" if isinstance(fact, float) else str(fact) for name, fact in facts.items()}
    return _make_day_singular(signal.text.in_(language, **fact_texts), language)


def _make_day_singular(text: str, language: Language) -> str:
    return re.sub(r"(?<= 1)( working)? days", r"\1 day", text) if language == "en" else text


def _word_next_steps(deals: DealArrays, rows: DealPositions) -> list[str]:
    own = deals.frame["next_step"].to_numpy()[rows]
    action = deals.read_of_stage(lambda stage: stage.action, "")[rows]
    fallback = AGREE_NEXT_STEP.in_(deals.pipeline.language)
    return [mine or advised or fallback for mine, advised in zip(own, action, strict=True)]


def _keep_undone_marks(deals: DealArrays, rows: DealPositions) -> npt.NDArray[Any]:
    # keep a line marked "no" marked
    listed = deals.pipeline["FollowUps"]
    listed = listed[~find_request_lines(deals.pipeline, listed)]
    return np.where(deals.frame["deal"].iloc[rows].isin(listed.loc[listed["done"] == "no", "deal"]), "no", "")


MOST_DAYS_LATE_COUNTED = 30


@dataclass(frozen=True)
class FollowUpList:
    """*rows*: the complete frame of FollowUps; *day*: its first working day; *without_room*: owner → deals that did not fit."""

    rows: pd.DataFrame
    day: date
    without_room: dict[str, int] = field(default_factory=dict)

    def for_owner(self, owner: str) -> FollowUpList:
        """Return the part of one owner, ignoring case."""
        mine = fold_text(owner)
        rows = self.rows[fold_keys(self.rows["owner"]) == mine]
        return FollowUpList(
            rows, self.day, {name: count for name, count in self.without_room.items() if fold_text(name) == mine}
        )


def make_followup_frame(pipeline: Pipeline) -> pd.DataFrame:
    """Return the complete frame of FollowUps."""
    return list_followups(pipeline).rows


def list_followups(pipeline: Pipeline) -> FollowUpList:
    """Return whom to call on which day, and why.

    A deal is left out if its line is ticked off but not yet logged, or if it was already followed up today.
    """
    deals = DealArrays(pipeline)
    day = deals.list_day.astype(date)
    reasons = [signal for signal in find_followup_reasons(deals) if signal.applies.any()]
    if not reasons:
        return FollowUpList(add_request_lines(pipeline, make_table_frame(TABLES["FollowUps"]), day), day)
    weighed = weigh_followups(deals, reasons)
    planned = schedule_followups(deals, weighed, _order_followups(deals, reasons, weighed))
    lines = write_followup_lines(deals, reasons, weighed, planned)
    return FollowUpList(add_request_lines(pipeline, lines, day), day, planned.without_room)


def _order_followups(
    deals: DealArrays, reasons: list[FollowUpReason], weighed: FollowUpWeights
) -> npt.NDArray[np.intp]:
    # positions of the deals on the list, grouped by owner, most urgent first
    called_for = np.logical_or.reduce([signal.applies for signal in reasons])
    known = (
        called_for
        & (deals.frame["deal"] != "").to_numpy()
        & ~_find_ticked_deals(deals)
        & ~_find_deals_called_today(deals)
    )
    listed = np.flatnonzero(known)
    owners = pd.factorize(deals.frame["owner"].to_numpy()[listed], sort=True)[0]
    keys = pd.factorize(deals.frame["deal"].to_numpy()[listed], sort=True)[0]
    amount = np.nan_to_num(deals.read_numbers("amount")[listed], nan=-np.inf)
    late = np.minimum(weighed.days_late[listed], MOST_DAYS_LATE_COUNTED)
    least_first = (keys, -amount, -late, ~weighed.golden[listed], -weighed.level[listed], owners)
    return np.asarray(listed[np.lexsort(least_first)])


def _find_ticked_deals(deals: DealArrays) -> DealMask:
    listed = deals.pipeline["FollowUps"]
    listed = listed[~find_request_lines(deals.pipeline, listed)]
    done = listed.loc[(listed["done"] == "yes") | (listed["result"] != ""), "deal"]
    return np.asarray(deals.frame["deal"].isin(done))


def _find_deals_called_today(deals: DealArrays) -> DealMask:
    logged = deals.pipeline["Activities"]
    prefix = followup_activity_key(deals.pipeline.today, "")
    called = logged.loc[logged["activity"].str.startswith(prefix), "deal"]
    return np.asarray(deals.frame["deal"].isin(called))


FOLLOWUPS_BEYOND_LIMIT = Text(
    "{left} more {left:follow-up is|follow-ups are} due than fit into {days} {days:day|days} at {limit} a day. "
    "Reassign some or raise the limit in Settings."
)
DEALS_WITHOUT_OWNER = Text("Deals without an owner: ")


def find_followups_beyond_limit(pipeline: Pipeline, listed: FollowUpList) -> Iterator[Finding]:
    """Yield a note for each owner whose follow-ups do not fit into the days of the list."""
    settings, language = pipeline.settings, pipeline.language
    facts = {
        fact: f"{settings.number(name):g}" for fact, name in (("days", "followup_days"), ("limit", "followups_per_day"))
    }
    cell = pipeline.cell_address("FollowUps", 0)
    for owner, left in listed.without_room.items():
        message = FOLLOWUPS_BEYOND_LIMIT.in_(language, left=left, **facts)
        message = message if owner else DEALS_WITHOUT_OWNER.in_(language) + message  # the finding's key is the owner
        yield Finding("followups_beyond", "note", message, "FollowUps", owner, "owner", cell)


def answer_followups(pipeline: Pipeline, owner: str, made: datetime | None) -> ChangeSet[FollowUpsAnswer]:
    """Return the list for one *owner* (blank: everybody) as an answer and as a document dated *made*."""
    listed = list_followups(pipeline)
    listed = listed.for_owner(owner) if owner else listed
    return ChangeSet(
        answer=FollowUpsAnswer(pipeline.today, listed.day, listed.without_room, tuple(list_json_rows(listed.rows))),
        documents=(make_followup_document(pipeline, listed, made, owner),),
        findings=tuple(find_followups_beyond_limit(pipeline, listed)),
    )


def make_followup_document(
    pipeline: Pipeline, listed: FollowUpList, made: datetime | None = None, whose: str = ""
) -> Document:
    """Return the document of kind "followups" for *listed*.

    Its facts: today, day (the first working day of the list), made (timestamp; default: the beginning of today), source
    (path of the workbook), whose (the requested owner; "" for all), company, sender (its address), currency, limit
    (lines a day), and owners: a list of owner, email, left (number of deals that did not fit) and rows. A row has the
    columns of FollowUps: days and ranks are whole numbers, the amount a Decimal, dates are dates, and a blank is None. In
    addition, is_request says whether it is about a request that waits for a decision.
    """
    rows, settings = listed.rows, pipeline.settings
    columns = list(rows.columns)
    owner_parts = [
        {**dict(zip(columns, map(_followup_cell_value, columns, values), strict=True)), "is_request": is_request}
        for values, is_request in zip(rows.itertuples(index=False), find_request_lines(pipeline, rows), strict=True)
    ]
    owners = dict[str, list[dict[str, Any]]]()
    for row in owner_parts:
        owners.setdefault(str(row["owner"]), []).append(row)
    team = pipeline["Team"].drop_duplicates("person")
    emails = dict(zip(team["person"], team["email"], strict=True))
    facts = {
        "today": pipeline.today,
        "day": listed.day,
        "made": made or datetime.combine(pipeline.today, time()),
        "source": pipeline.source,
        "whose": whose,
        "company": settings.text("company"),
        "sender": settings.text("email"),
        "currency": settings.text("currency").strip().upper(),
        "limit": int(settings.number("followups_per_day")),
        "owners": [
            {"owner": owner, "email": emails.get(owner, ""), "left": listed.without_room.get(owner, 0), "rows": lines}
            for owner, lines in owners.items()
        ],
    }
    return Document("followups", f"follow-ups {listed.day.isoformat()}", facts)


def _followup_cell_value(column: str, cell: Any) -> str | int | Decimal | date | None:
    if is_missing(cell):
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.date()
    if isinstance(cell, float):
        return Decimal(repr(float(cell))) if column == "amount" else int(cell)
    return str(cell)


def split_document_by_owner(document: Document) -> list[Document]:
    """Return one document for each owner of a follow-up list, named after the owner."""
    return [
        Document(
            document.kind,
            " ".join(filter(None, (document.name, group["owner"]))),
            {**document.facts, "whose": group["owner"], "owners": [group]},
        )
        for group in document.facts["owners"]
    ]
