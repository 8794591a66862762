"""The templates, built once by each worker: for tests that need one as a starting point."""

from __future__ import annotations

from functools import cache

from xl_salesflow.locale.texts import Language
from xl_salesflow.workbook.template.template_builder import build_template


@cache
def built(language: Language) -> bytes:
    """Return the template in a language."""
    return build_template(language)
