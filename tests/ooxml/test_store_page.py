"""The examples on the page of the store work as the page says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from tests.ooxml.packages import package, sheet, table
from tests.parts import ROOT

PAGE = ROOT / "docs" / "store.md"
HALF = "Deals[[#This Row],[Amount]]/2"


def pipeline() -> bytes:
    """Return the workbook that the page describes."""
    rows = "".join(
        f'<c r="{at}1" t="str"><v>{name}</v></c>'
        for at, name in zip("ABC", ("Deal", "Amount", "Weighted"), strict=True)
    )
    rows = f'<row r="1">{rows}</row>'
    for row, amount, half in ((2, "<v>100</v>", 50), (3, "<v>250.5</v>", 125.25), (4, "", 0)):
        rows += (
            f'<row r="{row}"><c r="A{row}" t="str"><v>D-{row - 1}</v></c><c r="B{row}" s="3">{amount}</c>'
            f'<c r="C{row}"><f>{HALF}</f><v>{half}</v></c></row>'
        )
    deals = table("Deals", "A1:C4", {"Deal": None, "Amount": None, "Weighted": HALF})
    notes = sheet('<row r="2"><c r="A2" s="1"><v>46203</v></c></row>')
    names = '<definedNames><definedName name="Today">Notes!$A$2</definedName></definedNames>'
    return package({"Pipeline": sheet(rows, tables=1), "Notes": notes}, {"Pipeline": [deals]}, names)


def test_the_examples_work_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pipeline.xlsx").write_bytes(pipeline())
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "store.md", str(PAGE), 0)
    output: list[str] = []
    failed, tried = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL).run(examples, out=output.append)
    assert not failed, "".join(output)
    assert tried > 20


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`((?:tests|benchmarks)/[\w/.]+)`", PAGE.read_text(encoding="utf-8"))))
)
def test_every_file_named_on_the_page_exists(name: str) -> None:
    assert (ROOT / name).is_file()
