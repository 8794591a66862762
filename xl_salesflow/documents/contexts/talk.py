"""The pre-call sheet before a talk, and the report of it afterwards."""

from __future__ import annotations

from xl_salesflow.documents import figures
from xl_salesflow.documents.contexts.card import about, people
from xl_salesflow.documents.contexts.common import Facts, Rows, day, head, money, number, pairs
from xl_salesflow.documents.contexts.offer import benefits
from xl_salesflow.documents.texts import say
from xl_salesflow.documents.values import Context
from xl_salesflow.model.text import Language

_READY = ("strengths", "competitor", "case", "picture", "person", "goal")
_BOX = "☐"


def precall(facts: Facts, language: Language) -> Context:
    """Return the facts of a pre-call sheet (papers.precall) as a template is given them."""
    needs, customer = facts["needs"], facts["customer"]
    dates = pairs(("date", day(facts["today"], language)), language=language)
    return {
        **head(facts, "precall", facts["deal"]["deal"], language, dates),
        "about": about(facts, language),
        "goal": "  ".join(filter(None, (day(facts["next"]["date"], language), facts["next"]["step"]))),
        "purpose": facts["stage"]["purpose"],
        "customer": pairs(
            ("industry", figures.listed("industry", customer["industry"], language)), ("location", customer["location"]),
            ("employees", number(customer["employees"], language)),
            *((id, customer[id]) for id in ("habits", "preferences", "decision_process")), language=language,
        ),
        "needs": pairs(*((id, needs[id]) for id in (
            "pain", "explicit_needs", "latent_needs", "cost_of_inaction", "competitor",
        )), language=language),
        "people": people(facts["people"], language),
        "questions": [
            {"dimension": figures.chosen("dimension", one["dimension"], language), "question": one["text"]}
            for one in facts["open"]
        ],
        "benefits": benefits(facts["benefits"], language),
        "objections": objections(facts["objections"], language),
        "cases": [
            {
                "account": one["account"], "product": one["product"], "closed": day(one["closed"], language),
                "amount": money(one["amount"], facts["currency"], language),
            }
            for one in facts["cases"]
        ],
        "talks": [_talk(one, language) for one in facts["talks"]],
        "tasks": tasks(facts["tasks"], language),
        "checklist": [{"box": _BOX, "text": say(f"ready_{id}", language)} for id in _READY],
    }  # fmt: skip


def visit(facts: Facts, language: Language) -> Context:
    """Return the facts of a visit report (papers.visit) as a template is given them."""
    talk, spin = facts["talk"], facts["spin"]
    step = (day(talk["next_step_date"], language) or say("next_step_label", language), talk["next_step"])
    dates = pairs(("date", day(talk["date"], language)), language=language)
    return {
        **head(facts, "visit", talk["activity"], language, dates),
        "about": [
            *about(facts, language),
            *pairs(
                ("contact", talk["contact"]), ("kind", figures.listed("activity_type", talk["type"], language)),
                ("channel", figures.listed("contact_channel", talk["channel"], language)),
                ("outcome", figures.listed("activity_outcome", talk["outcome"], language)), ("done_by", talk["by"]),
                language=language,
            ),
        ],
        "summary": talk["summary"],
        "spin": pairs(
            ("situation_note", spin["situation"]), *((id, spin[id]) for id in ("problem", "implication", "need_payoff")),
            language=language,
        ),
        "verbal_terms": talk["verbal_terms"],
        "materials": talk["materials"],
        "steps": [{"label": step[0], "value": step[1]}] if step[1] else [],
        "objections": objections(facts["objections"], language),
        "tasks": tasks(facts["tasks"], language),
    }  # fmt: skip


def objections(told: list[Facts], language: Language) -> Rows:
    """Return what held the customer back and what was answered."""
    return [
        {
            "concern": one["concern"],
            "kind": figures.listed("objection_type", one["type"], language),
            "answer": one["answer"],
            "worked": say("worked", language) if one["worked"] else "",
        }
        for one in told
    ]


def tasks(told: list[Facts], language: Language) -> Rows:
    """Return what is still to be done, with a box to tick."""
    return [
        {
            "box": _BOX,
            "task": one["task"],
            "due": day(one["due"], language),
            "required": figures.chosen("yes_no", "yes", language) if one["required"] else "",
        }
        for one in told
    ]


def _talk(one: Facts, language: Language) -> dict[str, str]:
    return {
        "date": day(one["date"], language),
        "kind": figures.listed("activity_type", one["type"], language),
        "contact": one["contact"],
        "summary": one["summary"] or one["next_step"],
    }
