"""The declarations are complete: two languages everywhere, unique names, and every reference exists."""

import re

import pytest

from xl_salesflow.metrics.history_workings import WORKINGS
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.named_values import NAMED_CELLS, SETTINGS_BY_ID
from xl_salesflow.schema.row_names import ROW_NAMES
from xl_salesflow.schema.table_columns import ColumnType, TableSchema
from xl_salesflow.schema.table_registry import TABLES, render_formula
from xl_salesflow.schema.verb_catalogue import VERBS

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_references_of_a_column_exist() -> None:
    known = {ColumnType.CHOICE: CHOICES, ColumnType.LIST: LISTS, ColumnType.REF: TABLES}
    options = {(table.name, c.id): (c.type, c.options) for table in TABLES.values() for c in table.columns}
    assert {kind for kind, _ in options.values()} >= set(known)
    assert [place for place, (kind, given) in options.items() if kind in known and given not in known[kind]] == []


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_header_means_two_columns_in_any_language(table: TableSchema) -> None:
    meant: dict[str, str] = {}
    for column in table.columns:
        for name in {column.id, *column.header.translations()}:
            assert meant.setdefault(name.casefold(), column.id) == column.id


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_header_is_found_in_either_language(table: TableSchema) -> None:
    for column in table.columns:
        assert table.find_column(f" {column.header.in_('zh')} ") is column
        assert table.find_column(column.header.in_("en").upper()) is column


def test_every_text_exists_in_chinese() -> None:
    texts = [
        *(text for table in TABLES.values() for text in (table.title, table.purpose)),
        *(c.tip for table in TABLES.values() for c in table.columns),
        *(s.name for s in SETTINGS_BY_ID.values()),
        *(s.tip for s in SETTINGS_BY_ID.values()),
        *(v.label for v in VERBS.values()),
        *(v.tip for v in VERBS.values()),
        *(c.label for c in NAMED_CELLS.values()),
        *(t for choices in (*CHOICES.values(), *LISTS.values()) for t in choices.values()),
    ]
    assert [text.in_("en") for text in texts if not CHINESE.search(text.in_("zh"))] == []


def test_formulas_name_only_what_is_declared() -> None:
    workings = (name for working in WORKINGS for name in working.names)
    cells = {*NAMED_CELLS, *ROW_NAMES, "MoveWays", *workings, *(setting.cell for setting in SETTINGS_BY_ID.values())}
    for table in TABLES.values():
        for column in table.formulas:
            for language in ("en", "zh"):
                rendered = render_formula(column.formula or "0", language, table)
                bare = re.sub(r'"[^"]*"|\w+\[\[?[^\]]*\](?:,\[[^\]]*\](?::\[[^\]]*\])?\])?|[A-Z]+(?=\()', " ", rendered)
                names = set(re.findall(r"\b[A-Z][A-Za-z]{2,}\b", bare))
                assert names <= cells, (table.name, column.id, names - cells)


@pytest.mark.parametrize(
    ("template", "english", "chinese"),
    [
        ("{amount}*2", "Deals[[#This Row],[Amount]]*2", "Deals[[#This Row],[金额]]*2"),
        (
            "SUM({budget:timeline})",
            "SUM(Deals[[#This Row],[Budget]:[Timeline]])",
            "SUM(Deals[[#This Row],[预算]:[时间线]])",
        ),
        ("{Stages.key}", "Stages[Key]", "Stages[键]"),
        ("{outcome}={outcome:won}", 'Deals[[#This Row],[Outcome]]="Won"', 'Deals[[#This Row],[结果]]="赢单"'),
        ("{Deals.buyer_stage}", "Deals[Buyer''s stage]", "Deals[客户购买阶段]"),
    ],
)
def test_a_template_is_rendered_with_the_headers_of_the_language(template: str, english: str, chinese: str) -> None:
    assert render_formula(template, "en", TABLES["Deals"]) == english
    assert render_formula(template, "zh", TABLES["Deals"]) == chinese


@pytest.mark.parametrize("template", ["{no_such}", "{Nowhere.key}", "{Stages.nothing}"])
def test_a_template_with_an_unknown_name_is_refused(template: str) -> None:
    with pytest.raises(KeyError):
        render_formula(template, "en", TABLES["Deals"])


def test_a_row_needs_its_table() -> None:
    with pytest.raises(KeyError, match="no table"):
        render_formula("{amount}", "en")


def test_chinese_texts_use_full_width_punctuation() -> None:
    half = re.compile(r"[\u4e00-\u9fff”][,:;?!(]|[,:;?!)][\u4e00-\u9fff“]")
    texts = [
        *(text for table in TABLES.values() for text in (table.title, table.purpose)),
        *(text for table in TABLES.values() for c in table.columns for text in (c.header, c.tip)),
        *(text for s in SETTINGS_BY_ID.values() for text in (s.name, s.tip)),
        *(text for v in VERBS.values() for text in (v.label, v.tip)),
        *(text for c in NAMED_CELLS.values() for text in (c.label, c.tip)),
        *(t for choices in (*CHOICES.values(), *LISTS.values()) for t in choices.values()),
    ]
    assert [text.in_("zh") for text in texts if half.search(text.in_("zh"))] == []
