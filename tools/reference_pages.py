"""Generate pages from the declarations: the reference, the verbs in the README, the table in CONTRIBUTING.

    python -m tools.reference_pages [--check]

Nothing in docs/reference is written by hand. With --check, nothing is written; stale pages are listed, and the exit code is 1.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import click

from tools.domain_homes import make_domain_page, make_where_table
from tools.json_schemas import format_schema, make_json_page, make_schemas, schema_file_name
from tools.page_words import in_chinese
from xl_salesflow.batch.share_messages import SHARE_MESSAGES
from xl_salesflow.changelog.change_sheet_table import CHANGE_SHEET_MESSAGES
from xl_salesflow.changelog.merge_conflicts import CONFLICT_MESSAGES
from xl_salesflow.changelog.undo_run import UNDO_MESSAGES
from xl_salesflow.documents.sample_deal import template_field_paths, template_fields
from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_KINDS
from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.metric_tables import METRIC_TABLES, METRICS_BY_ID
from xl_salesflow.process.duplicate_rows import DUPLICATE_MESSAGES
from xl_salesflow.process.owner_assignment import ASSIGNMENT_MESSAGES
from xl_salesflow.process.pending_moves import MOVE_STATUS_RULES
from xl_salesflow.process.rule_catalogue import ALL_RULES
from xl_salesflow.process.stage_renumbering import RENUMBERING_MESSAGES
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.named_values import SETTINGS_BY_ID
from xl_salesflow.schema.table_columns import ColumnWriter
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.schema.verb_catalogue import VERBS
from xl_salesflow.workbook.cell_findings import CELL_FINDING_KINDS

ROOT = Path(__file__).resolve().parents[1]
_WRITERS = {ColumnWriter.PERSON: "people", ColumnWriter.FORMULA: "a formula", ColumnWriter.PRODUCT: "salesflow"}


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def make_tables_page() -> str:
    """Return the page with all sheets, tables and columns."""
    parts = [
        "# Sheets and columns\n\nTable names are the same in every language; headers are in the language of the workbook.\n"
    ]
    for table in TABLES.values():
        parts.append(
            f"\n## {table.name}\n\n{table.title.in_('en')} · {table.title.in_('zh')}: "
            f"{table.purpose.in_('en')}. {table.purpose.in_('zh')}\u3002\n\n"
        )
        rows = [
            (
                f"`{c.id}`",
                c.header.in_("en"),
                c.header.in_("zh"),
                c.type.value,
                _WRITERS[c.writer],
                c.tip.in_("en"),
                c.tip.in_("zh"),
            )
            for c in table.columns
        ]
        parts.append(
            _table(
                ("Id", "Header", in_chinese("Header"), "Type", "Written by", "What it is", in_chinese("What it is")),
                rows,
            )
        )
    return "".join(parts)


def make_settings_page() -> str:
    """Return the page with all settings and closed lists."""
    rows = [
        (f"`{s.id}`", s.name.in_("en"), s.name.in_("zh"), str(s.default_in("en")), s.tip.in_("en"), s.tip.in_("zh"))
        for s in SETTINGS_BY_ID.values()
    ]
    parts = [
        "# Settings and closed lists\n\n",
        _table(("Id", "Name", in_chinese("Name"), "Default", "What it does", in_chinese("What it does")), rows),
    ]
    for name, choices in CHOICES.items():
        parts.append(
            f"\n## {name}\n\n"
            + _table(
                ("Id", "English", in_chinese("English")),
                [(f"`{i}`", t.in_("en"), t.in_("zh")) for i, t in choices.items()],
            )
        )
    return "".join(parts)


def make_metrics_page() -> str:
    """Return the page with all metrics, their definitions and units, and all tables of metrics."""
    rows = [
        (
            f"`{m.id}`",
            m.name.in_("en"),
            m.name.in_("zh"),
            m.unit.value.in_("en"),
            m.definition.in_("en"),
            m.definition.in_("zh"),
        )
        for m in METRICS_BY_ID.values()
    ]
    metrics = _table(("Id", "Name", in_chinese("Name"), "Unit", "Definition", in_chinese("Definition")), rows)
    tables = [
        (
            f"`{table.name}`", TABLES[table.name].title.in_("en"), TABLES[table.name].title.in_("zh"), str(len(table.rows)),
            ", ".join(f"`{column.id}`" for column in table.columns), "yes" if table.in_stages else "",
        )
        for table in METRIC_TABLES.values()
    ]  # fmt: skip
    return (
        f"# Metrics\n\n{metrics}\n## Tables of metrics\n\n"
        "Each has one row per step, month, group or owner. [Sheets and columns](tables.md) describes the columns.\n\n"
        + _table(("Table", "Sheet", in_chinese("Sheet"), "Rows", "Numbers", "In `stages` of `funnel --json`"), tables)
    )


def make_rules_page() -> str:
    """Return the page with all rules and their messages: first the rules about rows and deals, then those of single verbs."""
    families: dict[str, list[tuple[str, str, Text]]] = {
        "": [(rule.id, rule.severity, rule.message) for rule in ALL_RULES],
        "Stage moves": [(rule.id, rule.severity, rule.message) for rule in MOVE_STATUS_RULES],
        "Single cells": [(rule_id, kind.severity, kind.message) for rule_id, kind in CELL_FINDING_KINDS.items()],
        "Edited stages": [(rule_id, "note", message) for rule_id, message in RENUMBERING_MESSAGES.items()],
        "Undo": [(rule_id, "warn", message) for rule_id, message in UNDO_MESSAGES.items()],
        "Change sheets": [(rule_id, "warn", message) for rule_id, message in CHANGE_SHEET_MESSAGES.items()],
        "Conflicts of a merge": [(rule_id, "warn", message) for rule_id, message in CONFLICT_MESSAGES.items()],
        "Deals without owner": [(rule_id, "note", message) for rule_id, message in ASSIGNMENT_MESSAGES.items()],
        "Possible duplicates": [(rule_id, "note", message) for rule_id, message in DUPLICATE_MESSAGES.items()],
        "Workbooks of people": [(rule_id, *told) for rule_id, told in SHARE_MESSAGES.items()],
    }
    parts = ["# Rules\n"]
    for title, rows in families.items():
        cells = [
            (f"`{rule_id}`", severity, message.in_("en"), message.in_("zh")) for rule_id, severity, message in rows
        ]
        parts += [
            f"\n## {title}\n" if title else "",
            "\n",
            _table(("Id", "Severity", "Message", in_chinese("Message")), cells),
        ]
    return "".join(parts)


def make_verbs_table() -> str:
    """Return the table of verbs."""
    return _table(
        ("Verb", "What it does", in_chinese("What it does")),
        [(f"`{v.id}`", v.tip.in_("en"), v.tip.in_("zh")) for v in VERBS.values() if v.command],
    )


def make_templates_page() -> str:
    """Return the page with all fields that the templates of each kind of document may use."""
    parts = [
        "# Template fields\n\nWrite the fields like this in Word, Excel and HTML; in Typst, put `data.` in front of them.\n"
    ]
    for kind in DEAL_DOCUMENT_KINDS.values():
        rows = [
            (f"`{{% {path} %}}`" if path.startswith("for ") else f"`{path}`", example.partition("\n")[0])
            for path, example in template_field_paths(template_fields(kind.id, "html"))
        ]
        parts.append(
            f"\n## {kind.id}\n\n{kind.name.in_('en')} · {kind.name.in_('zh')}\n\n" + _table(("Field", "Example"), rows)
        )
    return "".join(parts)


_COMMANDS_HEAD = """# Commands

