"""Render documents in their formats and write the files, deal documents together with the workbook.

The files of deal documents are kept in memory until the workbook has recorded them, and then put in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.file_saving import PendingFile, safe_file_name, save_file_atomically
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.documents.template_filling import print_deal_document
from xl_salesflow.documents.template_findings import inspect_template
from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_FORMATS, DEAL_DOCUMENT_KINDS, find_template
from xl_salesflow.documents.template_values import DocumentLanguage, printed_languages
from xl_salesflow.errors import CannotSave, UsageError, WorkbookError, WorkbookInUse
from xl_salesflow.locale.texts import Language, Sentence, Text
from xl_salesflow.ooxml.regular_files import read_regular_file
from xl_salesflow.quotes.document_record import PrintedFile, fingerprint_content


def write_document_files(document: Document, folder: Path, language: Language, formats: Iterable[str]) -> list[Path]:
    """Write *document* into *folder* (created if missing), one file per format, and return the files.

    Raises:
        CannotSave: the folder or the disk refuses; an existing file is unchanged.
    """
    name = safe_file_name(document.name)
    rendered = [
        (path, _render_after_earlier(document, path, language, file_format))
        for file_format in formats
        for path in [Path(folder) / f"{name}.{file_format}"]
    ]
    like = document.facts.get("source")
    return [save_file_atomically(path, content, like) for path, content in rendered]


def write_document_file(document: Document, path: Path, language: Language, file_format: str) -> Path:
    """Write *document* to *path* in one format and return the path; a new calendar cancels events that only the old one has.

    Raises:
        CannotSave: the folder or the disk refuses; an existing file is unchanged.
    """
    content = _render_after_earlier(document, path, language, file_format)
    return save_file_atomically(path, content, document.facts.get("source"))


def _render_after_earlier(document: Document, path: Path, language: Language, file_format: str) -> bytes:
    if document.kind in DEAL_DOCUMENT_KINDS or file_format not in CONTINUED_FORMATS:
        return render_document(document, language, file_format)
    earlier = b""
    with suppress(OSError):
        earlier = read_regular_file(path)
    return _render_list(document, language, file_format, earlier)


CONTINUED_FORMATS = ("ics",)
"""Formats of lists in which a new file continues the one that it replaces."""

_LIST_FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "followups": ("md", "html", "csv", "ics", "eml"),
        "report": ("html",),
        "digest": ("html", "eml"),
        "commission": ("html",),
        "inspection": ("html",),
    }
)

DOCUMENT_FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(DEAL_DOCUMENT_KINDS, DEAL_DOCUMENT_FORMATS),
        **_LIST_FORMATS,
    }
)
"""Kind of document → its formats, the default first; a format is also the extension of the file."""


def render_document(
    document: Document, language: DocumentLanguage, file_format: str, where: tuple[Path, ...] = ()
) -> bytes:
    """Return *document* in *language* as the bytes of a file of *file_format*; the same facts give the same bytes.

    A deal document is printed with a template in the folders *where*, or else with the shipped one; only deal documents
    can be printed in both languages at once.

    Raises:
        UsageError: there is no such kind or format (the message names the existing ones), or a template cannot be
        filled.
    """
    if document.kind not in DOCUMENT_FORMATS:
        raise _unknown_format_error(Text("document"), document.kind, DOCUMENT_FORMATS)
    if file_format not in DOCUMENT_FORMATS[document.kind]:
        raise _unknown_format_error(Text("format"), file_format, DOCUMENT_FORMATS[document.kind])
    if document.kind in DEAL_DOCUMENT_KINDS:
        return print_deal_document(document, language, file_format, where)
    return _render_list(document, printed_languages(language)[0], file_format)


def _render_list(document: Document, language: Language, file_format: str, earlier: bytes = b"") -> bytes:
    """Render a list or the report; a calendar continues the *earlier* one."""
    # imported here, because a deal document needs neither calendars nor charts
    if document.kind == "report":
        from xl_salesflow.documents.report_page import render_report_page

        return render_report_page(document, language)
    if document.kind == "commission":
        from xl_salesflow.documents.commission_page import render_commission_page

        return render_commission_page(document, language)
    if document.kind == "inspection":
        from xl_salesflow.documents.inspection_page import render_inspection_page

        return render_inspection_page(document, language)
    if document.kind == "digest":
        from xl_salesflow.documents.digest_page import render_digest_email, render_digest_page

        return (render_digest_email if file_format == "eml" else render_digest_page)(document, language)
    if file_format == "ics":
        from xl_salesflow.documents.followup_list_formats import render_followup_calendar

        return render_followup_calendar(document, language, earlier)
    from xl_salesflow.documents import followup_list_formats as formats

    renderers = {
        "md": formats.render_followup_markdown,
        "html": formats.render_followup_page,
        "csv": formats.render_followup_csv,
        "eml": formats.render_followup_email,
    }
    return renderers[file_format](document, language)


def _unknown_format_error(what: Text, name: str, known: Mapping[str, object] | tuple[str, ...]) -> UsageError:
    hint = suggest_names(name, known)
    return UsageError("There is no {what} “{name}”; {hint}", what=what, name=name, hint=hint)


class DocumentWriter:
    """Makes files of deal documents in some *formats*; *book* is the folder of the workbook, *where* has the team's templates.

    *on_progress* is called before each document with the number of documents made. Nothing is written to disk before
    `save_around`.
    """

    def __init__(
        self,
        book: Path,
        formats: Sequence[str],
        language: DocumentLanguage,
        *,
        folder: Path | None = None,
        where: tuple[Path, ...] = (),
        on_progress: Callable[[int], None] | None = None,
    ) -> None:
        self._book, self._folder = book.resolve(), folder or book
        self._formats, self._language, self._where, self._on_progress = formats, language, where, on_progress
        self._files: dict[Path, bytes] = {}
        self._like: str | None = None
        self._made = 0
        self._checked: set[tuple[str, str]] = set()

    def __call__(self, document: Document) -> tuple[PrintedFile, ...]:
        """Make the files of a document.

        Raises:
            UsageError: a template cannot be filled.
        """
        if self._on_progress:
            self._on_progress(self._made)
        name = safe_file_name(document.name)
        files = {self._folder / f"{name}.{suffix}": self._render(document, suffix) for suffix in self._formats}
        self._files |= files
        self._like = document.facts.get("source")
        self._made += 1
        return tuple(PrintedFile(self._recorded_path(path), fingerprint_content(file)) for path, file in files.items())

    @property
    def files(self) -> list[Path]:
        """Return the path of every file."""
        return list(self._files)

    @contextmanager
    def save_around(self) -> Iterator[None]:
        """Write all files under temporary names while the workbook records them, then put each in place.

        So a full disk or a read-only folder is found before the workbook records a file, and if the workbook cannot be
        written, no files are left.

        Raises:
            CannotSave: the folder or the disk refuses.
        """
        with ExitStack() as made:
            pending = [
                made.enter_context(PendingFile(path, content, like=self._like)) for path, content in self._files.items()
            ]
            yield
            self._place(pending)

    def save(self) -> list[Path]:
        """Put every file in place and return the paths; for documents that no workbook records."""
        with self.save_around():
            pass
        return self.files

    def _place(self, pending: Sequence[PendingFile]) -> None:
        # the workbook has already recorded them: a file that cannot be put in place is saved next to it, and the others
        # continue
        refused: list[CannotSave] = []
        for file in pending:
            try:
                file.place()
            except (CannotSave, WorkbookInUse) as error:
                refused.append(_place_beside_refused(file, error))
        if refused:
            raise refused[0]

    def _render(self, document: Document, file_format: str) -> bytes:
        if (document.kind, file_format) not in self._checked:
            refuse_invalid_template(document.kind, file_format, self._language, self._where)
            self._checked.add((document.kind, file_format))
        return render_document(document, self._language, file_format, self._where)

    def _recorded_path(self, path: Path) -> str:
        # a workbook and its documents may be moved together
        resolved = path.resolve()
        return resolved.relative_to(self._book).as_posix() if resolved.is_relative_to(self._book) else str(resolved)


def _place_beside_refused(file: PendingFile, error: WorkbookError) -> CannotSave:
    file_name, cause = file.place_beside().name, error.__cause__
    why = (isinstance(cause, OSError) and cause.strerror) or type(cause).__name__
    return CannotSave(
        file.path,
        Text(
            "{why}. The workbook has the new one written down; it is beside it as {beside}. Close {file}, "
            "then rename the new one so"
        ).with_facts(why=why, beside=file_name, file=file.path.name),
    )


def refuse_invalid_template(kind: str, file_format: str, language: DocumentLanguage, where: tuple[Path, ...]) -> None:
    """Refuse a team's own template with findings before anything is printed with it.

    Raises:
        UsageError: the message names the first finding, its place, and the number of other findings.
    """
    template = find_template(kind, file_format, language, where) if kind in DEAL_DOCUMENT_KINDS else None
    findings = inspect_template(template, where) if template and template.path else []
    if not findings or template is None:
        return
    first = findings[0].describe(template.display_name)
    raise UsageError(
        "{finding} (and {more} more)." if len(findings) > 1 else "{finding}",
        finding=first if len(findings) > 1 else Sentence(first),
        more=len(findings) - 1,
    )
