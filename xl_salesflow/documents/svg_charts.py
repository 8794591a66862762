"""Charts of the report as SVG text: funnel, trend, and bars for days, ages and lost deals.

No library and no script are used; colours come from the style of the page, so that they adapt to light and dark mode.
Every chart is drawn twice, wide and narrow (for a phone or half a printed page), with names above the bars in the
narrow one; the page shows the one that fits, so that the text keeps its size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup, escape

_FIRST_WIDE_CODE_POINT = 0x2E7F  # Chinese, Japanese and Korean characters begin here
_LABEL_COLUMNS = 21
_TICK_COUNT = 4


def svg_element(name: str, *children: Markup | str, **attributes: object) -> Markup:
    """Return one element; text children and attributes are escaped, ``class_`` and ``text_anchor`` become their SVG names."""
    written = "".join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _svg_attribute_text(value))
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(escape(child) for child in children)
    return Markup(f"<{name}{written}>{inner}</{name}>") if inner else Markup(f"<{name}{written}/>")


def svg_drawing(width: float, height: float, description: str, *children: Markup, kind: str = "") -> Markup:
    """Return a drawing that scales with the page; screen readers read *description*; *kind* is its class."""
    return svg_element(
        "svg", svg_element("title", description), *children,
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:g} {height:g}", role="img", width="100%",
        style=f"max-width:{width * 1.2:g}px", class_=kind or None,
    )  # fmt: skip


def svg_label(text: str, x: float, y: float, kind: str = "", anchor: str = "start") -> Markup:
    """Return a line of text whose baseline is at *y*; *anchor* is start, middle or end."""
    return svg_element("text", text, x=x, y=y, class_=kind or None, text_anchor=anchor)


def svg_bar(x: float, y: float, width: float, height: float, kind: str, tip: str = "") -> Markup:
    """Return a rounded bar; *tip* is shown when the pointer is over it."""
    tips = (svg_element("title", tip),) if tip else ()
    size = {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0), "rx": min(3.0, width / 2, height / 2)}
    return svg_element("rect", *tips, class_=kind, **{key: max(value, 0.0) for key, value in size.items()})


def axis_ticks(top: float) -> list[float]:
    """Return about four round steps from zero up to at least *top*."""
    if not top > 0:
        return [0.0, 1.0]
    rough = top / _TICK_COUNT
    power = 10.0 ** floor(log10(rough))
    step = next(size for size in (1.0, 2.0, 2.5, 5.0, 10.0) if size * power >= rough) * power
    return [step * n for n in range(ceil(top / step - 1e-9) + 1)]


def clip_label(text: str, columns: int = _LABEL_COLUMNS) -> str:
    """Return *text* shortened to *columns* with an ellipsis; Chinese characters take two columns."""
    if label_width(text) <= columns:
        return text
    kept = next(place for place in range(len(text), -1, -1) if label_width(text[:place]) < columns)
    return text[:kept].rstrip() + "…"


def label_width(text: str) -> int:
    """Return the approximate width of *text* in Latin letters."""
    return sum(2 if ord(character) > _FIRST_WIDE_CODE_POINT else 1 for character in text)


def _svg_attribute_text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


ROOMY_CHART_WIDTH, SLIM_CHART_WIDTH = 500.0, 340.0
"""Widths in units of the drawing, about one pixel each."""


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One bar: its name, its size, the number next to it and the conversion to the next; *kind* is bar, goal or lost.

    *mark* is the position of a limit on the same scale, *start* where the bar begins.
    """

    name: str
    size: float
    figure: str
    conversion: str = ""
    kind: str = "bar"
    mark: float | None = None
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """One series over the months: its name, its values and its look: bar, goal, lost or line."""

    name: str
    sizes: Sequence[float]
    kind: str


def draw_funnel_chart(rows: Sequence[ChartRow], description: str) -> Markup:
    """Return the stages as centred bars that narrow downwards, with the conversion from each to the next."""
    return _draw_roomy_funnel(rows, description) + _draw_slim_bars(rows, description, centred=True)


