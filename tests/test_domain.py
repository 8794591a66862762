"""Every part of a sales process is somewhere in the product, and every reference to it exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.parts import ROOT
from tools import domain_homes

ITEMS = domain_homes.read_domain_items()
WITH_CODE = {number: item for number, item in ITEMS.items() if "code" in item}


def test_the_items_are_numbered_without_a_gap() -> None:
    assert sorted(ITEMS) == list(range(1, 74))


def test_they_are_the_items_of_the_field(shared: Path) -> None:
    field = (shared / "domain.md").read_text(encoding="utf-8")
    assert sorted(ITEMS) == [int(number) for number in re.findall(r"^(\d+)\. ", field, flags=re.MULTILINE)]


@pytest.mark.parametrize("number", ITEMS)
def test_an_item_is_named_in_both_languages_and_has_homes_that_exist(number: int) -> None:
    item = ITEMS[number]
    assert item["en"]
    assert re.search("[\u4e00-\u9fff]", item["zh"])
    assert item["homes"]
    assert [reference for reference in item["homes"] if domain_homes.find_home(reference) is None] == []
    assert len(set(item["homes"])) == len(item["homes"])


@pytest.mark.parametrize(
    "reference",
    [
        "table:Dreams", "table:Deals.dream", "list:dreams", "list:source.dream", "choice:dreams", "choice:kind.dream",
        "rule:dream", "metric:dream", "setting:dream", "verb:dream", "audit:dream", "playbook:dream", "playbook:crm.dream",
        "gate:crm-dream", "gate:dream-need", "question:X9", "function:dreams.of", "function:metrics.dream", "dream:Deals",
        "table:", "Deals",
    ],
)  # fmt: skip
def test_a_home_that_does_not_exist_gives_none(reference: str) -> None:
    assert domain_homes.find_home(reference) is None


def test_all_traits_and_audit_questions_are_listed() -> None:
    homes = {reference for item in ITEMS.values() for reference in item["homes"]}
    assert sum(one.startswith("list:golden_trait.") for one in homes) == 7
    assert sum(one.startswith("list:bad_trait.") for one in homes) == 7
    assert sum(one.startswith("audit:") for one in homes) == 13


def test_at_least_forty_items_say_where_their_code_and_their_test_are() -> None:
    assert len(WITH_CODE) >= 40
    assert {"code", "test"} & set().union(
        *(set(item) for item in ITEMS.values() if item not in WITH_CODE.values())
    ) == set()


@pytest.mark.parametrize("number", WITH_CODE)
def test_the_code_of_an_item_exists_and_its_test_mentions_it(number: int) -> None:
    """The file defines the name; the test mentions that name, its module, or a home of the item."""
    item = WITH_CODE[number]
    assert domain_homes.find_code(item["code"]) is not None, item["code"]
    words = set(re.findall(r"\w+", (ROOT / item["test"]).read_text(encoding="utf-8")))
    assert domain_homes.list_item_words(item) & words


@pytest.mark.parametrize(
    "code",
    ["dreams/of.py:sheep", "process/dreams.py:count", "process/account_scores.py:dream", "process/data/dream.toml"],
)
def test_code_that_does_not_exist_gives_none(code: str) -> None:
    assert domain_homes.find_code(code) is None


def test_every_item_names_the_test_that_shows_its_effect() -> None:
    """An item whose home is only a column or a text has none."""
    assert [number for number, item in ITEMS.items() if "effect" not in item] == []


@pytest.mark.parametrize("number", ITEMS)
def test_the_test_that_shows_an_effect_runs_the_product(number: int) -> None:
    """It exists, is a test of a part of the product and not of its declarations, and asserts something."""
    path, _, name = ITEMS[number]["effect"].partition("::")
    assert Path(path).parts[1] in ("process", "metrics", "quotes", "documents", "cli", "imports", "excel")
    functions = {
        node.name: node
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert name in functions, f"{path} has no test {name}"
    kinds = {type(node) for node in ast.walk(functions[name])}
    assert ast.Call in kinds, f"{name} runs nothing"
    assert ast.Assert in kinds, f"{name} asserts nothing"
