"""A zip written from members that are compressed already."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipInfo

LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END, _END64, _LOCATOR64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_UTF8, _ZIP64 = 0x800, 1
_VERSION, _VERSION64 = 20, 45
_LIMIT, _MOST = 0xFFFFFFFF, 0xFFFF  # of sizes and of members; from here on zip64 holds them, and their own fields
_SEE64, _SHORT_SEE64 = 0xFFFFFFFF, 0xFFFF  # say so


class Entry(NamedTuple):
    """A member to write: where its name and date come from, and its compressed bytes, in pieces."""

    origin: ZipInfo
    crc: int
    size: int
    data: Sequence[bytes | memoryview]
    method: int = ZIP_DEFLATED


def write_archive(out: BinaryIO, entries: Iterable[Entry]) -> None:
    """Write a zip front to back, without seeking; with the fields of zip64 where it needs them, and only there."""
    directory: list[bytes] = []
    offset = 0
    for entry in entries:
        packed = sum(map(len, entry.data))
        local, central = _headers(entry, packed, offset)
        out.write(local)
        for piece in entry.data:
            out.write(piece)
        directory.append(central)
        offset += len(local) + packed
    out.write(b"".join(directory))
    out.write(_end(len(directory), sum(map(len, directory)), offset))


def _end(count: int, size: int, offset: int) -> bytes:
    """Say where the directory is, and how long."""
    if count < _MOST and max(size, offset) < _LIMIT:
        return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)
    versions = (_VERSION64, _VERSION64)
    return (
        _END64.pack(b"PK\x06\x06", _END64.size - 12, *versions, 0, 0, count, count, size, offset)
        + _LOCATOR64.pack(b"PK\x06\x07", 0, offset + size, 1)
        + _END.pack(b"PK\x05\x06", 0, 0, _SHORT_SEE64, _SHORT_SEE64, _SEE64, _SEE64, 0)
    )


def _headers(entry: Entry, packed: int, offset: int) -> tuple[bytes, bytes]:
    """Describe a member, for in front of it and for the directory."""
    origin = entry.origin
    long = (entry.size, packed) if max(entry.size, packed) >= _LIMIT else ()
    far = (offset,) if offset >= _LIMIT else ()
    version = _VERSION64 if long or far else _VERSION
    flags = origin.flag_bits & _UTF8
    name = _name(origin, flags)
    sizes = (_SEE64, _SEE64) if long else (packed, entry.size)
    shape = (version, flags, entry.method, _clock(origin), _day(origin), entry.crc, *sizes, len(name))
    local_extra, extra = _zip64(*long), _zip64(*long, *far) + _without_zip64(origin.extra)
    local = LOCAL.pack(b"PK\x03\x04", *shape, len(local_extra)) + name + local_extra
    made_by = origin.create_system << 8 | version
    place = _SEE64 if far else offset
    tail = (len(extra), len(origin.comment), 0, origin.internal_attr, origin.external_attr, place)
    return local, _CENTRAL.pack(b"PK\x01\x02", made_by, *shape, *tail) + name + extra + origin.comment


def _zip64(*numbers: int) -> bytes:
    """Numbers that their own fields are too short for."""
    return struct.pack(f"<2H{len(numbers)}Q", _ZIP64, 8 * len(numbers), *numbers) if numbers else b""


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
