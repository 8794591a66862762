"""Replace the ids and mail addresses by which files refer to people, accounts and products by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.imports.import_findings import ACCOUNT_IDS_IN_FILE, OWNER_IDS_IN_FILE, make_import_finding
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_values import map_distinct_texts, tidy_texts
from xl_salesflow.imports.import_vocabulary import REFERABLE_TABLES, ROW_ID_TARGET, fold_name, targets_of_table
from xl_salesflow.imports.map_parts import FileMap
from xl_salesflow.imports.row_matching import FILE_COLUMN, ROW_COLUMN, ImportedRows
from xl_salesflow.imports.table_matching import TableMatch, is_reference_to
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_registry import TABLES

NamesById = dict[str, dict[str, str]]
"""Table → id or mail address of a row → its name; blank for an id that several rows have."""

_USER_ID = re.compile(
    r"[0-9]+|[A-Za-z]{1,4}[-_]?[0-9]+|(?=.*[0-9])[0-9A-Za-z]{15,32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
)
_MAIL_TABLES = ("Contacts", "Team")
_ID_WORDS = frozenset({"id", "ids", "key", "code", "no", "nr", "number", "uid", "guid"})
_ID_ENDINGS = ("id", "\u7f16\u53f7", "\u53f7")  # the last two are Chinese: number


def names_of_mail_addresses(pipeline: Pipeline) -> NamesById:
    """Return the people of the workbook by their mail addresses."""
    names: NamesById = {}
    for table in _MAIL_TABLES:
        _add_names(names.setdefault(table, {}), pipeline[table]["email"], pipeline[table][str(TABLES[table].key)])
    return names


def collect_row_ids(frame: pd.DataFrame, source: ImportSource, file: FileMap, names: NamesById) -> None:
    """Add to *names* what the rows of *file*, read as *frame*, are called by their ids and mail addresses."""
    key = str(TABLES[file.table].key)
    if file.table not in REFERABLE_TABLES or key not in frame:
        return
    known = names.setdefault(file.table, {})
    if file.table in _MAIL_TABLES and "email" in frame:
        _add_names(known, frame["email"], frame[key])
    for header, how in file.columns.items():
        if how.to == ROW_ID_TARGET:
            _add_names(known, tidy_texts(source.cells[header]).reindex(frame.index), frame[key])


def _add_names(known: dict[str, str], ids: pd.Series, names: pd.Series) -> None:
    for row_id, name in zip(ids, names, strict=True):
        folded = str(row_id).casefold()
        if folded and name:
            known[folded] = name if known.get(folded, name) == name else ""


def replace_ids_by_names(tables: Mapping[str, ImportedRows], names: NamesById) -> dict[str, ImportedRows]:
    """Return *tables* with the names of rows wherever a column refers to them by an id or a mail address."""
    return {table: replace(rows, frame=_replace_in_frame(table, rows.frame, names)) for table, rows in tables.items()}


def _replace_in_frame(table: str, frame: pd.DataFrame, names: NamesById) -> pd.DataFrame:
    for column_id, target in targets_of_table(table).items():
        known = names.get(target.options or "")
        if known and column_id in frame and column_id != TABLES[table].key:
            named = map_distinct_texts(frame[column_id], lambda text, known=known: known.get(text.casefold()) or text)  # type: ignore[misc]
            frame = frame.assign(**{column_id: named})
    return frame


def find_owner_ids(rows: ImportedRows | None, language: Language) -> Iterator[Finding]:
    """Yield a finding for deals whose owner is still an id, because no file that was named says whose it is."""
    if rows is None or "owner" not in rows.frame:
        return
    unnamed = rows.frame[rows.frame["owner"].str.fullmatch(_USER_ID)]
    if len(unnamed):
        row = unnamed.iloc[0]
        yield make_import_finding(
            "owner_ids", OWNER_IDS_IN_FILE, str(row[FILE_COLUMN]), int(row[ROW_COLUMN]), language, table="Deals", column="owner",
            count=len(unnamed), text=row["owner"],
        )  # fmt: skip


def find_account_ids(rows: ImportedRows | None, language: Language) -> Iterator[Finding]:
    """Yield a finding for deals whose customers are all ids, because no file that was named says whose they are."""
    if rows is None or "account" not in rows.frame:
        return
    filled = rows.frame[rows.frame["account"] != ""]
    if filled["account"].nunique() > 1 and filled["account"].str.fullmatch(_USER_ID).all():
        row = filled.iloc[0]
        yield make_import_finding(
            "account_ids", ACCOUNT_IDS_IN_FILE, str(row[FILE_COLUMN]), int(row[ROW_COLUMN]), language, table="Deals",
            column="account", count=len(filled), text=row["account"],
        )  # fmt: skip


Matches = Sequence[tuple[ImportSource, TableMatch | None]]


def find_row_ids(source: ImportSource, match: TableMatch, matches: Matches) -> str | None:
    """Return the header of the column whose ids other sources use for the rows of *source*, or None."""
    if match.table not in REFERABLE_TABLES:
        return None
    used = [texts for other, its in matches if its for texts in _texts_referring_to(match.table, other, its)]
    for header in source.headers:
        if header not in match.columns and any(_are_ids(source, header, texts) for texts in used):
            return header
    return None


_BARE_DEAL = frozenset({"deal", "name"})  # an id and a name may be those of anything
_USER_TABLES = ("Contacts", "Accounts")  # a list of users may look like one of these
_NAME_SHARE = 0.9


def find_list_of_users(source: ImportSource, match: TableMatch | None, matches: Matches) -> TableMatch | None:
    """Return *match*, or the one of a list of people by whose ids other sources name owners, whatever its headers are."""
    is_other = match is not None and match.table not in _USER_TABLES
    if source.hidden or (
        match and is_other and not (match.table == "Deals" and set(match.columns.values()) <= _BARE_DEAL)
    ):
        return match
    ids = _find_ids_of_owners(source, matches)
    if ids is None or (match and find_row_ids(source, match, matches)):
        return match
    names = [header for header in source.headers if header != ids and _holds_names(source.sample(header))]
    if not names:
        return match
    mails = (header for header in source.headers if source.sample(header).str.contains("@").mean() >= _NAME_SHARE)
    name = max(names, key=lambda header: source.sample(header).str.contains(" ").mean() >= _NAME_SHARE)
    return TableMatch("Team", {name: "person", **({mail: "email"} if (mail := next(mails, None)) else {})}, 0.0)


def _find_ids_of_owners(source: ImportSource, matches: Matches) -> str | None:
    others = [(other, match) for other, match in matches if match and other is not source]
    used = [texts for other, match in others for texts in _texts_referring_to("Team", other, match)]
    return next((h for h in source.headers if any(_are_ids(source, h, texts) for texts in used)), None)


def _holds_names(sample: pd.Series) -> bool:
    """Return whether the cells look like names of persons: letters alone, nearly all of them different."""
    return (
        len(sample) > 1
        and bool(sample.nunique() >= _NAME_SHARE * len(sample))
        and bool((~sample.str.contains(r"[\d@_/]") & (sample.str.len() > 1)).mean() >= _NAME_SHARE)
    )


def find_reference_by_ids(source: ImportSource, columns: Mapping[str, str], table: str, matches: Matches) -> str | None:
    """Return the column of *source* that holds the ids of the rows of *table* in another source, or None."""
    lists = [(other, its) for other, its in matches if its and its.table == table and other is not source]
    for header in source.headers:
        if header in columns or not _is_id_header(header):
            continue
        texts = tidy_texts(source.cells[header])
        for other, its in lists:
            if any(
                _are_ids(other, ids, texts) for ids in other.headers if ids not in its.columns and _is_id_header(ids)
            ):
                return header
    return None


def _texts_referring_to(table: str, source: ImportSource, match: TableMatch) -> Sequence[pd.Series]:
    targets = targets_of_table(match.table) if match.table else {}
    return [
        tidy_texts(source.cells[header])
        for header, to in match.columns.items()
        if to in targets and targets[to].options == table and to != TABLES[match.table].key
    ]


def _are_ids(source: ImportSource, header: str, texts: pd.Series) -> bool:
    """Return whether *texts* are among the cells of *header*, each of which identifies a row; a single id must look like one."""
    ids = tidy_texts(source.cells[header])
    filled = ids[ids != ""]
    used = set(texts) - {""}
    if filled.duplicated().any() or not used:
        return False
    return is_reference_to(texts, set(filled)) or (len(used) == 1 and used <= set(filled) and _is_id_header(header))


def _is_id_header(header: str) -> bool:
    name = fold_name(header)
    return bool(_ID_WORDS & set(name.split())) or name.endswith(_ID_ENDINGS)
