"""Read when deals entered their stages: from a column for each stage, from a history of changes, from the last change."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xl_salesflow.core.pipelines import Playbook
from xl_salesflow.imports.import_vocabulary import ENTERED_TARGET, fold_name, is_name_of_stage, names_of_targets
from xl_salesflow.imports.row_matching import ImportedRows

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
_PIPELINE_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
_QUOTE_MARKS = " \"'\u201c\u201d\u2018\u2019"

StageEntry = tuple[pd.Timestamp, str]
"""The day on which a deal entered a stage, and the stage."""


def stage_of_entry_header(header: str) -> str:
    """Return "Contract Sent" for the header "Date entered 'Contract Sent (Sales Pipeline)'", or ""."""
    for shape in _ENTRY_HEADERS:
        if match := shape.fullmatch(header.strip()):
            inside = match["stage"].strip(_QUOTE_MARKS)
            name = _PIPELINE_IN_BRACKETS.sub("", inside)
            return name if inside != match["stage"].strip() or is_name_of_stage(name) else ""
    return ""


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
