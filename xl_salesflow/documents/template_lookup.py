"""Kinds and formats of deal documents, and where their templates and the logo are found.

A team's own templates come before the ones that ship. The logo is a picture in the workbook's folder, and nothing else.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.documents.document_texts import DOCUMENT_TEXTS, texts_in_language
from xl_salesflow.documents.offer_contexts import build_contract_context, build_proposal_context, build_quote_context
from xl_salesflow.documents.template_values import DocumentLanguage, TemplateContext, merge_languages, printed_languages
from xl_salesflow.documents.visit_contexts import build_bant_card_context, build_precall_context, build_visit_context
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.ooxml.regular_files import read_regular_file

DEAL_DOCUMENT_FORMATS = ("pdf", "html", "docx", "xlsx", "eml")
"""The formats of every deal document, the default first; a format is also the extension of the file."""

TEMPLATE_SUFFIXES: Mapping[str, str] = MappingProxyType(
    {"pdf": "typ", "html": "html", "docx": "docx", "xlsx": "xlsx", "eml": "txt"}
)
"""Format → the extension of its template."""


@dataclass(frozen=True, slots=True)
class DealDocumentKind:
    """One kind of deal document; *build_context* turns its facts into the context for its templates."""

    id: str
    name: Text
    build_context: Callable[[Mapping[str, Any], Language], TemplateContext]


def _build_invoice_context(facts: Mapping[str, Any], language: Language) -> TemplateContext:
    # imported here and below, because few documents are about money that is due
    from xl_salesflow.documents.payment_contexts import build_invoice_context

    return build_invoice_context(facts, language)


def _build_reminder_context(facts: Mapping[str, Any], language: Language) -> TemplateContext:
    from xl_salesflow.documents.payment_contexts import build_reminder_context

    return build_reminder_context(facts, language)


DEAL_DOCUMENT_KINDS: Mapping[str, DealDocumentKind] = MappingProxyType(
    {
        kind: DealDocumentKind(kind, DOCUMENT_TEXTS[title], build_context)
        for kind, title, build_context in (
            ("quote", "quotation", build_quote_context),
            ("proposal", "proposal", build_proposal_context),
            ("contract", "contract", build_contract_context),
            ("bant_card", "bant_card", build_bant_card_context),
            ("precall", "precall", build_precall_context),
            ("visit", "visit", build_visit_context),
            ("invoice", "invoice", _build_invoice_context),
            ("reminder", "reminder", _build_reminder_context),
        )
    }
)


def _texts_in_both_languages() -> dict[str, str]:
    # "Page 1 of 2" and its Chinese cannot be merged word by word
    texts: dict[str, str] = merge_languages(texts_in_language("zh"), texts_in_language("en"))
    return {**texts, "page": "", "of_pages": "/", "pages_end": ""}


def build_template_context(document: Document, language: DocumentLanguage) -> TemplateContext:
    """Return the context for the templates of a deal document: its facts as text, and all of our own texts as `t`."""
    build_context = DEAL_DOCUMENT_KINDS[document.kind].build_context
    contexts = [
        {**build_context(document.facts, each), "t": texts_in_language(each)} for each in printed_languages(language)
    ]
    return contexts[0] if len(contexts) == 1 else {**merge_languages(*contexts), "t": _texts_in_both_languages()}


TEMPLATE_FOLDER = "templates"
MAX_TEMPLATE_BYTES = 32 << 20

_SHIPPED_EMAIL_TEMPLATES = {"invoice": "payment_letter.txt", "reminder": "payment_letter.txt"}
_USUAL_EMAIL_TEMPLATE = "letter.txt"


@dataclass(frozen=True, slots=True)
class DocumentTemplate:
    """One template: its kind and format, its file (None: it ships with the product), and its bytes."""

    kind: str
    format: str
    name: str
    content: bytes
    path: Path | None = None

    @property
    def display_name(self) -> str:
        """Return the name shown to people: the path of a team's own template."""
        return self.name if self.path is None else str(self.path)


def template_folders(pipeline: Pipeline) -> tuple[Path, ...]:
    """Return the folders of a team's own templates: the one set in Settings, then "templates" next to the workbook."""
    book_folder = Path(pipeline.source).resolve().parent if pipeline.source else None
    named = pipeline.settings.text("templates").strip()
    folders = [Path(named).expanduser()] if named else []
    if book_folder:
        folders = [book_folder / folder for folder in folders] + [book_folder / TEMPLATE_FOLDER]
    return tuple(dict.fromkeys(folders))


