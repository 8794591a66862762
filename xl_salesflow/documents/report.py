"""The report: one page with headline numbers, funnel, trend, ageing and leaks.

Its facts are plain values, so that nothing here depends on how they are worked out:

    as_of, start, end      dates; start and end are None for all time
    company, source        text
    currency               ISO code
    filters                list of (name, value) that narrow the numbers; a name is Text or str
    metrics                list of {id, name, definition, unit, value, sample, small}; unit is money, deals, days, ratio,
                           per_day or number; value is None when unknown; small marks a small sample
    headlines              ids of the metrics that stand at the top
    stages                 list of {stage, reached, step_conversion, open_count, open_value, weighted_value, median_days,
                           day_limit, over_limit}; conversions are fractions, None when unknown
    months                 list of {month (a date), created, won, lost, won_value}
    ageing                 list of {label, count, value, late}: open deals by age; late is true beyond the usual cycle
    lost_stages, lost_reasons    list of {name, count, value, share}; share is cumulative
    by                     list of {name, rows: list of {key, open_count, open_value, won_count, won_value, win_rate}}

A name, label or definition is Text or str. A list that is empty leaves its part of the page out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from xl_salesflow.documents import charts, figures
from xl_salesflow.documents.environment import fill
from xl_salesflow.documents.texts import say, texts
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language, Text

Facts = Mapping[str, Any]
Cells = list[str]


def as_html(document: Document, language: Language) -> bytes:
    """Return the report as one self-contained page."""
    return fill("report.html", r=shown(document.facts, language), t=texts(language)).encode("utf-8")


def shown(facts: Facts, language: Language) -> dict[str, Any]:
    """Return the facts of a report (see above) as text and drawings in *language*."""
    page = _Page(facts, language)
    metrics = [page.metric(metric) for metric in facts["metrics"]]
    heads = {metric["id"]: metric for metric in metrics}
    return {
        "language": "zh-Hans" if language == "zh" else "en",
        "company": facts["company"],
        "scope": page.scope(),
        "headlines": [heads[id] for id in facts["headlines"] if id in heads],
        "metrics": metrics,
        "parts": [part for part in (page.funnel(), page.trend(), page.ageing(), *page.leaks()) if part],
        "by": [page.by(group) for group in facts["by"] if group["rows"]],
    }


class _Page:
    """The parts of one report in one language: each a title, a drawing, and the same figures as a table."""

    def __init__(self, facts: Facts, language: Language) -> None:
        self.facts, self.language, self.currency = facts, language, facts["currency"]

    def say(self, id: str, **words: object) -> str:
        return say(id, self.language, **words)

    def name(self, text: Text | str) -> str:
        return text.in_(self.language) if isinstance(text, Text) else text

    def count(self, value: float | None) -> str:
        return "–" if value is None else figures.number(value, self.language)

    def money(self, value: Any) -> str:
        return "–" if value is None else figures.short_money(value, self.currency, self.language)

    def share(self, value: float | None) -> str:
        return "–" if value is None else figures.percent(value, self.language, 1)

    def days(self, value: float | None) -> str:
        return "–" if value is None else self.say("days_long", days=figures.number(round(value, 1), self.language))

    def value(self, value: Any, unit: str) -> str:
        if value is None:
            return "–"
        shows = {"money": self.money, "ratio": self.share, "days": self.days}
        if unit == "per_day":
            return self.say("per_day", amount=self.money(value))
        return shows[unit](value) if unit in shows else figures.number(round(value, 4), self.language)

    def metric(self, metric: Facts) -> dict[str, str]:
        return {
            "id": metric["id"],
            "name": self.name(metric["name"]),
            "value": self.value(metric["value"], metric["unit"]),
            "definition": self.name(metric["definition"]),
            "sample": "" if metric.get("sample") is None else self.count(metric["sample"]),
            "small": self.say("small_sample") if metric.get("small") else "",
        }

    def scope(self) -> str:
        facts, language = self.facts, self.language
        parts = [self.say("as_of", day=figures.day(facts["as_of"], language))]
        if facts["start"] or facts["end"]:
            start, end = (figures.day(facts[side], language) or "…" for side in ("start", "end"))
            parts.append(self.say("period", start=start, end=end))
        parts += [f"{self.name(name)}: {value}" for name, value in facts["filters"]]
        return " · ".join(parts)

    def part(self, id: str, drawing: Markup, heads: Sequence[str], rows: Sequence[Cells]) -> dict[str, Any]:
        titles = [self.say(head) for head in heads]
        return {
            "id": id,
            "title": self.say(id),
            "about": self.say(f"{id}_about"),
            "drawing": drawing,
            "heads": titles,
            "rows": rows,
        }

    def funnel(self) -> dict[str, Any] | None:
        stages = self.facts["stages"]
        if not stages:
            return None
        rows = [
            charts.Row(one["stage"], one["reached"], self.count(one["reached"]), self.share(one["step_conversion"]) if one["step_conversion"] is not None else "",
                       f"{one['stage']}: {self.count(one['reached'])}", "bar goal" if n == len(stages) - 1 else "bar")
            for n, one in enumerate(stages)
        ]  # fmt: skip
        heads = (
            "stage",
            "reached",
            "to_next",
            "open_now",
            "open_value",
            "weighted",
            "median_days",
            "limit",
            "over_limit",
        )
        table = [
            [one["stage"], self.count(one["reached"]), self.share(one["step_conversion"]), self.count(one["open_count"]), self.money(one["open_value"]),
             self.money(one["weighted_value"]), self.days(one["median_days"]), self.days(one["day_limit"]), self.count(one["over_limit"])]
            for one in stages
        ]  # fmt: skip
        first, last = stages[0], stages[-1]
        told = self.say(
            "funnel_told", first=first["stage"], reached=first["reached"], last=last["stage"], left=last["reached"]
        )
        return self.part("funnel", charts.funnel(rows, told), heads, table)

    def trend(self) -> dict[str, Any] | None:
        months = self.facts["months"]
        if not months:
            return None
        names = [one["month"].strftime("%Y-%m") for one in months]
        series = [
            charts.Series(self.say("won"), [one["won"] for one in months], "bar goal"),
            charts.Series(self.say("lost"), [one["lost"] for one in months], "bar lost"),
            charts.Series(self.say("created"), [one["created"] for one in months], "line"),
        ]
        told = self.say(
            "trend_told", start=names[0], end=names[-1], won=sum(series[0].sizes), lost=sum(series[1].sizes)
        )
        table = [
            [name, *(self.count(one[id]) for id in ("created", "won", "lost")), self.money(one["won_value"])]
            for name, one in zip(names, months, strict=True)
        ]
        return self.part(
            "trend", charts.trend(names, series, told), ("month", "created", "won", "lost", "won_value"), table
        )

    def ageing(self) -> dict[str, Any] | None:
        ages = self.facts["ageing"]
        if not ages:
            return None
        rows = [
            charts.Row(self.name(one["label"]), one["count"], f"{self.count(one['count'])} · {self.money(one['value'])}", kind="bar lost" if one["late"] else "bar")
            for one in ages
        ]  # fmt: skip
        late = sum(one["count"] for one in ages if one["late"])
        told = self.say("ageing_told", count=sum(one["count"] for one in ages), late=late)
        table = [[self.name(one["label"]), self.count(one["count"]), self.money(one["value"])] for one in ages]
        return self.part("ageing", charts.bars(rows, told), ("age", "deals", "open_value"), table)

    def leaks(self) -> list[dict[str, Any]]:
        return [part for id in ("lost_stages", "lost_reasons") if (part := self.leak(id, self.facts[id]))]

    def leak(self, id: str, lost: Sequence[Facts]) -> dict[str, Any] | None:
        if not lost:
            return None
        rows = [
            charts.Row(self.name(one["name"]), one["count"], f"{self.count(one['count'])} · {self.money(one['value'])}", kind="bar lost")
            for one in lost
        ]  # fmt: skip
        told = self.say(
            "lost_told", name=self.name(lost[0]["name"]), count=lost[0]["count"], all=sum(one["count"] for one in lost)
        )
        table = [
            [self.name(one["name"]), self.count(one["count"]), self.money(one["value"]), self.share(one["share"])]
            for one in lost
        ]
        return self.part(id, charts.bars(rows, told), ("name", "deals", "value", "cumulative"), table)

    def by(self, group: Facts) -> dict[str, Any]:
        heads = ("name", "open_now", "open_value", "won", "won_value", "win_rate")
        rows = [
            [self.name(one["key"]) or self.say("blank"), self.count(one["open_count"]), self.money(one["open_value"]), self.count(one["won_count"]),
             self.money(one["won_value"]), self.share(one["win_rate"])]
            for one in group["rows"]
        ]  # fmt: skip
        return {
            "title": self.say("by", name=self.name(group["name"])),
            "heads": [self.say(head) for head in heads],
            "rows": rows,
        }
