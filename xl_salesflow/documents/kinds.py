"""The kinds of paper: what each is called, what its templates are given, and in which formats it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from xl_salesflow.documents.contexts import card, offer, talk
from xl_salesflow.documents.texts import TEXTS, texts
from xl_salesflow.documents.values import Context, Tongue, in_both, languages
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language, Text

PAPER_FORMATS = ("pdf", "html", "docx", "xlsx", "eml")
"""The formats of every paper, the usual one first; a format is also the ending of the file's name."""

SUFFIXES: Mapping[str, str] = MappingProxyType(
    {"pdf": "typ", "html": "html", "docx": "docx", "xlsx": "xlsx", "eml": "txt"}
)
"""Format → the ending of its template's name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of paper; *shown* makes of a document's facts what its templates are given."""

    id: str
    name: Text
    shown: Callable[[Mapping[str, Any], Language], Context]


PAPERS: Mapping[str, Kind] = MappingProxyType(
    {
        id: Kind(id, TEXTS[title], shown)
        for id, title, shown in (
            ("quote", "quotation", offer.quote),
            ("proposal", "proposal", offer.proposal),
            ("contract", "contract", offer.contract),
            ("bant_card", "bant_card", card.bant_card),
            ("precall", "precall", talk.precall),
            ("visit", "visit", talk.visit),
        )
    }
)


def _words_in_both() -> dict[str, str]:
    # "第 1 页，共 2 页" and "Page 1 of 2" cannot stand side by side piece by piece
    words: dict[str, str] = in_both(texts("zh"), texts("en"))
    return {**words, "page": "", "of_pages": "/", "pages_end": ""}


def context(document: Document, tongue: Tongue) -> Context:
    """Return what the templates of a paper are given: its facts as text, and as *t* every word that papers print."""
    shown = PAPERS[document.kind].shown
    told = [{**shown(document.facts, language), "t": texts(language)} for language in languages(tongue)]
    return told[0] if len(told) == 1 else {**in_both(*told), "t": _words_in_both()}
