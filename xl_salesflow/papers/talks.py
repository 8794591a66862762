"""The BANT card, the pre-call sheet and the report of a visit, as documents."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Document
from xl_salesflow.papers.around_deal import (
    Facts,
    day,
    deal_meant,
    head,
    meant_row,
    money,
    number,
    objections,
    of_deal,
    open_questions,
    open_tasks,
    picked,
    unknown,
)  # fmt: skip
from xl_salesflow.quotes.benefits import benefits
from xl_salesflow.quotes.record import Record, found, record, records
from xl_salesflow.scoring import bant

_TALKS, _CASES, _ASKED = 5, 3, 6  # no more than is read before a talk
_MUST = ("need", "budget", "authority")


def bant_card(pipeline: Pipeline, key: str) -> Document:
    """Return the BANT card of deal *key*."""
    deal = deal_meant(pipeline, key)
    floor = pipeline.settings.number("qualified_points")
    facts: Facts = {
        **head(pipeline, deal),
        "score": {"score": _score(deal["bant_score"]), "grade": str(deal["bant_grade"])},
        "gaps": [id for id in _MUST if (number(deal[id]) or 0) < floor],
        "dimensions": [{"dimension": id, "points": number(deal[id])} for id in bant.DIMENSIONS],
        "answers": _answers(pipeline, deal),
        "open": open_questions(pipeline, deal),
    }
    return Document("bant_card", _name("BANT", deal), facts)


def precall(pipeline: Pipeline, key: str) -> Document:
    """Return the sheet to read before the next talk about deal *key*."""
    deal = deal_meant(pipeline, key)
    account = found(pipeline, "Accounts", deal["account"])
    playbook = pipeline.playbooks.get(str(deal["playbook"] or pipeline.default_playbook))
    stages = [stage for stage in playbook.stages if stage.name == deal["recorded_stage"]] if playbook else []
    facts: Facts = {
        **head(pipeline, deal),
        "next": {"step": str(deal["next_step"]), "date": day(deal["next_step_date"])},
        "stage": {"purpose": stages[0].purpose if stages else ""},
        "customer": {
            **picked(account, "industry", "location", "habits", "preferences", "decision_process"),
            "employees": number(account["employees"]),
        },
        "open": open_questions(pipeline, deal)[:_ASKED],
        "benefits": benefits(pipeline, deal, _offered(pipeline, deal)),
        "objections": objections(pipeline, deal),
        "cases": _cases(pipeline, deal),
        "talks": _talks(pipeline, deal),
        "tasks": open_tasks(pipeline, deal),
    }
    return Document("precall", _name("Pre-call", deal), facts)


def visit(pipeline: Pipeline, key: str) -> Document:
    """Return the report of activity *key*, or of the latest one of deal *key*.

    Raises:
        UsageError: there is no such activity, and no deal that has one.
    """
    talk = record(pipeline, "Activities", _talk_meant(pipeline, key))
    deal = found(pipeline, "Deals", str(talk["deal"]))
    known = {**deal, "contact": talk["contact"] or deal["contact"]}
    facts: Facts = {
        **head(pipeline, known),
        "talk": {
            **picked(
                talk,
                "activity",
                "contact",
                "type",
                "outcome",
                "by",
                "summary",
                "verbal_terms",
                "materials",
                "next_step",
            ),
            "channel": str(talk["contact_channel"]),
            "date": day(talk["date"]),
            "next_step_date": day(talk["next_step_date"]),
        },
        "spin": picked(talk, "situation", "problem", "implication", "need_payoff"),
        "objections": objections(pipeline, deal),
        "tasks": open_tasks(pipeline, deal),
    }
    when = facts["talk"]["date"]
    return Document(
        "visit", " ".join(filter(None, ("Visit", when and when.isoformat(), talk["activity"], deal["account"]))), facts
    )


def _talk_meant(pipeline: Pipeline, key: str) -> int:
    activities = pipeline["Activities"]
    row = meant_row(pipeline, "Activities", "activity", key)
    if row is None and meant_row(pipeline, "Deals", "deal", key) is not None:
        mine = of_deal(activities, deal_meant(pipeline, key))
        row = int(mine.sort_values("date", kind="stable").index[-1]) if len(mine) else None
    if row is None:
        raise unknown(key, ("activity", "活动"), activities["activity"])
    return row


def _name(what: str, deal: Record) -> str:
    return " ".join(filter(None, (what, deal["deal"], deal["account"])))


def _score(cell: float) -> Decimal | None:
    return None if cell != cell else Decimal(repr(float(cell)))


def _answers(pipeline: Pipeline, deal: Record) -> list[Facts]:
    asked = {str(row["question"]).casefold(): row for row in records(pipeline["Questions"])}
    mine = records(of_deal(pipeline["Answers"], deal))
    return [
        {
            "text": str(asked.get(str(row["question"]).casefold(), {}).get("text", "")) or str(row["question"]),
            "points": number(row["points"]),
            **picked(row, "answer", "evidence"),
        }
        for row in mine
        if row["answer"] or row["points"] > 0
    ]


def _offered(pipeline: Pipeline, deal: Record) -> list[str]:
    quotes, lines = of_deal(pipeline["Quotes"], deal), pipeline["QuoteLines"]
    products = lines.loc[lines["quote"].isin(quotes["quote"]), "product"]
    return [str(product) for product in (deal["product"], *products) if product]


def _cases(pipeline: Pipeline, deal: Record) -> list[Facts]:
    deals = pipeline["Deals"]
    alike = (deals["product"] == deal["product"]) & (deals["product"] != "") & (deals["outcome"] == "won")
    other = deals["account"].str.casefold() != str(deal["account"]).casefold()
    latest = deals[alike & other].sort_values("closed", ascending=False, kind="stable").head(_CASES)
    return [
        {**picked(row, "account", "product"), "closed": day(row["closed"]), "amount": money(row["amount"])}
        for row in records(latest)
    ]


def _talks(pipeline: Pipeline, deal: Record) -> list[Facts]:
    mine: pd.DataFrame = of_deal(pipeline["Activities"], deal).sort_values("date", ascending=False, kind="stable")
    return [
        {**picked(row, "type", "contact", "summary", "next_step"), "date": day(row["date"])}
        for row in records(mine.head(_TALKS))
    ]
