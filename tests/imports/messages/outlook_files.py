# ruff: noqa: E501  # a head is one line
"""Write a .msg file, for tests: a compound file with the properties of a mail."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import UTC, datetime

from pyopenvba.cfb import CFB

FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
PROPERTIES = "__properties_version1.0"


def write_outlook_file(
    texts: Mapping[str, str],
    sent: datetime,
    recipients: Mapping[str, str],
    files: tuple[str, ...] = (),
    page: bytes = b"",
) -> bytes:
    """Return a mail with the *texts* by the number of their property, its *recipients* (address → name) and *files*."""
    made = CFB.from_bytes(_write_empty_file())
    moment = (sent - datetime(1601, 1, 1, tzinfo=UTC)) // (datetime.resolution * 1) * 10
    fixed = struct.pack("<HHIQ", 0x40, 0x39, 6, moment) + struct.pack("<HHIQ", 3, 0x3FDE, 6, 65001)
    made.add_stream_at([], PROPERTIES, bytes(32) + fixed)
    for number, text in texts.items():
        made.add_stream_at([], f"__substg1.0_{number}001F", text.encode("utf-16-le"))
    if page:
        made.add_stream_at([], "__substg1.0_10130102", page)
    for at, (address, name) in enumerate(recipients.items()):
        _add_folder(made, f"__recip_version1.0_#{at:08X}", {"3001": name, "39FE": address})
    for at, name in enumerate(files):
        _add_folder(made, f"__attach_version1.0_#{at:08X}", {"3707": name, "3704": name[:6] + "~1.PDF"})
    return made.to_bytes()


def _add_folder(made: CFB, name: str, texts: Mapping[str, str]) -> None:
    made.add_substorage_at([], name)
    made.add_stream_at([name], PROPERTIES, bytes(8))
    for number, text in texts.items():
        made.add_stream_at([name], f"__substg1.0_{number}001F", text.encode("utf-16-le"))


def _write_empty_file() -> bytes:
    """Return a compound file with a root and nothing in it: a head, a sector of allocation, a sector of entries."""
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0
    )  # fmt: skip
    head += struct.pack("<109I", 0, *[FREE] * 108)
    fat = struct.pack("<128I", FAT_SECTOR, END, *[FREE] * 126)
    root = "Root Entry\0".encode("utf-16-le").ljust(64, b"\0")
    root += struct.pack("<HBBIII16sIQQIQ", 22, 5, 1, FREE, FREE, FREE, bytes(16), 0, 0, 0, END, 0)
    return head + fat + root + bytes(384)
