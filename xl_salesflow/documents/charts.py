"""The plots of the report: funnel, trend, and bars for days, ageing and leaks.

Every plot is drawn twice, for a roomy place and for a slim one (a phone, half a printed page), where names stand above
their bars; the page shows the one that fits, so that words keep their size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from xl_salesflow.documents.svg import bar, clipped, columns, drawing, element, label, ticks

ROOMY, SLIM = 500.0, 340.0
"""Widths in the drawing's own units, about a pixel each."""


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: its name, its size, what is written beside it and between it and the next; *kind* bar, goal or lost.

    *mark* is where a limit stands on the same scale.
    """

    name: str
    size: float
    beside: str
    between: str = ""
    kind: str = "bar"
    mark: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One line of figures over the months: its name, its figures and its look: bar, goal, lost or line."""

    name: str
    sizes: Sequence[float]
    kind: str


def funnel(rows: Sequence[Row], description: str) -> Markup:
    """Return the stages as centred bars that narrow downwards, with the conversion from each to the next."""
    return _funnel(rows, description) + _stacked(rows, description, centred=True)


def bars(rows: Sequence[Row], description: str) -> Markup:
    """Return horizontal bars from one baseline, each with its figure behind it and its limit as a stroke across."""
    return _bars(rows, description) + _stacked(rows, description, centred=False)


def trend(months: Sequence[str], series: Sequence[Series], description: str, figure: Callable[[float], str]) -> Markup:
    """Return figures month by month: bars side by side, and lines over them; *figure* writes a number."""
    roomy, slim = (_trend(months, series, description, figure, width) for width in (ROOMY, SLIM))
    return roomy + slim


def _funnel(rows: Sequence[Row], description: str) -> Markup:
    left, right, thick, gap = _names(rows), _figures(rows), 24.0, 20.0
    room, top = ROOMY - left - right, _largest(rows)
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + gap) + 4, room * row.size / top
        parts.append(label(clipped(row.name, 21), left - 12, y + 17, "name", "end"))
        parts.append(bar(left + (room - wide) / 2, y, wide, thick, row.kind, f"{row.name}: {row.beside}"))
        parts.append(label(row.beside, ROOMY, y + 17, "figure", "end"))
        if row.between and n < len(rows) - 1:
            parts.append(label(f"↓ {row.between}", left + room / 2, y + thick + 14, "note", "middle"))
    return drawing(ROOMY, len(rows) * (thick + gap) - gap + 8, description, *parts, kind="roomy")


def _bars(rows: Sequence[Row], description: str) -> Markup:
    thick, gap = 20.0, 10.0
    names, right = _names(rows), _figures(rows)
    room, top = ROOMY - names - right, _largest(rows)
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + gap) + 4, room * row.size / top
        parts.append(label(clipped(row.name, 21), names - 12, y + 15, "name", "end"))
        parts.append(bar(names, y, wide, thick, row.kind, f"{row.name}: {row.beside}"))
        behind = max(wide, 0.0 if row.mark is None else room * row.mark / top + 2)
        parts += _mark(row, names, room / top, y, thick)
        parts.append(label(row.beside, names + behind + 8, y + 15, "figure"))
    return drawing(ROOMY, len(rows) * (thick + gap) + 4, description, *parts, kind="roomy")


def _stacked(rows: Sequence[Row], description: str, centred: bool) -> Markup:
    thick, line, gap = 10.0, 18.0, 14.0
    top = _largest(rows)
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + line + gap), SLIM * row.size / top
        parts.append(label(clipped(row.name, 21), 0, y + 13, "name"))
        if n and rows[n - 1].between:
            parts.append(label(f"↓ {rows[n - 1].between}", SLIM / 2 + 24, y + 13, "note", "middle"))
        parts.append(label(row.beside, SLIM, y + 13, "figure", "end"))
        x = (SLIM - wide) / 2 if centred else 0.0
        parts.append(bar(x, y + line, wide, thick, row.kind, f"{row.name}: {row.beside}"))
        parts += _mark(row, 0, SLIM / top, y + line, thick)
    return drawing(SLIM, len(rows) * (thick + line + gap), description, *parts, kind="slim")


def _mark(row: Row, start: float, unit: float, y: float, thick: float) -> list[Markup]:
    if row.mark is None:
        return []
    x = min(max(start + unit * row.mark, start + 1), start + unit * max(row.mark, row.size) - 1)
    return [element("line", x1=x, x2=x, y1=y - 3, y2=y + thick + 3, class_="mark")]


def _trend(
    months: Sequence[str], series: Sequence[Series], description: str, figure: Callable[[float], str], width: float
) -> Markup:
    high, base = 190.0, 202.0
    marks = ticks(max((size for one in series for size in one.sizes), default=0))
    left, right = 14 + 7.2 * max(columns(figure(mark)) for mark in marks), 6.0
    step, unit = (width - left - right) / max(len(months), 1), high / marks[-1]
    parts = [_scale(figure(mark), base - unit * mark, left, width - right) for mark in marks]
    every = max(1, -int(-58 // step))
    parts += [
        label(month, min(left + step * (n + 0.5), width - 24), base + 18, "note", "middle")
        for n, month in enumerate(months)
        if (len(months) - 1 - n) % every == 0
    ]
    beside = [one for one in series if one.kind != "line"]
    thick = min(step * 0.78 / max(len(beside), 1), 26.0)
    for place, one in enumerate(beside):
        start = left + step / 2 + (place - len(beside) / 2) * thick
        for n, (month, size) in enumerate(zip(months, one.sizes, strict=True)):
            tip = f"{month} · {one.name}: {figure(size)}"
            parts.append(bar(start + step * n, base - unit * size, thick - 1.0, unit * size, one.kind, tip))
    for one in series:
        if one.kind == "line":
            places = [(left + step * (n + 0.5), base - unit * size) for n, size in enumerate(one.sizes)]
            parts += _line(
                one,
                [f"{month} · {one.name}: {figure(size)}" for month, size in zip(months, one.sizes, strict=True)],
                places,
            )
    kind = "roomy" if width == ROOMY else "slim"
    return drawing(width, base + 50, description, *parts, *_legend(series, left, base + 42), kind=kind)


def _names(rows: Sequence[Row]) -> float:
    return 18 + 7.2 * min(max((columns(row.name) for row in rows), default=0), 21)


def _figures(rows: Sequence[Row]) -> float:
    return 14 + 8.2 * max((columns(row.beside) for row in rows), default=0)


def _largest(rows: Sequence[Row]) -> float:
    return max((max(row.size, row.mark or 0) for row in rows), default=0) or 1


def _scale(mark: str, y: float, left: float, right: float) -> Markup:
    rule = element("line", x1=left, x2=right, y1=y, y2=y, class_="grid")
    return rule + label(mark, left - 8, y + 4, "note", "end")


def _line(one: Series, tips: Sequence[str], places: Sequence[tuple[float, float]]) -> list[Markup]:
    path = element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_="line")
    dots = [
        element("circle", element("title", tip), cx=x, cy=y, r=3.0, class_="dot")
        for tip, (x, y) in zip(tips, places, strict=True)
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
