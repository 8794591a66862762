"""The deal inspection as one page for the weekly meeting: a card for each open deal, by owner, with filters.

Its facts are the answer of the verb inspect with what the page says beside it:

    inspection           an InspectionAnswer
    source               path of the workbook
    company, currency    name of the company, ISO code

The filters are a script that is the same in every page. The page allows this script by its hash and no other one, so
that nothing in a workbook can run; without scripts, the page shows every deal and no filters.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.deal_titles import deal_title
from xl_salesflow.core.inspection_answers import InspectedDeal, InspectedOwner, InspectionAnswer, RecordedAmount
from xl_salesflow.documents.change_wording import word_deal_change
from xl_salesflow.documents.document_texts import texts_in_language
from xl_salesflow.documents.report_formatter import UNKNOWN_VALUE_DASH, ReportFormatter
from xl_salesflow.documents.svg_charts import svg_element
from xl_salesflow.documents.template_safety import fill_template
from xl_salesflow.documents.template_values import localize_day, localize_number
from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import COMMA_SEPARATOR, LABEL_AND_VALUE, SEMICOLON_SEPARATOR, Language
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.table_registry import TABLES

_SPARKLINE_WIDTH, _SPARKLINE_HEIGHT, _SPARKLINE_EDGE = 120.0, 28.0, 4.0
_PACE_BAR = (
    '<svg class="pace" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
    '<rect class="track" width="100" height="6"/><rect class="{look}" width="{width:.1f}" height="6"/></svg>'
)
_SLOW_RANK = 0.8
"""Share of faster won deals from which the time in a stage stands out."""


def render_inspection_page(document: Document, language: Language) -> bytes:
    """Return the inspection as one self-contained page."""
    facts = document.facts
    show = ReportFormatter(language, facts["currency"])
    fields = {**_inspection_fields(facts["inspection"], show), "company": facts["company"]}
    script, policy = _read_filter_script()
    filled = fill_template("inspection.html", d=fields, t=texts_in_language(language), script=script, policy=policy)
    return filled.encode("utf-8")


@cache
def _read_filter_script() -> tuple[Markup, Markup]:
    """Return the script of the filters and the part of the page's policy that allows it."""
    script = (Path(__file__).parent / "templates" / "inspection.js").read_text(encoding="utf-8")
    fingerprint = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return Markup(script), Markup(f"; script-src 'sha256-{fingerprint}'; form-action 'none'; base-uri 'none'")


def _inspection_fields(inspection: InspectionAnswer, show: ReportFormatter) -> dict[str, Any]:
    """Return the answer as text."""
    language, day = show.language, localize_day(inspection.day, show.language)
    deals = [deal for owner in inspection.owners for deal in owner.deals]
    last = localize_day(inspection.expected_by, language)
    headline = show.document_text("inspection_nothing", day=last)
    if deals:
        headline = show.document_text(
            "inspection_total",
            count=len(deals),
            value=show.money(sum(deal.amount or 0.0 for deal in deals)),
            changed=sum(bool(deal.changes) for deal in deals),
            since=localize_day(inspection.since, language),
            warned=sum(bool(deal.warnings) for deal in deals),
        )
    # only the page knows how many deals a filter leaves
    before, after = show.document_text("inspection_shown", shown="\0", count=len(deals)).split("\0")
    return {
        "language": language_traits(language).tag,
        "day": day,
        "headline": headline,
        "scope": show.document_text("inspection_scope", day=last),
        "count": len(deals),
        "shown": (before, after),
        "heads": {name: TABLES["Deals"][name].header.in_(language) for name in ("pushes", "next_step", "warnings")},
        "stages": sorted({deal.stage for deal in deals} - {""}, key=str.casefold),
        "owners": [_owner_fields(owner, inspection.day, show) for owner in inspection.owners],
    }


def _owner_fields(owner: InspectedOwner, day: date, show: ReportFormatter) -> dict[str, Any]:
    return {
        "name": owner.owner or show.document_text("nobody"),
        "sum": show.document_text("inspection_owner", count=owner.count, value=show.money(owner.value)),
        "deals": [_deal_fields(deal, day, show) for deal in owner.deals],
    }


