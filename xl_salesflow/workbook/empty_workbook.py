"""The empty workbook that ships, as bytes."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from xl_salesflow.locale.texts import Language

_SHIPPED_TEMPLATES: dict[Language, str] = {"en": "workbook_template.xlsx", "zh": "workbook_template_zh.xlsx"}


def read_empty_workbook(language: Language) -> bytes:
    """Return the template in *language*."""
    # inside a wheel the template lies in the package; in a checkout, beside it
    packaged = files("xl_salesflow") / _SHIPPED_TEMPLATES[language]
    if packaged.is_file():
        return packaged.read_bytes()
    return (Path(__file__).resolve().parents[2] / _SHIPPED_TEMPLATES[language]).read_bytes()
