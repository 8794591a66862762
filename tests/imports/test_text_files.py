"""Text files of any program: encodings by their content, stray quotation marks, guarded and damaged texts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.imports.text_damage import repair_misread_rows, repair_misread_text
from xl_salesflow.imports.text_encodings import detect_encodings


def read(tmp_path: Path, raw: bytes | str, name: str = "deals.csv") -> list[list[str]]:
    """Return the cells of a file with the bytes *raw*."""
    path = tmp_path / name
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    (source,) = read_import_sources(path)
    return [source.headers, *source.cells.to_numpy().tolist()]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Müller & Söhne;Société Générale;Peña;Smörgåsbord;l’été 500 €"),
        ("cp1252", "Crème brûlée;première année"),
        ("cp1252", "João;São Paulo;Conceição"),
        ("cp1250", "Łódź;Gdańsk;Żółć"),
        ("cp1250", "Dvořák;Plzeň;Škoda"),
        ("cp1251", "Сделка;ООО Ромашка;Иванов"),
        ("koi8_r", "Сделка;ООО Ромашка;Иванов"),
        ("cp866", "Сделка;ООО Ромашка;Иванов"),
        ("cp1253", "Εταιρεία;Πελάτης;Ποσό"),
        ("cp850", "Büro;Müller & Söhne"),
        ("cp850", "Café;Société Générale"),
        ("mac_roman", "Büro;Müller & Söhne"),
        ("mac_roman", "Straße;Größe;l’été"),
        ("gb18030", "商机;阶段;深圳市宏达科技有限公司"),
        ("gb18030", "张伟"),
        ("big5", "商機;台灣積體電路公司;客戶"),
        ("cp932", "商談;株式会社;ソフトバンク"),
        ("cp949", "영업기회;삼성전자 주식회사"),
        ("utf-16-le", "商机;Müller"),
        ("utf-16-be", "Deal;Müller"),
        ("utf-32", "Deal;Müller"),
        ("iso2022_jp", "商談;株式会社"),
    ],
)
def test_an_encoding_is_recognised_by_what_the_text_looks_like(encoding: str, text: str, tmp_path: Path) -> None:
    raw = f"Deal;Company;Note;More;Last\n{text}\n".encode(encoding)
    assert len(detect_encodings(raw)) == 1
    assert "".join(read(tmp_path, raw)[1]) == text.replace(";", "")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("cp850", "São Paulo"), ("cp1257", "Rīga;Jūrmala"), ("cp1255", "שלום"), ("mac_roman", "Peña")],
)
def test_too_few_letters_are_a_question(encoding: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(f"Deal;Company;Stage\nA;{text.replace(';', ' ')};Won\n".encode(encoding))
    mapping = propose_import_map([path], workbook())
    (file,) = mapping.open_encodings
    assert encoding in file.encoding.split(" or ")
    assert any(text.replace(";", " ") in note for note in mapping.notes)
    with pytest.raises(UsageError, match="the text can be read in several encodings"):
        build_import_changes(workbook(), [path], mapping)
    answered = ImportMap.from_toml(mapping.to_toml("en").replace(f'"{file.encoding}"', f'"{encoding}"'))
    planned = build_import_changes(workbook(), [path], answered)
    assert list(apply_change_set(workbook(), planned)["Accounts"]["account"]) == [text.replace(";", " ")]


def test_the_shared_cases_are_read_right(shared: Path, tmp_path: Path) -> None:
    found = {}
    for name in ("csv-cp850.csv", "csv-quote-never-closed.csv", "html-named.xls", "list.ods"):
        path = Path(shutil.copy(shared / "cases" / "files" / name, tmp_path))
        before = workbook("en", "EUR")
        deals = apply_change_set(before, build_import_changes(before, [path], propose_import_map([path], before)))
        found[name] = deals["Deals"][["name", "account", "amount"]].to_numpy().tolist()
    assert found == {
        "csv-cp850.csv": [["Büro", "Müller & Söhne", 85_000]],
        "csv-quote-never-closed.csv": [["A", "Harbor", 100], ["B", "Mill", 200], ["C", "Dock", 300]],
        "html-named.xls": [["A", "Harbor", 100]],
        "list.ods": [["A", "Harbor", 100], ["B", "Mill", 200]],
    }


HEAD = "Deal,Co,Owner,Stage,Amount\n"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param(HEAD + 'A,"H,M,Q,1\nB,"Mill, Inc",I,W,2\n', ["A|H|M|Q|1", "B|Mill, Inc|I|W|2"], id="and one that is closed"),
        pytest.param(HEAD + 'A,"H,M,Q,1\nB,Mill",I,W,2\n', ["A|H|M|Q|1", "B|Mill|I|W|2"], id="closed in another row"),
        pytest.param(HEAD + 'A,6" pipe,M,Q,1\nB,"x\ny",I,W,2\n', ['A|6" pipe|M|Q|1', "B|x\ny|I|W|2"], id="inches and lines"),
        pytest.param(HEAD + 'A,"Smith, J" ,M,Q,1\n', ["A|Smith, J |M|Q|1"], id="a blank behind the mark"),
        pytest.param(HEAD + 'A,"say \\"hi\\"",M,Q,1\n', ['A|say "hi"|M|Q|1'], id="backslashes"),
        pytest.param(HEAD + 'A,"one, two\nthree, four",M,Q,1\n', ["A|one, two\nthree, four|M|Q|1"], id="a note of two lines"),
        pytest.param("'Deal','Co'\n'A','B, C'\n", ["A|B, C"], id="apostrophes"),
        pytest.param('"Deal,""Co"""\n"A,""B, C"""\n', ["A|B, C"], id="every line is one quoted cell"),
        pytest.param("sep=^\nDeal^Co\nA^B,C\n", ["A|B,C"], id="a line that names the delimiter"),
        pytest.param('Deal,Id\nA,="00123"\nB,"=""0099"""\n', ["A|00123", "B|0099"], id="texts as formulas"),
        pytest.param("Deal,Id\n's Hof,'+49 30\n't Gooi,'0123\n", ["'s Hof|+49 30", "'t Gooi|0123"], id="guarded digits"),
        pytest.param("Deal,Id\r\nA,x\rB,y\nC,z\r\n", ["A|x", "B|y", "C|z"], id="mixed line ends"),
        pytest.param("Deal,Id\na\x00b,15\n" + "a\x00b,16\n" * 2, ["a\x00b|15", *["a\x00b|16"] * 2], id="NULs at even bytes"),
        pytest.param("De\x00al,Id\nA,👍 ok\nשלום,x\n", ["A|👍 ok", "שלום|x"], id="NULs, emoji and Hebrew"),
    ],
)  # fmt: skip
def test_every_dialect(text: str, rows: list[str], tmp_path: Path) -> None:
    assert ["|".join(row) for row in read(tmp_path, text)[1:]] == rows


