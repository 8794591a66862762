"""The BANT card: what is known of a deal, what is not, and what to ask next."""

from __future__ import annotations

from xl_salesflow.documents import figures
from xl_salesflow.documents.contexts.common import Facts, Rows, day, head, joined, money, number, pairs
from xl_salesflow.documents.texts import say
from xl_salesflow.documents.values import Context, Figure
from xl_salesflow.model.text import Language


def bant_card(facts: Facts, language: Language) -> Context:
    """Return the facts of a BANT card (papers.card) as a template is given them."""
    deal, score = facts["deal"], facts["score"]
    gaps = joined((figures.chosen("dimension", id, language) for id in facts["gaps"]), language)
    dates = pairs(("date", day(facts["today"], language)), language=language)
    return {
        **head(facts, "bant_card", deal["deal"], language, dates),
        "about": about(facts, language),
        "scores": pairs(
            ("bant_score", number(score["score"], language)), ("grade", score["grade"]),
            ("qualified", say("missing", language, gaps=gaps) if gaps else say("is_qualified", language)),
            language=language,
        ),
        "dimensions": [_dimension(one, language) for one in facts["dimensions"]],
        "answers": [_answer(one, language) for one in facts["answers"]],
        "open": [
            {
                "dimension": figures.chosen("dimension", one["dimension"], language),
                "question": one["text"],
                "strong": one["strong"],
            }
            for one in facts["open"]
        ],
        "people": people(facts["people"], language),
    }  # fmt: skip


def about(facts: Facts, language: Language) -> Rows:
    """Return what a deal is, in rows."""
    deal = facts["deal"]
    return pairs(
        ("customer", deal["account"]), ("deal", " ".join(filter(None, (deal["deal"], deal["name"])))),
        ("stage_now", deal["stage"]), ("owner", deal["owner"]),
        ("amount", money(deal["amount"], facts["currency"], language)), language=language,
    )  # fmt: skip


def people(told: list[Facts], language: Language) -> Rows:
    """Return who takes part in the decision and how to reach them."""
    return [
        {
            **{id: one[id] for id in ("contact", "title", "attitude", "phone", "email")},
            "role": figures.chosen("decision_role", one["role"], language),
            "reach": " · ".join(filter(None, (one["phone"], one["email"]))),
        }
        for one in told
    ]


def _dimension(one: Facts, language: Language) -> dict[str, str]:
    points = one["points"] or 0
    return {
        "name": figures.chosen("dimension", one["dimension"], language),
        "points": Figure(f"{points}/3", points),
        "meaning": say(f"points_{points}", language),
    }


def _answer(one: Facts, language: Language) -> dict[str, str]:
    return {
        "question": one["text"],
        "points": number(one["points"], language),
        "answer": one["answer"],
        "evidence": one["evidence"],
    }
