"""Sentences of rules: formatted once for equal facts, collected row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from xl_salesflow.core.rule_declarations import RowMessages, format_column_values, format_short_number, write_sentences
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_registry import TABLES

PAIR = st.tuples(st.sampled_from("abc"), st.sampled_from([1.0, 2.0, float("nan")]))


@given(st.lists(PAIR, min_size=1, max_size=30))
def test_every_row_gets_the_sentence_of_its_own_facts(pairs: list[tuple[str, float]]) -> None:
    index = pd.Index(range(7, 7 + len(pairs)))
    names, values = (pd.Series(list(part), index=index) for part in zip(*pairs, strict=True))
    sentences = write_sentences(Text("{x} {y} {z}", ""), "en", index, {"x": names, "y": values, "z": "!"})
    assert sentences.tolist() == [f"{name} {value} !" for name, value in pairs]


@given(st.lists(st.tuples(st.sets(st.integers(0, 9)), st.sampled_from(["p", "q", ""])), max_size=12))
def test_sentences_are_collected_by_row_in_order(made: list[tuple[set[int], str]]) -> None:
    remarks, expected = RowMessages(pd.Index(range(10)), "+"), {row: [] for row in range(10)}
    for rows, text in made:
        remarks.add(
            pd.Index(sorted(rows), dtype="int64"), pd.Series([f"{text}{row % 2}" for row in sorted(rows)], dtype=object)
        )
        remarks.add(pd.Index(sorted(rows), dtype="int64"), text)
        for row in rows:
            expected[row] += [f"{text}{row % 2}", *([text] if text else [])]
    assert remarks.join_messages().tolist() == ["+".join(expected[row]) for row in range(10)]


def test_values_are_formatted_for_people() -> None:
    """
    stage of a quote   sent          Sent, 已发送
    a share            0.125         12.5 %
    an amount          1250.5        1,250.5
    a day              2026-03-31    2026-03-31
    blank                            blank, 空
    """
    quotes, deals = TABLES["Quotes"], TABLES["Deals"]
    status = pd.Series(["sent", "", "odd"], dtype=object)
    assert format_column_values(quotes["status"], status, "en").tolist() == ["Sent", "blank", "odd"]
    assert format_column_values(quotes["status"], status, "zh").tolist() == ["已发送", "空", "odd"]
    assert format_column_values(quotes["discount"], pd.Series([0.125, np.nan]), "en").tolist() == ["12.5 %", "blank"]
    assert format_column_values(deals["amount"], pd.Series([1250.5, 3.0]), "en").tolist() == ["1,250.5", "3"]
    days = pd.Series([pd.Timestamp(2026, 3, 31), pd.NaT])
    assert format_column_values(deals["created"], days, "en").tolist() == ["2026-03-31", "blank"]
    assert format_short_number(1234567.0) == "1,234,567"