Every command has `--help`. Exit codes: 0 success, 1 blocking findings, 2 a usage error, 3 a workbook that cannot be used.
"""


def make_commands_page() -> str:
    """Return the page with all commands and their options, in English whatever the language of this terminal."""
    program = "from tools.reference_pages import describe_commands; print(describe_commands(), end='')"
    environment = {**os.environ, "SALESFLOW_LANG": "en", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", program]
    text = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, encoding="utf-8").stdout
    return _COMMANDS_HEAD + text


def describe_commands() -> str:
    """Return a section for each command, in the language of this process."""
    from xl_salesflow.cli.command_line import salesflow_group

    return "".join(
        _describe_command(command, f"salesflow {name}") for name, command in sorted(salesflow_group.commands.items())
    )


def _describe_command(command: click.Command, name: str) -> str:
    if isinstance(command, click.Group):
        parts = [_describe_command(one, f"{name} {word}") for word, one in sorted(command.commands.items())]
        return f"\n## {name}\n\n{command.help}\n" + "".join(part.replace("\n## ", "\n### ") for part in parts)
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    rows = [
        record for one in command.params if (record := one.get_help_record(context)) and isinstance(one, click.Option)
    ]
    options = (
        "\n" + _table(("Option", "What it does"), [(f"`{option}`", text) for option, text in rows]) if rows else ""
    )
    return f"\n## {name}\n\n{command.help}\n\n    {usage}\n{options}"


REFERENCE_PAGES: dict[str, Callable[[], str]] = {
    "commands.md": make_commands_page, "tables.md": make_tables_page, "settings.md": make_settings_page,
    "metrics.md": make_metrics_page, "rules.md": make_rules_page, "templates.md": make_templates_page, "json.md": make_json_page,
}  # fmt: skip

MARKED_TABLES: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"verbs": make_verbs_table},
    "CONTRIBUTING.md": {"where": make_where_table},
}
"""Page → mark → the text between the marks, such as <!-- verbs --> and <!-- /verbs -->."""


def make_pages() -> dict[Path, str]:
    """Return every generated page by its path; in pages with marks, only the text between the marks is replaced."""
    reference = ROOT / "docs" / "reference"
    pages = {reference / name: make() for name, make in REFERENCE_PAGES.items()}
    pages |= {
        reference / "json" / schema_file_name(name): format_schema(schema) for name, schema in make_schemas().items()
    }
    marked = {ROOT / name: _fill_marks(ROOT / name, tables) for name, tables in MARKED_TABLES.items()}
    return {**pages, ROOT / "docs" / "domain.md": make_domain_page(), **marked}


def _fill_marks(page: Path, tables: Mapping[str, Callable[[], str]]) -> str:
    text = page.read_text(encoding="utf-8")
    for mark, make in tables.items():
        before, first, rest = text.partition(f"<!-- {mark} -->\n")
        _, last, after = rest.partition(f"<!-- /{mark} -->")
        if not (first and last):
            raise SystemExit(
                f"{page.name} has no place for {mark}; write <!-- {mark} --> and <!-- /{mark} --> where it should be."
            )
        text = before + first + make() + last + after
    return text


def find_stale_pages() -> list[Path]:
    """Return the pages that do not match the declarations."""
    return [
        path for path, text in make_pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or list the stale ones."""
    if "--check" in arguments:
        stale = find_stale_pages()
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale; run: python -m tools.reference_pages")
        return int(bool(stale))
    for path, text in make_pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
