"""The closed workbook fulfils the contract of every Book, and reports clearly what is wrong with a file or a cell."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.libreoffice import LibreOffice
from tests.templates import built
from tests.workbook.book_contract import DEALS, OWN, ROWS, TODAY, BookContract, LayDesk, edit
from tests.workbook.desk import Desk, make
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.errors import (
    EncryptedWorkbook,
    MissingColumn,
    MissingTable,
    NotAWorkbook,
    NotOurWorkbook,
    WorkbookChanged,
    WorkbookInUse,
)
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.deal_tables import OPEN_STAY_END
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook


class ClosedDesk(Desk):
    """A person at a file on disk."""

    def book(self) -> ClosedBook:
        return ClosedBook(self.path)


@pytest.fixture
def lay(tmp_path: Path) -> Callable[..., ClosedDesk]:
    """Return a desk with a new workbook."""
    return lambda language="en", rows=ROWS, own=OWN: ClosedDesk(make(tmp_path / "book.xlsx", language, rows, own))


class TestClosedBook(BookContract):
    @pytest.fixture
    def lay(self, tmp_path: Path) -> LayDesk:
        return lambda language, rows, own: ClosedDesk(make(tmp_path / "book.xlsx", language, rows, own))


FILES: dict[str, tuple[Callable[[Path], object], type[Exception], str]] = {
    "not there": (lambda path: None, NotAWorkbook, "does not exist"),
    "a folder": (lambda path: path.mkdir(), NotAWorkbook, "folder"),
    "empty": (lambda path: path.write_bytes(b""), NotAWorkbook, ""),
    "text": (lambda path: path.write_text("deal,stage\n", encoding="utf-8"), NotAWorkbook, ""),
    "encrypted": (lambda path: path.write_bytes(compound_file()), EncryptedWorkbook, "password"),
    "somebody else's": (lambda path: other_workbook(path), NotOurWorkbook, "not a salesflow workbook"),
}


def compound_file() -> bytes:
    """Return the start of the container that Excel uses for encrypted workbooks."""
    name = "EncryptedPackage".encode("utf-16-le")
    return bytes.fromhex("D0CF11E0A1B11AE1") + bytes(1528) + name + bytes(2048)


def other_workbook(path: Path) -> None:
    Workbook().save(path)


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_cannot_be_used_stops_the_run_with_one_sentence(tmp_path: Path, what: str) -> None:
    bring, error, says = FILES[what]
    path = tmp_path / "book.xlsx"
    bring(path)
    with pytest.raises(error) as caught:
        ClosedBook(path).read(TODAY)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert says in sentence
    assert "\n" not in sentence
    assert caught.value.exit_code == 3  # type: ignore[attr-defined]


def test_a_missing_table_is_named_with_the_one_it_may_have_become(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay()
    desk.rename_table("Activities", "Activties2")
    with pytest.raises(MissingTable, match=r"no table Activities; is it the one now named Activties2\?"):
        desk.book().read(TODAY)


@pytest.mark.parametrize(
    ("header", "new", "says"),
    [
        (
            "Expected close",
            "Expected closing",
            "no column “Expected close”; is it the one now headed “Expected closing”?",
        ),
        ("Amount", "zzz", "no column “Amount”; is it the one now headed “zzz”? Put the header back."),
        ("Weighted value", "Weigthed value", "no column “Weighted value”; is it the one now headed “Weigthed value”?"),
    ],
)
def test_a_missing_column_is_named_with_the_one_it_may_have_become(
    lay: Callable[..., ClosedDesk], header: str, new: str, says: str
) -> None:
    desk = lay()
    desk.rename("Deals", header, new)
    with pytest.raises(MissingColumn) as caught:
        desk.book().read(TODAY)
    assert says in str(caught.value)


CELLS: list[tuple[str, Any, str, str]] = [
    # typed where    what               rule                the finding says
    ("Amount",       "plenty",          "not_a_number",     "{cell} (Amount) needs a number and holds “plenty”"),
    ("Amount",       "about 5000",      "rough_number",     "which is not exact; 5000 is used"),
    ("Amount",       "10-15k",          "number_range",     "holds “10-15k”, a range or a limit"),
    ("Amount",       True,              "not_a_number",     "holds “TRUE”"),
    ("Amount",       date(2026, 3, 4),  "not_a_number",     "holds “2026-03-04”"),
    ("Amount",       "1,5",             "ambiguous_number", "may mean 1.5 or 15"),
    ("Amount",       "€500",            "other_currency",   "workbook's currency is USD"),
    ("Amount",       "1,234.50",        "number_as_text",   "{cell} (Amount) holds “1,234.50” as text"),
    ("Amount",       "#N/A",            "error_value",      "shows the error #N/A"),
    ("Account",      "half \ufffd",     "lost_character",   "{cell} (Account) holds a character that was lost"),
    ("Created",      "2026-02-30",      "impossible_date",  "no day “2026-02-30”"),
    ("Created",      "03/04/2026",      "ambiguous_date",   "may mean 2026-03-04 or 2026-04-03"),
    ("Created",      "one day",         "not_a_date",       "{cell} (Created) needs a date and holds “one day”"),
    ("Created",      "soon",            "undecided",        "holds “soon”, which counts as blank"),
    ("Created",      2026,              "unlikely_date",    "holds 1905-07-18"),
    ("Created",      date(2206, 1, 5),  "unlikely_date",    "holds 2206-01-05"),
    ("Created",      "2026年1月5日",    "date_as_text",     "holds “2026年1月5日” as text"),
    ("Forecast",     "Comit",           "unknown_choice",   "“Comit” is not one of the choices; did you mean “Commit”?"),
    ("Forecast",     "zzzz",            "unknown_choice",   "choose one of: Pipeline, Best case, Commit, Closed, Omitted."),
]  # fmt: skip


def test_wrong_cells_are_findings_and_stay_as_they_are(lay: Callable[..., ClosedDesk]) -> None:
    deals = [{"deal": f"D-{number}", "name": "a deal"} for number in range(1, len(CELLS) + 1)]
    desk = lay(rows={"Deals": deals})
    typed = [(number, header, value) for number, (header, value, _, _) in enumerate(CELLS, 1)]
    cells = desk.type_all("Deals", typed)
    book = desk.book()
    pipeline = book.read(TODAY)
    found_in_order = sorted(pipeline.cell_findings, key=lambda found: cells.index(found.cell))
    assert [(found.rule, found.table, found.key, found.cell) for found in found_in_order] == [
        (rule, "Deals", f"D-{number}", cell) for number, ((_, _, rule, _), cell) in enumerate(zip(CELLS, cells, strict=True), 1)
    ]  # fmt: skip
    for (_, _, _, says), found in zip(CELLS, found_in_order, strict=True):
        assert says.format(cell=found.cell) in found.message
    before = desk.rows("Deals")
    book.write(edit(pipeline, "Deals", "name", {f"D-{number}": "changed" for number, _, _ in typed}))
    assert desk.rows("Deals") == [{**row, "Name": "changed"} for row in before]


def test_findings_are_in_the_workbooks_language(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay("zh")
    cell = desk.type("Deals", 1, "金额", "很多")
    (fault,) = desk.book().read(TODAY).cell_findings
    assert fault.message == f"{cell}（金额）应为数字，现为“很多”；请填写如 1234.50。"


def test_numbers_typed_as_keys_are_text(lay: Callable[..., ClosedDesk]) -> None:
    rows = {"Deals": [{"deal": 1001, "stage": "Lead"}, {"deal": 1002.0, "account": 7.5}, {"deal": " D-3 "}]}
    deals = lay("en", rows).book().read(TODAY)["Deals"]
    assert list(deals["deal"]) == ["1001", "1002", "D-3"]
    assert list(deals["account"]) == ["", "7.5", ""]


def test_blank_rows_are_skipped_and_rows_keep_their_numbers(lay: Callable[..., ClosedDesk]) -> None:
    deals = (
        lay("en", {"Deals": [{}, {"deal": "D-1"}, {"name": "  "}, {"name": "no number"}]}).book().read(TODAY)["Deals"]
    )
    assert list(deals.index) == [3, 5]


def test_messages_have_the_language_of_the_settings_and_labels_that_of_the_sheets(
    lay: Callable[..., ClosedDesk],
) -> None:
    desk = lay()
    row = next(at for at, line in enumerate(desk.rows("Settings"), start=1) if line["Setting"] == "language")
    desk.type("Settings", row, "Value", "中文")
    book = desk.book()
    pipeline = book.read(TODAY)
    assert pipeline.language == "zh"
    book.write(edit(pipeline, "Deals", "outcome", {"D-1": "open"}))
    assert desk.rows("Deals")[0]["Outcome"] == "Open"


def test_a_change_set_without_writes_keeps_the_file_byte_for_byte(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay()
    before = desk.path.read_bytes()
    book = desk.book()
    book.read(TODAY)
    book.write(ChangeSet())
    assert desk.path.read_bytes() == before


def test_an_overwritten_cell_has_no_cached_value_to_refresh(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay()
    desk.type("Deals", 2, "Weighted value", 5)
    before = desk.path.read_bytes()
    book = desk.book()
    pipeline = book.read(TODAY)
    (refresh,) = edit(pipeline, "Deals", "weighted_value", {"D-2": 7.0}).edits
    book.write(ChangeSet(caches=(refresh,)))
    assert desk.path.read_bytes() == before


def test_a_file_saved_meanwhile_is_left_alone(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay()
    book = desk.book()
    pipeline = book.read(TODAY)
    desk.type("Deals", 1, "Name", "typed meanwhile")
    before = desk.path.read_bytes()
    with pytest.raises(WorkbookChanged):
        book.write(edit(pipeline, "Deals", "name", {"D-1": "ours"}))
    assert desk.path.read_bytes() == before


def test_a_file_open_in_excel_can_be_read_and_is_not_written(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay()
    before = desk.path.read_bytes()
    desk.path.with_name("~$book.xlsx").write_bytes(b"\x03Ann" + bytes(161))
    book = desk.book()
    pipeline = book.read(TODAY)
    with pytest.raises(WorkbookInUse, match="Ann"):
        book.write(edit(pipeline, "Deals", "name", {"D-1": "ours"}))
    assert desk.path.read_bytes() == before


def test_a_change_set_needs_the_book_it_was_made_for(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay()
    pipeline = desk.book().read(TODAY)
    with pytest.raises(ValueError, match="read the workbook before"):
        desk.book().write(edit(pipeline, "Deals", "name", {"D-1": "ours"}))


def test_the_same_rows_are_read_from_both_languages(lay: Callable[..., ClosedDesk]) -> None:
    english = lay("en", {"Deals": DEALS}).book().read(TODAY)["Deals"]
    chinese = lay("zh", {"Deals": DEALS}).book().read(TODAY)["Deals"]
    assert english.equals(chinese)


def test_a_setting_is_written_as_the_number_its_formulas_need(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay()
    book = desk.book()
    changes = {
        "grade_a": "80.5",
        "idle_limit": "21",
        "tax_rate": "13%",
        "company": "007",
        "process_review": "2026-05-01",
    }
    book.write(edit(book.read(TODAY), "Settings", "value", changes))
    cells = {row["Setting"]: row["Value"] for row in desk.rows("Settings")}
    assert [cells[setting_id] for setting_id in changes] == [80.5, 21, 0.13, "007", "2026-05-01"]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1000000000"'),
        ("xl/tables/table1.xml", rb'ref="A1:([A-Z]+)[0-9]+"', rb'ref="A1:\g<1>60000"'),
    ],
)
def test_a_sheet_with_a_huge_declared_size_is_read_to_its_last_row(
    lay: Callable[..., ClosedDesk], part: str, old: bytes, new: bytes
) -> None:
    desk = lay()
    with ZipFile(desk.path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert re.search(old, parts[part])
    with ZipFile(desk.path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, re.sub(old, new, data) if name == part else data)
    pipeline = desk.book().read(TODAY)
    assert list(pipeline["Deals"]["deal"]) == ["D-1", "D-2", "D-3"]


def test_an_empty_table_is_a_frame_without_rows_and_takes_rows(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay("en", {})
    book = desk.book()
    pipeline = book.read(TODAY)
    assert [len(pipeline[name]) for name in TABLES if name != "Settings"] == [0] * (len(TABLES) - 1)
    book.write(
        ChangeSet(
            appends=(Append("Team", make_table_frame(TABLES["Team"], [{"person": "Ann"}, {"person": "Bo"}]), ""),)
        )
    )
    assert [row["Person"] for row in desk.rows("Team")] == ["Ann", "Bo"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_that_libreoffice_saved_is_still_ours(
    tmp_path: Path, libreoffice: LibreOffice, language: Language
) -> None:
    path = tmp_path / "new.xlsx"
    path.write_bytes(built(language))
    deals = make_table_frame(
        TABLES["Deals"], [{"deal": "D-1", "stage": "Lead", "amount": 5.5}, {"deal": "D-2", "outcome": "won"}]
    )
    book = ClosedBook(path)
    before = book.read(TODAY)
    book.write(ChangeSet(appends=(Append("Deals", deals, ""),)))
    saved = ClosedBook(libreoffice.recalculated(path))
    pipeline = saved.read(TODAY)
    assert pipeline.cell_findings == before.cell_findings == ()
    assert list(pipeline["Deals"]["deal"]) == ["D-1", "D-2"]
    assert list(pipeline["Deals"]["outcome"]) == ["", "won"]
    saved.write(ChangeSet(appends=(Append("Deals", deals.assign(deal=["D-3", "D-4"]), ""),)))
    again = ClosedBook(saved.path).read(TODAY)
    assert (len(again["Deals"]), again.cell_findings) == (4, ())


def test_dates_in_the_1904_system_are_the_same_days(lay: Callable[..., ClosedDesk]) -> None:
    desk = lay("en", {})
    workbook = load_workbook(desk.path)
    workbook.epoch = CALENDAR_MAC_1904
    workbook.save(desk.path)
    book = desk.book()
    book.read(TODAY)
    deals = make_table_frame(TABLES["Deals"], [{"deal": "D-1", "created": date(2026, 1, 5)}])
    visits = make_table_frame(TABLES["History"], [{"visit": "1", "left": OPEN_STAY_END}])
    book.write(ChangeSet(appends=(Append("Deals", deals, ""), Append("History", visits, ""))))
    assert desk.rows("Deals")[0]["Created"] == datetime(2026, 1, 5)
    pipeline = desk.book().read(TODAY)
    assert pipeline["Deals"]["created"].iloc[0] == pd.Timestamp("2026-01-05")
    assert pipeline["History"]["left"].iloc[0] == pd.Timestamp(OPEN_STAY_END)
    assert pipeline.cell_findings == ()


@pytest.mark.parametrize(("wanted", "kept"), [("0", []), ("2", [1, 2]), ("", [1, 2, 3])])
def test_backups_are_kept_as_settings_say(lay: Callable[..., ClosedDesk], wanted: str, kept: list[int]) -> None:
    desk, before = lay(), list[bytes]()
    if wanted:
        book = desk.book()
        book.write(edit(book.read(TODAY), "Settings", "value", {"backups": wanted}))
        desk.path.with_name("book.backup-1.xlsx").unlink()
    for amount in (1.0, 2.0, 3.0):
        before.append(desk.path.read_bytes())
        book = desk.book()
        book.write(edit(book.read(TODAY), "Deals", "amount", {"D-1": amount}))
    found = sorted(path.name for path in desk.path.parent.glob("*.backup-*"))
    assert found == [f"book.backup-{number}.xlsx" for number in kept]
    assert [(desk.path.parent / name).read_bytes() for name in found] == before[: -len(found) - 1 : -1]
