"""The templates of the repository, for tests that need one as a starting point.

They are what the declarations make today: test_build in workbook/template builds them again and compares every part.
"""

from __future__ import annotations

from functools import cache

from xl_salesflow.locale.texts import Language
from xl_salesflow.workbook.empty_workbook import read_empty_workbook


@cache
def built(language: Language) -> bytes:
    """Return the template in a language."""
    return read_empty_workbook(language)
