"""The sheet Findings names rules and tables by their titles, in the language of the workbook."""

from __future__ import annotations

import pytest

from xl_salesflow.core.pipelines import Finding
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.rule_catalogue import list_finding_rows

FOUND = (
    Finding("no_next_step", "warn", "no next step", "Deals", "D-1", "next_step", "Deals!G2"),
    Finding("move_refused", "block", "refused", "FollowUps", "D-2"),
)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", [("A move that the gates refused", "Follow-ups"), ("No next step", "Deals")]),
        ("zh", [("未通过关卡的变更", "跟进清单"), ("没有下一步", "商机")]),
    ],
)
def test_rules_and_tables_have_their_titles(language: Language, names: list[tuple[str, str]]) -> None:
    rows = list_finding_rows(FOUND, language)
    assert [(row["rule"], row["table"]) for row in rows] == names
    assert [row["cell"] for row in rows] == ["", "Deals!G2"]


def test_a_finding_about_the_whole_workbook_names_no_table() -> None:
    (row,) = list_finding_rows([Finding("not_a_rule", "note", "hello")], "en")
    assert (row["rule"], row["table"]) == ("not_a_rule", "")
