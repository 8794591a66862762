"""Read when deals entered their stages: from a column for each stage, from a history of changes, from the last change."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xl_salesflow.core.pipelines import Playbook
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_values import tidy_texts
from xl_salesflow.imports.import_vocabulary import (
    ENTERED_TARGET,
    IMPORTED_HISTORY_TABLE,
    fold_name,
    is_name_of_stage,
    names_of_targets,
    outcome_of_stage_name,
)
from xl_salesflow.imports.row_matching import ImportedRows
from xl_salesflow.imports.table_matching import TableMatch, match_source_to_table

_ENTRY_HEADERS = (
    re.compile(
        r"""(?:date|day|time)?\s*(?:entered|entry(?: date)?(?: of)?)\s*["'\u201c\u2018(\[]?(?P<stage>.+)""",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<stage>.+?)\s*[-:/]?\s*(?:date entered|entered(?: on)?)", re.IGNORECASE),
    re.compile(
        r"(?:\u8fdb\u5165)(?P<stage>.+?)(?:\u9636\u6bb5)?(?:\u7684)?(?:\u65e5\u671f|\u65f6\u95f4)"
    ),  # the day of entering
)
_STAGE_DAY_HEADER = re.compile(
    r"(?:date|day)\s+(?:of\s+)?(?P<behind>.+)|(?P<before>.+?)\s*[-:/]?\s*(?:on|at|date|day|since|am|seit|datum|\u65e5\u671f|\u65f6\u95f4)",
    re.IGNORECASE,
)  # the last two are Chinese for day and time
_FEWEST_STAGE_DAYS = 2  # columns; one such header may be about something else
_PIPELINE_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_QUOTE_MARKS = " \"'\u201c\u201d\u2018\u2019"

StageEntry = tuple[pd.Timestamp, str]
"""The day on which a deal entered a stage, and the stage."""


def stage_of_entry_header(header: str) -> str:
    """Return "Contract Sent" for the header "Date entered 'Contract Sent (Sales Pipeline)'", or ""."""
    header = " ".join(header.split())  # with many spaces in a row, the patterns would take seconds
    for shape in _ENTRY_HEADERS:
        if match := shape.fullmatch(header.strip()):
            inside = match["stage"].strip(_QUOTE_MARKS)
            name = _PIPELINE_IN_BRACKETS.sub("", inside)
            return name if inside != match["stage"].strip() or is_name_of_stage(name) else ""
    return _stage_of_day_header(header)


def _stage_of_day_header(header: str) -> str:
    """Return "Proposal" for "Proposal on" and "Date of proposal", or ""; winning and losing have columns of their own."""
    match = _STAGE_DAY_HEADER.fullmatch(header)
    name = (match["behind"] or match["before"]).strip() if match else ""
    return name if is_name_of_stage(name) and not outcome_of_stage_name(name) else ""


def find_entry_headers(headers: Iterable[str]) -> tuple[str, ...]:
    """Return which of the *headers* of a list may be those of the days on which deals entered a stage."""
    found = [header for header in headers if stage_of_entry_header(header)]
    loose = [header for header in found if _stage_of_day_header(header)]
    return tuple(header for header in found if header not in loose or len(loose) >= _FEWEST_STAGE_DAYS)


def read_as_history(
    source: ImportSource, match: TableMatch | None, matches: Sequence[tuple[ImportSource, TableMatch | None]]
) -> TableMatch | None:
    """Return *match*, or the columns of a history if *source* has the stages of the deals of another list, one row a change.

    Such a file (OpportunityHistory of Salesforce) names most deals several times, with another stage on another day.
    """
    others = any(its is not None and its.table == "Deals" for other, its in matches if other is not source)
    if not others or source.hidden:
        return match
    changes = match_source_to_table(source, IMPORTED_HISTORY_TABLE)
    headers = {to: header for header, to in changes.columns.items()}
    explains_more = match is None or match.table == "Deals" or len(changes.columns) > len(match.columns)
    if not explains_more or not {"deal", "stage", "entered"} <= set(headers):
        return match
    rows = pd.DataFrame({to: tidy_texts(source.cells[headers[to]]) for to in ("deal", "stage", "entered")})
    again = rows[rows["deal"].duplicated(keep=False) & (rows["deal"] != "")]
    is_history = len(again) * 2 > len(rows) and not again.duplicated(["deal", "entered"]).any()
    return changes if is_history and (again.groupby("deal")["stage"].nunique() > 1).any() else match


