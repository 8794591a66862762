"""The sheet Lists: one column per open list, filled downwards; a team adds its own values."""

from __future__ import annotations

from xl_salesflow.model.column import Column, Group, Table, Type
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.text import Text

_TITLES = {
    "source": Text("Source", "线索来源"),
    "region": Text("Region", "区域"),
    "sales_channel": Text("Sales channel", "销售渠道"),
    "contact_channel": Text("Contact channel", "联系方式"),
    "activity_type": Text("Activity type", "活动类型"),
    "activity_outcome": Text("Activity outcome", "活动结果"),
    "loss_reason": Text("Loss reason", "丢单原因"),
    "objection_type": Text("Objection type", "异议类型"),
    "industry": Text("Industry", "行业"),
    "unit": Text("Unit", "单位"),
    "role": Text("Role", "角色"),
    "preparation": Text("Before a visit", "拜访前准备"),
    "golden_trait": Text("Golden trait", "黄金特质"),
    "bad_trait": Text("Bad trait", "不良特质"),
    "account_class": Text("Account class", "客户分类"),
}
_TIP = Text("Add your own values below; the dropdowns follow", "在下方添加自己的选项，下拉列表随之更新")

LISTS_TABLE = Table(
    "Lists",
    Text("Lists", "列表"),
    Text("What the dropdowns offer", "下拉列表的选项"),
    Group.SETUP,
    tuple(Column(name, _TITLES[name], Type.LIST, _TIP, options=name, width=24) for name in LISTS),
)
