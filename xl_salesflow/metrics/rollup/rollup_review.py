"""Say what a person has to know about the workbooks of a roll-up, as findings that name the workbook and the cell.

Nothing that people wrote gets lost in silence: cells that could not be read, deals typed since the last update, deals and
targets that two workbooks have, rows of one name that differ, settings that differ, and columns that the roll-up lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from xl_salesflow.core.own_columns import EXTENSIBLE_TABLES
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.written_money import currency_codes_of_text
from xl_salesflow.locale.texts import Language, Text, TextList, fold_text
from xl_salesflow.metrics.rollup.rollup_rows import JOINED_TABLES, OtherValues
from xl_salesflow.schema.named_values import SETTINGS_BY_ID, Settings
from xl_salesflow.schema.plain_values import json_value
from xl_salesflow.schema.table_columns import BY_PRODUCT
from xl_salesflow.schema.table_registry import TABLES

LOST_VALUE_RULES = frozenset(
    {
        "not_a_number", "not_whole", "too_large", "ambiguous_number", "not_a_share", "other_currency", "not_a_date",
        "impossible_date", "unlikely_date", "ambiguous_date", "error_value", "unknown_choice", "number_range", "no_year",
    }
)  # fmt: skip
"""The findings about cells whose value is not used: the frame holds a blank."""

LOST_ROLLUP_VALUE = "rollup_lost_value"

ROLLUP_MESSAGES: Mapping[str, tuple[str, Text]] = MappingProxyType(
    {
        LOST_ROLLUP_VALUE: ("block", Text("{book}, {what}")),
        "rollup_not_updated": (
            "warn",
            Text(
                "{book}: {count} {count:deal|deals}, such as “{name}”, {count:was|were} typed since its last update "
                "and {count:is|are} not counted yet; "
                "run salesflow update on it first."
            ),
        ),
        "rollup_same_deal": (
            "warn",
            Text(
                "{count} {count:deal|deals} of {book}, such as {name}, {count:is|are} in {other} too and "
                "{count:counts|count} twice; leave one of the two workbooks "
                "out, or delete the deals in one of them."
            ),
        ),
        "rollup_same_target": (
            "warn",
            Text(
                "{count} {count:target|targets} of {book}, such as {name}, {count:is|are} in {other} too and "
                "{count:is|are} added up; delete them in one of the two "
                "workbooks if they are the same targets."
            ),
        ),
        "rollup_same_name": (
            "note",
            Text(
                "{count} {count:contact|contacts} of {book}, such as {name}, {count:has|have} the name of somebody "
                "else in {other}; in the roll-up, their "
                "names end in “({book})”."
            ),
        ),
        "rollup_other_values": (
            "warn",
            Text(
                "{sheet}: {count} {count:row|rows} of {book}, such as {name}, {count:differs|differ} from {other} in {columns}; "
                "the values of {other} are used."
            ),
        ),
        "rollup_other_settings": (
            "warn",
            Text("{book} has other settings than {other} ({settings}); the roll-up uses those of {other}."),
        ),
        "rollup_other_currency": (
            "warn",
            Text("{book} is in {currency}, but {other} is in {first}: these amounts cannot be added up."),
        ),
        "rollup_own_columns": (
            "note",
            Text("{sheet}: the columns {columns}, which {book} has added, are not in the roll-up."),
        ),
    }
)
"""What is told about the workbooks of a roll-up: rule → severity and message."""

_NOT_COMPARED_SETTINGS = ("currency", "playbook")  # the one is refused, the other filled in
_SEVERAL_BOOKS = ""


class RollupReview:
    """Looks at the workbooks one after another, and collects the findings in *language*; it keeps no rows."""

    def __init__(self, language: Language) -> None:
        self.findings: list[Finding] = []
        self._language = language
        self._first: tuple[str, Settings] | None = None
        self._deals, self._targets = dict[tuple[str, ...], str](), dict[tuple[str, ...], str]()

    def look_at(self, book: str, part: Pipeline) -> None:
        """Add what is to say about *part*, the workbook *book*, as it was read."""
        self._report_lost_values(book, part)
        self._report_uncounted_deals(book, part["Deals"])
        self._report_repeated("rollup_same_deal", book, self._deals, _identify_deals(part["Deals"]), "Deals")
        self._report_repeated("rollup_same_target", book, self._targets, _identify_targets(part["Targets"]), "Targets")
        self._report_other_settings(book, part.settings)
        for table in EXTENSIBLE_TABLES:
            if headers := part.own_columns.list_headers(table):
                self._add(
                    "rollup_own_columns", table, book=book, sheet=TABLES[table].title, columns=_quote_all(headers)
                )

    def watch(self, parts: Iterable[tuple[str, Pipeline]]) -> Iterator[tuple[str, Pipeline]]:
        """Yield *parts*, each after a look at it."""
        for book, part in parts:
            self.look_at(book, part)
            yield book, part

    def report_renamed(self, book: str, renamed: Mapping[str, str]) -> None:
        """Add that contacts of *book* got another name: *renamed* is their name → the workbook that had it first."""
        for other in dict.fromkeys(renamed.values()):
            names = [name for name, first in renamed.items() if first == other]
            self._add("rollup_same_name", "Contacts", count=len(names), book=book, other=other, name=names[0])

    def report_other_values(self, found: Iterable[OtherValues]) -> None:
        """Add the rows of one name that differ between workbooks."""
        for one in found:
            table = TABLES[one.table]
            self._add(
                "rollup_other_values", one.table, count=len(one.names), name=one.names[0], book=one.book, other=one.first,
                sheet=table.title, columns=TextList(tuple(table[column].header for column in one.columns)),
            )  # fmt: skip

    def _add(self, rule: str, table: str, **facts: object) -> None:
        severity, message = ROLLUP_MESSAGES[rule]
        self.findings.append(Finding(rule, severity, message.in_(self._language, **facts), table))

    def _report_lost_values(self, book: str, part: Pipeline) -> None:
        severity, message = ROLLUP_MESSAGES[LOST_ROLLUP_VALUE]
        for found in part.cell_findings:
            if found.rule in LOST_VALUE_RULES and is_typed_column(found.table, found.column):
                self.findings.append(
                    Finding(
                        LOST_ROLLUP_VALUE,
                        severity,
                        message.in_(self._language, book=book, what=found.message),
                        found.table,
                        f"{book}/{found.key}" if found.key else "",
                        found.column,
                        f"{book}, {found.cell}" if found.cell else "",
                    )
                )

    def _report_uncounted_deals(self, book: str, deals: pd.DataFrame) -> None:
        waiting = deals[(deals["recorded_stage"] == "") & (deals["outcome"] == "")]
        if len(waiting):
            name = next(filter(None, (*waiting["deal"], *waiting["name"], *waiting["account"])), "")
            self._add("rollup_not_updated", "Deals", book=book, count=len(waiting), name=name)

    def _report_repeated(
        self, rule: str, book: str, known: dict[tuple[str, ...], str], found: Mapping[tuple[str, ...], str], table: str
    ) -> None:
        of_book: dict[str, list[str]] = {}
        for identity, name in found.items():
            if identity in known:
                of_book.setdefault(known[identity], []).append(name)
        for other, names in of_book.items():
            self._add(rule, table, book=book, other=other, count=len(names), name=names[0])
        known.update({identity: book for identity in found if identity not in known})

    def _report_other_settings(self, book: str, settings: Settings) -> None:
        if self._first is None:
            self._first = book, settings
            return
        other, first = self._first
        if not has_same_currency(settings, first):
            facts = {"currency": settings.text("currency"), "first": first.text("currency")}
            self._add("rollup_other_currency", "Settings", book=book, other=other, **facts)
        differ = [
            one.name
            for one in SETTINGS_BY_ID.values()
            if one.cell and one.id not in _NOT_COMPARED_SETTINGS and settings.text(one.id) != first.text(one.id)
        ]
        if differ:
            self._add("rollup_other_settings", "Settings", book=book, other=other, settings=TextList(tuple(differ)))


def is_typed_column(table: str, column: str) -> bool:
    """Return whether people fill in *column* of *table*, and a roll-up joins its rows."""
    declared = TABLES[table].by_id.get(column) if table in JOINED_TABLES else None
    return declared is not None and not declared.is_formula and declared.writer != BY_PRODUCT


def has_same_currency(one: Settings, other: Settings) -> bool:
    """Return whether two workbooks are in one currency, however it is written."""
    mine, theirs = one.text("currency"), other.text("currency")
    codes = currency_codes_of_text(mine), currency_codes_of_text(theirs)
    return fold_text(mine) == fold_text(theirs) or (all(codes) and codes[0][0] == codes[1][0])


def _identify_deals(deals: pd.DataFrame) -> dict[tuple[str, ...], str]:
    named = deals[(deals["deal"] != "") & ((deals["name"] != "") | (deals["account"] != ""))]
    return _identify_rows(named, ("deal", "name", "account", "created"), named["deal"])


def _identify_targets(targets: pd.DataFrame) -> dict[tuple[str, ...], str]:
    # a target of one person or product can hardly be two; that of everybody is each workbook's own
    own = targets[((targets["owner"] != "") | (targets["product"] != "")) & targets["target"].notna()]
    names = own["owner"].where(own["owner"] != "", own["product"])
    return _identify_rows(own, ("owner", "product", "sales_channel", "from", "to", "target"), names)


def _identify_rows(rows: pd.DataFrame, columns: Iterable[str], names: pd.Series) -> dict[tuple[str, ...], str]:
    cells = (rows[column].map(lambda value: fold_text(str(json_value(value) or ""))) for column in columns)
    identities = zip(*cells, strict=True)
    return {identity: str(name) for identity, name in zip(identities, names, strict=True)}


def _quote_all(names: Iterable[str]) -> TextList:
    return TextList(tuple(f"“{name}”" for name in names))
