"""Make a team's existing workbook a store: add our sheets, and import its rows by an import map.

The team's own sheets are kept. The import map is stored in Settings, so that adopting again imports what has changed on
those sheets since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from xl_salesflow.core.answers import SomeAnswer
from xl_salesflow.core.change_sets import ChangeSet, Edit
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.verb_answers import ImportedFiles, RunAnswer
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
"""The setting that holds the import map."""

_CURRENCY_SETTING = "currency"


@dataclass(frozen=True)
class AdoptedStore:
    """A workbook that is about to become a store: its bytes, the digest of the source file, and what was done to it.

    *pipeline* is the content of the store before its rows are imported; *additions* describes in words what was added;
    *import_map* is the map stored last time.
    """

    path: Path
    data: bytes
    digest: str
    pipeline: Pipeline
    additions: tuple[str, ...]
    import_map: ImportMap | None
    complete: bool
    """Whether it was already a store and nothing was missing."""


def prepare_adoption(path: Path, today: date, language: Language | None = None, playbook: str = "crm") -> AdoptedStore:
    """Return the workbook at *path* as a future store; nothing is written yet.

    An existing store gets what its version lacks. *language* is the language of our sheets (default: that of the
    headers in the workbook).

    Raises:
        WorkbookError: the workbook cannot be read, or uses table names or defined names that we need.
        UsageError: there is no playbook called *playbook*.
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
    known = _read_kept_map(path, kept) if kept else None
    return AdoptedStore(path, data, digest, pipeline, added, known, there and not added)


def _read_kept_map(path: Path, kept: str) -> ImportMap:
    """Return the map that the workbook keeps: it is about the workbook itself, also after a new name, and no other file."""
    known = ImportMap.from_toml(kept, f"{path.name}, {ADOPTION_SETTING}")
    return replace(known, files=tuple(replace(file, file=path.name) for file in known.files))


def detect_header_language(path: Path) -> Language:
    """Return the language of the headers of a workbook."""
    headers = "".join("".join(source.headers) for source in read_import_sources(path))
    return "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in headers) else "en"


def _count_in_currency_of(path: Path, pipeline: Pipeline) -> tuple[Pipeline, tuple[str, ...]]:
    """Return the future store, using the one currency that the workbook at *path* shows, and notes about it."""
    currency = currency_of_sources(read_import_sources(path))
    if not currency or currency == pipeline.settings.text(_CURRENCY_SETTING):
        return pipeline, ()
    settings = Settings({**pipeline.settings.values, _CURRENCY_SETTING: currency})
    label = SETTINGS_BY_ID[_CURRENCY_SETTING].name.in_(pipeline.language)
    return replace(pipeline, settings=settings), (f"{label}: {currency}",)


def bring_in_own_rows(store: AdoptedStore, mapping: ImportMap, run: Run) -> ChangeSet[RunAnswer[ImportedFiles]]:
    """Return the change set that imports the rows of the team's own sheets and stores *mapping* in the workbook."""
    # the first time, the rows are what happened before; later, a row is new work like a typed one
    imported = build_import_changes(store.pipeline, [store.path], mapping, as_history=store.import_map is None)
    pipeline = store.pipeline
    kept = _keep_setting(
        pipeline, ADOPTION_SETTING, mapping.to_toml(pipeline.language).strip()
    )  # the form in which the cell is read
    if _CURRENCY_SETTING in pipeline.settings.values:
        kept += _keep_setting(pipeline, _CURRENCY_SETTING, pipeline.settings.text(_CURRENCY_SETTING))
    return bring_in(pipeline, (imported + kept).with_answer(imported.answer), run)


def write_adopted_store(store: AdoptedStore, plan: ChangeSet[SomeAnswer]) -> ChangeSet[SomeAnswer]:
    """Replace the workbook by the store with *plan* applied; the old file is kept as a backup.

    Return the plan with the results of the users' own formulas.

    Raises:
        WorkbookError: somebody has it open or saved it meanwhile, or the disk refuses; the file is unchanged.
    """
    book = ClosedBook(store.path, store.data)
    book.read(store.pipeline.today)
    data, plan = book.write_to_bytes(plan)

    def whole(file: BinaryIO) -> None:
        file.write(data)

    save_workbook(store.path, whole, store.digest, max(book.backups, 1))
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
