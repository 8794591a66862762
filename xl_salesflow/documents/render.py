"""Which kinds of document there are, in which formats, and what makes each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from xl_salesflow.documents import followup_list, ics, mail, quote, report
from xl_salesflow.errors import UsageError
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language

Maker = Callable[[Document, Language], bytes]

_MAKERS: Mapping[str, Mapping[str, Maker]] = MappingProxyType(
    {
        "quote": {"pdf": quote.as_pdf, "html": quote.as_html},
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

FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType({kind: tuple(makers) for kind, makers in _MAKERS.items()})
"""Kind of document → its formats, the usual one first; a format is also the ending of the file's name."""


def render(document: Document, language: Language, format: str) -> bytes:
    """Return *document* in *language* as the bytes of a file of *format*; the same facts give the same bytes.

    Raises:
        UsageError: there is no such kind or format; the sentence lists those that there are.
    """
    makers = _MAKERS.get(document.kind)
    if makers is None:
        raise _unknown("document", "文件", document.kind, _MAKERS)
    if format not in makers:
        raise _unknown("format", "格式", format, makers)
    return makers[format](document, language)


def _unknown(what: str, zh: str, name: str, known: Mapping[str, object]) -> UsageError:
    best = nearest(name, known)
    listed = ", ".join(known)
    return UsageError(
        f"There is no {what} “{name}”; " + (f"did you mean {best}? " if best else "") + f"There are: {listed}.",
        f"没有{zh}“{name}”；" + (f"是否指 {best}？" if best else "") + f"可用：{listed}。",
    )
