"""The shipped templates are what the layouts say, and a team can go on from each of them."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from xl_salesflow.documents import shelf
from xl_salesflow.documents.checking import faults
from xl_salesflow.documents.kinds import PAPER_FORMATS, PAPERS
from xl_salesflow.documents.layout.layouts import LAYOUTS
from xl_salesflow.documents.layout.made import made
from xl_salesflow.documents.texts import TEXTS


def test_the_shipped_templates_are_up_to_date() -> None:
    """python -m xl_salesflow.documents.layout writes them."""
    folder = files("xl_salesflow.documents") / "templates"
    assert [name for name, content in made().items() if (folder / name).read_bytes() != content] == []


def test_every_kind_has_a_layout() -> None:
    assert set(LAYOUTS) == set(PAPERS)


@pytest.mark.parametrize("format", PAPER_FORMATS)
@pytest.mark.parametrize("kind", PAPERS)
def test_a_shipped_template_asks_for_nothing_that_is_not_there(kind: str, format: str) -> None:
    assert [(fault.place.en, fault.said.en) for fault in faults(shelf.shipped(kind, format))] == []


def test_every_text_of_a_layout_is_there() -> None:
    pages = [content.decode("utf-8") for name, content in made().items() if name.endswith((".html", ".typ"))]
    named = {word for page in pages for word in re.findall(r"\bt\.(\w+)", page)}
    assert len(named) > 40
    assert named <= set(TEXTS)
