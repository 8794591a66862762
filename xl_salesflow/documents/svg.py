"""Small drawings as SVG text: no library, no script; colours come from the page's style, so they follow light and dark."""

from __future__ import annotations

from math import ceil, floor, log10

from markupsafe import Markup, escape

_WIDE_FROM = 0x2E7F  # Chinese, Japanese and Korean signs begin here


def element(name: str, *children: Markup | str, **attributes: object) -> Markup:
    """Return one element; text children and attributes are escaped, ``class_`` and ``text_anchor`` become their SVG names."""
    shown = "".join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _plain(value))
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(escape(child) for child in children)
    return Markup(f"<{name}{shown}>{inner}</{name}>") if inner else Markup(f"<{name}{shown}/>")


def drawing(width: float, height: float, description: str, *children: Markup, kind: str = "") -> Markup:
    """Return a drawing that scales with the page and is read out as *description*; *kind* is its class."""
    return element(
        "svg", element("title", description), *children,
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:g} {height:g}", role="img", width="100%",
        style=f"max-width:{width * 1.2:g}px", class_=kind or None,
    )  # fmt: skip


def label(text: str, x: float, y: float, kind: str = "", anchor: str = "start") -> Markup:
    """Return a line of text whose baseline is at *y*; *anchor* is start, middle or end."""
    return element("text", text, x=x, y=y, class_=kind or None, text_anchor=anchor)


def bar(x: float, y: float, width: float, height: float, kind: str, tip: str = "") -> Markup:
    """Return a rounded bar; *tip* is shown on pointing at it."""
    tips = (element("title", tip),) if tip else ()
    size = {"x": x, "y": y, "width": max(width, 0.0), "height": max(height, 0.0), "rx": min(3.0, width / 2, height / 2)}
    return element("rect", *tips, class_=kind, **{key: max(value, 0.0) for key, value in size.items()})


def ticks(top: float, count: int = 4) -> list[float]:
    """Return round steps from zero up to at least *top*."""
    if not top > 0:
        return [0.0, 1.0]
    rough = top / count
    power = 10.0 ** floor(log10(rough))
    step = next(size for size in (1.0, 2.0, 2.5, 5.0, 10.0) if size * power >= rough) * power
    return [step * n for n in range(ceil(top / step - 1e-9) + 1)]


def clipped(text: str, most: int) -> str:
    """Return *text* in about *most* columns, an ellipsis in place of the rest; Chinese takes two columns a character."""
    if columns(text) <= most:
        return text
    kept = next(place for place in range(len(text), -1, -1) if columns(text[:place]) < most)
    return text[:kept].rstrip() + "…"


def columns(text: str) -> int:
    """Return about how wide *text* is, in Latin letters."""
    return sum(2 if ord(mark) > _WIDE_FROM else 1 for mark in text)


def _plain(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
