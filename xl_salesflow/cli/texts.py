"""What the terminal says, in the language of the terminal: SALESFLOW_LANG, else the locale."""

from __future__ import annotations

import os

from xl_salesflow.model.text import Language, Text


def _terminal_language() -> Language:
    for name in ("SALESFLOW_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


LANGUAGE: Language = _terminal_language()


def say(en: str, zh: str, **facts: object) -> str:
    """Return one text in the terminal's language."""
    return Text(en, zh).in_(LANGUAGE, **facts)
