"""Build the add-in from text, without Excel: equal sources give equal bytes.

The sources are our macros/ and the VBA modules of the installed xlwings.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from xl_salesflow import __version__
from xl_salesflow.core.file_saving import save_file_atomically
from xl_salesflow.errors import CannotSave, UsageError, WorkbookInUse
from xl_salesflow.excel.addin.generated_sources import collect_addin_texts
from xl_salesflow.locale.texts import Text

ADDIN_PROJECT = "salesflow"
MAC_SCRIPT_NAME = "salesflow.applescript"

_CONFIG_PATHS = 'GetConfig("ONEDRIVE_CONSUMER_'
_RUNNER_CHANGES: tuple[tuple[str, str, int], ...] = (
    # in xlwings' runner                                           in ours                                      how often
    ('Public Const PROJECT_NAME As String = "myaddin"', f'Public Const PROJECT_NAME As String = "{ADDIN_PROJECT}"', 1),
    # settings come from the user's own file, never from a sheet or from a file beside the workbook
    ('If source = "" Or source = "sheet" Then', "If False Then", 1),
    ('If source = "" Or source = "directory" Then', "If False Then", 1),
    # no code is read from sheets
    ('If Right$(sht.Name, 3) = ".py" Then', "If False Then", 2),
    # folders of workbooks are not imported from, so their names are no part of the command
    (f'";" & ActiveFullName & ";" & ThisFullName & ";" & {_CONFIG_PATHS}', f'";;;" & {_CONFIG_PATHS}', 2),
    (
        f'";" & ActiveWorkbook.FullName & ";" & ThisWorkbook.FullName & ";" & {_CONFIG_PATHS}',
        f'";;;" & {_CONFIG_PATHS}',
        1,
    ),
    # on macOS: our own script, whose parts are separated by a character that no path has
    ('"xlwings-" & XLWINGS_VERSION & ".applescript"', f'"{MAC_SCRIPT_NAME}"', 1),
    ('ParameterString + "|" + ', "ParameterString + Chr(30) + ", 5),
    ("please run 'xlwings runpython install'", "please run 'salesflow addin install'", 1),
    # what a button says stays readable after Python has ended
    ("    'Clean up\n    Application.StatusBar = False\n", "    'Clean up\n    SalesflowShown\n", 1),
)


@dataclass(frozen=True, slots=True)
class VbaModule:
    """One VBA module: its name, its source, and whether it is a class."""

    name: str
    source: str
    is_class: bool = False


def macros_folder() -> Path:
    """Return the folder of our VBA and ribbon: inside an installed package, or next to it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "macros"
    return inside if inside.is_dir() else package.parent / "macros"


def read_own_modules() -> tuple[VbaModule, ...]:
    """Return the modules of macros/, in order of their names."""
    files = sorted(macros_folder().glob("*.bas")) + sorted(macros_folder().glob("*.cls"))
    return tuple(VbaModule(file.stem, file.read_text(encoding="ascii"), file.suffix == ".cls") for file in files)


