"""The LibreOffice helper recalculates, stops at its time limit, and fails if LibreOffice made no file."""

from __future__ import annotations

import stat
import sys
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference

from tests.libreoffice import LibreOffice, LibreOfficeFailed, parse_values
from tests.validator import Validator


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Return a workbook whose cell A3 is =A1+A2 without a cached value."""
    book = openpyxl.Workbook()
    for row in ([2], [3], ["=A1+A2"]):
        book.active.append(row)
    path = tmp_path / "sum.xlsx"
    book.save(path)
    return path


def with_cached(workbook: Path, value: int) -> Path:
    """Copy a workbook, with `value` cached as the result of its one formula."""
    lying = workbook.with_name("lying.xlsx")
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(lying, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                before = content
                for empty in (b"</f><v></v>", b"</f><v/>", b"</f><v />"):
                    content = content.replace(empty, b"</f><v>%d</v>" % value)
                assert content != before
            target.writestr(name, content)
    return lying


def cached(workbook: Path) -> object:
    return openpyxl.load_workbook(workbook, data_only=True).active["A3"].value


def test_a_wrong_cached_value_is_recalculated(libreoffice: LibreOffice, workbook: Path) -> None:
    lying = with_cached(workbook, 99)
    assert cached(lying) == 99
    assert cached(libreoffice.recalculated(lying)) == 5
    assert cached(lying) == 99, "the file under test stays as it is"


def test_a_workbook_is_converted_to_pdf_and_pictures(libreoffice: LibreOffice, workbook: Path) -> None:
    assert libreoffice.to_pdf(workbook).read_bytes().startswith(b"%PDF-")
    (page,) = libreoffice.to_png(workbook, page=1)
    assert page.read_bytes().startswith(b"\x89PNG")


def test_charts_are_in_the_picture(libreoffice: LibreOffice, workbook: Path) -> None:
    (without,) = libreoffice.to_png(workbook)
    book = openpyxl.load_workbook(workbook)
    chart = BarChart()
    chart.width = chart.height = 5
    chart.add_data(Reference(book.active, min_col=1, min_row=1, max_row=2))
    book.active.add_chart(chart, "A5")
    book.save(workbook)
    (drawn,) = libreoffice.to_png(workbook)
    assert drawn.read_bytes() != without.read_bytes()


def test_a_file_it_cannot_open_is_reported(libreoffice: LibreOffice, tmp_path: Path) -> None:
    with pytest.raises(LibreOfficeFailed, match=r"nothing\.xlsx"):
        libreoffice.recalculated(tmp_path / "nothing.xlsx")


@pytest.mark.skipif(sys.platform != "linux", reason="Which processes still run is read from Linux's /proc.")
def test_a_hanging_process_is_ended_with_its_children(tmp_path: Path) -> None:
    launcher = tmp_path / "soffice"
    launcher.write_text(f"#!/bin/sh\nsleep 60 & echo $! > {tmp_path}/child\nwait\n", encoding="utf-8")
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(LibreOfficeFailed, match="not done after 1 seconds"):
        LibreOffice(launcher, tmp_path, seconds=1).recalculated(tmp_path / "any.xlsx")
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    for _ in range(100):  # a killed process needs a moment to end
        if not is_running(child):
            return
        time.sleep(0.1)
    pytest.fail("the child outlives its parent")


def is_running(process: int) -> bool:
    """Tell whether a process is running; one that has ended but was not yet collected (Z) is not."""
    status = Path(f"/proc/{process}/stat")
    return status.is_file() and status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def test_the_validator_names_part_place_and_complaint(validator: Validator, workbook: Path, tmp_path: Path) -> None:
    """
    file                         | what is said
    as openpyxl writes it        | its fonts' child order, and nothing else
    with a cell in a cell        | the part, and where in it
    of no format at all          | that it is corrupt
    """
    usual = validator(workbook)
    assert all("/xl/styles.xml" in complaint and "x:font" in complaint for complaint in usual)

    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"<sheetData>", b"<sheetData><c/>"))
    assert any(complaint.startswith("/xl/worksheets/sheet1.xml ") for complaint in validator(broken))

    text = tmp_path / "text.xlsx"
    text.write_text("no workbook", encoding="utf-8")
    assert validator(text)


def test_values_written_as_csv_keep_their_types() -> None:
    text = '"a ""b"", c",1.5,12.5%,2026-03-01,03/01/2026,2026-03-01 08:30:00,TRUE,#DIV/0!\n"two\nlines",,"007",-2\n'
    assert parse_values(text) == [
        ['a "b", c', 1.5, 0.125, date(2026, 3, 1), date(2026, 3, 1), datetime(2026, 3, 1, 8, 30), True, "#DIV/0!"],
        ["two\nlines", "", "007", -2.0],
    ]
