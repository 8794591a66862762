"""One “did you mean”: for the terminal, lists, columns, stages, keys, templates and maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tests.tables import crm
from xl_salesflow.batch.batch_tasks import parse_verb_options
from xl_salesflow.cli.template_commands import _check_document_kind
from xl_salesflow.core import name_suggestions
from xl_salesflow.core.name_suggestions import find_similar, ratio, suggest_names, token_sort_ratio, unknown_key_error
from xl_salesflow.documents.template_findings import unknown_field_text
from xl_salesflow.engine import apply_query
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_map import parse_import_map
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.playbook_files import load_playbook
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.quotes.document_requests import choose_document_keys
from xl_salesflow.quotes.quote_lookup import find_deal_by_key, find_quote_or_deal
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.named_values import Query
from xl_salesflow.workbook.new_stores import build_new_workbook


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("Leed", ["Lead", "Won"], "did you mean “Lead”?"),
        ("LEED", ["lead", "Lead"], "did you mean “lead”?"),
        ("Leed", ["", "Lead"], "did you mean “Lead”?"),
        ("Presentation", ["Lead", "Won"], "choose one of: Lead, Won."),
        ("Won by phone", ["Lead", "Won"], "did you mean “Won”?"),
        ("zzz", ["Lead", "Won"], "choose one of: Lead, Won."),
        ("zzz", [], "there are none."),
        ("zzz", ["", ""], "there are none."),
        ("zzz", [f"D-{n}" for n in range(21)], "none of the 21 known names is similar."),
    ],
)
def test_the_nearest_name_is_suggested_or_else_all_if_they_are_few(name: str, known: Iterable[str], hint: str) -> None:
    assert suggest_names(name, known).in_("en") == hint


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_label_is_found_in_any_language_and_shown_in_that_of_the_reader(language: str) -> None:
    labels = CHOICES["forecast"].values()
    for typed in ("Comit", CHOICES["forecast"]["commit"].in_("zh")):
        assert CHOICES["forecast"]["commit"].in_(language) in suggest_names(typed, labels).in_(language)


def test_a_caller_may_ask_for_more_likeness_and_say_what_to_do_otherwise() -> None:
    otherwise = Text("there are none.")
    assert suggest_names("Leid", ["Lead"], 90, otherwise) is otherwise
    assert suggest_names("Leed", ["Lead"], 70, otherwise).in_("en") == "did you mean “Lead”?"


def test_a_key_that_does_not_exist_is_told_with_the_nearest() -> None:
    assert str(unknown_key_error("D-7", Text("deal"), ["D-1"])) == "There is no deal “D-7”; did you mean “D-1”?"
    assert str(unknown_key_error("D-7", Text("deal"), [])) == "There is no deal “D-7”; there are none."


@pytest.fixture(params=["rapidfuzz", "difflib"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with RapidFuzz and with the standard library, which replaces it in the browser."""
    if request.param == "difflib":
        monkeypatch.setattr(name_suggestions, "_extract", name_suggestions._difflib_extract)
        monkeypatch.setattr(name_suggestions, "_nearest", name_suggestions._difflib_nearest)


@pytest.mark.usefixtures("library")
def test_the_similar_texts_are_found_best_first() -> None:
    known = {"a": "pump 20", "b": "pump 21", "c": "valve"}
    assert [key for key, _ in find_similar("pump 20", known, 80, most=3)] == ["a", "b"]
    assert find_similar("pump 20", list(known.values()), 80) == [(0, 100.0)]
    assert find_similar("pump 20", frozenset({"20 pump"}), 80) == []
    assert find_similar("pump 20", frozenset({"20 pump"}), 80, measure=token_sort_ratio) == [(0, 100.0)]
    assert suggest_names("pmp 20", known.values()).in_("en") == "did you mean “pump 20”?"


@pytest.mark.parametrize("pair", [("pump 20", "pump 21"), ("20 pump", "pump 20"), ("valve", "valv"), ("a", "b")])
def test_the_standard_library_gives_the_same_similarity(pair: tuple[str, str]) -> None:
    assert ratio(*pair) == pytest.approx(name_suggestions._difflib_similarity(*pair))
    assert token_sort_ratio(*pair) == pytest.approx(name_suggestions._difflib_sorted_similarity(*pair))


PIPELINE = crm(Deals=[{"deal": "D-1", "name": "Roof", "owner": "Mara Keller", "stage": "Leed"}])
PATHS: dict[str, tuple[Callable[[], object], str]] = {
    "an option of a verb": (lambda: parse_verb_options("followups", ["fromat=csv"]), "format"),
    "a kind of document": (lambda: _check_document_kind("qoute"), "quote"),
    "a shipped playbook": (lambda: load_playbook("crn"), "crm"),
    "the playbook of a new workbook": (lambda: build_new_workbook("en", "crn"), "crm"),
    "a filter": (lambda: apply_query(PIPELINE, Query(filters={"owner": "Mara Keler"})), "Mara Keller"),
    "a deal": (lambda: find_deal_by_key(PIPELINE, "D-2"), "D-1"),
    "a deal or quote": (lambda: find_quote_or_deal(PIPELINE, "D-2"), "D-1 (Roof)"),
    "a state of a quote": (lambda: choose_document_keys(PIPELINE, "quote", status="drafd"), "draft"),
    "a table of a map": (lambda: parse_import_map('[[files]]\nfile = "a.csv"\ntable = "Deal"\n', "map.toml"), "Deals"),
}


@pytest.mark.parametrize("path", PATHS)
def test_every_path_says_it_alike(path: str) -> None:
    ask, near = PATHS[path]
    with pytest.raises(UsageError) as told:
        ask()
    assert f"; did you mean “{near}”?" in str(told.value)


def test_rules_and_templates_say_it_alike() -> None:
    found = {finding.rule: finding.message for finding in check_pipeline(PIPELINE)}
    assert "; did you mean “Lead”?" in found["unknown_stage"]
    assert unknown_field_text("acount", "buyer", {"account": ""}).in_("en").endswith("; did you mean “account”?")