def find_xlwings_version() -> str:
    """Return the version of the installed xlwings.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return version("xlwings")
    except PackageNotFoundError:
        raise UsageError(
            "xlwings is not installed; run: pip install xl-salesflow[excel].",
        ) from None


def read_xlwings_modules() -> tuple[VbaModule, ...]:
    """Return the modules that xlwings has for custom add-ins, with our settings and nothing taken from the workbook.

    Raises:
        UsageError: xlwings is not installed, or its version has an unknown module.
    """
    installed = find_xlwings_version()
    spec = find_spec("xlwings")  # located without importing it, because building does not need Excel
    folder = Path(spec.origin or "").parent if spec else Path()
    runner = (folder / "xlwings_custom_addin.bas").read_text(encoding="utf-8")
    for theirs, ours, times in _RUNNER_CHANGES:
        if runner.count(theirs) != times:
            raise UsageError(
                "This version of xlwings ({installed}) is not supported; install another release of it.",
                installed=installed,
            )
        runner = runner.replace(theirs, ours)
    dictionary = (folder / "addin" / "Dictionary.cls").read_text(encoding="utf-8")
    return (
        VbaModule("xlwings", runner),
        VbaModule("Dictionary", dictionary, is_class=True),
    )


ADDIN_FILE_NAME = "salesflow.xlam"
_RIBBON_PART = "customUI/customUI14.xml"
_RIBBON_RELATIONSHIP = (
    '<Relationship Id="rIdRibbon" Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility" '
    f'Target="{_RIBBON_PART}"/>'
)
_ADDIN_ZIP_DATE = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the first day of the zip format, so that the build does not depend on the time
_ADDIN_PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Sales</dc:title>'
    "<dc:description>xl-salesflow: the ribbon of a sales workbook</dc:description>"
    f"<cp:version>{__version__}</cp:version></cp:coreProperties>"
)


def build_addin(path: Path) -> Path:
    """Write the add-in to *path* and return it.

    Raises:
        UsageError: pyOpenVBA or xlwings is missing, or the file cannot be written.
    """
    content = make_addin_bytes((*read_own_modules(), *read_xlwings_modules()))
    try:
        return save_file_atomically(path, content)
    except (CannotSave, WorkbookInUse) as error:
        raise UsageError("{error} Close Excel or choose another folder.", error=error) from error


def make_addin_bytes(modules: Iterable[VbaModule]) -> bytes:
    """Return an add-in with *modules*, the ribbon of macros/ and the sheet of texts."""
    with tempfile.TemporaryDirectory() as folder:
        blank = _make_blank_addin(Path(folder) / ADDIN_FILE_NAME, modules)
        with zipfile.ZipFile(blank) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    return _zip_addin_parts(_complete_parts(parts))


def _make_blank_addin(path: Path, modules: Iterable[VbaModule]) -> Path:
    try:
        from pyopenvba import ExcelFile, VBAModuleKind
    except ImportError:
        raise UsageError(
            "Building the add-in needs pyOpenVBA; run: pip install xl-salesflow[addin].",
        ) from None
    with ExcelFile.create_new(path) as file:
        project = file.vba_project()
        project.delete_module("Module1")
        for module in modules:
            kind = VBAModuleKind.other if module.is_class else VBAModuleKind.standard
            project.add_module(module.name, _use_windows_line_ends(module.source), kind=kind)
        file.save()
    return path


def _use_windows_line_ends(source: str) -> str:
    # VBA is stored with Windows line breaks, wherever it was written
    return source.replace("\r\n", "\n").replace("\n", "\r\n")


def _complete_parts(parts: dict[str, bytes]) -> dict[str, bytes]:
    # the ribbon and our own sheet, without the author of the blank workbook
    parts[_RIBBON_PART] = (macros_folder() / "ribbon.xml").read_bytes().replace(b"\r\n", b"\n")
    _replace_once_in_part(parts, "_rels/.rels", "</Relationships>", f"{_RIBBON_RELATIONSHIP}</Relationships>")
    _replace_once_in_part(parts, "xl/workbook.xml", 'name="Sheet1"', 'name="Texts"')
    _replace_once_in_part(parts, "docProps/app.xml", "<vt:lpstr>Sheet1</vt:lpstr>", "<vt:lpstr>Texts</vt:lpstr>")
    _replace_once_in_part(parts, "xl/worksheets/sheet1.xml", "<sheetData/>", _texts_sheet_data(collect_addin_texts()))
    parts["docProps/core.xml"] = _ADDIN_PROPERTIES.encode()
    return parts


def _replace_once_in_part(parts: dict[str, bytes], part: str, old: str, new: str) -> None:
    text = parts[part].decode()
    if text.count(old) != 1:
        raise ValueError(f"the blank add-in of pyOpenVBA changed: {part} does not hold {old} once")
    parts[part] = text.replace(old, new).encode()


def _texts_sheet_data(texts: Mapping[str, Text]) -> str:
    rows = "".join(
        f'<row r="{at}">'
        + "".join(map(_text_cell_xml, (f"A{at}", f"B{at}", f"C{at}"), (key, text.in_("en"), text.in_("zh"))))
        + "</row>"
        for at, (key, text) in enumerate(texts.items(), start=1)
    )
    return f"<sheetData>{rows}</sheetData>"


def _text_cell_xml(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _zip_addin_parts(parts: Mapping[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _ADDIN_ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # the same on every system
            archive.writestr(info, content)
    return file.getvalue()
