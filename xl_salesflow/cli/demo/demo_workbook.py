"""Make the demo: a filled workbook with a day of work in it, and every document made from it.

In the day of work, activities are logged, quotes written, and deals moved to other stages (some too early).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from xl_salesflow.cli.demo.demo_commission import make_commission_frames
from xl_salesflow.cli.demo.demo_notes import add_spin_notes, ask_for_a_discount, make_note_frames
from xl_salesflow.cli.demo.demo_payments import make_payment_frame
from xl_salesflow.cli.demo.demo_pipeline import (
    day_numbers_to_dates,
    generate_pipeline,
    make_demo_frame,
    number_demo_rows,
)
from xl_salesflow.cli.demo.demo_subscriptions import make_subscription_frame
from xl_salesflow.cli.demo.demo_words import read_demo_words
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit
from xl_salesflow.core.key_numbers import find_key_format
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.documents.document_writer import DocumentWriter, write_document_files
from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_FORMATS
from xl_salesflow.engine import Run, recompute_formula_columns, run_steps
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.working_order import arrange_deals
from xl_salesflow.quotes.document_requests import PrintJob
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import bring_in, followups, paper, report, update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

_DEMO_ACTIVITY_TYPES = ("call", "meeting", "mail", "demo")
_DEMO_CONTACT_CHANNELS = ("phone", "in_person", "email", "remote")


def make_day_of_work(pipeline: Pipeline, seed: int = 11) -> ChangeSet:
    """Return what people typed as a change set: activities of all deals, quotes of open ones and notes about them, six
    stage moves today.
    """
    random = np.random.default_rng(seed)
    deals = pipeline["Deals"].sort_values("deal")  # whatever the order of the rows on the sheet
    opened = deals[deals["outcome"] == "open"]
    quoted = opened.sort_values(["furthest", "amount"], ascending=False, kind="stable").head(8)
    activities = add_spin_notes(_make_activity_frame(pipeline, random), pipeline.language)
    rows = {"Activities": activities, "Quotes": ask_for_a_discount(_make_quote_frame(pipeline, quoted))}
    rows["QuoteLines"] = _make_quote_line_frame(pipeline, rows["Quotes"], quoted)
    rows["Payments"] = make_payment_frame(pipeline)
    rows["Subscriptions"] = make_subscription_frame(pipeline)
    rows |= make_commission_frames(pipeline)
    rows |= make_note_frames(pipeline, quoted)
    added = tuple(Append(name, frame, "demo") for name, frame in rows.items())
    typed = (_edit_stages(pipeline, opened), _edit_company_settings(pipeline), *_edit_competitors(pipeline, deals))
    return ChangeSet(appends=added, edits=typed)


def _edit_competitors(pipeline: Pipeline, deals: pd.DataFrame) -> Iterator[Edit]:
    # every other deal has a competitor, and so has every deal that was lost to one
    words = read_demo_words(pipeline.language).competitors
    rows = pipeline["Lists"].head(len(words))
    names = words[: len(rows)]
    if not names:  # a pipeline without lists has no place for their names
        return
    keys = rows[TABLES["Lists"].name_column]
    yield Edit("Lists", "competitor", keys, rows["competitor"], pd.Series(names, rows.index, dtype=object), "demo")
    met = deals[(np.arange(len(deals)) % 2 == 0) | (deals["loss_reason"] == "competitor").to_numpy()]
    after = pd.Series([names[at % len(names)] for at in range(len(met))], met.index, dtype=object)
    yield Edit("Deals", "competitor", met["deal"], met["competitor"], after, "demo")


def _edit_company_settings(pipeline: Pipeline) -> Edit:
    settings = pipeline["Settings"]
    values = settings["setting"].map(read_demo_words(pipeline.language).settings).dropna()
    rows = settings.loc[values.index]
    return Edit("Settings", "value", rows["setting"], rows["value"], values.astype(object), "demo")


def _make_quote_frame(pipeline: Pipeline, quoted: pd.DataFrame) -> pd.DataFrame:
    # every second one is still a draft
    words = read_demo_words(pipeline.language)
    count, today = len(quoted), np.datetime64(pipeline.today, "s")
    status = np.where(np.arange(count) % 2 == 0, "sent", "draft").astype(object)
    date = today - np.timedelta64(3, "D")
    return make_demo_frame("Quotes", {
        "quote": find_key_format("Quotes", pipeline.settings, pipeline.today).next_after((), count),
        "deal": quoted["deal"].to_numpy(),
        "version": [1.0] * count,
        "status": status,
        "primary": ["yes"] * count,
        "date": np.full(count, date),
        "valid_until": np.full(count, date + np.timedelta64(30, "D")),
        "contact": quoted["contact"].to_numpy(),
        "tax_mode": ["exclusive"] * count,
        "tax_rate": [words.tax_rate] * count,
        "discount": np.where(np.arange(count) % 3 == 0, 0.05, 0.0),
        "shipping": [120.0] * count,
        "approved_by": np.where(np.arange(count) % 3 == 0, words.manager, ""),
        "terms": [words.terms] * count,
        "sent": np.where(status == "sent", date, np.datetime64("NaT", "s")),
        "sent_to": np.where(status == "sent", quoted["contact"].to_numpy(), ""),
    })  # fmt: skip


def _make_quote_line_frame(pipeline: Pipeline, quotes: pd.DataFrame, quoted: pd.DataFrame) -> pd.DataFrame:
    # as much of the deal's product as its amount buys, the smallest product twice with a discount, another as an option
    small, other = pipeline["Products"]["product"].iloc[[0, 2]]
    prices = quoted["product"].map(pipeline["Products"].set_index("product")["price"])
    pieces = (quoted["amount"] / prices).round().clip(lower=1.0)
    products = [name for product in quoted["product"] for name in (product, small, other)]
    return make_demo_frame("QuoteLines", {
        "quote": quotes["quote"].repeat(3).to_list(),
        "position": [1.0, 2.0, 3.0] * len(quotes),
        "product": products,
        "quantity": [number for count in pieces for number in (count, 2.0, 1.0)],
        "discount": [np.nan, 0.1, np.nan] * len(quotes),
        "optional": ["", "", "yes"] * len(quotes),
    })  # fmt: skip


_ACTIVITY_COSTS = {"meeting": 60.0, "demo": 150.0}  # travel and samples


def _make_activity_frame(pipeline: Pipeline, random: np.random.Generator) -> pd.DataFrame:
    # two in the last weeks of every open deal; for closed deals, as many as it took
    deals, language = pipeline["Deals"].sort_values("deal"), pipeline.language
    today = np.int64(np.datetime64(pipeline.today, "D").astype(int))
    is_open = (deals["outcome"] == "open").to_numpy()
    of = np.repeat(np.arange(len(deals)), np.where(is_open, 2, random.integers(1, 7, len(deals))))
    noted, count = deals.iloc[of], len(of)
    created, closed = (
        noted[column_id].to_numpy().astype("datetime64[D]").astype(np.int64) for column_id in ("created", "closed")
    )
    last = np.where(is_open[of], today - 1, closed)
    first = np.maximum(created, np.where(is_open[of], today - 27, created))
    order = np.argsort(days := random.integers(np.minimum(first, last), last + 1), kind="stable")
    kind = random.integers(0, len(_DEMO_ACTIVITY_TYPES), count)
    columns = {
        "date": day_numbers_to_dates(days),
        "deal": noted["deal"].to_numpy(),
        "contact": noted["contact"].to_numpy(),
        "type": np.array(_DEMO_ACTIVITY_TYPES, dtype=object)[kind],
        "contact_channel": np.array(_DEMO_CONTACT_CHANNELS, dtype=object)[kind],
        "outcome": np.array(("reached", "interested", "no_answer"), dtype=object)[random.integers(0, 3, count)],
        "by": noted["owner"].to_numpy(),
        "cost": np.array([_ACTIVITY_COSTS.get(name, np.nan) for name in _DEMO_ACTIVITY_TYPES])[kind],
        "summary": np.array(read_demo_words(language).activity_summaries, dtype=object)[random.integers(0, 4, count)],
    }
    ordered = {column_id: values[order] for column_id, values in columns.items()}
    return make_demo_frame("Activities", {"activity": number_demo_rows("Activities", count), **ordered})


def _edit_stages(pipeline: Pipeline, opened: pd.DataFrame) -> Edit:
    # the six oldest open deals are typed one stage further; the gates accept some and refuse others
    playbook = pipeline.playbooks[pipeline.default_playbook]
    steps = {a.name: b.name for a, b in zip(playbook.funnel, playbook.funnel[1:], strict=False)}
    chosen = opened.sort_values("created").head(6)
    after = chosen["stage"].map(steps).astype(object)
    return Edit("Deals", "stage", chosen["deal"], chosen["stage"], after, "demo")


def write_demo(folder: Path, language: Language, now: datetime) -> list[Path]:
    """Write a workbook and all its documents into *folder* and return their paths; existing files are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    path, run = folder / "salesflow-demo.xlsx", Run("demo", now.replace(microsecond=0))
    path.unlink(missing_ok=True)
    new_workbook(path, language, "crm")
    book = ClosedBook(path, keeps_backups=False)
    empty = book.read(now.date())
    book.write(bring_in(empty, generate_pipeline(empty, 80, since_days=120), run))
    filled = book.read(now.date())
    work = make_day_of_work(filled)
    book.write(run_steps(filled, (lambda _: work,), "demo", run))
    book.write(arrange_deals(book.read(now.date())))
    book.write(update(book.read(now.date()), run))
    return [path, *_write_demo_documents(book, folder, run)]


def _write_demo_documents(book: ClosedBook, folder: Path, run: Run) -> list[Path]:
    pipeline = book.read(run.now.date())
    number, deal = (str(pipeline["Quotes"][column_id].iat[0]) for column_id in ("quote", "deal"))
    press = DocumentWriter(folder, DEAL_DOCUMENT_FORMATS, pipeline.language)
    plan = paper(pipeline, PrintJob("quote", (number,), press), run)
    with press.save_around():
        book.write(plan)
    pipeline = recompute_formula_columns(book.read(run.now.date()))
    talk = str(pipeline["Activities"]["activity"].iat[-1])
    others = (("proposal", number), ("contract", number), ("bant_card", deal), ("precall", deal), ("visit", talk))
    printed = (
        (followups(pipeline), ("md", "html", "csv", "ics")),
        *((PrintJob(kind, (key,)).build_documents(pipeline), ("pdf",)) for kind, key in others),
        (report(pipeline), ("html",)),
    )
    return press.files + [
        file
        for plan, formats in printed
        for document in plan.documents
        for file in write_document_files(document, folder, pipeline.language, formats)
    ]
