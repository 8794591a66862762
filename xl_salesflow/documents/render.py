"""Which kinds of document there are, in which formats, and what makes each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from xl_salesflow.documents import followup_list, ics, mail, report
from xl_salesflow.documents.kinds import PAPER_FORMATS, PAPERS
from xl_salesflow.documents.paper import printed
from xl_salesflow.documents.values import Tongue
from xl_salesflow.errors import UsageError
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language

Maker = Callable[[Document, Language], bytes]
CONTINUED: Mapping[str, Callable[[Document, Language, bytes], bytes]] = MappingProxyType({"ics": ics.as_calendar})
"""Formats of lists whose file goes on from the one it takes the place of."""

_MAKERS: Mapping[str, Mapping[str, Maker]] = MappingProxyType(
    {
        "followups": {
            "md": followup_list.as_markdown,
            "html": followup_list.as_html,
            "csv": followup_list.as_csv,
            "ics": ics.as_calendar,
            "eml": mail.as_mail,
        },
        "report": {"html": report.as_html},
    }
)

FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {**dict.fromkeys(PAPERS, PAPER_FORMATS), **{kind: tuple(makers) for kind, makers in _MAKERS.items()}}
)
"""Kind of document → its formats, the usual one first; a format is also the ending of the file's name."""


def render(document: Document, language: Tongue, format: str, where: tuple[Path, ...] = ()) -> bytes:
    """Return *document* in *language* as the bytes of a file of *format*; the same facts give the same bytes.

    A paper is put into a template of the folders *where*, or else into the one that ships; only papers come in *both*
    languages at once.

    Raises:
        UsageError: there is no such kind or format, or a template cannot be filled; the sentence says what there is.
    """
    if document.kind not in FORMATS:
        raise _unknown("document", "文件", document.kind, FORMATS)
    if format not in FORMATS[document.kind]:
        raise _unknown("format", "格式", format, FORMATS[document.kind])
    if document.kind in PAPERS:
        return printed(document, language, format, where)
    return _MAKERS[document.kind][format](document, "zh" if language == "both" else language)


def _unknown(what: str, zh: str, name: str, known: Mapping[str, object] | tuple[str, ...]) -> UsageError:
    best = nearest(name, known)
    listed = ", ".join(known)
    return UsageError(
        f"There is no {what} “{name}”; " + (f"did you mean {best}? " if best else "") + f"There are: {listed}.",
        f"没有{zh}“{name}”；" + (f"是否指 {best}？" if best else "") + f"可用：{listed}。",
    )
