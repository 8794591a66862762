"""Excel takes no calls while a cell is edited or a dialog is open: "call was rejected by callee"."""

from __future__ import annotations

import subprocess
from pathlib import Path

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.excel.addin.install import read_settings
from xl_salesflow.model.text import Text

_ASK = "import xlwings; app = xlwings.apps.active; print(app and app.calculation)"
_PATIENCE = 15.0  # seconds; xlwings itself asks again for ever


def _look(case: Case) -> Text | None:
    name = "INTERPRETER_MAC" if case.places.system == "darwin" else "INTERPRETER_WIN"
    python = read_settings(case.places.settings).get(name, "")
    if not python or not Path(python).exists():
        return ELSEWHERE  # the interpreter is told first
    try:
        case.run([python, "-c", _ASK], capture_output=True, encoding="utf-8", timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return Text(
            "Excel does not answer: a cell is being edited or a dialog is open; press Enter or Esc in Excel, then the button.",
            "Excel 没有响应：有单元格正在编辑或对话框未关闭；请在 Excel 中按 Enter 或 Esc，再按按钮。",
        )
    return None


PAIN = Pain("editing", _look, Text("Excel answers.", "Excel 可以响应。"), (587, 965))
