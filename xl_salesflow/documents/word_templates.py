"""Fill a team's own .docx template with Jinja tags in the syntax of docxtpl, without Word.

    {{ buyer.account }}                        a field
    {%tr for line in lines %} … {%tr endfor %} rows of a table, the tags in rows of their own
    {%p if notes %} … {%p endif %}             paragraphs

docxtpl converts Word's markup of the tags to a Jinja template, once per template; for each document only text is filled
in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateSyntaxError
from lxml import etree
from markupsafe import Markup

from xl_salesflow.documents.template_lookup import Logo
from xl_salesflow.documents.template_safety import (
    TemplateParts,
    UnsoundTemplate,
    jinja_environment,
    pack_document,
    parse_template_part,
    unpack_template,
)
from xl_salesflow.locale.texts import Text

_WORD_TEXT_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_LOGO_HEIGHT = 914_400 * 14 / 25.4  # 14 mm, in English Metric Units
_MAX_LOGO_WIDTH = 914_400 * 70 / 25.4
_LOGO_RELATION_ID = "rIdSalesflowLogo"
_WORD_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LOGO_DRAWING = (
    '</w:t></w:r><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="9001" name="Logo" descr="Logo"/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="9001" name=""/>'
    '<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:embed="{relation}"/><a:stretch><a:fillRect/>'
    '</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>'
    '</w:r><w:r><w:t xml:space="preserve">'
)  # fmt: skip


_CONTENT_TYPES = "[Content_Types].xml"


@dataclass(frozen=True)
class WordTemplate:
    """A prepared template: all parts, and those with tags as Jinja templates."""

    name: str
    parts: TemplateParts
    filled: Mapping[str, Template]

    def fill(self, context: Mapping[str, Any], logo: Logo | None) -> bytes:
        """Return the filled document; the same context gives the same bytes.

        Raises:
            jinja2.TemplateError: a field is missing, or a tag fails.
            UnsoundTemplate: a tag breaks the markup of the document.
        """
        picture = Markup(_logo_drawing(logo)) if logo else ""
        changed: TemplateParts = {}
        for part, template in self.filled.items():
            text = template.render({**context, "logo": picture}).encode("utf-8")
            _refuse_torn_markup(text, self.name)
            changed[part] = text
        if logo and any(_LOGO_RELATION_ID.encode() in text for text in changed.values()):
            changed |= _logo_parts(self.parts, changed, logo)
        return pack_document({**self.parts, **changed})


@lru_cache(maxsize=32)
def prepare_word_template(content: bytes, name: str) -> WordTemplate:
    """Return the .docx *content* as a prepared template.

    Raises:
        UnsoundTemplate: it is not a Word file.
        jinja2.TemplateSyntaxError: a tag is malformed.
    """
    parts = unpack_template(content, name)
    why = Text("is not a Word document (.docx); save it as one in Word")
    if "word/document.xml" not in parts:
        raise UnsoundTemplate(name, why)
    sources = dict(word_jinja_sources(parts, name))
    if _CONTENT_TYPES not in parts:
        raise UnsoundTemplate(name, why)
    made = {part: jinja_environment("docx").from_string(source) for part, source in sources.items()}
    return WordTemplate(name, parts, made)


def word_jinja_sources(parts: TemplateParts, name: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the Jinja text of every part that has tags, paragraph by paragraph on lines of their own."""
    from docxtpl import DocxTemplate  # slow to import, and only Word documents need it

    for part in filter(_WORD_TEXT_PARTS.fullmatch, parts):
        tree = parse_template_part(parts[part], part, name)
        if not any(tag in "".join(map(str, tree.itertext())) for tag in ("{{", "{%", "{#")):
            continue
        source = etree.tostring(tree, encoding="unicode")
        try:
            yield part, DocxTemplate(None).patch_xml(source)
        except re.error as error:
            raise TemplateSyntaxError(str(error), 1, name) from error


def word_paragraph_texts(content: bytes, name: str) -> list[str]:
    """Return the text of every paragraph, in the order in which Word shows them."""
    parts = unpack_template(content, name)
    trees = (parse_template_part(parts[part], part, name) for part in filter(_WORD_TEXT_PARTS.fullmatch, parts))
    return [
        "".join(map(str, p.itertext(f"{{{_WORD_NAMESPACE}}}t")))
        for tree in trees
        for p in tree.iter(f"{{{_WORD_NAMESPACE}}}p")
    ]


def _refuse_torn_markup(text: bytes, name: str) -> None:
    try:
        etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        why = Text(
            "splits a table or paragraph: put {%tr …%} and its end into rows of their own, {%p …%} into paragraphs"
        )
        raise UnsoundTemplate(name, why) from error


def _logo_drawing(logo: Logo) -> str:
    width, height = logo.size
    scale = min(_LOGO_HEIGHT / height, _MAX_LOGO_WIDTH / width)
    return _LOGO_DRAWING.format(cx=round(width * scale), cy=round(height * scale), relation=_LOGO_RELATION_ID)


def _logo_parts(parts: TemplateParts, changed: TemplateParts, logo: Logo) -> TemplateParts:
    kind = "png" if logo.kind == "image/png" else "jpeg"
    added: TemplateParts = {f"word/media/salesflow-logo.{kind}": logo.content}
    types = parts[_CONTENT_TYPES].decode("utf-8")
    if f'Extension="{kind}"' not in types:
        types = types.replace("<Default ", f'<Default Extension="{kind}" ContentType="{logo.kind}"/><Default ', 1)
        added[_CONTENT_TYPES] = types.encode("utf-8")
    relationship = (
        f'<Relationship Id="{_LOGO_RELATION_ID}" Target="media/salesflow-logo.{kind}" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/></Relationships>'
    )
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    for part, text in changed.items():
        if _LOGO_RELATION_ID.encode() in text:
            rels = f"word/_rels/{part.removeprefix('word/')}.rels"
            added[rels] = parts.get(rels, empty).replace(b"</Relationships>", relationship.encode())
    return added
