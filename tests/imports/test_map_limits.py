"""An import map fills what a person could type, and nothing that runs write or that decides what others may."""

from __future__ import annotations

from pathlib import Path

from xl_salesflow.core.toml_files import read_toml_text
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.schema.table_columns import ColumnWriter
from xl_salesflow.schema.table_registry import TABLES

IMPORTED_THOUGH_RUNS_WRITE_IT = {
    ("Deals", "closed"), ("Deals", "outcome"), ("History", "deal"), ("History", "stage"), ("History", "entered"),
}  # fmt: skip
"""What another program recorded: how a deal ended, and the stages it was in, for those who may record history."""
NEVER_IMPORTED = {"Approvals", "Gates", "Stages", "Journal", "Settings", "StageTasks"}


def taken(path: Path, table: str, column: str) -> bool:
    path.write_text(
        f'playbook = "crm"\n[[files]]\nfile = "l.csv"\ntable = "{table}"\n[files.columns]\nX = "{column}"\n', "utf-8"
    )
    try:
        ImportMap.from_toml(read_toml_text(path), path.name)
    except UsageError:
        return False
    return True


# attack: an import map fills columns that only runs write, or tables of rights, gates, decisions and records
# outcome: refused, with its line
def test_no_map_reaches_what_only_runs_write(tmp_path: Path) -> None:
    reached = {
        (table.name, column.id): column.writer
        for table in TABLES.values()
        for column in table.columns
        if taken(tmp_path / "m.toml", table.name, column.id)
    }
    assert {
        place for place, writer in reached.items() if writer is ColumnWriter.PRODUCT
    } == IMPORTED_THOUGH_RUNS_WRITE_IT
    assert not {table for table, _ in reached} & NEVER_IMPORTED
    assert not {("Deals", "override_by"), ("Deals", "override_reason"), ("Deals", "recorded_stage")} & reached.keys()
