"""What people work in beside the deals: customers, activities, quotes, documents and the BANT card.

The BANT card of a deal is a file of its own with one table, to be filled in away from the workbook and read back.
"""

from __future__ import annotations

from dataclasses import replace

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.setup_tables import QUESTIONS_TABLE
from xl_salesflow.schema.table_columns import (
    BY_PRODUCT,
    Column,
    ColumnWriter,
    SheetGroup,
    T,
    TableSchema,
    declare_column,
)

ACCOUNTS_TABLE = TableSchema(
    "Accounts", Text("Accounts", "客户"), Text("Companies you sell to, with their profile", "客户公司及其画像"), SheetGroup.WORK,
    (
        declare_column("account", "Account", "客户", T.KEY, "The customer's name", "客户名称", required=True, width=24),
        declare_column("account_class", "Class", "客户分类", T.LIST, "Worked out from traits and deals when left blank", "留空时根据特质与成交自动分类", options="account_class"),
        declare_column("owner", "Owner", "负责人", T.REF, "Who looks after the customer", "客户负责人", options="Team", width=18),
        declare_column("industry", "Industry", "行业", T.LIST, "Their line of business", "所属行业", options="industry"),
        declare_column("region", "Region", "区域", T.LIST, "Sales region", "销售区域", options="region"),
        declare_column("location", "Location", "地点", T.TEXT, "City or country", "城市或国家"),
        declare_column("employees", "Employees", "员工人数", T.INTEGER, "Company size", "企业规模"),
        declare_column("revenue", "Revenue", "年收入", T.NUMBER, "Yearly revenue, in the unit your team agreed on", "年收入（按团队约定的单位）"),
        declare_column("founded", "Founded", "成立年份", T.INTEGER, "Year", "年份", width=9),
        declare_column("parent", "Parent company", "母公司", T.TEXT, "The company it belongs to", "所属母公司", width=22),
        declare_column("has_need", "Has a need", "有需求", T.CHOICE, "Prospect must-have: a need", "准客户必备条件：需求", options="yes_no", width=9),
        declare_column("has_means", "Can buy", "有购买力", T.CHOICE, "Prospect must-have: the means", "准客户必备条件：购买力", options="yes_no", width=9),
        declare_column("has_authority", "Can decide", "有决策权", T.CHOICE, "Prospect must-have: authority", "准客户必备条件：决策权", options="yes_no", width=9),
        declare_column("prospect", "Prospect", "准客户", T.CHOICE, "Yes when need, means and authority are all there; No when one is missing", "需求、购买力、决策权俱备为“是”，缺一为“否”", options="yes_no",
               formula='IF(OR({has_need}={yes_no:no},{has_means}={yes_no:no},{has_authority}={yes_no:no}),{yes_no:no},IF(AND({has_need}={yes_no:yes},{has_means}={yes_no:yes},{has_authority}={yes_no:yes}),{yes_no:yes},""))', width=9),
        declare_column("won_deals", "Deals won", "成交次数", T.INTEGER, "How often the customer has bought; two or more is loyalty", "已成交次数；两次以上即为回头客", writer=BY_PRODUCT, width=9),
        declare_column("trait_score", "Trait score", "特质得分", T.INTEGER, "Golden minus bad traits with evidence", "有依据的黄金特质减不良特质", writer=BY_PRODUCT, width=9),
        declare_column("habits", "Buying habits", "消费习惯", T.LONG, "How and when they buy", "购买方式与时间"),
        declare_column("preferences", "Preferences", "偏好", T.LONG, "What they like and avoid", "喜好与忌讳"),
        declare_column("decision_process", "How they decide", "决策过程", T.LONG, "Factors, steps and people of a buying decision", "购买决策的因素、过程与参与人"),
        declare_column("website", "Website", "网站", T.TEXT, "Web address", "网址"),
        declare_column("phone", "Phone", "电话", T.TEXT, "Switchboard", "总机"),
        declare_column("address", "Address", "地址", T.TEXT, "For quotes and contracts", "用于报价与合同", width=30),
        declare_column("tax_id", "Tax ID", "税号", T.TEXT, "For invoices", "用于开票"),
        declare_column("notes", "Notes", "备注", T.LONG, "Anything else", "其他说明"),
    ), key="account",
)  # fmt: skip

