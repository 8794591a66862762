"""What a column of a file can become: the columns a person writes, facts about deals that make their history, parts of names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from xl_salesflow.imports.vocabulary import header_words, plain
from xl_salesflow.model.column import Column, Type, Writer, column
from xl_salesflow.model.tables import TABLES

TAKES_ROWS = (
    "Deals", "Accounts", "Contacts", "Activities", "Products", "Team", "Tasks", "Answers", "Traits", "Objections",
    "Quotes", "QuoteLines", "Feedback", "Targets",
)  # fmt: skip
"""The tables rows can be brought into."""

NAMED = ("Accounts", "Contacts", "Products", "Team")
"""The tables that others refer to by a name a person knows."""

TO_NOTES = "notes+"
"""The target of a column that is added to Notes as "header: value"."""

_OURS = ("playbook", "move_reason", "override_by", "override_reason")  # one import fills one playbook, and asks no gate
_T = Type
_FACTS: tuple[Column, ...] = (
    column("closed", "Closed", "关闭日期", _T.DATE, "Won or lost on; of an open deal the expected close", "赢单或丢单日期；进行中商机则为预计成交日"),
    column("won_date", "Won on", "赢单日期", _T.DATE, "A deal with this date is won", "填有此日期的商机为赢单"),
    column("lost_date", "Lost on", "丢单日期", _T.DATE, "A deal with this date is lost", "填有此日期的商机为丢单"),
    column("outcome", "Outcome", "结果", _T.CHOICE, "Open, won or lost", "进行中、赢单或丢单", options="outcome"),
    column("is_won", "Is won", "是否赢单", _T.CHOICE, "Yes: the deal is won", "是：商机已赢单", options="yes_no"),
    column("is_closed", "Is closed", "是否关闭", _T.CHOICE, "Yes and not won: the deal is lost", "是且未赢：商机已丢单", options="yes_no"),
)  # fmt: skip

FIRST, LAST = "first_name", "last_name"
_NAME_PARTS: tuple[Column, ...] = (
    column(FIRST, "First name", "名", _T.TEXT, "Joined with the last name", "与姓合并为姓名"),
    column(LAST, "Last name", "姓", _T.TEXT, "Joined with the first name", "与名合并为姓名"),
)
_PARTS: Mapping[str, tuple[Column, ...]] = {"Deals": _FACTS, "Contacts": _NAME_PARTS, "Team": _NAME_PARTS}


@cache
def targets(table: str) -> Mapping[str, Column]:
    """Return what a column may become in *table*, by id."""
    own = {c.id: c for c in TABLES[table].columns if c.writer is Writer.PERSON and c.id not in _OURS}
    return {**own, **{c.id: c for c in _PARTS.get(table, ())}}


@cache
def names_of(table: str) -> Mapping[str, frozenset[str]]:
    """Return target → every name that means it in *table*, compared as `plain` gives them."""
    words = header_words().get(table, {})
    return {
        id: frozenset({plain(id), *(plain(header) for header in target.header.both()), *words.get(id, ())})
        for id, target in targets(table).items()
    }
