"""Tell the format of a file by its content: the name of an export often says something else."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from zipfile import BadZipFile, ZipFile

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text

SPREADSHEET_SUFFIXES = frozenset(
    {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xltx", ".xltm", ".xla", ".xlam", ".et", ".ett"}
)
TEXT_FILE_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".tab"})


class FileFormat(StrEnum):
    """The formats that can be read."""

    WORKBOOK = "workbook"
    TEXT = "text"
    WEB_PAGE = "web page"
    XML_SPREADSHEET = "XML spreadsheet"


_SNIFFED_BYTES = 4096
_OLE_MARK, _ZIP_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_WEB_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_SPREADSHEET = re.compile(rb"<(?:\w+:)?Workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet", re.DOTALL)
_OTHER_MARKS: Mapping[bytes, Text] = MappingProxyType(
    {
        b"%PDF-": Text("{path} is a PDF; export the list itself as .csv or .xlsx."),
        b"MIME-Version:": Text("{path} is a web archive; open it in Excel and save it as .xlsx."),
    }
)
_NUMBERS_FILE = Text(
    "{path} is an Apple Numbers document; in Numbers, choose File > Export To > Excel or CSV and import that."
)
_GOOGLE_LINK = Text("{path} is only a link to a Google sheet; open it there and choose File > Download > .xlsx.")
_NO_LIST_PACKAGE = Text("{path} is no workbook, whatever its name says; export the list as .csv or .xlsx.")
_UNKNOWN_FORMAT = Text("{path} is neither CSV nor a workbook; export it as .csv or .xlsx and try again.")
_NUMBERS_PARTS, _GOOGLE_MARKS = ("Index/Document.iwa", "Index.zip", "index.apxl"), (b'"doc_id"', b'"url"')
_WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")


def detect_file_format(path: Path) -> FileFormat:
    """Return the format of the file at *path*, by its first bytes and then by its name.

    Raises:
        UsageError: it cannot be opened, or its format cannot be read.
    """
    suffix = path.suffix.lower()
    head = _read_head(path)
    if head.startswith(_ZIP_MARK):
        return _check_list_package(path)
    if head.startswith(_OLE_MARK):
        return FileFormat.WORKBOOK
    if _XML_SPREADSHEET.search(head):
        return FileFormat.XML_SPREADSHEET
    for mark, message in _OTHER_MARKS.items():
        if head.startswith(mark):
            raise UsageError(message, path=path)
    if suffix == ".numbers":
        raise UsageError(_NUMBERS_FILE, path=path)
    if suffix == ".gsheet" or (
        head.lstrip().startswith(b"{") and any(mark in head for mark in _GOOGLE_MARKS) and b"google" in head
    ):
        raise UsageError(_GOOGLE_LINK, path=path)
    if _WEB_PAGE.match(head.lstrip(b"\xef\xbb\xbf\xfe\xff").replace(b"\x00", b"")):  # also in UTF-16
        return FileFormat.WEB_PAGE
    if suffix in TEXT_FILE_SUFFIXES or (suffix in SPREADSHEET_SUFFIXES and _is_like_text(head)):
        return FileFormat.TEXT
    if suffix in SPREADSHEET_SUFFIXES:
        return FileFormat.WORKBOOK
    raise UsageError(_UNKNOWN_FORMAT, path=path)


def _read_head(path: Path) -> bytes:
    if path.is_dir():  # an older Numbers document is a folder
        raise UsageError(_NUMBERS_FILE if path.suffix.lower() == ".numbers" else _UNKNOWN_FORMAT, path=path)
    try:
        with path.open("rb") as stream:
            return stream.read(_SNIFFED_BYTES)
    except OSError as error:
        why = error.strerror or "?"
        raise UsageError("{path} cannot be opened: {why}.", path=path, why=why) from error


def _check_list_package(path: Path) -> FileFormat:
    try:
        with ZipFile(path) as package:
            parts = package.namelist()
    except (BadZipFile, NotImplementedError, ValueError, struct.error):
        return FileFormat.WORKBOOK  # reading it says what is broken
    if any(part in parts for part in _NUMBERS_PARTS) or path.suffix.lower() == ".numbers":
        raise UsageError(_NUMBERS_FILE, path=path)
    if not any(part in parts for part in _WORKBOOK_PARTS):
        raise UsageError(_NO_LIST_PACKAGE, path=path)
    return FileFormat.WORKBOOK


def _is_like_text(head: bytes) -> bool:
    """Return whether a file named like a workbook holds lines of text; UTF-16 has NULs, others have none."""
    is_wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return bool(head.strip()) and (
        is_wide or (b"\x00" not in head and (b"\n" in head or b"\r" in head or b"\t" in head))
    )