CONTACTS_TABLE = TableSchema(
    "Contacts", Text("Contacts", "联系人"), Text("People, their role in the decision and how to reach them", "联系人、决策角色与联系方式"), SheetGroup.WORK,
    (
        declare_column("contact", "Contact", "联系人", T.KEY, "Full name", "姓名", required=True, width=20),
        declare_column("account", "Account", "客户", T.REF, "Where they work", "所在客户", options="Accounts", width=22),
        declare_column("title", "Title", "职务", T.TEXT, "Job title", "职务"),
        declare_column("decision_role", "Decision role", "决策角色", T.CHOICE, "Their part in the decision", "在决策中的角色", options="decision_role"),
        declare_column("phone", "Phone", "电话", T.TEXT, "Direct line or mobile", "直线或手机"),
        declare_column("email", "E-mail", "邮箱", T.TEXT, "E-mail address", "电子邮箱", width=24),
        declare_column("prefers", "Prefers", "偏好联系方式", T.LIST, "How they like to be contacted", "希望的联系方式", options="contact_channel"),
        declare_column("attitude", "Attitude", "态度", T.TEXT, "Towards us and the offer", "对我们及方案的态度"),
        declare_column("notes", "Notes", "备注", T.LONG, "Anything else", "其他说明"),
    ), key="contact",
)  # fmt: skip

TRAITS_TABLE = TableSchema(
    "Traits", Text("Traits", "客户特质"), Text("Golden and bad traits of customers, with the evidence", "黄金与不良客户特质及依据"), SheetGroup.WORK,
    (
        declare_column("account", "Account", "客户", T.REF, "The customer", "客户", options="Accounts", required=True, width=22),
        declare_column("kind", "Kind", "类别", T.CHOICE, "Golden or bad", "黄金或不良", options="trait_kind", required=True),
        declare_column("trait", "Trait", "特质", T.TEXT, "Which of the seven; the Lists sheet has them", "七项之一，见“列表”表", required=True, width=34),
        declare_column("evidence", "Evidence", "依据", T.LONG, "What you saw or heard; only traits with evidence count", "所见所闻；只有有依据的特质计分"),
        declare_column("date", "Date", "日期", T.DATE, "When you noticed", "发现日期"),
        declare_column("by", "By", "记录人", T.REF, "Who noticed", "记录人", options="Team"),
    ),
)  # fmt: skip

FEEDBACK_TABLE = TableSchema(
    "Feedback", Text("Feedback", "客户反馈"), Text("Surveys, visits, issues, reviews and referrals after the sale", "售后调查、回访、问题、评价与转介绍"), SheetGroup.WORK,
    (
        declare_column("feedback", "Feedback", "反馈编号", T.KEY, "A number of its own", "唯一编号", required=True),
        declare_column("deal", "Deal", "商机编号", T.REF, "The deal it is about", "相关商机", options="Deals"),
        declare_column("account", "Account", "客户", T.REF, "The customer", "客户", options="Accounts", width=22),
        declare_column("date", "Date", "日期", T.DATE, "When it came", "收到日期"),
        declare_column("kind", "Kind", "类别", T.CHOICE, "Survey, visit, issue, review or referral", "调查、回访、问题、评价或转介绍", options="feedback_kind"),
        declare_column("satisfaction", "Satisfaction", "满意度", T.NUMBER, "1 very unhappy to 5 very happy", "1 很不满意 至 5 很满意", width=10),
        declare_column("recommend", "Would recommend", "推荐意愿", T.NUMBER, "0 not at all to 10 certainly", "0 完全不会 至 10 一定会", width=10),
        declare_column("comment", "Comment", "意见", T.LONG, "In the customer's words", "客户原话"),
        declare_column("resolved", "Resolved on", "解决日期", T.DATE, "When an issue was solved", "问题解决日期"),
        declare_column("referred", "Referred", "推荐对象", T.TEXT, "Whom the customer recommended; becomes a lead", "客户推荐的对象，将成为线索", width=22),
        declare_column("referral_deal", "Referral deal", "转介绍商机", T.TEXT, "The deal that came of it", "由此产生的商机", writer=BY_PRODUCT),
    ), key="feedback",
)  # fmt: skip

