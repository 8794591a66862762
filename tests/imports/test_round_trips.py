"""Values written in the dialects, encodings and locales of other programs come back equal, or are asked about."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import SCALE
from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map

EXAMPLES = 2_000 if SCALE > 1 else 48  # at least, of all dialects together


@dataclass(frozen=True)
class FileDialect:
    """How a program writes text files: *words* have letters beside ASCII."""

    name: str
    encoding: str
    delimiter: str
    decimal: str
    thousands: str
    day: str
    words: str = ""
    quoting: int = csv.QUOTE_MINIMAL
    ends: str = "\r\n"

    def amount(self, cents: int) -> str:
        """Return an amount as the program writes it."""
        return f"{cents / 100:,.2f}".replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)


DIALECTS = (
    FileDialect("us", "utf-8", ",", ".", ",", "%m/%d/%Y", "café société Beyoncé"),
    FileDialect("us excel", "cp1252", ",", ".", ",", "%m/%d/%Y", "café société Beyoncé"),
    FileDialect("uk", "utf-8-sig", ",", ".", ",", "%d/%m/%Y", "£ café née"),
    FileDialect("german", "cp1252", ";", ",", ".", "%d.%m.%Y", "Müller Größe Straße Köln Öl Aufträge"),
    FileDialect("german utf-8", "utf-8-sig", ";", ",", ".", "%d.%m.%Y", "Müller Größe Straße Köln Öl Aufträge"),
    FileDialect("french", "utf-8-sig", ";", ",", "\u202f", "%d/%m/%Y", "société générale façade à très élève"),
    FileDialect("french excel", "cp1252", ";", ",", "\u00a0", "%d/%m/%Y", "société générale façade à très élève"),
    FileDialect("swiss", "utf-8", ";", ".", "'", "%d.%m.%Y", "Zürich Neuchâtel société"),
    FileDialect("russian", "cp1251", ";", ",", " ", "%d.%m.%Y", "Газпром Ромашка север банк договор жильё"),
    FileDialect("chinese", "gb18030", ",", ".", ",", "%Y年%m月%d日", "宏达 远景科技 上海 有限公司"),
    FileDialect("japanese", "cp932", ",", ".", ",", "%Y/%m/%d", "東京 商事 株式会社 テスト"),
    FileDialect("korean", "cp949", ",", ".", ",", "%Y-%m-%d", "서울 전자 주식회사 계약"),
    FileDialect("taiwanese", "big5", ",", ".", ",", "%Y/%m/%d", "臺灣 電腦 股份有限公司 專案"),
    FileDialect("polish", "cp1250", ";", ",", " ", "%d.%m.%Y", "Łódź Gdańsk zamówienie spółka świat"),
    FileDialect("macintosh", "mac_roman", ";", ",", ".", "%d/%m/%Y", "société générale façade à très élève"),
    FileDialect("dos", "cp850", ";", ",", ".", "%d.%m.%Y", "Müller Größe Straße Köln Öl Aufträge"),
    FileDialect("unicode text", "utf-16", "\t", ".", "", "%Y-%m-%d", "café Ромашка договор 宏达"),
    FileDialect("quoted", "utf-8", "|", ".", "", "%Y-%m-%d", "société договор", csv.QUOTE_ALL, "\n"),
)
STAGES = ["Lead", "Qualified", "Contract", "Won", "Lost"]


@st.composite
def list_of_deals(draw: st.DrawFn, dialect: FileDialect) -> pd.DataFrame:
    """Draw a list: words of the dialect beside marks that its files quote, amounts of both signs, blank cells."""
    word = st.sampled_from(dialect.words.split()) | st.text(st.sampled_from("ABCdefxyz,;-&|"), min_size=1, max_size=8)
    word |= st.sampled_from(['a "b" c', '12" pipe', "it's", "50 %", "007", "=1+1", "#7"])
    words = st.lists(word, min_size=1, max_size=4).map(" ".join)
    rows = draw(st.integers(1, 12))
    blank = draw(st.sampled_from([0, 0, 3]))  # how often a cell is blank: never, or one in three

    def cell(strategy: st.SearchStrategy[Any]) -> Any:
        return None if blank and draw(st.integers(1, blank)) == 1 else draw(strategy)

    names = [f"{' '.join(draw(words).split(' '))} {number}".strip(" -,;&|") for number in range(rows)]
    amounts = st.integers(0, 9).flatmap(lambda digits: st.integers(-(10**digits) // 10, 10**digits))
    return pd.DataFrame(
        {
            "deal": [f"{number:05d}" for number in draw(st.permutations(range(rows)))],
            "name": [f"N {name}" for name in names],
            "stage": [draw(st.sampled_from(STAGES)) for _ in range(rows)],
            "amount": [cell(amounts) for _ in range(rows)],
            "notes": [
                cell(words.map(lambda text: text.replace("&", "\n").strip(" -,;|\n"))) or "" for _ in range(rows)
            ],
            "created": [cell(st.dates(date(2015, 1, 1), date(2025, 6, 1))) for _ in range(rows)],
        },
        dtype=object,
    )


def write_list(deals: pd.DataFrame, dialect: FileDialect) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=dialect.delimiter, quoting=dialect.quoting, lineterminator=dialect.ends)  # type: ignore[arg-type]
    writer.writerow(["Deal ID", "Deal Name", "Stage", "Amount", "Notes", "Created"])
    for row in deals.itertuples():
        amount = "" if row.amount is None else dialect.amount(int(str(row.amount)))
        created = "" if row.created is None else row.created.strftime(dialect.day)  # type: ignore[union-attr]
        writer.writerow([row.deal, row.name, row.stage, amount, row.notes, created])
    return text.getvalue().encode(dialect.encoding)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@settings(max_examples=-(-EXAMPLES // len(DIALECTS)), deadline=None)
@given(data=st.data())
def test_values_come_back_equal_or_are_asked_about(dialect: FileDialect, data: st.DataObject) -> None:
    deals, before = data.draw(list_of_deals(dialect)), workbook()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list.csv")
        path.write_bytes(write_list(deals, dialect))
        mapping = propose_import_map([path], before)
        if mapping.asks:
            return
        try:
            planned = build_import_changes(before, [path], mapping, as_history=True)
        except UsageError:
            return
    after = apply_change_set(before, planned)["Deals"]
    told = {finding.column for finding in planned.findings if finding.severity == "block"}
    for column in ("deal", "name", "stage", "notes"):
        assert list(after[column]) == list(deals[column])
    read = [None if amount != amount else amount for amount in after["amount"]]
    meant = [None if cents is None else cents / 100 for cents in deals["amount"]]
    assert all(one == other or (one is None and "amount" in told) for one, other in zip(read, meant, strict=True))
    days = [None if day != day else day.date() for day in after["created"]]
    assert all(
        value == day or (value is None and "created" in told) for value, day in zip(days, deals["created"], strict=True)
    )
