"""Documents as files: whole or not at all, and never outside their folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from xl_salesflow.documents.names import safe_name
from xl_salesflow.documents.render import render
from xl_salesflow.errors import CannotSave
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language


def write(document: Document, folder: Path, language: Language, formats: Iterable[str]) -> list[Path]:
    """Write *document* into *folder* (made when missing), one file per format, and return the files.

    Raises:
        CannotSave: the folder or the disk refuses; a file that stood there is as it was.
    """
    made = [(format, render(document, language, format)) for format in formats]
    name = safe_name(document.name)
    return [save(Path(folder) / f"{name}.{format}", content) for format, content in made]


def save(path: Path, content: bytes) -> Path:
    """Put *content* at *path* in one step and return it; a reader sees the old file or the new one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotSave(path, (why, f"系统提示 {why}")) from error
    return path


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        with suppress(OSError):  # a file system without modes
            os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
