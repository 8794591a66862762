"""The supplied templates match the layouts, and a team can build on each of them."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from tools.templates.document_layouts import DOCUMENT_LAYOUTS
from tools.templates.template_files import build_template_files
from xl_salesflow.documents.document_texts import DOCUMENT_TEXTS
from xl_salesflow.documents.template_findings import inspect_template
from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_FORMATS, DEAL_DOCUMENT_KINDS, shipped_template


def test_the_shipped_templates_are_up_to_date() -> None:
    """If this fails, run python -m tools.templates."""
    folder = files("xl_salesflow.documents") / "templates"
    assert [name for name, content in build_template_files().items() if (folder / name).read_bytes() != content] == []


def test_every_kind_has_a_layout() -> None:
    assert set(DOCUMENT_LAYOUTS) == set(DEAL_DOCUMENT_KINDS)


@pytest.mark.parametrize("document_format", DEAL_DOCUMENT_FORMATS)
@pytest.mark.parametrize("kind", DEAL_DOCUMENT_KINDS)
def test_a_supplied_template_uses_only_existing_fields(kind: str, document_format: str) -> None:
    assert [
        (fault.place.in_("en"), fault.message.in_("en"))
        for fault in inspect_template(shipped_template(kind, document_format))
    ] == []


def test_every_text_of_a_layout_exists() -> None:
    pages = [
        content.decode("utf-8") for name, content in build_template_files().items() if name.endswith((".html", ".typ"))
    ]
    named = {word for page in pages for word in re.findall(r"\bt\.(\w+)", page)}
    assert len(named) > 40
    assert named <= set(DOCUMENT_TEXTS)
