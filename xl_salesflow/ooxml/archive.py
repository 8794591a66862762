"""A zip written from members that are compressed already."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipInfo

LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _UTF8, _ZIP64 = 20, 0x800, 1


class Entry(NamedTuple):
    """A member to write: where its name and date come from, and its compressed bytes."""

    origin: ZipInfo
    crc: int
    size: int
    data: bytes | memoryview
    method: int = ZIP_DEFLATED


def write_archive(out: BinaryIO, entries: Iterable[Entry]) -> None:
    """Write a zip front to back, without seeking; raises OverflowError beyond 4 GiB or 65,535 members."""
    directory: list[bytes] = []
    offset = 0
    for entry in entries:
        local, central = _headers(entry, offset)
        out.write(local)
        out.write(entry.data)
        directory.append(central)
        offset += len(local) + len(entry.data)
    size = sum(map(len, directory))
    if offset + size >= 0xFFFFFFFF or len(directory) >= 0xFFFF:
        raise OverflowError
    out.write(b"".join(directory))
    out.write(_END.pack(b"PK\x05\x06", 0, 0, len(directory), len(directory), size, offset, 0))


def _headers(entry: Entry, offset: int) -> tuple[bytes, bytes]:
    origin = entry.origin
    if max(entry.size, len(entry.data), offset) >= 0xFFFFFFFF:
        raise OverflowError
    flags = origin.flag_bits & _UTF8
    name = _name(origin, flags)
    extra = _without_zip64(origin.extra)
    shape = (
        _VERSION,
        flags,
        entry.method,
        _clock(origin),
        _day(origin),
        entry.crc,
        len(entry.data),
        entry.size,
        len(name),
    )
    local = LOCAL.pack(b"PK\x03\x04", *shape, 0) + name
    made_by = origin.create_system << 8 | _VERSION
    tail = (len(extra), len(origin.comment), 0, origin.internal_attr, origin.external_attr, offset)
    return local, _CENTRAL.pack(b"PK\x01\x02", made_by, *shape, *tail) + name + extra + origin.comment


def _name(origin: ZipInfo, flags: int) -> bytes:
    return origin.orig_filename.encode("utf-8" if flags else "cp437")


def _clock(origin: ZipInfo) -> int:
    _, _, _, hour, minute, second = origin.date_time
    return hour << 11 | minute << 5 | second // 2


def _day(origin: ZipInfo) -> int:
    year, month, day, *_ = origin.date_time
    return (year - 1980) << 9 | month << 5 | day


def _without_zip64(extra: bytes) -> bytes:
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind != _ZIP64:
            kept += extra[at : at + 4 + size]
        at += 4 + size
    return kept
