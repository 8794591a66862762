"""Find the version that two copies of a workbook have in common among the backups beside them."""

from __future__ import annotations

import glob
from pathlib import Path

from xl_salesflow.changelog.three_way_merge import is_surely_ancestor
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import WorkbookError
from xl_salesflow.workbook.closed_book import ClosedBook


def find_common_backup(ours: Pipeline, theirs: Pipeline) -> tuple[Path | None, list[WorkbookError]]:
    """Return the newest backup next to either copy that is surely older than their parting, and the errors of unreadable ones.

    Surely older is a backup that lacks a run which both copies have. One that has all of these runs was made by the first run
    of one copy alone, and may hold what was typed into it by then: `is_surely_ancestor` tells.
    """
    runs = set(ours["Journal"]["run"]) & set(theirs["Journal"]["run"])
    fitting: list[tuple[int, float, Path]] = []
    unread: list[WorkbookError] = []
    for copy, other in ((ours, theirs), (theirs, ours)):
        for file in _list_backups(copy) if runs else ():
            try:
                backup = ClosedBook(file).read(ours.today)
            except WorkbookError as error:
                unread.append(error)
                continue
            known = set(backup["Journal"]["run"])
            if known < runs or (known == runs and is_surely_ancestor(backup, copy, other)):
                fitting.append((len(known), file.stat().st_mtime, file))
    return (max(fitting)[-1] if fitting else None), unread


def _list_backups(copy: Pipeline) -> list[Path]:
    path = Path(copy.source)
    return sorted(path.parent.glob(f"{glob.escape(path.stem)}.backup-*{path.suffix}")) if copy.source else []
