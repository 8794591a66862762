"""Find the catalogues of translations, and look messages up in them.

English is the language of the messages themselves. Every other language is a catalogue: ``zh.po``, which translators
edit, and ``zh.mo``, which is compiled from it. The catalogues of this folder ship; the folder that SALESFLOW_CATALOGUES
names may contain more.
"""

from __future__ import annotations

import io
import os
import re
import struct
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

SOURCE_LANGUAGE = "en"
CATALOGUE_FOLDER_VARIABLE = "SALESFLOW_CATALOGUES"


def catalogue_folders() -> tuple[Path, ...]:
    """Return the folders that contain catalogues, the shipped one first."""
    named = os.environ.get(CATALOGUE_FOLDER_VARIABLE)
    return (Path(__file__).parent, *([Path(named)] if named else []))


def find_languages() -> tuple[str, ...]:
    """Return the code of every available language, English first."""
    names = {name for folder in catalogue_folders() for name in os.listdir(folder)}
    found = {name[:-3] for name in names if name.endswith((".po", ".mo"))}
    return (SOURCE_LANGUAGE, *sorted(found - {SOURCE_LANGUAGE}))


@cache
def load_catalogue(language: str) -> NullTranslations:
    """Return the catalogue of *language*; for English, and for a language without one, it translates nothing."""
    if language != SOURCE_LANGUAGE:
        for folder in catalogue_folders():
            po, mo = folder / f"{language}.po", folder / f"{language}.mo"
            is_current = mo.exists() and (not po.exists() or mo.stat().st_mtime_ns >= po.stat().st_mtime_ns)
            if po.exists() and not is_current:
                return GNUTranslations(io.BytesIO(_compile_beside(po, mo)))
            if mo.exists():
                return GNUTranslations(io.BytesIO(mo.read_bytes()))
    return NullTranslations()


@lru_cache(maxsize=1 << 14)
def translate_message(message: str, context: str, language: str) -> str:
    """Return *message* in *language*; a message that the catalogue lacks stays English."""
    if language == SOURCE_LANGUAGE or not message:
        return message
    catalogue = load_catalogue(language)
    return catalogue.pgettext(context, message) if context else catalogue.gettext(message)


def compile_catalogue(po: Path) -> bytes:
    """Return *po* compiled to a .mo file; fuzzy messages are left out."""
    from babel.messages.pofile import read_po

    with po.open("rb") as file:
        translations = {
            f"{message.context}\x04{message.id}" if message.context else str(message.id): str(message.string)
            for message in read_po(file)
            if message.id and message.string and not message.fuzzy
        }
    head = "".join(f"{field}: {value}\n" for field, value in read_catalogue_head(po).items())
    return _pack_catalogue({"": head, **translations})


def read_catalogue_head(po: Path) -> dict[str, str]:
    """Return the fields in the head of *po* by name."""
    head = po.read_text(encoding="utf-8").partition("\n\n")[0]
    return dict(re.findall(r'^"([\w-]+): (.*)\\n"$', head, re.MULTILINE))


def _pack_catalogue(translations: dict[str, str]) -> bytes:
    # Babel's own writer drops lines of the head that it does not know
    pairs = sorted((message.encode(), translation.encode()) for message, translation in translations.items())
    start = 28 + 16 * len(pairs)
    tables: list[list[int]] = [[], []]
    content = b""
    for place, table in enumerate(tables):
        for pair in pairs:
            table += [len(pair[place]), start + len(content)]
            content += pair[place] + b"\0"
    head = (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return struct.pack(f"<{7 + 4 * len(pairs)}I", *head, *tables[0], *tables[1]) + content


def _compile_beside(po: Path, mo: Path) -> bytes:
    # in a checkout, the next start reads the .mo; if the folder is read-only, every start compiles again
    content = compile_catalogue(po)
    fresh = mo.with_name(f"{mo.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        fresh.replace(mo)
    except OSError:
        fresh.unlink(missing_ok=True)
    return content
