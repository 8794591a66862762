"""What is sent: mails and calendars from hostile cells, and a calendar that an earlier, damaged one is compared with."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from random import Random

from icalendar import Calendar

from benchmarks.fuzz_targets.damage import a_word, cut, drop_or_repeat, noise, put_word
from benchmarks.fuzz_targets.quiet_runs import FuzzFault
from benchmarks.fuzz_targets.stores import refused
from benchmarks.fuzz_targets.toml_texts import _LINE
from tests.documents import samples
from xl_salesflow.documents.document_writer import render_document, write_document_file
from xl_salesflow.errors import SalesflowError

_ICS_VALUE = re.compile(rb"\n[A-Z-]+[:;]([^\r\n]*)")
_HEADERS = (
    "To: x@evil.example",
    "Bcc: x@evil.example",
    "Content-Type: text/html",
    "ATTENDEE:mailto:x@evil.example",
    "BEGIN:VALARM",
)
_BREAKS = (
    "\n",
    "\r",
    "\r\n",
    "\u2028",
    "\u2029",
    "\x85",
    "\x0b",
    "\x0c",
    "\\n",
    "=0A",
    "%0D%0A",
    "\ufffd",
    "?=",
    "=?utf-8?q?",
)


def use_sent_list(chance: Random, folder: Path) -> str:
    """Make one mail or calendar and compare its structure with that of a harmless one."""
    word = "".join(
        chance.choice((a_word(chance), chance.choice(_BREAKS), chance.choice(_HEADERS)))
        for _ in range(chance.randint(1, 4))
    )
    language = chance.choice(("en", "zh"))
    kind = chance.choice(("eml", "ics", "earlier"))
    try:
        if kind == "earlier":
            return _replace_calendar(chance, folder)
        made, plain = (render_document(samples.followups(text), language, kind) for text in (word, "x"))
    except SalesflowError as error:
        return refused(error)
    shape = _mail_shape if kind == "eml" else _calendar_shape
    if shape(made) != shape(plain):
        raise FuzzFault(f"a cell changed the structure of the {kind} file: {word!r}")
    return kind


def _mail_shape(data: bytes) -> list[object]:
    mail: Message = message_from_bytes(data, policy=default)
    parts = [(part.get_content_type(), sorted({key.lower() for key in part} - {"from", "to"})) for part in mail.walk()]
    return [
        *parts,
        *(address.addr_spec for address in getattr(mail["to"], "addresses", ()) if "evil" in address.addr_spec),
    ]


def _calendar_shape(data: bytes) -> list[str]:
    Calendar.from_ical(data)
    return [line.split(b":")[0].split(b";")[0].decode() for line in data.replace(b"\r\n ", b"").split(b"\r\n")]


def _replace_calendar(chance: Random, folder: Path) -> str:
    path = folder / "calls.ics"
    earlier = render_document(samples.followups("x"), "en", "ics")
    for _ in range(chance.choice((1, 2, 4))):
        damage = chance.choice(
            (
                noise,
                cut,
                lambda text, _: put_word(_ICS_VALUE, text, chance),
                lambda text, _: drop_or_repeat(_LINE, text, chance),
            )
        )
        earlier = damage(earlier, chance)
    path.write_bytes(earlier)
    Calendar.from_ical(write_document_file(samples.followups("y"), path, "en", "ics").read_bytes())
    return "replaced"
