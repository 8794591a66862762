"""A policy of the company forbids macros or add-ins."""

from __future__ import annotations

import re

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.model.text import Text

_POLICY = (
    ("Software\\Policies\\Microsoft\\Office\\16.0\\Excel\\Security", "VBAWarnings", ("0x4",)),
    ("Software\\Policies\\Microsoft\\Office\\16.0\\Excel\\Security", "DisableAllAddins", ("0x1",)),
    ("Software\\Policies\\Microsoft\\Office\\16.0\\Common", "VBAOff", ("0x1",)),
)


def _look(case: Case) -> Text | None:
    if case.places.system != "win32":
        return ELSEWHERE
    for key, name, forbidding in _POLICY:
        command = ["reg", "query", f"HKCU\\{key}", "/v", name]
        answer = case.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=False)
        if answer.returncode == 0 and re.search(rf"{name}\s+REG_DWORD\s+({'|'.join(forbidding)})\b", answer.stdout):
            return Text(
                f"A policy of your company forbids macros or add-ins ({name}); ask IT to allow {case.places.addin.parent}, "
                "or use the command line.",
                f"公司策略禁止宏或加载项（{name}）；请联系 IT 放行 {case.places.addin.parent}，或改用命令行。",
            )
    return None


PAIN = Pain("policy", _look, Text("No policy forbids it.", "没有策略禁止。"), (1075, 2567, 2618))
