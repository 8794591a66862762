"""The fields that a template may use, read off a paper on which nothing is blank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from xl_salesflow.documents.kinds import context
from xl_salesflow.documents.paper import letter_words
from xl_salesflow.documents.specimen import specimen


@dataclass(frozen=True, slots=True)
class Field:
    """One field: text, a record of fields by name, or a list of such records."""

    example: str = ""
    fields: Mapping[str, Field] | None = None
    rows: Field | None = None


@cache
def fields(kind: str, format: str) -> Mapping[str, Field]:
    """Return the fields of a kind of paper by name; a letter has a few more."""
    given = context(specimen(kind), "en")
    told = letter_words(given) if format == "eml" else given
    return {name: _field(value) for name, value in {**told, "logo": ""}.items()}


def paths(known: Mapping[str, Field], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield every field as it is written in a template, with an example; the words of *t* are left out."""
    for name, field in known.items():
        path = f"{before}{name}"
        if field.fields is not None:
            yield from () if path == "t" else paths(field.fields, f"{path}.")
        elif field.rows is not None:
            yield f"for row in {path}", ""
            yield from paths(field.rows.fields or {}, "row.")
        else:
            yield path, field.example


def _field(value: object) -> Field:
    if isinstance(value, Mapping):
        return Field(fields={str(name): _field(inner) for name, inner in value.items()})
    if isinstance(value, list):
        return Field(rows=_field(value[0]) if value else Field())
    return Field(str(value))
