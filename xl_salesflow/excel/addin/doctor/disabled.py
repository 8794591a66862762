"""Excel switched the add-in off after a crash, and starts it no more until somebody switches it on."""

from __future__ import annotations

from xl_salesflow.excel.addin.build import FILE_NAME
from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.model.text import Text

_KEY = "HKCU\\Software\\Microsoft\\Office\\16.0\\Excel\\Resiliency\\DisabledItems"


def _look(case: Case) -> Text | None:
    if case.places.system != "win32":
        return ELSEWHERE
    command = ["reg", "query", _KEY]
    answer = case.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False)
    name = FILE_NAME.encode("utf-16-le").hex().upper()  # the registry holds names as bytes
    if answer.returncode or name not in answer.stdout.upper():
        return None
    return Text(
        f"Excel disabled {FILE_NAME} after a crash; enable it again under File › Options › Add-ins › Manage: Disabled Items.",
        f"Excel 在崩溃后禁用了 {FILE_NAME}；请在 文件 › 选项 › 加载项 › 管理：禁用项目 中重新启用。",
    )


PAIN = Pain("disabled", _look, Text("Excel has not disabled it.", "Excel 未禁用该加载项。"), (1075, 2567))
