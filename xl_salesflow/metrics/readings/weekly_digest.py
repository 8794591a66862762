"""The week of each manager's team on one page: result, forecast, flow, risks, bottleneck, measures due, requests.

A manager is somebody whom an active person of the sheet Team names as theirs, with or without a row of their own, or an
active person whose role is manager or director. The digest covers the person and everybody who reports to them, over any
number of levels; somebody to whom nobody reports, and somebody to whom everybody reports who owns a deal, gets that of the
whole team.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from xl_salesflow.core.answers import list_json_rows
from xl_salesflow.core.change_sets import ChangeSet, Document
from xl_salesflow.core.digest_answers import DigestMeasure, DigestRisk, DigestsAnswer, DigestStep, ManagerDigest
from xl_salesflow.core.flow_answers import FLOW_STEPS, FlowAnswer, FlowSteps
from xl_salesflow.core.inspection_answers import DealChange, InspectedDeal, InspectionAnswer
from xl_salesflow.core.metric_answers import Bottleneck
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.person_identity import list_active_people
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.forecasting.group_outlooks import OutlookRecord, record_outlooks
from xl_salesflow.metrics.forecasting.team_forecast import choose_forecast_period
from xl_salesflow.metrics.funnel_answers import find_bottleneck, metric_table_rows
from xl_salesflow.metrics.readings.deal_inspection import InspectionRequest, answer_inspection
from xl_salesflow.metrics.readings.pipeline_flow import FlowRequest, answer_flow
from xl_salesflow.process.approval_decisions import select_waiting_requests
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.table_frames import fold_keys

SHOWN_RISKS = 6
"""Deals that a digest lists; the others are counted."""

DAYS_AHEAD = 7
"""Measures that are due within so many days are listed."""

_MANAGING_ROLES = ("manager", "director")
_FORECAST_ORDER = ("commit", "best_case", "pipeline", "omitted")
"""The forecast categories, the most certain one first."""


@dataclass(frozen=True)
class _Reader:
    """Whom a digest is for, and whose deals it covers: names as in Team, or None for the whole team."""

    person: str
    email: str
    owners: tuple[str, ...] | None

    @property
    def folded(self) -> frozenset[str] | None:
        """Return the owners as they are compared."""
        return None if self.owners is None else frozenset(map(fold_text, self.owners))


@dataclass(frozen=True)
class _Week:
    """What the digests of all readers are cut from; each was computed once."""

    outlooks: OutlookRecord
    flow: FlowAnswer
    inspection: InspectionAnswer
    to: date


def answer_digests(pipeline: Pipeline, person: str, made: datetime | None) -> ChangeSet[DigestsAnswer]:
    """Return the digest of every manager, or of *person* alone, as an answer and as documents dated *made*.

    Raises:
        UsageError: the sheet Team has no active *person*.
    """
    pipeline = replace(pipeline, query=Query())
    today = pipeline.today
    start, end = choose_forecast_period(today)
    since = today - timedelta(days=DAYS_AHEAD - 1)
    week = _Week(
        record_outlooks(pipeline, start, end),
        answer_flow(pipeline, FlowRequest(since, today, expected_by=end, by="owner")),
        answer_inspection(pipeline, InspectionRequest(since=since - timedelta(days=1), expected_by=date.max)),
        end,
    )
    digests = tuple(_make_digest(pipeline, reader, week) for reader in _list_readers(pipeline, person))
    why_not = week.outlooks.why_not
    answer = DigestsAnswer(today, since, start, end, why_not.in_(pipeline.language) if why_not else None, digests)
    return ChangeSet(answer=answer, documents=tuple(_list_documents(pipeline, answer, made)))


def _list_readers(pipeline: Pipeline, person: str) -> list[_Reader]:
    people = [*list_active_people(pipeline), *_list_managers_without_row(pipeline)]
    if person:
        found = [row for row in people if fold_text(row["person"]) == fold_text(person)]
        if not found:
            hint = suggest_names(person, [str(row["person"]) for row in people])
            raise UsageError("The sheet Team has no active {person}; {hint}", person=person, hint=hint)
        return [_find_reader(pipeline, found[0], is_manager=found[0]["role"] in _MANAGING_ROLES)]
    managing = {fold_text(row["manager"]) for row in people}
    readers = [
        _find_reader(pipeline, row, True)
        for row in people
        if row["role"] in _MANAGING_ROLES or fold_text(row["person"]) in managing
    ]
    return readers or [_Reader("", "", None)]


def _list_managers_without_row(pipeline: Pipeline) -> list[dict[str, Any]]:
    # an imported list of a team often names managers who are not in the list
    active, known = list_active_people(pipeline), {fold_text(person) for person in pipeline["Team"]["person"]} | {""}
    named = {fold_text(row["manager"]): str(row["manager"]) for row in active}
    return [
        {"person": name, "manager": "", "role": "", "email": ""}
        for folded, name in named.items()
        if folded not in known
    ]


def _find_reader(pipeline: Pipeline, row: Mapping[str, Any], is_manager: bool) -> _Reader:
    name, email = str(row["person"]), str(row["email"])
    covered = _list_reports(pipeline, name)
    if len(covered) == 1 and is_manager:
        return _Reader(name, email, None)
    deals = pipeline["Deals"]
    owners = {fold_text(owner) for owner in deals.loc[deals["outcome"] != "", "owner"].unique()} - {""}
    covers_all = len(covered) > 1 and owners <= set(map(fold_text, covered))
    return _Reader(name, email, None if covers_all else tuple(covered))


def _list_reports(pipeline: Pipeline, name: str) -> list[str]:
    """Return *name* and everybody who reports to them, also those who are no longer active; a circle ends where it began."""
    team = pipeline["Team"]
    people = [
        (str(person), fold_text(manager)) for person, manager in zip(team["person"], team["manager"], strict=True)
    ]
    found = {fold_text(name): name}
    waiting = list(found)
    while waiting:
        above = waiting.pop(0)
        for person, manager in people:
            if person and manager == above and fold_text(person) not in found:
                found[fold_text(person)] = person
                waiting.append(fold_text(person))
    return list(found.values())


def _make_digest(pipeline: Pipeline, reader: _Reader, week: _Week) -> ManagerDigest:
    folded = reader.folded
    risks = list(_list_risks(pipeline, week.inspection, folded, week.to))
    requests = select_waiting_requests(pipeline, reader.person)
    return ManagerDigest(
        reader.person, reader.email, reader.owners, week.outlooks.describe(folded), _sum_flow(week.flow, folded),
        tuple(risks[:SHOWN_RISKS]), max(len(risks) - SHOWN_RISKS, 0), _find_team_bottleneck(pipeline, folded),
        tuple(_list_due_measures(pipeline, folded)), tuple(list_json_rows(requests)),
    )  # fmt: skip


def _sum_flow(flow: FlowAnswer, owners: Collection[str] | None) -> dict[str, DigestStep]:
    """Return the flow of the deals of *owners*; cents are summed as whole numbers, so that it still adds up."""
    chosen: Sequence[FlowSteps] = [
        group.steps for group in flow.groups if owners is None or fold_text(group.key) in owners
    ]
    return {
        step: DigestStep(
            sum(getattr(steps, step).count for steps in chosen),
            sum(round(getattr(steps, step).value * 100) for steps in chosen) / 100,
        )
        for step in FLOW_STEPS
    }


def _list_risks(
    pipeline: Pipeline, inspection: InspectionAnswer, owners: Collection[str] | None, end: date
) -> Iterator[DigestRisk]:
    """Yield the deals that moved against us, then those expected by *end* with warnings, the largest first."""
    deals = pipeline["Deals"].drop_duplicates("deal").set_index("deal")["playbook"]
    found = []
    for group in inspection.owners:
        if owners is None or fold_text(group.owner) in owners:
            for deal in group.deals:
                against = tuple(each for each in deal.changes if _is_against_us(pipeline, deals[deal.deal], each))
                soon = deal.expected_close is None or deal.expected_close <= end
                if against or (deal.warnings and soon):
                    found.append((deal, group.owner, against))
    found.sort(key=lambda one: (not one[2], -(one[0].amount or 0.0), one[0].deal))
    yield from (_make_risk(*one) for one in found)


def _make_risk(deal: InspectedDeal, owner: str, against: tuple[DealChange, ...]) -> DigestRisk:
    return DigestRisk(
        deal.deal, deal.name, deal.account, owner, deal.stage, deal.amount, deal.expected_close, against, deal.warnings
    )


def _is_against_us(pipeline: Pipeline, playbook: str, change: DealChange) -> bool:
    before, after = change.before, change.after
    if change.column == "amount":
        return float(after or 0.0) < float(before or 0.0)
    if change.column == "expected_close":
        return before is not None and (after is None or str(after) > str(before))
    if change.column == "forecast":
        order = [_FORECAST_ORDER.index(each) if each in _FORECAST_ORDER else None for each in (before, after)]
        return order[0] is not None and (order[1] is None or order[1] > order[0])
    if change.column == "recorded_stage" and playbook in pipeline.playbooks:
        stages = pipeline.playbooks[playbook].by_name
        then, now = stages.get(str(before)), stages.get(str(after))
        return then is not None and now is not None and now.position < then.position
    return False


def _find_team_bottleneck(pipeline: Pipeline, owners: Collection[str] | None) -> Bottleneck | None:
    if owners is not None:
        mine = {name: pipeline[name][fold_keys(pipeline[name]["owner"]).isin(owners)] for name in ("Deals", "History")}
        pipeline = pipeline.with_tables(**mine)
    return find_bottleneck(pipeline, metric_table_rows("Leaks", build_cube(pipeline)))


def _list_due_measures(pipeline: Pipeline, owners: Collection[str] | None) -> Iterator[DigestMeasure]:
    rows = pipeline["Measures"]
    soon = pd.Timestamp(pipeline.today + timedelta(days=DAYS_AHEAD))
    due = rows[rows["closed"].isna() & (rows["due"] <= soon)].sort_values("due", kind="stable")
    for row in due.to_dict("records"):
        if owners is None or not row["owner"] or fold_text(row["owner"]) in owners:
            action = str(row["action"] or row["problem"])
            yield DigestMeasure(str(row["measure"]), action, str(row["owner"]), row["due"].date())


def _list_documents(pipeline: Pipeline, answer: DigestsAnswer, made: datetime | None) -> Iterator[Document]:
    """Yield one document for each digest, with what all have in common."""
    settings = pipeline.settings
    for digest in answer.digests:
        facts = {
            "week": replace(answer, digests=()),
            "digest": digest,
            "made": made or datetime.combine(pipeline.today, time()),
            "source": pipeline.source,
            "company": settings.text("company"),
            "sender": settings.text("email"),
            "currency": settings.text("currency").strip().upper(),
        }
        yield Document("digest", " ".join(filter(None, ("digest", answer.as_of.isoformat(), digest.person))), facts)
