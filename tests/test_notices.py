"""What an installation brings: bounded versions, accepted licences, and a line in the docs for each."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.parts import ROOT
from tools.notices import ACCEPTED, format_notices, list_installed_closure, read_licence

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = [
    *PROJECT["dependencies"],
    *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
]


@pytest.mark.parametrize("text", DECLARED)
def test_versions_are_bounded_on_both_sides(text: str) -> None:
    bounds = {one.operator for one in Requirement(text).specifier}
    assert bounds == {">=", "<"}


@pytest.mark.parametrize("text", DECLARED)
def test_each_library_has_a_line_in_the_docs(text: str) -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| ([\w, -]+?)(?: \([^|]*\))? \|", page, re.MULTILINE)
    assert Requirement(text).name in ", ".join(named).split(", ")


def test_notices_list_what_is_installed() -> None:
    """If this fails, run python -m tools.notices."""
    assert set(format_notices().splitlines()) <= set((ROOT / "NOTICES.md").read_text(encoding="utf-8").splitlines())


# attack: a dependency with a licence that nobody has read
# outcome: the suite fails
def test_a_licence_that_nobody_has_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    package = list_installed_closure()["jinja2"]
    monkeypatch.delitem(ACCEPTED, "BSD")
    with pytest.raises(SystemExit, match="jinja2: the licence “BSD” is not on the list"):
        read_licence("jinja2", package)
