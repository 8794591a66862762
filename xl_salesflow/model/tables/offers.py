"""Quotes, their lines and the price list."""

from __future__ import annotations

from xl_salesflow.model.column import Group, Table, Type, Writer, column
from xl_salesflow.model.text import Text

T, P = Type, Writer.PRODUCT

QUOTES = Table(
    "Quotes", Text("Quotes", "报价单"), Text("Quotes of every deal and where they stand", "各商机的报价单及状态"), Group.WORK,
    (
        column("quote", "Quote", "报价单号", T.KEY, "The quote's number", "报价单号", required=True),
        column("deal", "Deal", "商机编号", T.REF, "The deal it is for", "所属商机", options="Deals", required=True),
        column("version", "Version", "版本", T.INTEGER, "Counts up when a quote is revised", "修订时递增", width=8),
        column("supersedes", "Supersedes", "替代报价", T.TEXT, "The quote this one replaces", "被本报价替代的报价单"),
        column("status", "Status", "状态", T.CHOICE, "Draft, sent, accepted, rejected, expired", "草稿、已发送、已接受、已拒绝、已过期", options="quote_status"),
        column("primary", "Primary", "主报价", T.CHOICE, "The one the deal's amount follows", "商机金额以此为准", options="yes_no", width=8),
        column("date", "Date", "报价日期", T.DATE, "The day on the quote", "报价单日期"),
        column("valid_until", "Valid until", "有效期至", T.DATE, "The last day it holds", "最后有效日"),
        column("contact", "Contact", "联系人", T.REF, "Whom it is addressed to", "收件人", options="Contacts"),
        column("currency", "Currency", "币种", T.TEXT, "Blank: the workbook's", "留空为本位币", width=9),
        column("rate", "Exchange rate", "汇率", T.NUMBER, "Workbook currency for one unit, frozen when sent", "一单位外币折合本位币，发送时冻结", width=10),
        column("tax_mode", "Tax mode", "计税方式", T.CHOICE, "Are the prices without or with tax?", "单价不含税或含税", options="tax_mode"),
        column("tax_rate", "Tax rate", "税率", T.PERCENT, "Blank: the rate in Settings", "留空取“设置”中的税率", width=9),
        column("discount", "Total discount", "整单折扣", T.PERCENT, "Off the sum of the lines", "在行合计基础上的折扣", width=10),
        column("shipping", "Shipping", "运费", T.MONEY, "Added before tax", "计税前加入"),
        column("subtotal", "Lines", "行合计", T.MONEY, "Sum of the lines that are not optional", "非可选行的合计",
               formula='ROUND(SUMIFS({QuoteLines.net},{QuoteLines.quote},{quote},{QuoteLines.optional},"<>"&{yes_no:yes}),2)'),
        column("net", "Net", "净额", T.MONEY, "Lines less discount plus shipping, without tax", "行合计减折扣加运费（不含税）",
               formula='ROUND({total}-{tax},2)'),
        column("tax", "Tax", "税额", T.MONEY, "Tax contained in the total", "总额中的税额",
               formula='IF({tax_mode}={tax_mode:inclusive},ROUND({total}-ROUND({total}/(1+IF({tax_rate}="",TaxRate,{tax_rate})),2),2),ROUND((ROUND({subtotal}*(1-{discount}),2)+{shipping})*IF({tax_rate}="",TaxRate,{tax_rate}),2))'),
        column("total", "Total", "总额", T.MONEY, "What the customer pays", "客户应付总额",
               formula='IF({tax_mode}={tax_mode:inclusive},ROUND(ROUND({subtotal}*(1-{discount}),2)+{shipping},2),ROUND(ROUND({subtotal}*(1-{discount}),2)+{shipping}+ROUND((ROUND({subtotal}*(1-{discount}),2)+{shipping})*IF({tax_rate}="",TaxRate,{tax_rate}),2),2))'),
        column("terms", "Terms", "条款", T.LONG, "Payment and delivery", "付款与交付"),
        column("approved_by", "Approved by", "批准人", T.TEXT, "Who approved a discount above the limit", "超限折扣的批准人"),
        column("sent", "Sent on", "发送日期", T.DATE, "When it went out", "发送日期"),
        column("sent_to", "Sent to", "发送对象", T.TEXT, "To whom", "收件人"),
        column("decided", "Decided on", "决定日期", T.DATE, "When it was accepted or rejected", "接受或拒绝日期"),
        column("document", "Document", "文件", T.TEXT, "The file that was made last", "最近生成的文件", writer=P, width=26),
        column("digest", "Digest", "摘要", T.TEXT, "Fingerprint of that file", "该文件的指纹", writer=P),
        column("notes", "Notes", "备注", T.LONG, "Printed under the totals", "打印在合计下方"),
        column("followed", "Given to the deal", "已计入商机", T.MONEY, "The amount that the deal took from this quote", "商机金额取自本报价的数值", writer=P),
    ), key="quote",
)  # fmt: skip

