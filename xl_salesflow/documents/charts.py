"""The four plots of the report: funnel, trend, and bars for ageing and leaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from xl_salesflow.documents.svg import bar, clipped, drawing, element, label, ticks

WIDTH = 720.0


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: its name, its size, and what is written beside it, between it and the next, and on pointing at it."""

    name: str
    size: float
    beside: str
    between: str = ""
    tip: str = ""
    kind: str = "bar"


@dataclass(frozen=True, slots=True)
class Series:
    """One line of figures over the months: its name, its figures and its look (bar, bar second or line)."""

    name: str
    sizes: Sequence[float]
    kind: str


def funnel(rows: Sequence[Row], description: str) -> Markup:
    """Return the stages as centred bars that narrow downwards, with the conversion from each to the next."""
    left, right, thick, gap = 150.0, 90.0, 30.0, 18.0
    room, top = WIDTH - left - right, max((row.size for row in rows), default=0) or 1
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + gap) + 4, max(room * row.size / top, 2.0)
        parts.append(label(clipped(row.name, 20), left - 14, y + 20, "name", "end"))
        parts.append(bar(left + (room - wide) / 2, y, wide, thick, row.kind, row.tip))
        parts.append(label(row.beside, WIDTH - right + 14, y + 20, "figure"))
        if row.between and n < len(rows) - 1:
            parts.append(label(f"↓ {row.between}", left + room / 2, y + thick + 13, "note", "middle"))
    return drawing(WIDTH, len(rows) * (thick + gap) + 4, description, *parts)


def bars(rows: Sequence[Row], description: str, names: float = 170.0) -> Markup:
    """Return horizontal bars from one baseline, each with its figure behind it."""
    thick, gap, right = 20.0, 9.0, 150.0
    room, top = WIDTH - names - right, max((row.size for row in rows), default=0) or 1
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + gap) + 4, room * row.size / top
        parts.append(label(clipped(row.name, 24), names - 12, y + 15, "name", "end"))
        parts.append(bar(names, y, max(wide, 1.5), thick, row.kind, row.tip))
        parts.append(label(row.beside, names + max(wide, 1.5) + 8, y + 15, "figure"))
    return drawing(WIDTH, len(rows) * (thick + gap) + 4, description, *parts)


def trend(months: Sequence[str], series: Sequence[Series], description: str) -> Markup:
    """Return figures month by month: bars side by side, and lines over them."""
    left, right, high, base = 46.0, 10.0, 200.0, 236.0
    marks = ticks(max((size for one in series for size in one.sizes), default=0))
    step = (WIDTH - left - right) / max(len(months), 1)
    parts = [_scale(mark, base - high * mark / marks[-1], left, right) for mark in marks]
    every = max(1, -(-len(months) // 12))
    columns = [one for one in series if one.kind != "line"]
    thick = min(step * 0.72 / max(len(columns), 1), 26.0)
    for n, month in enumerate(months):
        middle = left + step * (n + 0.5)
        if n % every == 0:
            parts.append(label(month, middle, base + 18, "note", "middle"))
        for place, one in enumerate(columns):
            tall = high * one.sizes[n] / marks[-1]
            x = middle + (place - len(columns) / 2) * thick
            parts.append(bar(x, base - tall, thick - 1.5, tall, one.kind, f"{month} · {one.name}: {one.sizes[n]:g}"))
    for one in series:
        if one.kind == "line":
            parts += _line(one, months, left + step / 2, step, base, high / marks[-1])
    return drawing(WIDTH, base + 52, description, *parts, *_legend(series, base + 44))


def _scale(mark: float, y: float, left: float, right: float) -> Markup:
    rule = element("line", x1=left, x2=WIDTH - right, y1=y, y2=y, class_="grid")
    return rule + label(f"{mark:g}", left - 8, y + 4, "note", "end")


def _line(one: Series, months: Sequence[str], start: float, step: float, base: float, unit: float) -> list[Markup]:
    places = [(start + step * n, base - unit * size) for n, size in enumerate(one.sizes)]
    path = element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_="line")
    tips = [element("title", f"{month} · {one.name}: {size:g}") for month, size in zip(months, one.sizes, strict=True)]
    return [
        path,
        *(element("circle", tip, cx=x, cy=y, r=3.2, class_="dot") for tip, (x, y) in zip(tips, places, strict=True)),
    ]


def _legend(series: Sequence[Series], y: float) -> list[Markup]:
    parts, x = list[Markup](), 46.0
    for one in series:
        parts.append(bar(x, y - 9, 12, 10 if one.kind != "line" else 3, one.kind if one.kind != "line" else "dot"))
        parts.append(label(one.name, x + 18, y, "note"))
        x += 40 + sum(13 if ord(mark) > 0x2E7F else 7 for mark in one.name)
    return parts
