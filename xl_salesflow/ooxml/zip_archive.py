"""Write zip archives from members that are already compressed.

Compresses and decompresses as streams, with isal if it is installed and zlib otherwise.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipInfo

try:
    from isal import isal_zlib as zlib_like
except ImportError:  # pragma: no cover - the slower of two equivalent libraries
    import zlib as zlib_like  # type: ignore[no-redef]

_zlib: Any = zlib_like
CHUNK_SIZE = 1 << 20
_DEFLATE_LEVEL = 1  # a sheet is rewritten at every save: four times faster than level 6 for a tenth more bytes
DEFLATE_ERROR: type[Exception] = _zlib.error


class DeflatedPart(NamedTuple):
    """One compressed member of a package; its bytes stay in pieces, because joining would need twice the memory."""

    crc: int
    size: int
    data: list[bytes]


def deflate_chunks(chunks: Iterable[bytes]) -> DeflatedPart:
    """Compress a stream of bytes."""
    squeezer = _zlib.compressobj(_DEFLATE_LEVEL, _zlib.DEFLATED, -15)
    crc = size = 0
    out: list[bytes] = []
    for chunk in chunks:
        crc, size = _zlib.crc32(chunk, crc), size + len(chunk)
        out.append(squeezer.compress(chunk))
    out.append(squeezer.flush())
    return DeflatedPart(crc, size, out)


def inflate_pieces(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Decompress in pieces of at most a megabyte; raises DEFLATE_ERROR for bad bytes and EOFError for missing ones."""
    squeezer = _zlib.decompressobj(-15)
    for raw in pieces:
        for start in range(0, len(raw), CHUNK_SIZE):
            piece: bytes | memoryview = raw[start : start + CHUNK_SIZE]
            while piece:
                yield squeezer.decompress(piece, CHUNK_SIZE)
                piece = squeezer.unconsumed_tail
    while not squeezer.eof:
        chunk = squeezer.decompress(squeezer.unconsumed_tail, CHUNK_SIZE)
        if not chunk:
            break
        yield chunk
    if not squeezer.eof:
        raise EOFError("the compressed data ends early")


def continue_crc32(data: bytes, start: int = 0) -> int:
    """Continue a CRC-32."""
    crc: int = _zlib.crc32(data, start)
    return crc


LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
_END_RECORD, _END_RECORD64, _END_LOCATOR64 = (
    struct.Struct("<4s4H2LH"),
    struct.Struct("<4sQ2H2L4Q"),
    struct.Struct("<4sLQL"),
)
_UTF8_NAME_FLAG, _ZIP64_EXTRA_ID = 0x800, 1
_ZIP_VERSION, _ZIP64_VERSION = 20, 45
_ZIP_SIZE_LIMIT, _ZIP_MEMBER_LIMIT = (
    0xFFFFFFFF,
    0xFFFF,
)  # sizes and numbers of members from which zip64 fields are needed
_SEE_ZIP64, _SHORT_SEE_ZIP64 = 0xFFFFFFFF, 0xFFFF  # values that refer to the zip64 fields


class ArchiveEntry(NamedTuple):
    """A member to write: where its name and date come from, and its compressed bytes, in pieces."""

    origin: ZipInfo
    crc: int
    size: int
    data: Sequence[bytes | memoryview]
    method: int = ZIP_DEFLATED


def write_archive(out: BinaryIO, entries: Iterable[ArchiveEntry]) -> None:
    """Write a zip from start to end, without seeking; with zip64 fields only where they are needed."""
    directory: list[bytes] = []
    offset = 0
    for entry in entries:
        packed = sum(map(len, entry.data))
        local, central = _member_headers(entry, packed, offset)
        out.write(local)
        for piece in entry.data:
            out.write(piece)
        directory.append(central)
        offset += len(local) + packed
    out.write(b"".join(directory))
    out.write(_end_records(len(directory), sum(map(len, directory)), offset))


def _end_records(count: int, size: int, offset: int) -> bytes:
    """Return the records with position and size of the directory."""
    if count < _ZIP_MEMBER_LIMIT and max(size, offset) < _ZIP_SIZE_LIMIT:
        return _END_RECORD.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)
    versions = (_ZIP64_VERSION, _ZIP64_VERSION)
    return (
        _END_RECORD64.pack(b"PK\x06\x06", _END_RECORD64.size - 12, *versions, 0, 0, count, count, size, offset)
        + _END_LOCATOR64.pack(b"PK\x06\x07", 0, offset + size, 1)
        + _END_RECORD.pack(b"PK\x05\x06", 0, 0, _SHORT_SEE_ZIP64, _SHORT_SEE_ZIP64, _SEE_ZIP64, _SEE_ZIP64, 0)
    )


def _member_headers(entry: ArchiveEntry, packed: int, offset: int) -> tuple[bytes, bytes]:
    """Return the local header of a member and its directory entry."""
    origin = entry.origin
    long = (entry.size, packed) if max(entry.size, packed) >= _ZIP_SIZE_LIMIT else ()
    far = (offset,) if offset >= _ZIP_SIZE_LIMIT else ()
    version = _ZIP64_VERSION if long or far else _ZIP_VERSION
    flags = origin.flag_bits & _UTF8_NAME_FLAG
    name = origin.orig_filename.encode("utf-8" if flags else "cp437")
    sizes = (_SEE_ZIP64, _SEE_ZIP64) if long else (packed, entry.size)
    shape = (version, flags, entry.method, *_dos_time_and_date(origin), entry.crc, *sizes, len(name))
    local_extra, extra = _zip64_extra(*long), _zip64_extra(*long, *far) + _without_zip64_extra(origin.extra)
    local = LOCAL_HEADER.pack(b"PK\x03\x04", *shape, len(local_extra)) + name + local_extra
    made_by = origin.create_system << 8 | version
    place = _SEE_ZIP64 if far else offset
    tail = (len(extra), len(origin.comment), 0, origin.internal_attr, origin.external_attr, place)
    return local, _CENTRAL_HEADER.pack(b"PK\x01\x02", made_by, *shape, *tail) + name + extra + origin.comment


def _zip64_extra(*numbers: int) -> bytes:
    """Return the numbers that do not fit into their own fields."""
    return struct.pack(f"<2H{len(numbers)}Q", _ZIP64_EXTRA_ID, 8 * len(numbers), *numbers) if numbers else b""


def _dos_time_and_date(origin: ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = origin.date_time
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day


def _without_zip64_extra(extra: bytes) -> bytes:
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind != _ZIP64_EXTRA_ID:
            kept += extra[at : at + 4 + size]
        at += 4 + size
    return kept
