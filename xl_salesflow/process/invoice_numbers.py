"""Number invoices by the team's own rule, such as INV-YYYY-0000: the day of the invoice, and zeros that count up.

Each beginning counts for itself, so that a rule with the year starts over every year, and one with the month every month. A
number that the change log has is used up, because a customer may have the invoice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline

_DAY_PARTS = re.compile(r"(?<![A-Za-z])(?:YYYY|YY)?(?:MM)?(?:DD)?(?![A-Za-z])")
_COUNTER = re.compile(r"0+(?!.*0)")
_SHORTEST_COUNTER = "-0000"


def number_invoices(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with a number for each instalment that was invoiced on a day and has none."""
    payments = pipeline["Payments"]
    blank = payments["invoiced"][payments["invoiced"].notna() & (payments["invoice"].str.strip() == "")]
    if blank.empty:
        return pipeline
    numbers = payments["invoice"].copy()
    for row, day in zip(blank.index, blank.dt.date, strict=True):
        numbers[row] = next_invoice_number(pipeline, day, numbers)
    return pipeline.with_tables(Payments=payments.assign(invoice=numbers))


def next_invoice_number(pipeline: Pipeline, day: date, taken: Iterable[str]) -> str:
    """Return the number of the next invoice of *day*; *taken* are the numbers of the sheet."""
    rule = pipeline.settings.text("invoice_rule").strip()
    rule = rule if "0" in rule else rule + _SHORTEST_COUNTER
    start, counter, end = _split_rule(_DAY_PARTS.sub(lambda match: _write_day(match[0], day), _mark_counter(rule)))
    shape = re.compile(re.escape(start) + r"(\d{1,15})" + re.escape(end), re.IGNORECASE | re.ASCII)
    found = (shape.fullmatch(number.strip()) for number in (*taken, *_list_logged_numbers(pipeline)))
    last = max((int(match[1]) for match in found if match), default=0)
    return f"{start}{last + 1:0{len(counter)}d}{end}"


_MARK = "\x00"  # a day written into the rule may have zeros, and is no counter


def _mark_counter(rule: str) -> str:
    return _COUNTER.sub(lambda match: _MARK * len(match[0]), rule, count=1)


def _split_rule(rule: str) -> tuple[str, str, str]:
    counter = _MARK * rule.count(_MARK)
    start, _, end = rule.partition(counter)
    return start, counter, end


def _write_day(parts: str, day: date) -> str:
    written = parts.replace("YYYY", f"{day:%Y}").replace("YY", f"{day:%y}")
    return written.replace("MM", f"{day:%m}").replace("DD", f"{day:%d}")


def _list_logged_numbers(pipeline: Pipeline) -> Iterator[str]:
    journal = pipeline["Journal"]
    logged: pd.Series = journal.loc[(journal["table"] == "Payments") & (journal["column"] == "invoice"), "after"]
    yield from map(str, logged)