QUOTE_LINES = Table(
    "QuoteLines", Text("Quote lines", "报价明细"), Text("What each quote offers", "报价单明细"), Group.WORK,
    (
        column("quote", "Quote", "报价单号", T.REF, "The quote it belongs to", "所属报价单", options="Quotes", required=True),
        column("position", "Position", "序号", T.INTEGER, "Order on the quote", "行号", width=9),
        column("product", "Product", "产品", T.REF, "From the price list", "取自价目表", options="Products", required=True, width=22),
        column("description", "Description", "说明", T.LONG, "Blank: the product's own", "留空取产品说明"),
        column("quantity", "Quantity", "数量", T.NUMBER, "How many", "数量", required=True, width=10),
        column("unit", "Unit", "单位", T.LIST, "Blank: the product's own", "留空取产品单位", options="unit", width=9),
        column("price", "Unit price", "单价", T.MONEY, "Blank: the list price", "留空取价目表价格"),
        column("discount", "Discount", "折扣", T.PERCENT, "Off this line", "本行折扣", width=10),
        column("optional", "Optional", "可选", T.CHOICE, "Shown but not summed", "仅展示，不计入合计", options="yes_no", width=9),
        column("net", "Line total", "小计", T.MONEY, "Quantity × price less discount, rounded to cents", "数量 × 单价 − 折扣，四舍五入到分",
               formula='ROUND({quantity}*IF({price}="",IFERROR(INDEX({Products.price},MATCH({product},{Products.product},0)),0),{price})*(1-{discount}),2)'),
    ),
)  # fmt: skip

PRODUCTS = Table(
    "Products", Text("Products", "产品"), Text("Price list, with feature, advantage and benefit", "价目表及特性、优势、利益"), Group.SETUP,
    (
        column("product", "Product", "产品", T.KEY, "The product's name", "产品名称", required=True, width=24),
        column("series", "Series", "系列", T.TEXT, "Product family", "产品系列"),
        column("price", "List price", "标准价", T.MONEY, "Per unit, without tax", "单价（不含税）"),
        column("unit", "Unit", "单位", T.LIST, "What one is", "计量单位", options="unit", width=9),
        column("description", "Description", "说明", T.LONG, "Printed on the quote", "打印在报价单上"),
        column("feature", "Feature", "特性", T.LONG, "What it has", "它有什么"),
        column("advantage", "Advantage", "优势", T.LONG, "What that does better", "好在哪里"),
        column("benefit", "Benefit", "利益", T.LONG, "What the customer gains", "客户得到什么"),
        column("needs", "Answers the need", "对应需求", T.TEXT, "Words that customers use for the need, with commas between", "客户表达该需求时的用词，用逗号分隔", width=26),
        column("active", "On sale", "在售", T.CHOICE, "No: kept for old deals only", "否：仅为历史商机保留", options="yes_no", width=9),
    ), key="product",
)  # fmt: skip