def test_rows_that_a_quotation_mark_swallows_are_refused_if_they_cannot_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"deals\.csv, row 2: a quotation mark is opened and never closed"):
        read(tmp_path, 'Deal,Co\nA,"Harbor, M, x\nB,Mill\n')


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        ("MÃ¼ller", "Müller"),
        ("SociÃ©tÃ© GÃ©nÃ©rale â€“ 5 â‚¬", "Société Générale – 5 €"),
        ("MÃƒÂ¼ller", "Müller"),
        ("涓婃捣鍏徃", "涓婃捣鍏徃"),  # a byte is missing
        ("鍟嗘満", "商机"),
        ("SÃO PAULO", "SÃO PAULO"),
        ("Müller 商机", "Müller 商机"),
        ("联通", "联通"),
    ],
)
def test_text_that_was_read_in_a_wrong_encoding_before(damaged: str, text: str) -> None:
    assert repair_misread_text(damaged) == text


def test_what_was_lost_before_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("Deal ID,Name,Stage\n1.2E+15,B\ufffdro,Won\n2,锟斤拷,Won\n3,MÃ¼ller,Won\n", "utf-8")
    planned = build_import_changes(workbook(), [path], propose_import_map([path], workbook()))
    assert [(finding.rule, finding.cell) for finding in planned.findings if finding.rule.startswith("import_")] == [
        ("import_digits", "deals.csv, row 2, Deal ID"),
        ("import_lost", "deals.csv, row 2, Name"),
        ("import_lost", "deals.csv, row 3, Name"),
        ("import_misread", "deals.csv, row 4"),
    ]  # fmt: skip


def test_a_damaged_utf8_file_is_read_with_its_lost_characters(tmp_path: Path) -> None:
    raw = b"Deal,Co\n" + "Müller,x\n".encode() * 20 + "Bürö,y\n".encode("cp1252")
    assert read(tmp_path, raw)[-1] == ["B\ufffdr\ufffd", "y"]


@pytest.mark.parametrize(
    ("damaged", "cells"),
    [
        ("ÉÏº£ºê´ï|±±¾©Ô¶¾° 5", "上海宏达|北京远景 5"),
        ("Ðîãà è Êîïûòà|ÎÎÎ|Çàâîä", "Рога и Копыта|ООО|Завод"),
        ("Señor Peñón|ÆØÅÆ|ÄÖÜäöüß|éèêë", "Señor Peñón|ÆØÅÆ|ÄÖÜäöüß|éèêë"),
    ],
)
def test_the_cells_of_a_file_show_in_which_encoding_they_were(damaged: str, cells: str) -> None:
    rows, _ = repair_misread_rows([damaged.split("|")])
    assert list(rows[0]) == cells.split("|")
