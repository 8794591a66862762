"""Make a team's own workbook a store: our sheets join it, its rows come in by an import map.

Their sheets stay theirs. The import map stays in the workbook, in Settings: adopting again brings in what has changed on their
sheets since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, Edit
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.proposed_styles import currency_of_sources
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.named_values import SETTINGS_BY_ID, Settings
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.atomic_save import save_workbook
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import build_adopted_store, build_new_workbook, is_store_file, upgrade_store_file

ADOPTION_SETTING = "adopted"
"""The setting that keeps the mapping."""

_CURRENCY_SETTING = "currency"


@dataclass(frozen=True)
class AdoptedStore:
    """A workbook about to be a store: its bytes, the digest of the file they are made from, and what was done to it.

    *pipeline* is what the store holds before its rows are brought in; *added* says in words what joined it; *known* is the
    mapping kept from last time.
    """

    path: Path
    data: bytes
    digest: str
    pipeline: Pipeline
    additions: tuple[str, ...]
    import_map: ImportMap | None
    complete: bool
    """It was a store already and lacked nothing."""


def prepare_adoption(path: Path, today: date, language: Language | None = None, playbook: str = "crm") -> AdoptedStore:
    """Return the workbook at *path* as a store to be; nothing is written yet.

    A store already gains what its version lacks. *language* is that of our sheets; unsaid, that of the headers there.

    Raises:
        WorkbookError: the workbook cannot be read, or has tables or names that we need for ourselves.
        UsageError: no playbook is called *playbook*.
    """
    there = is_store_file(path)
    if there:
        data, digest, lacking = upgrade_store_file(path)
        pipeline = ClosedBook(path, data).read(today)
        added = tuple(one.describe(pipeline.language) for one in lacking)
    else:
        data, digest, titles = build_adopted_store(
            path, build_new_workbook(language or detect_header_language(path), playbook)
        )
        pipeline, counted = _count_in_currency_of(path, ClosedBook(path, data).read(today))
        added = (*(f"{old} → {new}" for old, new in titles.items()), *counted)
    kept = pipeline.settings.text(ADOPTION_SETTING)
    known = ImportMap.from_toml(kept, f"{path.name}, {ADOPTION_SETTING}") if kept else None
    return AdoptedStore(path, data, digest, pipeline, added, known, there and not added)


def detect_header_language(path: Path) -> Language:
    """Return the language of the headers of a workbook."""
    headers = "".join("".join(source.headers) for source in read_import_sources(path))
    return "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in headers) else "en"


def _count_in_currency_of(path: Path, pipeline: Pipeline) -> tuple[Pipeline, tuple[str, ...]]:
    """Return a store to be that counts in the one currency that the workbook at *path* shows, and what to say about it."""
    currency = currency_of_sources(read_import_sources(path))
    if not currency or currency == pipeline.settings.text(_CURRENCY_SETTING):
        return pipeline, ()
    settings = Settings({**pipeline.settings.values, _CURRENCY_SETTING: currency})
    label = SETTINGS_BY_ID[_CURRENCY_SETTING].name.in_(pipeline.language)
    return replace(pipeline, settings=settings), (f"{label}: {currency}",)


def bring_in_own_rows(store: AdoptedStore, mapping: ImportMap, run: Run) -> ChangeSet:
    """Return the plan that brings the rows of their own sheets in and keeps *mapping* in the workbook."""
    brought = build_import_changes(store.pipeline, [store.path], mapping)
    pipeline = store.pipeline
    kept = _keep_setting(pipeline, ADOPTION_SETTING, mapping.to_toml(pipeline.language).strip())  # as a cell is read
    if _CURRENCY_SETTING in pipeline.settings.values:
        kept += _keep_setting(pipeline, _CURRENCY_SETTING, pipeline.settings.text(_CURRENCY_SETTING))
    return bring_in(pipeline, brought + kept, run)


def write_adopted_store(store: AdoptedStore, plan: ChangeSet) -> ChangeSet:
    """Put the store with *plan* carried out in place of the workbook; the one that was there is kept as a backup.

    Return the plan with what became of the user's own formulas in its answer, as `ClosedBook.written` does.

    Raises:
        WorkbookError: somebody has it open or saved it meanwhile, or the disk refuses; the file is as it was.
    """
    book = ClosedBook(store.path, store.data)
    book.read(store.pipeline.today)
    data, plan = book.write_to_bytes(plan)

    def whole(file: BinaryIO) -> None:
        file.write(data)

    save_workbook(store.path, whole, store.digest, backups=1)
    return plan


def _keep_setting(pipeline: Pipeline, setting: str, text: str) -> ChangeSet:
    settings = pipeline["Settings"]
    rows = settings.index[settings["setting"] == setting]
    held = settings.loc[rows, "value"]
    after = pd.Series(text, index=rows, dtype=object)
    changed = rows[(held != after).to_numpy(bool)]
    if not len(changed):
        return ChangeSet()
    edit = Edit("Settings", "value", settings.loc[changed, "setting"], held[changed], after[changed], "adopt")
    return ChangeSet(edits=(edit,))
