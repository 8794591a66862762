"""Check single cells of every table: keys, blanks, choices, references, ranges and dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from xl_salesflow.changelog.shared_rows import find_share_run
from xl_salesflow.core.key_numbers import COUNTED_TABLES
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import (
    Rule,
    RuleMatch,
    find_planned_visits,
    format_column_values,
    format_short_number,
    suggest_for_each,
)
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.process.renamed_names import LEAST_ORPHAN_LIKENESS, list_renamed_texts
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_columns import Column, ColumnType, ColumnWriter, TableSchema
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES


def _list_filled_tables(pipeline: Pipeline) -> Iterator[tuple[str, TableSchema, pd.DataFrame]]:
    """Yield name, schema and frame of every table that has rows, except those that the product writes."""
    for name, table in TABLES.items():
        if not table.generated and not pipeline[name].empty:
            yield name, table, pipeline[name]


def _find_repeated_keys(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name, table, frame in _list_filled_tables(pipeline):
        if table.key is None or not table[table.key].type.is_text:
            continue
        keys = fold_keys(frame[table.key])
        again = keys.duplicated() & (keys != "")
        rows = keys.index[again]
        if len(rows):
            first = pd.Series(keys.index[~again], index=keys[~again])[lambda found: ~found.index.duplicated()]
            cells = [pipeline.cell_address(name, int(first[key]), table.key) for key in keys[rows]]
            facts = {"key": frame.loc[rows, table.key], "first": pd.Series(cells, index=rows, dtype=object)}
            yield RuleMatch(name, rows, table.key, facts)


DOUBLED_KEY = Rule(
    "doubled_key",
    Text("A key used twice"),
    Text("“{key}” is used twice, first in {first}; give this row its own number or delete it."),
    "block",
    _find_repeated_keys,
)


_FILLED_BY_UPDATE = {*((name, TABLES[name].key) for name in COUNTED_TABLES), ("Deals", "stage")}
"""Columns that an update fills in where they are blank: numbers, and the first stage."""


def _find_missing_cells(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name, table, frame in _list_filled_tables(pipeline):
        blank = {
            column.id: _find_blank_cells(column, frame[column.id])
            for column in table.columns
            if column.required and (name, column.id) not in _FILLED_BY_UPDATE
        }
        if any(cells.any() for cells in blank.values()):
            used = _find_used_rows(table, frame)
            for column_id, cells in blank.items():
                yield RuleMatch(name, frame.index[cells & used], column_id)


def _find_blank_cells(column: Column, cells: pd.Series) -> pd.Series:
    return fold_keys(cells) == "" if column.type.is_text else cells.isna()


def _find_used_rows(table: TableSchema, frame: pd.DataFrame) -> pd.Series:
    # formulas are filled in automatically, so they do not make a row count as used
    used = pd.Series(False, index=frame.index)
    for column in table.columns:
        if not column.is_formula:
            used |= ~_find_blank_cells(column, frame[column.id])
    return used


MISSING_CELL = Rule(
    "missing_cell",
    Text("A needed cell is blank"),
    Text("“{column}” is blank; every row needs it."),
    "warn",
    _find_missing_cells,
)


def _find_unknown_choices(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name, table, frame in _list_filled_tables(pipeline):
        # the rule for gates reports an unknown check with more detail
        if name in ("Gates", "Stages"):
            continue
        for column in table.columns:
            if column.type is ColumnType.CHOICE:
                choices = CHOICES[column.options or ""]
                cells = frame[column.id]
                lost = cells[(cells != "") & ~cells.isin(choices)]
                hint = suggest_for_each(lost, choices.values(), pipeline.language)
                yield RuleMatch(name, lost.index, column.id, {"value": lost, "hint": hint})


UNKNOWN_CHOICE = Rule(
    "unknown_choice",
    Text("A value the dropdown does not offer"),
    Text("“{value}” is not a choice of “{column}”; {hint}"),
    "warn",
    _find_unknown_choices,
)

_ADD_NAME_HINT = Text("add it there or choose one from the list.")


_COPIED_FROM_DEALS = (
    ("Tasks", "owner"),
    ("Payments", "owner"),
    ("Payments", "account"),
    ("Credits", "owner"),
    ("Credits", "account"),
)
_LEFT_OUT_OF_COPIES = (
    "Credits",
    "deal",
)  # a person's part of a deal of somebody else, which stays in the main workbook


def _find_orphans(pipeline: Pipeline) -> Iterable[RuleMatch]:
    is_copy = len(pipeline["Credits"]) > 0 and bool(find_share_run(pipeline)[1])
    for name, table, frame in _list_filled_tables(pipeline):
        for column in table.columns:
            # stages have their own rule; what is copied from a deal is reported there
            reported_elsewhere = column.options in (None, "Stages") or (name, column.id) in _COPIED_FROM_DEALS
            reported_elsewhere |= is_copy and (name, column.id) == _LEFT_OUT_OF_COPIES
            if column.type is ColumnType.REF and not reported_elsewhere:
                yield _find_orphans_of_column(pipeline, name, column, frame[column.id])


def _find_orphans_of_column(pipeline: Pipeline, name: str, column: Column, cells: pd.Series) -> RuleMatch:
    target = TABLES[column.options or ""]
    names = pipeline[target.name][target.key or ""]
    folded = fold_keys(cells)
    lost = cells[((folded != "") & ~folded.isin(fold_keys(names))).to_numpy(bool)].str.strip()
    if len(lost):
        lost = lost[~fold_keys(lost).isin(list_renamed_texts(pipeline, target.name, target.key or ""))]
    first = lost.drop_duplicates()
    known = [other for other in names if other]
    hints = {value: _word_orphan_hint(value, known, pipeline.language) for value in first[:200]}
    facts = {
        "name": first,
        "sheet": target.title.in_(pipeline.language),
        "count": first.map(lost.value_counts()),
        "hint": pd.Series([hints.get(value, "") for value in first], index=first.index, dtype=object),
    }
    return RuleMatch(name, first.index, column.id, facts)


def _word_orphan_hint(value: str, known: list[str], language: Language) -> str:
    return suggest_names(value, known, LEAST_ORPHAN_LIKENESS, _ADD_NAME_HINT).in_(language)


ORPHAN_NAME = Rule(
    "orphan",
    Text("A name that its sheet does not list"),
    Text("“{name}” (in {count} {count:row|rows}) is not in the sheet {sheet}; {hint}"),
    "warn",
    _find_orphans,
)


_MAY_BE_NEGATIVE = (("Payments", "amount"), ("Payments", "paid"))  # a credit note gives money back


def _find_negative_money(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name, table, frame in _list_filled_tables(pipeline):
        for column in table.columns:
            if column.type is ColumnType.MONEY and column.writer is ColumnWriter.PERSON:
                cells = frame[column.id]
                below = cells[cells < 0] if (name, column.id) not in _MAY_BE_NEGATIVE else cells[:0]
                yield RuleMatch(
                    name, below.index, column.id, {"value": format_column_values(column, below, pipeline.language)}
                )


NEGATIVE_MONEY = Rule(
    "negative_money",
    Text("An amount below zero"),
    Text("“{column}” is {value}; an amount cannot be below zero."),
    "warn",
    _find_negative_money,
)


def _find_wrong_shares(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name, table, frame in _list_filled_tables(pipeline):
        # the rules for the playbook check the stages
        if name == "Stages":
            continue
        for column in table.columns:
            if column.type is ColumnType.PERCENT and column.writer is ColumnWriter.PERSON:
                cells = frame[column.id]
                off = cells[(cells < 0) | (cells > 1)]
                yield RuleMatch(
                    name, off.index, column.id, {"value": format_column_values(column, off, pipeline.language)}
                )


WRONG_SHARE = Rule(
    "share_range",
    Text("A share outside 0 to 100 %"),
    Text("“{column}” is {value}; it must be between 0 % and 100 %."),
    "block",
    _find_wrong_shares,
)


def _find_wrong_points(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name, table, frame in _list_filled_tables(pipeline):
        for column in table.columns:
            if column.type is ColumnType.POINTS:
                cells = frame[column.id]
                off = cells[cells.notna() & ~cells.isin([0, 1, 2, 3])]
                yield RuleMatch(
                    name, off.index, column.id, {"value": format_column_values(column, off, pipeline.language)}
                )


WRONG_BANT_POINTS = Rule(
    "points_range",
    Text("BANT points other than 0 to 3"),
    Text("“{column}” is {value}; points are 0 unknown, 1 weak, 2 fair or 3 strong."),
    "block",
    _find_wrong_points,
)

_CUSTOMER_SCORE_SCALES = {"satisfaction": (1, 5), "recommend": (0, 10)}


def _find_wrong_scores(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for column, (least, most) in _CUSTOMER_SCORE_SCALES.items():
        cells = pipeline["Feedback"][column]
        off = cells[(cells < least) | (cells > most)]
        yield RuleMatch(
            "Feedback", off.index, column, {"value": off.map(format_short_number), "least": least, "most": most}
        )


WRONG_CUSTOMER_SCORE = Rule(
    "score_range",
    Text("A customer's score outside its scale"),
    Text("“{column}” is {value}; the scale goes from {least} to {most}."),
    "warn",
    _find_wrong_scores,
    needs=("Feedback",),
)

_ORDERED_DATE_PAIRS = (
    ("Deals", "created", "closed"),
    ("Deals", "created", "expected_close"),
    ("Deals", "created", "contract_signed"),
    ("Quotes", "date", "valid_until"),
    ("Quotes", "sent", "decided"),
    ("Targets", "from", "to"),
    ("Subscriptions", "start", "end"),
    ("Subscriptions", "start", "ended"),
    ("Subscriptions", "notice", "end"),
    ("CommissionPlans", "from", "to"),
)
"""Table, column of the earlier date, column of the later date."""


def _find_wrong_date_order(pipeline: Pipeline) -> Iterable[RuleMatch]:
    for name, earlier, later in _ORDERED_DATE_PAIRS:
        frame, table = pipeline[name], TABLES[name]
        if frame.empty:
            continue
        wrong = frame[frame[later] < frame[earlier]]
        facts = {
            "later": format_column_values(table[later], wrong[later], pipeline.language),
            "earlier": format_column_values(table[earlier], wrong[earlier], pipeline.language),
            "other": table.header(earlier, pipeline.language),
        }
        yield RuleMatch(name, wrong.index, later, facts)


WRONG_DATE_ORDER = Rule(
    "date_order",
    Text("Dates in the wrong order"),
    Text("“{column}” is {later}, before “{other}”, {earlier}; correct one of them."),
    "warn",
    _find_wrong_date_order,
)

_PAST_DATE_COLUMNS = (
    ("Deals", "created"),
    ("Deals", "closed"),
    ("Deals", "contract_signed"),
    ("Activities", "date"),
    ("Answers", "date"),
    ("Tasks", "done"),
    ("Quotes", "sent"),
    ("Quotes", "decided"),
    ("Feedback", "date"),
    ("Payments", "paid_on"),
    ("Payments", "reminded"),
)


def _find_future_dates(pipeline: Pipeline) -> Iterable[RuleMatch]:
    today = pd.Timestamp(pipeline.today)
    for name, column in _PAST_DATE_COLUMNS:
        if pipeline[name].empty:
            continue
        cells = pipeline[name][column]
        ahead = cells[cells > today]
        if name == "Activities":
            ahead = ahead[~find_planned_visits(pipeline[name])[ahead.index]]
        yield RuleMatch(
            name, ahead.index, column, {"day": format_column_values(TABLES[name][column], ahead, pipeline.language)}
        )


FUTURE_DATE = Rule(
    "future_date",
    Text("A date still to come"),
    Text("“{column}” is {day}, which is in the future; correct the date."),
    "warn",
    _find_future_dates,
)

HOLIDAYS_END_NOTICE = pd.Timedelta(days=45)


def _find_holidays_end(pipeline: Pipeline) -> Iterable[RuleMatch]:
    days = pipeline["Holidays"]["day"].dropna()
    if not len(days) or days.max() > pd.Timestamp(pipeline.today) + HOLIDAYS_END_NOTICE:
        return  # a team without days off needs none for next year
    yield RuleMatch("Holidays", pd.Index([days.idxmax()]), "day", {"last": str(days.max().date())})


HOLIDAYS_END = Rule(
    "holidays_end",
    Text("The holidays end"),
    Text("The last day in the sheet Holidays is {last}; add the days off and make-up days that follow."),
    "note",
    _find_holidays_end,
    needs=("Holidays",),
)
