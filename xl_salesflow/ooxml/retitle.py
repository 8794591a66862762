"""Sheets called otherwise: the sheet itself, and every formula, name, link and chart that mentions it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from xl_salesflow.ooxml.draft import Draft
from xl_salesflow.ooxml.parts import children, local, main_part
from xl_salesflow.ooxml.workbook import Workbook

_FORMULAS = {"f", "formula", "formula1", "formula2", "definedName", "sqref"}
_BARE = r"(?<![\w'.\]\)]){title}!"


def retitled(workbook: Workbook, titles: Mapping[str, str]) -> Workbook:
    """Return *workbook* with sheets renamed, old title → new one; texts in cells and strings in formulas stay."""
    if not titles:
        return workbook
    draft = Draft(workbook.package)
    for element in children(draft.tree(main_part(draft.package)), "sheets", "sheet"):
        element.set("name", titles.get(element.get("name") or "", element.get("name") or ""))
    rename = _Renaming(titles)
    for part in draft.parts:
        if part.startswith("xl/") and part.endswith(".xml"):
            rename.part(draft.tree(part))
    return Workbook(workbook.path, draft.to_bytes())


class _Renaming:
    """Replaces ``Title!`` and ``'Title'!`` outside of strings."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        forms = {}
        for old, new in titles.items():
            quoted = "'" + new.replace("'", "''") + "'!"
            forms["'" + old.replace("'", "''") + "'!"] = quoted
            forms[f"{old}!"] = quoted
        self._forms = forms
        found = "|".join(
            re.escape(form) if form.startswith("'") else _BARE.format(title=re.escape(form[:-1])) for form in forms
        )
        self._mention = re.compile(rf'("(?:[^"]|"")*")|({found})')

    def part(self, root: etree._Element) -> None:
        """Rename in one part, in place."""
        for element in root.iter():
            if local(element) in _FORMULAS and element.text:
                element.text = self._text(element.text)
            if local(element) == "hyperlink" and element.get("location"):
                element.set("location", self._text(element.get("location") or ""))

    def _text(self, formula: str) -> str:
        return self._mention.sub(lambda found: found[1] or self._forms[found[2]], formula)
