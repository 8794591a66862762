"""The plots of the report: funnel, trend, and bars for ageing and leaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from xl_salesflow.documents.svg import bar, clipped, columns, drawing, element, label, ticks

WIDE, HALF = 720.0, 440.0
"""Widths in the drawing's own units: of the whole page, and of half of it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: its name, its size, what is written beside it and between it and the next; *kind* bar, goal or lost."""

    name: str
    size: float
    beside: str
    between: str = ""
    kind: str = "bar"


@dataclass(frozen=True, slots=True)
class Series:
    """One line of figures over the months: its name, its figures and its look: bar, goal, lost or line."""

    name: str
    sizes: Sequence[float]
    kind: str


def funnel(rows: Sequence[Row], description: str) -> Markup:
    """Return the stages as centred bars that narrow downwards, with the conversion from each to the next."""
    left, right, thick, gap = 150.0, 90.0, 26.0, 18.0
    room, top = WIDE - left - right, _largest(rows)
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + gap) + 4, room * row.size / top
        parts.append(label(clipped(row.name, 20), left - 14, y + 18, "name", "end"))
        parts.append(bar(left + (room - wide) / 2, y, wide, thick, row.kind, f"{row.name}: {row.beside}"))
        parts.append(label(row.beside, WIDE - right + 14, y + 18, "figure"))
        if row.between and n < len(rows) - 1:
            parts.append(label(f"↓ {row.between}", left + room / 2, y + thick + 13, "note", "middle"))
    return drawing(WIDE, len(rows) * (thick + gap) - gap + 8, description, *parts)


def bars(rows: Sequence[Row], description: str, width: float) -> Markup:
    """Return horizontal bars from one baseline, each with its figure behind it."""
    thick, gap = 20.0, 9.0
    right = 14 + 8.6 * max((columns(row.beside) for row in rows), default=0)
    names = 20 + 7.8 * min(max((columns(row.name) for row in rows), default=0), 20)
    room, top = width - names - right, _largest(rows)
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + gap) + 4, room * row.size / top
        parts.append(label(clipped(row.name, 20), names - 10, y + 15, "name", "end"))
        parts.append(bar(names, y, wide, thick, row.kind, f"{row.name}: {row.beside}"))
        parts.append(label(row.beside, names + wide + 8, y + 15, "figure"))
    return drawing(width, len(rows) * (thick + gap) + 4, description, *parts)


def trend(months: Sequence[str], series: Sequence[Series], description: str) -> Markup:
    """Return figures month by month: bars side by side, and lines over them."""
    left, right, high, base = 46.0, 10.0, 190.0, 202.0
    marks = ticks(max((size for one in series for size in one.sizes), default=0))
    step, unit = (WIDE - left - right) / max(len(months), 1), high / marks[-1]
    parts = [_scale(mark, base - unit * mark, left, right) for mark in marks]
    every = max(1, -(-len(months) // 10))
    parts += [
        label(month, left + step * (n + 0.5), base + 18, "note", "middle")
        for n, month in enumerate(months)
        if n % every == 0
    ]
    beside = [one for one in series if one.kind != "line"]
    thick = min(step * 0.72 / max(len(beside), 1), 26.0)
    for place, one in enumerate(beside):
        start = left + step / 2 + (place - len(beside) / 2) * thick
        for n, (month, size) in enumerate(zip(months, one.sizes, strict=True)):
            tip = f"{month} · {one.name}: {size:g}"
            parts.append(bar(start + step * n, base - unit * size, thick - 1.5, unit * size, one.kind, tip))
    for one in series:
        if one.kind == "line":
            parts += _line(one, months, left + step / 2, step, base, unit)
    return drawing(WIDE, base + 50, description, *parts, *_legend(series, left, base + 42))


def _largest(rows: Sequence[Row]) -> float:
    return max((row.size for row in rows), default=0) or 1


def _scale(mark: float, y: float, left: float, right: float) -> Markup:
    rule = element("line", x1=left, x2=WIDE - right, y1=y, y2=y, class_="grid")
    return rule + label(f"{mark:g}", left - 8, y + 4, "note", "end")


def _line(one: Series, months: Sequence[str], start: float, step: float, base: float, unit: float) -> list[Markup]:
    places = [(start + step * n, base - unit * size) for n, size in enumerate(one.sizes)]
    path = element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_="line")
    dots = [
        element("circle", element("title", f"{month} · {one.name}: {size:g}"), cx=x, cy=y, r=3.2, class_="dot")
        for month, size, (x, y) in zip(months, one.sizes, places, strict=True)
    ]
    return [path, *dots]


def _legend(series: Sequence[Series], x: float, y: float) -> list[Markup]:
    parts: list[Markup] = []
    for one in series:
        line = one.kind == "line"
        parts.append(bar(x, y - (6 if line else 9), 12, 3 if line else 10, "dot" if line else one.kind))
        parts.append(label(one.name, x + 18, y, "note"))
        x += 38 + 7 * columns(one.name)
    return parts
