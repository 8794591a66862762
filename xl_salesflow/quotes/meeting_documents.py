"""The BANT card, the pre-call sheet and the visit report, with the facts of the deal that they contain."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.name_suggestions import unknown_key_error
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.bant_cards import BANT_DIMENSIONS
from xl_salesflow.quotes.quote_facts import match_benefits
from xl_salesflow.quotes.quote_lookup import (
    SELLER_SETTINGS,
    DealFacts,
    Record,
    find_deal_by_key,
    find_record,
    find_row_by_key,
    list_printed_columns,
    list_records,
    pick_texts,
    read_fact_date,
    read_fact_integer,
    read_fact_money,
    read_record,
)
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import fold_keys

NEED_COLUMNS = ("pain", "explicit_needs", "latent_needs", "cost_of_inaction")


def collect_deal_facts(pipeline: Pipeline, deal: Record) -> DealFacts:
    """Return source, today, seller, currency, deal, needs, people, contact and owner."""
    contact, owner = find_record(pipeline, "Contacts", deal["contact"]), find_record(pipeline, "Team", deal["owner"])
    return {
        "source": pipeline.source,
        "today": pipeline.today,
        "seller": {setting_id: pipeline.settings.text(setting_id) for setting_id in SELLER_SETTINGS},
        "currency": pipeline.settings.text("currency").strip().upper(),
        "deal": {
            **pick_texts(deal, "deal", "name", "account", "owner"),
            "stage": str(deal["recorded_stage"] or deal["stage"]),
            "amount": read_fact_money(deal["amount"]),
        },
        "needs": pick_texts(deal, *NEED_COLUMNS, "competitor"),
        "people": list_deal_people(pipeline, deal),
        "contact": pick_texts(contact, "contact", "title", "phone", "email"),
        "owner": pick_texts(owner, "person", "email"),
        **list_printed_columns(pipeline, deal),
    }


def list_deal_people(pipeline: Pipeline, deal: Record) -> list[DealFacts]:
    """Return the contacts of the deal's account, its main contact first."""
    contacts = pipeline["Contacts"]
    mine = contacts[
        _matches_deal_key(contacts["account"], deal["account"])
        | _matches_deal_key(contacts["contact"], deal["contact"])
    ]
    rows = sorted(list_records(mine), key=lambda row: fold_text(str(row["contact"])) != fold_text(str(deal["contact"])))
    return [
        {**pick_texts(row, "contact", "title", "phone", "email", "attitude"), "role": str(row["decision_role"])}
        for row in rows
    ]


def list_open_questions(pipeline: Pipeline, deal: Record) -> list[DealFacts]:
    """Return the BANT questions that are not answered, those of the dimensions with the fewest points first."""
    questions, answers = pipeline["Questions"], pipeline["Answers"]
    answers = answers[
        _matches_deal_key(answers["deal"], deal["deal"]) & ((answers["points"] > 0) | (answers["answer"] != ""))
    ]
    known = set(fold_keys(answers["question"]))
    rows = [row for row in list_records(questions) if row["text"] and fold_text(str(row["question"])) not in known]
    rows.sort(key=lambda row: read_fact_integer(deal.get(str(row["dimension"]), float("nan"))) or 0)
    return [pick_texts(row, "question", "dimension", "text", "strong") for row in rows]


def list_open_tasks(pipeline: Pipeline, deal: Record) -> list[DealFacts]:
    """Return the tasks of the deal that are not done, by the day they are due."""
    tasks = pipeline["Tasks"]
    mine = tasks[
        _matches_deal_key(tasks["deal"], deal["deal"]) & ~tasks["status"].isin(("done", "dropped"))
    ].sort_values("due")
    return [
        {**pick_texts(row, "task"), "due": read_fact_date(row["due"]), "required": row["required"] == "yes"}
        for row in list_records(mine)
    ]


