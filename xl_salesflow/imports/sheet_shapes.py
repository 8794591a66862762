"""Turn sheets that are laid out for people into plain lists: one row of headers, one row for each deal.

Several lists on a sheet are told apart, fields that stand in the first column are turned, and stages that are columns of
marks or dates become one column. Row numbers stay those of the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import pandas as pd

from xl_salesflow.core.written_dates import is_day_or_yearless_day
from xl_salesflow.core.written_values import yes_no_of_word
from xl_salesflow.imports.import_stages import words_of_stage_name
from xl_salesflow.imports.import_vocabulary import (
    fold_name,
    is_name_of_stage,
    names_of_targets,
    outcome_of_stage_name,
    outcome_of_title,
    read_known_headers,
)
from xl_salesflow.imports.list_extent import (
    STAGE_OF_SECTION,
    TextRow,
    count_filled_cells,
    find_header_lines,
    is_row_of_headers,
)
from xl_salesflow.ooxml.excel_notation import column_letters

_FEWEST_STAGE_COLUMNS = 3
_FEWEST_FIELDS, _MOST_FIELDS = 3, 40  # of a sheet with its headers in the first column
_FIELD_SHARE = 0.6  # of the first column that must be known headers
_CHECK_MARKS = frozenset(
    ["x", "X", "✓", "✔", "☑", "●", "■", "√", "v", "V", "*", "✅", "○", "\u6709"]
)  # the last is Chinese: there is one
_OUTCOME_HEADER = "Outcome"
_CLOSING_DAY_HEADER = "Closed"
_SAYS_OUTCOME_OF_DEALS = ("stage", "outcome", "is_won", "won_date", "lost_date")
ENTERED_HEADER = 'Date entered "{stage}"'
"""The header of a column with the days on which deals entered a stage."""


@dataclass(frozen=True)
class ListPlace:
    """Where a list is on a sheet: the position of its header row (None: to be found) and its cells.

    *mark* tells it from the first list of the sheet, which has none.
    """

    header: int | None = None
    first: int = 0
    end: int | None = None
    left: int = 0
    right: int | None = None
    mark: str = ""

    def cut(self, rows: Sequence[TextRow]) -> Sequence[TextRow]:
        """Return *rows* with the cells outside the list blank; positions stay."""
        if (self.first, self.end, self.left, self.right) == (0, None, 0, None):
            return rows
        inside = [
            ["" for _ in row[: self.left]] + list(row[self.left : self.right]) for row in rows[self.first : self.end]
        ]
        return [*([] for _ in range(self.first)), *inside]


def find_list_places(rows: Sequence[TextRow], header: int | None = None) -> Iterator[ListPlace]:
    """Yield the lists of a sheet: those one below the other, and in each of these those side by side."""
    found = find_header_lines(rows, (), header)
    if header is not None or found is None:
        yield ListPlace(header)
        return
    headers, below = found.headers, found.first
    starts = [(0, None), *_find_further_headers(rows, headers, below)]
    for at, (first, top) in enumerate(starts):
        end = starts[at + 1][0] if at + 1 < len(starts) else None
        yield from _split_side_by_side(rows, ListPlace(top, first, end), below - 1 if top is None else top)


def _find_further_headers(rows: Sequence[TextRow], headers: TextRow, first: int) -> Iterator[tuple[int, int]]:
    """Yield for each further list below the first its first row, which may be a title, and its header row."""
    known = [fold_name(header) for header in headers if header.strip()]
    for at in range(first + 1, len(rows) - 1):
        if count_filled_cells(rows[at - 1]) > 1 or count_filled_cells(rows[at]) < 2 or not is_row_of_headers(rows[at]):
            continue
        if [fold_name(cell) for cell in rows[at] if cell.strip()] == known:
            continue  # the same list goes on
        top = at
        while top - 1 > first and count_filled_cells(rows[top - 1]) == 1:
            top -= 1
        yield top, at


def _split_side_by_side(rows: Sequence[TextRow], place: ListPlace, top: int) -> Iterator[ListPlace]:
    """Yield the lists that share a header row; a blank column within one list does not split it."""
    blocks = list(_find_column_blocks(rows[top]))
    body = rows[top + 1 : place.end]
    left, first_block, lists = 0, blocks[0] if blocks else (0, 0), list[tuple[int, int]]()
    for block in blocks[1:]:
        if _is_list_of_its_own(rows[top], body, first_block, block):
            lists.append((left, block[0]))
            left, first_block = block[0], block
        else:
            first_block = (first_block[0], block[1])
    for number, (start, end) in enumerate([*lists, (left, None)]):
        is_first = place.first == 0 and not number
        mark = "" if is_first else f"[{column_letters(blocks[0][0] + 1 if not number else start + 1)}{top + 1}]"
        header = place.header if is_first and not lists else top
        yield ListPlace(header, place.first, place.end, start, end, mark)


def _find_column_blocks(header: TextRow) -> Iterator[tuple[int, int]]:
    start = None
    for at, cell in enumerate([*header, ""]):
        if cell.strip() and start is None:
            start = at
        elif not cell.strip() and start is not None:
            yield start, at
            start = None


def _is_list_of_its_own(header: TextRow, body: Sequence[TextRow], one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Return whether *other* has headers of *one* again, or rows where *one* has none and known headers."""
    names, others = ([fold_name(cell) for cell in header[a:b]] for a, b in (one, other))
    if len(others) < 2 or sum(name in read_known_headers() for name in others) < 2:
        return False
    filled = [(any(row[one[0] : one[1]]), any(row[other[0] : other[1]])) for row in body]
    return len(set(names) & set(others)) >= 2 or (False, True) in filled