def find_stage_changes(cells: pd.DataFrame, columns: Mapping[str, str]) -> pd.Series:
    """Return which rows of a history of changes are about the stage; all of them if no column names the field."""
    header = next((header for header, to in columns.items() if to == "field"), None)
    if header is None:
        return pd.Series(True, index=cells.index)
    names = names_of_targets("Deals")["stage"]
    return cells[header].map(fold_name).isin(names)


@dataclass(frozen=True)
class StageHistory:
    """The stages that deals entered, by the number of the deal: the entries in order, and the stage before the first."""

    entries: Mapping[str, Sequence[StageEntry]]
    before: Mapping[str, str]


def collect_stage_history(
    deals: pd.DataFrame, changes: ImportedRows | None, resolve: Callable[[str], str]
) -> StageHistory:
    """Return the stages that *deals* (with their numbers) entered, and those of *changes*; *resolve* returns our stages."""
    entries = dict[str, list[StageEntry]]()
    for column in (name for name in deals.columns if str(name).startswith(ENTERED_TARGET)):
        stage = resolve(str(column).removeprefix(ENTERED_TARGET))
        for deal, day in zip(deals["deal"], deals[column], strict=True):
            if stage and not pd.isna(day):
                entries.setdefault(str(deal), []).append((day, stage))
    before = dict[str, str]()
    for deal, day, stage, earlier in _list_changes(changes):
        if (name := resolve(stage)) and not pd.isna(day):
            entries.setdefault(deal, []).append((day, name))
            before.setdefault(deal, resolve(earlier))
    return StageHistory({deal: sorted(known, key=lambda entry: entry[0]) for deal, known in entries.items()}, before)


def _list_changes(changes: ImportedRows | None) -> Iterator[tuple[str, pd.Timestamp, str, str]]:
    """Yield deal, day, stage and the stage before of each change, in the order of the days."""
    if changes is None or not {"deal", "stage", "entered"} <= set(changes.frame):
        return
    frame = changes.frame.sort_values("entered", kind="stable")
    earlier = frame["stage_before"] if "stage_before" in frame else [""] * len(frame)
    yield from zip(frame["deal"], frame["entered"], frame["stage"], earlier, strict=True)


def list_stays(
    deal: Mapping[Hashable, Any], history: StageHistory, start: str, playbook: Playbook
) -> list[tuple[str, Any]]:
    """Return the stages of *deal* with the days on which it entered them, the last one being its stage; none if unknown.

    A deal that was created before its first known stage was in the stage before that one, or else in *start*.
    """
    number, created, closed, stage = str(deal["deal"]), deal["created"], deal["closed"], str(deal["stage"])
    stays: list[tuple[str, Any]] = []
    for day, name in history.entries.get(number, ()):
        if not stays or stays[-1][0] != name:
            stays.append((name, pd.Timestamp(day).normalize()))
    if not stays:
        return []
    first = history.before.get(number) or start
    if not pd.isna(created) and created < stays[0][1] and first != stays[0][0]:
        stays.insert(0, (first, created))
    if stays[-1][0] != stage:
        stays.append((stage, pd.NaT if pd.isna(closed) else closed))
    elif not pd.isna(closed) and playbook.by_name[stage].outcome != "open":
        stays[-1] = (stage, closed)
    return stays
