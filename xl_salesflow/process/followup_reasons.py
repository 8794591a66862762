"""Find the reasons to call about a deal: next steps, feedback, offers, tasks and stalled deals.

Each family of reasons is one function over the deals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.pipelines import Playbook
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.followup_deals import (
    SLIPPING_LEVEL,
    UNTIDY_LEVEL,
    URGENT_LEVEL,
    DealArrays,
    FollowUpReason,
    keep_days_where,
)
from xl_salesflow.process.followup_payments import find_overdue_payments
from xl_salesflow.process.followup_renewals import find_ending_contracts
from xl_salesflow.process.lead_answers import list_waiting_leads
from xl_salesflow.process.working_days import NO_DAY, DayArray

NEXT_STEP_OVERDUE = Text("next step overdue by {days} working days")
FIRST_ANSWER_OVERDUE = Text("first answer to the lead overdue by {days} working days")
NEXT_STEP_TODAY = Text("next step is due today")
NEXT_STEP_ON_DAY = Text("next step is due on {day}")
NEXT_STEP_COMING = Text("next step in {days} working days")
NEXT_STEP_MISSING = Text("no next step planned")


def find_due_next_steps(deals: DealArrays) -> Iterator[FollowUpReason]:
    """Yield next steps that are overdue, due or near, and open deals without one.

    A step on a day off moves to the next working day.
    """
    planned = deals.move_to_workday(deals.read_days("next_step_date"))
    needs_step = deals.open | deals.aftercare
    late = deals.count_days_late(planned)
    ahead = deals.pipeline.settings.number("due_ahead")
    leads = np.asarray(deals.frame["deal"].isin(list_waiting_leads(deals.pipeline)))
    for name, overdue, mine in (
        ("step_overdue", NEXT_STEP_OVERDUE, ~leads),
        ("answer_overdue", FIRST_ANSWER_OVERDUE, leads),
    ):
        days = keep_days_where(needs_step & (late > 0) & mine, planned)
        yield FollowUpReason(name, overdue, URGENT_LEVEL, days, {"days": late})
    text = NEXT_STEP_TODAY if deals.list_day == deals.today else NEXT_STEP_ON_DAY
    yield FollowUpReason(
        "step_today", text, SLIPPING_LEVEL, keep_days_where(needs_step & (late == 0), planned), {"day": planned}
    )
    coming = keep_days_where(needs_step & (late < 0) & (late >= -ahead), planned)
    yield FollowUpReason("step_coming", NEXT_STEP_COMING, UNTIDY_LEVEL, coming, {"days": -late}, waits_for_day=True)
    without = deals.open & np.isnat(planned)
    yield FollowUpReason(
        "no_step", NEXT_STEP_MISSING, UNTIDY_LEVEL, keep_days_where(without, np.full(len(planned), deals.list_day))
    )


LOW_SATISFACTION = Text("satisfaction {score} of 5, not resolved")
OPEN_ISSUE = Text("issue {feedback} is not resolved")


def find_unhappy_customers(deals: DealArrays) -> Iterator[FollowUpReason]:
    """Yield what is not resolved, on its deal or else on the latest deal of its customer.

    That is feedback below the threshold, and every issue, with or without a score.
    """
    given = deals.pipeline["Feedback"]
    given = given[given["resolved"].isna()].sort_values("date", kind="stable")
    low = given["satisfaction"] < deals.pipeline.settings.number("feedback_floor")
    scores = given["satisfaction"].map("{:g}".format).astype(object)
    yield _make_feedback_reason(deals, "unhappy", LOW_SATISFACTION, given[low], {"score": scores[low]})
    issues = ~low & (given["kind"] == "issue")
    yield _make_feedback_reason(deals, "issue", OPEN_ISSUE, given[issues], {"feedback": given["feedback"][issues]})


def _make_feedback_reason(
    deals: DealArrays, reason_id: str, text: Text, given: pd.DataFrame, facts: dict[str, pd.Series]
) -> FollowUpReason:
    rows = _locate_feedback_deals(deals, given)
    known = rows >= 0
    days = given["date"].to_numpy().astype("datetime64[D]")[known]
    due = deals.spread_values(
        rows[known], np.where(np.isnat(days), deals.list_day, deals.move_to_workday(days)), NO_DAY
    )
    spread = {name: deals.spread_values(rows[known], fact.to_numpy()[known], "") for name, fact in facts.items()}
    return FollowUpReason(reason_id, text, URGENT_LEVEL, due, spread)


def _locate_feedback_deals(deals: DealArrays, given: pd.DataFrame) -> np.ndarray:
    rows = deals.rows_of(given["deal"])
    if (rows >= 0).all():
        return rows
    order = np.argsort(deals.read_days("created"), kind="stable")
    latest = pd.Series(order, index=deals.frame["account"].to_numpy()[order])
    latest = latest[~latest.index.duplicated(keep="last") & (latest.index != "")]
    by_account = given["account"].map(latest).fillna(-1).to_numpy().astype(np.intp)
    return np.where((rows < 0) & (given["deal"] == "").to_numpy(), by_account, rows)


QUOTE_ENDING = Text("quote {quote} expires on {until}")
QUOTE_ENDED = Text("quote {quote} expired on {until} without an answer")
QUOTE_UNANSWERED = Text("no answer to quote {quote} sent {days} {days:day|days} ago")
CONTRACT_UNSIGNED = Text("contract sent {days} {days:day|days} ago is not signed")


def find_unanswered_offers(deals: DealArrays) -> Iterator[FollowUpReason]:
    """Yield quotes that are about to expire, expired or unanswered, and contracts that are not signed.

    A contact since then restarts the waiting time, so that a call does not immediately ask for the next one.
    """
    sent = _find_undecided_quotes(deals)
    until = sent["valid_until"].to_numpy().astype("datetime64[D]")
    notice = np.timedelta64(int(deals.pipeline.settings.number("expiry_notice")), "D")
    last_touch = np.append(deals.last_touch, NO_DAY)[deals.rows_of(sent["deal"])]
    answer = _answer_due_days(deals, _quote_sent_days(sent), last_touch)
    ending, ended = (until >= deals.today) & (until <= deals.today + notice), until < deals.today
    silent = ~ending & ~ended & (answer < deals.list_day)
    lapsed = np.where(last_touch > until, _answer_due_days(deals, until, last_touch), until)
    yield _make_quote_reason(
        deals,
        "quote_ending",
        QUOTE_ENDING,
        URGENT_LEVEL,
        sent,
        keep_days_where(ending, deals.calendar.on_or_before(until)),
    )
    yield _make_quote_reason(
        deals,
        "quote_ended",
        QUOTE_ENDED,
        SLIPPING_LEVEL,
        sent,
        keep_days_where(ended & (lapsed < deals.list_day), lapsed),
    )
    yield _make_quote_reason(
        deals, "quote_silent", QUOTE_UNANSWERED, SLIPPING_LEVEL, sent, keep_days_where(silent, answer)
    )
    yield from _find_unsigned_contracts(deals)


def _find_undecided_quotes(deals: DealArrays) -> pd.DataFrame:
    # the quotes that customers of open deals have not decided on; a quote that was replaced does not count
    quotes = deals.pipeline["Quotes"]
    out = quotes["status"].isin(("sent", "expired")) & quotes["decided"].isna()
    sent = quotes[out & ~quotes["quote"].isin(quotes["supersedes"])]
    return sent[np.append(deals.open, False)[deals.rows_of(sent["deal"])]]


def _quote_sent_days(quotes: pd.DataFrame) -> DayArray:
    return np.asarray(quotes["sent"].fillna(quotes["date"]).to_numpy().astype("datetime64[D]"))


def _answer_due_days(deals: DealArrays, out: DayArray, last_touch: DayArray) -> DayArray:
    days = np.timedelta64(int(deals.pipeline.settings.number("answer_days")), "D")
    since: DayArray = np.where(np.isnat(out), NO_DAY, np.fmax(out, last_touch))
    return deals.move_to_workday(since + days)


def _make_quote_reason(
    deals: DealArrays, reason_id: str, text: Text, level: int, quotes: pd.DataFrame, due: np.ndarray
) -> FollowUpReason:
    # if a deal has several quotes, the one that is due first counts
    at = np.flatnonzero(~np.isnat(due))
    at = at[np.argsort(due[at], kind="stable")][::-1]
    rows, quotes = deals.rows_of(quotes["deal"].iloc[at]), quotes.iloc[at]
    sent = _quote_sent_days(quotes)
    facts = {
        "quote": deals.spread_values(rows, quotes["quote"].to_numpy(), ""),
        "until": deals.spread_values(rows, quotes["valid_until"].to_numpy().astype("datetime64[D]"), NO_DAY),
        "days": deals.count_days_since(deals.spread_values(rows, sent, NO_DAY)),
    }
    return FollowUpReason(reason_id, text, level, deals.spread_values(rows, due[at], NO_DAY), facts)


def _find_unsigned_contracts(deals: DealArrays) -> Iterator[FollowUpReason]:
    done = deals.pipeline["Activities"]
    done = done[(done["type"] == "contract_sent") & done["date"].notna()].sort_values("date", kind="stable")
    rows = deals.rows_of(done["deal"])
    known = rows >= 0
    sent = deals.spread_values(rows[known], done["date"].to_numpy().astype("datetime64[D]")[known], NO_DAY)
    answer = _answer_due_days(deals, sent, deals.last_touch)
    waiting = deals.open & np.isnat(deals.read_days("contract_signed")) & (answer < deals.list_day)
    yield FollowUpReason(
        "contract_waiting",
        CONTRACT_UNSIGNED,
        URGENT_LEVEL,
        keep_days_where(waiting, answer),
        {"days": deals.count_days_since(sent)},
    )


TASK_OVERDUE = Text("task overdue: {task}")
TASK_TO_DO = Text("task to do: {task}")


def find_due_tasks(deals: DealArrays) -> Iterator[FollowUpReason]:
    """Yield the first open task of each deal that it has to do: overdue, due soon, or without a date in its stage.

    Before the sale these are the required tasks, after it all tasks of the stage.
    """
    listed = deals.pipeline["Tasks"]
    rows = deals.rows_of(listed["deal"])
    due = deals.move_to_workday(listed["due"].to_numpy().astype("datetime64[D]"))
    stage = np.append(deals.frame["recorded_stage"].to_numpy(), "")[rows]
    is_due = ~listed["status"].isin(("done", "dropped")) & (rows >= 0)
    asked = (listed["required"] == "yes") & np.append(deals.open, False)[rows]
    is_due &= asked | (np.append(deals.aftercare, False)[rows] & (listed["stage"].to_numpy() == stage))
    ahead = deals.calendar.after(np.array([deals.list_day]), int(deals.pipeline.settings.number("due_ahead")))
    overdue = is_due & (due < deals.list_day)
    undated = np.isnat(due) & (listed["stage"].to_numpy() == stage)
    soon = is_due & ~overdue & ((due <= ahead) | undated)
    for reason_id, text, level, chosen in (
        ("task_overdue", TASK_OVERDUE, SLIPPING_LEVEL, overdue),
        ("task", TASK_TO_DO, UNTIDY_LEVEL, soon),
    ):
        at = np.flatnonzero(chosen)
        at = at[np.argsort(due[at], kind="stable")][::-1]  # the earliest is written last and so takes precedence
        when = deals.spread_values(
            rows[at], np.where(np.isnat(due[at]), deals.list_day, due[at]), np.datetime64("NaT", "D")
        )
        facts = {"task": deals.spread_values(rows[at], listed["task"].to_numpy()[at], "")}
        yield FollowUpReason(reason_id, text, level, when, facts, waits_for_day=True)


SOLD_AND_ALONE = Text("won {days} {days:day|days} ago and not in “{stage}” yet: {task}")
_FIRST_MONTH = 30


def find_sold_and_alone(deals: DealArrays) -> Iterator[FollowUpReason]:
    """Yield deals won in the last month that nobody has moved into the aftercare of their playbook."""
    since = deals.count_days_since(deals.read_days("since"))
    recent = (deals.read_of_stage(lambda stage: stage.kind, "") == "won") & (since <= _FIRST_MONTH)
    next_by_playbook = {name: _find_first_aftercare(playbook) for name, playbook in deals.pipeline.playbooks.items()}
    named = deals.frame["playbook"].replace("", deals.pipeline.default_playbook)
    pairs = [next_by_playbook.get(name, ("", "")) for name in named]
    stage, task = (np.array([pair[at] for pair in pairs], dtype=object) for at in (0, 1))
    due = keep_days_where(recent & (stage != ""), deals.move_to_workday(deals.read_days("since")))
    yield FollowUpReason("sold", SOLD_AND_ALONE, SLIPPING_LEVEL, due, {"days": since, "stage": stage, "task": task})


def _find_first_aftercare(playbook: Playbook) -> tuple[str, str]:
    # the first stage after the sale and what is done first there; blank if there is none
    stage = next((stage for stage in playbook.stages if stage.kind == "aftercare"), None)
    if stage is None:
        return "", ""
    tasks = [task for task in playbook.tasks if task.stage == stage.name]
    first = min(tasks, key=lambda task: (task.due_days is None, task.due_days or 0), default=None)
    return stage.name, first.task if first else stage.action


NO_CONTACT_FOR_DAYS = Text("no contact for {days} {days:day|days} (every {limit} in this stage)")
OVER_STAGE_LIMIT = Text("{days} {days:day|days} in the stage (limit {limit})")
AFTER_SALES_VISIT_DUE = Text("time for an after-sales visit: last contact {days} {days:day|days} ago")  # fmt: skip


def find_stalled_deals(deals: DealArrays) -> Iterator[FollowUpReason]:
    """Yield idle deals, deals over the limit of their stage, and customers to visit after the sale."""
    limit = deals.read_of_stage(lambda stage: stage.cadence, deals.pipeline.settings.number("idle_limit")).astype(
        "float64"
    )
    idle = deals.read_numbers("idle_days")
    contact = _contact_due_days(deals, limit - idle)
    facts = {"days": idle, "limit": limit}
    yield FollowUpReason(
        "idle",
        NO_CONTACT_FOR_DAYS,
        SLIPPING_LEVEL,
        keep_days_where(deals.open & (contact < deals.list_day), contact),
        facts,
    )

    day_limit = deals.read_of_stage(lambda stage: stage.day_limit, np.nan).astype("float64")
    spent = deals.read_numbers("days_in_stage")
    over = keep_days_where(deals.open & (spent > day_limit), _contact_due_days(deals, day_limit - spent))
    yield FollowUpReason("over_limit", OVER_STAGE_LIMIT, SLIPPING_LEVEL, over, {"days": spent, "limit": day_limit})

    quiet = deals.count_days_since(deals.last_touch)
    visit_due = _contact_due_days(deals, limit - quiet)
    visit = keep_days_where(deals.aftercare & (visit_due < deals.list_day), visit_due)
    yield FollowUpReason("visit", AFTER_SALES_VISIT_DUE, UNTIDY_LEVEL, visit, {"days": quiet})


def _contact_due_days(deals: DealArrays, days: npt.NDArray[np.float64]) -> DayArray:
    # that many days from now (negative: ago); on a day off the contact moves to the next working day
    counted = np.where(np.isnan(days), np.timedelta64("NaT", "D"), np.nan_to_num(days).astype("timedelta64[D]"))
    return deals.move_to_workday(np.asarray(deals.today + counted))


REASON_FAMILIES: tuple[Callable[[DealArrays], Iterable[FollowUpReason]], ...] = (
    find_due_next_steps,
    find_unhappy_customers,
    find_unanswered_offers,
    find_overdue_payments,
    find_ending_contracts,
    find_due_tasks,
    find_sold_and_alone,
    find_stalled_deals,
)
"""All families, in the order in which reasons of equal urgency are listed."""


def find_followup_reasons(deals: DealArrays) -> Iterator[FollowUpReason]:
    """Yield every reason that applies to *deals*."""
    for family in REASON_FAMILIES:
        yield from family(deals)
