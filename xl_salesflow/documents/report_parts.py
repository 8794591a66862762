"""The plots of the report, each with a sentence for those who do not see it and the same figures as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from xl_salesflow.documents import charts
from xl_salesflow.documents.charts import HALF, WIDE, Row, Series
from xl_salesflow.documents.shown import Column, Shown

Facts = Sequence[Mapping[str, Any]]
Part = dict[str, Any]

_STAGES: tuple[Column, ...] = (
    ("stage", "stage", "name"),
    ("reached", "reached", "count"),
    ("to_next", "step_conversion", "ratio"),
    ("open_now", "open_count", "count"),
    ("open_value", "open_value", "money"),
    ("weighted", "weighted_value", "money"),
    ("median_days", "median_days", "days"),
    ("limit", "day_limit", "days"),
    ("over_limit", "over_limit", "count"),
)
_MONTHS: tuple[Column, ...] = (
    ("month", "month", "month"),
    ("created", "created", "count"),
    ("won", "won", "count"),
    ("lost", "lost", "count"),
    ("won_value", "won_value", "money"),
)
_AGES: tuple[Column, ...] = (("age", "label", "name"), ("deals", "count", "count"), ("open_value", "value", "money"))
_LOST: tuple[Column, ...] = (
    ("name", "name", "name"),
    ("deals", "count", "count"),
    ("value", "value", "money"),
    ("cumulative", "share", "ratio"),
)


def _funnel(stages: Facts, show: Shown) -> Part:
    rows = [
        Row(
            show.name(one["stage"]),
            one["reached"],
            show.count(one["reached"]),
            "" if one["step_conversion"] is None else show.value(one["step_conversion"], "ratio"),
            "goal" if one is stages[-1] else "bar",
        )
        for one in stages
    ]
    first, last = stages[0], stages[-1]
    told = show.say(
        "funnel_told",
        first=rows[0].name,
        reached=show.count(first["reached"]),
        last=rows[-1].name,
        left=show.count(last["reached"]),
    )
    return _part("funnel", charts.funnel(rows, told), show, _STAGES, stages, wide=True)


def _trend(months: Facts, show: Shown) -> Part:
    names = [show.value(one["month"], "month") for one in months]
    looks = (("won", "goal"), ("lost", "lost"), ("created", "line"))
    series = [Series(show.say(id), [float(one[id]) for one in months], look) for id, look in looks]
    won, lost = (show.count(sum(one.sizes)) for one in series[:2])
    told = show.say("trend_told", start=names[0], end=names[-1], won=won, lost=lost)
    return _part("trend", charts.trend(names, series, told), show, _MONTHS, months, wide=True)


def _ageing(ages: Facts, show: Shown) -> Part:
    rows = [_bar(one["label"], one, show, "lost" if one["late"] else "bar") for one in ages]
    late = sum(one["count"] for one in ages if one["late"])
    told = show.say("ageing_told", count=show.count(sum(one["count"] for one in ages)), late=show.count(late))
    return _part("ageing", charts.bars(rows, told, WIDE), show, _AGES, ages, wide=True)


def _lost(id: str) -> Callable[[Facts, Shown], Part]:
    def part(lost: Facts, show: Shown) -> Part:
        rows = [_bar(one["name"] or show.say("blank"), one, show, "lost") for one in lost]
        most, all = show.count(lost[0]["count"]), show.count(sum(one["count"] for one in lost))
        told = show.say("lost_told", name=rows[0].name, count=most, all=all)
        return _part(id, charts.bars(rows, told, HALF), show, _LOST, lost)

    return part


PARTS: Mapping[str, Callable[[Facts, Shown], Part]] = MappingProxyType(
    {
        "stages": _funnel,
        "months": _trend,
        "ageing": _ageing,
        "lost_stages": _lost("lost_stages"),
        "lost_reasons": _lost("lost_reasons"),
    }
)
"""Fact → what draws it, in the order of the page."""


def _bar(name: Any, one: Mapping[str, Any], show: Shown, kind: str) -> Row:
    return Row(show.name(name), one["count"], f"{show.count(one['count'])} · {show.money(one['value'])}", kind=kind)


def _part(
    id: str, drawing: Markup, show: Shown, columns: Sequence[Column], rows: Facts, wide: bool = False
) -> Part:  # fmt: skip
    words = {"id": id, "title": show.say(id), "about": show.say(f"{id}_about"), "wide": wide}
    return {**words, "drawing": drawing, **show.table(columns, rows)}