def turn_fields_to_headers(rows: Sequence[TextRow]) -> list[list[str]] | None:
    """Return *rows* turned if the first column has the headers, so that each column is a row; None if it has not."""
    labelled = [row for row in rows if row and row[0].strip()]
    if len(rows) > 2 * _MOST_FIELDS or not _are_fields([row[0].strip() for row in labelled]):
        return None
    if not any(cell.strip() for row in labelled for cell in row[1:]):
        return None
    if any(map(_is_field, rows[0][1:])) or any(sum(map(_is_field, row[1:])) > 1 for row in rows):
        return None  # a row of headers: a list
    return [list(column) for column in zip_longest(*labelled, fillvalue="")]


def _are_fields(texts: Sequence[str]) -> bool:
    known = sum(fold_name(text) in read_known_headers() for text in texts)
    enough = known >= _FEWEST_FIELDS and known >= _FIELD_SHARE * len(texts)
    return enough and len(texts) <= _MOST_FIELDS and len(set(texts)) == len(texts)


def _is_field(cell: str) -> bool:
    return bool(cell.strip()) and fold_name(cell) in read_known_headers() and not is_name_of_stage(cell)


@dataclass(frozen=True)
class StageColumns:
    """A list with the stages of its columns in one column, and the days on which each row entered them, if it tells."""

    cells: pd.DataFrame
    header: str
    days: pd.DataFrame | None = None


