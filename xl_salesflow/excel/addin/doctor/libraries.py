"""On Windows, worksheet functions go through a library beside the interpreter; it is missing."""

from __future__ import annotations

from pathlib import Path

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.excel.addin.install import read_settings
from xl_salesflow.excel.addin.sources import xlwings_version
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    # worksheet functions go through a library that lies beside the interpreter
    if case.places.system != "win32":
        return ELSEWHERE
    python = Path(read_settings(case.places.settings).get("INTERPRETER_WIN", "") or "missing")
    name = f"xlwings64-{xlwings_version()}.dll"
    if any((folder / name).exists() for folder in (python.parent, python.parent.parent)):
        return None
    return Text(
        f"{name} is not beside {python}; worksheet functions need it: pip install --force-reinstall xlwings.",
        f"{python} 旁没有 {name}，工作表函数需要它；请运行：pip install --force-reinstall xlwings。",
    )


PAIN = Pain(
    "libraries",
    _look,
    Text("The library for worksheet functions is there.", "工作表函数所需的库已就绪。"),
    (1099, 1595),
)
