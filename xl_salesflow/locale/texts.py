"""Texts that people see, in every language, and folding of texts for comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any
from unicodedata import normalize

from xl_salesflow.locale.catalogues import find_languages, translate_message

Language = str
"""The code of a language: ``en``, or the name of a catalogue such as ``zh``."""

LANGUAGES: tuple[Language, ...] = find_languages()


class _CountedWords(Formatter):
    """Fills in ``{count:row|rows}``: the first word for one, the second for any other number."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return one if str(value).lstrip("+-") in ("1", "1.0") else many


_COUNTED_WORDS = _CountedWords()
_COUNTED_WORD = re.compile(r"\{\w+:[^{}|]*\|([^{}|]*)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """One message: its English wording, which is its id in the catalogues, and the *context* that distinguishes two meanings.

    It may contain ``{named}`` facts. A fact that is a Text itself is translated with it. English words that depend on a
    number are written ``{count} {count:row|rows}``; translations into a language without plurals leave them out.
    """

    message: str
    context: str = ""
    facts: tuple[tuple[str, object], ...] = ()

    def in_(self, language: Language, **facts: object) -> str:
        """Return the text in *language* with its facts filled in; without facts, with the words for several."""
        template = self.template_in(language)
        if self.facts:
            facts = {**dict(self.facts), **facts}
        if not facts:
            return _COUNTED_WORD.sub(r"\1", template) if "|" in template else template
        for name, fact in facts.items():
            if isinstance(fact, _TRANSLATED_FACTS):
                facts[name] = fact.in_(language)
        return _COUNTED_WORDS.vformat(template, (), facts) if "|" in template else template.format_map(facts)

    def with_facts(self, **facts: object) -> Text:
        """Return the same text with *facts* already given."""
        return replace(self, facts=(*self.facts, *facts.items())) if facts else self

    def translations(self) -> tuple[str, ...]:
        """Return the text in every language, English first."""
        return tuple(self.in_(language) for language in LANGUAGES)

    def template_in(self, language: Language) -> str:
        """Return the text in *language* with its facts still to be filled in."""
        return translate_message(self.message, self.context, language)


@dataclass(frozen=True, slots=True)
class GivenText(Text):
    """A text from a file that has its own translations; other languages are looked up like any message."""

    given: tuple[tuple[Language, str], ...] = ()

    @classmethod
    def of(cls, translations: Mapping[Language, str]) -> GivenText:
        """Return the text for *translations* by language, which must include English."""
        return cls(translations["en"], given=tuple(translations.items()))

    def template_in(self, language: Language) -> str:
        return dict(self.given).get(language) or translate_message(self.message, self.context, language)


COMMA_SEPARATOR = Text(", ", context="between the items of a list")
SEMICOLON_SEPARATOR = Text("; ", context="between the items of a list")
TWO_SENTENCES = Text("{first} {second}")
LABEL_AND_VALUE = Text("{label}: {value}")


@dataclass(frozen=True, slots=True)
class TextList:
    """Several facts as one, joined by the separator of the language."""

    items: tuple[object, ...]
    separator: Text = COMMA_SEPARATOR

    def in_(self, language: Language) -> str:
        """Return the joined facts in *language*."""
        words = (item.in_(language) if isinstance(item, _TRANSLATED_FACTS) else str(item) for item in self.items)
        return self.separator.in_(language).join(words)


_FULL_STOP = Text("{words}.")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A fact that ends as a sentence: with a full stop, unless it ends with a mark of its own."""

    words: Text | TextList

    def in_(self, language: Language) -> str:
        """Return the sentence in *language*."""
        words = self.words.in_(language)
        return words if words.endswith(("?", ".", "\uff1f", "\u3002")) else _FULL_STOP.in_(language, words=words)


def as_text(message: str | Text) -> Text:
    """Return *message* as a Text; a message without a context may be given as its English wording."""
    return message if isinstance(message, Text) else Text(message)


def literal_text(words: str) -> Text:
    """Return *words* that are the same in every language, such as a name, as a Text."""
    return GivenText(words, given=tuple((language, words) for language in LANGUAGES))


def join_sentences(first: str, second: str, language: Language) -> str:
    """Return two sentences in *language* joined; either may be blank."""
    return TWO_SENTENCES.in_(language, first=first, second=second) if first and second else first or second


def fold_text(text: str) -> str:
    """Return *text* for comparison: case, width and spaces (surrounding, or several for one) do not distinguish names."""
    return " ".join((text if text.isascii() else normalize("NFKC", text)).split()).casefold()


_TRANSLATED_FACTS = (Text, TextList, Sentence)
