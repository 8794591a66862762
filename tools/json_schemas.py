"""Write the JSON schema of what each command prints with ``--json``, from the types of the answers.

A schema is made of the fields of a dataclass: its types, the text below each field, the unit in its type, and the keys of
mappings as they are declared elsewhere (metrics, tables of metrics, tables). tools/reference_pages.py writes them into docs/.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from xl_salesflow.batch.batch_tasks import TaskStatus
from xl_salesflow.batch.outcome_lines import JOB_COUNTS, SUMMARY_COUNTS
from xl_salesflow.cli.answer_catalogue import PRINTED_ANSWERS
from xl_salesflow.core.answers import INLINED, OPTIONAL, Answer, KeyedBy, MeasuredIn, json_field_names, json_key
from xl_salesflow.metrics.metric_tables import METRIC_TABLES, METRICS_BY_ID
from xl_salesflow.metrics.rollup.team_rollup import ADDITIVE_METRICS
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_registry import TABLES

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
_COLUMN_UNITS = {ColumnType.MONEY: "money", ColumnType.PERCENT: "ratio"}


def make_schemas() -> dict[str, Schema]:
    """Return the schema of each command by its name, such as "playbook use"."""
    return {command: make_schema(command) for command in PRINTED_ANSWERS}


def make_schema(command: str) -> Schema:
    """Return the schema of one command; where it prints one of several things, or one a line, any of them."""
    writer = SchemaWriter()
    shapes = [shape for answer in PRINTED_ANSWERS[command] for shape in writer.describe_shapes(answer)]
    head = {"$schema": DIALECT, "title": f"salesflow {command} --json"}
    body = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
    return {**head, **body, **({"$defs": dict(sorted(writer.definitions.items()))} if writer.definitions else {})}


@dataclass
class SchemaWriter:
    """Writes schemas of types; those of nested dataclasses and declared keys are kept as *definitions*."""

    definitions: dict[str, Schema] = field(default_factory=dict)

    def describe_shapes(self, answer: Any) -> list[Schema]:
        """Return the schemas of a dataclass, one for each choice among the answers that are inlined in it."""
        parts = [self._describe_field(one) for one in list_answer_fields(answer)]
        return [self._join_parts(answer, choice) for choice in itertools.product(*parts)]

    def _describe_field(self, one: AnswerField) -> list[Schema]:
        # each choice is an object, whose properties are added to those of the answer
        if not one.inlined:
            kinds = [kind for kind in _list_alternatives(one.type) if not (one.optional and kind is type(None))]
            described = self.describe(kinds[0]) if len(kinds) == 1 else self.describe(one.type)
            value = {**described, **({"description": one.text} if one.text else {})}
            required = [] if one.optional else [one.key]
            return [{"properties": {one.key: value}, "required": required}]
        alternatives = _list_alternatives(one.type)
        shapes = [shape for kind in alternatives if kind is not type(None) for shape in self._describe_inlined(kind)]
        if type(None) in alternatives:
            shapes = [{**shape, "required": []} for shape in shapes]
        return shapes

    def _describe_inlined(self, kind: Any) -> list[Schema]:
        if is_dataclass(get_origin(kind) or kind):
            return self.describe_shapes(kind)
        mapping, declared = _split_annotated(kind)
        known = self._define_keys(declared.declaration, get_args(mapping)[1])
        name = known["$ref"].rpartition("/")[2]
        keys = self.definitions[name]["properties"]
        return [
            {"properties": {key: {"$ref": f"{known['$ref']}/properties/{key}"} for key in keys}, "required": [*keys]}
        ]

    def _join_parts(self, answer: Any, parts: tuple[Schema, ...]) -> Schema:
        properties: Schema = {}
        required: dict[str, None] = {}
        for part in parts:
            properties |= part["properties"]
            required |= dict.fromkeys(part["required"])
        return {
            "description": inspect.getdoc(get_origin(answer) or answer) or "",
            "type": "object",
            "properties": properties,
            "required": list(required),
            "additionalProperties": False,
        }

    def describe(self, kind: Any) -> Schema:
        """Return the schema of a value of type *kind*."""
        if kind in _SCALARS:
            return {"type": _SCALARS[kind]}
        if kind is date:
            return {"type": "string", "format": "date"}
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._describe_annotated(arguments[0], arguments[1])
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin in (Union, types.UnionType):
            return _join_alternatives([self.describe(one) for one in _list_alternatives(kind)])
        if origin is tuple:
            return {"type": "array", "items": self.describe(arguments[0])}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.describe(arguments[1])}
        return self._define_dataclass(kind)

    def _describe_annotated(self, kind: Any, note: MeasuredIn | KeyedBy) -> Schema:
        if isinstance(note, MeasuredIn):
            return {**self.describe(kind), "unit": note.unit}
        return self._define_keys(note.declaration, get_args(kind)[1])

    def _define_dataclass(self, kind: Any) -> Schema:
        name = (get_origin(kind) or kind).__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # a dataclass may hold its like
            shapes = self.describe_shapes(kind)
            self.definitions[name] = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
        return {"$ref": f"#/$defs/{name}"}

    def _define_keys(self, declaration: str, value: Any) -> Schema:
        answers = [one for one in _list_alternatives(value) if isinstance(one, type) and is_dataclass(one)]
        name = declaration.replace(" ", "_") + "".join(f"_{one.__name__}" for one in answers)
        if name not in self.definitions:
            columns = list({column.key: column for column in list_declared_keys(declaration)}.values())
            self.definitions[name] = {
                "type": "object",
                "properties": {column.key: self._describe_key(column, value, answers) for column in columns},
                "required": [column.key for column in columns if column.required],
                "additionalProperties": False,
            }
        return {"$ref": f"#/$defs/{name}"}

    def _describe_key(self, declared: DeclaredKey, value: Any, answers: list[type]) -> Schema:
        cell = declared.cell or self.describe(value)
        told = self.describe(answers[0]) if answers and not declared.names_row else cell
        notes = {"description": declared.text, "unit": declared.unit}
        return {**told, **{note: text for note, text in notes.items() if text}}


@dataclass(frozen=True)
class DeclaredKey:
    """A key of a mapping as it is declared: what it means, and for a column what its cells hold and whether it names the row."""

    key: str
    text: str = ""
    unit: str = ""
    cell: Schema | None = None
    names_row: bool = False
    required: bool = True


def list_declared_keys(declaration: str) -> Iterator[DeclaredKey]:
    """Yield the keys that `KeyedBy` of *declaration* stands for."""
    if declaration in ("metrics", "additive metrics"):
        for metric_id in METRICS_BY_ID if declaration == "metrics" else ADDITIVE_METRICS:
            metric = METRICS_BY_ID[metric_id]
            yield DeclaredKey(metric_id, metric.definition.in_("en"), metric.unit.value.in_("en"))
    elif declaration == "samples":
        yield from (DeclaredKey(metric_id, unit="deals") for metric_id in METRICS_BY_ID)
    elif declaration == "funnel stages":
        for table in METRIC_TABLES.values():
            yield from _list_metric_columns(table.name) if table.in_stages else ()
    elif declaration == "numbers of TeamActivity":
        for column in METRIC_TABLES["TeamActivity"].columns:
            yield _declare_column_key(TABLES["TeamActivity"][column.id])
    elif declaration.startswith("metric table "):
        yield from _list_metric_columns(declaration.removeprefix("metric table "))
    elif declaration.startswith("table "):
        yield from map(_declare_column_key, TABLES[declaration.removeprefix("table ")].columns)
    elif declaration == "job statuses":
        yield from (DeclaredKey(str(status), f"Workbooks that ended as {status}.") for status in TaskStatus)
    else:
        counts, required = (JOB_COUNTS, False) if declaration == "job counts" else (SUMMARY_COUNTS, True)
        yield from (DeclaredKey(name, text, required=required) for name, text in counts.items())


def _list_metric_columns(name: str) -> Iterator[DeclaredKey]:
    table = METRIC_TABLES[name]
    for column in (*table.naming, *table.columns):
        yield replace(_declare_column_key(TABLES[name][column.id]), names_row=column in table.naming)


def _declare_column_key(column: Column) -> DeclaredKey:
    kind = "string" if column.type.is_text or column.type.is_date else "number"
    cell: Schema = {"type": [kind, "null"], **({"format": "date"} if column.type is ColumnType.DATE else {})}
    return DeclaredKey(column.id, column.tip.in_("en"), _COLUMN_UNITS.get(column.type, ""), cell)


@dataclass(frozen=True)
class AnswerField:
    """A field of an answer: its key, its type with the type variables of the class filled in, and the text below it."""

    key: str
    type: Any
    text: str
    inlined: bool
    optional: bool


def list_answer_fields(answer: Any) -> list[AnswerField]:
    """Return the fields of a dataclass, or of a generic one with its arguments, in the order of JSON."""
    answer_class = get_origin(answer) or answer
    hints, texts = get_type_hints(answer_class, include_extras=True), read_field_texts(answer_class)
    variables = getattr(answer_class, "__parameters__", ())
    filled = dict(zip(variables, get_args(answer) or [Answer] * len(variables), strict=True))
    marks = {one.name: one.metadata for one in fields(answer_class)}
    return [
        AnswerField(
            json_key(name), filled.get(hints[name], hints[name]), texts.get(name, ""),
            marks[name] == INLINED, marks[name] == OPTIONAL,
        )
        for name in json_field_names(answer_class)
    ]  # fmt: skip


@cache
def read_field_texts(answer_class: type) -> Mapping[str, str]:
    """Return the text below each field of a dataclass, inherited ones included."""
    found: dict[str, str] = {}
    for base in reversed(answer_class.__mro__[:-1]):
        if not is_dataclass(base):
            continue
        (definition,) = ast.parse(inspect.cleandoc(f"\n{inspect.getsource(base)}")).body
        for before, after in itertools.pairwise(definition.body):  # type: ignore[attr-defined]
            if (
                isinstance(before, ast.AnnAssign)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
            ):
                found[before.target.id] = inspect.cleandoc(str(after.value.value))  # type: ignore[union-attr]
    return found


def _split_annotated(kind: Any) -> tuple[Any, Any]:
    mapping, note = get_args(kind)
    return mapping, note


def _list_alternatives(kind: Any) -> list[Any]:
    return list(get_args(kind)) if get_origin(kind) in (Union, types.UnionType) else [kind]


def _join_alternatives(schemas: list[Schema]) -> Schema:
    """Return the schema of any of *schemas*; null joins the type of the other, and scalars one another."""
    if all(set(schema) <= {"type", "format", "unit"} and isinstance(schema["type"], str) for schema in schemas):
        joined: Schema = {}
        for schema in schemas:
            joined |= schema
        names = [schema["type"] for schema in schemas]
        return {**joined, "type": [name for name in names if not (name == "integer" and "number" in names)]}
    return {"anyOf": schemas}


def format_schema(schema: Schema) -> str:
    """Return *schema* as it stands in a file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


