"""Report columns that a map leaves out although deals lack what they seem to hold: amounts, stages or dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from xl_salesflow.core.pipelines import Finding
from xl_salesflow.core.written_dates import is_day_or_yearless_day
from xl_salesflow.core.written_numbers import is_written_number
from xl_salesflow.imports.import_findings import SEVERAL_PIPELINES_IN_FILE, make_import_finding
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_stages import kind_of_stage_name, tells_outcomes
from xl_salesflow.imports.import_vocabulary import NOTES_TARGET, is_pipeline_header, is_put_away_word
from xl_salesflow.imports.map_parts import FileMap
from xl_salesflow.locale.texts import Language, Text, TextList

_TESTED_ROWS = 500
_HOLDING_SHARE = 0.8  # of the filled cells
_MOST_NAMED_PIPELINES = 6
_CLOSED_SHARE, _MOST_STAGES = 0.1, 20  # of a column of stages, most of whose names may be unknown
_SAYS_WHAT_IS_WON = frozenset({"outcome", "is_won", "won_date", "lost_date", "is_closed"})
_FEWEST_FIGURES = 3  # digits of the usual amount; smaller numbers are counts, scores or days
_SOMEBODY = "x"  # behind a header such as "Deleted by"
_NO_AMOUNTS = re.compile(
    r"\b(id|ids|no|nr|number|code|phone|tel|mobile|fax|zip|plz|postal|year|month|quarter|count|employees|age|days?|score|rank|%)\b"
    r"|\u7f16\u53f7|\u7535\u8bdd|\u624b\u673a|\u5e74|\u6708|\u5929|\u4eba\u6570", re.IGNORECASE,
)  # fmt: skip  # the Chinese words are number, telephone, mobile, year, month, day, employees

_AMOUNTS_LEFT_OUT = Text(
    "no column gives the amounts of the deals, but “{left}” may hold them; write amount for it in the map"
)
_STAGES_LEFT_OUT = Text(
    "no column gives the stages of the deals, but “{left}” may hold them; write stage for it in the map"
)
_OUTCOMES_LEFT_OUT = Text(
    "“{left}” says which deals are won or lost, but it is left out and the deals stay open; write outcome for it in the map"
)
_DATES_LEFT_OUT = Text(
    "no column gives a date of the deals, but “{left}” holds dates; write created, expected_close or closed for it in the map"
)

_PUT_AWAY_LEFT_OUT = Text(
    "“{left}” may say which deals are archived or deleted, but it is left out and all are imported; if so, write record_status "
    "for it in the map, or take these rows out of the file"
)
_SAYS_WHAT_IS_PUT_AWAY = frozenset({"is_deleted", "deleted_on", "record_status", "is_active"})


def find_needed_columns(
    source: ImportSource, file: FileMap, targets: Collection[str], language: Language
) -> Iterator[Finding]:
    """Yield a finding for the first column that *file* leaves out and that may hold what the deals need.

    *targets* are the ids of the columns that the files of the deals give.
    """
    left = [header for header in source.headers if header not in file.columns or not file.columns[header].to]
    for needs, holds, message in _NEEDED.values():
        if needs & set(targets):
            continue
        header = next((header for header in left if holds(header, _sample_filled_cells(source.cells[header]))), None)
        if header is not None:
            yield _make_left_out_finding(message, source, header, language)
    if not _SAYS_WHAT_IS_PUT_AWAY & set(targets):
        header = next((h for h in left if _tells_put_away_rows(h, _sample_filled_cells(source.cells[h]))), None)
        if header is not None:
            yield _make_left_out_finding(_PUT_AWAY_LEFT_OUT, source, header, language)
    if "stage" in targets and not _SAYS_WHAT_IS_WON & set(targets) and not _has_closed_stages(source, file):
        found = (header for header in left if tells_outcomes(_sample_filled_cells(source.cells[header])))
        if (header := next(found, None)) is not None:
            yield _make_left_out_finding(_OUTCOMES_LEFT_OUT, source, header, language)


def _make_left_out_finding(message: Text, source: ImportSource, header: str, language: Language) -> Finding:
    row = int(source.cells.index[0])
    return make_import_finding("needed", message, source.name, row, language, table="Deals", header=header, left=header)


def _has_closed_stages(source: ImportSource, file: FileMap) -> bool:
    stages = (header for header, how in file.columns.items() if how.to == "stage" and header in source.cells)
    kinds = {kind_of_stage_name(text) for header in stages for text in source.cells[header].str.strip().unique()}
    return bool(kinds & {"won", "lost"})


def find_several_pipelines(source: ImportSource, file: FileMap, language: Language) -> Iterator[Finding]:
    """Yield a finding for a column that tells several pipelines apart, unless the map asks for one of them."""
    for header, how in file.columns.items():
        if how.to in ("", NOTES_TARGET) and not how.only and is_pipeline_header(header):
            names = list(dict.fromkeys(filter(None, source.cells[header].str.strip())))
            if len(names) > 1:
                more = "…" if len(names) > _MOST_NAMED_PIPELINES else ""
                yield make_import_finding(
                    "pipelines", SEVERAL_PIPELINES_IN_FILE, source.name, int(source.cells.index[0]), language, header=header,
                    table="Deals", names=TextList((*names[:_MOST_NAMED_PIPELINES],)).in_(language) + more,
                )  # fmt: skip


def _sample_filled_cells(cells: pd.Series) -> pd.Series:
    sample = cells.head(_TESTED_ROWS).str.strip()
    return sample[sample != ""]


def _holds_amounts(header: str, sample: pd.Series) -> bool:
    if sample.empty or _NO_AMOUNTS.search(header):
        return False
    digits = sample.str.count(r"\d")
    return bool(sample.map(is_written_number).mean() >= _HOLDING_SHARE and digits.median() >= _FEWEST_FIGURES)


def _tells_put_away_rows(header: str, sample: pd.Series) -> bool:
    """Return whether a column is called "Deleted by", or says of some rows that they are archived or deleted."""
    return bool(len(sample)) and (is_put_away_word(f"{header} {_SOMEBODY}") or bool(sample.map(is_put_away_word).any()))


def _holds_stages(_: str, sample: pd.Series) -> bool:
    """Return whether a column holds names of stages, or few texts of which one is won or lost and others are not."""
    kinds = sample.map(kind_of_stage_name)
    if len(sample) and kinds.notna().mean() >= _HOLDING_SHARE:
        return True
    return bool(kinds.isin(["won", "lost"]).mean() >= _CLOSED_SHARE and sample.nunique() <= _MOST_STAGES)


def _holds_dates(_: str, sample: pd.Series) -> bool:
    return bool(len(sample) and sample.map(is_day_or_yearless_day).mean() >= _HOLDING_SHARE)


_HoldsTest = Callable[[str, pd.Series], bool]
_NEEDED: Mapping[str, tuple[frozenset[str], _HoldsTest, Text]] = MappingProxyType(
    {
        "amount": (frozenset({"amount"}), _holds_amounts, _AMOUNTS_LEFT_OUT),
        "stage": (frozenset({"stage", "outcome", "is_won", "won_date"}), _holds_stages, _STAGES_LEFT_OUT),
        "day": (
            frozenset({"created", "closed", "expected_close", "won_date", "lost_date"}),
            _holds_dates,
            _DATES_LEFT_OUT,
        ),
    }
)
"""What a list of deals needs → the targets that give it, the test of a column that may hold it, and the message."""
