"""The zip package of a workbook: read its parts and replace some.

Unchanged members are copied as the same compressed bytes. A file that is unsafe or not a workbook is refused before it
is parsed, with one sentence that says what to do.
"""

from __future__ import annotations

import copy
import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from xl_salesflow.errors import EncryptedWorkbook, NotAWorkbook
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.zip_archive import (
    CHUNK_SIZE,
    DEFLATE_ERROR,
    LOCAL_HEADER,
    ArchiveEntry,
    DeflatedPart,
    continue_crc32,
    inflate_pieces,
    write_archive,
)

LARGEST_PART = 3 << 30  # Excel's limits of rows and columns keep real sheets well below this
LARGEST_PARSED = 256 << 20  # parts that are parsed as a whole: workbook, tables, styles, strings
HIGHEST_COMPRESSION_RATIO = 400  # uniform sheets reach 100; deflate cannot exceed 1,032, which bombs approach
UNSUSPICIOUS_SIZE = 32 << 20  # below this many bytes a high ratio is no evidence

_COMPOUND_FILE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM_NAME = "EncryptedPackage".encode("utf-16-le")
_DRIVE_LETTER = re.compile(r"[A-Za-z]:")


def refuse_other_formats(path: Path, data: bytes) -> None:
    """Refuse a file whose first bytes are not those of a zip."""
    if not data:
        raise NotAWorkbook(path, Text("is empty; restore it from a backup"))
    if data.startswith(_COMPOUND_FILE_SIGNATURE):
        if _ENCRYPTED_STREAM_NAME in data:
            raise EncryptedWorkbook(path)
        why = Text("is in the format of Excel 97; save it as .xlsx in Excel")
        raise NotAWorkbook(path, why)
    if not data.startswith(b"PK"):
        why = Text("is not an Excel workbook (.xlsx or .xlsm); check that the right file was named")
        raise NotAWorkbook(path, why)