_PAGE_HEAD = """# JSON

What each command prints with `--json`. Keys, their order and their types stay from version to version; a version may add keys.
Money is a decimal number in the currency of the workbook, a ratio is a fraction, days are numbers, dates are `YYYY-MM-DD`, and
what is unknown or blank is `null`. Each command has a [JSON Schema](https://json-schema.org) (draft 2020-12) with every key,
its meaning and its unit, made from the types in `core.verb_answers` and `core.metric_answers`. A key marked “may be missing” is
left out where it does not apply.
"""


def make_json_page() -> str:
    """Return the page of what every command prints with --json, and of the objects in it."""
    schemas = make_schemas()
    parts = [
        f"\n## salesflow {command}\n\n[Schema](json/{schema_file_name(command)})\n{_describe_keys(schema)}"
        for command, schema in schemas.items()
    ]
    shared = {name: kept for schema in schemas.values() for name, kept in schema.get("$defs", {}).items()}
    objects = [
        f"\n### {name}\n{_describe_keys(shared[name])}" for name in sorted(shared) if not _is_declared_elsewhere(name)
    ]
    return "".join((_PAGE_HEAD, *parts, _OBJECTS_HEAD, *objects))


_OBJECTS_HEAD = """
## Objects

The objects that the answers above are made of. `metrics`, `samples`, `additive_metrics` and `funnel_stages` have the ids of
[metrics](metrics.md) as keys; `table_…` and `metric_table_…` the ids of the columns of a [table](tables.md).
"""


