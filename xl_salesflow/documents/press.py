"""The press: files of documents, held in memory until the workbook has written them down, then put where they belong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xl_salesflow.documents import shelf
from xl_salesflow.documents.checking import faults
from xl_salesflow.documents.kinds import PAPERS
from xl_salesflow.documents.names import safe_name
from xl_salesflow.documents.render import render
from xl_salesflow.documents.saving import Waiting
from xl_salesflow.documents.values import Tongue
from xl_salesflow.errors import CannotSave, UsageError
from xl_salesflow.model.plan import Document
from xl_salesflow.papers import Printed, fingerprint


class Press:
    """Makes files of documents in some *formats*; *book* is the folder of the workbook, *where* holds a team's templates.

    *told* is called before each document with how many were made already. Nothing is on disk before `ready`.
    """

    def __init__(
        self,
        book: Path,
        formats: Sequence[str],
        tongue: Tongue,
        *,
        folder: Path | None = None,
        where: tuple[Path, ...] = (),
        told: Callable[[int], None] = lambda made: None,
    ) -> None:
        self._book, self._folder = book.resolve(), folder or book
        self._formats, self._tongue, self._where, self._told = formats, tongue, where, told
        self._files: dict[Path, bytes] = {}
        self._made = 0
        self._checked: set[tuple[str, str]] = set()

    def __call__(self, document: Document) -> tuple[Printed, ...]:
        """Make the files of a document.

        Raises:
            UsageError: a template cannot be filled.
        """
        self._told(self._made)
        name = safe_name(document.name)
        made = {self._folder / f"{name}.{format}": self._render(document, format) for format in self._formats}
        self._files |= made
        self._made += 1
        return tuple(Printed(self._named(path), fingerprint(content)) for path, content in made.items())

    @property
    def files(self) -> list[Path]:
        """Return where every file belongs."""
        return list(self._files)

    @contextmanager
    def ready(self) -> Iterator[None]:
        """Hold every file ready on the disk while the workbook writes them down, then put each in its place.

        So a full disk or a folder that refuses is found out before the workbook claims a file, and a workbook that cannot be
        written leaves none.

        Raises:
            CannotSave: the folder or the disk refuses.
        """
        waiting: list[Waiting] = []
        try:
            for path, content in self._files.items():
                waiting.append(Waiting(path, content))
            yield
            self._place(waiting)
        finally:
            for file in waiting:
                file.drop()

    def save(self) -> list[Path]:
        """Put every file in its place and return them, where no workbook writes them down."""
        with self.ready():
            pass
        return self.files

    def _place(self, waiting: Sequence[Waiting]) -> None:
        # the workbook has them written down by now: what cannot be put in place stays within reach, the others go on
        refused: list[CannotSave] = []
        for file in waiting:
            try:
                file.place()
            except CannotSave as error:
                refused.append(_beside(file, error))
        if refused:
            raise refused[0]

    def _render(self, document: Document, format: str) -> bytes:
        if (document.kind, format) not in self._checked:
            refuse_faulty(document.kind, format, self._tongue, self._where)
            self._checked.add((document.kind, format))
        return render(document, self._tongue, format, self._where)

    def _named(self, path: Path) -> str:
        # a workbook and its papers may move together
        whole = path.resolve()
        return whole.relative_to(self._book).as_posix() if whole.is_relative_to(self._book) else str(whole)


def _beside(file: Waiting, error: CannotSave) -> CannotSave:
    stands, cause = file.beside().name, error.__cause__
    why = (isinstance(cause, OSError) and cause.strerror) or type(cause).__name__
    return CannotSave(
        file.path,
        (
            f"{why}. The workbook has the new one written down; it is beside it as {stands}. Close {file.path.name}, then "
            "rename the new one so",
            f"系统提示 {why}。工作簿记录的是新文件，暂存为 {stands}；请关闭 {file.path.name} 后将新文件改为此名",
        ),
    )


def refuse_faulty(kind: str, format: str, tongue: Tongue, where: tuple[Path, ...]) -> None:
    """Refuse a team's own template that asks for what is not there, before anything is made with it.

    Raises:
        UsageError: the sentence names the first fault, its place, and how many there are.
    """
    template = shelf.find(kind, format, tongue, where) if kind in PAPERS else None
    wrong = faults(template, where) if template and template.path else []
    if not wrong or template is None:
        return
    place, said, more = wrong[0].place, wrong[0].said, len(wrong) - 1
    raise UsageError(
        f"{template.shown}{', ' * bool(place.en)}{place.en}: {said.en}" + (f" (and {more} more)" if more else "") + ".",
        f"{template.shown}{'，' * bool(place.zh)}{place.zh}：{said.zh}"
        + (f"（另有 {more} 处）" if more else "")
        + "。",
    )
