"""The demo: a filled workbook and every document it gives, in one folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from xl_salesflow import documents, flow
from xl_salesflow.calculated import refreshed
from xl_salesflow.demo.day import day_of_work
from xl_salesflow.demo.generate import generated
from xl_salesflow.documents.kinds import PAPER_FORMATS
from xl_salesflow.model.text import Language
from xl_salesflow.papers import Printing
from xl_salesflow.sheets import new_workbook
from xl_salesflow.workbook import ClosedBook


def show(folder: Path, language: Language, now: datetime) -> list[Path]:
    """Write a workbook and every document it gives into *folder* and return their paths; older ones are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    path, run = folder / "salesflow-demo.xlsx", flow.Run("demo", now.replace(microsecond=0))
    path.unlink(missing_ok=True)
    new_workbook(path, language, "crm")
    book = ClosedBook(path)
    empty = book.read(now.date())
    book.write(flow.bring_in(empty, generated(empty, 80, since_days=120), run))
    filled = book.read(now.date())
    work = day_of_work(filled)
    book.write(flow.settled(filled, (lambda _: work,), "demo", run))
    book.write(flow.update(book.read(now.date()), run))
    return [path, *_documents(book, folder, run)]


def _documents(book: ClosedBook, folder: Path, run: flow.Run) -> list[Path]:
    pipeline = book.read(run.now.date())
    number, deal = (str(pipeline["Quotes"][id].iat[0]) for id in ("quote", "deal"))
    press = documents.Press(folder, PAPER_FORMATS, pipeline.language)
    plan = flow.paper(pipeline, Printing("quote", (number,), press), run)
    with press.ready():
        book.write(plan)
    pipeline = refreshed(book.read(run.now.date()))
    talk = str(pipeline["Activities"]["activity"].iat[-1])
    others = (("proposal", number), ("contract", number), ("bant_card", deal), ("precall", deal), ("visit", talk))
    printed = (
        (flow.followups(pipeline), ("md", "html", "csv", "ics")),
        *((Printing(kind, (key,)).offer(pipeline), ("pdf",)) for kind, key in others),
        (flow.report(pipeline), ("html",)),
    )
    return press.files + [
        file
        for plan, formats in printed
        for document in plan.documents
        for file in documents.write(document, folder, pipeline.language, formats)
    ]
