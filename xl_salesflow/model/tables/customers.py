"""Accounts and contacts, their traits, and what customers say after the sale."""

from __future__ import annotations

from xl_salesflow.model.column import Group, Table, Type, Writer, column
from xl_salesflow.model.text import Text

T, P = Type, Writer.PRODUCT

ACCOUNTS = Table(
    "Accounts", Text("Accounts", "客户"), Text("Companies you sell to, with their profile", "客户公司及其画像"), Group.WORK,
    (
        column("account", "Account", "客户", T.KEY, "The customer's name", "客户名称", required=True, width=24),
        column("account_class", "Class", "客户分类", T.LIST, "Worked out from traits and deals when left blank", "留空时根据特质与成交自动分类", options="account_class"),
        column("owner", "Owner", "负责人", T.REF, "Who looks after the customer", "客户负责人", options="Team", width=18),
        column("industry", "Industry", "行业", T.LIST, "Their line of business", "所属行业", options="industry"),
        column("region", "Region", "区域", T.LIST, "Sales region", "销售区域", options="region"),
        column("location", "Location", "地点", T.TEXT, "City or country", "城市或国家"),
        column("employees", "Employees", "员工人数", T.INTEGER, "Company size", "企业规模"),
        column("revenue", "Revenue", "年收入", T.NUMBER, "Yearly revenue, in the unit your team agreed on", "年收入（按团队约定的单位）"),
        column("founded", "Founded", "成立年份", T.INTEGER, "Year", "年份", width=9),
        column("parent", "Parent company", "母公司", T.TEXT, "The company it belongs to", "所属母公司", width=22),
        column("has_need", "Has a need", "有需求", T.CHOICE, "Prospect must-have: a need", "准客户必备条件：需求", options="yes_no", width=9),
        column("has_means", "Can buy", "有购买力", T.CHOICE, "Prospect must-have: the means", "准客户必备条件：购买力", options="yes_no", width=9),
        column("has_authority", "Can decide", "有决策权", T.CHOICE, "Prospect must-have: authority", "准客户必备条件：决策权", options="yes_no", width=9),
        column("prospect", "Prospect", "准客户", T.CHOICE, "Yes when need, means and authority are all there; No when one is missing", "需求、购买力、决策权俱备为“是”，缺一为“否”", options="yes_no",
               formula='IF(OR({has_need}={yes_no:no},{has_means}={yes_no:no},{has_authority}={yes_no:no}),{yes_no:no},IF(AND({has_need}={yes_no:yes},{has_means}={yes_no:yes},{has_authority}={yes_no:yes}),{yes_no:yes},""))', width=9),
        column("won_deals", "Deals won", "成交次数", T.INTEGER, "How often the customer has bought; two or more is loyalty", "已成交次数；两次以上即为回头客", writer=P, width=9),
        column("trait_score", "Trait score", "特质得分", T.INTEGER, "Golden minus bad traits with evidence", "有依据的黄金特质减不良特质", writer=P, width=9),
        column("habits", "Buying habits", "消费习惯", T.LONG, "How and when they buy", "购买方式与时间"),
        column("preferences", "Preferences", "偏好", T.LONG, "What they like and avoid", "喜好与忌讳"),
        column("decision_process", "How they decide", "决策过程", T.LONG, "Factors, steps and people of a buying decision", "购买决策的因素、过程与参与人"),
        column("website", "Website", "网站", T.TEXT, "Web address", "网址"),
        column("phone", "Phone", "电话", T.TEXT, "Switchboard", "总机"),
        column("address", "Address", "地址", T.TEXT, "For quotes and contracts", "用于报价与合同", width=30),
        column("tax_id", "Tax ID", "税号", T.TEXT, "For invoices", "用于开票"),
        column("notes", "Notes", "备注", T.LONG, "Anything else", "其他说明"),
    ), key="account",
)  # fmt: skip

