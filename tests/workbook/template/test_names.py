"""Defined names: all names that the formulas use, and lists without blanks."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

from openpyxl import Workbook, load_workbook

from tests.templates import built
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.named_values import NAMED_CELLS, SETTINGS_BY_ID
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.defined_names import REFERENCE_LISTS, filled_column_reference


def test_every_named_cell_setting_and_metric_has_its_name(book: Workbook) -> None:
    wanted = {*NAMED_CELLS, *METRICS_BY_ID, *(s.cell for s in SETTINGS_BY_ID.values() if s.cell)}
    assert wanted <= set(book.defined_names)


def test_no_name_is_also_a_table_or_a_cell(book: Workbook) -> None:
    names = {name.casefold() for name in book.defined_names}
    assert not names & {table.casefold() for table in TABLES}
    assert not [name for name in names if re.fullmatch(r"[a-z]{1,3}[0-9]+|r|c|r[0-9]*c[0-9]*", name)]


def test_the_name_of_a_setting_refers_to_its_cell(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Settings"].title.in_(language)]
    for setting in SETTINGS_BY_ID.values():
        if setting.cell:
            place = book.defined_names[setting.cell].attr_text.rpartition("!")[2].replace("$", "")
            assert sheet[place.replace("C", "A")].value == setting.id


def test_inputs_have_their_defaults(book: Workbook, language: Language) -> None:
    for cell in NAMED_CELLS.values():
        sheet, _, place = book.defined_names[cell.name].attr_text.rpartition("!")
        value = book[sheet.strip("'")][place.replace("$", "")].value
        if cell.formula is None:
            assert value == (cell.default.in_(language) if cell.default else None)
        else:
            assert str(value).startswith("=")


def test_dropdowns_offer_the_lists_without_blanks(calculate: Callable[[bytes], Workbook]) -> None:
    """
    name            | offers
    list_<open>     | every value of the open list, however long the others are
    list_stage      | the stages of the playbook
    choose_source   | the same as list_source, after "(All)"
    choose_owner    | "(All)" only: there is nobody yet
    list_playbook   | crm
    """
    book = load_workbook(BytesIO(built("en")))
    sheet = book.create_sheet("Probe")
    names = [*(f"list_{choice}" for choice in LISTS), "list_stage", "choose_source", "choose_owner", "list_playbook"]
    for row, name in enumerate(names, 1):
        sheet.cell(row, 1, f"=ROWS({name})")
        sheet.cell(row, 2, f"=INDEX({name},1)")
        sheet.cell(row, 3, f"=INDEX({name},ROWS({name}))")
    file = BytesIO()
    book.save(file)
    probe = calculate(file.getvalue())["Probe"]
    found = {name: tuple(cell.value for cell in probe[row]) for row, name in enumerate(names, 1)}
    stages = make_shipped_setup("crm", "en")["Stages"]["stage"].tolist()
    expected = {
        f"list_{choice}": (len(values), *(values[key].in_("en") for key in (next(iter(values)), list(values)[-1])))
        for choice, values in LISTS.items()
        if values
    }
    expected["list_competitor"] = (1, 0, 0)  # a blank cell, which a team fills
    expected["list_stage"] = (len(stages), stages[0], stages[-1])
    expected["choose_source"] = (len(LISTS["source"]) + 1, "(All)", expected["list_source"][2])
    expected["choose_owner"] = (1, "(All)", "(All)")
    expected["list_playbook"] = (1, "crm", "crm")
    assert found == expected


def test_every_reference_has_a_list() -> None:
    for table in TABLES.values():
        for column in table.columns:
            if column.type == "ref":
                assert column.options in REFERENCE_LISTS


def test_a_list_ends_at_its_last_value() -> None:
    assert (
        filled_column_reference("Lists[Source]")
        == "INDEX(Lists[Source],1):INDEX(Lists[Source],MAX(1,COUNTA(Lists[Source])))"
    )
