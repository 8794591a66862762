"""Findings about rows of a file, which name the file, the row and the column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from xl_salesflow.core.pipelines import Finding
from xl_salesflow.imports.list_extent import (
    HIDDEN_ROW,
    NOTE_BELOW_LIST,
    NUMBERED_LINE,
    PAGE_NUMBER,
    REPEATED_HEADERS,
    SECTION_HEADING,
    TOTAL_LINE,
    group_left_out_rows,
)
from xl_salesflow.locale.texts import Language, Text

if TYPE_CHECKING:
    from xl_salesflow.imports.import_sources import ImportSource

_ROW_OF_FILE = Text("{file}, row {row}")
_CELL_OF_FILE = Text("{file}, row {row}, {header}")
_IMPORT_FINDING = Text("{at}: {what}.")
_FAULT_OF_ROW = Text("{what}.")

BAD_NUMBER_IN_FILE = Text("“{text}” is not a number; the cell is left blank, type it in the workbook")
AMBIGUOUS_NUMBER_IN_FILE = Text(
    "“{text}” may mean {first} or {second}; the cell is left blank, type the number in the workbook or write the column's "
    "decimal mark into the map"
)
ROUGH_NUMBER_IN_FILE = Text("“{text}” is not exact; {number} is used")
NUMBER_RANGE_IN_FILE = Text(
    "“{text}” is a range or a limit, not one number; the cell is left blank, type the number in the workbook"
)
UNDECIDED_IN_FILE = Text("“{text}” says that nobody knows yet; the cell stays blank")
TOO_LARGE_IN_FILE = Text(
    "“{text}” is too large: Excel loses digits from 1,000,000,000,000,000 on; the cell is left blank, type it in the workbook"
)
NOT_WHOLE_IN_FILE = Text("“{text}” is not a whole number; the cell is left blank, type it in the workbook")
OTHER_CURRENCY_IN_FILE = Text(
    "“{text}” is in {named}, but the workbook's currency is {currency}; the cell is left blank, "
    "convert it and type the number"
)
BAD_DATE_IN_FILE = Text("“{text}” is not a valid date; the cell is left blank, type it in the workbook")
AMBIGUOUS_DATE_IN_FILE = Text(
    "“{text}” may mean {first} or {second}; the cell is left blank, write the order of the column's dates into the map"
)
UNLIKELY_DATE_IN_FILE = Text(
    "“{text}” is not a plausible date for a deal; the cell is left blank, type it in the workbook"
)
OTHER_ORDER_IN_FILE = Text("“{text}” is not {order} like the other dates of the column; {day} is used, please check")
PERIOD_IN_FILE = Text("“{text}” is not a single day; {day} is used")
DAY_WITHOUT_YEAR_IN_FILE = Text("“{text}” has no year; {day} is used")
NO_YEAR_IN_FILE = Text(
    "“{text}” has no year and may be {first} or {second}; the cell is left blank, write the year of the column into the map "
    "or type the day in the workbook"
)
RELATIVE_DATE_IN_FILE = Text("“{text}” depends on the day it was written; {day} is used, counted from today")
BAD_CHOICE_IN_FILE = Text("“{text}” is not one of {known}; the cell is left blank, name it under [values] in the map")
UNLIKELY_UNIT_IN_FILE = Text(
    "“{text}” in the unit of the header is more than a thousand times the median of the column; if "
    "that is wrong, type the amount in the workbook"
)
BAD_SHARE_IN_FILE = Text("“{text}” is not between 0 and 100 %; the cell is left blank")
BAD_POINTS_IN_FILE = Text("“{text}” is not 0, 1, 2 or 3; the cell is left blank")
FAILED_FORMULA_IN_FILE = Text("“{text}” is a formula that failed; the cell is left blank")
UNCALCULATED_IN_FILE = Text(
    "its formula was never calculated; the cell is left blank: open the file in Excel, save it and import it again"
)
UNKNOWN_STAGE_IN_FILE = Text(
    "the playbook has no stage “{text}”; {hint} The stage is left blank; name it under [stages] in the map"
)
MISSING_KEY_IN_FILE = Text("no {title}, so the row cannot be identified; it is left out")
REPEATED_KEY_IN_FILE = Text("{title} “{text}” is already used in row {first}; this row is left out")
RAGGED_ROW_IN_FILE = Text("more cells than headers; the cells to the right of the last header are left out")
TORN_ROW_IN_FILE = Text(
    "more cells than headers, because a delimiter inside a cell is not quoted; this row is left out, please correct it"
)
_TO_LAST_LEFT_OUT_ROW = Text("to row {last}, ")
LEFT_OUT_ROWS_OF_FILE: Mapping[str, Text] = MappingProxyType(
    {
        TOTAL_LINE: Text("{to}a line of totals, left out"),
        REPEATED_HEADERS: Text("{to}the headers again, left out"),
        NOTE_BELOW_LIST: Text("{to}a note below the list, left out"),
        SECTION_HEADING: Text("{to}a heading, left out as a row"),
        PAGE_NUMBER: Text("{to}the number of a page, left out"),
        NUMBERED_LINE: Text("{to}a numbered line without anything else, left out"),
        HIDDEN_ROW: Text("{to}hidden in the file, left out as the map says"),
    }
)
PUT_AWAY_ROWS_OF_FILE = Text(
    "{count} {count:row|rows} from here on {count:is|are} archived, deleted or no longer active and left out"
)
CHANGES_WITHOUT_HISTORY_IN_FILE = Text(
    "{count} {count:change|changes} of stages from here on {count:is|are} left out; import with --as-history to "
    "record {count:it|them}"
)
CHANGES_OF_KNOWN_DEALS_IN_FILE = Text(
    "{count} {count:change|changes} of stages from here on {count:is|are} of deals that the workbook has; their "
    "record stays as it is"
)
FUTURE_CLOSINGS_IN_FILE = Text(
    "{count} deals from here on are won or lost on a day that is still to come, such as {closed}; the days are kept, please "
    "check them"
)
NOT_WON_IN_FILE = Text(
    "{count} {count:deal|deals} from here on {count:is|are} not won, while others are undecided; nothing says that "
    "{count:it is|they are} lost, so {count:it stays|they stay} open: "
    "add a column with their stage or loss reason"
)
NO_STAGE_IN_FILE = Text(
    "{count} {count:deal|deals} from here on {count:has|have} no stage in the file, although others have one; "
    "{count:it starts|they start} in “{stage}”, please check"
)
OWNER_IDS_IN_FILE = Text(
    "{count} {count:deal|deals} from here on {count:has|have} an id as owner, such as “{text}”; import them again "
    "and add the file with the users by "
    "--with, or correct the owners in the workbook"
)
ACCOUNT_IDS_IN_FILE = Text(
    "{count} {count:deal|deals} from here on {count:has|have} an id as customer, such as “{text}”; import them again "
    "and add the file with the customers by "
    "--with, or correct the customers in the workbook"
)
OTHER_ROWS_OF_FILE = Text(
    "{count} {count:row|rows} from here on {count:is|are} left out, because “{named}” is not “{only}”"
)
SEVERAL_PIPELINES_IN_FILE = Text(
    "the deals are of several pipelines ({names}), which one playbook cannot tell apart; to import one of them, write only = "
    '"…" beside the column in the map'
)
OTHER_DEAL_OF_KEY_IN_FILE = Text(
    "{count} {count:row|rows} from here on {count:has|have} the number of another deal of {other}, such as "
    "“{number}”; {count:it gets a number of its own|they get numbers of their own}"
)
OTHER_VALUES_OF_KEY_IN_FILE = Text(
    "{count} {count:row|rows} from here on {count:differs|differ} from {other} in {columns}, such as “{number}”; "
    "the values here are used"
)
JOINED_LEADS_OF_FILE = Text("{count} leads from here on became deals of another file; each is imported with its deal")
CUT_TEXT_IN_FILE = Text("longer than a cell can hold; truncated after 32,767 characters")
BACKWARD_DATES_IN_FILE = Text(
    "closed {closed} before it was created {created}; both dates are kept, please correct the wrong one"
)

SHAPE_NOTICES: Mapping[str, Text] = MappingProxyType(
    {
        "sections": Text("the headings among the rows, such as “{example}”, become the column {named}"),
        "further_list": Text("one of several lists on the sheet; it begins here"),
        "turned": Text("the headers stand in the first column; each column is read as a row, and counted like one"),
        "title_outcome": Text("the title “{title}” tells the outcome of the rows; it becomes the column {named}"),
        "stage_marks": Text("the columns {headers} mark the stage; they become the column {named}"),
        "board_read": Text(
            "the columns {headers} are stages with the deals below; each of the {count} cells is read as a deal, and counted "
            "down one column after the other"
        ),
        "months_read": Text(
            "the columns {headers} hold the amounts of several months; their sum becomes the column {named}, and {count} "
            "deals with amounts in more than one month get no expected close"
        ),
        "board_numbers": Text(
            "{count} cards end in a number without a currency or a unit, such as “{example}”; the column {named} takes it for "
            "the amount"
        ),
    }
)
"""Id of a notice about the layout of a source → its message; the proposal shows it as well."""

OPEN_SHAPES: Mapping[str, Text] = MappingProxyType(
    {
        "board": Text(
            "the columns are stages with the deals below; write one row for each deal, with a column for its stage"
        ),
        "months": Text(
            "the columns {headers} hold the amounts of several months; add a column with the amount of each deal"
        ),
    }
)
"""Id of a notice about a layout that does not say what a deal is → what to do."""

SOURCE_NOTICES: Mapping[str, tuple[Text, str]] = MappingProxyType(
    {
        "stray_quote": (
            Text("a quotation mark is opened and never closed; the row is read without it, please check"),
            "warn",
        ),
        "misread": (
            Text(
                "here and in {count} rows in all, another program has read the text in a wrong encoding before; it is read "
                "as it was meant"
            ),
            "note",
        ),
        "hidden_rows": (
            Text("here and below, {count} {count:row is|rows are} hidden by a filter or by hand and imported too"),
            "note",
        ),
        "hidden_columns": (Text("the columns {headers} are hidden on the sheet; they are imported too"), "note"),
        **{rule: (message, "note") for rule, message in SHAPE_NOTICES.items()},
        **{rule: (message, "block") for rule, message in OPEN_SHAPES.items()},
    }
)
"""Id of a notice about a source → its message and severity."""

WON_AMOUNTS_IN_FILE = Text(
    "{count} won {count:deal has|deals have} the amount won, {won:,.2f} together, instead of the expected {expected:,.2f}"
)
LOST_CHARACTERS_IN_FILE = Text(
    "“{text}” has characters that the program that wrote the file could not save; correct them in the workbook"
)
LOST_DIGITS_IN_FILE = Text("“{text}” has lost its last digits, because Excel keeps 15; correct it in the workbook")
_MOST_COLUMN_FINDINGS = 100  # findings of one kind in one column
_MORE_CELLS_IN_FILE = Text("{count} more {count:cell|cells} down to here {count:has|have} the same problem")

SEVERAL_PEOPLE_IN_FILE = Text("“{text}” names several people; the first is used, add the others in the workbook")
POSSIBLE_DUPLICATE_IN_FILE = Text(
    "{name} may be the same as {other}: {why}; both are kept, please remove one or give them one name"
)


def format_place_in_file(file: str, row: int, header: str, language: Language) -> str:
    """Return where a cell (or, without *header*, a row) is in the file."""
    return (_CELL_OF_FILE if header else _ROW_OF_FILE).in_(language, file=file, row=row, header=header)


def make_import_finding(
    rule: str, template: Text, file: str, row: int, language: Language, *, header: str = "", table: str = "",
    column: str = "", key: str = "", severity: str = "warn", **facts: object,
) -> Finding:  # fmt: skip
    """Return one finding about row *row* of *file*."""
    place = format_place_in_file(file, row, header, language)
    message = _IMPORT_FINDING.in_(language, at=place, what=template.in_(language, **facts))
    return Finding(f"import_{rule}", severity, message, table, key, column, place)


def format_cell_fault(header: str, message: Text, text: str, language: Language, **facts: object) -> str:
    """Return what is wrong with a cell of *header* that holds *text*, for a reader who sees its row."""
    return _IMPORT_FINDING.in_(language, at=header, what=message.in_(language, text=_shorten_cell_text(text), **facts))


def format_row_fault(message: Text, language: Language, **facts: object) -> str:
    """Return what is wrong with a row, for a reader who sees it."""
    return _FAULT_OF_ROW.in_(language, what=message.in_(language, **facts))


def make_column_findings(
    rule: str, message: Text, file: str, header: str, texts: pd.Series, language: Language, table: str, column: str,
    severity: str = "warn", **facts: str,
) -> Iterator[Finding]:  # fmt: skip
    """Yield a finding for each of *texts* (cells of *header*, indexed by row number).

    After many, one finding with the number of the rest.
    """
    for row, text in texts.iloc[:_MOST_COLUMN_FINDINGS].items():
        yield make_import_finding(
            rule,
            message,
            file,
            int(str(row)),
            language,
            header=header,
            table=table,
            column=column,
            severity=severity,
            text=_shorten_cell_text(text),
            **facts,
        )
    if len(texts) > _MOST_COLUMN_FINDINGS:
        more = f"{len(texts) - _MOST_COLUMN_FINDINGS:,}"
        yield make_import_finding(
            rule, _MORE_CELLS_IN_FILE, file, int(str(texts.index[-1])), language, header=header, table=table, column=column,
            severity=severity, count=more,
        )  # fmt: skip


def make_left_out_findings(
    file: str, rows: Sequence[tuple[int, str]], language: Language, table: str
) -> Iterator[Finding]:
    """Yield a finding for each run of rows of *file* that are not part of its list."""
    for first, last, why in group_left_out_rows(rows):
        to = _TO_LAST_LEFT_OUT_ROW.in_(language, last=last) if last > first else ""
        yield make_import_finding(
            "left_out", LEFT_OUT_ROWS_OF_FILE[why], file, first, language, table=table, severity="note", to=to
        )


def make_notice_findings(source: ImportSource, language: Language, table: str) -> Iterator[Finding]:
    """Yield a finding for each notice about the rows of *source*."""
    for notice in source.notices:
        message, severity = SOURCE_NOTICES[notice.rule]
        yield make_import_finding(
            notice.rule,
            message,
            source.name,
            notice.row,
            language,
            table=table,
            severity=severity,
            **dict(notice.facts),  # type: ignore[arg-type]  # facts of the message
        )


def _shorten_cell_text(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
