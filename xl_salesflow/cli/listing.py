"""The follow-up list on the screen, as a file, or as a draft for each owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import click

from xl_salesflow import documents, flow
from xl_salesflow.cli import show
from xl_salesflow.documents.names import safe_name
from xl_salesflow.followups import by_owner
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Document, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.sheets.list_file import list_file
from xl_salesflow.workbook import ClosedBook

ON_SCREEN = ("md", "html", "ics", "csv")
"""Formats that are text, and so may go to the screen."""


def followups(
    path: Path, owner: str | None, format: str | None, output: Path | None, as_json: bool, today: date | None
) -> int:
    """Show or write the follow-up list."""
    pipeline = ClosedBook(path).read(today or date.today())
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    plan = flow.followups(pipeline, owner, datetime.combine(today, now.time()) if today else now)
    if format is None:
        show.followups(plan, pipeline, as_json)
        return 0
    (document,) = plan.documents
    if format == "eml":
        files = [
            file
            for part in _apart(by_owner(document))
            for file in documents.write(part, output or path.parent, pipeline.language, ("eml",))
        ]
        _told(plan, files, as_json)
        return 0
    if format in ON_SCREEN and (output is None or str(output) == "-"):
        click.echo(documents.render(document, pipeline.language, format), nl=False)
        return 0
    target = output or path.parent / f"{safe_name(document.name)}.{format}"
    if format == "xlsx":
        file = documents.save(target, _as_sheet(document, pipeline))
    else:
        file = documents.put(document, target, pipeline.language, format)
    _told(plan, [file], as_json)
    return 0


def _apart(drafts: Iterable[Document]) -> Iterator[Document]:
    # two owners whose names make the same file name get a file each
    seen: Counter[str] = Counter()
    for document in drafts:
        name = safe_name(document.name)
        seen[name.casefold()] += 1
        again = seen[name.casefold()]
        yield document if again == 1 else replace(document, name=f"{name} ({again})")


def _told(plan: Plan, files: list[Path], as_json: bool) -> None:
    if as_json or plan.findings:
        show.files(plan, files, as_json)
        return
    for file in files:
        click.echo(str(file))


def _as_sheet(document: Document, pipeline: Pipeline) -> bytes:
    rows = [row for group in document.facts["owners"] for row in group["rows"]]
    return list_file(TABLES["FollowUps"], rows, pipeline.language)
