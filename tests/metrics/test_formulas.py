"""Every formula uses only functions of Excel 2016, WPS and LibreOffice, in a form that recalculates in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.metrics.day_comparison import COMPARISON_CELLS
from xl_salesflow.metrics.history_workings import WORKINGS
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS, card_formulas, metric_row_formulas
from xl_salesflow.metrics.metric_tables import METRIC_TABLES, METRICS_BY_ID
from xl_salesflow.process.rule_catalogue import EARLY_WARNING_RULES
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.named_values import NAMED_CELLS, SETTINGS_BY_ID
from xl_salesflow.schema.row_names import ROW_NAMES
from xl_salesflow.schema.table_registry import TABLES, render_formula

KNOWN = {
    "ABS", "AND", "CHOOSE", "COUNT", "COUNTIF", "COUNTIFS", "DATE", "EDATE", "FREQUENCY", "IF", "IFERROR", "INDEX",
    "INT", "ISNUMBER", "LARGE", "MATCH", "MAX", "MEDIAN", "MIN", "MOD", "MONTH", "NORMSDIST", "OR", "PERCENTILE", "PRODUCT",
    "REPT", "ROUND", "ROUNDUP", "ROW", "ROWS", "SMALL", "SQRT", "SUM", "SUMIFS", "SUMPRODUCT", "YEAR",
}  # fmt: skip
SCALAR = ("COUNTIFS(", "SUMIFS(")


def every_formula(language: Language) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every formula of the workbook."""
    for table in METRIC_ROW_KEYS:
        for key, cells in metric_row_formulas(table, language).items():
            yield from ((f"{table} {key} {column}", formula.text) for column, formula in cells.items())
    for working in WORKINGS:
        yield f"Workings {working.name}", render_formula(working.formula, language)
        keys = (key for key in working.keys if isinstance(key, str))
        yield from ((f"Workings {working.name} key", render_formula(key, language)) for key in keys)
    for table in TABLES.values():
        for column in table.columns:
            if column.formula:
                yield f"{table.name} {column.id}", render_formula(column.formula, language, table)
    for name, one in ROW_NAMES.items():
        yield name, render_formula(one.formula, language, TABLES[one.table])
    yield from card_formulas(language).items()
    for name, cell in NAMED_CELLS.items():
        if cell.formula and name != "Today":
            yield name, render_formula(cell.formula, language)


def code(formula: str) -> str:
    """Return *formula* without its texts and references."""
    return re.sub(r"\[[^\]]*\]+", "", re.sub(r'"[^"]*"', '""', formula))


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_common_functions_are_used(language: Language) -> None:
    used = {
        (name, place)
        for place, text in every_formula(language)
        for name in re.findall(r"([A-Z][A-Z0-9.]*)\(", code(text))
    }
    assert {name for name, _ in used} <= KNOWN, [pair for pair in used if pair[0] not in KNOWN]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_prefix_no_wildcard_no_whole_sheet(language: Language) -> None:
    for place, text in every_formula(language):
        assert "_xl" not in text, place
        assert not any("*" in words or "?" in words for words in re.findall(r'"[^"]*"', text)), place
        assert "!" not in code(text), f"{place} names a sheet; tables and names move with their cells"


@pytest.mark.parametrize("language", LANGUAGES)
def test_brackets_match_and_the_length_is_within_excels_limit(language: Language) -> None:
    for place, text in every_formula(language):
        assert code(text).count("(") == code(text).count(")"), place
        assert len(text) < 8192, place
        assert "{" not in text, place
        assert deepest(code(text)) <= 64, place


def deepest(text: str) -> int:
    """Return the depth of nested brackets."""
    depth = most = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        most = max(most, depth)
    return most


@pytest.mark.parametrize("language", LANGUAGES)
def test_criteria_are_single_values(language: Language) -> None:
    for place, text in every_formula(language):
        for start in (match.start() for name in SCALAR for match in re.finditer(re.escape(name), text)):
            arguments = list(split(text[text.index("(", start) :]))
            criteria = arguments[1::2] if text.startswith("COUNTIFS", start) else arguments[2::2]
            wide = [argument for argument in criteria if re.search(r"\w+\[[^\[\]]+\](?!\])", bare(argument))]
            assert not wide, f"{place}: {wide}"


def bare(argument: str) -> str:
    """Return *argument* without the calls that reduce a column to one value."""
    while (shorter := re.sub(r"(?:COUNT|INDEX|MATCH|MAX|ROWS)\([^()]*\)", "1", argument)) != argument:
        argument = shorter
    return re.sub(r"\w+\[\[#This Row\],\[[^\]]*\]\]", "1", argument)


def split(call: str) -> Iterator[str]:
    """Yield the arguments of a call; *call* begins at its opening bracket."""
    depth, start, quoted, square = 0, 1, False, 0
    for place, letter in enumerate(call):
        quoted ^= letter == '"'
        if quoted:
            continue
        square += (letter == "[") - (letter == "]")
        depth += (letter == "(") - (letter == ")")
        if depth == 0 or (letter == "," and depth == 1 and not square):
            yield call[start:place]
            start = place + 1
        if depth == 0:
            return


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_is_declared(language: Language) -> None:
    declared = {
        *NAMED_CELLS,
        *METRICS_BY_ID,
        *(name for working in WORKINGS for name in working.names),
        "MoveWays",
        "GroupValues",
        *COMPARISON_CELLS,
        *(s.cell for s in SETTINGS_BY_ID.values() if s.cell),
        *TABLES,
        "This",
        "Row",
        *ROW_NAMES,
    }
    for place, text in every_formula(language):
        words = {
            word for word in re.findall(r"(?<![\w.])[A-Za-z_]\w*(?![\w(])", code(text)) if not word.startswith("1E")
        }
        assert words <= declared | {"E"}, f"{place}: {words - declared}"


def test_every_formula_cell_has_its_formula() -> None:
    for table, keys in METRIC_ROW_KEYS.items():
        rows = metric_row_formulas(table, "en")
        assert tuple(rows) == keys
        for cells in rows.values():
            assert set(cells) == {column.id for column in TABLES[table].formulas}


def test_every_metric_has_a_definition_in_both_languages() -> None:
    for metric in METRICS_BY_ID.values():
        assert all(metric.name.translations()), metric.id
        assert all(text.rstrip().endswith((".", "。")) for text in metric.definition.translations()), metric.id


def test_metric_ids_are_valid_names_of_cells() -> None:
    for metric in METRICS_BY_ID:
        assert re.fullmatch(r"[a-z][a-z0-9_]*_[a-z0-9_]+|[a-z]{4,}", metric), (
            f"{metric} could be read as a cell address"
        )


def test_marks_of_early_warnings_are_in_the_order_of_the_rules() -> None:
    assert [(rule.id, rule.title) for rule in EARLY_WARNING_RULES] == list(CHOICES["early_warning"].items())
    assert {f"{rule.id}_count" for rule in EARLY_WARNING_RULES} <= set(METRICS_BY_ID)


def test_no_column_refers_to_itself_as_a_whole() -> None:
    """Excel takes a column that adds up its own cells for a circle, even where a criterion leaves the row itself out."""
    for table in METRIC_TABLES.values():
        for column, formula in table.formulas.items():
            assert f"{{{table.name}.{column}}}" not in formula.text, f"{table.name} {column}"