def draw_bar_chart(rows: Sequence[ChartRow], description: str) -> Markup:
    """Return horizontal bars from one baseline, each followed by its number, with its limit as a vertical line."""
    return _draw_roomy_bars(rows, description) + _draw_slim_bars(rows, description, centred=False)


def draw_trend_chart(
    months: Sequence[str], series: Sequence[ChartSeries], description: str, figure: Callable[[float], str]
) -> Markup:
    """Return the months with bars side by side and lines over them; *figure* formats a number."""
    roomy, slim = (
        _draw_trend_in_width(months, series, description, figure, width)
        for width in (ROOMY_CHART_WIDTH, SLIM_CHART_WIDTH)
    )
    return roomy + slim


def _draw_roomy_funnel(rows: Sequence[ChartRow], description: str) -> Markup:
    left, right, thick, gap = _chart_names_width(rows), _chart_figures_width(rows), 24.0, 20.0
    room, top = ROOMY_CHART_WIDTH - left - right, _largest_chart_size(rows)
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + gap) + 4, room * row.size / top
        parts.append(svg_label(clip_label(row.name), left - 12, y + 17, "name", "end"))
        parts.append(svg_bar(left + (room - wide) / 2, y, wide, thick, row.kind, f"{row.name}: {row.figure}"))
        parts.append(svg_label(row.figure, ROOMY_CHART_WIDTH, y + 17, "figure", "end"))
        if row.conversion and n < len(rows) - 1:
            parts.append(svg_label(f"↓ {row.conversion}", left + room / 2, y + thick + 14, "note", "middle"))
    return svg_drawing(ROOMY_CHART_WIDTH, len(rows) * (thick + gap) - gap + 8, description, *parts, kind="roomy")


def _draw_roomy_bars(rows: Sequence[ChartRow], description: str) -> Markup:
    thick, gap = 20.0, 10.0
    names, right = _chart_names_width(rows), _chart_figures_width(rows)
    room, top = ROOMY_CHART_WIDTH - names - right, _largest_chart_size(rows)
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + gap) + 4, room * row.size / top
        parts.append(svg_label(clip_label(row.name), names - 12, y + 15, "name", "end"))
        begin = room * row.start / top
        parts.append(svg_bar(names + begin, y, wide, thick, row.kind, f"{row.name}: {row.figure}"))
        end = max(begin + wide, 0.0 if row.mark is None else room * row.mark / top + 2)
        parts += _draw_limit_mark(row, names, room / top, y, thick)
        parts.append(svg_label(row.figure, names + end + 8, y + 15, "figure"))
    return svg_drawing(ROOMY_CHART_WIDTH, len(rows) * (thick + gap) + 4, description, *parts, kind="roomy")


def _draw_slim_bars(rows: Sequence[ChartRow], description: str, centred: bool) -> Markup:
    thick, line, gap = 10.0, 18.0, 14.0
    top = _largest_chart_size(rows)
    parts: list[Markup] = []
    for n, row in enumerate(rows):
        y, wide = n * (thick + line + gap), SLIM_CHART_WIDTH * row.size / top
        parts.append(svg_label(clip_label(row.name), 0, y + 13, "name"))
        if n and rows[n - 1].conversion:
            parts.append(svg_label(f"↓ {rows[n - 1].conversion}", SLIM_CHART_WIDTH / 2 + 24, y + 13, "note", "middle"))
        parts.append(svg_label(row.figure, SLIM_CHART_WIDTH, y + 13, "figure", "end"))
        x = (SLIM_CHART_WIDTH - wide) / 2 if centred else SLIM_CHART_WIDTH * row.start / top
        parts.append(svg_bar(x, y + line, wide, thick, row.kind, f"{row.name}: {row.figure}"))
        parts += _draw_limit_mark(row, 0, SLIM_CHART_WIDTH / top, y + line, thick)
    return svg_drawing(SLIM_CHART_WIDTH, len(rows) * (thick + line + gap), description, *parts, kind="slim")


