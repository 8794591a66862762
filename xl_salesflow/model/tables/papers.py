"""What was made to be sent, and what was sent."""

from __future__ import annotations

from xl_salesflow.model.column import Group, Table, Type, Writer, column
from xl_salesflow.model.text import Text

T, P = Type, Writer.PRODUCT

DOCUMENTS = Table(
    "Documents", Text("Documents", "文件"), Text("Every document that was made, and what was sent to whom", "生成的全部文件及发送记录"), Group.RECORD,
    (
        column("document", "Document", "文件", T.KEY, "The file, from the workbook's folder", "文件名（相对于工作簿所在文件夹）", writer=P, width=40),
        column("paper", "Kind", "类型", T.CHOICE, "Quote, proposal, contract, card, sheet or report", "报价单、方案、合同、卡片、准备表或报告", options="paper", writer=P),
        column("subject", "About", "编号", T.TEXT, "The quote, deal or activity it is about", "所属报价单、商机或活动", writer=P, width=16),
        column("deal", "Deal", "商机编号", T.TEXT, "The deal it belongs to", "所属商机", writer=P),
        column("made", "Made on", "生成日期", T.DATE, "When it was made last", "最近一次生成的日期", writer=P),
        column("digest", "Digest", "摘要", T.TEXT, "Fingerprint of what it says and of the file", "内容与文件的指纹", writer=P, width=36),
        column("sent", "Sent on", "发送日期", T.DATE, "When it went out; from then on a change is a finding", "发送日期；此后的改动会被指出"),
        column("sent_to", "Sent to", "发送对象", T.TEXT, "To whom", "收件人", width=24),
    ), key="document",
)  # fmt: skip