ACTIVITIES_TABLE = TableSchema(
    "Activities", Text("Activities", "活动"), Text("Calls, visits, demos: what was done and said", "通话、拜访、演示：做了什么、说了什么"), SheetGroup.WORK,
    (
        declare_column("activity", "Activity", "活动编号", T.KEY, "A number of its own; filled in when blank", "唯一编号；留空自动填写"),
        declare_column("date", "Date", "日期", T.DATE, "The day it happened", "发生日期", required=True),
        declare_column("deal", "Deal", "商机编号", T.REF, "The deal it belongs to", "所属商机", options="Deals", required=True),
        declare_column("contact", "Contact", "联系人", T.REF, "Whom you spoke with", "沟通对象", options="Contacts"),
        declare_column("type", "Type", "类型", T.LIST, "What kind of activity", "活动类型", options="activity_type", required=True),
        declare_column("contact_channel", "Channel", "方式", T.LIST, "Phone, e-mail, in person…", "电话、邮件、面对面等", options="contact_channel"),
        declare_column("outcome", "Outcome", "结果", T.LIST, "What came of it", "结果", options="activity_outcome"),
        declare_column("by", "By", "执行人", T.REF, "Who did it", "执行人", options="Team", width=18),
        declare_column("summary", "Summary", "纪要", T.LONG, "What was said, in a few lines", "沟通要点"),
        declare_column("situation", "Situation", "情境", T.LONG, "SPIN: facts about where they stand", "SPIN：客户现状"),
        declare_column("problem", "Problem", "问题", T.LONG, "SPIN: difficulties they name", "SPIN：客户提到的困难"),
        declare_column("implication", "Implication", "暗示", T.LONG, "SPIN: what the problem leads to", "SPIN：问题带来的后果"),
        declare_column("need_payoff", "Need-payoff", "需求回报", T.LONG, "SPIN: what solving it is worth to them", "SPIN：解决后的收益"),
        declare_column("cost", "Cost", "费用", T.MONEY, "What it cost: travel, samples, a stand at a fair", "差旅、样品、展位等费用"),
        declare_column("materials", "Materials sent", "发送资料", T.TEXT, "Brochures, cases, decks", "手册、案例、演示稿"),
        declare_column("verbal_terms", "Verbal terms", "口头约定", T.TEXT, "What was agreed by word of mouth", "口头约定的条款"),
        declare_column("next_step", "Next step", "下一步", T.TEXT, "What was agreed to do next", "约定的下一步"),
        declare_column("next_step_date", "Next step on", "下一步日期", T.DATE, "When", "日期"),
    ), key="activity", visible=True,
)  # fmt: skip

TASKS_TABLE = TableSchema(
    "Tasks", Text("Tasks", "任务"), Text("What each deal still needs in its stage", "各商机在当前阶段的任务"), SheetGroup.WORK,
    (
        declare_column("task_id", "Task no.", "任务编号", T.KEY, "A number of its own", "唯一编号", required=True),
        declare_column("deal", "Deal", "商机编号", T.REF, "The deal it belongs to", "所属商机", options="Deals", required=True),
        declare_column("stage", "Stage", "阶段", T.TEXT, "The stage it belongs to", "所属阶段"),
        declare_column("task", "Task", "任务", T.TEXT, "What is to be done", "要做的事", required=True, width=34),
        declare_column("owner", "Owner", "负责人", T.REF, "Who does it", "负责人", options="Team", width=18),
        declare_column("due", "Due", "截止日期", T.DATE, "By when", "截止日期"),
        declare_column("status", "Status", "状态", T.CHOICE, "Tick it off here", "在此标记完成", options="task_status"),
        declare_column("done", "Done on", "完成日期", T.DATE, "When it was done", "完成日期"),
        declare_column("required", "Required", "必做", T.CHOICE, "Needed before the deal may move on", "推进前必须完成", options="yes_no", width=9),
        declare_column("evidence", "Evidence", "依据", T.TEXT, "What shows it was done", "完成依据"),
    ), key="task_id",
)  # fmt: skip

