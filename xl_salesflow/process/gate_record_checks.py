"""Judge gates that check records: tasks, activities, quotes, approvals, contacts and objections."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.core.deal_standing import find_unapproved_discounts
from xl_salesflow.core.person_identity import is_somebody_besides
from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.core.rule_declarations import (
    GateCheck,
    GateFinding,
    GateResult,
    find_activities_done,
    find_bad_limit,
    format_short_number,
    gate_items,
    gate_limit,
    identify_list_values,
    split_written_list,
)
from xl_salesflow.locale.texts import LABEL_AND_VALUE, Language, Text, fold_text
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, choice_label, identify_choice
from xl_salesflow.schema.table_frames import fold_keys, look_up_values


def _judge_task_done(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    tasks = pipeline["Tasks"]
    tasks = tasks[tasks["deal"].isin(deals["deal"])]
    if gate.subject:
        named = tasks[fold_keys(tasks["task"]) == fold_text(gate.subject)]
        done = named.loc[named["status"] == "done", "deal"]
        return GateResult(deals["deal"].isin(done).to_numpy(bool), {"what": gate.subject.strip(), "count": 1})
    behind = tasks["stage"].isin(find_stages_before_gate(pipeline, gate))
    waiting = tasks[behind & (tasks["required"] == "yes") & (tasks["status"] != "done")]
    return _hold_unless_listed(deals, waiting["deal"], waiting["task"], pipeline.language)


_QUOTED_SEPARATOR = Text("”, “", context="between quoted items of a list")


def _hold_unless_listed(deals: pd.DataFrame, held: pd.Series, names: pd.Series, language: Language) -> GateResult:
    """Return that *deals* pass unless they are among *held*; what holds them are *names*, alongside *held*."""
    by_deal: dict[str, list[str]] = {}
    for deal, name in zip(held, names, strict=True):
        by_deal.setdefault(deal, []).append(name)
    separator = _QUOTED_SEPARATOR.in_(language)
    listed = pd.Series({deal: separator.join(found) for deal, found in by_deal.items()}, dtype=object)
    counts = pd.Series({deal: len(found) for deal, found in by_deal.items()}, dtype=float)
    facts = {"what": look_up_values(deals["deal"], listed), "count": look_up_values(deals["deal"], counts)}
    return GateResult((~deals["deal"].isin(listed.index)).to_numpy(bool), facts)


def find_stages_before_gate(pipeline: Pipeline, gate: Gate) -> set[str]:
    """Return the open stages before the one that *gate* guards, in every playbook that it is for."""
    playbooks = [
        pipeline.playbooks[playbook_id] for playbook_id in pipeline.playbooks if gate.playbook in ("", playbook_id)
    ]
    guarded = [(playbook, playbook.by_name[gate.stage]) for playbook in playbooks if gate.stage in playbook.by_name]
    return {stage.name for playbook, at in guarded for stage in playbook.open_stages if stage.position < at.position}


def _check_task_done_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    known = set(fold_keys(pipeline["StageTasks"]["task"]))
    if gate.subject.strip() and fold_text(gate.subject) not in known:
        return "subject", Text("no stage has the task “{is_}”")
    return None


TASK_DONE = GateCheck(
    "task_done",
    Text("The {count:task|tasks} “{what}” {count:is|are} not done."),
    Text("Do {count:it|them}, then set {count:its|their} status to Done in the sheet Tasks."),
    _judge_task_done,
    _check_task_done_gate,
)

_OR_SEPARATOR = Text(" or ", context="between the items of a list")
_NO_ACTIVITY_YET = Text("there is none")
_LAST_ACTIVITY_ON_DAY = Text("the last one was on {day}")
_ACTIVITY_WITHIN_DAYS = Text("An activity “{what}” within {days} {days:day|days} is needed; ")
_ACTIVITY_AT_ANY_TIME = Text("An activity “{what}” is needed; ")


def _judge_activity_within(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    activities, today, language = pipeline["Activities"], pd.Timestamp(pipeline.today), pipeline.language
    types, days = identify_list_values("activity_type", gate.subject), gate_limit(gate)
    wanted = fold_keys(activities["type"]).isin(types) & find_activities_done(activities)
    kept = activities[wanted & (activities["date"] <= today)]
    last = look_up_values(deals["deal"], kept.groupby("deal")["date"].max())
    holds = last.notna() if days is None else (today - last).dt.days <= days
    facts = {
        day: _NO_ACTIVITY_YET.in_(language) if pd.isna(day) else _LAST_ACTIVITY_ON_DAY.in_(language, day=day.date())
        for day in last.drop_duplicates()
    }
    what = _word_gate_list("activity_type", gate.subject, language)
    needed = (
        _ACTIVITY_AT_ANY_TIME.in_(language, what=what)
        if days is None
        else _ACTIVITY_WITHIN_DAYS.in_(language, what=what, days=format_short_number(days))
    )
    is_ = pd.Series([facts.get(day, _NO_ACTIVITY_YET.in_(language)) for day in last], index=deals.index, dtype=object)
    return GateResult(holds.to_numpy(bool), {"needed": needed, "is_": is_})


def _check_activity_within_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    if not _is_offered(pipeline, "activity_type", gate.subject):
        return "subject", Text("“{is_}” is not an activity type of the sheet Lists")
    return find_bad_limit(gate) if gate.value.strip() else None


ACTIVITY_WITHIN = GateCheck(
    "activity_within",
    Text("{needed}{is_}."),
    Text("Do it and log it in the sheet Activities."),
    _judge_activity_within,
    _check_activity_within_gate,
)

_BUT_NOT_APPROVED = Text(" (the discount of one that is has not been approved)")


def _judge_quote_is(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    quotes = pipeline["Quotes"]
    states = {identify_choice(CHOICES["quote_status"], item) or "" for item in gate_items(gate)}
    accepted_states = states | ({"accepted"} if "sent" in states else set())
    matches = quotes["status"].isin(accepted_states)
    barred = (
        matches & quotes["status"].isin(("sent", "accepted")) & find_unapproved_discounts(pipeline)
        if matches.any()
        else matches
    )
    holds = deals["deal"].isin(quotes.loc[matches & ~barred, "deal"])
    waiting = deals["deal"].isin(quotes.loc[barred, "deal"])
    labels = [
        CHOICES["quote_status"][state].in_(pipeline.language) for state in CHOICES["quote_status"] if state in states
    ]
    facts = {
        "list": _OR_SEPARATOR.in_(pipeline.language).join(labels),
        "but": waiting.map({True: _BUT_NOT_APPROVED.in_(pipeline.language), False: ""}),
    }
    return GateResult(holds.to_numpy(bool), facts)


def _check_quote_is_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    unknown = [item for item in gate_items(gate) if identify_choice(CHOICES["quote_status"], item) is None]
    if unknown or not gate_items(gate):
        return "value", Text("“{is_}” is not a status of a quote; use Sent or Accepted")
    return None


QUOTE_IS = GateCheck(
    "quote_is",
    Text("The deal has no quote that is {list} yet{but}."),
    Text("Bring a quote that far and set its status in the sheet Quotes."),
    _judge_quote_is,
    _check_quote_is_gate,
)

_ANYBODY_BUT_OWNER = Text("somebody other than the owner")
_BUT_DOES_NOT_COUNT = Text(" (not by the deal's owner, nor by somebody who is not on the sheet Team)")


def _judge_approved_by(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    acts, today, days = pipeline["Activities"], pd.Timestamp(pipeline.today), gate_limit(gate)
    acts = acts[(acts["type"] == "approval") & (acts["date"] <= today)].sort_values("date", kind="stable")
    acts = acts.groupby(["deal", "by"], sort=False).tail(1)
    acts = acts[(acts["outcome"] == "approved") & acts["deal"].isin(deals["deal"]) & (acts["by"] != "")]
    if days is not None:
        acts = acts[(today - acts["date"]).dt.days <= days]
    if names := _find_approvers(pipeline, gate):
        acts = acts[fold_keys(acts["by"]).isin(names)]
    owner = look_up_values(acts["deal"], deals.drop_duplicates("deal").set_index("deal")["owner"])
    pairs = set(zip(acts["by"], owner, strict=True))
    counts = {pair: is_somebody_besides(pipeline, *pair) for pair in pairs}
    granted = pd.Series([counts[pair] for pair in zip(acts["by"], owner, strict=True)], acts.index, dtype=bool)
    but = _BUT_DOES_NOT_COUNT.in_(pipeline.language)
    return GateResult(
        deals["deal"].isin(acts.loc[granted, "deal"]).to_numpy(bool),
        {
            "who": gate.subject.strip() or _ANYBODY_BUT_OWNER.in_(pipeline.language),
            "but": deals["deal"].isin(acts["deal"]).map({True: but, False: ""}),
        },
    )


def _find_approvers(pipeline: Pipeline, gate: Gate) -> set[str]:
    team, subject = pipeline["Team"], gate.subject.strip()
    role = identify_choice(LISTS["role"], subject) or subject
    holders = team.loc[fold_keys(team["role"]) == fold_text(role), "person"]
    return {fold_text(person) for person in holders} or ({fold_text(subject)} if subject else set())


def _check_approved_by_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    team, subject = pipeline["Team"], fold_text(gate.subject)
    known = set(fold_keys(team["person"])) | set(fold_keys(team["role"]))
    role = identify_choice(LISTS["role"], subject)
    if subject and len(team) and subject not in known and role not in known:
        return "subject", Text("the sheet Team has no “{is_}”")
    return find_bad_limit(gate) if gate.value.strip() else None


APPROVED_BY = GateCheck(
    "approved_by",
    Text("The approval of {who} is missing{but}."),
    Text("Ask for it and log an activity of type Approval with the outcome Approved."),
    _judge_approved_by,
    _check_approved_by_gate,
)


_ACTIVITY_WITH_OUTCOME = Text("No activity “{what}” has the outcome: {outcome}")
_ANY_WITH_OUTCOME = Text("No activity has the outcome: {outcome}")


def _judge_activity_outcome(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    activities, language = pipeline["Activities"], pipeline.language
    types, outcomes = identify_list_values("activity_type", gate.subject), _identify_outcomes(gate)
    wanted = fold_keys(activities["outcome"]).isin(outcomes) & (activities["date"] <= pd.Timestamp(pipeline.today))
    if types:
        wanted &= fold_keys(activities["type"]).isin(types)
    asked = {"outcome": _word_gate_list("activity_outcome", gate.value, language)}
    needed = (
        _ACTIVITY_WITH_OUTCOME.in_(language, what=_word_gate_list("activity_type", gate.subject, language), **asked)
        if types
        else _ANY_WITH_OUTCOME.in_(language, **asked)
    )
    return GateResult(deals["deal"].isin(activities.loc[wanted, "deal"]).to_numpy(bool), {"needed": needed})


def _identify_outcomes(gate: Gate) -> tuple[str, ...]:
    return identify_list_values("activity_outcome", gate.value)


def _check_activity_outcome_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    if gate.subject.strip() and not _is_offered(pipeline, "activity_type", gate.subject):
        return "subject", Text("“{is_}” is not an activity type of the sheet Lists")
    if not _is_offered(pipeline, "activity_outcome", gate.value):
        return "value", Text("“{is_}” is not an activity outcome of the sheet Lists")
    return None


def _is_offered(pipeline: Pipeline, name: str, written: str) -> bool:
    offered = set(LISTS[name]) | {fold_text(cell) for cell in pipeline["Lists"][name] if cell}
    values = identify_list_values(name, written)
    return bool(values) and offered.issuperset(values)


def _word_gate_list(name: str, written: str, language: Language) -> str:
    labels = (
        choice_label(name, identify_choice(LISTS[name], item) or item, language) for item in split_written_list(written)
    )
    return _OR_SEPARATOR.in_(language).join(labels)


ACTIVITY_OUTCOME = GateCheck(
    "activity_outcome",
    Text("{needed}."),
    Text("Log it with its outcome in the sheet Activities."),
    _judge_activity_outcome,
    _check_activity_outcome_gate,
)

_BUT_ATTITUDES = Text(" ({people})")


def _judge_contact_is(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    contacts, language = pipeline["Contacts"], pipeline.language
    roles = _identify_roles(gate)
    fitting = contacts[contacts["decision_role"].isin(roles)]
    against = _find_attitudes(fitting["attitude"], gate_items(gate))
    labels = [CHOICES["decision_role"][role].in_(language) for role in roles if role]
    others = _list_people_of_deals(fitting[against], deals, language)
    return GateResult(
        _find_deals_with_contact(fitting[~against], deals).to_numpy(bool),
        {"list": _OR_SEPARATOR.in_(language).join(labels), "but": others},
    )


def _identify_roles(gate: Gate) -> tuple[str | None, ...]:
    return tuple(identify_choice(CHOICES["decision_role"], item) for item in split_written_list(gate.subject))


def _find_attitudes(attitudes: pd.Series, words: tuple[str, ...]) -> pd.Series:
    # the attitude is free text: it counts if it contains one of the words
    folded, parts = fold_keys(attitudes), [fold_text(word) for word in words]
    return folded.map(lambda attitude: any(part in attitude for part in parts)).astype(bool)


def _find_deals_with_contact(contacts: pd.DataFrame, deals: pd.DataFrame) -> pd.Series:
    # the people at the deal's customer, and its main contact
    accounts = set(fold_keys(contacts["account"])) - {""}
    names = set(fold_keys(contacts["contact"])) - {""}
    return fold_keys(deals["account"]).isin(accounts) | fold_keys(deals["contact"]).isin(names)


def _list_people_of_deals(contacts: pd.DataFrame, deals: pd.DataFrame, language: Language) -> pd.Series:
    """Return for each of *deals* its people among *contacts* with their attitudes, in brackets."""
    said = pd.Series("", index=deals.index, dtype=object)
    for row in contacts.to_dict("records"):
        of_row = _find_deals_with_contact(pd.DataFrame([row]), deals)
        text = LABEL_AND_VALUE.in_(language, label=row["contact"], value=row["attitude"])
        said = said.mask(of_row, said.where(said == "", said + ", ") + text)
    return said.map(lambda people: _BUT_ATTITUDES.in_(language, people=people) if people else "")


def _check_contact_is_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    roles = _identify_roles(gate)
    if not roles or None in roles:
        return "subject", Text("“{is_}” is not a decision role; write, for example, Decision-maker")
    return None


CONTACT_IS = GateCheck(
    "contact_is",
    Text("No contact of the customer is: {list}{but}."),
    Text("Find that person and give their decision role in the sheet Contacts."),
    _judge_contact_is,
    _check_contact_is_gate,
)


def _judge_objections_closed(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    objections, types = pipeline["Objections"], identify_list_values("objection_type", gate.subject)
    raised = objections[objections["status"].isin(["", "open"])]
    if types:
        raised = raised[fold_keys(raised["type"]).isin(types)]
    labels = raised["type"].map(lambda kind: choice_label("objection_type", kind, pipeline.language))
    words = raised["objection"] + labels.map(lambda label: f" ({label})" if label else "")
    return _hold_unless_listed(deals, raised["deal"], words, pipeline.language)


def _check_objections_closed_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    if gate.subject.strip() and not _is_offered(pipeline, "objection_type", gate.subject):
        return "subject", Text("“{is_}” is not an objection type of the sheet Lists")
    return None


OBJECTIONS_CLOSED = GateCheck(
    "objections_closed",
    Text("{count:An objection is|Objections are} open: “{what}”."),
    Text("Answer {count:it|them}, then set {count:its|their} status in the sheet Objections."),
    _judge_objections_closed,
    _check_objections_closed_gate,
)
