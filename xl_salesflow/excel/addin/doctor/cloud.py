"""The workbook is on OneDrive or SharePoint, where programs see only its address."""

from __future__ import annotations

from xl_salesflow.excel.addin.doctor.pain import ELSEWHERE, Case, Pain
from xl_salesflow.model.text import Text

_CLOUD = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


def _look(case: Case) -> Text | None:
    if not case.workbook:
        return ELSEWHERE
    roots = [root for name in _CLOUD if (root := case.environment.get(name))]
    if not case.workbook.casefold().startswith(("http://", "https://")):
        return None
    known = ", ".join(roots) or "—"
    return Text(
        f"{case.workbook} is on OneDrive or SharePoint, where programs see only its address: documents then go to the folder "
        f"Documents; open it from the synced folder instead ({known}).",
        f"{case.workbook} 位于 OneDrive 或 SharePoint，程序只能看到网址，文件将存入“文档”文件夹；请从同步文件夹打开（{known}）。",
    )


PAIN = Pain("cloud", _look, Text("The workbook is on this disk.", "工作簿在本机磁盘上。"), (1203, 1275, 2348))
