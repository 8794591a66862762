"""Sent papers that no longer say what they said: the quote was changed, or the file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xl_salesflow.model.choices import label
from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.text import Text
from xl_salesflow.papers.digests import fingerprint, promises
from xl_salesflow.quotes.record import Record, records

CHANGED = Text(
    "{paper} {subject} was changed after it went out{when}; put it back, or revise the quote and send a new version.",
    "{paper} {subject} 在发出{when}后被修改；请恢复，或修订报价单并向客户发送新版本。",
)
FILE_CHANGED = Text(
    "The file {file} is not the one that was made and went out{when}; put it back from the mail, or send a new version.",
    "文件“{file}”与发出{when}的文件不一致；请从邮件中恢复，或以新版本重新打印。",
)
WHEN = Text(" on {day}", "（{day}）")
_GONE_OUT = ("sent", "accepted", "rejected", "expired")
_LARGEST = 64 << 20


def amiss(before: Pipeline, now: Pipeline) -> tuple[Finding, ...]:
    """Return a finding for each paper that went out and is not what it was, as it stands *now*."""
    return (*changed(now), *files_changed(before, now))


def changed(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return a finding for each quote that went out and offers something else now."""
    papers, quotes = pipeline["Documents"], pipeline["Quotes"]
    went = papers[papers["digest"].str.contains("-", regex=False) & _went_out(pipeline, papers)]
    if went.empty:
        return ()
    now = dict(zip(folded(quotes["quote"]), promises(pipeline), strict=True))
    rows = dict(zip(folded(quotes["quote"]), quotes.index, strict=True))
    found: dict[str, Finding] = {}
    for paper in records(went):
        key, said = str(paper["subject"]).strip().casefold(), str(paper["digest"]).partition("-")[0]
        if said and key in now and now[key] != said and key not in found:
            found[key] = _finding(pipeline, CHANGED, paper, "Quotes", str(paper["subject"]), int(rows[key]), "total")
    return tuple(found.values())


def files_changed(before: Pipeline, now: Pipeline) -> tuple[Finding, ...]:
    """Return a finding for each sent file that is another one on the disk; those made anew since *before* are left out.

    A file is looked at only inside the workbook's folder; one that is not there may be on another machine.
    """
    if not now.source:
        return ()
    folder, papers = Path(now.source).resolve().parent, now["Documents"]
    old = before["Documents"]["digest"].reindex(papers.index, fill_value="")
    same = papers[papers["sent"].notna() & (papers["digest"] == old)]
    return tuple(
        _finding(now, FILE_CHANGED, paper, "Documents", str(paper["document"]), int(row), "document")
        for row, paper in zip(same.index, records(same), strict=True)
        if _another(folder, str(paper["document"]), str(paper["digest"]).rpartition("-")[2])
    )


def _went_out(pipeline: Pipeline, papers: pd.DataFrame) -> pd.Series:
    quotes = pipeline["Quotes"]
    out = quotes["sent"].notna() | quotes["status"].isin(_GONE_OUT)
    sent = set(folded(quotes["quote"])[out])
    return papers["sent"].notna() | ((papers["paper"] == "quote") & folded(papers["subject"]).isin(sent))


def _another(folder: Path, name: str, digest: str) -> bool:
    try:
        path = (folder / name).resolve()
        if path.is_relative_to(folder) and path.is_file() and path.stat().st_size <= _LARGEST:
            return fingerprint(path.read_bytes()) != digest
    except (OSError, ValueError):  # ValueError: a name with a NUL in it
        pass
    return False


def _finding(pipeline: Pipeline, text: Text, paper: Record, table: str, key: str, row: int, column: str) -> Finding:
    language, sent = pipeline.language, paper["sent"]
    when = "" if sent is pd.NaT else WHEN.in_(language, day=sent.date().isoformat())
    kind = label("paper", str(paper["paper"]), language)
    message = text.in_(language, paper=kind, subject=paper["subject"], file=paper["document"], when=when)
    rule = "sent_paper_changed" if text is CHANGED else "sent_file_changed"
    return Finding(rule, "warn", message, table, key, column, pipeline.cell(table, row, column))
