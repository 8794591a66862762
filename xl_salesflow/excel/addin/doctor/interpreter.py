"""The add-in finds no Python, or one without what it needs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from xl_salesflow.excel.addin.doctor.pain import Case, Pain
from xl_salesflow.excel.addin.install import read_settings
from xl_salesflow.excel.addin.sources import xlwings_version
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    name = "INTERPRETER_MAC" if case.places.system == "darwin" else "INTERPRETER_WIN"
    python = read_settings(case.places.settings).get(name, "")
    if not python or not Path(python).exists():
        return Text(
            f"{case.places.settings} names no Python that exists ({python or 'none'}); run: salesflow addin install.",
            f"{case.places.settings} 未指明有效的 Python（{python or '无'}）；请运行：salesflow addin install。",
        )
    program = "import xlwings, xl_salesflow; print(xlwings.__version__)"
    try:
        answer = case.run([python, "-c", program], capture_output=True, encoding="utf-8", timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Text(
            f"{python} does not start ({type(error).__name__}); install Python again, then run: salesflow addin install.",
            f"{python} 无法启动（{type(error).__name__}）；请重新安装 Python，再运行：salesflow addin install。",
        )
    if answer.returncode:
        return Text(
            f"{python} cannot import xlwings and xl_salesflow; install both there, or run salesflow addin install from the "
            "environment that has them.",
            f"{python} 无法导入 xlwings 与 xl_salesflow；请在该环境安装，或在已安装的环境中运行 salesflow addin install。",
        )
    if answer.stdout.strip() != xlwings_version():
        return Text(
            f"{python} has xlwings {answer.stdout.strip()}, the add-in is for {xlwings_version()}; run salesflow addin install "
            "from that Python.",
            f"{python} 的 xlwings 为 {answer.stdout.strip()}，加载项为 {xlwings_version()}；"
            "请用该 Python 运行 salesflow addin install。",
        )
    return None


PAIN = Pain(
    "interpreter",
    _look,
    Text("The add-in finds a Python that has everything.", "加载项可找到所需的 Python。"),
    (2107, 1077, 1582),
)
