"""Let findings about a row that an import adds name its file and cell, because it has no address in the workbook yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.row_places import NewRowPlaces, PlaceInFile
from xl_salesflow.core.verb_answers import ImportedFiles
from xl_salesflow.imports.import_accounts import RowFates, SourceAccount, find_created_rows
from xl_salesflow.imports.import_findings import format_place_in_file
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_registry import TABLES


def locate_new_rows(accounts: Sequence[SourceAccount], fates: RowFates) -> NewRowPlaces:
    """Return where the created rows among *fates* stand in the files of *accounts*."""
    return NewRowPlaces(
        {table: find_created_rows(rows, key) for table, rows in fates.items() if (key := TABLES[table].key)},
        {
            account.source.name: {how.to: header for header, how in account.file.columns.items() if how.to}
            for account in accounts
        },
    )


@dataclass(frozen=True)
class _NewRowSource:
    """Where the rows of a pipeline come from: *places* by table and row."""

    places: Mapping[tuple[str, int], PlaceInFile]
    headers: Mapping[str, Mapping[str, str]]
    language: Language

    def __call__(self, table: str, row: int, column: str) -> str:
        place = self.places.get((table, row))
        if place is None:
            return ""
        file, number = place
        return format_place_in_file(file, number, self.headers.get(file, {}).get(column, ""), self.language)


def with_row_source(pipeline: Pipeline, imported: ChangeSet) -> Pipeline:
    """Return *pipeline*, which knows where the rows come from that *imported* is about to add."""
    known = imported.answer.places if isinstance(imported.answer, ImportedFiles) else None
    if known is None:
        return pipeline
    places, count = dict[tuple[str, int], PlaceInFile](), dict[str, int]()
    for append in imported.appends:
        rows, key = known.rows.get(append.table, {}), TABLES[append.table].key
        if not key:
            continue
        held = pipeline[append.table].index
        first = min(int(held.min()), 0) if len(held) else 0
        for name in append.rows[key]:
            count[append.table] = count.get(append.table, 0) + 1
            if name in rows:
                places[append.table, first - count[append.table]] = rows[name]
    return replace(pipeline, row_source=_NewRowSource(places, known.headers, pipeline.language))
