"""xlwings itself cannot be imported by the Python that runs the doctor."""

from __future__ import annotations

from xl_salesflow.excel.addin.doctor.pain import Case, Pain
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    try:
        __import__("xlwings")
    except ImportError as error:
        return Text(
            f"xlwings cannot be imported ({error}); run: pip install xl-salesflow[excel].",
            f"无法导入 xlwings（{error}）；请运行：pip install xl-salesflow[excel]。",
        )
    return None


PAIN = Pain("xlwings", _look, Text("xlwings can be imported.", "可导入 xlwings。"), (2107, 1582))
