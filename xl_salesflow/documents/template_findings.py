"""Check a template before anything is sent: unknown fields and filters, malformed tags, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import typst
from jinja2 import TemplateSyntaxError, nodes

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.documents.excel_templates import read_template_sheets
from xl_salesflow.documents.pdf_typesetting import compile_typst, typst_library
from xl_salesflow.documents.sample_deal import TemplateField, sample_document, template_fields
from xl_salesflow.documents.template_filling import TemplateFolders, email_draft_fields, fill_template_here
from xl_salesflow.documents.template_lookup import DocumentTemplate, build_template_context
from xl_salesflow.documents.template_safety import TemplateSandbox, jinja_environment, unpack_template
from xl_salesflow.documents.word_templates import word_jinja_sources, word_paragraph_texts
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import LABEL_AND_VALUE, Text

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
    hint = suggest_names(name, known)
    if inside:
        return Text("there is no field “{name}” in {inside}; {hint}").with_facts(name=name, inside=inside, hint=hint)
    return Text("there is no field “{name}”; {hint}").with_facts(name=name, hint=hint)


def _unknown_filter_text(name: str, known: list[str]) -> Text:
    return Text("there is no filter “{name}”; {hint}").with_facts(name=name, hint=suggest_names(name, known))


AT_LINE = Text("line {number}")
AT_PARAGRAPH = Text("paragraph {number}")
AT_CELL = Text("{sheet}!{cell}")
NOT_UTF8_TEXT = Text("the file is not UTF-8 text; save it as UTF-8")
_WHOLE_TEMPLATE = Text("")

_TYPST_FIELD_CHAIN = re.compile(r"(?<![\w.\-\"])(data|t)((?:\.[A-Za-z_][\w-]*)+)")
_TYPST_ERROR_LINE = re.compile(r"__typst_py_bytes__\.typ:(\d+):\d+")
_TYPST_COMMENT = re.compile(r"//[^\n]*")


@dataclass(frozen=True, slots=True)
class TemplateFinding:
    """Something wrong with a template, and where; a blank place means the template as a whole."""

    place: Text
    message: Text

    def describe(self, template: str) -> Text:
        """Return the finding as a sentence that names the *template*."""
        if self.place == _WHOLE_TEMPLATE:
            return LABEL_AND_VALUE.with_facts(label=template, value=self.message)
        return Text("{template}, {place}: {finding}").with_facts(
            template=template, place=self.place, finding=self.message
        )


def inspect_template(template: DocumentTemplate, where: TemplateFolders = ()) -> list[TemplateFinding]:
    """Return the findings about a template; nothing is sent or written.

    If every field is known, the sample deal is printed with it, which reveals the errors that only occur while filling.
    """
    if template.path is None:
        return inspect_template_here(template, where)
    from xl_salesflow.documents.filling_budget import call_within_budget

    try:
        findings: list[TemplateFinding] = call_within_budget("inspect", template.display_name, template, where)
    except UsageError as error:
        return [TemplateFinding(_WHOLE_TEMPLATE, error.text)]
    return findings


def inspect_template_here(template: DocumentTemplate, where: TemplateFolders) -> list[TemplateFinding]:
    """Return the findings about a template in this process, however long it takes."""
    try:
        findings = list(_TEMPLATE_INSPECTORS[template.format](template))
        if not findings:
            context = build_template_context(sample_document(template.kind), "en")
            fields = email_draft_fields(context) if template.format == "eml" else context
            fill_template_here(template, fields, None, where)
    except UnicodeDecodeError:
        return [TemplateFinding(_WHOLE_TEMPLATE, NOT_UTF8_TEXT)]
    except TemplateSyntaxError as error:
        return [TemplateFinding(AT_LINE.with_facts(number=error.lineno), _syntax_error_message(error))]
    except UsageError as error:
        return [TemplateFinding(_WHOLE_TEMPLATE, error.text)]
    return findings


def _inspect_text_template(template: DocumentTemplate) -> Iterator[TemplateFinding]:
    suffix = "html" if template.format == "html" else "txt"
    known = template_fields(template.kind, template.format)
    for finding in inspect_tags(template.content.decode("utf-8"), known, jinja_environment(suffix)):
        yield TemplateFinding(AT_LINE.with_facts(number=finding.line), finding.message)


def _inspect_word_template(template: DocumentTemplate) -> Iterator[TemplateFinding]:
    texts = word_paragraph_texts(template.content, template.display_name)
    known, counts = template_fields(template.kind, "docx"), dict[str, int]()
    for _, source in word_jinja_sources(
        unpack_template(template.content, template.display_name), template.display_name
    ):
        for finding in inspect_tags(source, known, jinja_environment("docx")):
            counts[finding.name] = counts.get(finding.name, 0) + 1
            yield TemplateFinding(_paragraph_place(texts, finding, counts[finding.name]), finding.message)


def _paragraph_place(texts: list[str], finding: TagFinding, count: int) -> Text:
    # Word's XML has no lines, so the place is the paragraph with the name; a name's second finding is for its second
    # occurrence
    word = re.compile(rf"(?<!\w){re.escape(finding.name)}(?!\w)") if finding.name else None
    places = [place for place, text in enumerate(texts, 1) if word and "{" in text for _ in word.finditer(text)]
    return AT_PARAGRAPH.with_facts(number=places[min(count, len(places)) - 1]) if places else _WHOLE_TEMPLATE


def _inspect_sheet_template(template: DocumentTemplate) -> Iterator[TemplateFinding]:
    known = {**template_fields(template.kind, "xlsx"), "_row": None, "_cell": None}
    for sheet, source in read_template_sheets(template.content, template.display_name)[1].items():
        for finding in inspect_tags(source.text, known, jinja_environment("xlsx")):  # type: ignore[arg-type]
            cell = source.places[min(finding.line, len(source.places)) - 1]
            yield TemplateFinding(AT_CELL.with_facts(sheet=sheet, cell=cell), finding.message)


def _inspect_typst_template(template: DocumentTemplate) -> Iterator[TemplateFinding]:
    known = template_fields(template.kind, "pdf")
    source = template.content.decode("utf-8")
    found = False
    for number, line in enumerate(source.splitlines(), 1):
        for chain in _TYPST_FIELD_CHAIN.finditer(_TYPST_COMMENT.sub("", line)):
            for message in _inspect_field_chain(chain, known):
                found = True
                yield TemplateFinding(AT_LINE.with_facts(number=number), message)
    if not found:
        yield from _compile_findings(source, template.kind)


def _inspect_field_chain(chain: re.Match[str], known: Mapping[str, TemplateField]) -> Iterator[Text]:
    path: list[str] = []
    field = TemplateField(fields=known)
    for name in (*(["t"] if chain[1] == "t" else []), *chain[2].strip(".").split(".")):
        if field.fields is None:
            return  # a Typst function follows
        if name not in field.fields:
            inside = ".".join(path)
            yield unknown_field_text(name, inside, field.fields)
            return
        field = field.fields[name]
        path.append(name)


def _compile_findings(source: str, kind: str) -> Iterator[TemplateFinding]:
    library = typst_library().count("\n") + 1
    try:
        compile_typst(source, {**build_template_context(sample_document(kind), "en"), "logo": None})
    except typst.TypstError as error:
        lines = [int(number) - library for number in _TYPST_ERROR_LINE.findall(error.diagnostic)]
        own = [line for line in lines if line > 0]
        place = AT_LINE.with_facts(number=own[0]) if own else _WHOLE_TEMPLATE
        yield TemplateFinding(place, INVALID_TAG.with_facts(error=error.message))


def _syntax_error_message(error: TemplateSyntaxError) -> Text:
    return INVALID_TAG.with_facts(error=str(error.message or "").rstrip("."))


_TEMPLATE_INSPECTORS = {
    "html": _inspect_text_template,
    "eml": _inspect_text_template,
    "docx": _inspect_word_template,
    "xlsx": _inspect_sheet_template,
    "pdf": _inspect_typst_template,
}