def join_stage_columns(cells: pd.DataFrame) -> StageColumns | None:
    """Return *cells* with one column of stages instead of a column of marks or dates for each stage; None if it has none.

    The stage is a won or lost one that is marked, or else the last one that is marked. Columns for won and lost alone, or
    beside a column with the stage, become a column with the outcome.
    """
    stages = [str(header) for header in cells.columns if _is_stage_header(str(header))]
    others = {fold_name(str(header)) for header in cells.columns if header not in stages}
    if len(stages) < _FEWEST_STAGE_COLUMNS or others & names_of_targets("Deals")["stage"]:
        return _join_outcome_columns(cells, stages)
    filled = {text.strip() for header in stages for text in cells[header].unique()} - {""}
    with_days = all(map(is_day_or_yearless_day, filled))
    if not filled or not (with_days or all(map(_is_mark, filled))):
        return None
    marked = cells[stages].map(lambda text: bool(text.strip()) and (with_days or _is_set(text)))
    stage, closed = pd.Series("", cells.index, dtype=object), pd.Series("", cells.index, dtype=object)
    for name in sorted(stages, key=lambda name: bool(outcome_of_stage_name(name))):  # the outcomes last
        stage = stage.mask(marked[name], name)
        if outcome_of_stage_name(name):
            closed = closed.mask(marked[name], cells[name])
    joined = cells.drop(columns=stages)
    header = _free_header(joined, STAGE_OF_SECTION)
    joined[header] = stage
    if with_days and _CLOSING_DAY_HEADER not in joined:
        joined[_CLOSING_DAY_HEADER] = closed
    return StageColumns(joined, header, cells[stages] if with_days else None)


def _is_stage_header(header: str) -> bool:
    """Return whether *header* is the name of a stage, with or without its number: "Offer", "2. Offer"."""
    return is_name_of_stage(header) or words_of_stage_name(header) is not None


def _join_outcome_columns(cells: pd.DataFrame, stages: Sequence[str]) -> StageColumns | None:
    """Return *cells* with the marks of won and of lost deals in one column; None unless both have a column of marks."""
    outcomes = {header: outcome for header in stages if (outcome := outcome_of_stage_name(header))}
    filled = {text.strip() for header in outcomes for text in cells[header].unique()} - {""}
    if (
        sorted(outcomes.values()) != ["lost", "won"]
        or _OUTCOME_HEADER in cells
        or not filled
        or not all(map(_is_mark, filled))
    ):
        return None
    marked = cells[list(outcomes)].map(lambda text: bool(text.strip()) and _is_set(text))
    if marked.all(axis=1).any():
        return None  # a deal that is both
    told = pd.Series("", cells.index, dtype=object)
    for header, outcome in outcomes.items():
        told = told.mask(marked[header], outcome)
    return StageColumns(cells.drop(columns=list(outcomes)).assign(**{_OUTCOME_HEADER: told}), _OUTCOME_HEADER)


@dataclass(frozen=True)
class TitledList:
    """A list with the outcome that its title tells as a column, and the *facts* of a notice about it."""

    cells: pd.DataFrame
    facts: tuple[tuple[str, object], ...]


def tell_outcome_of_title(cells: pd.DataFrame, rows: Sequence[TextRow], top: int, sheet: str) -> TitledList | None:
    """Return *cells* with an outcome if the title directly above the headers in row *top*, or else the sheet, tells it.

    None if it does not, or if the list has a column with the stage or the outcome, or no amounts.
    """
    names, headers = names_of_targets("Deals"), {fold_name(str(header)) for header in cells.columns}
    tells = frozenset().union(*(names[target] for target in _SAYS_OUTCOME_OF_DEALS))
    if headers & tells or not headers & names["amount"] or _OUTCOME_HEADER in cells:
        return None
    above = [cell.strip() for cell in rows[top - 1] if cell.strip()] if top else []
    titles = [*(above if len(above) == 1 else ()), sheet]
    title = next((title for title in titles if outcome_of_title(title)), None)
    if title is None:
        return None
    told = cells.assign(**{_OUTCOME_HEADER: outcome_of_title(title)})
    return TitledList(told, (("title", title), ("named", _OUTCOME_HEADER)))


def _free_header(cells: pd.DataFrame, header: str) -> str:
    return header if header not in cells else f"{header} (2)"


def _is_mark(text: str) -> bool:
    return text in _CHECK_MARKS or yes_no_of_word(text) is not None


def _is_set(text: str) -> bool:
    return text.strip() in _CHECK_MARKS or yes_no_of_word(text.strip()) == "yes"
