"""On macOS, Excel may start Python only through a script in one folder."""

from __future__ import annotations

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    if case.places.script is None:
        return ELSEWHERE
    if case.places.script.exists():
        return None
    return Text(
        f"macOS lets Excel start Python only through {case.places.script}; run: salesflow addin install.",
        f"macOS 仅允许 Excel 通过 {case.places.script} 启动 Python；请运行：salesflow addin install。",
    )


PAIN = Pain(
    "script", _look, Text("The script that starts Python is there.", "启动 Python 的脚本已就绪。"), (1165, 1888)
)
