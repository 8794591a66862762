"""Make PDFs with Typst from a template and data; this needs no Word, browser or system library, only fonts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import typst

from xl_salesflow.errors import UsageError

PDF_FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "SimHei", "SimSun", "WenQuanYi Micro Hei", "Droid Sans Fallback", "Arial", "DejaVu Sans",
)  # fmt: skip
"""Tried in this order for each character. Typst includes a Latin font, so that a PDF can always be made."""

EMOJI_FONTS = ("Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji")


def typeset_pdf(source: str, data: Mapping[str, Any], name: str, folder: Path | None = None) -> bytes:
    """Return the Typst template *source* filled with *data* as PDF; the same data gives the same bytes.

    The functions of paper.typ are available to it. A team's own template may show pictures from its *folder*; no other
    file is read.

    Raises:
        UsageError: the template uses an unknown field, or is malformed; the message names the line.
    """
    try:
        pdf = compile_typst(source, data, folder)
    except typst.TypstError as error:
        why = " ".join(str(error).split())
        raise UsageError(
            "The template {name} cannot be typeset: {why}; salesflow template check says where.", name=name, why=why
        ) from error
    if not isinstance(pdf, bytes):
        raise TypeError(f"{name} came out as {type(pdf).__name__}, not as one file")
    return pdf


def compile_typst(source: str, data: Mapping[str, Any], folder: Path | None = None) -> object:
    """Compile *source* after paper.typ and return the output of Typst.

    Raises:
        typst.TypstError: it cannot be compiled.
    """
    passed = json.dumps({**data, "fonts": _available_font_names()}, ensure_ascii=False)
    full_source = f"{typst_library()}\n{source}".encode()
    return _typst_compiler(folder).compile(full_source, format="pdf", sys_inputs={"data": passed}, timestamp=0)


@cache
def typst_library() -> str:
    """Return paper.typ, the functions that every template may call."""
    return (files("xl_salesflow.documents") / "templates" / "paper.typ").read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def is_printable_picture(content: bytes) -> bool:
    """Return whether *content* is a picture that can be printed."""
    try:
        _typst_compiler(None).compile(
            b"#image(bytes(json(bytes(sys.inputs.data))))", sys_inputs={"data": json.dumps(list(content))}
        )
    except typst.TypstError:
        return False
    return True


@lru_cache(maxsize=8)
def _typst_compiler(folder: Path | None) -> typst.Compiler:
    # finding the fonts of the machine takes longer than typesetting a page, so it is done once
    return typst.Compiler(root=str(folder or _empty_folder()), font_paths=_installed_fonts())


def _empty_folder() -> Path:
    """Return an empty folder, in which there is nothing to read."""
    folder = Path(gettempdir()) / "salesflow-empty"
    folder.mkdir(exist_ok=True)
    return folder


@cache
def _installed_fonts() -> typst.Fonts:
    return typst.Fonts()


@cache
def _available_font_names() -> tuple[str, ...]:
    # Typst warns about fonts that are not installed
    installed = set(_installed_fonts().families())
    return tuple(font for font in (*PDF_FONTS, *EMOJI_FONTS) if font in installed) or ("Libertinus Serif",)
