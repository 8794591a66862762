"""The report: one page with headline numbers, funnel, trend, ageing and leaks.

Its facts are plain values, so that nothing here depends on how they are worked out:

    as_of, start, end      dates; start and end are None for all time
    company, source        text
    currency               ISO code
    filters                list of (name, value) that narrow the numbers; a name is Text or str
    metrics                list of {id, name, definition, foot, unit, value, sample, small}; unit is money, deals, days,
                           ratio, per_day or number; value is None when unknown; small marks a small sample; foot is
                           the definition in a few words, for a headline
    headlines              ids of the metrics that stand at the top
    stages                 list of {stage, reached, step_conversion, open_count, open_value, weighted_value, median_days,
                           day_limit, over_limit}; conversions are fractions, None when unknown
    months                 list of {month (a date), created, won, lost, won_value}
    ageing                 list of {label, count, value, late}: open deals by age; late is true beyond the usual cycle
    lost_stages, lost_reasons    list of {name, count, value, share}; share is cumulative
    by                     list of {name, rows}; a row is {key, open_count, open_value, won_count, lost_count, won_value,
                           win_rate, small}

A name, label or definition is Text or str. A list that is empty leaves its part of the page out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xl_salesflow.documents import figures
from xl_salesflow.documents.environment import fill
from xl_salesflow.documents.report_parts import parts
from xl_salesflow.documents.shown import Shown
from xl_salesflow.documents.texts import texts
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language

Facts = Mapping[str, Any]


def as_html(document: Document, language: Language) -> bytes:
    """Return the report as one self-contained page."""
    return fill("report.html", r=shown(document.facts, language), t=texts(language)).encode("utf-8")


def shown(facts: Facts, language: Language) -> dict[str, Any]:
    """Return the facts of a report (see above) as text and drawings in *language*."""
    show = Shown(language, facts["currency"])
    metrics = [_metric(metric, show) for metric in facts["metrics"]]
    heads = {metric["id"]: metric for metric in metrics}
    return {
        "language": "zh-Hans" if language == "zh" else "en",
        "company": facts["company"],
        "scope": " · ".join(_scope(facts, show)),
        "headlines": [heads[id] for id in facts["headlines"] if id in heads],
        "metrics": metrics,
        "parts": parts(facts, show),
        "by": [_group(group, show) for group in facts["by"] if group["rows"]],
    }


def _metric(metric: Facts, show: Shown) -> dict[str, str]:
    return {
        "id": metric["id"],
        "name": show.name(metric["name"]),
        "value": show.value(metric["value"], metric["unit"]),
        "definition": show.name(metric["definition"]),
        "foot": show.name(metric["foot"]),
        "behind": "" if metric["sample"] is None else show.say("deals_behind", count=show.count(metric["sample"])),
        "sample": "" if metric["sample"] is None else show.count(metric["sample"]),
        "small": show.say("small_sample") if metric["small"] else "",
    }


def _scope(facts: Facts, show: Shown) -> list[str]:
    start, end = (figures.day(facts[side], show.language) for side in ("start", "end"))
    period = "period" if start and end else "period_from" if start else "period_to"
    told = [show.say("as_of", day=figures.day(facts["as_of"], show.language))]
    told += [show.say(period, start=start, end=end)] if start or end else []
    return told + [f"{show.name(name)}: {value}" for name, value in facts["filters"]]


_GROUP = (
    ("name", "key", "name"),
    ("open_now", "open_count", "count"),
    ("open_value", "open_value", "money"),
    ("won", "won_count", "count"),
    ("lost", "lost_count", "count"),
    ("won_value", "won_value", "money"),
    ("win_rate", "win_rate", "ratio"),
)


def _inside(name: str) -> str:
    # a header in the middle of an English title: Owner, but BANT grade
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _group(group: Facts, show: Shown) -> dict[str, Any]:
    rows = [{**row, "key": show.name(row["key"]) or show.say("blank")} for row in group["rows"]]
    flags = [show.say("small_sample") if row["small"] else "" for row in rows]
    title = show.say("by", name=_inside(show.name(group["name"])))
    return {"title": title, "flags": flags, **show.table(_GROUP, rows)}
