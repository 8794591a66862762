"""Windows keeps the mark of the internet on a file, and Excel blocks its macros."""

from __future__ import annotations

from pathlib import Path

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    # a file from the internet keeps its mark, and Excel blocks its macros
    if case.places.system != "win32" or not case.places.addin.exists():
        return ELSEWHERE
    if not Path(f"{case.places.addin}:Zone.Identifier").exists():
        return None
    return Text(
        f"Windows marks {case.places.addin} as coming from the internet, so Excel blocks its macros; "
        "run: salesflow addin install.",
        f"Windows 将 {case.places.addin} 标记为来自互联网，Excel 会阻止其宏；请运行：salesflow addin install。",
    )


PAIN = Pain("trust", _look, Text("The add-in is trusted.", "加载项受信任。"), ())
