"""The notes of a proposal: every guess, everything left out, every open question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from xl_salesflow.core.pipelines import Playbook
from xl_salesflow.core.written_columns import ColumnEvidence, is_open_choice, open_choices
from xl_salesflow.imports.amount_columns import AmountChoice
from xl_salesflow.imports.import_findings import OPEN_SHAPES, SHAPE_NOTICES
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_stages import StageProposal
from xl_salesflow.imports.map_parts import OPEN_STAGE, FileMap
from xl_salesflow.imports.repeated_headers import find_column_difference
from xl_salesflow.imports.text_encodings import show_readings
from xl_salesflow.locale.texts import Language, Text, TextList
from xl_salesflow.schema.table_columns import Column

_NO_TABLE_NOTE = Text("{file} looks like none of our tables and is left out; set its table to import it.")
_HIDDEN_SHEET_NOTE = Text('{file} is a hidden sheet and is left out; set its table to "{table}" to import it.')
_HIDDEN_ROWS_NOTE = Text(
    "{file}: {count} {count:row is|rows are} hidden by a filter or by hand and imported too; write hidden_rows = "
    '"leave out" to import '
    "only what the sheet shows."
)
_HIDDEN_COLUMNS_NOTE = Text(
    "{file}: the columns {headers} are hidden on the sheet and imported too; write hidden_columns = "
    '"leave out" to import only what the sheet shows.'
)
_COPIED_SHEET_NOTE = Text(
    '{file} repeats most rows of {other} and is left out; set its table to "{table}" to import it as well.'
)
_LEFT_OUT_COLUMNS_NOTE = Text(
    '{file}: no matching column for {headers}; left out. Write "notes+" to keep one in Notes.'
)
_RIVAL_COLUMN_NOTE = Text(
    "{file}: “{header}” and “{other}” have the same header and differ in {count} rows, such as row {row}: “{second}” and "
    '“{first}”; write "{target}" beside the right one and "" beside the other.'
)
_OPEN_COLUMN_NOTE = Text(
    '{file}: nothing tells whether “{header}” is meant; write "{target}" beside it, or "" to leave it out.'
)
_ACTUAL_AMOUNTS_NOTE = Text(
    "{file}: a deal that is won has the amount in “{won}”, where it is filled, and any other deal that in “{header}”."
)
_ASKED_AMOUNTS_NOTE = Text(
    '{file}: “{asked}” and “{header}” have different amounts; write "amount" beside the right one and "" beside the other, or '
    '"won_amount" beside the one that holds only for won deals.'
)
_OTHER_AMOUNTS_NOTE = Text(
    "{file}: “{header}” gives the amounts, as the name that fits best; “{beside}” has other amounts and is left out."
)
_CONVERTED_AMOUNTS_NOTE = Text(
    "{file}: the amounts are in several currencies, and “{header}” has them in the workbook's currency."
)
_RATE_COLUMN_NOTE = Text(
    '{file}: “{header}” looks like exchange rates; write "rate+" beside it if 1 of the foreign currency is worth that much in '
    'the workbook\'s, "inverse_rate+" if it is the other way round, or "" to leave it out.'
)
_CLOSING_PROBABILITY_NOTE = Text(
    "{file}: no column says which deals are won or lost, but “{header}” has 0 or 100 %; write "
    '"closing_probability" beside it if these are lost and won, or "probability_override" if they are open.'
)
_SHAPE_NOTE = Text("{file}, row {row}: {what}.")
_REFERENCE_NOTE = Text("{file}: “{header}” holds names of the sheet's {title}, so it becomes {title}.")
_PIPELINES_NOTE = Text(
    "{file}: “{header}” names several pipelines ({names}), and one import fills one playbook; equal stages of two "
    'pipelines become one, and the name is kept in Notes. To import one pipeline only, write only = "{first}" beside the column.'
)
_ROW_IDS_NOTE = Text(
    "{file}: “{header}” holds the ids by which other files refer to the rows; they are replaced by the names."
)
_LEAD_NUMBERS_NOTE = Text(
    "{file}: “{header}” holds the numbers of rows of {leads}, which became these deals; each pair is imported as one deal."
)
_DATES_AS_BESIDE_NOTE = Text(
    "{file}: the dates of “{header}” alone could be read in two ways; another column of the file says {format}."
)
_DECIMAL_AS_BESIDE_NOTE = Text(
    "{file}: the numbers of “{header}” alone could be read in two ways; another column of the file has “{mark}” before decimals."
)
_DATES_SHOWN_NOTE = Text("{file}: the dates of “{header}” are {format}, as “{example}” shows.")
_YEAR_SHOWN_NOTE = Text(
    "{file}: the days of “{header}” that have no year are in {format}, like all others of the column, such as “{example}”."
)
_DECIMAL_SHOWN_NOTE = Text("{file}: “{header}” has a decimal comma, as “{example}” shows.")
_LETTERHEAD_NOTE = Text("{file}: the amounts of {headers} are in the unit that stands beside the list: “{example}”.")
_SEVERAL_CURRENCIES_NOTE = Text(
    "{file}: “{header}” shows amounts in several currencies ({currencies}), but the workbook's is "
    "{currency}; amounts in another currency are reported and left blank."
)
_QUESTION_NOTES: Mapping[str, Text] = MappingProxyType(
    {
        "dates": Text("{file}: the dates of “{header}” can be read in several ways; write {choices}."),
        "decimal": Text(
            "{file}: the numbers of “{header}” can be read in two ways; write “.” or “,” as their decimal mark."
        ),
        "fiscal_2025": Text(
            "{file}: “{header}” has years or quarters of fiscal years; write as fiscal_2025 the first day of the fiscal "
            "year 2025."
        ),
        "times": Text(
            "{file}: the probabilities of “{header}” are no higher than 10; write as times what 1 stands for: 0.01 for per cent, "
            "0.1 if 10 is certain, 0.2 if 5 is certain."
        ),
        "year": Text(
            "{file}: days of “{header}” have no year, and more than one is possible; write as year the one that they are in."
        ),
        "rate": Text(
            "{file}: the amounts of “{header}” are in {currency}; write as rate what 1 {currency} is "
            "worth in the workbook's currency (1 if they are in the workbook's currency anyway), or "
            "leave the column out."
        ),
    }
)
_ENCODING_NOTE = Text("{file}: the text can be read in several encodings ({readings}); keep the right one as encoding.")
_MATCHED_STAGE_NOTE = Text("The stage “{name}” becomes “{stage}” of the playbook.")
_GUESSED_STAGE_NOTE = Text("The stage “{name}” is mapped to “{stage}” because the names are similar; please check.")
_ADDED_STAGE_NOTE = Text(
    "The playbook has no stage “{name}”; it is added as no. {position} with probability {probability:.0%}."
)
_OPEN_STAGE_NOTE = Text(
    "Nothing tells which stage “{name}” is; write the stage of the playbook it means, or keep the name and add it to "
    "[[new_stages]] with a position and a probability."
)
_STARTING_STAGE_NOTE = Text("Deals are assumed to enter “{stage}” on the day they are created.")
_MORE_COLUMNS_NOTE = Text(" and {count} more")
_MOST_NAMED_COLUMNS = 12  # a proposal lists every column; a note need not


class ProposalNotes:
    """The notes of one proposal, in the workbook's language, in the order they were added."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._notes: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self._notes)

    def add_no_table(self, source: ImportSource) -> None:
        """Note that *source* is left out."""
        self._add(_NO_TABLE_NOTE, file=source.name)

    def add_shape(self, source: ImportSource) -> None:
        """Note what was done to the layout of *source*, or why it cannot be read."""
        for notice in source.notices:
            if message := {**SHAPE_NOTICES, **OPEN_SHAPES}.get(notice.rule):
                what = message.in_(self._language, **dict(notice.facts))
                self._add(_SHAPE_NOTE, file=source.name, row=notice.row, what=what)

    def add_copied_sheet(self, source: ImportSource, other: ImportSource, table: str) -> None:
        """Note that *source* is left out because it repeats the list of *other*."""
        self._add(_COPIED_SHEET_NOTE, file=source.name, other=other.name, table=table)

    def add_hidden_sheet(self, source: ImportSource, table: str) -> None:
        """Note that *source*, which may hold *table*, is left out because it is hidden."""
        self._add(_HIDDEN_SHEET_NOTE, file=source.name, table=table)

    def add_hidden_rows(self, source: ImportSource) -> None:
        """Note that rows of *source* are hidden, and how to leave them out."""
        if source.hidden_rows:
            self._add(_HIDDEN_ROWS_NOTE, file=source.name, count=len(source.hidden_rows))

    def add_hidden_columns(self, source: ImportSource) -> None:
        """Note that columns of *source* are hidden, and how to leave them out."""
        if source.hidden_headers:
            headers = TextList(tuple(header for header in source.headers if header in source.hidden_headers))
            self._add(_HIDDEN_COLUMNS_NOTE, file=source.name, headers=headers)

    def add_pipelines(self, source: ImportSource, header: str) -> None:
        """Note that the deals of *source* are of several pipelines."""
        counts = source.cells[header].str.strip().replace("", None).dropna().value_counts()
        names = TextList(tuple(f"{name} {count:,}" for name, count in counts.head(_MOST_NAMED_COLUMNS).items()))
        self._add(_PIPELINES_NOTE, file=source.name, header=header, names=names, first=str(counts.index[0]))

    def add_row_ids(self, source: ImportSource, header: str) -> None:
        """Note that other files refer to the rows of *source* by the ids of a column."""
        self._add(_ROW_IDS_NOTE, file=source.name, header=header)

    def add_lead_numbers(self, source: ImportSource, header: str, leads: ImportSource) -> None:
        """Note that the deals of *source* are told to come from rows of *leads*."""
        self._add(_LEAD_NUMBERS_NOTE, file=source.name, header=header, leads=leads.name)

    def add_reference_column(self, source: ImportSource, header: str, target: Column) -> None:
        """Note that a column was recognised by its values."""
        self._add(_REFERENCE_NOTE, file=source.name, header=header, title=target.header.in_(self._language))

    def add_dates_as_beside(self, source: ImportSource, header: str, date_format: str) -> None:
        """Note that the dates of a column are read like those of another column."""
        self._add(_DATES_AS_BESIDE_NOTE, file=source.name, header=header, format=date_format)

    def add_decimal_as_beside(self, source: ImportSource, header: str, mark: str) -> None:
        """Note that the numbers of a column are read like those of another column."""
        self._add(_DECIMAL_AS_BESIDE_NOTE, file=source.name, header=header, mark=mark)

    def add_dates_shown(self, source: ImportSource, header: str, evidence: ColumnEvidence) -> None:
        """Note the date order of a column, and the text that shows it."""
        self._add(_DATES_SHOWN_NOTE, file=source.name, header=header, format=evidence.answer, example=evidence.example)

    def add_year_shown(self, source: ImportSource, header: str, evidence: ColumnEvidence) -> None:
        """Note the year of the days of a column that have none, and a day that shows it."""
        self._add(_YEAR_SHOWN_NOTE, file=source.name, header=header, format=evidence.answer, example=evidence.example)

    def add_decimal_shown(self, source: ImportSource, header: str, evidence: ColumnEvidence) -> None:
        """Note that a column has a decimal comma, and the text that shows it."""
        self._add(_DECIMAL_SHOWN_NOTE, file=source.name, header=header, example=evidence.example)

    def add_rival_column(self, source: ImportSource, header: str, target: str) -> None:
        """Note how a column differs from another one that has the same header; nothing if both are kept in Notes."""
        other = source.rivals[header]
        if target == "notes":
            return
        if not other or (difference := find_column_difference(source.cells, other, header)) is None:
            self._add(_OPEN_COLUMN_NOTE, file=source.name, header=header, target=target)
            return
        self._add(
            _RIVAL_COLUMN_NOTE, file=source.name, header=header, other=other, target=target, count=difference.rows,
            row=difference.row, first=difference.first, second=difference.second,
        )  # fmt: skip

    def add_amounts(self, source: ImportSource, header: str, choice: AmountChoice) -> None:
        """Note which of several columns of amounts counts; *header* is that of the amounts."""
        facts = {
            "file": source.name,
            "header": header,
            "won": choice.won,
            "asked": choice.asked,
            "beside": choice.beside,
        }
        for note, is_due in (
            (_ACTUAL_AMOUNTS_NOTE, choice.won),
            (_ASKED_AMOUNTS_NOTE, choice.asked),
            (_CONVERTED_AMOUNTS_NOTE, choice.converted),
            (_OTHER_AMOUNTS_NOTE, choice.beside),
        ):
            if is_due:
                self._add(note, **facts)

    def add_rate_column(self, source: ImportSource, header: str) -> None:
        """Note that a column may hold the exchange rates of the amounts."""
        self._add(_RATE_COLUMN_NOTE, file=source.name, header=header)

    def add_closing_probability(self, source: ImportSource, header: str) -> None:
        """Note that probabilities of 0 or 100 % may mean closed deals."""
        self._add(_CLOSING_PROBABILITY_NOTE, file=source.name, header=header)

    def add_letterhead(self, source: ImportSource, text: str, headers: Iterable[str]) -> None:
        """Note the text around a list that tells the unit of its amounts."""
        named = TextList(tuple(f"“{header}”" for header in headers))
        self._add(_LETTERHEAD_NOTE, file=source.name, headers=named, example=text)

    def add_several_currencies(self, source: ImportSource, header: str, counts: TextList, currency: str) -> None:
        """Note that the amounts of a file are in several currencies."""
        self._add(_SEVERAL_CURRENCIES_NOTE, file=source.name, header=header, currencies=counts, currency=currency)

    def add_left_out_columns(self, files: Iterable[FileMap]) -> None:
        """Note the columns that are left out."""
        for file in files:
            left = [f"“{header}”" for header, how in file.columns.items() if not how.to]
            if left and file.table:
                more = (
                    _MORE_COLUMNS_NOTE.in_(self._language, count=len(left) - _MOST_NAMED_COLUMNS)
                    if len(left) > _MOST_NAMED_COLUMNS
                    else ""
                )
                headers = TextList(tuple(left[:_MOST_NAMED_COLUMNS])).in_(self._language)
                self._add(_LEFT_OUT_COLUMNS_NOTE, file=file.file, headers=headers + more)

    def add_questions(self, mapping: ImportMap) -> None:
        """Note the columns a person has to decide about."""
        for file, header in mapping.open_questions:
            how = file.columns[header]
            for question in filter(_QUESTION_NOTES.__contains__, how.questions):
                facts = {"choices": how.dates, "currency": how.currency}
                self._add(_QUESTION_NOTES[question], file=file.file, header=header, **facts)

    def add_open_encoding(self, source: ImportSource) -> None:
        """Note how a text file reads in each of its possible encodings; nothing if it has one."""
        if is_open_choice(source.layout.encoding):
            shown = show_readings(source.path.read_bytes(), open_choices(source.layout.encoding))
            readings = TextList(tuple(f"{encoding}: “{text}”" for encoding, text in shown.items()))
            self._add(_ENCODING_NOTE, file=source.name, readings=readings)

    def add_stages(self, proposed: StageProposal, playbook: Playbook, starts_in: str) -> None:
        """Note which stage each name is mapped to, and which stages are added."""
        new = {stage.stage: stage for stage in proposed.new}
        for name, stage in proposed.stages.items():
            if stage == OPEN_STAGE:
                self._add(_OPEN_STAGE_NOTE, name=name)
            elif stage in new:
                self._add(
                    _ADDED_STAGE_NOTE, name=stage, position=new[stage].position, probability=new[stage].probability
                )
            elif stage != name:
                self._add(
                    _GUESSED_STAGE_NOTE if name in proposed.guessed else _MATCHED_STAGE_NOTE, name=name, stage=stage
                )
        self._add(_STARTING_STAGE_NOTE, stage=starts_in or playbook.first.name)

    def _add(self, text: Text, **facts: object) -> None:
        self._notes.append(text.in_(self._language, **facts))
