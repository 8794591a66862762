"""Write the reference pages and the README's verbs from the declarations: python docs/make.py [--check].

Nothing in docs/reference is written by hand; with --check nothing is written and stale pages are named (exit code 1).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs import domain
from xl_salesflow.changelog.change_sheet_table import CHANGE_SHEET_MESSAGES
from xl_salesflow.changelog.merge_conflicts import CONFLICT_MESSAGES
from xl_salesflow.changelog.undo_run import UNDO_MESSAGES
from xl_salesflow.documents.sample_deal import template_field_paths, template_fields
from xl_salesflow.documents.template_lookup import DEAL_DOCUMENT_KINDS
from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.process.duplicate_rows import DUPLICATE_MESSAGES
from xl_salesflow.process.owner_assignment import ASSIGNMENT_MESSAGES
from xl_salesflow.process.pending_moves import MOVE_STATUS_RULES
from xl_salesflow.process.rule_catalogue import ALL_RULES
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.named_values import SETTINGS_BY_ID
from xl_salesflow.schema.table_columns import ColumnWriter
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.schema.verb_catalogue import VERBS
from xl_salesflow.workbook.cell_findings import CELL_FINDING_KINDS

_WRITERS = {ColumnWriter.PERSON: "people", ColumnWriter.FORMULA: "a formula", ColumnWriter.PRODUCT: "salesflow"}


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def tables() -> str:
    """Return the page of every sheet, table and column."""
    parts = ["# Sheets and columns\n\nTable names are the same in every language; headers follow the workbook's.\n"]
    for table in TABLES.values():
        parts.append(
            f"\n## {table.name}\n\n{table.title.en} · {table.title.zh}: {table.purpose.en}. {table.purpose.zh}。\n\n"
        )
        rows = [
            (f"`{c.id}`", c.header.en, c.header.zh, c.type.value, _WRITERS[c.writer], c.tip.en, c.tip.zh)
            for c in table.columns
        ]
        parts.append(_table(("Id", "Header", "列标题", "Type", "Written by", "What it is", "说明"), rows))
    return "".join(parts)


def settings() -> str:
    """Return the page of every setting and every closed list."""
    rows = [
        (f"`{s.id}`", s.name.en, s.name.zh, str(s.default_in("en")), s.tip.en, s.tip.zh)
        for s in SETTINGS_BY_ID.values()
    ]
    parts = ["# Settings and closed lists\n\n", _table(("Id", "Name", "名称", "Default", "What it does", "作用"), rows)]
    for name, choices in CHOICES.items():
        parts.append(
            f"\n## {name}\n\n" + _table(("Id", "English", "中文"), [(f"`{i}`", *t.both()) for i, t in choices.items()])
        )
    return "".join(parts)


def metrics() -> str:
    """Return the page of every metric with its definition and unit."""
    rows = [
        (f"`{m.id}`", m.name.en, m.name.zh, m.unit.value.en, m.definition.en, m.definition.zh)
        for m in METRICS_BY_ID.values()
    ]
    return "# Metrics\n\n" + _table(("Id", "Name", "名称", "Unit", "Definition", "定义"), rows)


def rules() -> str:
    """Return the page of every rule with its message: of rows and deals, then what single jobs have to say."""
    told: dict[str, list[tuple[str, str, Text]]] = {
        "": [(rule.id, rule.severity, rule.message) for rule in ALL_RULES],
        "Moves": [(rule.id, rule.severity, rule.message) for rule in MOVE_STATUS_RULES],
        "Single cells": [(id, kind.severity, kind.message) for id, kind in CELL_FINDING_KINDS.items()],
        "Putting a run back": [(id, "warn", message) for id, message in UNDO_MESSAGES.items()],
        "Ticked changes": [(id, "warn", message) for id, message in CHANGE_SHEET_MESSAGES.items()],
        "Decided conflicts": [(id, "warn", message) for id, message in CONFLICT_MESSAGES.items()],
        "Deals without owner": [(id, "note", message) for id, message in ASSIGNMENT_MESSAGES.items()],
        "Doubles": [(id, "note", message) for id, message in DUPLICATE_MESSAGES.items()],
    }
    parts = ["# Rules\n"]
    for title, rows in told.items():
        cells = [(f"`{id}`", severity, message.en, message.zh) for id, severity, message in rows]
        parts += [f"\n## {title}\n" if title else "", "\n", _table(("Id", "Severity", "Message", "提示"), cells)]
    return "".join(parts)


def verbs() -> str:
    """Return the table of verbs."""
    return _table(
        ("Verb", "What it does", "作用"), [(f"`{v.id}`", v.tip.en, v.tip.zh) for v in VERBS.values() if v.command]
    )


def templates() -> str:
    """Return the page of every field that the templates of each kind of paper may use."""
    parts = [
        "# Fields of templates\n\nAs they are written in Word, Excel and HTML; in Typst, `data.` stands before them.\n"
    ]
    for kind in DEAL_DOCUMENT_KINDS.values():
        rows = [
            (f"`{{% {path} %}}`" if path.startswith("for ") else f"`{path}`", example.partition("\n")[0])
            for path, example in template_field_paths(template_fields(kind.id, "html"))
        ]
        parts.append(f"\n## {kind.id}\n\n{kind.name.en} · {kind.name.zh}\n\n" + _table(("Field", "Example"), rows))
    return "".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "tables.md": tables, "settings.md": settings, "metrics.md": metrics, "rules.md": rules,
    "templates.md": templates,
}  # fmt: skip


def pages() -> dict[Path, str]:
    """Return every generated text by its path, the README with its verbs filled in."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    filled = re.sub(r"(<!-- verbs -->\n).*?(<!-- /verbs -->)", lambda m: m[1] + verbs() + m[2], readme, flags=re.DOTALL)
    written = {ROOT / "docs" / "reference" / name: page() for name, page in PAGES.items()}
    return {**written, ROOT / "docs" / "domain.md": domain.page(), ROOT / "README.md": filled}


def stale() -> list[Path]:
    """Return the pages that say something else than the declarations."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


if __name__ == "__main__":
    if "--check" in sys.argv:
        for path in (old := stale()):
            print(f"{path.relative_to(ROOT)} is stale; run python docs/make.py")
        raise SystemExit(1 if old else 0)
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
