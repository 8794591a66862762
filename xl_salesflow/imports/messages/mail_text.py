"""The words of a mail without what mail programs put around them: quoted mails, signatures, markup."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree, html

from xl_salesflow.imports.import_values import remove_invisible_characters

LONGEST_MAIL_TEXT = 200_000
"""Letters of a mail that are looked at."""

_LONGEST_SUMMARY = 500
_LONGEST_LINE = 600  # a longer one is no head of a quote, and patterns need not be tried on it
_HEAD_LINES = 4  # the lines of the head of a quoted mail that are looked at
_CLOSING_LINES = 8  # a closing line is one only so near to the end
_MOST_LINES = 2_000
_DIRECTION_MARKS = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BLANKS_IN_TEXT_LINE = re.compile(r"[^\S\n]+")
_BLOCKS = frozenset(("p", "div", "li", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote", "pre", "hr"))
_UNSEEN = frozenset(("script", "style", "head", "title", "noscript", "template", "object", "svg", "textarea", "select"))
_QUOTE_CLASSES = frozenset(
    ("gmail_quote", "gmail_quote_container", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote")
)
_QUOTE_IDS = frozenset(
    ("isreplycontent", "divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "qm_quote")
)
_SIGNATURE_CLASSES = frozenset(("gmail_signature", "moz-signature", "mobile-signature", "foxmail_signature"))


@cache
def read_mail_marks() -> dict[str, Any]:
    """Return the file of marks, as parsed."""
    return tomllib.loads(files(__package__).joinpath("mail_marks.toml").read_text(encoding="utf-8"))


@cache
def compile_mail_mark(name: str) -> re.Pattern[str]:
    """Return the pattern that matches any of the marks *name*."""
    marks = read_mail_marks()[name]
    return re.compile("|".join(f"(?:{mark})" for mark in ([marks] if isinstance(marks, str) else marks)), re.IGNORECASE)


def tidy_line(text: str, longest: int = 200) -> str:
    """Return *text* as one line without control and direction characters, at most *longest* letters."""
    line = " ".join(remove_invisible_characters(_DIRECTION_MARKS.sub("", text)).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def shorten_mail_text(text: str) -> str:
    """Return what the sender wrote: *text* up to the first quoted mail or signature, at most a few lines."""
    lines = [_tidy_text_line(line) for line in text[:LONGEST_MAIL_TEXT].splitlines()[:_MOST_LINES]]
    written = list(_drop_quoted_lines(_cut_closing(_cut_signature(_cut_quoted_mails(lines)))))
    short = re.sub(r"\n{3,}", "\n\n", "\n".join(written)).strip()
    return short if len(short) <= _LONGEST_SUMMARY else f"{short[: _LONGEST_SUMMARY - 1].rstrip()}…"


def _tidy_text_line(line: str) -> str:
    return _BLANKS_IN_TEXT_LINE.sub(" ", remove_invisible_characters(_DIRECTION_MARKS.sub("", line))).strip()


def _cut_quoted_mails(lines: list[str]) -> list[str]:
    heads, sender, others = (compile_mail_mark(name) for name in ("quote_heads", "head_from", "head_others"))
    for at, line in enumerate(lines):
        if not line or len(line) > _LONGEST_LINE:
            continue
        joined = " ".join(lines[at : at + 3])[:_LONGEST_LINE]  # programs fold the line “On … wrote:”
        if heads.match(line) or (
            line[:3].casefold() in ("on ", "am ", "le ", "el ") and _is_folded_head(joined, lines[at : at + 3])
        ):
            return lines[:at]
        below = [text for text in lines[at + 1 : at + 1 + 2 * _HEAD_LINES] if text][:_HEAD_LINES]
        if sender.match(line) and any(others.match(text) for text in below):
            return lines[:at]
    return lines


def _is_folded_head(joined: str, lines: Sequence[str]) -> bool:
    # the line that ends the head ends with a colon; what follows it is not part of it
    for count in (2, 3):
        if len(lines) >= count and lines[count - 1].endswith((":", "\uff1a")):
            return compile_mail_mark("quote_heads").match(" ".join(lines[:count])[:_LONGEST_LINE]) is not None
    return False


def _cut_signature(lines: list[str]) -> list[str]:
    marks = compile_mail_mark("signatures")
    for at, line in enumerate(lines):
        if line and len(line) <= _LONGEST_LINE and marks.match(line):
            return lines[:at]
    return lines


def _cut_closing(lines: list[str]) -> list[str]:
    """Return *lines* without the closing line, if the mail ends with it and a name or an address below it."""
    marks = compile_mail_mark("closings")
    while lines and not lines[-1]:
        lines = lines[:-1]
    for at in range(max(len(lines) - _CLOSING_LINES, 1), len(lines)):
        if lines[at] and len(lines[at]) <= 60 and marks.match(lines[at]):
            return lines[:at]
    return lines


def _drop_quoted_lines(lines: Sequence[str]) -> Iterator[str]:
    # a reply between the lines of the other mail
    return (line for line in lines if not line.startswith((">", "\uff1e", "|>")))


def html_to_text(page: str) -> str:
    """Return the text of an HTML mail, without quoted mails, scripts and what is hidden. Nothing is loaded or executed."""
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    cleaned = remove_invisible_characters(page[:LONGEST_MAIL_TEXT])
    if not cleaned.strip():
        return ""
    try:
        root = html.document_fromstring(cleaned, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):  # nothing but markup, or nested deeper than any mail
        return _strip_tags(cleaned)
    return "".join(_walk_text(root)).strip()


def _strip_tags(page: str) -> str:
    return " ".join(re.sub(r"<[^<>]{0,2000}>", " ", page).split())


def _walk_text(root: Any) -> Iterator[str]:
    """Yield the texts below *root* in order, up to the first quoted mail that the rest of the page belongs to."""
    left_out: Any = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if left_out is None and _is_unwanted(element):
                left_out = element
                if _begins_quote(element):
                    return
            if left_out is None:
                if element.tag in _BLOCKS or element.tag == "br":
                    yield "\n"
                if element.tag not in ("br",) and element.text:
                    yield _join_blanks(element.text)
            continue
        if element is left_out:
            left_out = None
        if left_out is None:
            if element.tag in _BLOCKS and element is not root:
                yield "\n"
            if element.tail:
                yield _join_blanks(element.tail)


def _join_blanks(text: str) -> str:
    return re.sub(r"[\s\u00a0]+", " ", text)


def _is_unwanted(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return True
    style = re.sub(r"\s", "", element.get("style") or "").casefold()[:500]
    if "display:none" in style or "mso-hide:all" in style or element.get("hidden") is not None:
        return True
    classes = set((element.get("class") or "").casefold().split())
    quoted = element.tag == "blockquote" and (element.get("type") or "").casefold() == "cite"
    return quoted or bool(classes & (_QUOTE_CLASSES | _SIGNATURE_CLASSES)) or _begins_quote(element)


def _begins_quote(element: Any) -> bool:
    # Outlook and the Chinese web mailers put the quoted mail behind this element, not into it
    return (element.get("id") or "").casefold() in _QUOTE_IDS
