"""Which cells carry comments, of the old kind or threaded ones, which leave an old one behind."""

from __future__ import annotations

from collections.abc import Iterator

from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.parts import Sheet, children, relationships
from xl_salesflow.ooxml.refs import Area


def commented_cells(package: Package, sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Yield row and column of each commented cell."""
    for relation in relationships(package, sheet.part):
        if relation.kind == "comments" and package.find(relation.target):
            for comment in children(package.parse(relation.target), "commentList", "comment"):
                area = Area.find(comment.get("ref") or "")
                if area:
                    yield area.first_row, area.first_col
