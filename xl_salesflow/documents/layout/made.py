"""Every template that is made from a layout, by its file name."""

from __future__ import annotations

from xl_salesflow.documents.layout.in_html import html_template
from xl_salesflow.documents.layout.in_sheet import sheet_template
from xl_salesflow.documents.layout.in_typst import typst_template
from xl_salesflow.documents.layout.in_word import word_template
from xl_salesflow.documents.layout.layouts import LAYOUTS


def made() -> dict[str, bytes]:
    """Return the bytes of every shipped template of a paper; the same layouts give the same bytes."""
    return {
        f"{kind}.{suffix}": content
        for kind, blocks in LAYOUTS.items()
        for suffix, content in (
            ("html", html_template(blocks).encode("utf-8")),
            ("typ", typst_template(blocks).encode("utf-8")),
            ("docx", word_template(blocks)),
            ("xlsx", sheet_template(blocks)),
        )
    }
