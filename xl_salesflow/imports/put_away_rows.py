"""Leave out the rows that another program has archived or deleted, and count them."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from xl_salesflow.imports.import_findings import (
    OTHER_ROWS_OF_FILE,
    PUT_AWAY_ROWS_OF_FILE,
    format_row_fault,
    make_import_finding,
)
from xl_salesflow.imports.import_values import tidy_texts
from xl_salesflow.imports.import_vocabulary import is_put_away_word
from xl_salesflow.imports.map_parts import FileMap
from xl_salesflow.imports.source_reader import SourceReader
from xl_salesflow.locale.texts import Text

_PUT_AWAY_ROW = Text("archived, deleted or no longer active")
_OTHER_ROW = Text("“{named}” is not “{only}”")
_STATUS_TARGETS = ("outcome", "stage", "record_status")


def settle_put_away_rows(
    columns: dict[str, pd.Series], reader: SourceReader, file: FileMap, known_stages: Collection[str]
) -> pd.Series:
    """Return which rows to keep; remove the columns of *columns* that say which rows were put away.

    A deal that is no longer active but has a loss reason is lost. Other inactive, archived or deleted rows are left out
    and counted, unless there are no other rows. A status may say so too, if it is none of *known_stages*.
    """
    source, account, language = reader.source, reader.account, reader.context.language
    deleted, active = columns.pop("is_deleted", None), columns.pop("is_active", None)
    deleted_on = columns.pop("deleted_on", None)
    columns.pop("record_status", None)
    away = find_put_away_statuses(reader, file, known_stages)
    if deleted is not None:
        away |= deleted == "yes"
    if deleted_on is not None:
        away |= deleted_on.str.contains(r"[1-9]", regex=True)  # neither blank nor 0000-00-00
    if active is not None:
        inactive, has_reason = active == "no", columns.get("loss_reason", active.mask(active != "", "")) != ""
        away |= inactive & ~has_reason
        told = columns.get("outcome", pd.Series("", index=active.index, dtype=object))
        columns["outcome"] = told.mask(inactive & has_reason & (told == ""), "lost")
    if away.all():  # a list of nothing else is what the person wants to import
        away = ~away
    if away.any():
        first, count = int(str(away.idxmax())), int(away.sum())
        reader.findings.append(
            make_import_finding(
                "put_away", PUT_AWAY_ROWS_OF_FILE, source.name, first, language, table=account.table, severity="note",
                count=count,
            )
        )  # fmt: skip
        for row in away.index[away]:
            account.leave_out(int(row), format_row_fault(_PUT_AWAY_ROW, language), is_fault=False)
    return ~away


def leave_out_other_rows(reader: SourceReader, file: FileMap, kept: pd.Series) -> pd.Series:
    """Return *kept* without the rows that the map does not ask for, because a column has another text than *only*."""
    language = reader.context.language
    for header, how in file.columns.items():
        if not how.only:
            continue
        texts = tidy_texts(reader.source.cells[header])
        other = kept & (texts.str.casefold() != how.only.strip().casefold())
        if not other.any():
            continue
        facts = {"named": header, "only": how.only}
        first, count = int(str(other.idxmax())), int(other.sum())
        reader.findings.append(
            make_import_finding(
                "other_rows", OTHER_ROWS_OF_FILE, reader.source.name, first, language, table=file.table, severity="note",
                count=count, **facts,
            )
        )  # fmt: skip
        for row in other.index[other]:
            reader.account.leave_out(int(row), format_row_fault(_OTHER_ROW, language, **facts), is_fault=False)
        kept = kept & ~other
    return kept


def find_put_away_statuses(reader: SourceReader, file: FileMap, known_stages: Collection[str]) -> pd.Series:
    """Return the rows whose status is a word such as "Archived"."""
    cells = reader.source.cells
    away = pd.Series(False, index=cells.index)
    for header, how in file.columns.items():
        if how.to in _STATUS_TARGETS and file.table == "Deals":
            words = {text for text in cells[header].unique() if text not in known_stages and is_put_away_word(text)}
            away |= cells[header].isin(words)
    return away
