"""The empty workbook: the shipped template, or one built on demand for other languages; opened once, its formulas read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from xl_salesflow.locale.catalogues import SOURCE_LANGUAGE
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.cell_references import CellPlace
from xl_salesflow.ooxml.workbook_editor import Workbook


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


@cache
def open_template(language: Language) -> Workbook:
    """Return the template in *language*, opened once."""
    return Workbook(Path(f"template ({language})"), read_empty_workbook(language))


@cache
def list_template_formulas(shipped: Workbook) -> dict[str, dict[CellPlace, str]]:
    """Return every formula of the template, sheet by sheet."""
    return {sheet: shipped.formulas(sheet) for sheet in shipped.sheets}
