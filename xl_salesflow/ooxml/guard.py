"""What is refused before anything is parsed, each in one sentence."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from xl_salesflow.errors import EncryptedWorkbook, NotAWorkbook

LARGEST_PART = 3 << 30  # Excel's own limit of rows and columns keeps real sheets well below
LARGEST_PARSED = 256 << 20  # parts that are parsed whole: workbook, tables, styles, strings
HIGHEST_RATIO = 400  # uniform sheets reach 100; a bomb starts where deflate ends, at 1,032
UNSUSPICIOUS = 32 << 20  # below this many bytes a ratio says nothing

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DRIVE = re.compile(r"^[A-Za-z]:")


def refuse_foreign(path: Path, data: bytes) -> None:
    """Refuse a file that is no zip, told by its first bytes."""
    if not data:
        raise NotAWorkbook(path, "is empty; restore it from a backup")
    if data.startswith(_COMPOUND):
        if _ENCRYPTED in data:
            raise EncryptedWorkbook(path)
        raise NotAWorkbook(path, "is in the format of Excel 97; open it in Excel and save it as .xlsx")
    if not data.startswith(b"PK"):
        raise NotAWorkbook(path, "is not an Excel workbook (.xlsx or .xlsm); check that the right file was named")


def refuse_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse hostile member lists: doubled parts, paths that climb out, bombs, encryption, unknown compression."""
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename
        if _tricky(name):
            raise NotAWorkbook(path, f"has a part with the unsafe name {name!r}; do not trust this file")
        if name.lower() in seen:
            raise NotAWorkbook(path, f"holds the part {name} twice; open and save it in Excel to mend it")
        seen.add(name.lower())
        if member.flag_bits & 0x1:
            raise EncryptedWorkbook(path)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotAWorkbook(path, f"packs {name} in a way Excel does not; open and save it in Excel to mend it")
        if member.file_size > LARGEST_PART or (
            member.file_size > UNSUSPICIOUS and member.file_size > HIGHEST_RATIO * max(member.compress_size, 1)
        ):
            raise NotAWorkbook(
                path, f"unpacks {name} to {member.file_size:,} bytes, as a zip bomb does; do not open it"
            )


def _tricky(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    return "\0" in name or name.startswith(("/", "\\")) or ".." in steps or bool(_DRIVE.match(name))


def refuse_markup(path: Path, part: str, data: bytes) -> None:
    """Refuse XML that Excel never writes and parsers fall for: UTF-16 and document types."""
    start = data[:4096]
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        raise NotAWorkbook(path, f"writes {part} in UTF-16; open and save it in Excel to mend it")
    if b"<!DOCTYPE" in start:
        raise NotAWorkbook(path, f"has a document type in {part}, which a workbook must not; do not trust this file")
