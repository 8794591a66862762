"""The invented companies, people, products and phrases of the demo, by language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from xl_salesflow.locale.catalogues import SOURCE_LANGUAGE
from xl_salesflow.locale.texts import Language

DEMO_INDUSTRIES = ("manufacturing", "retail", "software", "services", "medical", "manufacturing", "other", "retail")
DEMO_CONTACT_ROLES = ("approver", "decision_maker", "user", "influencer")

DemoProduct = tuple[str, str, int, str, str, str]
"""Name, category, price, feature, advantage, benefit."""


@dataclass(frozen=True, slots=True)
class DemoWords:
    """The words for the demo in one language; *settings* are those of the invented company."""

    company_first_words: list[str]
    company_last_words: list[str]
    company_pattern: str
    given_names: list[str]
    family_names: list[str]
    person_pattern: str
    reps: list[str]
    manager: str
    job_titles: list[str]
    products: list[DemoProduct]
    next_steps: list[str]
    pains: list[str]
    competitors: list[str]
    activity_summaries: list[str]
    terms: str
    tax_rate: float
    settings: Mapping[str, str]


@cache
def read_demo_words(language: Language) -> DemoWords:
    """Return the words of *language*, or the English ones if it has none."""
    content = tomllib.loads(files(__package__).joinpath("demo_words.toml").read_text(encoding="utf-8"))
    return DemoWords(**content.get(language, content[SOURCE_LANGUAGE]))


def invent_company_names(words: DemoWords) -> list[str]:
    """Return all possible company names, without repetition."""
    return [
        words.company_pattern.format(first=first, last=last)
        for last in words.company_last_words
        for first in words.company_first_words
    ]


def invent_full_names(words: DemoWords) -> list[str]:
    """Return all possible full names, without repetition, ordered so that neighbours differ."""
    given, family = words.given_names, words.family_names
    pairs = [(given[n % len(given)], family[n % len(family)]) for n in range(len(given) * len(family))]
    return [words.person_pattern.format(given=a, family=b) for a, b in pairs]
