"""All templates that are generated from a layout, by file name."""

from __future__ import annotations

from tools.templates.document_layouts import DOCUMENT_LAYOUTS
from tools.templates.docx_layout import build_docx_template
from tools.templates.markup_layouts import build_html_template, build_typst_template
from tools.templates.xlsx_layout import build_xlsx_template


def build_template_files() -> dict[str, bytes]:
    """Return the bytes of every supplied template of a deal document; the same layouts give the same bytes."""
    return {
        f"{kind}.{suffix}": content
        for kind, blocks in DOCUMENT_LAYOUTS.items()
        for suffix, content in (
            ("html", build_html_template(blocks).encode("utf-8")),
            ("typ", build_typst_template(blocks).encode("utf-8")),
            ("docx", build_docx_template(blocks)),
            ("xlsx", build_xlsx_template(blocks)),
        )
    }
