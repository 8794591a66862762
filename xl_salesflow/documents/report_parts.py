"""The plots of the report, each with a sentence for those who do not see it and the same figures as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from xl_salesflow.documents import charts
from xl_salesflow.documents.charts import Row, Series
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
_WAITING: tuple[Column, ...] = (
    ("stage", "stage", "name"),
    ("median_days", "median_days", "days"),
    ("limit", "day_limit", "days"),
    ("over_limit", "over_limit", "count"),
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
    return _part("funnel", charts.funnel(rows, told), show, _STAGES, stages)


def _trend(months: Facts, show: Shown) -> Part:
    names = [show.value(one["month"], "month") for one in months]
    looks = (("won", "goal"), ("lost", "lost"), ("created", "line"))
    series = [Series(show.say(id), [float(one[id]) for one in months], look) for id, look in looks]
    won, lost = (show.count(sum(one.sizes)) for one in series[:2])
    told = show.say("trend_told", start=names[0], end=names[-1], won=won, lost=lost)
    return _part("trend", charts.trend(names, series, told, show.count), show, _MONTHS, months)


def _waiting(stages: Facts, show: Shown) -> Part | None:
    known = [one for one in stages if one["median_days"] is not None]
    if not known:
        return None
    rows = [_days(one, show) for one in known]
    slowest = max(known, key=lambda one: one["median_days"])
    told = show.say("waiting_told", name=show.name(slowest["stage"]), days=show.value(slowest["median_days"], "days"))
    return _part("waiting", charts.bars(rows, told), show, _WAITING, known)


def _days(one: Mapping[str, Any], show: Shown) -> Row:
    days, limit = one["median_days"], one["day_limit"]
    beside = show.value(days, "days")
    if limit is None:
        return Row(show.name(one["stage"]), days, beside)
    beside = show.say("limit_of", days=beside, limit=show.count(limit))
    return Row(show.name(one["stage"]), days, beside, kind="lost" if days > limit else "bar", mark=limit)


def _ageing(ages: Facts, show: Shown) -> Part:
    priced = any(one["value"] for one in ages)
    rows = [_bar(one["label"], one, show, "lost" if one["late"] else "bar", priced) for one in ages]
    late = sum(one["count"] for one in ages if one["late"])
    told = show.say("ageing_told", count=show.count(sum(one["count"] for one in ages)), late=show.count(late))
    return _part("ageing", charts.bars(rows, told), show, _AGES, ages)


def _lost(id: str) -> Callable[[Facts, Shown], Part]:
    def part(lost: Facts, show: Shown) -> Part:
        priced = any(one["value"] for one in lost)
        rows = [_bar(one["name"] or show.say("blank"), one, show, "lost", priced) for one in lost]
        most, all = show.count(lost[0]["count"]), show.count(sum(one["count"] for one in lost))
        told = show.say("lost_told", name=rows[0].name, count=most, all=all)
        return _part(id, charts.bars(rows, told), show, _LOST, lost)

    return part


PARTS: Sequence[tuple[str, Callable[[Facts, Shown], Part | None]]] = (
    ("stages", _funnel),
    ("months", _trend),
    ("stages", _waiting),
    ("ageing", _ageing),
    ("lost_stages", _lost("lost_stages")),
    ("lost_reasons", _lost("lost_reasons")),
)
"""Fact and what draws it, in the order of the page."""


def parts(facts: Mapping[str, Any], show: Shown) -> list[Part]:
    """Return the plots of a report; one with nothing to say is left out."""
    return [part for id, draw in PARTS if facts[id] and (part := draw(facts[id], show))]


def _bar(name: Any, one: Mapping[str, Any], show: Shown, kind: str, priced: bool) -> Row:
    # where nothing has an amount, noughts would only be noise
    beside = show.count(one["count"])
    if priced and one["count"]:
        beside += f" · {show.money(one['value'])}"
    return Row(show.name(name), one["count"], beside, kind=kind)


def _part(id: str, drawings: Markup, show: Shown, columns: Sequence[Column], rows: Facts) -> Part:
    words = {"id": id, "title": show.say(id), "about": show.say(f"{id}_about")}
    return {**words, "drawings": drawings, **show.table(columns, rows)}
