"""The catalogues are complete: every message is translated with its placeholders and proper punctuation; none is unused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.messages import (
    PACKAGE,
    ROOT,
    CatalogueFinding,
    MessageKey,
    catalogue_paths,
    extract_messages,
    find_catalogue_findings,
    language_name_messages,
    list_placeholders,
    read_translations,
    rename_message,
    write_catalogue,
)
from xl_salesflow.locale.catalogues import compile_catalogue

CHINESE_CATALOGUE = PACKAGE / "locale" / "zh.po"
CHINESE = "[\u3400-\u9fff]"
CHINESE_OR_ITS_MARKS = re.compile("[\u3000-\u303f\u3400-\u9fff\uff01-\uffef]")
HALF_WIDTH = re.compile(rf"{CHINESE}”?[,:;?!()]|[,:;?!()]“?{CHINESE}")


@pytest.fixture(scope="module")
def messages() -> Mapping[MessageKey, list[str]]:
    """Find every message of the package."""
    return {**extract_messages(), **language_name_messages(catalogue_paths())}


@pytest.mark.parametrize("path", catalogue_paths(), ids=lambda path: path.stem)
def test_a_catalogue_is_complete(path: Path, messages: Mapping[MessageKey, list[str]]) -> None:
    assert [str(finding) for finding in find_catalogue_findings(path, messages)] == []


@pytest.mark.parametrize("path", catalogue_paths(), ids=lambda path: path.stem)
def test_a_catalogue_is_formatted_by_the_tool(
    path: Path, messages: Mapping[MessageKey, list[str]], tmp_path: Path
) -> None:
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    write_catalogue(copy, messages, read_translations(copy))
    assert copy.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), "run: python -m tools.messages"


def test_chinese_has_full_width_punctuation() -> None:
    assert [text for text in read_translations(CHINESE_CATALOGUE).values() if HALF_WIDTH.search(text)] == []


def test_chinese_is_only_in_catalogues_and_data() -> None:
    held = {
        path.relative_to(ROOT).as_posix(): place
        for folder in (PACKAGE, ROOT / "tools", ROOT / "docs", ROOT / "benchmarks")
        for path in sorted(folder.rglob("*.py"))
        for place, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if CHINESE_OR_ITS_MARKS.search(line)
    }
    assert held == {}


def test_one_english_text_with_two_meanings_has_a_context(
    messages: Mapping[MessageKey, list[str]],
) -> None:
    known = read_translations(CHINESE_CATALOGUE)
    idle = [
        (message, context)
        for message, context in messages
        if context and (message, "") in messages and known[message, context] == known[message, ""]
    ]
    assert idle == []


SMALL = """msgid ""
msgstr ""
"Language: xx\\n"
"Content-Type: text/plain; charset=utf-8\\n"

#: a.py
msgid "Won"
msgstr "gewonnen"

#: a.py
#, fuzzy
msgid "Lost"
msgstr "verloren"

#: a.py
msgid "{count} deals"
msgstr "{number} Abschlüsse"

#: a.py
msgid "Gone"
msgstr "weg"

#: a.py
msgctxt "noun"
msgid "Open"
msgstr ""
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a catalogue with one fault of each kind."""
    path = tmp_path / "xx.po"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_every_kind_of_fault_is_found(small: Path) -> None:
    wanted = {("Won", ""): 0, ("Lost", ""): 0, ("{count} deals", ""): 0, ("Open", "noun"): 0, ("New", ""): 0}
    assert set(find_catalogue_findings(small, wanted)) == {
        CatalogueFinding("missing", ("New", "")),
        CatalogueFinding("fuzzy", ("Lost", "")),
        CatalogueFinding("placeholders", ("{count} deals", "")),
        CatalogueFinding("unused", ("Gone", "")),
        CatalogueFinding("missing", ("Open", "noun")),
    }


def test_a_renamed_message_keeps_its_translation(small: Path) -> None:
    assert rename_message(small, ("Won", ""), ("We won", ""))
    assert read_translations(small)["We won", ""] == "gewonnen"
    assert not rename_message(small, ("Nowhere", ""), ("Somewhere", ""))


def test_fuzzy_and_blank_translations_are_not_compiled(small: Path) -> None:
    compiled = compile_catalogue(small)
    assert b"gewonnen" in compiled
    assert b"verloren" not in compiled
    assert b"Language: xx" in compiled


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{a} and {b!r:>5}", {"a", "b"}),
        ("none", set()),
        ("{{a}} {b:,}", {"b"}),
        ("{a} {a:task|tasks} {b:is|are} open", {"a"}),
    ],
)
def test_placeholders_are_compared_by_name(template: str, names: set[str]) -> None:
    assert list_placeholders(template) == names


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('Text("Won")', [("Won", "")]),
        ('Text("Won", context="noun")', [("Won", "noun")]),
        ('UsageError("a" if x else "b", x=1)', [("a", ""), ("b", "")]),
        ('declare_column("id", Text("Key", context="Stages"), T, "a tip")', [("a tip", ""), ("Key", "Stages")]),
        ('_declare_choices(won="Won", lost=Text("Lost", context="x"))', [("Won", ""), ("Lost", "x")]),
        (
            'class Mine(UsageError):\n    def __init__(self):\n        super().__init__("{a} is off.", a=1)',
            [("{a} is off.", "")],
        ),
        ("Text(name)", []),
    ],
)
def test_messages_are_found_in_the_sources(source: str, found: list[MessageKey], tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(source, encoding="utf-8")
    assert list(extract_messages(tmp_path)) == found
