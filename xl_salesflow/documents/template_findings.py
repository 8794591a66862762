"""Inspect a template before anything is sent: findings with their place and the nearest known name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import typst
from jinja2 import TemplateSyntaxError

from xl_salesflow.documents.excel_templates import read_template_sheets
from xl_salesflow.documents.pdf_typesetting import compile_typst, typst_library
from xl_salesflow.documents.sample_deal import TemplateField, sample_document, template_fields
from xl_salesflow.documents.template_filling import TemplateFolders, print_with_template
from xl_salesflow.documents.template_lookup import DocumentTemplate, build_template_context
from xl_salesflow.documents.template_safety import jinja_environment, unpack_template
from xl_salesflow.documents.template_tags import (
    INVALID_TAG,
    TagFinding,
    inspect_tags,
    unknown_field_text,
)
from xl_salesflow.documents.word_templates import word_jinja_sources, word_paragraph_texts
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import LABEL_AND_VALUE, Text

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
        if self.place is _WHOLE_TEMPLATE:
            return LABEL_AND_VALUE.with_facts(label=template, value=self.message)
        return Text("{template}, {place}: {finding}").with_facts(
            template=template, place=self.place, finding=self.message
        )


def inspect_template(template: DocumentTemplate, where: TemplateFolders = ()) -> list[TemplateFinding]:
    """Return the findings about a template; nothing is sent or written.

    If every field is known, the sample deal is printed with it, which reveals the errors that only occur while filling.
    """
    try:
        findings = list(_TEMPLATE_INSPECTORS[template.format](template))
        if not findings:
            print_with_template(template, sample_document(template.kind), "en", where)
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
