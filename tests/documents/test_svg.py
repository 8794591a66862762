"""The small charts: escaped text, rounded axes, names that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from xl_salesflow.documents.svg_charts import axis_ticks, clip_label, label_width, svg_element


def test_text_and_attributes_are_escaped() -> None:
    assert svg_element("text", "<b>", class_='"x') == '<text class="&#34;x">&lt;b&gt;</text>'
    assert svg_element("g", Markup("<path/>")) == "<g><path/></g>"
    assert svg_element("rect", x=1.0, fill=None) == '<rect x="1"/>'


@pytest.mark.parametrize(
    ("top", "marks"),
    [
        (0, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (7, [0, 2, 4, 6, 8]),
        (93, [0, 25, 50, 75, 100]),
        (0.35, [0, 0.1, 0.2, 0.3, 0.4]),
    ],
)
def test_axes_have_round_steps(top: float, marks: list[float]) -> None:
    assert axis_ticks(top) == pytest.approx(marks)


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_axes_end_just_above_the_largest_figure(top: float) -> None:
    marks = axis_ticks(top)
    assert top <= marks[-1] * (1 + 1e-9)
    assert marks[-1] <= 2.6 * top
    assert 2 <= len(marks) <= 6


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [("Lead", 10, "Lead"), ("Presentation", 8, "Present…"), ("处理异议阶段", 8, "处理异…"), ("", 3, "")],
)
def test_long_names_are_clipped(text: str, most: int, shown: str) -> None:
    assert clip_label(text, most) == shown


@given(st.text(max_size=40), st.integers(2, 30))
def test_a_clipped_name_fits(text: str, most: int) -> None:
    assert label_width(clip_label(text, most)) <= most
