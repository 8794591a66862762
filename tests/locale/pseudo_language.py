"""A pseudo-language made from the messages: letters get accents, texts are put between marks, facts are unchanged.

A text that appears without marks was not translated. The marks are allowed in names of sheets and table columns.
"""

from __future__ import annotations

from pathlib import Path
from string import Formatter

from tools.messages import MessageKey, extract_messages, write_catalogue

PSEUDO_LANGUAGE = "qps"
PSEUDO_NAME = "Pseudo-English"
_ACCENTED = str.maketrans(
    "aceginorsuyzABCDEGIKLNORSTUWYZ",
    "\u00e5\u00e7\u00e9\u011d\u00ee\u00f1\u00f6\u0159\u0161\u00fb\u00fd\u017e"
    "\u00c5\u0181\u00c7\u00d0\u00c9\u011c\u00ce\u0136\u013b\u00d1\u00d6\u0158\u0160\u0162\u00db\u0174\u00dd\u017d",
)
_HEAD = f"""msgid ""
msgstr ""
"Language: en_GB\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"X-English-Name: {PSEUDO_NAME}\\n"
"X-Language-Tag: en\\n"
"""


def pseudo_text(message: str) -> str:
    """Return *message* with accents and between marks; blanks and punctuation around it are unchanged."""
    if not any(letter.isalpha() for letter in message):
        return message
    parts = []
    for text, name, spec, conversion in Formatter().parse(message):
        parts.append(text.translate(_ACCENTED).replace("{", "{{").replace("}", "}}"))
        if name is not None:
            parts.append(f"{{{name}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}}}")
    return f"\u27e6{''.join(parts)}\u27e7"


def write_pseudo_catalogue(folder: Path) -> Path:
    """Write the catalogue of the pseudo-language into *folder*."""
    path = folder / f"{PSEUDO_LANGUAGE}.po"
    path.write_text(_HEAD, encoding="utf-8")
    messages: dict[MessageKey, list[str]] = {
        **extract_messages(),
        (PSEUDO_NAME, "language"): [],
        ("Chinese", "language"): [],
    }
    write_catalogue(path, messages, {key: pseudo_text(key[0]) for key in messages})
    return path
