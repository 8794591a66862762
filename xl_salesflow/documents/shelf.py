"""Where templates lie: a team's own folders first, then the ones that ship."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from xl_salesflow.documents.kinds import SUFFIXES
from xl_salesflow.documents.values import Tongue
from xl_salesflow.errors import UsageError
from xl_salesflow.model.pipeline import Pipeline

FOLDER = "templates"
LARGEST = 32 << 20  # bytes of a template file

_SHIPPED_LETTER = "letter.txt"


@dataclass(frozen=True, slots=True)
class Template:
    """One template: its kind and format, the file it is in (None: it ships with the product), and its bytes."""

    kind: str
    format: str
    name: str
    content: bytes
    path: Path | None = None

    @property
    def shown(self) -> str:
        """Return where it is, for people."""
        return self.name if self.path is None else str(self.path)


def folders(pipeline: Pipeline) -> tuple[Path, ...]:
    """Return the folders of a team's own templates: the one its settings name, and templates beside the workbook."""
    beside = Path(pipeline.source).resolve().parent if pipeline.source else None
    named = pipeline.settings.text("templates").strip()
    wanted = [Path(named).expanduser()] if named else []
    if beside:
        wanted = [beside / folder for folder in wanted] + [beside / FOLDER]
    return tuple(dict.fromkeys(wanted))


def candidates(kind: str, format: str, tongue: Tongue) -> tuple[str, ...]:
    """Return the names a template may have, the one for a single language first."""
    suffix = SUFFIXES[format]
    return (f"{kind}.{tongue}.{suffix}", f"{kind}.{suffix}")


def find(kind: str, format: str, tongue: Tongue, where: tuple[Path, ...] = ()) -> Template:
    """Return the template for a paper: a team's own, else the one that ships.

    Raises:
        UsageError: a team's own cannot be read.
    """
    for folder in where:
        for name in candidates(kind, format, tongue):
            path = folder / name
            if path.is_file():
                return read(path, kind, format)
    return shipped(kind, format)


def shipped(kind: str, format: str) -> Template:
    """Return the template that ships."""
    name = _SHIPPED_LETTER if format == "eml" else f"{kind}.{SUFFIXES[format]}"
    return Template(kind, format, name, (files("xl_salesflow.documents") / "templates" / name).read_bytes())


def own(where: tuple[Path, ...], kinds: tuple[str, ...]) -> Iterator[Template]:
    """Yield every template of a team's own, folder by folder."""
    by_suffix = {suffix: format for format, suffix in SUFFIXES.items()}
    for folder in where:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            kind, format = path.name.partition(".")[0], by_suffix.get(path.suffix.lstrip(".").lower())
            if kind in kinds and format and path.is_file() and not path.name.startswith((".", "~$")):
                yield read(path, kind, format)


def read(path: Path, kind: str, format: str) -> Template:
    """Return the template in a file.

    Raises:
        UsageError: it cannot be read.
    """
    return Template(kind, format, path.name, _read(path), path)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size <= LARGEST:
            return path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageError(f"The template {path} cannot be read: {why}.", f"无法读取模板 {path}：{why}。") from error
    raise UsageError(f"{path} is too large to be a template.", f"{path} 过大，不像模板。")
