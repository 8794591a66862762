"""Templates looked over before anything is sent: unknown and misspelt fields, each with its place and the nearest match."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import typst
from jinja2 import TemplateSyntaxError

from xl_salesflow.documents import pdf
from xl_salesflow.documents.environment import environment
from xl_salesflow.documents.fields import Field, fields
from xl_salesflow.documents.kinds import context
from xl_salesflow.documents.package import unpacked
from xl_salesflow.documents.paper import Folders, printed_with
from xl_salesflow.documents.sheet import sheet_sources
from xl_salesflow.documents.shelf import Template
from xl_salesflow.documents.specimen import specimen
from xl_salesflow.documents.tags import INSIDE, MEANT, NO_FIELD, NOT_JINJA, Slip, slips
from xl_salesflow.documents.word import jinja_sources, paragraphs
from xl_salesflow.errors import UsageError
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.text import LANGUAGES, Text

LINE = Text("line {number}", "第 {number} 行")
PARAGRAPH = Text("paragraph {number}", "第 {number} 段")
CELL = Text("{sheet}!{cell}", "{sheet}!{cell}")
NO_TEXT = Text("the file is not text in UTF-8; save it so", "文件不是 UTF-8 文本；请以 UTF-8 保存")

_CHAIN = re.compile(r"(?<![\w.\-\"])(data|t)((?:\.[A-Za-z_][\w-]*)+)")
_SET_AT = re.compile(r"__typst_py_bytes__\.typ:(\d+):\d+")
_MARK = re.compile(r"//[^\n]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template: where (blank: the whole of it), and what."""

    place: Text
    said: Text


def faults(template: Template, where: Folders = ()) -> list[Fault]:
    """Return what is wrong with a template; nothing is sent or written.

    When every field is known, a made-up paper is printed with it, which shows what only filling shows.
    """
    try:
        found = list(_LOOKED[template.format](template))
        if not found:
            printed_with(template, specimen(template.kind), "en", where)
    except UnicodeDecodeError:
        return [Fault(_whole(), NO_TEXT)]
    except TemplateSyntaxError as error:
        return [Fault(_at(LINE, number=error.lineno), _not_jinja(error))]
    except UsageError as error:
        return [Fault(_whole(), Text(error.in_("en"), error.in_("zh")))]
    return found


def _text(template: Template) -> Iterator[Fault]:
    suffix = "html" if template.format == "html" else "txt"
    known = fields(template.kind, template.format)
    for slip in slips(template.content.decode("utf-8"), known, environment(suffix)):
        yield Fault(_at(LINE, number=slip.line), slip.said)


def _word(template: Template) -> Iterator[Fault]:
    texts = paragraphs(template.content, template.shown)
    known, asked = fields(template.kind, "docx"), dict[str, int]()
    for _, source in jinja_sources(unpacked(template.content, template.shown), template.shown):
        for slip in slips(source, known, environment("docx")):
            asked[slip.name] = asked.get(slip.name, 0) + 1
            yield Fault(_paragraph(texts, slip, asked[slip.name]), slip.said)


def _paragraph(texts: list[str], slip: Slip, count: int) -> Text:
    # Word's XML knows no lines: the place is the paragraph that has the word, the second slip of a name the second time
    word = re.compile(rf"(?<!\w){re.escape(slip.name)}(?!\w)") if slip.name else None
    places = [place for place, text in enumerate(texts, 1) if word and "{" in text for _ in word.finditer(text)]
    return _at(PARAGRAPH, number=places[min(count, len(places)) - 1]) if places else _whole()


def _sheet(template: Template) -> Iterator[Fault]:
    known = {**fields(template.kind, "xlsx"), "_row": None, "_cell": None}
    for sheet in sheet_sources(unpacked(template.content, template.shown), template.shown)[1]:
        for slip in slips(sheet.source.text, known, environment("xlsx")):  # type: ignore[arg-type]
            cell = sheet.source.places[min(slip.line, len(sheet.source.places)) - 1]
            yield Fault(_at(CELL, sheet=sheet.name, cell=cell), slip.said)


def _typst(template: Template) -> Iterator[Fault]:
    known = fields(template.kind, "pdf")
    source = template.content.decode("utf-8")
    found = False
    for number, line in enumerate(source.splitlines(), 1):
        for chain in _CHAIN.finditer(_MARK.sub("", line)):
            for fault in _chained(chain, known):
                found = True
                yield Fault(_at(LINE, number=number), fault)
    if not found:
        yield from _unset(source, template.kind)


def _chained(chain: re.Match[str], known: Mapping[str, Field]) -> Iterator[Text]:
    path: list[str] = []
    field = Field(fields=known)
    for name in (*(["t"] if chain[1] == "t" else []), *chain[2].strip(".").split(".")):
        if field.fields is None:
            return  # what follows text or a list is a function of it
        if name not in field.fields:
            inside = ".".join(path)
            yield _no_field(name, inside, field.fields)
            return
        field = field.fields[name]
        path.append(name)


def _no_field(name: str, inside: str, known: Mapping[str, Field]) -> Text:
    near = nearest(name, known)
    return Text(
        *(
            NO_FIELD.in_(
                language,
                name=name,
                inside=INSIDE.in_(language, inside=inside) if inside else "",
                meant=MEANT.in_(language, near=near) if near else "",
            )
            for language in LANGUAGES
        )
    )


def _unset(source: str, kind: str) -> Iterator[Fault]:
    library = pdf.library().count("\n") + 1
    try:
        pdf.compiled(source, {**context(specimen(kind), "en"), "logo": None})
    except typst.TypstError as error:
        lines = [int(number) - library for number in _SET_AT.findall(error.diagnostic)]
        own = [line for line in lines if line > 0]
        place = _at(LINE, number=own[0]) if own else _whole()
        yield Fault(place, _at(NOT_JINJA, said=error.message))


def _not_jinja(error: TemplateSyntaxError) -> Text:
    return _at(NOT_JINJA, said=str(error.message or "").rstrip("."))


def _at(text: Text, **facts: object) -> Text:
    return Text(*(text.in_(language, **facts) for language in LANGUAGES))


def _whole() -> Text:
    return Text("", "")


_LOOKED = {"html": _text, "eml": _text, "docx": _word, "xlsx": _sheet, "pdf": _typst}
