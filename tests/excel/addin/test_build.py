"""The built add-in: readable by other programs, reproducible, and with nothing in it except the contents of macros/."""

from __future__ import annotations

import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from oletools.olevba import VBA_Parser
from openpyxl import load_workbook
from pyvbaanalysis import DiagnosticSeverity, analyze_workbook

from tests.validator import Validator
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin import addin_build
from xl_salesflow.excel.addin.addin_build import (
    ADDIN_PROJECT,
    build_addin,
    find_xlwings_version,
    read_own_modules,
    read_xlwings_modules,
)
from xl_salesflow.excel.addin.generated_sources import collect_addin_texts

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:oletools")
OURS = read_own_modules()


@pytest.fixture(scope="module")
def addin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_addin(tmp_path_factory.mktemp("addin") / "salesflow.xlam")


def read_back(addin: Path) -> dict[str, str]:
    """Read the modules with olevba, which is independent of the writer."""
    parser = VBA_Parser(str(addin))
    return {name.rpartition(".")[0]: code for _, _, name, code in parser.extract_macros()}


def body(source: str) -> list[str]:
    """Return the lines of a module without the attributes and the preamble of a class file."""
    lines = source.replace("\r\n", "\n").rstrip("\n").split("\n")
    first = max((at for at, line in enumerate(lines[:40]) if line.startswith("Attribute VB_")), default=-1) + 1
    return [line.rstrip() for line in lines[first:]]


def test_olevba_reads_every_module_as_in_macros(addin: Path) -> None:
    found = read_back(addin)
    for module in (*OURS, *read_xlwings_modules()):
        assert body(found[module.name]) == body(module.source), module.name
    assert set(found) == {"ThisWorkbook", "Sheet1", *(module.name for module in (*OURS, *read_xlwings_modules()))}


def test_the_macros_are_ascii() -> None:
    """Other characters are garbled when the project is opened with a different code page."""
    assert [module.name for module in OURS if not module.source.isascii()] == []


def test_the_vba_is_clean(addin: Path) -> None:
    found = analyze_workbook(addin)
    ours = [(name, d.code, d.message) for name in found for d in found[name] if name in {m.name for m in OURS}]
    theirs = [
        d.message for name in ("xlwings", "Dictionary") for d in found[name] if d.severity is DiagnosticSeverity.ERROR
    ]
    assert ours + theirs == []


def test_the_embedded_xlwings_is_the_installed_one(addin: Path) -> None:
    """Different versions are the most common problem of such add-ins."""
    runner = read_back(addin)["xlwings"]
    assert f'XLWINGS_VERSION As String = "{find_xlwings_version()}"' in runner
    assert f'PROJECT_NAME As String = "{ADDIN_PROJECT}"' in runner


def test_nothing_in_a_document_decides_what_is_started(addin: Path) -> None:
    """xlwings reads settings from a sheet and from a file beside the workbook, runs code from sheets, and imports beside it."""
    runner = read_back(addin)["xlwings"]
    for line in (
        'source = "sheet"',
        'source = "directory"',
        '= ".py"',
        "& ActiveFullName",
        "& ActiveWorkbook.FullName",
    ):
        assert line not in runner, line
    assert 'If source = "" Or source = "user" Then' in runner


def test_a_runner_with_other_lines_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A new release of xlwings may read the document in a place that is not switched off."""
    spec = addin_build.find_spec("xlwings")
    assert spec
    assert spec.origin
    folder = tmp_path / "xlwings"
    (folder / "addin").mkdir(parents=True)
    text = (Path(spec.origin).parent / "xlwings_custom_addin.bas").read_text(encoding="utf-8")
    (folder / "xlwings_custom_addin.bas").write_text(f'{text}\nIf Right$(sht.Name, 3) = ".py" Then\n', encoding="utf-8")
    monkeypatch.setattr(addin_build, "find_spec", lambda name: SimpleNamespace(origin=str(folder / "__init__.py")))
    with pytest.raises(UsageError, match="is not supported"):
        read_xlwings_modules()


def test_what_a_button_says_is_cleared_by_a_clock_and_not_by_xlwings(addin: Path) -> None:
    found = read_back(addin)
    end = found["xlwings"].partition("Private Sub CleanUp()")[2].partition("End Sub")[0]
    assert "SalesflowShown" in end
    assert "StatusBar" not in end
    assert "Application.OnTime" in found["SalesflowRibbon"]


def test_two_builds_are_identical(addin: Path, tmp_path: Path) -> None:
    assert build_addin(tmp_path / "again.xlam").read_bytes() == addin.read_bytes()


def test_the_validator_has_no_complaint(addin: Path, validator: Validator) -> None:
    assert validator(addin) == []


def test_the_ribbon_part_has_its_relationship(addin: Path) -> None:
    with zipfile.ZipFile(addin) as archive:
        relationships = archive.read("_rels/.rels").decode()
        assert archive.testzip() is None
        assert b"2009/07/customui" in archive.read("customUI/customUI14.xml")
    assert 'Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"' in relationships


def test_the_texts_are_included_in_both_languages(addin: Path, tmp_path: Path) -> None:
    # openpyxl refuses the file extension, not the content
    copy = tmp_path / "copy.xlsm"
    with zipfile.ZipFile(addin) as archive, zipfile.ZipFile(copy, "w") as other:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(b"excel.addin.macroEnabled", b"excel.sheet.macroEnabled")
            other.writestr(name, content)
    rows = list(load_workbook(copy)["Texts"].iter_rows(values_only=True))
    assert rows == [(key, *text.translations()) for key, text in collect_addin_texts().items()]


def test_no_person_is_named_in_the_file(addin: Path) -> None:
    with zipfile.ZipFile(addin) as archive:
        assert b"creator" not in archive.read("docProps/core.xml")


SPOILED: list[tuple[str, bytes, bytes]] = [
    # what is wrong              the original            the replacement
    ("an unknown attribute", b'size="large"', b'colour="red"'),
    ("a size there is not", b'size="large"', b'size="huge"'),
    ("an unknown control", b"<toggleButton ", b"<switch "),
    ("a control out of place", b"<tabs>", b'<tabs><button id="sf_lost_way"/>'),
    ("a name that is no name", b'id="sf_check"', b'id="sf check"'),
]


@pytest.mark.parametrize(("wrong", "old", "new"), SPOILED)
def test_the_validator_knows_the_whole_vocabulary_of_ribbons(
    addin: Path, tmp_path: Path, validator: Validator, wrong: str, old: bytes, new: bytes
) -> None:
    """Microsoft's own schema is compiled into it, so a file that passes is valid against the whole schema."""
    spoiled = tmp_path / "spoiled.xlam"
    with zipfile.ZipFile(addin) as archive, zipfile.ZipFile(spoiled, "w") as other:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "customUI/customUI14.xml":
                content = content.replace(old, new)
                assert new in content
            other.writestr(name, content)
    assert validator(spoiled) != [], wrong