def _draw_limit_mark(row: ChartRow, start: float, unit: float, y: float, thick: float) -> list[Markup]:
    if row.mark is None:
        return []
    x = min(max(start + unit * row.mark, start + 1), start + unit * max(row.mark, row.size) - 1)
    return [svg_element("line", x1=x, x2=x, y1=y - 3, y2=y + thick + 3, class_="mark")]


def _draw_trend_in_width(
    months: Sequence[str], series: Sequence[ChartSeries], description: str, figure: Callable[[float], str], width: float
) -> Markup:
    high, base = 190.0, 202.0
    marks = axis_ticks(max((size for one in series for size in one.sizes), default=0))
    left, right = 14 + 7.2 * max(label_width(figure(mark)) for mark in marks), 6.0
    step, unit = (width - left - right) / max(len(months), 1), high / marks[-1]
    parts = [_draw_scale_line(figure(mark), base - unit * mark, left, width - right) for mark in marks]
    every = max(1, -int(-58 // step))
    parts += [
        svg_label(month, min(left + step * (n + 0.5), width - 24), base + 18, "note", "middle")
        for n, month in enumerate(months)
        if (len(months) - 1 - n) % every == 0
    ]
    bars = [one for one in series if one.kind != "line"]
    thick = min(step * 0.78 / max(len(bars), 1), 26.0)
    for place, one in enumerate(bars):
        start = left + step / 2 + (place - len(bars) / 2) * thick
        for n, (month, size) in enumerate(zip(months, one.sizes, strict=True)):
            tip = f"{month} · {one.name}: {figure(size)}"
            parts.append(svg_bar(start + step * n, base - unit * size, thick - 1.0, unit * size, one.kind, tip))
    for one in series:
        if one.kind == "line":
            places = [(left + step * (n + 0.5), base - unit * size) for n, size in enumerate(one.sizes)]
            parts += _draw_series_line(
                one,
                [f"{month} · {one.name}: {figure(size)}" for month, size in zip(months, one.sizes, strict=True)],
                places,
            )
    kind = "roomy" if width == ROOMY_CHART_WIDTH else "slim"
    return svg_drawing(width, base + 50, description, *parts, *_draw_series_legend(series, left, base + 42), kind=kind)


def _chart_names_width(rows: Sequence[ChartRow]) -> float:
    return 18 + 7.2 * min(max((label_width(row.name) for row in rows), default=0), _LABEL_COLUMNS)


def _chart_figures_width(rows: Sequence[ChartRow]) -> float:
    return 14 + 8.2 * max((label_width(row.figure) for row in rows), default=0)


def _largest_chart_size(rows: Sequence[ChartRow]) -> float:
    return max((max(row.start + row.size, row.mark or 0) for row in rows), default=0) or 1


def _draw_scale_line(mark: str, y: float, left: float, right: float) -> Markup:
    rule = svg_element("line", x1=left, x2=right, y1=y, y2=y, class_="grid")
    return rule + svg_label(mark, left - 8, y + 4, "note", "end")


def _draw_series_line(one: ChartSeries, tips: Sequence[str], places: Sequence[tuple[float, float]]) -> list[Markup]:
    path = svg_element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_="line")
    dots = [
        svg_element("circle", svg_element("title", tip), cx=x, cy=y, r=3.0, class_="dot")
        for tip, (x, y) in zip(tips, places, strict=True)
    ]
    return [path, *dots]


def _draw_series_legend(series: Sequence[ChartSeries], x: float, y: float) -> list[Markup]:
    parts: list[Markup] = []
    for one in series:
        line = one.kind == "line"
        parts.append(svg_bar(x, y - (6 if line else 9), 12, 3 if line else 10, "dot" if line else one.kind))
        parts.append(svg_label(one.name, x + 18, y, "note"))
        x += 38 + 7 * label_width(one.name)
    return parts
