"""What a quote says otherwise than the version it replaces: lines, prices, discounts, terms, and the sum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from xl_salesflow.model.choices import label
from xl_salesflow.model.column import Type
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import BLANK, number
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import LANGUAGES, Language, Text
from xl_salesflow.quotes.arithmetic import line_columns, prices, quote_columns
from xl_salesflow.quotes.record import Record, record, records

ADDED = Text("new: {quantity} × {price}", "新增：{quantity} × {price}")
REMOVED = Text("no longer offered", "不再提供")
CHANGED = Text("{before} → {after}", "{before} → {after}")
_LINE = ("description", "quantity", "unit", "price", "discount", "optional")
_TERMS = ("currency", "tax_mode", "tax_rate", "discount", "shipping", "terms", "total")


def changes(pipeline: Pipeline, row: int) -> list[dict[str, Text]]:
    """Return what and how (both Text) of every change of the quote in sheet row *row* against the one it supersedes."""
    quotes = pipeline["Quotes"]
    new = record(pipeline, "Quotes", row)
    older = quotes.index[quotes["quote"].str.lower() == new["supersedes"].lower()]
    if not new["supersedes"] or not len(older):
        return []
    sums = quote_columns(pipeline)["total"]
    now, then = {**new, "total": sums[row]}, {**record(pipeline, "Quotes", int(older[0])), "total": sums[older[0]]}
    lines = _priced(pipeline)
    of = [records(lines[lines["quote"].str.lower() == quote["quote"].lower()]) for quote in (then, now)]
    return [*_lines(*of), *_differing("Quotes", then, now, _TERMS)]


def _priced(pipeline: Pipeline) -> pd.DataFrame:
    lines = pipeline["QuoteLines"]
    held = lines.assign(price=prices(pipeline), net=line_columns(pipeline)["net"], discount=lines["discount"].fillna(0))
    return held.sort_values("position", kind="stable")


def _lines(before: list[Record], after: list[Record]) -> Iterator[dict[str, Text]]:
    """Yield new, changed and dropped lines; a line is the one of the same product, of several the next of its kind."""
    left = list(before)
    for line in after:
        old = next((one for one in left if _name(one).casefold() == _name(line).casefold()), None)
        if old is None:
            facts = {"quantity": number(line["quantity"]), "price": _amount(line["price"])}
            yield _told(_name(line), {language: ADDED.in_(language, **facts) for language in LANGUAGES})
            continue
        left.remove(old)
        changed = list(_differing("QuoteLines", old, line, _LINE))
        if changed:
            said = {language: _joined(changed, language) for language in LANGUAGES}
            yield _told(_name(line), said)
    for line in left:
        yield _told(_name(line), {language: REMOVED.in_(language) for language in LANGUAGES})


def _differing(table: str, old: Record, new: Record, columns: tuple[str, ...]) -> Iterator[dict[str, Text]]:
    for id in columns:
        if _same(old[id], new[id]):
            continue
        said = {
            language: CHANGED.in_(
                language, before=_cell(table, id, old[id], language), after=_cell(table, id, new[id], language)
            )
            for language in LANGUAGES
        }
        yield {"what": TABLES[table][id].header, "text": Text(said["en"], said["zh"])}


def _told(name: str, said: dict[Language, str]) -> dict[str, Text]:
    return {"what": Text(name, name), "text": Text(said["en"], said["zh"])}


def _joined(changed: list[dict[str, Text]], language: Language) -> str:
    mark, colon = ("；", "：") if language == "zh" else ("; ", ": ")
    return mark.join(f"{one['what'].in_(language)}{colon}{one['text'].in_(language)}" for one in changed)


def _name(line: Record) -> str:
    return str(line["product"] or line["description"])


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, str):
        return bool(old.strip() == new.strip())
    return bool(
        old == new or (old != old and new != new) or abs((0 if old != old else old) - (0 if new != new else new)) < 1e-9
    )


def _cell(table: str, id: str, value: Any, language: Language) -> str:
    column = TABLES[table][id]
    if isinstance(value, str):
        if column.type is Type.CHOICE and value:
            return label(column.options or "", value, language)
        known = LISTS.get(column.options or "", {}).get(value) if column.type is Type.LIST else None
        return known.in_(language) if known else value or BLANK.in_(language)
    if value != value:
        return BLANK.in_(language)
    if column.type is Type.PERCENT:
        return f"{value * 100:.6g} %"
    return _amount(value) if column.type is Type.MONEY else number(value)


def _amount(value: float) -> str:
    return f"{0.0 if value != value else value:,.2f}"
