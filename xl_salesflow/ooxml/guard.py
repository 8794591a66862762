"""What is refused before anything is parsed, each in one sentence with its remedy."""

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
_DRIVE = re.compile(r"[A-Za-z]:")


def refuse_foreign(path: Path, data: bytes) -> None:
    """Refuse a file that is no zip, told by its first bytes."""
    if not data:
        raise NotAWorkbook(path, ("is empty; restore it from a backup", "是空文件；请从备份恢复"))
    if data.startswith(_COMPOUND):
        if _ENCRYPTED in data:
            raise EncryptedWorkbook(path)
        why = ("is in the format of Excel 97; save it as .xlsx in Excel", "是 Excel 97 格式；请在 Excel 中另存为 .xlsx")
        raise NotAWorkbook(path, why)
    if not data.startswith(b"PK"):
        why = (
            "is not an Excel workbook (.xlsx or .xlsm); check that the right file was named",
            "不是 Excel 工作簿（.xlsx 或 .xlsm）；请检查文件名",
        )
        raise NotAWorkbook(path, why)


def refuse_members(path: Path, members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse hostile member lists: doubled parts, paths that climb out, bombs, encryption, unknown compression."""
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename
        if _climbs(name):
            raise NotAWorkbook(
                path, _distrust(f"has a part with the unsafe name {name!r}", f"含有不安全的部件名 {name!r}")
            )
        if name.lower() in seen:
            raise unsound(path, f"holds the part {name} twice", f"部件 {name} 重复")
        seen.add(name.lower())
        if member.flag_bits & 0x1:
            raise EncryptedWorkbook(path)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise unsound(path, f"packs {name} in a way Excel does not", f"部件 {name} 的压缩方式 Excel 不使用")
        if member.file_size > LARGEST_PART or _explodes(member.file_size, member.compress_size):
            raise _bomb(path, member.file_size)
    everything = sum(member.file_size for member in members)
    if _explodes(everything, size):  # members that share their bytes
        raise _bomb(path, everything)


def refuse_markup(path: Path, part: str, data: bytes) -> None:
    """Refuse XML that Excel never writes and parsers fall for: UTF-16 and document types."""
    start = data[:4096]
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        raise unsound(path, f"writes {part} in UTF-16", f"部件 {part} 使用 UTF-16 编码")
    if b"<!DOCTYPE" in start:
        raise NotAWorkbook(path, _distrust(f"has a document type in {part}", f"部件 {part} 含有文档类型声明"))


def unsound(path: Path, en: str, zh: str) -> NotAWorkbook:
    """The error for a file that Excel may be able to mend."""
    return NotAWorkbook(path, (f"{en}; open and save it in Excel to mend it", f"{zh}；请用 Excel 打开并保存以修复"))


def _climbs(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    return "\0" in name or steps[0] == "" or ".." in steps or _DRIVE.match(name) is not None


def _explodes(unpacked: int, packed: int) -> bool:
    return unpacked > UNSUSPICIOUS and unpacked > HIGHEST_RATIO * max(packed, 1)


def _distrust(en: str, zh: str) -> tuple[str, str]:
    return f"{en}; do not trust this file", f"{zh}；请勿信任此文件"


def _bomb(path: Path, size: int) -> NotAWorkbook:
    return NotAWorkbook(
        path, _distrust(f"unpacks to {size:,} bytes, as a zip bomb does", f"解压后达 {size:,} 字节，疑似压缩炸弹")
    )
