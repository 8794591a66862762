"""The base of the verbs' answers, and their conversion to JSON, which the whole package uses.

Answers are frozen dataclasses, not TypedDicts: they are read by attribute, so that a misspelt name fails in mypy and in
any run; they are as immutable as the Pipeline and the ChangeSet around them; and their JSON schemas are generated from
them: the text below a field is its description, its type gives the unit. `answer_to_json` is the only conversion; the
key of a field is its name, without the trailing underscore of Python keywords.

Rows of declared tables and values of metrics stay mappings, because their keys are declared elsewhere: `KeyedBy` says
where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

import pandas as pd

from xl_salesflow.schema.plain_values import json_value

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # supports defaults; type checkers have it, and a run does not need it

    AnswerT = TypeVar("AnswerT", bound="Answer", default="Answer", covariant=True)
else:
    from typing import TypeVar

    AnswerT = TypeVar("AnswerT", bound="Answer", covariant=True)

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonCell: TypeAlias = str | int | float | bool | None
"""A cell of a table: a text, a number, a date in ISO format, or null for a blank one."""


@dataclass(frozen=True, slots=True)
class MeasuredIn:
    """Annotates the type of a field with what its number counts."""

    unit: str


@dataclass(frozen=True, slots=True)
class KeyedBy:
    """Annotates a mapping with where its keys are declared: a table, or a name listed in tools/json_schemas.py."""

    declaration: str


Money: TypeAlias = Annotated[float, MeasuredIn("money")]
Ratio: TypeAlias = Annotated[float, MeasuredIn("ratio")]

INLINED: Mapping[str, bool] = {"inlined": True}
"""Marks a field whose keys are merged into those of the answer; None adds none."""

OPTIONAL: Mapping[str, bool] = {"optional": True}
"""Marks a field whose key is omitted if it is None."""


@dataclass(frozen=True)
class Answer:
    """The answer of a verb; this base class is empty."""


NO_ANSWER = Answer()
SomeAnswer = TypeVar("SomeAnswer", bound=Answer)
"""The type of an answer that a function passes on unchanged."""


@dataclass(frozen=True)
class UncalculatedFormula(Answer):
    """A formula added by a user that Excel has to calculate."""

    cell: str
    """Address, such as 'My sums'!A1."""
    why: str
    """Why it was not calculated, in the language of the workbook."""


@dataclass(frozen=True)
class OwnFormulaResults(Answer):
    """What happened to formulas added by users; omitted if the run affected none."""

    recalculated: tuple[str, ...]
    """Addresses of cells that show their new value."""
    to_calculate: tuple[UncalculatedFormula, ...]
    """Cells left to Excel."""


def list_json_rows(rows: pd.DataFrame) -> Iterator[dict[str, JsonCell]]:
    """Yield each of *rows* as column → cell."""
    for record in rows.to_dict("records"):
        yield {str(column): json_value(value) for column, value in record.items()}


def answer_to_json(answer: Answer) -> dict[str, JsonValue]:
    """Return what ``--json`` prints, with keys in the order of the fields."""
    return _fields_to_json(answer)


def json_key(name: str) -> str:
    """Return the key of the field *name*."""
    return name.removesuffix("_")


def json_field_names(answer_class: type) -> tuple[str, ...]:
    """Return the fields of a dataclass in the order of the JSON, which a class may override with `json_order`."""
    return getattr(answer_class, "json_order", None) or tuple(one.name for one in fields(answer_class))


def _fields_to_json(answer: Any) -> dict[str, JsonValue]:
    marks = {one.name: one.metadata for one in fields(answer)}
    found: dict[str, JsonValue] = {}
    for name in json_field_names(type(answer)):
        value, marked = getattr(answer, name), marks[name]
        if "inlined" in marked:
            found |= {} if value is None else cast("dict[str, JsonValue]", _value_to_json(value))
        elif value is not None or "optional" not in marked:
            found[json_key(name)] = _value_to_json(value)
    return found


def _value_to_json(value: object) -> JsonValue:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value) if isinstance(value, StrEnum) else value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if is_dataclass(value):
        return _fields_to_json(value)
    if isinstance(value, Mapping):
        return {str(key): _value_to_json(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_value_to_json(one) for one in value]
    raise TypeError(f"{value!r} has no form in JSON")
