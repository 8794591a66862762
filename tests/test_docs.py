"""Documents that lie fail: reference pages are what the declarations say."""

import importlib.util
import re
from pathlib import Path

import pytest

from xl_salesflow.cli import main

ROOT = Path(__file__).resolve().parents[1]


def test_the_reference_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "docs" / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert [path.name for path in module.stale()] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", *(ROOT / "docs").glob("*.md")], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_commands_of_the_readme_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = ["Deal,Stage,Amount,Created,Owner", "D-1,Lead,1200,2026-01-05,Mara", "D-2,Won,800,2026-01-09,Tom"]
    Path("deals.csv").write_text("\n".join(rows), encoding="utf-8")
    commands = re.findall(r"^salesflow (.+)$", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [main(command.split()) for command in commands] == [0] * len(commands)
    assert Path("today.ics").read_text(encoding="utf-8").startswith("BEGIN:VCALENDAR")
