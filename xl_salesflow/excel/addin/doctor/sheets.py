"""A sheet of the workbook changes how Python is started from it."""

from __future__ import annotations

import re
import zipfile

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    if not case.workbook or not zipfile.is_zipfile(case.workbook):
        return ELSEWHERE
    with zipfile.ZipFile(case.workbook) as archive:
        text = (
            archive.read("xl/workbook.xml").decode("utf-8", "replace")
            if "xl/workbook.xml" in archive.namelist()
            else ""
        )
    odd = [
        name for name in re.findall(r'<(?:\w+:)?sheet\s[^>]*?name="([^"]*)"', text) if name.endswith((".py", ".conf"))
    ]
    if not odd:
        return None
    return Text(
        f"The workbook has the sheet {odd[0]}, which changes how Python is started from it; rename it unless you put it there.",
        f"工作簿含有工作表 {odd[0]}，会改变 Python 的启动方式；若非本人所建，请将其改名。",
    )


PAIN = Pain(
    "sheets",
    _look,
    Text("The workbook holds no sheet that changes how Python starts.", "工作簿没有影响 Python 启动的工作表。"),
    (),
)
