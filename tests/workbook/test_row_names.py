"""Names that read the row of the cell they are in: their columns are checked, and renewed where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.templates import built
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.sheet_transfer import SheetGraft
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.row_names import ROW_NAMES
from xl_salesflow.workbook.book_upgrade import upgrade_workbook
from xl_salesflow.workbook.missing_parts import MissingPart, find_missing_parts
from xl_salesflow.workbook.row_name_texts import find_row_name_texts, is_same_definition


def template(language: Language) -> Workbook:
    return Workbook(Path("template"), built(language))


def with_name(workbook: Workbook, name: str, text: str) -> Workbook:
    draft = PackageDraft(workbook.package)
    SheetGraft(draft, PackageDraft(workbook.package)).name(name, text)
    return Workbook(workbook.path, draft.to_bytes())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_has_every_name_with_references_relative_to_its_first_cell(language: Language) -> None:
    workbook = template(language)
    texts = find_row_name_texts(workbook.tables)
    assert set(texts) == set(ROW_NAMES)
    for name, text in texts.items():
        assert workbook.name_texts[name] == text
        sheet = workbook.tables[ROW_NAMES[name].table].sheet
        assert text.count("!") == text.count(f"'{sheet}'!$")
        assert "#This Row" not in text


def test_a_name_that_reads_another_column_is_reported_and_renewed() -> None:
    shipped = template("en")
    right = shipped.name_texts["DealAge"]
    broken = with_name(shipped, "DealAge", right.replace("$AW1", "$AV1"))
    assert find_missing_parts(broken, shipped) == [MissingPart("name", "", "DealAge")]
    renewed, _ = upgrade_workbook(broken, shipped)
    assert renewed.name_texts["DealAge"] == right


def test_quotes_that_excel_omits_are_no_difference() -> None:
    assert is_same_definition("Today-'Deals'!$AW1", "today-Deals!$AW1")
    assert not is_same_definition("Today-'Deals'!$AW1", "Today-Deals!$AW2")
