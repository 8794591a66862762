"""The zip that a Word file or a workbook is: a template's parts in, a document's parts out, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from lxml import etree

from xl_salesflow.errors import UsageError

Parts = dict[str, bytes]

LARGEST = 64 << 20  # unpacked bytes of a template; a letterhead with pictures has a few millions
_BEGINNING = (1980, 1, 1, 0, 0, 0)


class UnsoundTemplate(UsageError):
    """A template that is no file of its kind; *why* in both languages."""

    def __init__(self, name: str, why: tuple[str, str]) -> None:
        super().__init__(f"The template {name} {why[0]}.", f"模板 {name} {why[1]}。")


def unpacked(content: bytes, name: str) -> Parts:
    """Return the parts of a package in their order.

    Raises:
        UnsoundTemplate: no package, a damaged one, or one out of all proportion.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                raise UnsoundTemplate(name, ("is too large to be a template", "过大，不像模板"))
            return {member.filename: archive.read(member) for member in archive.infolist() if not member.is_dir()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        why = (
            "is damaged or no Office file; save it again from Word or Excel",
            "已损坏或不是 Office 文件；请用 Word 或 Excel 重新保存",
        )
        raise UnsoundTemplate(name, why) from error


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return *parts* as a package; the same parts give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, _BEGINNING)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            archive.writestr(member, content)
    return out.getvalue()


def parsed(content: bytes, name: str) -> etree._Element:
    """Return a part as a tree; no entity is resolved and nothing is fetched.

    Raises:
        UnsoundTemplate: the part is no XML, or has a document type, which Office never writes.
    """
    if b"<!DOCTYPE" in content[:4096]:
        raise UnsoundTemplate(name, ("has a document type; do not trust this file", "含有文档类型声明；请勿信任此文件"))
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise UnsoundTemplate(
            name,
            ("holds malformed XML; save it again from Word or Excel", "的 XML 格式有误；请用 Word 或 Excel 重新保存"),
        ) from error
