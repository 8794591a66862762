"""The two public data sets as pipelines, read directly from their files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from tests.metrics.stories import pipeline_of_stories, stages_frame
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language

MAVEN_STAGES = (
    ("Prospecting", "open", 0.2, 30),
    ("Engaging", "open", 0.5, 60),
    ("Won", "won", 1.0, None),
    ("Lost", "lost", 0.0, None),
)
OLIST_STAGES = (("Lead", "open", 0.1, 30), ("Won", "won", 1.0, None), ("Lost", "lost", 0.0, None))


def maven(shared: Path, language: Language = "en") -> Pipeline:
    """Read the CRM sales opportunities: 8,800 deals, engaged or only prospected, won, lost or open."""
    raw = pd.read_csv(shared / "data/maven_crm/sales_pipeline.csv", parse_dates=["engage_date", "close_date"])
    deals = pd.DataFrame(
        {
            "deal": raw["opportunity_id"],
            "owner": raw["sales_agent"],
            "product": raw["product"].replace("GTXPro", "GTX Pro"),
            "account": raw["account"].fillna(""),
            "amount": raw["close_value"],
            "created": raw["engage_date"].astype("datetime64[s]"),
        }
    )
    begun = pd.DataFrame({"deal": deals["deal"], "stage": "Engaging", "entered": raw["engage_date"]})
    begun.loc[raw["deal_stage"] == "Prospecting", "stage"] = "Prospecting"
    ended = pd.DataFrame({"deal": deals["deal"], "stage": raw["deal_stage"], "entered": raw["close_date"]})
    ended = ended[ended["stage"].isin(("Won", "Lost"))]
    visits = pd.concat([begun, ended]).sort_index(kind="stable")
    return pipeline_of_stories(deals, visits, date(2026, 11, 22), stages_frame(MAVEN_STAGES), language)


def olist(shared: Path, language: Language = "en") -> Pipeline:
    """Read the marketing funnel: 8,000 leads, of which some were won."""
    leads = pd.read_csv(shared / "data/olist_funnel/olist_marketing_qualified_leads_dataset.csv")
    won = pd.read_csv(shared / "data/olist_funnel/olist_closed_deals_dataset.csv")
    created = pd.to_datetime(leads["first_contact_date"]).astype("datetime64[s]")
    origin = leads["origin"].fillna("")
    deals = pd.DataFrame({"deal": leads["mql_id"], "source": origin, "created": created})
    begun = pd.DataFrame({"deal": deals["deal"], "stage": "Lead", "entered": created})
    days = pd.to_datetime(won["won_date"]).dt.normalize()
    visits = pd.concat([begun, pd.DataFrame({"deal": won["mql_id"], "stage": "Won", "entered": days})])
    return pipeline_of_stories(deals, visits, date(2026, 11, 22), stages_frame(OLIST_STAGES), language)
