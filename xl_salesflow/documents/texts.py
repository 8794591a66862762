"""Every word that a document prints of itself, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.documents.paper_texts import PAPER_TEXTS
from xl_salesflow.model.text import Language, Text

TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        **PAPER_TEXTS,
        # quotes
        "quotation": Text("Quotation", "报价单"),
        "number": Text("Number", "单号"),
        "version": Text("Version", "版本"),
        "date": Text("Date", "日期"),
        "valid_until": Text("Valid until", "有效期至"),
        "replaces": Text("Replaces", "替代"),
        "prepared_for": Text("Prepared for", "客户"),
        "prepared_by": Text("Prepared by", "报价方"),
        "attention": Text("Attn.", "联系人"),
        "regarding": Text("Regarding", "项目"),
        "tax_id": Text("Tax ID", "税号"),
        "phone": Text("Phone", "电话"),
        "email": Text("E-mail", "邮箱"),
        "item": Text("Item", "产品与说明"),
        "quantity": Text("Quantity", "数量"),
        "unit_price": Text("Unit price", "单价"),
        "discount": Text("Discount", "折扣"),
        "line_total": Text("Amount", "金额"),
        "prices_in": Text("All prices in {currency}, {mode}.", "价格单位：{currency}，{mode}。"),
        "without_tax": Text("before tax", "不含税"),
        "with_tax": Text("tax included", "含税"),
        "options": Text("Options, not included in the total", "可选项（不计入合计）"),
        "subtotal": Text("Sum of lines", "行合计"),
        "total_discount": Text("Discount {rate}", "整单折扣 {rate}"),
        "shipping": Text("Shipping", "运费"),
        "net": Text("Net", "不含税金额"),
        "tax": Text("Tax {rate}", "税额 {rate}"),
        "tax_within": Text("Of which tax {rate}", "其中税额 {rate}"),
        "total": Text("Total", "总计"),
        "in_words": Text("In capitals", "大写"),
        "in_base": Text("Equals {amount} at {rate}", "按汇率 {rate} 折合 {amount}"),
        "why": Text("What it does for you", "为您带来的价值"),
        "answers": Text("You asked for: {needs}", "您关注：{needs}"),
        "terms": Text("Terms", "条款"),
        "notes": Text("Notes", "备注"),
        "bank": Text("Bank details", "开户行及账号"),
        "acceptance": Text("Accepted by the customer", "客户确认"),
        "signature": Text("Name, signature, date", "姓名、签字（盖章）、日期"),
        "rounding": Text(
            "Each line, the discount and the tax are rounded to cents, halves away from zero.",
            "各行、折扣与税额均四舍五入到分。",
        ),
        "page": Text("Page", "第"),
        "of_pages": Text("of", "页，共"),
        "pages_end": Text("", "页"),
        "draft": Text("Draft", "草稿"),
        "logo_of": Text("Logo of {company}", "{company} 标志"),
        # follow-up lists
        "followups": Text("Follow-ups", "跟进清单"),
        "followups_for": Text("Who to call on {day}, most pressing first", "{day} 应联系的客户，按紧急程度排序"),
        "nobody": Text("No owner", "未分配"),
        "nothing_due": Text("Nobody is waiting for a call today.", "今天没有需要跟进的商机。"),
        "call_one": Text("Follow up: {account}", "跟进：{account}"),
        "due_today": Text("today", "今天"),
        "due_then": Text("due", "到期"),
        "late_by": Text("{days} working days late", "逾期 {days} 个工作日"),
        "late_by_one": Text("1 working day late", "逾期 1 个工作日"),
        "to_go": Text("in {days} working days", "还有 {days} 个工作日"),
        "to_go_one": Text("in 1 working day", "还有 1 个工作日"),
        "lines_count": Text("{count} deals", "{count} 个商机"),
        "one_line": Text("1 deal", "1 个商机"),
        "next_step": Text("Next:", "下一步："),
        "ask": Text("Ask:", "可以问："),
        "answered": Text("Answered last:", "上次答复："),
        "on_day": Text("planned for {day}", "安排在 {day}"),
        "left_over": Text(
            "More deals ask for a follow-up than these days hold, {left} too many.",
            "另有 {left} 个商机需要跟进，但这些工作日已排满。",
        ),
        "priorities": Text(
            "High: a promise is broken or a customer waits. Medium: a deal slips. Low: something is not planned. A golden "
            "customer or a large deal counts one higher. Dates fall on working days.",
            "高：承诺未兑现或客户在等待。中：商机有滑落风险。低：尚无安排。黄金客户或大额商机提高一级。日期均为工作日。",
        ),
        "mail_subject": Text("{count} follow-ups for {day}", "{day} 跟进清单：{count} 个"),
        "mail_subject_one": Text("1 follow-up for {day}", "{day} 跟进清单：1 个"),
        # the report
        "report": Text("Sales report", "销售报告"),
        "as_of": Text("As of {day}", "截至 {day}"),
        "period": Text("{start} to {end}", "{start} 至 {end}"),
        "period_from": Text("from {start}", "{start} 起"),
        "period_to": Text("until {end}", "截止 {end}"),
        "small_sample": Text("few deals", "样本少"),
        "deals_behind": Text("over {count} deals", "依据 {count} 个商机"),
        "days_long": Text("{days} days", "{days} 天"),
        "per_day": Text("{amount} a day", "每天 {amount}"),
        "blank": Text("(none)", "（空）"),
        "all_numbers": Text("Every number and how it is worked out", "全部指标及其算法"),
        "metric": Text("Number", "指标"),
        "value": Text("Value", "数值"),
        "sample": Text("Deals behind it", "样本数"),
        "definition": Text("How it is worked out", "算法"),
        "as_table": Text("The same as a table", "以表格查看"),
        "funnel": Text("Funnel", "销售漏斗"),
        "funnel_about": Text(
            "Deals that reached each stage, and the share that went on to the next",
            "到达各阶段的商机数，以及进入下一阶段的比例",
        ),
        "funnel_told": Text(
            "{reached} deals reached {first}, {left} of them {last}.",
            "{reached} 个商机到达“{first}”，其中 {left} 个到达“{last}”。",
        ),
        "trend": Text("Month by month", "月度趋势"),
        "trend_about": Text(
            "Deals created, and won and lost by the month of closing; the last month runs to the day above",
            "新建商机，以及按关闭月份统计的赢单与丢单；最后一个月截至上述日期",
        ),
        "trend_told": Text(
            "From {start} to {end}: {won} won, {lost} lost.", "{start} 至 {end}：赢单 {won} 个，丢单 {lost} 个。"
        ),
        "waiting": Text("Days in each stage", "各阶段停留天数"),
        "waiting_about": Text(
            "Median of the visits that ended; the stroke is the limit of the stage, orange is over it",
            "已离开者的停留天数中位数；竖线为阶段期限，橙色为超期",
        ),
        "waiting_told": Text(
            "Slowest is {name}: half of the visits take more than {days}.", "最慢的是“{name}”：一半停留超过{days}。"
        ),
        "limit_of": Text("{days} · limit {limit}", "{days} · 期限 {limit}"),
        "ageing": Text("Age of open deals", "在手商机账龄"),
        "ageing_about": Text(
            "Open deals and their value by days since creation; orange: longer than half of the won deals took",
            "按创建以来的天数统计进行中商机与金额；橙色：已超过一半赢单所用的时间",
        ),
        "ageing_told": Text(
            "{count} open deals, {late} of them older than usual.", "进行中商机 {count} 个，其中 {late} 个超龄。"
        ),
        "lost_stages": Text("Where deals are lost", "在哪个阶段丢单"),
        "lost_stages_about": Text(
            "Lost deals and their value by the stage they were in before", "按丢单之前所处的阶段统计丢单数与金额"
        ),
        "lost_reasons": Text("Why deals are lost", "为什么丢单"),
        "lost_reasons_about": Text(
            "Lost deals and their value by the reason written down", "按记录的丢单原因统计丢单数与金额"
        ),
        "lost_told": Text("Most often {name}: {count} of {all}.", "最多的是“{name}”：{all} 个中占 {count} 个。"),
        "by": Text("By {name}", "按{name}"),
        "stage": Text("Stage", "阶段"),
        "reached": Text("Reached", "到达数"),
        "to_next": Text("To next", "进入下一阶段"),
        "open_now": Text("Open", "进行中"),
        "open_value": Text("Open value", "进行中金额"),
        "weighted": Text("Weighted", "加权金额"),
        "median_days": Text("Median days", "中位天数"),
        "limit": Text("Limit", "期限"),
        "over_limit": Text("Over limit", "超期"),
        "month": Text("Month", "月份"),
        "created": Text("Created", "新建"),
        "won": Text("Won", "赢单"),
        "lost": Text("Lost", "丢单"),
        "won_value": Text("Won value", "赢单金额"),
        "win_rate": Text("Win rate", "赢单率"),
        "age": Text("Age in days", "账龄（天）"),
        "deals": Text("Deals", "商机数"),
        "name": Text("Name", "名称"),
        "cumulative": Text("Cumulative share", "累计占比"),
    }
)


def texts(language: Language) -> dict[str, str]:
    """Return every text in *language* by its id."""
    return {id: text.in_(language) for id, text in TEXTS.items()}


def say(id: str, language: Language, **facts: object) -> str:
    """Return text *id* in *language* with its facts filled in."""
    return TEXTS[id].in_(language, **facts)