def _deal_fields(deal: InspectedDeal, day: date, show: ReportFormatter) -> dict[str, Any]:
    language, columns = show.language, TABLES["Deals"]
    closes = localize_day(deal.expected_close, language) or UNKNOWN_VALUE_DASH
    title = deal_title(deal.deal, deal.name, deal.account)
    facts = (
        "" if title == deal.deal else deal.deal,
        deal.stage,
        choice_label(columns["forecast"].options, deal.forecast, language),
        LABEL_AND_VALUE.in_(language, label=columns["expected_close"].header, value=closes),
    )
    roles = (choice_label("decision_role", role, language) for role in deal.missing)
    return {
        "title": title,
        "stage": deal.stage,
        "facts": " · ".join(filter(None, facts)),
        "amount": show.money(deal.amount),
        "sparkline": draw_amount_sparkline(deal.amounts, day, _word_amounts(deal.amounts, show)),
        "changes": _join_words((word_deal_change(change, show) for change in deal.changes), language),
        "pace": _word_pace(deal, show),
        "pace_bar": _draw_pace(deal.stage_rank),
        "pushes": show.count(deal.pushes) if deal.pushes else "",
        "missing": COMMA_SEPARATOR.in_(language).join(roles),
        "step": _word_next_step(deal, show),
        "late": bool(deal.next_step_date and deal.next_step_date < day),
        "warnings": deal.warnings,
    }


def _join_words(words: Iterable[str], language: Language) -> str:
    return SEMICOLON_SEPARATOR.in_(language).join(words)


def _word_pace(deal: InspectedDeal, show: ReportFormatter) -> str:
    if deal.days_in_stage is None:
        return ""
    facts = {"days": deal.days_in_stage, "stage": deal.stage}
    if deal.stage_rank is None or deal.usual_days is None:
        return show.document_text("inspection_pace_alone", **facts)
    usual, rank = localize_number(round(deal.usual_days, 1), show.language), show.value(deal.stage_rank, "percent")
    return show.document_text("inspection_pace", usual=usual, rank=rank, count=deal.won_deals, **facts)


def _draw_pace(rank: float | None) -> Markup | str:
    """Return the share of won deals that were faster as a bar; blank if it is unknown."""
    if rank is None:
        return ""
    return Markup(_PACE_BAR).format(look="slow" if rank >= _SLOW_RANK else "usual", width=100 * rank)


def _word_next_step(deal: InspectedDeal, show: ReportFormatter) -> str:
    if not deal.next_step:
        return ""
    day = localize_day(deal.next_step_date, show.language) or UNKNOWN_VALUE_DASH
    return show.document_text("inspection_step", step=deal.next_step, day=day)


def _word_amounts(amounts: Sequence[RecordedAmount], show: ReportFormatter) -> str:
    parts = [
        show.document_text(
            "inspection_amount_from", amount=show.money(one.amount), day=localize_day(one.day, show.language)
        )
        for one in amounts
    ]
    return show.document_text("inspection_amounts", amounts=_join_words(parts, show.language))


def draw_amount_sparkline(amounts: Sequence[RecordedAmount], day: date, label: str) -> Markup | str:
    """Return the *amounts* of a deal until *day* as a line of steps that *label* says in words; blank if there is only one.

    The lowest amount is at the bottom and the highest at the top; a blank amount counts as 0.
    """
    if len(amounts) < 2:
        return ""
    known = [one.amount or 0.0 for one in amounts]
    ends = [*(one.day for one in amounts), max(day, amounts[-1].day)]
    low, span = min(known), (max(known) - min(known)) or 1.0
    wide, high = _SPARKLINE_WIDTH - 2 * _SPARKLINE_EDGE, _SPARKLINE_HEIGHT - 2 * _SPARKLINE_EDGE
    length = (ends[-1] - ends[0]).days or 1
    across = [_SPARKLINE_EDGE + wide * (end - ends[0]).days / length for end in ends]
    heights = [_SPARKLINE_EDGE + high * (1 - (amount - low) / span) for amount in known]
    points = [(x, y) for n, y in enumerate(heights) for x in across[n : n + 2]]
    line = svg_element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_="line")
    dot = svg_element("circle", cx=points[-1][0], cy=points[-1][1], r=3.0, class_="dot")
    return svg_element(
        "svg", svg_element("title", label), line, dot,
        viewBox=f"0 0 {_SPARKLINE_WIDTH:g} {_SPARKLINE_HEIGHT:g}", role="img", class_="spark",
    )  # fmt: skip
