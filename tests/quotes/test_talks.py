"""BANT cards, pre-call sheets and visit reports: what is known, what is open, who takes part."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.quotes.desk import desk
from xl_salesflow.documents.visit_contexts import build_precall_context
from xl_salesflow.quotes.meeting_documents import build_bant_card, build_precall_sheet, build_visit_report
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES


def test_a_card_shows_what_is_known_and_what_is_missing() -> None:
    pipeline = desk(
        Deals=[{"deal": "D-1", "account": "Acme", "budget": 3.0, "authority": 1.0, "need": 2.0, "amount": 99.5}],
        Answers=[{"deal": "D-1", "question": "b1", "points": 3.0, "answer": "Plenty", "evidence": "Mail"}],
    )
    asked = [
        {"question": "B1", "dimension": "budget", "text": "How much?"},
        {"question": "A1", "dimension": "authority", "text": "Who decides?"},
        {"question": "T1", "dimension": "timeline", "text": "When?"},
    ]
    pipeline = pipeline.with_tables(Questions=make_table_frame(TABLES["Questions"], asked))
    facts = build_bant_card(pipeline, "D-1").facts
    assert facts["gaps"] == ["authority"]
    assert facts["score"]["score"] == Decimal("53.3")  # (25×3 + 25×1 + 30×2) ÷ 3
    assert [(one["dimension"], one["points"]) for one in facts["dimensions"]][:2] == [("budget", 3), ("authority", 1)]
    assert facts["answers"] == [{"text": "How much?", "points": 3, "answer": "Plenty", "evidence": "Mail"}]
    assert [one["text"] for one in facts["open"]] == ["When?", "Who decides?"]  # least known first
    assert facts["deal"]["amount"] == Decimal("99.50")


def test_a_precall_sheet_has_what_helps_before_a_visit() -> None:
    facts = build_precall_sheet(desk(), "D-1").facts
    assert facts["next"] == {"step": "Call", "date": date(2026, 3, 6)}
    assert [one["account"] for one in facts["cases"]] == ["Crown"]
    assert [one["summary"] for one in facts["talks"]] == ["Saw it", "Rang"]
    assert facts["people"][0]["contact"] == "Bob"
    assert facts["benefits"][0]["benefit"] == "Quiet"
    assert facts["stage"]["purpose"]
    assert len(facts["open"]) <= 6


def test_the_profile_of_the_customer_is_read_before_a_visit() -> None:
    profile = {"habits": "Buys in May", "preferences": "No calls", "decision_process": "Board of three"}
    company = {"parent": "Acme World", "revenue": 12_500_000.0, "founded": 1987.0}
    account = {"account": "Acme", "industry": "retail", "fit_reasons": "Employees: 250 (+20)", **company, **profile}
    deal = {"deal": "D-1", "account": "Acme", "explicit_needs": "A quiet pump", "latent_needs": "A spare on site"}
    sheet = build_precall_context(build_precall_sheet(desk(Deals=[deal], Accounts=[account]), "D-1").facts, "en")
    assert [(row["label"], row["value"]) for row in sheet["situation"]] == [
        ("Industry", "Retail"),
        ("Parent company", "Acme World"),
        ("Revenue", "12,500,000"),
        ("Founded", "1987"),
        ("Buying habits", "Buys in May"),
        ("Preferences", "No calls"),
        ("How they decide", "Board of three"),
        ("Our ideal customer", "Employees: 250 (+20)"),
        ("Says they need", "A quiet pump"),
        ("May need", "A spare on site"),
    ]


def test_the_work_standard_of_the_stage_is_read_before_a_visit() -> None:
    deal = {"deal": "D-1", "account": "Acme", "stage": "Lead", "recorded_stage": "Lead", "playbook": "crm"}
    pipeline = desk(Deals=[deal])
    sheet = build_precall_context(build_precall_sheet(pipeline, "D-1").facts, "en")
    stage = pipeline["Stages"].iloc[0]
    assert stage["stage"] == "Lead"
    assert [(row["label"], row["value"]) for row in sheet["aims"]] == [
        ("Purpose of the stage", stage["purpose"]),
        ("Work standard", stage["standard"]),
    ]


def test_customers_of_the_same_product_come_before_those_of_its_series() -> None:
    won = {"outcome": "won", "closed": date(2026, 1, 1)}
    deals = [
        {"deal": "D-1", "account": "Acme", "product": "Pump 1"},
        {"deal": "D-2", "account": "Of the series", "product": "Pump 2", **won, "closed": date(2026, 3, 1)},
        {"deal": "D-3", "account": "Same product", "product": "Pump 1", **won},
        {"deal": "D-4", "account": "Another series", "product": "Valve", **won},
        {"deal": "D-5", "account": "No series", "product": "Hose", **won},
    ]
    series = {"Pump 1": "Pumps", "Pump 2": "Pumps", "Valve": "Valves", "Hose": ""}
    products = [{"product": product, "series": name} for product, name in series.items()]
    cases = build_precall_sheet(desk(Deals=deals, Products=products), "D-1").facts["cases"]
    assert [one["account"] for one in cases] == ["Same product", "Of the series"]


def test_a_report_covers_one_visit() -> None:
    facts = build_visit_report(desk(), "a-1").facts
    assert (facts["talk"]["summary"], facts["talk"]["date"], facts["deal"]["deal"]) == (
        "Saw it",
        date(2026, 3, 2),
        "D-1",
    )


def test_a_deal_without_data_still_has_its_documents() -> None:
    bare = desk(Deals=[{"deal": "D-1"}], Activities=[{"activity": "A-1"}], Quotes=[], QuoteLines=[])
    assert build_bant_card(bare, "D-1").facts["score"] == {"score": None, "grade": ""}
    assert build_precall_sheet(bare, "D-1").facts["cases"] == []
    assert build_visit_report(bare, "A-1").facts["talk"]["date"] is None
