"""Give rows their keys: the form of the keys of each table, and which key is next.

This is used for every new row, whether a person typed it, a file contained it, a copy was merged, or a run or a button made it. A
key that another row still mentions counts as used even if its own row was deleted. A quote number in the change log counts as
used too, because a customer may have it on paper; other rows that were undone leave no trace.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_columns import ColumnType, TableSchema
from xl_salesflow.schema.table_registry import TABLES


@dataclass(frozen=True, slots=True)
class KeyFormat:
    """Keys that count up: *prefix*, then a number of at least *width* digits."""

    prefix: str
    width: int

    def write(self, number: int) -> str:
        """Return the key of *number*."""
        return f"{self.prefix}{number:0{self.width}d}"

    def read(self, keys: Iterable[str]) -> npt.NDArray[np.float64]:
        """Return the number of each key, ignoring case and outer blanks; NaN for a key of another form."""
        digits = re.compile(re.escape(self.prefix) + r"(\d{1,15})", re.IGNORECASE | re.ASCII)
        found = (digits.fullmatch(key.strip()) for key in keys)
        return np.array([np.nan if match is None else float(match[1]) for match in found], "float64")

    def next_after(self, taken: Iterable[str], count: int) -> list[str]:
        """Return the *count* keys after the highest of those *taken*."""
        numbers = self.read(taken)
        first = int(np.nanmax(numbers, initial=0)) + 1 if len(numbers) else 1
        return [self.write(number) for number in range(first, first + count)]


KEY_FORMATS: Mapping[str, KeyFormat] = MappingProxyType(
    {
        "Deals": KeyFormat("D-", 5),
        "History": KeyFormat("V", 6),
        "Activities": KeyFormat("A", 6),
        "Tasks": KeyFormat("T", 6),
        "Objections": KeyFormat("O", 5),
        "Feedback": KeyFormat("F-", 5),
        "Approvals": KeyFormat("AP-", 5),
        "Measures": KeyFormat("M-", 4),
        "Calls": KeyFormat("CC-", 4),
        "Payments": KeyFormat("P-", 5),
        "Subscriptions": KeyFormat("S-", 5),
        "Credits": KeyFormat("K-", 5),
        "DealLines": KeyFormat("L-", 5),
    }
)
"""The form of the keys that the product gives; that of quotes depends on Settings and on the year."""

COUNTED_TABLES = tuple(table for table in TABLES if table in (*KEY_FORMATS, "Quotes"))
"""Tables with counted keys."""


def find_key_format(table: str, settings: Settings, today: date) -> KeyFormat:
    """Return the form of the next keys of *table*, which has counted keys.

    Workbooks whose rows come together in another one have a mark of their own in new numbers, so that no two of them give one
    number; stage stays are numbered anew when they are merged, and have none.
    """
    mark = settings.text("number_mark")
    if table == "Quotes":
        return _mark_keys(KeyFormat(f"{settings.text('quote_prefix')}{today.year}-", 4), mark)
    return KEY_FORMATS[table] if table == "History" else _mark_keys(KEY_FORMATS[table], mark)


def _mark_keys(look: KeyFormat, mark: str) -> KeyFormat:
    return KeyFormat(f"{look.prefix.removesuffix('-')}-{mark}-", look.width) if mark else look


def next_keys(pipeline: Pipeline, table: str, count: int, taken: Iterable[str] = ()) -> list[str]:
    """Return the keys of the next *count* rows of *table*; *taken* keys are not in the pipeline yet."""
    if not count:
        return []
    look = find_key_format(table, pipeline.settings, pipeline.today)
    return look.next_after([*_list_used_keys(pipeline, table), *map(str, taken)], count)


def _list_used_keys(pipeline: Pipeline, table: str) -> Iterator[str]:
    for name, column in find_key_columns(TABLES[table]):
        yield from map(str, pipeline[name][column])
    if table == "Quotes":
        journal = pipeline["Journal"]
        yield from map(str, journal.loc[journal["table"] == table, "key"])


_KEY_MENTIONS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "Deals": (("History", "deal"), ("Deals", "referred_by"), ("Feedback", "referral_deal"), ("FollowUps", "deal")),
        "Quotes": (("Quotes", "supersedes"),),
    }
)
"""Text columns that hold a key, in addition to those declared as references."""


def find_key_columns(table: TableSchema) -> list[tuple[str, str]]:
    """Return every (table, column) that holds a key of *table*, its own first."""
    declared = [
        (other.name, column.id)
        for other in TABLES.values()
        for column in other.columns
        if column.type is ColumnType.REF and column.options == table.name
    ]
    return [(table.name, table.key or ""), *declared, *_KEY_MENTIONS.get(table.name, ())]


def order_by_number(history: pd.DataFrame) -> pd.DataFrame:
    """Return the stage stays of *history* in the order of their keys; people sort sheets."""
    stays = history["visit"]
    if stays.is_monotonic_increasing and len(set(map(len, stays))) <= 1:
        return history
    return history.iloc[np.argsort(KEY_FORMATS["History"].read(stays), kind="stable")]


def next_key_like(key: str, taken: Collection[str]) -> str:
    """Return the key after the highest of *taken* that has the form of *key*; teams may have forms of their own."""
    shape = re.fullmatch(r"(.*?)(\d{1,15})", key, re.ASCII)
    look = KeyFormat(shape[1], len(shape[2])) if shape else KeyFormat(f"{key}-", 1)
    return look.next_after(chain([key], taken), 1)[0]


def followup_activity_key(day: date, deal: str) -> str:
    """Return the key of the activity made from a follow-up of *deal* on *day*.

    It is not counted, so that a line cannot be logged twice and two copies give it the same key.
    """
    return f"F-{day:%Y%m%d}-{deal}"


def next_run_number(now: datetime, taken: Container[str] = ()) -> str:
    """Return the name of a run that starts *now*."""
    first = f"{now:%Y%m%d-%H%M%S}"
    return next(number for number in list_spare_keys(first) if number not in taken)


def list_spare_keys(key: str) -> Iterator[str]:
    """Yield *key*, then ``key-2``, ``key-3`` and so on, for the case that it is taken."""
    yield key
    count = 1
    while True:
        count += 1
        yield f"{key}-{count}"
