"""The formula columns of quotes and their lines, compared with a second implementation and with LibreOffice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table as SheetTable

from tests.examples import examples
from tests.libreoffice import LibreOffice
from tests.quotes.second_opinion import line_net, sums
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.quotes.quote_arithmetic import compute_line_columns, compute_quote_columns
from xl_salesflow.quotes.quote_facts import collect_quote_facts
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_registry import TABLES, render_formula

TODAY = date(2026, 11, 22)
PRICES = {"Pump": 12.34, "Valve": 0.05, "Free": None}
DEFAULT_RATE = 0.13

fractions = st.one_of(st.none(), st.integers(0, 10_000).map(lambda n: n / 10_000))
LINES = st.fixed_dictionaries(
    {
        "quote": st.sampled_from(["Q-1", "q-1", "Q-2", ""]),
        "product": st.sampled_from(["Pump", "VALVE", "Free", "Unknown"]),
        "quantity": st.one_of(st.none(), st.integers(-50, 5_000).map(lambda n: n / 4), st.sampled_from([0.333, 1e-3])),
        "price": st.one_of(st.none(), st.integers(-500, 10**7).map(lambda n: n / 1_000)),
        "discount": fractions,
        "optional": st.sampled_from(["", "yes", "no"]),
    }
)
QUOTES = st.fixed_dictionaries(
    {
        "tax_mode": st.sampled_from(["", "exclusive", "inclusive"]),
        "tax_rate": st.one_of(st.none(), st.sampled_from([0.0, 0.06, 0.09, 0.13, 0.2])),
        "discount": fractions,
        "shipping": st.one_of(st.none(), st.integers(0, 10**6).map(lambda n: n / 100)),
    }
)


def priced(quotes: list[dict[str, Any]], lines: list[dict[str, Any]], language: Language = "en") -> Pipeline:
    """Make a pipeline with quotes Q-1, Q-2…, their lines and a price list."""
    numbered = [{"quote": f"Q-{n}", **quote} for n, quote in enumerate(quotes, 1)]
    products = [{"product": product, "price": price} for product, price in PRICES.items()]
    pipeline = build_pipeline(TODAY, language, Quotes=numbered, QuoteLines=lines, Products=products)
    return Pipeline(pipeline.tables, TODAY, language, Settings({"tax_rate": DEFAULT_RATE}))


@given(st.lists(QUOTES, min_size=1, max_size=2), st.lists(LINES, max_size=12))
@examples(40)
def test_every_figure_equals_the_second_implementation_to_the_cent(
    quotes: list[dict[str, Any]], lines: list[dict[str, Any]]
) -> None:
    pipeline = priced(quotes, lines)
    prices = {product.lower(): price for product, price in PRICES.items() if price is not None}
    nets = compute_line_columns(pipeline)["net"]
    assert [round(net * 100) for net in nets] == [line_net(line, prices) for line in lines]
    for number, quote in enumerate(quotes, 1):
        mine = [line for line in lines if line["quote"].lower() == f"q-{number}"]
        found = compute_quote_columns(pipeline).iloc[number - 1]
        assert {figure: round(found[figure] * 100) for figure in found.index} == sums(quote, mine, prices, DEFAULT_RATE)


@given(QUOTES, st.lists(LINES, max_size=8))
@examples(30)
def test_the_total_is_lines_less_discount_plus_shipping_plus_tax(
    quote: dict[str, Any], lines: list[dict[str, Any]]
) -> None:
    facts = collect_quote_facts(priced([quote], lines), 2)
    totals = facts["totals"]
    counted = sum(line["net"] for line in facts["lines"] if not line["optional"])
    assert counted == totals["subtotal"]
    added_tax = 0 if facts["tax_mode"] == "inclusive" else totals["tax"]
    assert totals["subtotal"] - totals["discount"] + totals["shipping"] + added_tax == totals["total"]
    assert totals["net"] + totals["tax"] == totals["total"]


def test_blank_cells_and_odd_rates() -> None:
    """The total of an empty quote is zero; a rate of −100 % cannot be computed, as in the sheet."""
    empty = compute_quote_columns(priced([{}], []))
    assert list(empty.iloc[0]) == [0, 0, 0, 0]
    broken = compute_quote_columns(
        priced([{"tax_rate": -1.0, "tax_mode": "inclusive"}], [{"quote": "Q-1", "price": 5.0, "quantity": 1}])
    )
    assert broken["tax"].isna().all()


CASES: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({}, [{"product": "Pump", "quantity": 3}]),
    ({"discount": 0.05, "shipping": 12.5}, [{"product": "pump", "quantity": 2.5, "discount": 0.1}]),
    ({"discount": 0.05}, [{"product": "Pump", "quantity": 1}, {"product": "Valve", "quantity": 1001}]),
    ({"tax_mode": "inclusive"}, [{"product": "Unknown", "quantity": 1, "price": 100}]),
    (
        {"tax_mode": "inclusive", "tax_rate": 0.06, "shipping": 0.07},
        [{"product": "Valve", "quantity": 7, "price": 2.675}],
    ),
    ({"tax_mode": "exclusive", "tax_rate": 0.0}, [{"product": "Pump", "quantity": 1, "optional": "yes"}]),
    ({"tax_rate": 0.09}, [{"product": "Pump", "quantity": -1, "price": 1.005}, {"product": "Free", "quantity": 5}]),
    ({"discount": 1.0}, [{"product": "Pump", "quantity": 12.345}]),
]


def drawn(count: int, seed: int = 5) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Draw *count* quotes in every mode; amounts at half a cent are as frequent as others."""
    random = Random(seed)

    def some(*values: Any) -> Any:
        return random.choice(values)

    return [
        (
            {
                "tax_mode": some("exclusive", "inclusive", ""),
                "tax_rate": some(None, 0.0, 0.06, 0.09, 0.13, 0.2),
                "discount": some(None, 0.05, 0.125, random.randrange(10_000) / 10_000),
                "shipping": some(None, 12.5, random.randrange(100_000) / 100),
            },
            [
                {
                    "product": some("Pump", "VALVE", "Free", "Unknown"),
                    "quantity": some(1, 7, 2.5, random.randrange(1, 4_000) / 4),
                    "price": some(None, 1.005, 2.675, random.randrange(10**7) / 1_000),
                    "discount": some(None, 0.1, 0.15, random.randrange(10_000) / 10_000),
                    "optional": some("", "", "yes", "no"),
                }
                for _ in range(random.randrange(5))
            ],
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_formulas_of_the_sheet_agree(libreoffice: LibreOffice, tmp_path: Path, language: Language) -> None:
    cases = [*CASES, *drawn(150)]
    quotes = [quote for quote, _ in cases]
    lines = [{"quote": f"Q-{n}", **line} for n, (_, those) in enumerate(cases, 1) for line in those]
    pipeline = priced(quotes, lines, language)
    path = sheet_of(pipeline, tmp_path / "quotes.xlsx")
    book = load_workbook(libreoffice.recalculated(path), data_only=True)
    for table, columns in (("Quotes", compute_quote_columns(pipeline)), ("QuoteLines", compute_line_columns(pipeline))):
        for column in columns:
            at = 1 + list(TABLES[table].by_id).index(str(column))
            shown = [book[table].cell(row, at).value for row in columns.index]
            assert shown == pytest.approx(list(columns[column]), abs=1e-9), (table, column)


def sheet_of(pipeline: Pipeline, path: Path) -> Path:
    """Write the three tables with their live formulas, without any cached value."""
    book, language = Workbook(), pipeline.language
    names = book.active
    names.title = "Names"
    names["A1"] = DEFAULT_RATE
    book.defined_names["TaxRate"] = DefinedName("TaxRate", attr_text="Names!$A$1")
    for name in ("Products", "QuoteLines", "Quotes"):
        table, frame, sheet = TABLES[name], pipeline[name], book.create_sheet(name)
        for at, column in enumerate(table.columns, 1):
            sheet.cell(1, at, column.header.in_(language))
            for row, value in frame[column.id].items():
                if column.is_formula:
                    sheet.cell(row, at, "=" + render_formula(column.formula or "", language, table))
                elif value == value and value != "":
                    sheet.cell(
                        row, at, choice_label(column.options, value, language) if column.type == "choice" else value
                    )
        last = f"{get_column_letter(len(table.columns))}{len(frame) + 1}"
        sheet.add_table(SheetTable(displayName=name, ref=f"A1:{last}"))
    book.save(path)
    return path
