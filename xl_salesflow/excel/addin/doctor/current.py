"""The installed add-in was built from other versions than are installed now."""

from __future__ import annotations

import zipfile

from xl_salesflow.excel.addin.build import addin_bytes
from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.excel.addin.sources import own_modules, xlwings_modules, xlwings_version
from xl_salesflow.model.text import Text


def _look(case: Case) -> Text | None:
    file = case.places.addin
    if not file.exists():
        return ELSEWHERE
    if not zipfile.is_zipfile(file):
        return Text(
            f"{file} is damaged; run: salesflow addin install.", f"{file} 已损坏；请运行：salesflow addin install。"
        )
    if file.read_bytes() != addin_bytes((*own_modules(), *xlwings_modules())):
        return Text(
            f"The installed add-in was built by other versions than xlwings {xlwings_version()} and this product; "
            "run: salesflow addin install.",
            f"已安装的加载项与 xlwings {xlwings_version()} 或本产品版本不符；请运行：salesflow addin install。",
        )
    return None


PAIN = Pain(
    "current", _look, Text("The add-in matches the installed versions.", "加载项版本一致。"), (1099, 1595, 1864, 2355)
)
