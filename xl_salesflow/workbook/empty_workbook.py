"""The empty workbook as bytes: the shipped template, or one built on demand for other languages."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from xl_salesflow.locale.catalogues import SOURCE_LANGUAGE
from xl_salesflow.locale.texts import Language


def template_file_name(language: Language) -> str:
    """Return the file name of the shipped template in *language*."""
    return "workbook_template.xlsx" if language == SOURCE_LANGUAGE else f"workbook_template_{language}.xlsx"


def read_empty_workbook(language: Language) -> bytes:
    """Return the template in *language*."""
    name = template_file_name(language)
    # in a wheel the template is inside the package, in a checkout next to it
    for shipped in (files("xl_salesflow") / name, Path(__file__).resolve().parents[2] / name):
        if shipped.is_file():
            return shipped.read_bytes()
    from xl_salesflow.workbook.template.template_builder import build_template

    return build_template(language)
