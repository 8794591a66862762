"""Give a text that a person sees in every language, and fold texts for comparing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args
from unicodedata import normalize

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text:
    """One text in English and Simplified Chinese; may hold ``{named}`` facts."""

    en: str
    zh: str

    def in_(self, language: Language, **facts: object) -> str:
        """Return the text in *language* with its facts filled in."""
        template = self.zh if language == "zh" else self.en
        return template.format_map(facts) if facts else template

    def both(self) -> tuple[str, str]:
        """Return the English and the Chinese text."""
        return (self.en, self.zh)


def fold_text(text: str) -> str:
    """Return *text* as it is compared: without outer blanks, case, and the difference of full-width and half-width."""
    return normalize("NFKC", text).strip().casefold()