def list_deal_objections(pipeline: Pipeline, deal: Record) -> list[DealFacts]:
    """Return the customer's objections, open ones first."""
    objections = pipeline["Objections"]
    mine = list_records(objections[_matches_deal_key(objections["deal"], deal["deal"])])
    mine.sort(key=lambda row: row["status"] == "resolved")
    return [{**pick_texts(row, "type", "concern", "answer"), "worked": row["worked"] == "yes"} for row in mine]


def select_deal_rows(frame: pd.DataFrame, deal: Record) -> pd.DataFrame:
    """Return the rows of *frame* that belong to *deal*."""
    return frame[_matches_deal_key(frame["deal"], deal["deal"])]


def _matches_deal_key(column: pd.Series, key: str) -> pd.Series:
    return (fold_keys(column) == fold_text(str(key))) & (column != "")


_MOST_ACTIVITIES, _MOST_CASES, _MOST_QUESTIONS = 5, 3, 6  # no more than somebody reads before a meeting
_REQUIRED_DIMENSIONS = ("need", "budget", "authority")


def build_bant_card(pipeline: Pipeline, key: str) -> Document:
    """Return the BANT card of deal *key*."""
    deal = find_deal_by_key(pipeline, key)
    floor = pipeline.settings.number("qualified_points")
    facts: DealFacts = {
        **collect_deal_facts(pipeline, deal),
        "score": {"score": _exact_bant_score(deal["bant_score"]), "grade": str(deal["bant_grade"])},
        "gaps": [dimension for dimension in _REQUIRED_DIMENSIONS if (read_fact_integer(deal[dimension]) or 0) < floor],
        "dimensions": [
            {"dimension": dimension, "points": read_fact_integer(deal[dimension])} for dimension in BANT_DIMENSIONS
        ],
        "answers": _list_bant_answers(pipeline, deal),
        "open": list_open_questions(pipeline, deal),
    }
    return Document("bant_card", _meeting_document_name("BANT", deal), facts)


def build_precall_sheet(pipeline: Pipeline, key: str) -> Document:
    """Return the sheet to read before the next meeting about deal *key*."""
    deal = find_deal_by_key(pipeline, key)
    account = find_record(pipeline, "Accounts", deal["account"])
    playbook = pipeline.playbooks.get(str(deal["playbook"] or pipeline.default_playbook))
    stages = [stage for stage in playbook.stages if stage.name == deal["recorded_stage"]] if playbook else []
    facts: DealFacts = {
        **collect_deal_facts(pipeline, deal),
        "next": {"step": str(deal["next_step"]), "date": read_fact_date(deal["next_step_date"])},
        "stage": {
            "purpose": stages[0].purpose if stages else "",
            "standard": str(pipeline["Stages"].at[stages[0].row, "standard"]) if stages else "",
        },
        "customer": {
            **pick_texts(account, "industry", "location", "parent"),
            **pick_texts(account, "habits", "preferences", "decision_process", "fit_reasons"),
            **{column: read_fact_integer(account[column]) for column in ("employees", "founded")},
            "revenue": read_fact_money(account["revenue"]),
        },
        "open": list_open_questions(pipeline, deal)[:_MOST_QUESTIONS],
        "benefits": match_benefits(
            pipeline, [str(deal[column_id]) for column_id in NEED_COLUMNS[:3]], _list_offered_products(pipeline, deal)
        ),
        "objections": list_deal_objections(pipeline, deal),
        "cases": _list_similar_cases(pipeline, deal),
        "talks": _list_recent_activities(pipeline, deal),
        "tasks": list_open_tasks(pipeline, deal),
    }
    return Document("precall", _meeting_document_name("Pre-call", deal), facts)


