"""Template context of the BANT card, the pre-call sheet and the visit report."""

from __future__ import annotations

from xl_salesflow.documents.document_texts import document_text
from xl_salesflow.documents.offer_contexts import benefit_rows
from xl_salesflow.documents.template_values import (
    ContextRows,
    DocumentFacts,
    Figure,
    TemplateContext,
    day_figure,
    document_head,
    join_nonblank,
    labelled_rows,
    money_figure,
    number_figure,
    open_list_label,
    own_column_rows,
)
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.choice_lists import choice_label


def build_bant_card_context(facts: DocumentFacts, language: Language) -> TemplateContext:
    """Return the context for the template of a BANT card."""
    deal, score = facts["deal"], facts["score"]
    gaps = join_nonblank((choice_label("dimension", dimension, language) for dimension in facts["gaps"]), language)
    dates = labelled_rows(("date", day_figure(facts["today"], language)), language=language)
    return {
        **document_head(facts, "bant_card", deal["deal"], language, dates),
        "about": deal_summary_rows(facts, language),
        "scores": labelled_rows(
            ("bant_score", number_figure(score["score"], language)), ("grade", score["grade"]),
            ("qualified", document_text("missing", language, gaps=gaps) if gaps else document_text("is_qualified", language)),
            language=language,
        ) + [
            {"label": one["name"], "value": f"{one['points']} · {one['meaning']}"}
            for one in (_bant_dimension_fields(dimension, language) for dimension in facts["dimensions"])
        ],
        "dimensions": [_bant_dimension_fields(one, language) for one in facts["dimensions"]],
        "answers": [_bant_answer_fields(one, language) for one in facts["answers"]],
        "open": _open_question_rows(facts["open"], language),
        "people": decision_maker_rows(facts["people"], language),
    }  # fmt: skip


def _open_question_rows(questions: list[DocumentFacts], language: Language) -> ContextRows:
    """Return the questions still to ask with room for an answer; a criterion is named at its first question only."""
    named = [choice_label("dimension", one["dimension"], language) for one in questions]
    return [
        {
            "dimension": name if name != before else "",
            "question": one["text"],
            "strong": one["strong"],
            "boxes": _POINT_BOXES,
            "blank": "",
        }
        for before, name, one in zip(["", *named], named, questions, strict=False)
    ]


def deal_summary_rows(facts: DocumentFacts, language: Language) -> ContextRows:
    """Return rows with customer, deal, stage, owner and amount, and the team's own columns that papers show."""
    deal = facts["deal"]
    return labelled_rows(
        ("customer", deal["account"]), ("deal", " ".join(filter(None, (deal["deal"], deal["name"])))),
        ("stage_now", deal["stage"]), ("owner", deal["owner"]),
        ("amount", money_figure(deal["amount"], facts["currency"], language)), language=language,
    ) + own_column_rows(facts, language)  # fmt: skip


def decision_maker_rows(people: list[DocumentFacts], language: Language) -> ContextRows:
    """Return the people involved in the decision and how to reach them."""
    return [
        {
            **{key: person[key] for key in ("contact", "title", "attitude", "phone", "email")},
            "role": choice_label("decision_role", person["role"], language),
            "reach": " · ".join(filter(None, (person["phone"], person["email"]))),
        }
        for person in people
    ]


def _bant_dimension_fields(one: DocumentFacts, language: Language) -> dict[str, str]:
    points = one["points"] or 0
    return {
        "name": choice_label("dimension", one["dimension"], language),
        "points": Figure(f"{points}/3", points),
        "meaning": document_text(f"points_{points}", language),
    }


def _bant_answer_fields(one: DocumentFacts, language: Language) -> dict[str, str]:
    return {
        "question": one["text"],
        "points": number_figure(one["points"], language),
        "answer": one["answer"],
        "evidence": one["evidence"],
    }


_TICK_BOX = "☐"
_POINT_BOXES = " ".join(f"{_TICK_BOX}{points}" for points in range(4))
_CHECKLIST_IDS = ("strengths", "competitor", "case", "picture", "person", "goal")


def _profile_rows(customer: DocumentFacts, language: Language) -> ContextRows:
    return labelled_rows(
        ("industry", open_list_label("industry", customer["industry"], language)),
        ("location", customer["location"]),
        ("parent", customer["parent"]),
        ("employees", number_figure(customer["employees"], language)),
        ("revenue", number_figure(customer["revenue"], language)),
        ("founded", str(customer["founded"] or "")),
        *((key, customer[key]) for key in ("habits", "preferences", "decision_process", "fit_reasons")),
        language=language,
    )