def template_file_names(kind: str, file_format: str, language: DocumentLanguage) -> tuple[str, ...]:
    """Return the names a template may have, the one for a single language first."""
    suffix = TEMPLATE_SUFFIXES[file_format]
    return (f"{kind}.{language}.{suffix}", f"{kind}.{suffix}")


def find_template(
    kind: str, file_format: str, language: DocumentLanguage, where: tuple[Path, ...] = ()
) -> DocumentTemplate:
    """Return the template for a deal document: a team's own in the folders *where*, or else the shipped one.

    Raises:
        UsageError: a team's own template cannot be read.
    """
    for folder in where:
        for name in template_file_names(kind, file_format, language):
            path = folder / name
            if path.is_file():
                return read_template(path, kind, file_format)
    return shipped_template(kind, file_format)


def shipped_template(kind: str, file_format: str) -> DocumentTemplate:
    """Return the shipped template."""
    if file_format == "eml":
        name = _SHIPPED_EMAIL_TEMPLATES.get(kind, _USUAL_EMAIL_TEMPLATE)
    else:
        name = f"{kind}.{TEMPLATE_SUFFIXES[file_format]}"
    content = (files("xl_salesflow.documents") / "templates" / name).read_bytes()
    return DocumentTemplate(kind, file_format, name, content)


def team_templates(where: tuple[Path, ...], kinds: tuple[str, ...]) -> Iterator[DocumentTemplate]:
    """Yield every template of the team, folder by folder."""
    formats = {suffix: file_format for file_format, suffix in TEMPLATE_SUFFIXES.items()}
    for folder in where:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            kind, file_format = path.name.partition(".")[0], formats.get(path.suffix.lstrip(".").lower())
            if kind in kinds and file_format and path.is_file() and not path.name.startswith((".", "~$")):
                yield read_template(path, kind, file_format)


def read_template(path: Path, kind: str, file_format: str) -> DocumentTemplate:
    """Return the template in a file.

    Raises:
        UsageError: it cannot be read.
    """
    return DocumentTemplate(kind, file_format, path.name, _read_template_bytes(path), path)


def _read_template_bytes(path: Path) -> bytes:
    try:
        if not path.resolve().is_relative_to(path.parent.resolve()):
            from xl_salesflow.documents.filling_budget import link_out_error

            raise link_out_error(path)
        if path.stat().st_size <= MAX_TEMPLATE_BYTES:
            return read_regular_file(path)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageError("The template {path} cannot be read: {why}.", path=path, why=why) from error
    raise UsageError("{path} is too large to be a template.", path=path)


_PICTURE_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_MAX_LOGO_BYTES = 2_000_000  # a page must be small enough to be sent by mail
_MAX_LOGO_PIXELS = 40_000_000  # a small file may unpack to gibibytes
_JPEG_FRAME = re.compile(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]..\x08(..)(..)", re.DOTALL)


@dataclass(frozen=True)
class Logo:
    """A picture and its media type."""

    content: bytes
    kind: str

    @property
    def uri(self) -> str:
        """Return the picture as a data: URI."""
        return f"data:{self.kind};base64,{b64encode(self.content).decode('ascii')}"

    @cached_property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels; a picture that does not give them counts as a square."""
        if self.kind == "image/png":
            width, height = (int.from_bytes(self.content[at : at + 4], "big") for at in (16, 20))
        else:
            found = _JPEG_FRAME.search(self.content)
            height, width = (int.from_bytes(part, "big") for part in found.groups()) if found else (0, 0)
        return (width, height) if width and height else (1, 1)


def find_logo(workbook: str, name: str) -> Logo | None:
    """Return the PNG or JPEG file *name* in the folder of *workbook*; None if there is none to show.

    A file outside the folder, or one that is not a picture, is never read into a document.
    """
    if not workbook or not name.strip():
        return None
    folder = Path(workbook).resolve().parent
    try:
        path = (folder / name.strip()).resolve()
        if path.parent != folder or not path.is_file() or path.stat().st_size > _MAX_LOGO_BYTES:
            return None
        content = read_regular_file(path)
    except (OSError, ValueError):  # ValueError: the name contains a NUL character
        return None
    kind = next((kind for signature, kind in _PICTURE_TYPES.items() if content.startswith(signature)), None)
    logo = Logo(content, kind) if kind else None
    return logo if logo and logo.size[0] * logo.size[1] <= _MAX_LOGO_PIXELS else None
