"""Answer thirteen questions about how the team sells from the data in the workbook.

A question has no answer (None) if the workbook has no data for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from xl_salesflow.core.metric_answers import AuditAnswer, AuditReply
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import format_column_values
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.deal_upkeep import SPIN_KINDS, count_spin_kinds
from xl_salesflow.schema.table_registry import TABLES

AuditFacts = dict[str, str | float | int | None]
SPIN_NOTE_COLUMNS = tuple(SPIN_KINDS)


def audit_lead_quality(pipeline: Pipeline) -> AuditFacts | None:
    """Return how many deals got beyond the first stage, and from which source most do."""
    deals = pipeline["Deals"]
    deals = deals[deals["furthest"].notna()]
    if deals.empty:
        return None
    on = deals["furthest"] > 1
    shares = on.groupby(
        _label_audit_values("Deals", "source", deals["source"].loc[deals["source"] != ""], pipeline)
    ).mean()
    best = str(shares.idxmax()) if len(shares) else "–"
    return {"count": len(deals), "share": float(on.mean()), "best": best}


def audit_assignment(pipeline: Pipeline) -> AuditFacts | None:
    """Return how the open deals are distributed over their owners."""
    held = pipeline["Deals"].loc[pipeline["Deals"]["outcome"] == "open", "owner"]
    if held.empty:
        return None
    counts = held[held != ""].value_counts()
    most = str(counts.index[0]) if len(counts) else "–"
    count = int(counts.max()) if len(counts) else 0
    return {"owners": len(counts), "most": most, "count": count, "unowned": int((held == "").sum())}


def audit_attempts(pipeline: Pipeline) -> AuditFacts | None:
    """Return how many activities won and lost deals took (median)."""
    deals, count = pipeline["Deals"], pipeline["Activities"]["deal"].value_counts()
    if count.empty:
        return None
    per = {outcome: deals.loc[deals["outcome"] == outcome, "deal"].map(count).fillna(0) for outcome in ("won", "lost")}
    return {outcome: None if found.empty else float(found.median()) for outcome, found in per.items()}


def audit_cadence(pipeline: Pipeline) -> AuditFacts | None:
    """Return how many days pass between two activities of a deal (median)."""
    activities = pipeline["Activities"].dropna(subset=["date"]).sort_values("date")
    gaps = activities.groupby("deal")["date"].diff().dt.days.dropna()
    return None if gaps.empty else {"days": float(gaps.median()), "count": len(gaps)}


def audit_first_contact(pipeline: Pipeline) -> AuditFacts | None:
    """Return how many first activities have notes."""
    first = pipeline["Activities"].sort_values("date", kind="stable").drop_duplicates("deal")
    if first.empty:
        return None
    noted = (first[["summary", *SPIN_NOTE_COLUMNS]].apply(lambda notes: notes.str.strip()) != "").any(axis=1)
    return {"share": float(noted.mean()), "count": len(first)}


def audit_notes(pipeline: Pipeline) -> AuditFacts | None:
    """Return where answers are recorded: summaries, BANT answers, SPIN notes."""
    activities = pipeline["Activities"]
    if activities.empty:
        return None
    four = count_spin_kinds(pipeline) == len(SPIN_NOTE_COLUMNS)
    answered = pipeline["Answers"].loc[pipeline["Answers"]["answer"].str.strip() != "", "deal"].nunique()
    share = float((activities["summary"].str.strip() != "").mean())
    return {"share": share, "answered": int(answered), "spin": int(four.sum()), "count": len(four)}


def audit_next_contact(pipeline: Pipeline) -> AuditFacts | None:
    """Return how many open deals have a dated next step, and how many are late."""
    deals = pipeline["Deals"]
    planned = deals.loc[deals["outcome"] == "open", "next_step_date"]
    if planned.empty:
        return None
    late = planned < pd.Timestamp(pipeline.today)
    return {"share": float(planned.notna().mean()), "late": int(late.sum()), "count": len(planned)}


def audit_materials(pipeline: Pipeline) -> AuditFacts | None:
    """Return what is sent most often."""
    sent = pipeline["Activities"]["materials"].str.split(r"[,;\uff0c\uff1b\u3001]").explode().str.strip()
    return _most_frequent_value(sent[sent.notna() & (sent != "")])


def audit_product_gaps(pipeline: Pipeline) -> AuditFacts | None:
    """Return how many products lack a feature, an advantage or a benefit."""
    products = pipeline["Products"]
    products = products[(products["product"] != "") & (products["active"] != "no")]
    if products.empty:
        return None
    bare = (products[["feature", "advantage", "benefit"]].apply(lambda notes: notes.str.strip()) == "").any(axis=1)
    return {"bare": int(bare.sum()), "count": len(products)}


def audit_demo_channels(pipeline: Pipeline) -> AuditFacts | None:
    """Return the channel through which most demos are held."""
    demos = pipeline["Activities"]
    demos = demos[demos["type"] == "demo"]
    return _most_frequent_value(
        _label_audit_values("Activities", "contact_channel", demos["contact_channel"], pipeline)
    )


def audit_preparation(pipeline: Pipeline) -> AuditFacts | None:
    """Return how many tasks that were due were done in time."""
    tasks = pipeline["Tasks"]
    due = tasks[(tasks["due"] <= pd.Timestamp(pipeline.today)) & (tasks["status"] != "dropped")]
    if due.empty:
        return None
    in_time = (due["status"] == "done") & ~(due["done"] > due["due"])
    return {"share": float(in_time.mean()), "count": len(due)}


def audit_objections(pipeline: Pipeline) -> AuditFacts | None:
    """Return the most frequent objection, and the answer that convinced most often."""
    found = pipeline["Objections"]
    facts = _most_frequent_value(_label_audit_values("Objections", "type", found["type"], pipeline))
    if facts is None:
        return None
    worked = found.loc[(found["worked"] == "yes") & (found["answer"].str.strip() != ""), "answer"].str.strip()
    best = str(worked.value_counts().index[0]) if len(worked) else "–"
    return {**facts, "resolved": float((found["status"] == "resolved").mean()), "worked": best}


def audit_loss_reasons(pipeline: Pipeline) -> AuditFacts | None:
    """Return the most frequent loss reason."""
    lost = pipeline["Deals"][pipeline["Deals"]["outcome"] == "lost"]
    facts = _most_frequent_value(_label_audit_values("Deals", "loss_reason", lost["loss_reason"], pipeline))
    return facts and {**facts, "unknown": int((lost["loss_reason"] == "").sum())}


def _most_frequent_value(values: pd.Series) -> AuditFacts | None:
    values = values[values != ""]
    counts = values.value_counts()
    if counts.empty:
        return None
    return {"most": str(counts.index[0]), "share": float(counts.iloc[0] / len(values)), "count": len(values)}


def _label_audit_values(table: str, column: str, values: pd.Series, pipeline: Pipeline) -> pd.Series:
    return format_column_values(TABLES[table][column], values, pipeline.language).where(values != "", "")


_AUDIT_SHARES = ("share", "resolved")


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """One question of the audit; *facts* returns the facts for *answer*, or None if the workbook has no data for it."""

    id: str
    text: Text
    answer: Text
    facts: Callable[[Pipeline], AuditFacts | None]


def answer_audit_questions(pipeline: Pipeline) -> AuditAnswer:
    """Return what the workbook answers to every question, in order."""
    replies = []
    for question in AUDIT_QUESTIONS:
        facts = question.facts(pipeline)
        answer = question.answer.in_(pipeline.language, **_format_audit_facts(facts)) if facts else None
        text = question.text.in_(pipeline.language)
        replies.append(AuditReply(question.id, text, answer, facts or {}))
    return AuditAnswer(tuple(replies))


def _format_audit_facts(facts: AuditFacts) -> dict[str, str]:
    return {name: _format_audit_fact(value, name in _AUDIT_SHARES) for name, value in facts.items()}


def _format_audit_fact(value: object, share: bool) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.0%}" if share else f"{value:g}"
    return str(value)


def _audit_question(
    question: str, text: str, answer: str, facts: Callable[[Pipeline], AuditFacts | None]
) -> AuditQuestion:
    return AuditQuestion(question, Text(text), Text(answer), facts)


AUDIT_QUESTIONS: tuple[AuditQuestion, ...] = (
    _audit_question("lead_quality", "How many leads turn out to be worth the effort?",
        "{share} of {count} deals got beyond the first stage; the best source is {best}.", audit_lead_quality),
    _audit_question("assignment", "Who gets which lead?",
        "Owners of open deals: {owners}; {most} has the most ({count}); without an owner: {unowned}.", audit_assignment),
    _audit_question("attempts", "How often do we get in touch before we win or give up?",
        "Median number of activities: {won} for a won deal, {lost} for a lost one.", audit_attempts),
    _audit_question("cadence", "How regularly do we stay in touch?",
        "Every {days} {days:day|days} (median of {count} intervals between contacts).", audit_cadence),
    _audit_question("first_talk", "Is the first contact documented?",
        "{share} of {count} first contacts have notes.", audit_first_contact),
    _audit_question("notes", "Where do answers and problems get written down?",
        "Summaries on {share} of the activities; BANT answers for {answered} {answered:deal|deals}; all four SPIN "
        "notes for {spin} of {count}.",
        audit_notes),
    _audit_question("next_contact", "How do we keep from forgetting the next contact?",
        "{share} of {count} open deals have a dated next step; {late} of them are late.", audit_next_contact),
    _audit_question("materials", "What do we send most?",
        "{most}: {share} of {count} items sent.", audit_materials),
    _audit_question("gaps", "Which products lack sales arguments?",
        "{bare} of {count} products lack a feature, advantage or benefit.", audit_product_gaps),
    _audit_question("presented", "How do we present?",
        "{most}: {share} of {count} demos.", audit_demo_channels),
    _audit_question("prepared", "Are tasks done on time?",
        "{share} of {count} tasks that fell due were done in time.", audit_preparation),
    _audit_question("objections", "What do customers object to, and what convinces them?",
        "Mostly {most} ({share} of {count}); {resolved} are resolved; what worked best: {worked}.", audit_objections),
    _audit_question("losses", "Why do deals get lost?",
        "Mostly {most}: {share} of {count} with a reason; {unknown} have none.", audit_loss_reasons),
)  # fmt: skip
"""The thirteen questions, in the order in which they come up in a deal."""