def build_precall_context(facts: DocumentFacts, language: Language) -> TemplateContext:
    """Return the context for the template of a pre-call sheet."""
    needs, customer = facts["needs"], facts["customer"]
    dates = labelled_rows(("date", day_figure(facts["today"], language)), language=language)
    goal = "  ".join(filter(None, (day_figure(facts["next"]["date"], language), facts["next"]["step"])))
    purpose = facts["stage"]["purpose"]
    customer_rows = _profile_rows(customer, language)
    need_rows = labelled_rows(
        *(
            (key, needs[key])
            for key in (
                "pain",
                "explicit_needs",
                "latent_needs",
                "cost_of_inaction",
                "competitor",
            )
        ),
        language=language,
    )
    return {
        **document_head(facts, "precall", facts["deal"]["deal"], language, dates),
        "about": deal_summary_rows(facts, language),
        "aims": labelled_rows(
            ("goal", goal), ("stage_purpose", purpose), ("stage_standard", facts["stage"]["standard"]), language=language
        ),
        "goal": goal,
        "purpose": purpose,
        "situation": [*customer_rows, *need_rows],
        "customer": customer_rows,
        "needs": need_rows,
        "people": decision_maker_rows(facts["people"], language),
        "questions": [
            {"dimension": choice_label("dimension", one["dimension"], language), "question": one["text"]}
            for one in facts["open"]
        ],
        "benefits": benefit_rows(facts["benefits"], language),
        "objections": printed_objection_rows(facts["objections"], language),
        "cases": [
            {
                "account": one["account"], "product": one["product"], "closed": day_figure(one["closed"], language),
                "amount": money_figure(one["amount"], facts["currency"], language),
            }
            for one in facts["cases"]
        ],
        "talks": [_past_activity_fields(one, language) for one in facts["talks"]],
        "tasks": printed_task_rows(facts["tasks"], language),
        "checklist": [_checklist_fields(document_text(f"ready_{item}", language)) for item in _CHECKLIST_IDS],
    }  # fmt: skip


def _checklist_fields(text: str) -> dict[str, str]:
    # box and text are the names that older templates of a team use
    return {"label": _TICK_BOX, "value": text, "box": _TICK_BOX, "text": text}


def build_visit_context(facts: DocumentFacts, language: Language) -> TemplateContext:
    """Return the context for the template of a visit report."""
    visit, spin = facts["talk"], facts["spin"]
    step = (
        day_figure(visit["next_step_date"], language) or document_text("next_step_label", language),
        visit["next_step"],
    )
    dates = labelled_rows(("date", day_figure(visit["date"], language)), language=language)
    return {
        **document_head(facts, "visit", visit["activity"], language, dates),
        "about": [
            *deal_summary_rows(facts, language),
            *labelled_rows(
                ("contact", visit["contact"]), ("kind", open_list_label("activity_type", visit["type"], language)),
                ("channel", open_list_label("contact_channel", visit["channel"], language)),
                ("outcome", open_list_label("activity_outcome", visit["outcome"], language)), ("done_by", visit["by"]),
                language=language,
            ),
        ],
        "summary": visit["summary"],
        "spin": labelled_rows(
            ("situation_note", spin["situation"]), *((key, spin[key]) for key in ("problem", "implication", "need_payoff")),
            language=language,
        ),
        "verbal_terms": visit["verbal_terms"],
        "materials": visit["materials"],
        "steps": [{"label": step[0], "value": step[1]}] if step[1] else [],
        "objections": printed_objection_rows(facts["objections"], language),
        "tasks": printed_task_rows(facts["tasks"], language),
    }  # fmt: skip


def printed_objection_rows(objections: list[DocumentFacts], language: Language) -> ContextRows:
    """Return the customer's objections and how they were answered."""
    return [
        {
            "concern": one["concern"],
            "kind": open_list_label("objection_type", one["type"], language),
            "answer": one["answer"],
            "worked": document_text("worked", language) if one["worked"] else "",
        }
        for one in objections
    ]


def printed_task_rows(tasks: list[DocumentFacts], language: Language) -> ContextRows:
    """Return the open tasks, each with a box to tick."""
    return [
        {
            "box": _TICK_BOX,
            "task": one["task"],
            "due": day_figure(one["due"], language),
            "required": choice_label("yes_no", "yes", language) if one["required"] else "",
        }
        for one in tasks
    ]


def _past_activity_fields(one: DocumentFacts, language: Language) -> dict[str, str]:
    return {
        "date": day_figure(one["date"], language),
        "kind": open_list_label("activity_type", one["type"], language),
        "contact": one["contact"],
        "summary": one["summary"] or one["next_step"],
    }
