"""Rows of a file that repeat existing rows with a different spelling."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from xl_salesflow.core.pipelines import build_pipeline
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.process.playbook_files import make_shipped_setup

HERE = [{"account": "Acme Inc.", "website": "acme.com"}]

FILES = [
    # accounts of a file → possible duplicates
    ("Account,Website\nACME Corporation,\n", [("ACME Corporation", "Acme Inc.", "legal form")]),
    ("Account,Website\nRoadrunner,https://www.acme.com\n", [("Roadrunner", "Acme Inc.", "web site")]),
    ("Account,Website\nBetter Works,\nBetter-Works Ltd,\n", [("Better-Works Ltd", "Better Works", "legal form")]),
    ("Account,Website\nAcme Inc.,\nOther,\n", []),
]


@pytest.mark.parametrize(("text", "expected"), FILES)
def test_a_possible_duplicate_is_reported(text: str, expected: list[tuple[str, ...]], tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(text, encoding="utf-8")
    pipeline = build_pipeline(date(2026, 5, 4), Accounts=HERE).with_tables(**make_shipped_setup("crm", "en"))
    plan = build_import_changes(pipeline, [file], propose_import_map([file], pipeline), as_history=True)
    findings = [finding for finding in plan.findings if finding.rule == "import_twice"]
    assert [finding.key for finding in findings] == [name for name, _, _ in expected]
    for finding, (_, other, why) in zip(findings, expected, strict=True):
        assert other in finding.message
        assert why in finding.message
        assert finding.message.startswith("accounts.csv, row ")
