"""PDF through Typst: a template and data; no Word, no browser, no system library, only fonts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import typst

FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "SimHei", "SimSun", "WenQuanYi Micro Hei", "Droid Sans Fallback", "Arial", "DejaVu Sans",
)  # fmt: skip
"""Tried in this order for each character; Typst brings a Latin one of its own, so a PDF always comes out."""

EMOJI = ("Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji")


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """Return *template* (a .typ file of templates/) filled with *data* as PDF; the same data gives the same bytes."""
    source = (files("xl_salesflow.documents") / "templates" / template).read_bytes()
    passed = json.dumps({**data, "fonts": _fonts()}, ensure_ascii=False)
    pdf = _compiler().compile(source, format="pdf", sys_inputs={"data": passed}, timestamp=0)
    if not isinstance(pdf, bytes):
        raise TypeError(f"{template} came out as {type(pdf).__name__}, not as one file")
    return pdf


@lru_cache(maxsize=8)
def pictured(content: bytes) -> bool:
    """Tell whether *content* is a picture that can be printed, rather than a broken one."""
    try:
        _compiler().compile(
            b"#image(bytes(json(bytes(sys.inputs.data))))", sys_inputs={"data": json.dumps(list(content))}
        )
    except typst.TypstError:
        return False
    return True


@cache
def _compiler() -> typst.Compiler:
    # looking for the machine's fonts takes longer than a page, so it is done once
    return typst.Compiler(font_paths=_found())


@cache
def _found() -> typst.Fonts:
    return typst.Fonts()


@cache
def _fonts() -> tuple[str, ...]:
    # naming only what is there keeps Typst from warning about the rest
    here = set(_found().families())
    return tuple(font for font in (*FONTS, *EMOJI) if font in here) or ("Libertinus Serif",)
