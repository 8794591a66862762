"""macOS was not allowed to let one program control Excel."""

from __future__ import annotations

import subprocess

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    if case.places.system != "darwin":
        return ELSEWHERE
    ask = ["osascript", "-e", 'tell application "Microsoft Excel" to get version']
    try:
        answer = case.run(ask, capture_output=True, encoding="utf-8", timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return Text(
            "macOS waits for an answer whether this program may talk to Excel: look for its window and allow it.",
            "macOS 正在等待您确认本程序能否控制 Excel：请查看被遮住的窗口，并选择允许。",
        )
    if "-1743" not in answer.stderr:
        return None
    return Text(
        "macOS does not let this program talk to Excel (error -1743); allow it in System Settings › Privacy & Security › "
        "Automation.",
        "macOS 不允许本程序控制 Excel（错误 -1743）；请在 系统设置 › 隐私与安全性 › 自动化 中允许。",
    )


PAIN = Pain("permission", _look, Text("Excel may be talked to.", "允许控制 Excel。"), (1146, 1851, 1966))