def build_visit_report(pipeline: Pipeline, key: str) -> Document:
    """Return the report of activity *key*, or of the latest activity of deal *key*.

    Raises:
        UsageError: there is no such activity, and no such deal with an activity.
    """
    talk = read_record(pipeline, "Activities", _find_activity_row(pipeline, key))
    deal = find_record(pipeline, "Deals", str(talk["deal"]))
    known = {**deal, "contact": talk["contact"] or deal["contact"]}
    facts: DealFacts = {
        **collect_deal_facts(pipeline, known),
        "talk": {
            **pick_texts(
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
            "date": read_fact_date(talk["date"]),
            "next_step_date": read_fact_date(talk["next_step_date"]),
        },
        "spin": pick_texts(talk, "situation", "problem", "implication", "need_payoff"),
        "objections": list_deal_objections(pipeline, deal),
        "tasks": list_open_tasks(pipeline, deal),
    }
    when = facts["talk"]["date"]
    return Document(
        "visit", " ".join(filter(None, ("Visit", when and when.isoformat(), talk["activity"], deal["account"]))), facts
    )


def _find_activity_row(pipeline: Pipeline, key: str) -> int:
    activities = pipeline["Activities"]
    row = find_row_by_key(pipeline, "Activities", "activity", key)
    if row is None and find_row_by_key(pipeline, "Deals", "deal", key) is not None:
        mine = select_deal_rows(activities, find_deal_by_key(pipeline, key))
        row = int(mine.sort_values("date", kind="stable").index[-1]) if len(mine) else None
    if row is None:
        raise unknown_key_error(key, Text("activity"), activities["activity"])
    return row


def _meeting_document_name(what: str, deal: Record) -> str:
    return " ".join(filter(None, (what, deal["deal"], deal["account"])))


def _exact_bant_score(cell: float) -> Decimal | None:
    return None if is_missing(cell) else Decimal(repr(float(cell)))


def _list_bant_answers(pipeline: Pipeline, deal: Record) -> list[DealFacts]:
    question_by_key = {fold_text(str(row["question"])): row for row in list_records(pipeline["Questions"])}
    mine = list_records(select_deal_rows(pipeline["Answers"], deal))
    return [
        {
            "text": str(question_by_key.get(fold_text(str(row["question"])), {}).get("text", ""))
            or str(row["question"]),
            "points": read_fact_integer(row["points"]),
            **pick_texts(row, "answer", "evidence"),
        }
        for row in mine
        if row["answer"] or row["points"] > 0
    ]


def _list_offered_products(pipeline: Pipeline, deal: Record) -> list[str]:
    quotes, lines = select_deal_rows(pipeline["Quotes"], deal), pipeline["QuoteLines"]
    products = lines.loc[lines["quote"].isin(quotes["quote"]), "product"]
    return [str(product) for product in (deal["product"], *products) if product]


def _list_similar_cases(pipeline: Pipeline, deal: Record) -> list[DealFacts]:
    """Return deals that others won with the product, the latest first, then those with another one of its series."""
    deals, products = pipeline["Deals"], pipeline["Products"]
    series = products["series"][products["product"] == deal["product"]].iloc[:1]
    kin = products["product"][products["series"].isin(series[series != ""])]
    same = (deals["product"] == deal["product"]) & (deals["product"] != "")
    other = fold_keys(deals["account"]) != fold_text(str(deal["account"]))
    alike = deals.assign(same=same)[(same | deals["product"].isin(kin)) & other & (deals["outcome"] == "won")]
    latest = alike.sort_values(["same", "closed"], ascending=False, kind="stable").head(_MOST_CASES)
    return [
        {
            **pick_texts(row, "account", "product"),
            "closed": read_fact_date(row["closed"]),
            "amount": read_fact_money(row["amount"]),
        }
        for row in list_records(latest)
    ]


def _list_recent_activities(pipeline: Pipeline, deal: Record) -> list[DealFacts]:
    mine: pd.DataFrame = select_deal_rows(pipeline["Activities"], deal).sort_values(
        "date", ascending=False, kind="stable"
    )
    return [
        {**pick_texts(row, "type", "contact", "summary", "next_step"), "date": read_fact_date(row["date"])}
        for row in list_records(mine.head(_MOST_ACTIVITIES))
    ]