ANSWERS_TABLE = TableSchema(
    "Answers", Text("Answers", "BANT问答"), Text("Answers to the BANT questions, with points and evidence", "BANT 问题的回答、分值与依据"), SheetGroup.WORK,
    (
        declare_column("deal", "Deal", "商机编号", T.REF, "The deal", "商机", options="Deals", required=True),
        declare_column("question", "Question", "问题编号", T.REF, "From the Questions sheet, such as B1", "取自“问题库”，如 B1", options="Questions", required=True),
        declare_column("points", "Points", "分值", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong", "0 未知，1 弱，2 中，3 强", width=9),
        declare_column("answer", "Answer", "回答", T.LONG, "What the customer said", "客户的回答"),
        declare_column("evidence", "Evidence", "依据", T.LONG, "Where you know it from", "信息来源"),
        declare_column("date", "Date", "日期", T.DATE, "When you learned it", "获知日期"),
        declare_column("by", "By", "记录人", T.REF, "Who asked", "提问人", options="Team"),
    ),
)  # fmt: skip

OBJECTIONS_TABLE = TableSchema(
    "Objections", Text("Objections", "异议"), Text("What holds customers back and the answer that worked", "客户的顾虑与有效的应对"), SheetGroup.WORK,
    (
        declare_column("objection", "Objection", "异议编号", T.KEY, "A number of its own", "唯一编号", required=True),
        declare_column("deal", "Deal", "商机编号", T.REF, "The deal", "商机", options="Deals", required=True),
        declare_column("type", "Type", "类型", T.LIST, "Price, contract terms…", "价格、合同条款等", options="objection_type"),
        declare_column("concern", "Concern", "顾虑", T.LONG, "In the customer's words", "客户原话"),
        declare_column("answer", "Answer", "应对", T.LONG, "What you answered", "如何应对"),
        declare_column("status", "Status", "状态", T.CHOICE, "Open, answered or resolved", "未解决、已答复或已解决", options="objection_status"),
        declare_column("worked", "Worked", "有效", T.CHOICE, "Did the answer convince?", "应对是否有效？", options="yes_no", width=9),
        declare_column("date", "Date", "日期", T.DATE, "When it came up", "提出日期"),
    ), key="objection",
)  # fmt: skip

QUOTES_TABLE = TableSchema(
    "Quotes", Text("Quotes", "报价单"), Text("Quotes of every deal and where they stand", "各商机的报价单及状态"), SheetGroup.WORK,
    (
        declare_column("quote", "Quote", "报价单号", T.KEY, "The quote's number", "报价单号", required=True),
        declare_column("deal", "Deal", "商机编号", T.REF, "The deal it is for", "所属商机", options="Deals", required=True),
        declare_column("version", "Version", "版本", T.INTEGER, "Counts up when a quote is revised", "修订时递增", width=8),
        declare_column("supersedes", "Supersedes", "替代报价", T.TEXT, "The quote this one replaces", "被本报价替代的报价单"),
        declare_column("status", "Status", "状态", T.CHOICE, "Draft, sent, accepted, rejected, expired", "草稿、已发送、已接受、已拒绝、已过期", options="quote_status"),
        declare_column("primary", "Primary", "主报价", T.CHOICE, "The one the deal's amount follows", "商机金额以此为准", options="yes_no", width=8),
        declare_column("date", "Date", "报价日期", T.DATE, "The day on the quote", "报价单日期"),
        declare_column("valid_until", "Valid until", "有效期至", T.DATE, "The last day it holds", "最后有效日"),
        declare_column("contact", "Contact", "联系人", T.REF, "Whom it is addressed to", "收件人", options="Contacts"),
        declare_column("currency", "Currency", "币种", T.TEXT, "Blank: the workbook's", "留空为本位币", width=9),
        declare_column("rate", "Exchange rate", "汇率", T.NUMBER, "Workbook currency for one unit, frozen when sent", "一单位外币折合本位币，发送时冻结", width=10),
        declare_column("tax_mode", "Tax mode", "计税方式", T.CHOICE, "Are the prices without or with tax?", "单价不含税或含税", options="tax_mode"),
        declare_column("tax_rate", "Tax rate", "税率", T.PERCENT, "Blank: the rate in Settings", "留空取“设置”中的税率", width=9),
        declare_column("discount", "Total discount", "整单折扣", T.PERCENT, "Off the sum of the lines", "在行合计基础上的折扣", width=10),
        declare_column("shipping", "Shipping", "运费", T.MONEY, "Added before tax", "计税前加入"),
        declare_column("subtotal", "Lines", "行合计", T.MONEY, "Sum of the lines that are not optional", "非可选行的合计",
               formula='ROUND(SUMIFS({QuoteLines.net},{QuoteLines.quote},{quote},{QuoteLines.optional},"<>"&{yes_no:yes}),2)'),
        declare_column("net", "Net", "净额", T.MONEY, "Lines less discount plus shipping, without tax", "行合计减折扣加运费（不含税）",
               formula='ROUND({total}-{tax},2)'),
        declare_column("tax", "Tax", "税额", T.MONEY, "Tax contained in the total", "总额中的税额",
               formula='IF({tax_mode}={tax_mode:inclusive},ROUND({total}-ROUND({total}/(1+IF({tax_rate}="",TaxRate,{tax_rate})),2),2),ROUND((ROUND({subtotal}*(1-{discount}),2)+{shipping})*IF({tax_rate}="",TaxRate,{tax_rate}),2))'),
        declare_column("total", "Total", "总额", T.MONEY, "What the customer pays", "客户应付总额",
               formula='IF({tax_mode}={tax_mode:inclusive},ROUND(ROUND({subtotal}*(1-{discount}),2)+{shipping},2),ROUND(ROUND({subtotal}*(1-{discount}),2)+{shipping}+ROUND((ROUND({subtotal}*(1-{discount}),2)+{shipping})*IF({tax_rate}="",TaxRate,{tax_rate}),2),2))'),
        declare_column("terms", "Terms", "条款", T.LONG, "Payment and delivery", "付款与交付"),
        declare_column("approved_by", "Approved by", "批准人", T.TEXT, "Who approved a discount above the limit", "超限折扣的批准人"),
        declare_column("sent", "Sent on", "发送日期", T.DATE, "When it went out", "发送日期"),
        declare_column("sent_to", "Sent to", "发送对象", T.TEXT, "To whom", "收件人"),
        declare_column("decided", "Decided on", "决定日期", T.DATE, "When it was accepted or rejected", "接受或拒绝日期"),
        declare_column("document", "Document", "文件", T.TEXT, "The file that was made last", "最近生成的文件", writer=BY_PRODUCT, width=26),
        declare_column("digest", "Digest", "摘要", T.TEXT, "Fingerprint of that file", "该文件的指纹", writer=BY_PRODUCT),
        declare_column("notes", "Notes", "备注", T.LONG, "Printed under the totals", "打印在合计下方"),
        declare_column("followed", "Given to the deal", "已计入商机", T.MONEY, "The amount that the deal took from this quote", "商机金额取自本报价的数值", writer=BY_PRODUCT),
    ), key="quote",
)  # fmt: skip

QUOTE_LINES_TABLE = TableSchema(
    "QuoteLines", Text("Quote lines", "报价明细"), Text("What each quote offers", "报价单明细"), SheetGroup.WORK,
    (
        declare_column("quote", "Quote", "报价单号", T.REF, "The quote it belongs to", "所属报价单", options="Quotes", required=True),
        declare_column("position", "Position", "序号", T.INTEGER, "Order on the quote", "行号", width=9),
        declare_column("product", "Product", "产品", T.REF, "From the price list", "取自价目表", options="Products", required=True, width=22),
        declare_column("description", "Description", "说明", T.LONG, "Blank: the product's own", "留空取产品说明"),
        declare_column("quantity", "Quantity", "数量", T.NUMBER, "How many", "数量", required=True, width=10),
        declare_column("unit", "Unit", "单位", T.LIST, "Blank: the product's own", "留空取产品单位", options="unit", width=9),
        declare_column("price", "Unit price", "单价", T.MONEY, "Blank: the list price", "留空取价目表价格"),
        declare_column("discount", "Discount", "折扣", T.PERCENT, "Off this line", "本行折扣", width=10),
        declare_column("optional", "Optional", "可选", T.CHOICE, "Shown but not summed", "仅展示，不计入合计", options="yes_no", width=9),
        declare_column("net", "Line total", "小计", T.MONEY, "Quantity × price less discount, rounded to cents", "数量 × 单价 − 折扣，四舍五入到分",
               formula='ROUND({quantity}*IF({price}="",IFERROR(INDEX({Products.price},MATCH({product},{Products.product},0)),0),{price})*(1-{discount}),2)'),
    ),
)  # fmt: skip

PRODUCTS_TABLE = TableSchema(
    "Products", Text("Products", "产品"), Text("Price list, with feature, advantage and benefit", "价目表及特性、优势、利益"), SheetGroup.SETUP,
    (
        declare_column("product", "Product", "产品", T.KEY, "The product's name", "产品名称", required=True, width=24),
        declare_column("series", "Series", "系列", T.TEXT, "Product family", "产品系列"),
        declare_column("price", "List price", "标准价", T.MONEY, "Per unit, without tax", "单价（不含税）"),
        declare_column("unit", "Unit", "单位", T.LIST, "What one is", "计量单位", options="unit", width=9),
        declare_column("description", "Description", "说明", T.LONG, "Printed on the quote", "打印在报价单上"),
        declare_column("feature", "Feature", "特性", T.LONG, "What it has", "它有什么"),
        declare_column("advantage", "Advantage", "优势", T.LONG, "What that does better", "好在哪里"),
        declare_column("benefit", "Benefit", "利益", T.LONG, "What the customer gains", "客户得到什么"),
        declare_column("needs", "Answers the need", "对应需求", T.TEXT, "Words that customers use for the need, with commas between", "客户表达该需求时的用词，用逗号分隔", width=26),
        declare_column("active", "On sale", "在售", T.CHOICE, "No: kept for old deals only", "否：仅为历史商机保留", options="yes_no", width=9),
    ), key="product",
)  # fmt: skip

DOCUMENTS_TABLE = TableSchema(
    "Documents", Text("Documents", "文件"), Text("Every document that was made, and what was sent to whom", "生成的全部文件及发送记录"), SheetGroup.RECORD,
    (
        declare_column("document", "Document", "文件", T.KEY, "The file, from the workbook's folder", "文件名（相对于工作簿所在文件夹）", writer=BY_PRODUCT, width=40),
        declare_column("paper", "Kind", "类型", T.CHOICE, "Quote, proposal, contract, card, sheet or report", "报价单、方案、合同、卡片、准备表或报告", options="paper", writer=BY_PRODUCT),
        declare_column("subject", "About", "编号", T.TEXT, "The quote, deal or activity it is about", "所属报价单、商机或活动", writer=BY_PRODUCT, width=16),
        declare_column("deal", "Deal", "商机编号", T.TEXT, "The deal it belongs to", "所属商机", writer=BY_PRODUCT),
        declare_column("made", "Made on", "生成日期", T.DATE, "When it was made last", "最近一次生成的日期", writer=BY_PRODUCT),
        declare_column("digest", "Digest", "摘要", T.TEXT, "Fingerprint of what it says and of the file", "内容与文件的指纹", writer=BY_PRODUCT, width=36),
        declare_column("sent", "Sent on", "发送日期", T.DATE, "When it went out; from then on a change is a finding", "发送日期；此后的改动会被指出"),
        declare_column("sent_to", "Sent to", "发送对象", T.TEXT, "To whom", "收件人", width=24),
    ), key="document",
)  # fmt: skip

BANT_CARD_QUESTION_COLUMNS = ("deal", "question", "dimension", "text", "weak", "fair", "strong")
"""What the card says; the rest is for people to fill in."""

BANT_CARD_ANSWER_COLUMNS = ("points", "answer", "evidence", "date", "by")
_BANT_CARD_WIDTHS = {
    "deal": 11,
    "question": 8,
    "text": 34,
    "weak": 24,
    "fair": 24,
    "strong": 24,
    "answer": 36,
    "evidence": 26,
}


def _bant_card_column(id: str) -> Column:
    declared = (ANSWERS_TABLE if id in ANSWERS_TABLE.by_id else QUESTIONS_TABLE)[id]
    writer = ColumnWriter.PRODUCT if id in BANT_CARD_QUESTION_COLUMNS else ColumnWriter.PERSON
    return replace(declared, writer=writer, required=False, width=_BANT_CARD_WIDTHS.get(id, declared.width))


BANT_CARD_TABLE = TableSchema(
    "BantCard",
    Text("BANT card", "BANT 卡"),
    Text(
        "Ask, give points from 0 to 3, write down the answer; then read the card back",
        "提问、按 0 至 3 打分并记录回答，然后读回",
    ),
    SheetGroup.WORK,
    tuple(map(_bant_card_column, (*BANT_CARD_QUESTION_COLUMNS, *BANT_CARD_ANSWER_COLUMNS))),
)
