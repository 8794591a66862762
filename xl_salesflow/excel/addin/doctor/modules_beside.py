"""Python files beside a workbook would be imported in place of installed ones."""

from __future__ import annotations

from xl_salesflow.excel.addin.doctor.pain import Case, Pain
from xl_salesflow.excel.addin.install import read_settings
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    if read_settings(case.places.settings).get("ADD_WORKBOOK_TO_PYTHONPATH", "").casefold() == "false":
        return None
    return Text(
        "Python files beside a workbook would be imported in place of installed ones; run: salesflow addin install.",
        "工作簿旁的 Python 文件会取代已安装模块；请运行：salesflow addin install。",
    )


PAIN = Pain("modules", _look, Text("Modules beside workbooks are not imported.", "不会导入工作簿旁的模块。"), ())
