"""A text is identified by its English; facts are filled in and translated with it; a context distinguishes two meanings."""

from __future__ import annotations

import pickle

import pytest

from xl_salesflow.errors import CannotSave, MissingTable, UsageError
from xl_salesflow.locale.language_traits import language_traits, match_language
from xl_salesflow.locale.texts import LANGUAGES, GivenText, Text, TextList, as_text, join_sentences, literal_text

MEASURE = Text("The last day to win it; blank is the end of the year")


def test_english_comes_first_and_every_catalogue_is_a_language() -> None:
    assert LANGUAGES[0] == "en"
    assert "zh" in LANGUAGES


def test_a_text_that_no_catalogue_has_stays_english() -> None:
    assert Text("Nobody ever wrote this {x}").in_("zh", x=1) == "Nobody ever wrote this 1"
    assert Text("Deal").in_("a language nobody has") == "Deal"


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        (Text("Open"), "进行中"),
        (Text("Open", context="task_status"), "未完成"),
        (Text("Open", context="objection_status"), "未解决"),
    ],
)
def test_a_context_distinguishes_two_meanings(text: Text, chinese: str) -> None:
    assert text.in_("zh") == chinese
    assert text.in_("en") == "Open"


def test_facts_are_translated_with_the_text() -> None:
    inner = Text("stage {number}").with_facts(number=3)
    outer = Text("{what}; do not trust this file").with_facts(what=inner)
    assert outer.translations() == (outer.in_("en"), *(outer.in_(other) for other in LANGUAGES[1:]))
    assert outer.in_("en") == "stage 3; do not trust this file"
    assert outer.in_("zh") == inner.in_("zh") + "；请勿信任此文件"


def test_facts_of_a_call_are_added_to_bound_ones() -> None:
    text = Text("{what}; open and save it in Excel to repair it")
    assert text.with_facts(what="a").in_("en", what="b").startswith("b;")


def test_braces_are_literal_without_facts() -> None:
    assert Text("write {x}").in_("en") == "write {x}"


def test_a_list_has_the_separators_of_its_language() -> None:
    listed = TextList(("a", Text("Won"), 3))
    assert listed.in_("en") == "a, Won, 3"
    assert listed.in_("zh") == "a、赢单、3"


def test_a_given_text_has_the_languages_of_its_file_and_otherwise_of_the_catalogues() -> None:
    assert GivenText.of({"en": "Won", "zh": "我方赢了"}).in_("zh") == "我方赢了"
    assert GivenText.of({"en": "Won"}).in_("zh") == "赢单"
    assert literal_text("Won").in_("zh") == "Won"


def test_sentences_are_joined_in_the_style_of_their_language() -> None:
    assert join_sentences("One.", "Two.", "en") == "One. Two."
    assert join_sentences("一。", "二。", "zh") == "一。二。"
    assert join_sentences("", "Two.", "en") == "Two."


def test_an_error_is_english_as_text_and_available_in_every_language() -> None:
    error = UsageError("{path} does not exist; check the name.", path="a.csv")
    assert str(error) == "a.csv does not exist; check the name."
    assert error.in_("zh") == "找不到 a.csv；请检查文件名。"
    assert CannotSave("a.xlsx", Text("the disk is full")).in_("zh") == "a.xlsx 无法保存：磁盘已满；原文件未变。"
    assert "is it the one now named Deal" in str(MissingTable("a.xlsx", "Deals", "Deal"))
    assert "is it" not in str(MissingTable("a.xlsx", "Deals"))


def test_an_error_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(UsageError("{path} does not exist; check the name.", path="a.csv")))
    assert error.in_("zh") == "找不到 a.csv；请检查文件名。"


def test_a_text_is_used_literally() -> None:
    assert as_text("Won") == Text("Won")
    assert as_text(MEASURE) is MEASURE


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh_CN.UTF-8", "zh"), ("zh-Hans", "zh"), ("en_GB.UTF-8", "en"), ("C", "en"), ("de_DE.UTF-8", "en"), ("", "en")],
)
def test_the_locale_decides_the_language(code: str, language: str) -> None:
    assert match_language(code) == language


def test_the_header_of_a_catalogue_has_the_conventions_of_its_language() -> None:
    english, chinese = language_traits("en"), language_traits("zh")
    assert (english.locale, english.currency, english.country) == ("en_US", "USD", "")
    assert (chinese.locale, chinese.currency, chinese.country) == ("zh_CN", "CNY", "CN")
    assert chinese.name.in_("zh") == "中文"


@pytest.mark.parametrize(
    ("count", "english"),
    [
        (0, "0 rows have"),
        (1, "1 row has"),
        (1.0, "1.0 row has"),
        ("1", "1 row has"),
        ("+1", "+1 row has"),
        (2, "2 rows have"),
        ("1,000", "1,000 rows have"),
    ],
)
def test_words_depend_on_the_number_in_english(count: object, english: str) -> None:
    text = Text(
        "{count} {count:row has|rows have} no number yet and {count:is|are} in nobody's workbook; "
        "run salesflow update first."
    )
    assert text.in_("en", count=count).startswith(f"{english} no number yet")
    assert text.in_("zh", count=count).startswith(f"{count} \u884c\u5c1a\u65e0\u7f16\u53f7")
    assert "{count} rows have no number yet and are in nobody" in text.in_("en")
