"""Decode the headers of mails as programs really write them: encoded words, raw bytes of any charset, broken addresses."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as EmailMessage
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime
from itertools import islice
from ntpath import basename

from xl_salesflow.imports.messages.mail_text import tidy_line
from xl_salesflow.imports.messages.message_values import Correspondent
from xl_salesflow.imports.text_encodings import detect_encodings

_LONGEST_MAIL_HEADER = 20_000
_MOST_ADDRESSES = 200
_WIDER_CHARSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
}
_NO_MAIL_CODECS = (
    "ascii",
    "punycode",
    "idna",
    "unicode_escape",
    "raw_unicode_escape",
    "unicode-escape",
    "raw-unicode-escape",
    "undefined",
)
_EARLY_YEAR, _LATE_YEAR = 1980, 2200
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,200}\.\w{2,24}")
_MESSAGE_ID_PATTERN = re.compile(r"<([^<>\s]{3,300})>")


def decode_mail_bytes(raw: bytes, charset: str = "") -> str:
    """Return *raw* as text: in *charset* if that is true, else in the encoding that fits it; nothing raises."""
    name = _identify_charset(charset)
    try:
        if name:
            return raw.decode(name)
    except (LookupError, UnicodeError, ValueError):
        pass  # the charset is unknown or wrong
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        found = name if name in _WIDER_CHARSETS.values() else detect_encodings(raw[:4096])[0]
        return raw.decode(found, "replace")


def _identify_charset(charset: str) -> str:
    """Return the name of the codec for *charset*; "" if there is none that reads mails."""
    name = charset.strip().strip("'\"").casefold().partition("//")[0]
    try:
        name = codecs.lookup(_WIDER_CHARSETS.get(name, name)).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    return "" if name in _NO_MAIL_CODECS else name


def read_mail_header(message: EmailMessage, name: str) -> str:
    """Return the decoded header *name* as one line; "" if there is none."""
    return _decode_words(_read_raw_header(message, name))


def _read_raw_header(message: EmailMessage, name: str) -> str:
    return next(iter(read_raw_headers(message, name, 1)), "")


def read_raw_headers(message: EmailMessage, name: str, most: int = 20) -> list[str]:
    """Return the headers *name* as they stand in the mail, at most *most* of them."""
    wanted = name.casefold()
    found = (str(value)[:_LONGEST_MAIL_HEADER] for key, value in message.raw_items() if key.casefold() == wanted)
    return list(islice(found, most))


def _decode_words(raw: str) -> str:
    try:
        parts = decode_header(raw) if "=?" in raw else [(_unescape(raw), None)]
    except (HeaderParseError, binascii.Error, ValueError):
        return tidy_line(_unescape(raw), _LONGEST_MAIL_HEADER)
    words = (decode_mail_bytes(part, charset or "") if isinstance(part, bytes) else part for part, charset in parts)
    return tidy_line(_unescape("".join(words)), _LONGEST_MAIL_HEADER)


def _unescape(text: str) -> str:
    """Return *text* with the raw bytes in it, which the parser keeps as surrogates, decoded."""
    if text.isascii():
        return text
    try:
        return decode_mail_bytes(text.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:  # it was text already
        return text.encode("utf-8", "replace").decode("utf-8")


def read_correspondents(message: EmailMessage, *names: str) -> tuple[Correspondent, ...]:
    """Return the people in the headers *names*, each address once."""
    found = dict[str, Correspondent]()
    for name in names:
        for raw in read_raw_headers(message, name):
            for person in _read_addresses(raw):
                found.setdefault(person.address or person.name.casefold(), person)
    return tuple(found.values())[:_MOST_ADDRESSES]


def _read_addresses(raw: str) -> Iterator[Correspondent]:
    flat = raw.replace("\r", " ").replace("\n", " ")
    flat = _unescape(flat) if "=?" not in flat else flat
    for name, address in _split_addresses(flat):
        decoded = tidy_line(_decode_words(name).strip(" '\""))
        yield make_correspondent(decoded, address)


def _split_addresses(flat: str) -> Iterable[tuple[str, str]]:
    try:
        pairs = [(name, address) for name, address in getaddresses([flat]) if "@" in address]
    except RecursionError:  # comments inside comments
        pairs = []
    if pairs:
        return pairs
    return [("", address) for address in _ADDRESS.findall(_decode_words(flat))]  # a list that is not well-formed


def make_correspondent(name: str, address: str) -> Correspondent:
    """Return the person with *address*, whose *name* is "" if it only repeats the address."""
    found = _ADDRESS.search(address.removeprefix("mailto:").removeprefix("MAILTO:"))
    folded = found[0].casefold() if found else ""
    return Correspondent("" if name.casefold() == folded else tidy_line(name, 80), folded)


def read_message_ids(message: EmailMessage, *names: str) -> tuple[str, ...]:
    """Return the ids in the headers *names*, the last one first, because it is the nearest mail of the thread."""
    ids = (found for name in names for found in _MESSAGE_ID_PATTERN.findall(_read_raw_header(message, name)))
    return tuple(dict.fromkeys(reversed(list(ids))))


def read_sent_time(message: EmailMessage) -> datetime | None:
    """Return when the mail was sent, or else when a server took it; None if neither is known."""
    received = (line.rpartition(";")[2] for line in read_raw_headers(message, "Received"))
    for text in (_read_raw_header(message, "Date"), _read_raw_header(message, "Delivery-Date"), *received):
        try:
            when = parsedate_to_datetime(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if _EARLY_YEAR <= when.year < _LATE_YEAR:
            return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None


def read_file_name(part: EmailMessage) -> str:
    """Return the name of an attachment without folders; "" if the part is none."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        try:
            value = part.get_param(parameter, None, header)
        except (ValueError, TypeError, IndexError, UnicodeError):
            continue
        if value:
            return clean_file_name(_decode_words(collapse_rfc2231_value(value)[:_LONGEST_MAIL_HEADER]))
    return ""


def clean_file_name(name: str) -> str:
    """Return the last part of a path, without characters that no file name has; the file is never opened by it."""
    return tidy_line(re.sub(r'[<>:"|?*;]', "_", basename(name.strip().rstrip("/\\"))), 80).strip(". ")
