"""A workbook with worksheet functions that were once imported into it: they point to where Python was then."""

from __future__ import annotations

import zipfile

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.model.text import Text

_IMPORTED = b"Module=xlwings_udfs"  # how the list of a project's modules, which is plain text, names them


def _look(case: Case) -> Text | None:
    if not case.workbook or not zipfile.is_zipfile(case.workbook):
        return ELSEWHERE
    with zipfile.ZipFile(case.workbook) as archive:
        project = archive.read("xl/vbaProject.bin") if "xl/vbaProject.bin" in archive.namelist() else b""
    if _IMPORTED not in project:
        return None
    return Text(
        "The workbook holds worksheet functions imported into it (module xlwings_udfs), which fail once it is moved; remove "
        "that module: the add-in brings its functions along.",
        "工作簿内有已导入的工作表函数（模块 xlwings_udfs），移动后会失效；请删除该模块：加载项自带这些函数。",
    )


PAIN = Pain(
    "functions",
    _look,
    Text("The workbook holds no functions imported from elsewhere.", "工作簿中没有从别处导入的函数。"),
    (950, 1137, 1464),
)
