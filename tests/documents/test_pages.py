"""Compare pages of PDFs with approved ones, within a tolerance: nothing has moved, nothing is damaged or missing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import typst

from tests.documents import samples, shades
from xl_salesflow.core.change_sets import Document
from xl_salesflow.documents.document_writer import render_document
from xl_salesflow.documents.sample_deal import sample_document
from xl_salesflow.documents.template_values import DocumentLanguage

GOLDEN = Path(__file__).parent / "golden"
FONT = "Noto Sans CJK SC"
PAPERS: dict[str, tuple[Callable[[], Document], DocumentLanguage]] = {
    "quote_en": (samples.quote, "en"),
    "quote_zh": (samples.quote, "zh"),
    "quote_long": (partial(samples.quote, count=60), "en"),
    "quote_200": (partial(samples.quote, count=200), "zh"),
    "proposal_zh": (partial(sample_document, "proposal"), "zh"),
    "contract_both": (partial(sample_document, "contract"), "both"),
    "bant_card_en": (partial(sample_document, "bant_card"), "en"),
    "precall_zh": (partial(sample_document, "precall"), "zh"),
    "visit_en": (partial(sample_document, "visit"), "en"),
}  # fmt: skip


def pages_of(name: str, folder: Path) -> list[shades.Grid]:
    """Return the pages of a document as shades."""
    document, tongue = PAPERS[name]
    return shades.grids(render_document(document(), tongue, "pdf"), folder)


@pytest.mark.parametrize("name", PAPERS)
def test_the_pages_look_as_they_did(name: str, tmp_path: Path) -> None:
    """Look at the page before you accept a difference with python -m tests.documents.test_pages."""
    if FONT not in typst.Fonts().families():
        pytest.skip(f"The golden pages use the font {FONT}, which is not installed.")
    now = pages_of(name, tmp_path)
    then = shades.read((GOLDEN / f"{name}.shades").read_text(encoding="utf-8"), now[0].shape)
    assert len(now) == len(then)
    for page, (new, old) in enumerate(zip(now, then, strict=True), 1):
        apart = np.abs(new - old)
        assert apart.mean() < 0.08, f"page {page} looks different"
        assert (apart > 3).sum() <= 12, f"page {page} has something else in a place"


def test_the_comparison_sees_what_is_missing(tmp_path: Path) -> None:
    """A missing line and a moved total exceed the tolerance."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    tongue: DocumentLanguage = "en"
    one = shades.grids(render_document(samples.quote(count=4), tongue, "pdf"), tmp_path / "a")[0]
    other = shades.grids(render_document(samples.quote(count=3), tongue, "pdf"), tmp_path / "b")[0]
    assert (np.abs(one - other) > 3).sum() > 12
    again = shades.read(shades.written([one]), one.shape)[0]
    assert (again == one).all()


def test_a_long_quote_goes_over_three_pages_and_a_longer_one_over_more(tmp_path: Path) -> None:
    for name, least in (("quote_long", 3), ("quote_200", 8)):
        (tmp_path / name).mkdir()
        assert len(pages_of(name, tmp_path / name)) >= least


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    for name in PAPERS:
        with TemporaryDirectory() as folder:
            text = shades.written(pages_of(name, Path(folder)))
        (GOLDEN / f"{name}.shades").write_text(text, encoding="utf-8", newline="\n")