def _is_declared_elsewhere(name: str) -> bool:
    return name.startswith(("table_", "metric", "samples", "additive_metrics", "funnel_stages"))


def schema_file_name(command: str) -> str:
    """Return the name of the file that holds the schema of *command*."""
    return f"{command.replace(' ', '-')}.json"


def _describe_keys(schema: Schema) -> str:
    head = "\n| Key | Type | Unit | What it is |\n| --- | --- | --- | --- |\n"
    return "\nOr:\n".join(
        f"\n{shape.get('description', '')}\n".replace("\n\n", "") + head + _list_key_rows(shape)
        for shape in schema.get("anyOf", [schema])
    )


def _list_key_rows(shape: Schema) -> str:
    rows = dict[str, None]()  # keys that are declared elsewhere make one row
    for key, value in shape["properties"].items():
        where, inlined, _ = value.get("$ref", "").partition("/properties/")
        told = value.get("description", "") + ("" if key in shape["required"] else " May be missing.")
        row = f"| `{key}` | {name_type(value)} | {value.get('unit', '')} | {told.strip()} |\n"
        rows[f"| … | | | Every key of `{where.rpartition('/')[2]}`. |\n" if inlined else row] = None
    return "".join(rows)


_TYPE_NAMES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
}


def name_type(schema: Schema) -> str:
    """Return what people call the values that *schema* allows."""
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "anyOf" in schema:
        return " or ".join(map(name_type, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {name_type(schema['items'])}"
    if schema.get("type") == "object":
        return f"object of {name_type(schema['additionalProperties'])}"
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    told = ["date" if name == "string" and schema.get("format") == "date" else _TYPE_NAMES[name] for name in names]
    return " or ".join(told)
