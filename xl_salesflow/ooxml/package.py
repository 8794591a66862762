"""The zip container: parts in, parts out, untouched members as the compressed bytes they were."""

from __future__ import annotations

import copy
import hashlib
import io
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from xl_salesflow.errors import NotAWorkbook
from xl_salesflow.ooxml import guard
from xl_salesflow.ooxml.archive import LOCAL, Entry, write_archive
from xl_salesflow.ooxml.deflate import CHUNK, FORMAT_ERROR, Deflated, checksum, inflate


class Package:
    """A zip of parts, read once into memory as it is on disk; parts that change lie over it, compressed."""

    def __init__(self, path: Path, data: bytes) -> None:
        guard.refuse_foreign(path, data)
        self.path = path
        self.digest = hashlib.sha256(data).hexdigest()
        self._data = memoryview(data)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise self.broken() from error
        guard.refuse_members(path, members, len(data))
        self._members = {member.orig_filename: member for member in members}
        self._by_lower = {name.lower(): name for name in self._members}
        self._over: dict[str, Deflated] = {}

    def broken(self, part: str = "") -> NotAWorkbook:
        """The error for bytes that are missing or wrong."""
        where = (f" in {part}", f"（部件 {part}）") if part else ("", "")
        why = (
            f"is damaged or cut short{where[0]}; restore it from a backup",
            f"已损坏或不完整{where[1]}；请从备份恢复",
        )
        return NotAWorkbook(self.path, why)

    @property
    def names(self) -> list[str]:
        """The parts in their order in the file."""
        return list(self._members)

    def find(self, name: str) -> str | None:
        """The part's name as the zip spells it; part names ignore case."""
        return self._by_lower.get(name.lower().lstrip("/"))

    def size(self, name: str) -> int:
        """How many bytes a part has, unpacked."""
        over = self._over.get(name)
        return over.size if over else self._members[name].file_size

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield a part's bytes in pieces, checked against its size and checksum; raises NotAWorkbook."""
        if name in self._over:
            yield from inflate(self._over[name].data)
            return
        member = self._members[name]
        size = crc = 0
        try:
            for chunk in self._pieces(member):
                size, crc = size + len(chunk), checksum(chunk, crc)
                if size > member.file_size:
                    raise self.broken(name)
                yield chunk
        except (FORMAT_ERROR, EOFError) as error:
            raise self.broken(name) from error
        if size != member.file_size or crc != member.CRC:
            raise self.broken(name)

    def _pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        raw = self._raw(member)
        if member.compress_type == zipfile.ZIP_DEFLATED:
            return inflate([raw])
        return (bytes(raw[at : at + CHUNK]) for at in range(0, len(raw), CHUNK))

    def _raw(self, member: zipfile.ZipInfo) -> memoryview:
        at = member.header_offset
        header = self._data[at : at + LOCAL.size]
        if len(header) < LOCAL.size or bytes(header[:4]) != b"PK\x03\x04":
            raise self.broken(member.orig_filename)
        name, extra = LOCAL.unpack(header)[-2:]
        start = at + LOCAL.size + name + extra
        raw = self._data[start : start + member.compress_size]
        if len(raw) != member.compress_size:
            raise self.broken(member.orig_filename)
        return raw

    def read(self, name: str) -> bytes:
        """Return a small part whole; raises NotAWorkbook."""
        if self.size(name) > guard.LARGEST_PARSED:
            raise guard.unsound(self.path, f"has an unreasonably large part {name}", f"部件 {name} 过大")
        data = b"".join(self.stream(name))
        guard.refuse_markup(self.path, name, data)
        return data

    def parse(self, name: str) -> etree._Element:
        """Parse a small part; raises NotAWorkbook."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        try:
            return etree.fromstring(self.read(name), parser)
        except etree.XMLSyntaxError as error:
            raise guard.unsound(self.path, f"has malformed XML in {name}", f"部件 {name} 的 XML 格式有误") from error

    def with_parts(self, changed: Mapping[str, Deflated | None]) -> Package:
        """Return the package with some parts replaced, dropped (None) or added, to read and to write."""
        after = copy.copy(self)
        over = {**self._over, **changed}
        after._over = {name: part for name, part in over.items() if part is not None}
        kept = {name: member for name, member in self._members.items() if over.get(name, member) is not None}
        after._members = kept | {name: zipfile.ZipInfo(name) for name in after._over if name not in kept}
        after._by_lower = {name.lower(): name for name in after._members}
        return after

    def write(self, out: BinaryIO) -> None:
        """Write the package; what nothing lies over goes out untouched."""
        write_archive(out, self._entries())

    def _entries(self) -> Iterator[Entry]:
        for name, member in self._members.items():
            if over := self._over.get(name):
                yield Entry(member, over.crc, over.size, over.data)
            else:
                yield Entry(member, member.CRC, member.file_size, [self._raw(member)], member.compress_type)
