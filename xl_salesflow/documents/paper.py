"""A paper in one of its formats: its facts, put into the template that is found for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import Template as Jinja
from jinja2 import TemplateError

from xl_salesflow.documents import shelf
from xl_salesflow.documents.environment import environment
from xl_salesflow.documents.kinds import context
from xl_salesflow.documents.letter import letter
from xl_salesflow.documents.logo import Logo, logo
from xl_salesflow.documents.pdf import pictured, typeset
from xl_salesflow.documents.sheet import workbook_template
from xl_salesflow.documents.values import Context, Tongue
from xl_salesflow.documents.word import word_template
from xl_salesflow.errors import UsageError
from xl_salesflow.model.plan import Document

Folders = tuple[Path, ...]


def printed(document: Document, tongue: Tongue, format: str, where: Folders = ()) -> bytes:
    """Return a paper as a file of *format*; a template of the folders *where* comes before the one that ships.

    Raises:
        UsageError: the template cannot be read or filled; the sentence says where and why.
    """
    return printed_with(shelf.find(document.kind, format, tongue, where), document, tongue, where)


def printed_with(template: shelf.Template, document: Document, tongue: Tongue, where: Folders = ()) -> bytes:
    """Return a paper put into *template*.

    Raises:
        UsageError: the template cannot be filled; the sentence says where and why.
    """
    given = context(document, tongue)
    mark = logo(str(document.facts.get("source", "")), document.facts["seller"].get("logo", ""))
    try:
        if template.format == "eml":
            return _letter(document, tongue, given, template, where)
        return _FILLED[template.format](template, given, mark, where)
    except TemplateError as error:
        raise unfillable(template.shown, str(error.message or type(error).__name__)) from error
    except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        if template.path is None:
            raise
        raise unfillable(template.shown, str(error)) from error  # a team's own tags may compute anything


def unfillable(name: str, why: str) -> UsageError:
    """Return the error for a template that asks for what is not there."""
    said = " ".join(why.split())
    return UsageError(
        f"The template {name} cannot be filled: {said}; salesflow template check names every place.",
        f"无法填写模板 {name}：{said}；salesflow template check 会指出所有位置。",
    )


def _html(template: shelf.Template, given: Context, mark: Logo | None, where: Folders) -> bytes:
    return _jinja(template.content, "html", where).render(**given, logo=mark and mark.uri).encode("utf-8")


def _pdf(template: shelf.Template, given: Context, mark: Logo | None, where: Folders) -> bytes:
    picture = list(mark.content) if mark and pictured(mark.content) else None
    folder = template.path.parent if template.path else None
    return typeset(template.content.decode("utf-8"), {**given, "logo": picture}, template.shown, folder)


def _docx(template: shelf.Template, given: Context, mark: Logo | None, where: Folders) -> bytes:
    return word_template(template.content, template.shown).fill(
        given, mark if mark and pictured(mark.content) else None
    )


def _xlsx(template: shelf.Template, given: Context, mark: Logo | None, where: Folders) -> bytes:
    return workbook_template(template.content, template.shown).fill({**given, "logo": ""})


def _letter(document: Document, tongue: Tongue, given: Context, template: shelf.Template, where: Folders) -> bytes:
    text = _jinja(template.content, "txt", where).render(**letter_words(given), logo="")
    return letter(text, given, printed(document, tongue, "pdf", where), document.name)


def letter_words(given: Context) -> Context:
    """Return what the template of an e-mail is given: the paper's own fields, and who writes to whom."""
    contact, owner, told = given.get("contact", {}), given.get("owner", {}), given.get("quote", {})
    sender = owner.get("name", "") or given["seller"]["company"]
    return {**given, "addressee": contact.get("contact", ""), "sender": sender, "until": told.get("valid_until", "")}


@lru_cache(maxsize=64)
def _jinja(content: bytes, format: str, where: Folders) -> Jinja:
    return environment(format, where).from_string(content.decode("utf-8"))


_FILLED: Mapping[str, Callable[[shelf.Template, Context, Logo | None, Folders], bytes]] = MappingProxyType(
    {"html": _html, "pdf": _pdf, "docx": _docx, "xlsx": _xlsx}
)
