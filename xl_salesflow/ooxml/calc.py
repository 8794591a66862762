"""What tells Excel to calculate: the calculation settings and the chain of formulas."""

from __future__ import annotations

import re

_SETTINGS = re.compile(rb"<((?:[\w.-]+:)?)calcPr\b([^>]*?)(/?)>")
_ON_LOAD = re.compile(rb'\sfullCalcOnLoad="[^"]*"')
_BEFORE_SETTINGS = re.compile(rb"</((?:[\w.-]+:)?)(?:sheets|functionGroups|externalReferences|definedNames)>")


def recalculate_on_load(workbook: bytes) -> bytes:
    """Ask Excel to calculate everything when it opens the workbook."""
    settings = _SETTINGS.search(workbook)
    if settings:
        prefix, attributes, closed = settings.groups()
        new = b'<%bcalcPr%b fullCalcOnLoad="1"%b>' % (prefix, _ON_LOAD.sub(b"", attributes), closed)
        return workbook[: settings.start()] + new + workbook[settings.end() :]
    *_, place = _BEFORE_SETTINGS.finditer(workbook)
    return workbook[: place.end()] + b'<%bcalcPr fullCalcOnLoad="1"/>' % place.group(1) + workbook[place.end() :]


def without_relationship(rels: bytes, kind: bytes) -> bytes:
    """Drop the relationships of a kind, told by the last step of their type."""
    return re.sub(rb'<(?:[\w.-]+:)?Relationship\s[^>]*?Type="[^"]*/%b"[^>]*?/>\s*' % re.escape(kind), b"", rels)


def without_content_type(types: bytes, part: str) -> bytes:
    """Drop a part's own content type."""
    name = re.escape(part.encode())
    return re.sub(rb'<(?:[\w.-]+:)?Override\s[^>]*?PartName="/%b"[^>]*?/>' % name, b"", types, flags=re.IGNORECASE)
