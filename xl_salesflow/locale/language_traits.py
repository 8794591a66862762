"""The properties of a language besides its words: its locale, its own name, its typeface, and regional defaults."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from xl_salesflow.locale.catalogues import SOURCE_LANGUAGE, load_catalogue
from xl_salesflow.locale.texts import LANGUAGES, Language, Text


@dataclass(frozen=True, slots=True)
class LanguageTraits:
    """The traits of one language, read from the head of its catalogue."""

    name: Text
    locale: str = "en_US"  # as named by Babel
    tag: str = "en"  # of HTML pages and documents
    typeface: str = "Arial"  # or a similar one, available on every machine
    date_pattern: str = "d MMM y"  # unambiguous, with the month as a word
    currency: str = "USD"
    tax_rate: str = "0"
    country: str = ""  # the country of a new workbook's holidays; blank: the team chooses


_HEADERS = {
    "locale": "language",
    "tag": "x-language-tag",
    "typeface": "x-typeface",
    "date_pattern": "x-date-pattern",
    "currency": "x-currency",
    "tax_rate": "x-tax-rate",
    "country": "x-country",
}


@cache
def language_traits(language: Language) -> LanguageTraits:
    """Return the traits of *language*; those that its catalogue does not set are the English ones."""
    if language == SOURCE_LANGUAGE:
        return LanguageTraits(language_name_text("English"))
    head = load_catalogue(language).info()
    known = {trait: head[header] for trait, header in _HEADERS.items() if header in head}
    return LanguageTraits(language_name_text(head.get("x-english-name", language)), **known)


def language_name_text(name: str) -> Text:
    """Return the English name of a language as a Text."""
    return Text(name, context="language")


def match_language(code: str) -> Language:
    """Return the language for a locale such as zh_CN.UTF-8; English if there is no catalogue for it."""
    normalized = code.lower().replace("-", "_")
    fitting = [language for language in LANGUAGES if normalized.startswith(language.lower())]
    return max(fitting, key=len, default=SOURCE_LANGUAGE)


class _LanguageSwitchText(Text):
    """The names of all languages, each in its own language, the current one last."""

    def template_in(self, language: Language) -> str:
        ordered = (*(other for other in LANGUAGES if other != language), language)
        return " / ".join(language_traits(one).name.in_(one) for one in ordered)


LANGUAGE_SWITCH_LABEL = _LanguageSwitchText("")
