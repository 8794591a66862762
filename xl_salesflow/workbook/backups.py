"""The earlier versions beside a workbook, as what two copies of it once were."""

from __future__ import annotations

from pathlib import Path

from xl_salesflow.errors import WorkbookError
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.workbook.book import ClosedBook


def common_backup(ours: Pipeline, theirs: Pipeline) -> tuple[Path | None, list[WorkbookError]]:
    """Return the youngest backup beside either copy whose runs both went through, and what kept others from being read."""
    runs = set(ours["Journal"]["run"]) & set(theirs["Journal"]["run"])
    beside = (Path(copy.source) for copy in (ours, theirs) if copy.source)
    backups = {file for path in beside for file in path.parent.glob(f"{path.stem}.backup-*{path.suffix}")}
    fitting: list[tuple[float, Path]] = []
    unread: list[WorkbookError] = []
    for file in sorted(backups):
        try:
            known = set(ClosedBook(file).read(ours.today)["Journal"]["run"])
        except WorkbookError as error:
            unread.append(error)
            continue
        if known == runs:
            fitting.append((file.stat().st_mtime, file))
    return (max(fitting)[1] if fitting else None), unread