def refuse_hostile_members(path: Path, members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse hostile member lists: duplicate parts, paths that leave the package, bombs, encryption, unknown compression."""
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename
        if _climbs_out_of_package(name):
            raise _hostile_file_error(path, "has a part with the unsafe name {name!r}", name=name)
        if name.lower() in seen:
            raise repairable_workbook_error(path, "holds the part {name} twice", name=name)
        seen.add(name.lower())
        if member.flag_bits & 0x1:
            raise EncryptedWorkbook(path)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise repairable_workbook_error(path, "compresses {name} in a way that Excel does not", name=name)
        if member.file_size > LARGEST_PART or _is_bomb_ratio(member.file_size, member.compress_size):
            raise _zip_bomb_error(path, member.file_size)
    everything = sum(member.file_size for member in members)
    if _is_bomb_ratio(everything, size):  # members that share their bytes
        raise _zip_bomb_error(path, everything)


def refuse_unsafe_xml(path: Path, part: str, data: bytes) -> None:
    """Refuse XML that Excel never writes and that harms parsers: UTF-16 and document types."""
    start = data[:4096]
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        raise repairable_workbook_error(path, "writes {part} in UTF-16", part=part)
    if _DOCUMENT_TYPE.match(data) or b"<!DOCTYPE" in start:
        raise _hostile_file_error(path, "has a document type in {part}", part=part)


_DOCUMENT_TYPE = re.compile(rb"(?:\s++|<\?(?:[^?]++|\?(?!>))*+\?>|<!--(?:[^-]++|-(?!->))*+-->)*+<!DOCTYPE")
"""A document type, after any number of comments and instructions."""


def repairable_workbook_error(path: Path, message: str, /, **facts: object) -> NotAWorkbook:
    """Return the error for a file that Excel may be able to repair."""
    what = Text(message).with_facts(**facts)
    return NotAWorkbook(path, Text("{what}; open and save it in Excel to repair it").with_facts(what=what))


def _climbs_out_of_package(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    return "\0" in name or steps[0] == "" or ".." in steps or _DRIVE_LETTER.match(name) is not None


def _is_bomb_ratio(unpacked: int, packed: int) -> bool:
    return unpacked > UNSUSPICIOUS_SIZE and unpacked > HIGHEST_COMPRESSION_RATIO * max(packed, 1)


def _hostile_file_error(path: Path, message: str, /, **facts: object) -> NotAWorkbook:
    what = Text(message).with_facts(**facts)
    return NotAWorkbook(path, Text("{what}; do not trust this file").with_facts(what=what), hostile=True)


def _zip_bomb_error(path: Path, size: int) -> NotAWorkbook:
    return _hostile_file_error(path, "unpacks to {size:,} bytes, as a zip bomb does", size=size)


def list_package_members(path: Path, data: bytes) -> list[zipfile.ZipInfo]:
    """List the members of a zip; raises NotAWorkbook or EncryptedWorkbook for anything else."""
    refuse_other_formats(path, data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise _damaged_file_error(path) from error


def parse_xml_part(path: Path, part: str, data: bytes) -> etree._Element:
    """Parse a part without resolving or fetching anything; raises NotAWorkbook."""
    refuse_unsafe_xml(path, part, data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise repairable_workbook_error(path, "has malformed XML in {part}", part=part) from error


def _damaged_file_error(path: Path, part: str = "") -> NotAWorkbook:
    if part:
        return NotAWorkbook(
            path, Text("is damaged or truncated in {part}; restore it from a backup").with_facts(part=part)
        )
    return NotAWorkbook(path, Text("is damaged or truncated; restore it from a backup"))


_START_OF_PART = 1024  # bytes in which a document type is looked for before a part is read


class Package:
    """A zip of parts, read into memory once; changed parts are kept separately, compressed.

    Parts of up to a megabyte are unpacked once: a run reads most sheets for their tables, formulas, names and charts.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.digest = hashlib.sha256(data).hexdigest()
        self._data = memoryview(data)
        members = list_package_members(path, data)
        for member in members:  # some programs write backslashes, which Excel and readers of lists accept
            member.filename = member.orig_filename = member.orig_filename.replace("\\", "/")
        refuse_hostile_members(path, members, len(data))
        self._members = {member.orig_filename: member for member in members}
        self._by_lower = {name.lower(): name for name in self._members}
        self._over: dict[str, DeflatedPart] = {}
        self._unpacked: dict[str, bytes] = {}
        self._fingerprints: dict[str, bytes] = {}

    def broken(self, part: str = "") -> NotAWorkbook:
        """Return the error for bytes that are missing or wrong."""
        return _damaged_file_error(self.path, part)

    @property
    def names(self) -> list[str]:
        """Return the names of the parts in the order of the file."""
        return list(self._members)

    def find(self, name: str) -> str | None:
        """Return a part's name as the zip spells it; part names ignore case."""
        return self._by_lower.get(name.lower().lstrip("/"))

    def _member(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:  # only a damaged package lacks a part that it has to have
            raise repairable_workbook_error(self.path, "has no part {name}", name=name)
        return self._members[name]

    def size(self, name: str) -> int:
        """Return the unpacked size of a part in bytes."""
        over = self._over.get(name)
        return over.size if over else self._member(name).file_size

    def fingerprint(self, name: str) -> bytes:
        """Return a digest that no part with other bytes has; nothing is unpacked."""
        if name not in self._fingerprints:
            if over := self._over.get(name):
                packed, kind = over.data, (over.crc, over.size, zipfile.ZIP_DEFLATED)
            else:
                member = self._member(name)
                packed, kind = [bytes(self._raw(member))], (member.CRC, member.file_size, member.compress_type)
            digest = hashlib.sha256(repr(kind).encode())
            for piece in packed:
                digest.update(piece)
            self._fingerprints[name] = digest.digest()
        return self._fingerprints[name]

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield a part's bytes in pieces, checked against its size and checksum; raises NotAWorkbook."""
        if self.size(name) > CHUNK_SIZE:
            yield from self._unpack(name)
            return
        if name not in self._unpacked:
            self._unpacked[name] = b"".join(self._unpack(name))
        yield self._unpacked[name]

    def _unpack(self, name: str) -> Iterator[bytes]:
        if name in self._over:
            yield from inflate_pieces(self._over[name].data)
            return
        member = self._member(name)
        size = crc = 0
        try:
            for chunk in self._pieces(member):
                size, crc = size + len(chunk), continue_crc32(chunk, crc)
                if size > member.file_size:
                    raise self.broken(name)
                yield chunk
        except (DEFLATE_ERROR, EOFError) as error:
            raise self.broken(name) from error
        if size != member.file_size or crc != member.CRC:
            raise self.broken(name)

    def _pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        raw = self._raw(member)
        if member.compress_type == zipfile.ZIP_DEFLATED:
            return inflate_pieces([raw])
        return (bytes(raw[at : at + CHUNK_SIZE]) for at in range(0, len(raw), CHUNK_SIZE))

    def _raw(self, member: zipfile.ZipInfo) -> memoryview:
        at = member.header_offset
        header = self._data[at : at + LOCAL_HEADER.size]
        if len(header) < LOCAL_HEADER.size or bytes(header[:4]) != b"PK\x03\x04":
            raise self.broken(member.orig_filename)
        name, extra = LOCAL_HEADER.unpack(header)[-2:]
        start = at + LOCAL_HEADER.size + name + extra
        raw = self._data[start : start + member.compress_size]
        if len(raw) != member.compress_size:
            raise self.broken(member.orig_filename)
        return raw

    def refuse_document_type(self, name: str) -> None:
        """Refuse a part with a document type now, not when it is read for the first time, which may be after a save."""
        member = self._member(name)
        start = b""
        if name not in self._over and member.compress_type == zipfile.ZIP_DEFLATED:
            with suppress(zlib.error):  # a part that is damaged is reported by who reads it
                start = zlib.decompressobj(-zlib.MAX_WBITS).decompress(self._raw(member), _START_OF_PART)
        if _DOCUMENT_TYPE.match(start):
            refuse_unsafe_xml(self.path, name, start)

    def read(self, name: str) -> bytes:
        """Return the bytes of a small part; raises NotAWorkbook."""
        if self.size(name) > LARGEST_PARSED:
            raise repairable_workbook_error(self.path, "has an unreasonably large part {name}", name=name)
        data = b"".join(self.stream(name))
        refuse_unsafe_xml(self.path, name, data)
        return data

    def parse(self, name: str) -> etree._Element:
        """Parse a small part; raises NotAWorkbook."""
        return parse_xml_part(self.path, name, self.read(name))

    def with_parts(self, changed: Mapping[str, DeflatedPart | None]) -> Package:
        """Return the package with some parts replaced, dropped (None) or added."""
        after = copy.copy(self)
        over = {**self._over, **changed}
        after._over = {name: part for name, part in over.items() if part is not None}
        kept = {name: member for name, member in self._members.items() if over.get(name, member) is not None}
        after._members = kept | {name: zipfile.ZipInfo(name) for name in after._over if name not in kept}
        after._by_lower = {name.lower(): name for name in after._members}
        after._unpacked = {name: data for name, data in self._unpacked.items() if name not in changed}
        after._fingerprints = {name: known for name, known in self._fingerprints.items() if name not in changed}
        return after

    def write(self, out: BinaryIO) -> None:
        """Write the package; unchanged parts are copied as they are."""
        write_archive(out, self._entries())

    def _entries(self) -> Iterator[ArchiveEntry]:
        for name, member in self._members.items():
            if over := self._over.get(name):
                yield ArchiveEntry(member, over.crc, over.size, over.data)
            else:
                yield ArchiveEntry(member, member.CRC, member.file_size, [self._raw(member)], member.compress_type)
