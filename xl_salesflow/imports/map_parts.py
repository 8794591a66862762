"""The parts of an import map (columns, files, new stages) and the comments in its TOML."""

from __future__ import annotations

from dataclasses import dataclass, field

from xl_salesflow.core.written_columns import is_open_choice
from xl_salesflow.locale.texts import Text

OPEN_RATE = 0.0
"""Marks an exchange rate that a person has to enter."""

OPEN_TIMES = 0.0
"""Marks a unit, what 1 stands for, that a person has to enter."""

OPEN_TABLE = "?"
"""Marks a file whose layout does not say what a row is; a person has to say it, or to change the file."""

OPEN_STAGE = "?"
"""Marks the stage of a name whose place the files do not tell; a person has to name it."""

OPEN_COLUMN = "?"
"""Marks a column of which a person has to say whether it, or another of the same header, is imported."""

OPEN_DAY = "?"
"""Marks a day, or the year of days, that a person has to enter."""

RATE_TARGET, INVERSE_RATE_TARGET = "rate+", "inverse_rate+"
"""The targets of a column of exchange rates: the worth of 1 of the row's currency in the workbook's, or the other way round."""

IMPORT_HIDDEN, LEAVE_OUT_HIDDEN = "import", "leave out"
"""What becomes of the rows and of the columns that a sheet hides."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The mapping of one column.

    *to* is the id of the target ("" leaves the column out, OPEN_COLUMN is a question), *dates* the date format, *decimal*
    the decimal mark, *times* the factor of the unit (10000 if the header counts in ten thousands, OPEN_TIMES: a question),
    *currency* the currency of the amounts if it is not the workbook's, *rate* the value of one unit of it in the workbook's
    currency (None: unknown, OPEN_RATE: a question). Several choices in *dates* or *decimal*, separated by "or", are a question
    too. *only* is the text of the rows to import; blank for all. *fiscal_2025* is the first day of the fiscal year 2025 in a
    column of fiscal quarters, *year* the year of days without one (OPEN_DAY: a question).
    """

    to: str = ""
    dates: str = ""
    decimal: str = "."
    times: float = 1.0
    currency: str = ""
    rate: float | None = None
    only: str = ""
    fiscal_2025: str = ""
    year: str = ""

    @property
    def questions(self) -> tuple[str, ...]:
        """Return the parts that a person has to decide: to alone, or dates, decimal, times, rate, fiscal_2025 and year."""
        if self.to in ("", OPEN_COLUMN):
            return ("to",) if self.to else ()
        open_parts = {
            "dates": is_open_choice(self.dates),
            "decimal": is_open_choice(self.decimal),
            "times": self.times == OPEN_TIMES,
            "rate": self.rate == OPEN_RATE,
            "fiscal_2025": self.fiscal_2025 == OPEN_DAY,
            "year": self.year == OPEN_DAY,
        }
        return tuple(part for part, asks in open_parts.items() if asks)


@dataclass(frozen=True)
class FileMap:
    """The mapping of a file or of one of its sheets.

    *table* is the name of a table; "" leaves it out, OPEN_TABLE is a question. *header_row* is the number of the row with
    the headers, if a person names it. *hidden_rows* and *hidden_columns* say what becomes of those that the sheet hides:
    IMPORT_HIDDEN or LEAVE_OUT_HIDDEN; "" if it hides none.
    """

    file: str
    table: str
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    columns: dict[str, ColumnMap] = field(default_factory=dict)
    header_row: int = 0
    hidden_rows: str = ""
    hidden_columns: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether a person has to say what the file holds."""
        return self.table == OPEN_TABLE


@dataclass(frozen=True, slots=True)
class NewStage:
    """A stage to add to the playbook; stages from *position* on are shifted by one."""

    stage: str
    position: int
    kind: str
    probability: float


UNFINISHED_REASON_HEADER = Text("Why not imported")
"""The header of the column with the reason, in a file of rows that were not imported."""

MAP_COMMENT = Text(
    "How files become rows of the workbook. Edit it as you like, then import again with --map and the "
    "name of this file."
)
MAP_NOTES_COMMENT = Text("How this proposal came about:")
MAP_PLAYBOOK_COMMENT = Text("The playbook of the deals.")
MAP_STARTS_IN_COMMENT = Text("The stage a deal enters on the day it is created; also used for deals without a stage.")
MAP_MISSING_COMMENT = Text("Tables that get a row for every name they do not have yet.")
MAP_STAGES_COMMENT = Text("Stage in the files = stage of the playbook. The playbook has: {known}.")
MAP_NEW_STAGE_COMMENT = Text("A stage to add to the playbook; the stages from this position on are shifted by one.")
MAP_VALUES_COMMENT = Text("Names to clean up in {title}: as the files write it = as it should be.")
MAP_FILE_COMMENT = Text(
    'One file. table is one of {tables}; "" leaves the file out. header_row = 5 says that the headers stand in row 5.'
)
MAP_COLUMNS_COMMENT = Text(
    'Header = our column. "" leaves it out, "notes+" adds it to Notes, "id+" marks the ids that other files use. only = '
    '"Sales" imports only the rows with this text. Columns: {known}.'
)
MAP_DATES_COMMENT = Text(
    "dates: yyyy-mm-dd, dd/mm/yyyy, mm/dd/yyyy, yy-mm-dd, or yyyy-dd-mm if days and months were "
    'swapped; decimal: "." or ","; times: what 1 stands for, such as 10000 for {unit}; currency and '
    "rate: the currency of the amounts, and what 1 of it is worth in the workbook's currency.",
).with_facts(unit="\u4e07\u5143")  # ten thousand yuan
MAP_RATE_COMMENT = Text("please write the rate")
MAP_FISCAL_COMMENT = Text("please write the first day of the fiscal year 2025, such as 2024-10-01")
MAP_TIMES_COMMENT = Text("please write 0.01 for per cent, 0.1 if 10 is certain, 0.2 if 5 is certain, or 1")
MAP_YEAR_COMMENT = Text("please write the year of the days that have none")
MAP_HIDDEN_COMMENT = Text('"import" or "leave out": what becomes of the rows that the sheet hides')
MAP_HIDDEN_COLUMNS_COMMENT = Text('"import" or "leave out": what becomes of the columns that the sheet hides')
MAP_CHOOSE_COMMENT = Text("please choose one")
