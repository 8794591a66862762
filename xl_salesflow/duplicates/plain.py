"""Names, phones, addresses and sites as they are compared: what people write differently is taken out."""

from __future__ import annotations

import re
from unicodedata import normalize
from urllib.parse import urlsplit

_LEGAL = re.compile(
    r"\b(?:incorporated|inc|limited|ltd|llc|llp|plc|gmbh|mbh|ag|kg|sarl|sas|sa|srl|spa|bv|nv|oy|ab|as|corp|corporation|company|co|"
    r"group|holding|holdings|the)\b|(?:集团|控股)?(?:股份|科技|实业|贸易)?(?:有限责任公司|股份有限公司|有限公司|公司|集团)"
)
_BRACKETS = re.compile(r"[(\[（【][^()\[\]（）【】]*[)\]）】]")
_MARKS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")


def company(name: str) -> str:
    """Return the name of a company without legal form, brackets, case and marks; the whole name where nothing else is left."""
    wide = normalize("NFKC", name).casefold()
    bare = _squeezed(_LEGAL.sub(" ", _BRACKETS.sub(" ", wide)))
    return bare or _squeezed(wide)


def words(text: str) -> str:
    """Return *text* without case and marks, its words in order of the alphabet: Li, Wei and Wei Li are one."""
    return " ".join(sorted(_MARKS.sub(" ", normalize("NFKC", text).casefold()).split()))


def phone(number: str) -> str:
    """Return the digits of a phone number without country and trunk prefix; nothing for fewer than seven."""
    digits = "".join(_DIGITS.findall(normalize("NFKC", number)))
    digits = digits.removeprefix("00")
    if digits.startswith("86") and len(digits) >= 12:
        digits = digits[2:]
    digits = digits.lstrip("0")
    return digits[-10:] if len(digits) >= 7 else ""


def email(address: str) -> str:
    """Return an e-mail address as it is compared; nothing for what is none."""
    plain = normalize("NFKC", address).strip().casefold()
    return plain if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", plain) else ""


def site(address: str) -> str:
    """Return the host of a web address without www."""
    plain = normalize("NFKC", address).strip().casefold()
    try:
        host = urlsplit(plain if "//" in plain else f"//{plain}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if "." in host else ""


def _squeezed(text: str) -> str:
    return _MARKS.sub("", text)
