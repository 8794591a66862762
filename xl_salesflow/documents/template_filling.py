"""Print a deal document in one of its formats: fill the template found for it with the facts.

The format eml is an e-mail draft: a short text from a template, with the document attached as PDF.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from jinja2 import Template as JinjaTemplate
from jinja2 import TemplateError

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.file_saving import safe_file_name
from xl_salesflow.documents.excel_templates import prepare_excel_template
from xl_salesflow.documents.pdf_typesetting import is_printable_picture, typeset_pdf
from xl_salesflow.documents.template_lookup import (
    DocumentTemplate,
    Logo,
    build_template_context,
    find_logo,
    find_template,
)
from xl_salesflow.documents.template_safety import jinja_environment
from xl_salesflow.documents.template_values import (
    DocumentLanguage,
    TemplateContext,
    single_line_text,
    strip_unprintable,
)
from xl_salesflow.documents.word_templates import prepare_word_template
from xl_salesflow.errors import UsageError


def build_email_draft(text: str, context: TemplateContext, pdf: bytes, name: str) -> bytes:
    """Return the draft: the first line of *text* is the subject, the rest the message; the same facts give the same bytes.

    X-Unsent makes mail programs open the file for editing. Invalid addresses are left out for a person to fill in.
    """
    subject, _, body = text.partition("\n")
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    mail["Subject"] = single_line_text(subject)
    seller, owner, contact = context["seller"], context.get("owner", {}), context.get("contact", {})
    sender = email_header_address(owner.get("name", ""), owner.get("email", "")) or email_header_address(
        seller["company"], seller["email"]
    )
    for header, who in (
        ("From", sender),
        ("To", email_header_address(contact.get("contact", ""), contact.get("email", ""))),
    ):
        if who:
            mail[header] = who
    mail.set_content(strip_unprintable(body).lstrip("\n"), cte="base64")
    mail.add_attachment(pdf, "application", "pdf", filename=f"{safe_file_name(name)}.pdf", cte="base64")
    digest = sha256(text.encode() + pdf).hexdigest()[:32]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest}_{number}")  # otherwise it is random
    return mail.as_bytes()


def email_header_address(name: str, typed: str) -> Address | None:
    """Return an address with its name; None for an invalid one."""
    try:
        found = Address(display_name=single_line_text(name), addr_spec=typed.strip())
    except (HeaderParseError, ValueError, IndexError):  # people type anything as an address
        return None
    return found if found.domain and typed.isascii() else None


TemplateFolders = tuple[Path, ...]

_SHARED_TEMPLATES = frozenset(("base.html", "paper.html", "parts.html", "page.css"))
"""Templates that the shipped ones are built on; a team may replace them too."""


def print_deal_document(
    document: Document, language: DocumentLanguage, file_format: str, where: TemplateFolders = ()
) -> bytes:
    """Return a deal document as a file of *file_format*; templates in the folders *where* override those that ship.

    Raises:
        UsageError: the template cannot be read or filled; the message says where and why.
    """
    template = find_template(document.kind, file_format, language, where)
    return print_with_template(template, document, language, where)


def print_with_template(
    template: DocumentTemplate, document: Document, language: DocumentLanguage, where: TemplateFolders = ()
) -> bytes:
    """Return *template* filled with a deal document.

    Raises:
        UsageError: the template cannot be filled; the message says where and why.
    """
    context = build_template_context(document, language)
    theirs = template.path is not None
    for folder in where:
        theirs = theirs or not _SHARED_TEMPLATES.isdisjoint(os.listdir(folder) if folder.is_dir() else ())
    fill = _fill_within_budget if theirs else fill_template_here
    if template.format == "eml":
        text = fill(template, email_draft_fields(context), None, where).decode("utf-8")
        return build_email_draft(text, context, print_deal_document(document, language, "pdf", where), document.name)
    logo = find_logo(str(document.facts.get("source", "")), document.facts["seller"].get("logo", ""))
    return fill(template, context, logo, where)


def _fill_within_budget(
    template: DocumentTemplate, context: TemplateContext, logo: Logo | None, where: TemplateFolders
) -> bytes:
    from xl_salesflow.documents.filling_budget import call_within_budget, refuse_large_output

    filled: bytes = call_within_budget("fill", template.display_name, template, context, logo, where)
    return refuse_large_output(filled, template.display_name)


def fill_template_here(
    template: DocumentTemplate, context: TemplateContext, logo: Logo | None, where: TemplateFolders
) -> bytes:
    """Return *template* filled with *context* in this process, however long it takes.

    Raises:
        UsageError: the template cannot be filled; the message says where and why.
    """
    try:
        return _FORMAT_PRINTERS[template.format](template, context, logo, where)
    except TemplateError as error:
        raise unfillable_template_error(template.display_name, str(error.message or type(error).__name__)) from error
    except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        if template.path is None:
            raise
        raise unfillable_template_error(
            template.display_name, str(error)
        ) from error  # a team's own tags may raise anything


def unfillable_template_error(name: str, why: str) -> UsageError:
    """Return the error for a template that cannot be filled; *why* is the reason."""
    why = " ".join(why.split())
    return UsageError(
        "The template {name} cannot be filled: {why}; salesflow template check names every place.", name=name, why=why
    )


def _print_html(
    template: DocumentTemplate, context: TemplateContext, logo: Logo | None, where: TemplateFolders
) -> bytes:
    return _compiled_template(template.content, "html", where).render(**context, logo=logo and logo.uri).encode("utf-8")


def _print_pdf(
    template: DocumentTemplate, context: TemplateContext, logo: Logo | None, where: TemplateFolders
) -> bytes:
    picture = list(logo.content) if logo and is_printable_picture(logo.content) else None
    folder = template.path.parent if template.path else None
    if folder:
        from xl_salesflow.documents.filling_budget import refuse_links_out_of

        refuse_links_out_of(folder)
    return typeset_pdf(template.content.decode("utf-8"), {**context, "logo": picture}, template.display_name, folder)


def _print_docx(
    template: DocumentTemplate, context: TemplateContext, logo: Logo | None, where: TemplateFolders
) -> bytes:
    return prepare_word_template(template.content, template.display_name).fill(
        context, logo if logo and is_printable_picture(logo.content) else None
    )


def _print_xlsx(
    template: DocumentTemplate, context: TemplateContext, logo: Logo | None, where: TemplateFolders
) -> bytes:
    return prepare_excel_template(template.content, template.display_name).fill({**context, "logo": ""})


def _print_email_text(
    template: DocumentTemplate, context: TemplateContext, logo: Logo | None, where: TemplateFolders
) -> bytes:
    return _compiled_template(template.content, "txt", where).render(**context, logo="").encode("utf-8")


def email_draft_fields(context: TemplateContext) -> TemplateContext:
    """Return the context for the template of an e-mail draft: the fields of the document, and sender and recipient."""
    contact, owner, quote = context.get("contact", {}), context.get("owner", {}), context.get("quote", {})
    sender = owner.get("name", "") or context["seller"]["company"]
    offer = {"total": context.get("total", ""), "until": quote.get("valid_until", "")}
    return {**context, **offer, "addressee": contact.get("contact", ""), "sender": sender}


@lru_cache(maxsize=64)
def _compiled_template(content: bytes, suffix: str, where: TemplateFolders) -> JinjaTemplate:
    return jinja_environment(suffix, where).from_string(content.decode("utf-8"))


_FORMAT_PRINTERS: Mapping[str, Callable[[DocumentTemplate, TemplateContext, Logo | None, TemplateFolders], bytes]] = (
    MappingProxyType(
        {"html": _print_html, "pdf": _print_pdf, "docx": _print_docx, "xlsx": _print_xlsx, "eml": _print_email_text}
    )
)
