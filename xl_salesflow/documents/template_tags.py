"""Find unknown fields, unknown filters and malformed tags in a Jinja template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes

from xl_salesflow.core.name_suggestions import find_nearest
from xl_salesflow.documents.sample_deal import TemplateField
from xl_salesflow.documents.template_safety import TemplateSandbox
from xl_salesflow.locale.texts import Text

TagScope = dict[str, TemplateField | None]
"""The fields that names refer to; None if unknown."""

FIELD_IS_LIST = Text("“{inside}” is a list; write {{% for row in {inside} %}}")
INVALID_TAG = Text("{error}")

_ROWS_FILTERS = ("list", "sort", "select", "reject", "selectattr", "rejectattr", "reverse", "unique")
_ONE_ROW_FILTERS = ("first", "last")
_TEXT_ATTRIBUTES = frozenset(dir(str)) | {"value"}


@dataclass(frozen=True, slots=True)
class TagFinding:
    """A finding about a tag: the *line* in the template, the *name* as written there, and the message."""

    line: int
    name: str
    message: Text


def inspect_tags(source: str, known: Mapping[str, TemplateField], environment: TemplateSandbox) -> list[TagFinding]:
    """Return the findings about the tags of a template, in order."""
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        return [TagFinding(error.lineno, "", INVALID_TAG.with_facts(error=str(error.message or "").rstrip(".")))]
    walk = _TagWalk(environment)
    walk.block(tree.body, {**dict.fromkeys(environment.globals), **known})
    return sorted(walk.findings, key=lambda finding: finding.line)


class _TagWalk:
    """Walks through a template as Jinja would run it, tracking what every name refers to."""

    def __init__(self, environment: TemplateSandbox) -> None:
        self._filters = list(environment.filters)
        self.findings: list[TagFinding] = []

    def block(self, body: list[nodes.Node], scope: TagScope) -> None:
        """Check statements; names that they set are known to the following ones."""
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: TagScope) -> None:
        match node:
            case nodes.For():
                rows = self._resolve(node.iter, scope)
                inner = {**scope, "loop": None, **self._targets(node.target, rows.rows if rows else None)}
                self._visit_optional(node.test, inner)
                self.block(node.body, inner)
                self.block(node.else_, dict(scope))
            case nodes.Assign():
                scope |= self._targets(node.target, self._resolve(node.node, scope))
            case nodes.AssignBlock():
                self.block(node.body, dict(scope))
                scope |= self._targets(node.target, TemplateField())
            case nodes.Macro() | nodes.CallBlock():
                if isinstance(node, nodes.Macro):
                    scope[node.name] = None
                else:
                    self._resolve(node.call, scope)
                names = {name.name: None for name in node.args if isinstance(name, nodes.Name)}
                self.block(node.body, {**scope, **names, "caller": None, "varargs": None, "kwargs": None})
            case nodes.Import():
                scope[node.target] = None
            case nodes.FromImport():
                scope |= {(name if isinstance(name, str) else name[1]): None for name in node.names}
            case nodes.With():
                inner = dict(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    inner |= self._targets(target, self._resolve(value, scope))
                self.block(node.body, inner)
            case nodes.Expr():
                self._resolve(node, scope)
            case _:
                self._others(node, scope)

    def _others(self, node: nodes.Node, scope: TagScope) -> None:
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Expr):
                self._resolve(child, scope)
            else:
                self._statement(child, scope)

    def _visit_optional(self, node: nodes.Node | None, scope: TagScope) -> None:
        if node is not None:
            self._resolve(node, scope)

    def _targets(self, target: nodes.Node, field: TemplateField | None) -> TagScope:
        if isinstance(target, nodes.Name):
            return {target.name: field}
        return {name.name: None for name in target.find_all(nodes.Name)}

    def _resolve(self, node: nodes.Node, scope: TagScope) -> TemplateField | None:
        """Return the field that an expression refers to, or None if unknown; add a finding for an unknown field."""
        match node:
            case nodes.Name():
                if node.name not in scope:
                    self._add_unknown_field(node.lineno, node.name, "", scope)
                return scope.get(node.name)
            case nodes.Getattr():
                return self._resolve_attribute(node, str(node.attr), scope)
            case nodes.Getitem(arg=nodes.Const(value=str() as name)):
                return self._resolve_attribute(node, name, scope)
            case nodes.Filter():
                return self._resolve_filter(node, scope)
            case nodes.Test(name="defined" | "undefined"):
                return None
        for child in node.iter_child_nodes():
            self._resolve(child, scope)
        return None

    def _resolve_attribute(
        self, node: nodes.Getattr | nodes.Getitem, name: str, scope: TagScope
    ) -> TemplateField | None:
        outer = self._resolve(node.node, scope)
        if outer is None:
            return None
        path = _expression_path(node.node)
        if outer.fields is not None:
            if name not in outer.fields:
                self._add_unknown_field(node.lineno, name, path, outer.fields)
            return outer.fields.get(name)
        if outer.rows is not None:
            self.findings.append(TagFinding(node.lineno, name, FIELD_IS_LIST.with_facts(inside=path)))
        elif name not in _TEXT_ATTRIBUTES:
            self._add_unknown_field(node.lineno, name, path, {})
        return None

    def _resolve_filter(self, node: nodes.Filter, scope: TagScope) -> TemplateField | None:
        given = self._resolve(node.node, scope) if node.node else None
        for argument in (*node.args, *node.kwargs):
            self._resolve(argument, scope)
        if node.name not in self._filters:
            message = _unknown_filter_text(node.name, self._filters)
            self.findings.append(TagFinding(node.lineno, node.name, message))
        if given and given.rows and node.name in _ONE_ROW_FILTERS:
            return given.rows
        return given if node.name in _ROWS_FILTERS else None

    def _add_unknown_field(self, line: int, name: str, path: str, known: Mapping[str, object]) -> None:
        self.findings.append(TagFinding(line, name, unknown_field_text(name, path, known)))


def _expression_path(node: nodes.Node) -> str:
    match node:
        case nodes.Getattr():
            return f"{_expression_path(node.node)}.{node.attr}"
        case nodes.Name():
            return node.name
    return "…"


def unknown_field_text(name: str, inside: str, known: Mapping[str, object]) -> Text:
    """Return the message about a field that *inside*, or the template itself, does not have; it names the nearest one."""
    near = find_nearest(name, known)
    if inside and near:
        text = Text("there is no field “{name}” in {inside}; did you mean {near}?")
    elif inside:
        text = Text("there is no field “{name}” in {inside}")
    elif near:
        text = Text("there is no field “{name}”; did you mean {near}?")
    else:
        text = Text("there is no field “{name}”")
    return text.with_facts(name=name, inside=inside, near=near)


def _unknown_filter_text(name: str, known: list[str]) -> Text:
    if near := find_nearest(name, known):
        return Text("there is no filter “{name}”; did you mean {near}?").with_facts(name=name, near=near)
    return Text("there is no filter “{name}”").with_facts(name=name)
