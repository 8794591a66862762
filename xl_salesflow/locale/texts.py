"""Give a text that a person sees in every language, and fold texts for comparing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from unicodedata import normalize

from xl_salesflow.locale.catalogues import find_languages, translate_message

Language = str
"""The code of a language, such as ``zh``: ``en``, or the name of a catalogue."""

LANGUAGES: tuple[Language, ...] = find_languages()


@dataclass(frozen=True, slots=True)
class Text:
    """One message: its English, which is its id in the catalogues, and the *context* that tells two meanings of it apart.

    It may hold ``{named}`` facts. A fact that is a text itself is translated with it.
    """

    message: str
    context: str = ""
    facts: tuple[tuple[str, object], ...] = ()

    def in_(self, language: Language, **facts: object) -> str:
        """Return the text in *language* with its facts filled in."""
        template = self._template_in(language)
        if self.facts:
            facts = {**dict(self.facts), **facts}
        if not facts:
            return template
        for name, fact in facts.items():
            if isinstance(fact, _TRANSLATED_FACTS):
                facts[name] = fact.in_(language)
        return template.format_map(facts)

    def with_facts(self, **facts: object) -> Text:
        """Return the same text that has *facts* already."""
        return replace(self, facts=(*self.facts, *facts.items())) if facts else self

    def translations(self) -> tuple[str, ...]:
        """Return the text in every language, English first."""
        return tuple(self.in_(language) for language in LANGUAGES)

    def _template_in(self, language: Language) -> str:
        return translate_message(self.message, self.context, language)


@dataclass(frozen=True, slots=True)
class GivenText(Text):
    """A text of a file that brings translations of its own; a language the file lacks is looked up like any message."""

    given: tuple[tuple[Language, str], ...] = ()

    @classmethod
    def of(cls, translations: Mapping[Language, str]) -> GivenText:
        """Return the text that *translations* hold by language, English among them."""
        return cls(translations["en"], given=tuple(translations.items()))

    def _template_in(self, language: Language) -> str:
        return dict(self.given).get(language) or translate_message(self.message, self.context, language)


COMMA_SEPARATOR = Text(", ", context="between the items of a list")
SEMICOLON_SEPARATOR = Text("; ", context="between the items of a list")
TWO_SENTENCES = Text("{first} {second}")
LABEL_AND_VALUE = Text("{label}: {value}")


@dataclass(frozen=True, slots=True)
class TextList:
    """Several facts as one, with the mark between them that the language uses."""

    items: tuple[object, ...]
    separator: Text = COMMA_SEPARATOR

    def in_(self, language: Language) -> str:
        """Return the facts in *language*, one after the other."""
        words = (item.in_(language) if isinstance(item, _TRANSLATED_FACTS) else str(item) for item in self.items)
        return self.separator.in_(language).join(words)


def as_text(message: str | Text) -> Text:
    """Return *message* as a text; a message without a context may be given by its English alone."""
    return message if isinstance(message, Text) else Text(message)


def literal_text(words: str) -> Text:
    """Return *words* that are the same in every language, such as a name, as a text."""
    return GivenText(words, given=tuple((language, words) for language in LANGUAGES))


def join_sentences(first: str, second: str, language: Language) -> str:
    """Return two sentences of *language*, one after the other; either may be blank."""
    return TWO_SENTENCES.in_(language, first=first, second=second) if first and second else first or second


def fold_text(text: str) -> str:
    """Return *text* as it is compared: without outer blanks, case, and the difference of full-width and half-width."""
    return normalize("NFKC", text).strip().casefold()


_TRANSLATED_FACTS = (Text, TextList)
