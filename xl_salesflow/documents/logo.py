"""The seller's logo: a picture that lies beside the workbook, and nothing else."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_LARGEST = 2_000_000  # bytes; a page should still go by mail
_FRAME = re.compile(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]..\x08(..)(..)", re.DOTALL)


@dataclass(frozen=True)
class Logo:
    """A picture and its media type."""

    content: bytes
    kind: str

    @property
    def uri(self) -> str:
        """Return the picture as the address of itself."""
        return f"data:{self.kind};base64,{b64encode(self.content).decode('ascii')}"

    @cached_property
    def size(self) -> tuple[int, int]:
        """Return width and height in dots; a picture that does not say is taken for a square."""
        if self.kind == "image/png":
            width, height = (int.from_bytes(self.content[at : at + 4], "big") for at in (16, 20))
        else:
            found = _FRAME.search(self.content)
            height, width = (int.from_bytes(part, "big") for part in found.groups()) if found else (0, 0)
        return (width, height) if width and height else (1, 1)


def logo(workbook: str, name: str) -> Logo | None:
    """Return the PNG or JPEG file *name* in the folder of *workbook*; None when there is none to show.

    A name that leads out of the folder, or a file that is no picture, is not read into a document.
    """
    if not workbook or not name.strip():
        return None
    folder = Path(workbook).resolve().parent
    try:
        path = (folder / name.strip()).resolve()
        if path.parent != folder or not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        content = path.read_bytes()
    except (OSError, ValueError):  # ValueError: a name with a NUL in it
        return None
    kind = next((kind for mark, kind in _KINDS.items() if content.startswith(mark)), None)
    return Logo(content, kind) if kind else None
