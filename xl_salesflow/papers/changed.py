"""Sent papers that no longer say what they said: the quote was changed, or the file."""

from __future__ import annotations

from collections.abc import Iterator
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


def changed(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return a finding for each sent paper whose quote offers something else now, or whose file is another one.

    A file is looked at only inside the workbook's folder; one that is not there may be on another machine.
    """
    papers = pipeline["Documents"]
    went = papers[papers["digest"].str.contains("-", regex=False) & _went_out(pipeline, papers)]
    if went.empty:
        return ()
    quotes = pipeline["Quotes"]
    now = dict(zip(folded(quotes["quote"]), promises(pipeline), strict=True))
    rows = dict(zip(folded(quotes["quote"]), quotes.index, strict=True))
    found: list[Finding] = []
    told: set[str] = set()
    for row, paper in zip(went.index, records(went), strict=True):
        key = str(paper["subject"]).strip().casefold()
        said, _, file = str(paper["digest"]).partition("-")
        if said and key in now and now[key] != said and key not in told:
            told.add(key)
            found.append(_finding(pipeline, CHANGED, paper, "Quotes", str(paper["subject"]), int(rows[key]), "total"))
        found += _file_changed(pipeline, paper, file, int(row))
    return tuple(found)


def _went_out(pipeline: Pipeline, papers: pd.DataFrame) -> pd.Series:
    quotes = pipeline["Quotes"]
    out = quotes["sent"].notna() | quotes["status"].isin(_GONE_OUT)
    sent = set(folded(quotes["quote"])[out])
    return papers["sent"].notna() | ((papers["paper"] == "quote") & folded(papers["subject"]).isin(sent))


def _file_changed(pipeline: Pipeline, paper: Record, digest: str, row: int) -> Iterator[Finding]:
    if paper["sent"] is pd.NaT or not pipeline.source:
        return
    content = _content(Path(pipeline.source).resolve().parent, str(paper["document"]))
    if content is not None and fingerprint(content) != digest:
        yield _finding(pipeline, FILE_CHANGED, paper, "Documents", str(paper["document"]), row, "document")


def _content(folder: Path, name: str) -> bytes | None:
    try:
        path = (folder / name).resolve()
        if path.is_relative_to(folder) and path.is_file() and path.stat().st_size <= _LARGEST:
            return path.read_bytes()
    except (OSError, ValueError):  # ValueError: a name with a NUL in it
        pass
    return None


def _finding(pipeline: Pipeline, text: Text, paper: Record, table: str, key: str, row: int, column: str) -> Finding:
    language, sent = pipeline.language, paper["sent"]
    when = "" if sent is pd.NaT else WHEN.in_(language, day=sent.date().isoformat())
    kind = label("paper", str(paper["paper"]), language)
    message = text.in_(language, paper=kind, subject=paper["subject"], file=paper["document"], when=when)
    rule = "sent_paper_changed" if text is CHANGED else "sent_file_changed"
    return Finding(rule, "warn", message, table, key, column, pipeline.cell(table, row, column))
