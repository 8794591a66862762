"""Build the add-in from text: the same bytes for the same sources, without Excel."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin.sources import Module, macros_folder, own_modules, xlwings_modules
from xl_salesflow.excel.addin.texts import texts
from xl_salesflow.model.text import Text

FILE_NAME = "salesflow.xlam"
_RIBBON = "customUI/customUI14.xml"
_RIBBON_RELATIONSHIP = (
    '<Relationship Id="rIdRibbon" Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility" '
    f'Target="{_RIBBON}"/>'
)
_CREATED = (1980, 1, 1, 0, 0, 0)  # the zip format's first day: the build says nothing about when it ran
_ABOUT = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Sales</dc:title>'
    "<dc:description>xl-salesflow: the ribbon of a sales workbook</dc:description></cp:coreProperties>"
)


def build(path: Path) -> Path:
    """Write the add-in to *path* and return it.

    Raises:
        UsageError: pyOpenVBA or xlwings is missing, or the file cannot be written.
    """
    content = addin_bytes((*own_modules(), *xlwings_modules()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"{path} could not be written: {error.strerror}; close Excel or choose another folder.",
            f"无法写入 {path}：{error.strerror}；请关闭 Excel 或选择其他文件夹。",
        ) from error
    return path


def addin_bytes(modules: Iterable[Module]) -> bytes:
    """Return an add-in with *modules*, the ribbon of macros/ and the sheet of texts."""
    with tempfile.TemporaryDirectory() as folder:
        blank = _with_modules(Path(folder) / FILE_NAME, modules)
        with zipfile.ZipFile(blank) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    return _zipped(_completed(parts))


def _with_modules(path: Path, modules: Iterable[Module]) -> Path:
    try:
        from pyopenvba import ExcelFile, VBAModuleKind
    except ImportError:
        raise UsageError(
            "Building the add-in needs pyOpenVBA; run: pip install xl-salesflow[addin].",
            "构建加载项需要 pyOpenVBA；请运行：pip install xl-salesflow[addin]。",
        ) from None
    with ExcelFile.create_new(path) as file:
        project = file.vba_project()
        project.delete_module("Module1")
        for module in modules:
            kind = VBAModuleKind.other if module.is_class else VBAModuleKind.standard
            project.add_module(module.name, _lines(module.source), kind=kind)
        file.save()
    return path


def _lines(source: str) -> str:
    # VBA is stored with Windows line ends, wherever it was written
    return source.replace("\r\n", "\n").replace("\n", "\r\n")


def _completed(parts: dict[str, bytes]) -> dict[str, bytes]:
    # the ribbon, our own sheet and no word about who made the blank
    parts[_RIBBON] = (macros_folder() / "ribbon.xml").read_bytes().replace(b"\r\n", b"\n")
    _replace(parts, "_rels/.rels", "</Relationships>", f"{_RIBBON_RELATIONSHIP}</Relationships>")
    _replace(parts, "xl/workbook.xml", 'name="Sheet1"', 'name="Texts"')
    _replace(parts, "docProps/app.xml", "<vt:lpstr>Sheet1</vt:lpstr>", "<vt:lpstr>Texts</vt:lpstr>")
    _replace(parts, "xl/worksheets/sheet1.xml", "<sheetData/>", _sheet_data(texts()))
    parts["docProps/core.xml"] = _ABOUT.encode()
    return parts


def _replace(parts: dict[str, bytes], part: str, old: str, new: str) -> None:
    text = parts[part].decode()
    if text.count(old) != 1:
        raise ValueError(f"the blank add-in of pyOpenVBA changed: {part} does not hold {old} once")
    parts[part] = text.replace(old, new).encode()


def _sheet_data(shown: Mapping[str, Text]) -> str:
    rows = "".join(
        f'<row r="{at}">' + "".join(map(_cell, (f"A{at}", f"B{at}", f"C{at}"), (key, *text.both()))) + "</row>"
        for at, (key, text) in enumerate(shown.items(), start=1)
    )
    return f"<sheetData>{rows}</sheetData>"


def _cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _CREATED)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # the same on every system
            archive.writestr(info, content)
    return file.getvalue()
