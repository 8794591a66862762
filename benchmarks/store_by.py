"""Update a big workbook with one library: python benchmarks/store_by.py LIBRARY BOOK

Reads the whole table of big_book.py, changes three columns of every twentieth row, appends a thousand rows, saves in place.
Each library is used as its own documentation suggests; imports are inside the functions, so that each pays for its own.
"""

from __future__ import annotations

import os
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

ADDED, EVERY = 1000, 20
NEW = {"Stage": "Won", "Amount 3": 1234.5, "Date 1": date(2026, 6, 30)}
PLACES = {"Stage": 3, "Amount 3": 15, "Date 1": 9}  # columns, from 1
LAST = "AD"


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Print to stderr how long a part of the work took."""
    start = time.perf_counter()
    yield
    print(f"{name} {time.perf_counter() - start:.3f}", file=sys.stderr)


def ours(path: Path) -> None:
    from xl_salesflow.ooxml.workbook_editor import Workbook
    from xl_salesflow.workbook.atomic_save import save_workbook

    with phase("import"):
        pass
    with phase("read"):
        book = Workbook.open(path)
        data = book.read_table("Data")
    with phase("edit"):
        table = book.tables["Data"]
        rows = range(table.first_row, table.last_row + 1, EVERY)
        for header, value in NEW.items():
            book.set_column("Data", header, (rows, [value] * len(rows)))
        book.append_rows("Data", {header: data[header][:ADDED] for header in table.headers})
    with phase("save"):
        save_workbook(path, book.write_to, book.digest)


def openpyxl(path: Path) -> None:
    import openpyxl

    edit_like_openpyxl(openpyxl.load_workbook(path), path)


def wolfxl(path: Path) -> None:
    import wolfxl

    edit_like_openpyxl(wolfxl.load_workbook(path, modify=True), path)


def edit_like_openpyxl(book: object, path: Path) -> None:
    """Read, edit and save through the interface that openpyxl and wolfxl share."""
    sheet = book["Data"]  # type: ignore[index]
    data = list(sheet.iter_rows(values_only=True))
    last = len(data)
    for row in range(2, last + 1, EVERY):
        for header, value in NEW.items():
            sheet.cell(row, PLACES[header]).value = value
    for row, values in enumerate(data[1 : ADDED + 1], last + 1):
        for column, value in enumerate(values, 1):
            sheet.cell(row, column).value = value
    sheet.tables["Data"].ref = f"A1:{LAST}{last + ADDED}"
    book.save(path)  # type: ignore[attr-defined]


def pandas(path: Path) -> None:
    import pandas

    data = pandas.read_excel(path, sheet_name="Data", engine="openpyxl")
    for header, value in NEW.items():
        data.loc[::EVERY, header] = pandas.Timestamp(value) if isinstance(value, date) else value
    data = pandas.concat([data, data.head(ADDED)])
    with pandas.ExcelWriter(path, engine="openpyxl", mode="a", if_sheet_exists="overlay") as writer:
        data.to_excel(writer, sheet_name="Data", index=False)
        writer.book["Data"].tables["Data"].ref = f"A1:{LAST}{len(data) + 1}"


def excelize(path: Path) -> None:
    """Put the new rows below the table, because excelize has no call to resize it."""
    import excelize

    book = excelize.open_file(str(path))
    data = book.get_rows("Data")
    last = len(data)
    for row in range(2, last + 1, EVERY):
        for header, letter in (("Stage", "C"), ("Amount 3", "O"), ("Date 1", "I")):
            book.set_cell_value("Data", f"{letter}{row}", NEW[header])
    for row, values in enumerate(data[1 : ADDED + 1], last + 1):
        book.set_sheet_row("Data", f"A{row}", values)
    book.save()
    book.close()


def bare(path: Path) -> None:
    """Decompress and compress the rows and copy the rest, without a library: no editor can be faster."""
    from xl_salesflow.ooxml.zip_archive import deflate_chunks

    new = path.with_suffix(".new")
    with phase("save"), zipfile.ZipFile(path) as old, new.open("wb") as file:
        for member in old.infolist():
            if member.file_size < 1 << 20:
                file.write(old.read(member))
            else:
                with old.open(member) as part:
                    file.writelines(deflate_chunks(iter(lambda: part.read(1 << 20), b"")).data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


LIBRARIES = {"ours": ours, "bare": bare, "wolfxl": wolfxl, "excelize": excelize, "openpyxl": openpyxl, "pandas": pandas}

if __name__ == "__main__":
    LIBRARIES[sys.argv[1]](Path(sys.argv[2]))
