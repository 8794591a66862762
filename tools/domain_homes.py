"""Make docs/domain.md and a table in CONTRIBUTING.md from docs/domain.toml: where each part of a sales process is."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from tools.page_words import in_chinese
from xl_salesflow.locale.texts import LABEL_AND_VALUE, SEMICOLON_SEPARATOR, GivenText, Text, literal_text
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.metrics.readings.sales_audit import AUDIT_QUESTIONS
from xl_salesflow.process.playbook_files import (
    QUESTIONS_FILE,
    list_playbook_names,
    load_playbook,
    make_file_text,
    playbook_title,
    read_playbook_file,
)
from xl_salesflow.process.rule_catalogue import ALL_RULES
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.named_values import SETTINGS_BY_ID
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.schema.verb_catalogue import VERBS

_ROOT = Path(__file__).resolve().parents[1]
_SOURCE = _ROOT / "docs" / "domain.toml"

_HEAD = f"""# Where each part of a sales process is

This table shows where the product covers each part of a sales process: in a sheet, a column, a list value, a rule, a metric, a
playbook or a command. It is generated from `docs/domain.toml`; a test fails if an entry does not exist.

| No. | Part | {in_chinese("Part")} | In the product | {in_chinese("In the product")} |
| --- | --- | --- | --- | --- |
"""


def read_domain_items() -> dict[int, dict[str, Any]]:
    """Return every item by number: en, zh, homes; some also have code (file:name in the package) and test (file)."""
    found = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))["items"]
    return {int(number): item for number, item in found.items()}


def find_home(reference: str) -> Text | None:
    """Return the name of what *reference* (kind:id) refers to, or None if it does not exist."""
    kind, _, item_id = reference.partition(":")
    find = _KINDS.get(kind)
    return (find(item_id) or None) if find and item_id else None


def make_domain_page() -> str:
    """Return the page docs/domain.md."""
    return _HEAD + "".join(_row(number, item) for number, item in sorted(read_domain_items().items()))


def _row(number: int, item: Mapping[str, Any]) -> str:
    homes = {reference: find_home(reference) for reference in item["homes"]}
    en = "; ".join(
        f"{name.in_('en')} (`{reference}`)" if name else f"`{reference}`" for reference, name in homes.items()
    )
    zh = SEMICOLON_SEPARATOR.in_("zh").join(name.in_("zh") if name else "" for name in homes.values())
    return f"| {number} | {item['en']} | {item['zh']} | {en} | {zh} |\n"


_WHERE_HEAD = """| No. | Where is …? | Folder | File | Test |
| --- | --- | --- | --- | --- |
"""


def make_where_table() -> str:
    """Return the table for CONTRIBUTING.md: folder, file and test of every item that has its own code."""
    return _WHERE_HEAD + "".join(
        _where_row(number, item) for number, item in sorted(read_domain_items().items()) if "code" in item
    )


def _where_row(number: int, item: Mapping[str, Any]) -> str:
    path, name = split_code(item["code"])
    folder, _, file = path.partition("/")
    found = f"`{file}`" + (f", `{name}`" if name else "")
    return f"| {number} | {item['en']} | `{folder}/` | {found} | `{item['test']}` |\n"


def split_code(code: str) -> tuple[str, str]:
    """Return the file of *code*, relative to the package, and the name in that file; "" for a data file."""
    path, _, name = code.partition(":")
    return path, name


def find_code(code: str) -> object | None:
    """Return the object that *code* names, or the bytes of a data file; None if it does not exist."""
    path, name = split_code(code)
    file = _ROOT / "xl_salesflow" / path
    if not file.is_file():
        return None
    if not name:
        return file.read_bytes()
    found: object | None = getattr(
        import_module(f"xl_salesflow.{path.removesuffix('.py').replace('/', '.')}"), name, None
    )
    return found


def list_item_words(item: Mapping[str, Any]) -> set[str]:
    """Return the words by which a test may mention an item: the name, the module or data file, and the ids of its homes."""
    path, name = split_code(item["code"])
    return {Path(path).stem, name, *(home.rpartition(":")[2].rpartition(".")[2] for home in item["homes"])} - {""}


_PART_OF = literal_text("{whole} · {part}")


def _table(table_name: str) -> Text | None:
    name, _, column = table_name.partition(".")
    table = TABLES.get(name)
    if table is None:
        return None
    found = table.by_id.get(column)
    if not (column and found):
        return None if column else table.title
    return _PART_OF.with_facts(whole=table.title, part=found.header)


def _value(lists: Mapping[str, Mapping[str, Text]]) -> Callable[[str], Text | None]:
    def find(item_id: str) -> Text | None:
        name, _, value = item_id.partition(".")
        column = TABLES["Lists"].by_id.get(name)
        if name not in lists:
            return None
        title = column.header if column else GivenText.of({"en": name.replace("_", " ").capitalize(), "zh": name})
        if not value:
            return title
        found = lists[name].get(value)
        return found and LABEL_AND_VALUE.with_facts(label=title, value=found)

    return find


def _playbook(playbook_id: str) -> Text | None:
    name, _, wanted = playbook_id.partition(".")
    if name not in list_playbook_names():
        return None
    title = playbook_title(name)
    if not wanted:
        return title
    named = {stage["id"]: stage["name"] for stage in load_playbook(name)["stages"]}
    found = named.get(wanted)
    return found and _PART_OF.with_facts(whole=title, part=make_file_text(found))


def _gate(gate_id: str) -> Text | None:
    name, _, gate = gate_id.partition("-")
    if name not in list_playbook_names():
        return None
    remedies = {one["id"]: one["remedy"] for one in load_playbook(name)["gates"]}
    return _numbered("gate", gate_id) if gate in remedies else None


def _question(question_id: str) -> Text | None:
    asked = {question["id"]: question["text"] for question in read_playbook_file(QUESTIONS_FILE)["questions"]}
    return make_file_text(asked[question_id]) if question_id in asked else None


def _function(function_id: str) -> Text | None:
    module, _, name = function_id.rpartition(".")
    try:
        found = getattr(import_module(f"xl_salesflow.{module}"), name, None)
    except ModuleNotFoundError:
        return None
    return _numbered("function", function_id) if callable(found) else None


def _numbered(kind: str, item_id: str) -> Text:
    return GivenText.of({"en": f"{kind} {item_id}", "zh": f"{in_chinese(kind)} {item_id}"})


def _of(names: Mapping[str, Text]) -> Callable[[str], Text | None]:
    return names.get


_KINDS: Mapping[str, Callable[[str], Text | None]] = {
    "table": _table,
    "list": _value(LISTS),
    "choice": _value(CHOICES),
    "rule": _of({rule.id: rule.title for rule in ALL_RULES}),
    "metric": _of({metric_id: metric.name for metric_id, metric in METRICS_BY_ID.items()}),
    "setting": _of({setting_id: setting.name for setting_id, setting in SETTINGS_BY_ID.items()}),
    "verb": _of({verb_id: verb.label for verb_id, verb in VERBS.items()}),
    "audit": _of({question.id: question.text for question in AUDIT_QUESTIONS}),
    "playbook": _playbook,
    "gate": _gate,
    "question": _question,
    "function": _function,
}
