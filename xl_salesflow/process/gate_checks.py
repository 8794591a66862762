"""Judge gates that check a column of Deals, and gates that check records: tasks, activities, quotes and approvals."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.core.deal_standing import find_unapproved_discounts
from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.core.rule_declarations import (
    GateCheck,
    GateFinding,
    GateResult,
    find_activities_done,
    find_bad_limit,
    find_bad_subject,
    format_column_values,
    format_short_number,
    gate_items,
    gate_limit,
    identify_list_values,
    identify_option,
    split_written_list,
    subject_column,
)
from xl_salesflow.locale.texts import Language, Text, fold_text
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_frames import fold_keys, look_up_values
from xl_salesflow.schema.table_registry import TABLES


def _judge_filled(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column = subject_column(gate)
    assert column is not None
    cells = deals[column.id]
    if column.type is ColumnType.POINTS:
        holds = cells > 0
    elif column.type.is_text:
        holds = cells.str.strip() != ""
    else:
        holds = cells.notna()
    return GateResult(holds.to_numpy(bool), {"what": column.header.in_(pipeline.language)})


def _check_filled_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_subject(gate)


FILLED = GateCheck(
    "filled",
    Text("{what} is blank."),
    Text("Fill it in."),
    _judge_filled,
    _check_filled_gate,
)


def _judge_at_least(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column, floor = subject_column(gate), gate_limit(gate)
    assert column is not None
    assert floor is not None
    cells, language = deals[column.id], pipeline.language
    return GateResult(
        (cells >= floor).to_numpy(bool),
        {
            "what": column.header.in_(language),
            "is_": format_column_values(column, cells, language),
            "limit": format_column_values(column, pd.Series([floor]), language)[0],
        },
    )


def _check_number_column_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    number = Text("numbers")
    return find_bad_subject(
        gate, wanted=lambda column_type: not (column_type.is_text or column_type.is_date), kind=number
    ) or find_bad_limit(gate)


AT_LEAST = GateCheck(
    "at_least",
    Text("{what} is {is_}; it must be at least {limit}."),
    Text("Bring it up to {limit}, or fill it in."),
    _judge_at_least,
    _check_number_column_gate,
)


def _judge_at_most(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column, ceiling = subject_column(gate), gate_limit(gate)
    assert column is not None
    assert ceiling is not None
    cells, language = deals[column.id], pipeline.language
    return GateResult(
        (cells <= ceiling).to_numpy(bool),
        {
            "what": column.header.in_(language),
            "is_": format_column_values(column, cells, language),
            "limit": format_column_values(column, pd.Series([ceiling]), language)[0],
        },
    )


AT_MOST = GateCheck(
    "at_most",
    Text("{what} is {is_}; it may be {limit} at most."),
    Text("Bring it down to {limit}, or fill it in."),
    _judge_at_most,
    _check_number_column_gate,
)


def _judge_one_of(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column = subject_column(gate)
    assert column is not None
    cells, allowed = deals[column.id], {identify_option(column, item) for item in gate_items(gate)}
    if not column.type.is_text:
        cells = cells.map(lambda cell: format_short_number(cell).replace(",", ""), na_action="ignore")
    return GateResult(
        fold_keys(cells.astype(object).fillna("")).isin(allowed).to_numpy(bool),
        {
            "what": column.header.in_(pipeline.language),
            "is_": format_column_values(column, deals[column.id], pipeline.language),
            "list": ", ".join(gate_items(gate)),
        },
    )


def _check_one_of_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    misconfiguration = find_bad_subject(
        gate, wanted=lambda column_type: not column_type.is_date, kind=Text("texts or numbers")
    )
    if misconfiguration is None and not gate_items(gate):
        return "value", Text("no values are listed; separate them with commas")
    return misconfiguration


ONE_OF = GateCheck(
    "one_of",
    Text("{what} is {is_}; it must be one of: {list}."),
    Text("Choose one of them."),
    _judge_one_of,
    _check_one_of_gate,
)


def _judge_before_today(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column = subject_column(gate)
    assert column is not None
    cells = deals[column.id]
    return GateResult(
        (cells < pd.Timestamp(pipeline.today)).to_numpy(bool),
        {"what": column.header.in_(pipeline.language), "is_": format_column_values(column, cells, pipeline.language)},
    )


def _check_before_today_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_subject(gate, wanted=lambda column_type: column_type.is_date, kind=Text("dates"))


BEFORE_TODAY = GateCheck(
    "before_today",
    Text("{what} is {is_}; it must lie before today."),
    Text("Wait until it has passed, or fill it in."),
    _judge_before_today,
    _check_before_today_gate,
)


def _judge_bant_at_least(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    floor, score = gate_limit(gate), TABLES["Deals"]["bant_score"]
    assert floor is not None
    cells = deals["bant_score"]
    return GateResult(
        (cells >= floor).to_numpy(bool),
        {"is_": format_column_values(score, cells, pipeline.language), "limit": format_short_number(floor)},
    )


def _check_bant_at_least_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_limit(gate)


BANT_AT_LEAST = GateCheck(
    "bant_at_least",
    Text("The BANT score is {is_}; it must be at least {limit}."),
    Text("Ask what is still unknown of budget, authority, need and timeline."),
    _judge_bant_at_least,
    _check_bant_at_least_gate,
)


def _judge_task_done(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    tasks = pipeline["Tasks"]
    tasks = tasks[tasks["deal"].isin(deals["deal"])]
    if gate.subject:
        named = tasks[fold_keys(tasks["task"]) == fold_text(gate.subject)]
        done = named.loc[named["status"] == "done", "deal"]
        return GateResult(deals["deal"].isin(done).to_numpy(bool), {"what": gate.subject.strip()})
    behind = tasks["stage"].isin(_find_stages_before_gate(pipeline, gate))
    waiting = tasks[behind & (tasks["required"] == "yes") & (tasks["status"] != "done")]
    names = _list_tasks_by_deal(waiting, pipeline.language)
    return GateResult((~deals["deal"].isin(names.index)).to_numpy(bool), {"what": look_up_values(deals["deal"], names)})


_QUOTED_SEPARATOR = Text("”, “", context="between quoted items of a list")


def _list_tasks_by_deal(waiting: pd.DataFrame, language: Language) -> pd.Series:
    by_deal: dict[str, list[str]] = {}
    for deal, task in zip(waiting["deal"], waiting["task"], strict=True):
        by_deal.setdefault(deal, []).append(task)
    separator = _QUOTED_SEPARATOR.in_(language)
    return pd.Series({deal: separator.join(tasks) for deal, tasks in by_deal.items()}, dtype=object)


def _find_stages_before_gate(pipeline: Pipeline, gate: Gate) -> set[str]:
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
    Text("The task “{what}” is not done."),
    Text("Do it, then set its status to Done in the sheet Tasks."),
    _judge_task_done,
    _check_task_done_gate,
)

_OR_SEPARATOR = Text(" or ", context="between the items of a list")
_NO_ACTIVITY_YET = Text("there is none")
_LAST_ACTIVITY_ON_DAY = Text("the last one was on {day}")
_ACTIVITY_WITHIN_DAYS = Text("An activity “{what}” within {days} days is needed; ")
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
    labels = [LISTS["activity_type"].get(activity_type) for activity_type in types]
    written = zip(labels, split_written_list(gate.subject), strict=True)
    what = _OR_SEPARATOR.in_(language).join(label.in_(language) if label else own for label, own in written)
    needed = (
        _ACTIVITY_AT_ANY_TIME.in_(language, what=what)
        if days is None
        else _ACTIVITY_WITHIN_DAYS.in_(language, what=what, days=format_short_number(days))
    )
    is_ = pd.Series([facts.get(day, _NO_ACTIVITY_YET.in_(language)) for day in last], index=deals.index, dtype=object)
    return GateResult(holds.to_numpy(bool), {"needed": needed, "is_": is_})


def _check_activity_within_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    offered = set(LISTS["activity_type"]) | {fold_text(cell) for cell in pipeline["Lists"]["activity_type"] if cell}
    types = identify_list_values("activity_type", gate.subject)
    if not types or not offered.issuperset(types):
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
    Text("No quote of the deal is: {list}{but}."),
    Text("Bring a quote that far and set its status in the sheet Quotes."),
    _judge_quote_is,
    _check_quote_is_gate,
)

_ANYBODY_BUT_OWNER = Text("somebody other than the owner")


def _judge_approved_by(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    acts, today, days = pipeline["Activities"], pd.Timestamp(pipeline.today), gate_limit(gate)
    acts = acts[(acts["type"] == "approval") & (acts["date"] <= today)].sort_values("date", kind="stable")
    acts = acts.groupby(["deal", "by"], sort=False).tail(1)
    acts = acts[acts["outcome"] == "approved"]
    if days is not None:
        acts = acts[(today - acts["date"]).dt.days <= days]
    names = _find_approvers(pipeline, gate)
    if names:
        acts = acts[fold_keys(acts["by"]).isin(names)]
        holds = deals["deal"].isin(acts["deal"])
    else:
        owner = look_up_values(acts["deal"], deals.drop_duplicates("deal").set_index("deal")["owner"])
        holds = deals["deal"].isin(acts.loc[(acts["by"] != owner) & (acts["by"] != ""), "deal"])
    return GateResult(holds.to_numpy(bool), {"who": gate.subject.strip() or _ANYBODY_BUT_OWNER.in_(pipeline.language)})


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
    Text("The approval of {who} is missing."),
    Text("Ask for it and log an activity of type Approval with the outcome Approved."),
    _judge_approved_by,
    _check_approved_by_gate,
)
