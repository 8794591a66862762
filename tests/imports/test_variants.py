"""Different spellings of one name."""

from __future__ import annotations

import pandas as pd
import pytest

from xl_salesflow.imports.map_proposal import find_name_variants


@pytest.mark.parametrize(
    ("texts", "known", "expected"),
    [
        (["GTXPro"], ["GTX Pro", "GTX Basic"], {"GTXPro": "GTX Pro"}),
        (["gtx-pro", "GTX Pro"], ["GTX Pro"], {"gtx-pro": "GTX Pro"}),
        (["Acme", "Acme", "ACME"], [], {"ACME": "Acme"}),
        (["Acme", "Bolt"], [], {}),
        (["GTK 500"], ["GTK 50"], {}),
        (["甲公司", "甲 公司"], ["甲公司"], {"甲 公司": "甲公司"}),
        (["---", ""], ["x"], {}),
    ],
)
def test_case_blanks_and_punctuation_are_ignored_in_names(
    texts: list[str], known: list[str], expected: dict[str, str]
) -> None:
    assert find_name_variants(pd.Series(texts, dtype=object), known) == expected


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("Profesional Suite", ["Professional Suite", "Basic"], "Professional Suite"),
        ("Model 501", ["Model 500"], None),
        ("Suite A1", ["Suite B1"], None),
    ],
)
def test_similar_names_match_on_request_but_never_across_model_numbers(
    text: str, known: list[str], expected: str | None
) -> None:
    assert find_name_variants(pd.Series([text], dtype=object), known, likeness=True) == (
        {text: expected} if expected else {}
    )
    assert find_name_variants(pd.Series([text], dtype=object), known) == {}
