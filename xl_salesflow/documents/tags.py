"""What the tags of a Jinja template ask for that is not there: fields, filters, and words that are no Jinja."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes

from xl_salesflow.documents.environment import Sandbox
from xl_salesflow.documents.fields import Field
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.text import Language, Text

Scope = dict[str, Field | None]
"""What a name stands for; None where that is not known."""

NO_FIELD = Text("there is no field “{name}”{inside}{meant}", "没有字段“{name}”{inside}{meant}")
NO_FILTER = Text("there is no filter “{name}”{meant}", "没有过滤器“{name}”{meant}")
IS_LIST = Text(
    "“{inside}” is a list; write {{% for row in {inside} %}}", "“{inside}”是列表；请使用 {{% for row in {inside} %}}"
)
MEANT = Text("; did you mean {near}?", "；是否指 {near}？")
INSIDE = Text(" in {inside}", "（在 {inside} 中）")
NOT_JINJA = Text("{said}", "标签有误：{said}")

_KEEPING = ("list", "sort", "select", "reject", "selectattr", "rejectattr", "reverse", "unique")
_ONE_OF = ("first", "last")
_OF_TEXT = frozenset(dir(str)) | {"value"}


@dataclass(frozen=True, slots=True)
class Slip:
    """Something a template asks for in vain: the *line* of its text, the *name* as written, and what is wrong."""

    line: int
    name: str
    said: Text


def slips(source: str, known: Mapping[str, Field], environment: Sandbox) -> list[Slip]:
    """Return what a template asks for in vain, in its order."""
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        said = str(error.message or "").rstrip(".")
        return [Slip(error.lineno, "", Text(*(text.in_(language, said=said) for language, text in _both(NOT_JINJA))))]
    walk = _Walk(environment)
    walk.block(tree.body, {**dict.fromkeys(environment.globals), **known})
    return sorted(walk.found, key=lambda slip: slip.line)


class _Walk:
    """Goes through a template as it would be carried out, with what every name stands for."""

    def __init__(self, environment: Sandbox) -> None:
        self._filters = list(environment.filters)
        self.found: list[Slip] = []

    def block(self, body: list[nodes.Node], scope: Scope) -> None:
        """Look at statements; what they set holds for those after them."""
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: Scope) -> None:
        match node:
            case nodes.For():
                rows = self._resolved(node.iter, scope)
                inner = {**scope, "loop": None, **self._targets(node.target, rows.rows if rows else None)}
                self._seen(node.test, inner)
                self.block(node.body, inner)
                self.block(node.else_, dict(scope))
            case nodes.Assign():
                scope |= self._targets(node.target, self._resolved(node.node, scope))
            case nodes.AssignBlock():
                self.block(node.body, dict(scope))
                scope |= self._targets(node.target, Field())
            case nodes.Macro() | nodes.CallBlock():
                if isinstance(node, nodes.Macro):
                    scope[node.name] = None
                else:
                    self._resolved(node.call, scope)
                names = {name.name: None for name in node.args if isinstance(name, nodes.Name)}
                self.block(node.body, {**scope, **names, "caller": None, "varargs": None, "kwargs": None})
            case nodes.Import():
                scope[node.target] = None
            case nodes.FromImport():
                scope |= {(name if isinstance(name, str) else name[1]): None for name in node.names}
            case nodes.With():
                inner = dict(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    inner |= self._targets(target, self._resolved(value, scope))
                self.block(node.body, inner)
            case nodes.Expr():
                self._resolved(node, scope)
            case _:
                self._others(node, scope)

    def _others(self, node: nodes.Node, scope: Scope) -> None:
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Expr):
                self._resolved(child, scope)
            else:
                self._statement(child, scope)

    def _seen(self, node: nodes.Node | None, scope: Scope) -> None:
        if node is not None:
            self._resolved(node, scope)

    def _targets(self, target: nodes.Node, field: Field | None) -> Scope:
        if isinstance(target, nodes.Name):
            return {target.name: field}
        return {name.name: None for name in target.find_all(nodes.Name)}

    def _resolved(self, node: nodes.Node, scope: Scope) -> Field | None:
        """Return what an expression stands for, None where that is not known; note what is asked for in vain."""
        match node:
            case nodes.Name():
                if node.name not in scope:
                    self._miss(node.lineno, node.name, "", scope)
                return scope.get(node.name)
            case nodes.Getattr():
                return self._inner(node, str(node.attr), scope)
            case nodes.Getitem(arg=nodes.Const(value=str() as name)):
                return self._inner(node, name, scope)
            case nodes.Filter():
                return self._filtered(node, scope)
            case nodes.Test(name="defined" | "undefined"):
                return None
        for child in node.iter_child_nodes():
            self._resolved(child, scope)
        return None

    def _inner(self, node: nodes.Getattr | nodes.Getitem, name: str, scope: Scope) -> Field | None:
        outer = self._resolved(node.node, scope)
        if outer is None:
            return None
        path = _path(node.node)
        if outer.fields is not None:
            if name not in outer.fields:
                self._miss(node.lineno, name, path, outer.fields)
            return outer.fields.get(name)
        if outer.rows is not None:
            texts = (text.in_(language, inside=path) for language, text in _both(IS_LIST))
            self.found.append(Slip(node.lineno, name, Text(*texts)))
        elif name not in _OF_TEXT:
            self._miss(node.lineno, name, path, {})
        return None

    def _filtered(self, node: nodes.Filter, scope: Scope) -> Field | None:
        given = self._resolved(node.node, scope) if node.node else None
        for argument in (*node.args, *node.kwargs):
            self._resolved(argument, scope)
        if node.name not in self._filters:
            texts = (
                text.in_(language, name=node.name, meant=_meant(node.name, self._filters, language))
                for language, text in _both(NO_FILTER)
            )
            self.found.append(Slip(node.lineno, node.name, Text(*texts)))
        if given and given.rows and node.name in _ONE_OF:
            return given.rows
        return given if node.name in _KEEPING else None

    def _miss(self, line: int, name: str, path: str, known: Mapping[str, object]) -> None:
        said = []
        for language, text in _both(NO_FIELD):
            inside = INSIDE.in_(language, inside=path) if path else ""
            said.append(text.in_(language, name=name, inside=inside, meant=_meant(name, known, language)))
        self.found.append(Slip(line, name, Text(*said)))


def _path(node: nodes.Node) -> str:
    match node:
        case nodes.Getattr():
            return f"{_path(node.node)}.{node.attr}"
        case nodes.Name():
            return node.name
    return "…"


def _meant(name: str, known: Mapping[str, object] | list[str], language: Language) -> str:
    near = nearest(name, known)
    return MEANT.in_(language, near=near) if near else ""


def _both(text: Text) -> tuple[tuple[Language, Text], ...]:
    return (("en", text), ("zh", text))
