"""A hostile or broken workbook, or another file, is refused in one sentence before it is used."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.documents.sheet_templates import REPEATED, repacked, template
from xl_salesflow.documents.excel_templates import prepare_excel_template
from xl_salesflow.documents.template_safety import UnsoundTemplate
from xl_salesflow.ooxml.office_templates import MAX_UNPACKED_TEMPLATE_BYTES


def with_doctype(name: str, xml: str) -> str:
    """Put a document type into a sheet."""
    entity = '<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    return xml.replace("<worksheet", f"{entity}<worksheet") if name == "xl/worksheets/sheet1.xml" else xml


def with_part(name: str, content: bytes = b"x") -> bytes:
    """Add a part to a template."""
    out = io.BytesIO(template(REPEATED))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "en", "zh"),
    [
        (
            repacked(template(REPEATED), {}, with_doctype),
            "document type in xl/worksheets/sheet1.xml; do not trust",
            "请勿信任",
        ),
        (with_part("../../etc/x"), r"unsafe name '../../etc/x'; do not trust", "请勿信任"),
        (
            with_part("xl/media/a.bin", bytes(MAX_UNPACKED_TEMPLATE_BYTES)),
            "too large to be a template",
            "过大，不像模板",
        ),
        (with_part("xl/media/a.bin", bytes(40 << 20)), "as a zip bomb does; do not trust", "疑似压缩炸弹"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"EncryptedPackage".decode().encode("utf-16-le"),
            "protected with a password",
            "密码",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "format of Excel 97; save it as .xlsx", "Excel 97"),
        (template(REPEATED)[:3000], "damaged", "损坏"),
        (repacked(template(REPEATED), {}, lambda name, xml: xml[:-9]), "malformed XML", "格式有误"),
    ],
    ids=["entities", "a path", "too large", "a bomb", "encrypted", "an old one", "truncated", "malformed"],
)
def test_a_hostile_or_broken_workbook_is_refused_in_one_sentence(content: bytes, en: str, zh: str) -> None:
    with pytest.raises(UnsoundTemplate, match=f"^The template t.xlsx .*{en}") as refusal:
        prepare_excel_template(content, "t.xlsx")
    assert zh in refusal.value.in_("zh")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"plain text"])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(UnsoundTemplate, match=r"t\.xlsx"):
        prepare_excel_template(content, "t.xlsx")


def test_a_word_file_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(UnsoundTemplate, match="not an Excel workbook"):
        prepare_excel_template(out.getvalue(), "t.xlsx")
