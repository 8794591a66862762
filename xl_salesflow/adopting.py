"""A team's own workbook becomes a store: our sheets join it, its rows are brought in by a mapping that stays in the workbook.

Their sheets stay theirs. Adopting again brings in what has changed there since, by the mapping kept in Settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from xl_salesflow import flow, imports
from xl_salesflow.imports.sources import read
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Edit, Plan
from xl_salesflow.model.text import Language
from xl_salesflow.sheets import template_of
from xl_salesflow.workbook import ClosedBook
from xl_salesflow.workbook.adopt import is_store, store_of, up_to_date
from xl_salesflow.workbook.save import save

PROFILE = "adopted"
"""The setting that keeps the mapping."""


@dataclass(frozen=True)
class Store:
    """A workbook about to be a store: its bytes, the digest of the file they are made from, and what was done to it.

    *pipeline* is what the store holds before its rows are brought in; *added* says in words what joined it; *known* is the
    mapping kept from last time.
    """

    path: Path
    data: bytes
    digest: str
    pipeline: Pipeline
    added: tuple[str, ...]
    known: imports.Mapping | None
    complete: bool
    """It was a store already and lacked nothing."""


def prepare(path: Path, today: date, language: Language | None = None, playbook: str = "crm") -> Store:
    """Return the workbook at *path* as a store to be; nothing is written yet.

    A store already gains what its version lacks. *language* is that of our sheets; unsaid, that of the headers there.

    Raises:
        WorkbookError: the workbook cannot be read, or has tables or names that we need for ourselves.
        UsageError: no playbook is called *playbook*.
    """
    there = is_store(path)
    if there:
        data, digest, lacking = up_to_date(path)
        pipeline = ClosedBook(path, data).read(today)
        added = tuple(one.told(pipeline.language) for one in lacking)
    else:
        data, digest, titles = store_of(path, template_of(language or language_of(path), playbook))
        pipeline = ClosedBook(path, data).read(today)
        added = tuple(f"{old} → {new}" for old, new in titles.items())
    kept = pipeline.settings.text(PROFILE)
    known = imports.Mapping.from_toml(kept, f"{path.name}, {PROFILE}") if kept else None
    return Store(path, data, digest, pipeline, added, known, there and not added)


def language_of(path: Path) -> Language:
    """Return the language of the headers of a workbook."""
    headers = "".join("".join(source.headers) for source in read(path))
    return "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in headers) else "en"


def rows(store: Store, mapping: imports.Mapping, run: flow.Run) -> Plan:
    """Return the plan that brings the rows of their own sheets in and keeps *mapping* in the workbook."""
    brought = imports.plan(store.pipeline, [store.path], mapping)
    kept = _kept(store.pipeline, mapping.to_toml(store.pipeline.language).strip())  # as a cell is read
    return flow.bring_in(store.pipeline, brought + kept, run)


def write(store: Store, plan: Plan) -> Plan:
    """Put the store with *plan* carried out in place of the workbook; the one that was there is kept as a backup.

    Return the plan with what became of the user's own formulas in its answer, as `ClosedBook.written` does.

    Raises:
        WorkbookError: somebody has it open or saved it meanwhile, or the disk refuses; the file is as it was.
    """
    book = ClosedBook(store.path, store.data)
    book.read(store.pipeline.today)
    data, plan = book.made(plan)

    def whole(file: BinaryIO) -> None:
        file.write(data)

    save(store.path, whole, store.digest, backups=1)
    return plan


def _kept(pipeline: Pipeline, text: str) -> Plan:
    settings = pipeline["Settings"]
    rows = settings.index[settings["setting"] == PROFILE]
    held = settings.loc[rows, "value"]
    after = pd.Series(text, index=rows, dtype=object)
    changed = rows[(held != after).to_numpy(bool)]
    if not len(changed):
        return Plan()
    edit = Edit("Settings", "value", settings.loc[changed, "setting"], held[changed], after[changed], "adopt")
    return Plan(edits=(edit,))
