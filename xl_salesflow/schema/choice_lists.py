"""The closed lists and the open lists of the workbook.

Rules and metrics know the values of a closed list by id; a cell shows the label in the workbook's language. The sheet Lists of a
new workbook offers the open lists: a team adds, renames and removes values, and the ids keep those that ship.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.locale.texts import Language, Text, fold_text

Choices = Mapping[str, Text]


def _declare_choices(**labels: tuple[str, str]) -> Choices:
    return MappingProxyType({id: Text(*label) for id, label in labels.items()})


CHOICES: Mapping[str, Choices] = MappingProxyType(
    {
        "yes_no": _declare_choices(yes=("Yes", "是"), no=("No", "否")),
        "language": _declare_choices(en=("English", "英文"), zh=("Chinese", "中文")),
        "kind": _declare_choices(
            open=("Open", "进行中"), won=("Won", "赢单"), lost=("Lost", "丢单"), aftercare=("Aftercare", "售后")
        ),
        "outcome": _declare_choices(open=("Open", "进行中"), won=("Won", "赢单"), lost=("Lost", "丢单")),
        "move": _declare_choices(
            forward=("Forward", "推进"), skip=("Skip", "跳过"), back=("Back", "退回"), won=("Won", "赢单"),
            lost=("Lost", "丢单"), aftercare=("Aftercare", "转售后"), reopened=("Reopened", "重新打开"),
            switched=("Switched", "换流程"),
        ),
        "move_status": _declare_choices(
            pending=("Pending", "待审"), refused=("Refused", "未通过"), accepted=("Accepted", "已通过"),
            warned=("Accepted, with warnings", "通过，有提醒"), overridden=("Overridden", "特批通过"),
        ),
        "early_warning": _declare_choices(
            over_limit=("Over the stage limit", "超过阶段期限"),
            idle=("Idle", "停滞"),
            too_old=("Too old", "超龄"),
            close_past=("Expected close in the past", "预计成交日已过"),
            pushed=("Expected close pushed", "预计成交日多次推迟"),
            no_next_step=("No next step", "没有下一步"),
            one_contact=("One contact only", "联系人过少"),
            no_decision_maker=("No decision-maker", "没有决策者"),
            no_prospect=("Not a prospect", "不是准客户"),
            buyer_behind=("Ahead of the buyer", "领先于客户"),
            bant_below=("BANT below the gate", "BANT 低于关卡要求"),
            quote_expiring=("Quote expired or about to", "报价已过期或即将到期"),
            discount_above=("Discount above the limit", "折扣超限"),
            concentration=("Too much on one deal", "预测过于集中"),
            score_fallen=("Score fallen", "得分下降"),
        ),
        "group": _declare_choices(
            owner=("Owner", "负责人"), product=("Product", "产品"), source=("Source", "线索来源"), region=("Region", "区域"),
            sales_channel=("Channel", "渠道"), playbook=("Playbook", "销售流程"),
        ),
        "verdict": _declare_choices(
            first=("The first does better", "第一组更好"), second=("The second does better", "第二组更好"),
            same=("No difference to speak of", "差异不明显"), too_few=("Too few deals to tell", "样本太少，无法判断"),
        ),
        "refusal": _declare_choices(keep=("Keep the cell as typed", "保留填写的阶段"), restore=("Put the stage back", "恢复原阶段")),
        "forecast": _declare_choices(
            pipeline=("Pipeline", "储备"), best_case=("Best case", "乐观"), commit=("Commit", "承诺"),
            closed=("Closed", "已成交"), omitted=("Omitted", "不计入"),
        ),
        "buyer_stage": _declare_choices(
            indifference=("Indifference", "漠不关心"), investigation=("Investigation", "调查"),
            definition=("Definition", "定义"), selection=("Selection", "选择"), negotiation=("Negotiation", "谈判"),
            satisfaction=("Satisfaction", "满意"),
        ),
        "decision_role": _declare_choices(
            decision_maker=("Decision-maker", "决策者"), approver=("Budget approver", "预算审批人"),
            champion=("Champion", "支持者"), influencer=("Influencer", "影响者"), user=("User", "使用者"),
            gatekeeper=("Gatekeeper", "把关人"), opponent=("Opponent", "反对者"),
        ),
        "check": _declare_choices(
            filled=("is filled in", "已填写"), at_least=("is at least", "不小于"), at_most=("is at most", "不大于"),
            one_of=("is one of", "属于"), before_today=("is before today", "早于今天"), task_done=("task is done", "任务已完成"),
            activity_within=("activity within days", "若干天内有活动"), quote_is=("has a quote that is", "报价状态为"),
            bant_at_least=("BANT score at least", "BANT 得分不低于"), approved_by=("approved by", "已获以下人员批准"),
        ),
        "effect": _declare_choices(block=("Block", "阻止"), warn=("Warn", "提醒")),
        "severity": _declare_choices(block=("Blocks", "阻止"), warn=("Warning", "提醒"), note=("Note", "提示")),
        "dimension": _declare_choices(
            budget=("Budget", "预算"), authority=("Authority", "权限"), need=("Need", "需求"), timeline=("Timeline", "时间线")
        ),
        "trait_kind": _declare_choices(golden=("Golden", "黄金客户"), bad=("Bad", "不良客户")),
        "objection_status": _declare_choices(open=("Open", "未解决"), answered=("Answered", "已答复"), resolved=("Resolved", "已解决")),
        "quote_status": _declare_choices(
            draft=("Draft", "草稿"), sent=("Sent", "已发送"), accepted=("Accepted", "已接受"), rejected=("Rejected", "已拒绝"),
            expired=("Expired", "已过期"), superseded=("Superseded", "已被替代"),
        ),
        "tax_mode": _declare_choices(exclusive=("Tax added", "价外税"), inclusive=("Tax included", "价内税")),
        "task_status": _declare_choices(open=("Open", "未完成"), done=("Done", "已完成"), dropped=("Not needed", "不需要")),
        "feedback_kind": _declare_choices(
            survey=("Survey", "调查"), visit=("Visit", "回访"), issue=("Issue", "问题"), review=("Review", "评价"),
            referral=("Referral", "转介绍"),
        ),
        "priority": _declare_choices(high=("High", "高"), medium=("Medium", "中"), low=("Low", "低")),
        "reading": _declare_choices(snapshot=("Closed in the period", "期内关闭"), cohort=("Created in the period", "期内创建")),
        "reach": _declare_choices(implied=("Reached or passed", "到达或越过"), entered=("Really entered", "实际进入")),
        "workweek": _declare_choices(
            mon_fri=("Monday to Friday", "周一至周五"), mon_sat=("Monday to Saturday", "周一至周六"),
            sun_thu=("Sunday to Thursday", "周日至周四"), every_day=("Every day", "每天"),
        ),
        "day_kind": _declare_choices(off=("Day off", "休息"), work=("Working day", "上班")),
        "conflict": _declare_choices(
            cell=("Both changed the cell", "双方都改了此单元格"), move=("Both moved the deal", "双方都变更了阶段"),
            removed_there=("Removed there, changed here", "另一副本已删除，本工作簿有修改"),
            removed_here=("Removed here, changed there", "本工作簿已删除，另一副本有修改"),
            numbered=("Given another number", "编号已更换"),
        ),
        "paper": _declare_choices(
            quote=("Quote", "报价单"), proposal=("Proposal", "方案建议书"), contract=("Contract", "合同"),
            bant_card=("BANT card", "BANT 卡"), precall=("Pre-call sheet", "拜访前准备"), visit=("Visit report", "拜访报告"),
        ),
        "assignment": _declare_choices(
            leave=("Leave them", "不分配"), in_turn=("Each in turn", "轮流"), least_busy=("Fewest open deals", "在手最少"),
        ),
        "operation": _declare_choices(change=("Change", "修改"), add=("Add", "新增"), add_line=("Add line", "新增行"), remove=("Remove", "删除")),
    }
)  # fmt: skip


def choice_label(choice: str, id: str, language: Language) -> str:
    """Return what a cell shows for *id* of list *choice*; an unknown id shows as it is."""
    text = CHOICES[choice].get(id)
    return text.in_(language) if text else id


def identify_choice(choices: Choices, cell: str) -> str | None:
    """Return the id of what stands in a cell, in any language, or None when the list does not know it."""
    wanted = fold_text(cell)
    for id, text in choices.items():
        if wanted in (fold_text(id), fold_text(text.en), fold_text(text.zh)):
            return id
    return None


LISTS: Mapping[str, Choices] = MappingProxyType(
    {
        "source": _declare_choices(
            referral=("Referral", "客户推荐"), trade_show=("Trade show", "展会"), website=("Website form", "网站表单"),
            search=("Search", "搜索引擎"), social=("Social media", "社交媒体"), research=("Market research", "市场调研"),
            email=("E-mail campaign", "邮件营销"), outbound=("Outbound search", "主动开发"), existing=("Existing customer", "老客户"),
        ),
        "region": _declare_choices(north=("North", "华北"), east=("East", "华东"), south=("South", "华南"), west=("West", "西部")),
        "sales_channel": _declare_choices(direct=("Direct", "直销"), agent=("Agent", "代理"), ecommerce=("E-commerce", "电商")),
        "contact_channel": _declare_choices(
            phone=("Phone", "电话"), email=("E-mail", "邮件"), in_person=("In person", "面对面"), remote=("Online meeting", "远程会议"),
            chat=("Chat", "即时消息"),
        ),
        "activity_type": _declare_choices(
            call=("Call", "通话"), mail=("E-mail", "邮件"), meeting=("Meeting", "会面"), demo=("Demo", "演示"),
            proposal=("Proposal sent", "提交提案"), quote=("Quote sent", "发送报价"), contract_sent=("Contract sent", "提交合同"),
            contract_signed=("Contract signed", "合同签署"), approval=("Approval", "审批"), visit=("Customer visit", "客户回访"),
            delivery=("Delivery", "交付"), check_in=("Check-in", "定期关怀"), event=("Event", "活动"), site_visit=("Website visit", "访问网站"),
            download=("Download", "下载资料"), webinar=("Webinar", "网络研讨会"), note=("Note", "备注"),
        ),
        "activity_outcome": _declare_choices(
            reached=("Reached", "已联系上"), no_answer=("No answer", "未接通"), interested=("Interested", "有兴趣"),
            not_interested=("Not interested", "无兴趣"), postponed=("Postponed", "推迟"), approved=("Approved", "批准"),
            declined=("Declined", "未批准"),
        ),
        "loss_reason": _declare_choices(
            price=("Price", "价格"), contract=("Contract terms", "合同条款"), competitor=("Competitor", "竞争对手"),
            no_budget=("No budget", "没有预算"), no_need=("No real need", "没有真实需求"), no_authority=("No decision", "无决策"),
            timing=("Timing", "时机不合适"), not_understood=("Did not understand the offer", "不了解产品"),
            not_believed=("Did not believe the offer", "不相信产品"), no_follow_up=("Followed up too late", "跟进不及时"),
        ),
        "objection_type": _declare_choices(
            price=("Price", "价格"), contract=("Contract terms", "合同条款"), trust=("Trust", "信任"), need=("Need", "需求"),
            timing=("Timing", "时机"), competitor=("Competitor", "竞争对手"),
        ),
        "industry": _declare_choices(
            manufacturing=("Manufacturing", "制造业"), retail=("Retail", "零售"), software=("Software", "软件"),
            services=("Services", "服务业"), medical=("Medical", "医疗"), finance=("Finance", "金融"), other=("Other", "其他"),
        ),
        "unit": _declare_choices(piece=("piece", "件"), set=("set", "套"), licence=("licence", "许可"), year=("year", "年"), hour=("hour", "小时"), day=("day", "天")),
        "role": _declare_choices(rep=("Sales rep", "销售代表"), manager=("Sales manager", "销售经理"), director=("Director", "总监"), operations=("Operations", "销售运营")),
        "preparation": _declare_choices(
            strengths=("Our strengths for this customer", "本次方案的优势"), rivals=("Weak points of the other offers", "竞品的不足"),
            successes=("A success to tell of", "可讲述的成功案例"), customer=("Who they are and what we know of them", "客户的详细情况"),
            knowledge=("Product and trade knowledge", "产品与专业知识"), picture=("How the talk should go", "预想见面的过程"),
            condition=("Rested and well turned out", "身体与精神状态"), attitude=("Owner's, persistent, positive, thankful, learning", "老板、持久、积极、感恩、学习的心态"),
        ),
        "golden_trait": _declare_choices(
            urgent=("Needs it urgently", "需求迫切"), benefit=("Clear cost-benefit for their plans", "与其计划有明确的成本效益"),
            positive=("Thinks well of our industry and offer", "认可行业与产品"), large=("Large orders possible", "可能下大订单"),
            influence=("Centre of influence", "有影响力"), sound=("Financially sound, pays fast", "财务稳健且付款快"),
            near=("Close by", "距离近"),
        ),
        "bad_trait": _declare_choices(
            negative=("Negative about everything", "凡事消极"), value=("Value is hard to show", "难以体现价值"),
            small=("Small deal even when won", "成交也只是小单"), no_follow_on=("No follow-on business", "无后续机会"),
            no_reference=("No reference value", "无推荐价值"), struggling=("Their business is struggling", "经营状况差"),
            far=("Too far away", "距离太远"),
        ),
        "account_class": _declare_choices(key=("Key account", "重点客户"), growth=("Growth", "成长客户"), standard=("Standard", "普通客户"), watch=("Watch", "观察客户")),
    }
)  # fmt: skip
