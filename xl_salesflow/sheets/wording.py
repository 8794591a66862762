"""The words of the template that no declaration has: titles, steps, hints. One Text each."""

from __future__ import annotations

from xl_salesflow.model.column import Group, Writer
from xl_salesflow.model.text import Text

START = Text("Start", "开始")
DROPDOWNS = Text("Dropdowns", "下拉数据")
TITLE = Text("Sales pipeline", "销售管道")
SUBTITLE = Text(
    "This workbook is your pipeline. Type in the tinted cells; everything else is worked out.",
    "本工作簿就是您的销售管道。请在着色单元格中填写，其余内容自动得出。",
)
STEPS = (
    (
        Text("Set up once", "一次性设置"),
        Text(
            "Fill in Team, Products and Settings; look through Stages and Gates. Unhide a sheet by right-clicking any tab.",
            "填写“团队”“产品”“设置”，查看“阶段”与“关卡”。右键任一工作表标签即可取消隐藏。",
        ),
    ),
    (
        Text("Work every day", "每日使用"),
        Text(
            "Enter deals and activities. To move a deal, choose another stage: it counts once the gate lets it pass.",
            "登记商机与活动。推进商机时改选阶段，通过关卡后计入统计。",
        ),
    ),
    (
        Text("Update and read", "更新与查看"),
        Text(
            "Press Update on the Sales ribbon, or run: salesflow update BOOK.xlsx. Then read Follow-ups, Findings and Funnel.",
            "点击功能区的“更新”，或运行：salesflow update 工作簿.xlsx，然后查看“跟进清单”“检查结果”“销售漏斗”。",
        ),
    ),
)
GROUPS = {
    Group.WORK: Text("Work", "日常"),
    Group.MANAGE: Text("Manage", "管理"),
    Group.SETUP: Text("Set up", "设置"),
    Group.RECORD: Text("Record", "记录"),
}
LEGEND = {
    Writer.PERSON: Text("You type here", "由您填写"),
    Writer.FORMULA: Text("A formula; do not type over it", "公式，请勿覆盖"),
    Writer.PRODUCT: Text("Written by an update", "由“更新”写入"),
}

REQUIRED = Text("Required.", "必填。")
NOTE_WRITER = {
    Writer.PERSON: Text("", ""),
    Writer.FORMULA: Text("A formula; do not type over it.", "公式，请勿覆盖。"),
    Writer.PRODUCT: Text("Written by an update.", "由“更新”写入。"),
}
NOTE_LIST = Text("Choose from the list; add values on the sheet Lists.", "从列表中选择；可在“列表”工作表中添加选项。")

WRONG = Text("Please check", "请检查")
WRONG_CHOICE = Text("Choose a value from the list.", "请从列表中选择。")
WRONG_LIST = Text(
    "This value is not on the list yet. Add it on the sheet Lists, or keep it as it is.",
    "列表中尚无此值。可在“列表”工作表中添加，或保留现值。",
)
WRONG_REF = Text(
    "There is no such row on the sheet “{sheet}” yet. Keep it if you are about to add it.",
    "工作表“{sheet}”中尚无此项。若稍后添加，可保留。",
)
WRONG_STAGE = Text("Choose a stage of the sheet Stages.", "请选择“阶段”工作表中的阶段。")
WRONG_DATE = Text("Enter a date such as 2026-03-31.", "请输入日期，例如 2026-03-31。")
WRONG_POINTS = Text(
    "Enter 0 (unknown), 1 (weak), 2 (fair) or 3 (strong).", "请输入 0（未知）、1（弱）、2（中）或 3（强）。"
)
WRONG_PERCENT = Text("Enter a percentage from 0 % to 100 %.", "请输入 0% 至 100% 之间的百分比。")
WRONG_NUMBER = Text("Enter a number, without currency sign or unit.", "请输入数字，不带货币符号或单位。")
WRONG_KEY = Text("This number is already taken; every row needs its own.", "该编号已被使用，每行须有唯一编号。")

FOOTER_PAGE = Text("Page &P of &N", "第 &P 页，共 &N 页")
