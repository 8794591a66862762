"""A worksheet function called cell by cell: each call goes to Python and back, where one could fill the column."""

from __future__ import annotations

import re
import zipfile

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.excel.wizard import FUNCTIONS
from xl_salesflow.model.text import Text

_MANY = 200  # calls in one workbook that a person begins to wait for
_CALL = re.compile(
    rb"<(?:\w+:)?f[^<>]*>[^<]*\b(" + b"|".join(name.encode() for name in FUNCTIONS) + rb")\(", re.IGNORECASE
)


def _look(case: Case) -> Text | None:
    if not case.workbook or not zipfile.is_zipfile(case.workbook):
        return ELSEWHERE
    with zipfile.ZipFile(case.workbook) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        called = [match.decode().lower() for name in sheets for match in _CALL.findall(archive.read(name))]
    if len(called) <= _MANY:
        return None
    most = max(set(called), key=called.count)
    return Text(
        f"{len(called)} cells call worksheet functions one by one ({most} most often); give it the whole column in one cell, "
        f"such as ={most}(B2:B500).",
        f"{len(called)} 个单元格逐个调用工作表函数（以 {most} 最多）；请在一个单元格中传入整列，如 ={most}(B2:B500)。",
    )


PAIN = Pain(
    "calls",
    _look,
    Text("Worksheet functions are not called cell by cell.", "没有逐个单元格调用工作表函数。"),
    (1981, 585, 860),
)
