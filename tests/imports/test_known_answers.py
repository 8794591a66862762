"""Two public data sets with known numbers, imported with the import map that is proposed for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.pending_moves import find_pending_moves

MAVEN = tuple(f"maven_crm/{name}.csv" for name in ("sales_pipeline", "accounts", "products", "sales_teams"))
OLIST = ("olist_funnel/olist_marketing_qualified_leads_dataset.csv", "olist_funnel/olist_closed_deals_dataset.csv")


@dataclass(frozen=True)
class Imported:
    """One data set in one workbook: the import map, the change set, and the result."""

    mapping: ImportMap
    plan: ChangeSet
    after: Pipeline


@cache
def imported(data: Path, files: tuple[str, ...], language: Language) -> Imported:
    before, paths = workbook(language), [data / file for file in files]
    mapping = ImportMap.from_toml(propose_import_map(paths, before).to_toml(language))
    planned = build_import_changes(before, paths, mapping, as_history=True)
    return Imported(mapping, planned, apply_change_set(before, planned))


@pytest.fixture(params=LANGUAGES)
def maven(shared: Path, request: pytest.FixtureRequest) -> Imported:
    """Return the import of the CRM sales opportunities."""
    return imported(shared / "data", MAVEN, request.param)


@pytest.fixture(params=LANGUAGES)
def olist(shared: Path, request: pytest.FixtureRequest) -> Imported:
    """Return the import of the marketing funnel."""
    return imported(shared / "data", OLIST, request.param)


def by_outcome(frame: pd.DataFrame, column: str, how: str) -> dict[str, float]:
    return {str(outcome): float(value) for outcome, value in frame.groupby("outcome")[column].agg(how).items()}


def test_maven_files_are_found_and_mapped(maven: Imported) -> None:
    assert {file.file: file.table for file in maven.mapping.files} == {
        "sales_pipeline.csv": "Deals",
        "accounts.csv": "Accounts",
        "products.csv": "Products",
        "sales_teams.csv": "Team",
    }
    assert all(column.to for file in maven.mapping.files for column in file.columns.values())
    assert maven.mapping.values == {"Products": {"GTXPro": "GTX Pro"}}
    assert (maven.mapping.starts_in, [stage.stage for stage in maven.mapping.new_stages]) == ("Engaging", ["Engaging"])


def test_maven_counts_and_sums(maven: Imported) -> None:
    deals = maven.after["Deals"]
    assert by_outcome(deals, "deal", "count") == {"won": 4238, "lost": 2473, "open": 2089}
    assert int(deals["created"].isna().sum()) == 500
    won = deals[deals["outcome"] == "won"]
    assert int((won["amount"] * 100).astype("int64").sum()) == 1_000_553_400
    assert (won["amount"].median(), round(won["amount"].mean(), 2)) == (1117, 2360.91)
    assert {name: len(maven.after[name]) for name in ("Accounts", "Products", "Team")} == {
        "Accounts": 85,
        "Products": 7,
        "Team": 35,
    }


def test_maven_cycles_come_from_history(maven: Imported) -> None:
    closed = maven.after["History"].query("outcome != 'open'")
    assert by_outcome(closed, "cycle_days", "median") == {"won": 57, "lost": 14}
    means = by_outcome(closed, "cycle_days", "mean")
    assert (round(means["won"], 1), round(means["lost"], 1)) == (51.8, 41.5)
    assert round(float(closed["cycle_days"].mean()), 2) == 47.99


def test_maven_history_has_every_stage_stay_once(maven: Imported) -> None:
    """A closed deal has two stage stays, an open one has one; every deal is in a stage now."""
    history = maven.after["History"]
    assert len(history) == 2 * (4238 + 2473) + 2089
    current = history[history["left"] == pd.Timestamp("9999-12-31")]
    assert sorted(current["deal"]) == sorted(maven.after["Deals"]["deal"])
    assert history["visit"].is_unique
    assert not maven.plan.findings


def test_every_name_that_a_deal_uses_exists(maven: Imported) -> None:
    deals = maven.after["Deals"]
    for column, table, key in (
        ("product", "Products", "product"),
        ("account", "Accounts", "account"),
        ("owner", "Team", "person"),
    ):
        assert set(deals[column]) - {""} <= set(maven.after[table][key])


def test_olist_leads_are_joined_with_the_deals_that_were_closed(olist: Imported) -> None:
    deals = olist.after["Deals"]
    assert by_outcome(deals, "deal", "count") == {"won": 842, "open": 7158}
    assert 842 / len(deals) == 0.10525
    assert [finding.rule for finding in olist.plan.findings] == [
        "import_needed",
        "import_owner_ids",
        "import_backwards",
    ]


@pytest.mark.parametrize("files", [MAVEN, OLIST])
def test_nothing_is_pending_and_a_second_import_changes_nothing(shared: Path, files: tuple[str, ...]) -> None:
    done = imported(shared / "data", files, "en")
    assert find_pending_moves(done.after).empty
    assert not build_import_changes(
        done.after, [shared / "data" / file for file in files], done.mapping, as_history=True
    ).writes


@pytest.mark.parametrize(
    ("file", "deals"),
    [
        ("fivetran_salesforce/sf_opportunity_data.csv", 10),
        ("fivetran_hubspot/deal_data.csv", 44),
    ],
)
def test_exports_of_other_systems_are_mapped_by_their_contents(shared: Path, file: str, deals: int) -> None:
    done = imported(shared / "data", (file,), "en")
    assert len(done.after["Deals"]) == deals
    assert done.after["Deals"]["deal"].is_unique


def test_an_import_reads_each_file_once(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, names = [shared / "data" / file for file in MAVEN], list[str]()
    mapping, original = imported(shared / "data", MAVEN, "en").mapping, Path.read_bytes

    def counted(file: Path) -> bytes:
        names.append(file.name)
        return original(file)

    monkeypatch.setattr(Path, "read_bytes", counted)
    build_import_changes(workbook(), paths, mapping, as_history=True)
    assert sorted(names) == ["accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv"]