CONTACTS = Table(
    "Contacts", Text("Contacts", "联系人"), Text("People, their role in the decision and how to reach them", "联系人、决策角色与联系方式"), Group.WORK,
    (
        column("contact", "Contact", "联系人", T.KEY, "Full name", "姓名", required=True, width=20),
        column("account", "Account", "客户", T.REF, "Where they work", "所在客户", options="Accounts", width=22),
        column("title", "Title", "职务", T.TEXT, "Job title", "职务"),
        column("decision_role", "Decision role", "决策角色", T.CHOICE, "Their part in the decision", "在决策中的角色", options="decision_role"),
        column("phone", "Phone", "电话", T.TEXT, "Direct line or mobile", "直线或手机"),
        column("email", "E-mail", "邮箱", T.TEXT, "E-mail address", "电子邮箱", width=24),
        column("prefers", "Prefers", "偏好联系方式", T.LIST, "How they like to be contacted", "希望的联系方式", options="contact_channel"),
        column("attitude", "Attitude", "态度", T.TEXT, "Towards us and the offer", "对我们及方案的态度"),
        column("notes", "Notes", "备注", T.LONG, "Anything else", "其他说明"),
    ), key="contact",
)  # fmt: skip

TRAITS = Table(
    "Traits", Text("Traits", "客户特质"), Text("Golden and bad traits of customers, with the evidence", "黄金与不良客户特质及依据"), Group.WORK,
    (
        column("account", "Account", "客户", T.REF, "The customer", "客户", options="Accounts", required=True, width=22),
        column("kind", "Kind", "类别", T.CHOICE, "Golden or bad", "黄金或不良", options="trait_kind", required=True),
        column("trait", "Trait", "特质", T.TEXT, "Which of the seven; the Lists sheet has them", "七项之一，见“列表”表", required=True, width=34),
        column("evidence", "Evidence", "依据", T.LONG, "What you saw or heard; only traits with evidence count", "所见所闻；只有有依据的特质计分"),
        column("date", "Date", "日期", T.DATE, "When you noticed", "发现日期"),
        column("by", "By", "记录人", T.REF, "Who noticed", "记录人", options="Team"),
    ),
)  # fmt: skip

FEEDBACK = Table(
    "Feedback", Text("Feedback", "客户反馈"), Text("Surveys, visits, issues, reviews and referrals after the sale", "售后调查、回访、问题、评价与转介绍"), Group.WORK,
    (
        column("feedback", "Feedback", "反馈编号", T.KEY, "A number of its own", "唯一编号", required=True),
        column("deal", "Deal", "商机编号", T.REF, "The deal it is about", "相关商机", options="Deals"),
        column("account", "Account", "客户", T.REF, "The customer", "客户", options="Accounts", width=22),
        column("date", "Date", "日期", T.DATE, "When it came", "收到日期"),
        column("kind", "Kind", "类别", T.CHOICE, "Survey, visit, issue, review or referral", "调查、回访、问题、评价或转介绍", options="feedback_kind"),
        column("satisfaction", "Satisfaction", "满意度", T.NUMBER, "1 very unhappy to 5 very happy", "1 很不满意 至 5 很满意", width=10),
        column("recommend", "Would recommend", "推荐意愿", T.NUMBER, "0 not at all to 10 certainly", "0 完全不会 至 10 一定会", width=10),
        column("comment", "Comment", "意见", T.LONG, "In the customer's words", "客户原话"),
        column("resolved", "Resolved on", "解决日期", T.DATE, "When an issue was solved", "问题解决日期"),
        column("referred", "Referred", "推荐对象", T.TEXT, "Whom the customer recommended; becomes a lead", "客户推荐的对象，将成为线索", width=22),
        column("referral_deal", "Referral deal", "转介绍商机", T.TEXT, "The deal that came of it", "由此产生的商机", writer=P),
    ), key="feedback",
)  # fmt: skip
