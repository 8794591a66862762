"""The add-in is not where Excel starts it."""

from __future__ import annotations

from xl_salesflow.excel.addin.doctor.pain import Case, Pain
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    if case.places.addin.exists():
        return None
    return Text(
        f"The add-in is not at {case.places.addin}; run: salesflow addin install.",
        f"{case.places.addin} 处没有加载项；请运行：salesflow addin install。",
    )


PAIN = Pain("installed", _look, Text("The add-in is where Excel starts it.", "加载项已安装。"), ())
