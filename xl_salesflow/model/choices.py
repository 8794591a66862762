"""The closed lists: values that rules and metrics know by id. A cell shows the label of the workbook's language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from unicodedata import normalize

from xl_salesflow.model.text import Language, Text

Choices = Mapping[str, Text]


def _choices(**labels: tuple[str, str]) -> Choices:
    return MappingProxyType({id: Text(*label) for id, label in labels.items()})


CHOICES: Mapping[str, Choices] = MappingProxyType(
    {
        "yes_no": _choices(yes=("Yes", "是"), no=("No", "否")),
        "language": _choices(en=("English", "英文"), zh=("Chinese", "中文")),
        "kind": _choices(
            open=("Open", "进行中"), won=("Won", "赢单"), lost=("Lost", "丢单"), aftercare=("Aftercare", "售后")
        ),
        "outcome": _choices(open=("Open", "进行中"), won=("Won", "赢单"), lost=("Lost", "丢单")),
        "move": _choices(
            forward=("Forward", "推进"), skip=("Skip", "跳过"), back=("Back", "退回"), won=("Won", "赢单"),
            lost=("Lost", "丢单"), aftercare=("Aftercare", "转售后"), reopened=("Reopened", "重新打开"),
            switched=("Switched", "换流程"),
        ),
        "move_status": _choices(
            pending=("Pending", "待审"), refused=("Refused", "未通过"), accepted=("Accepted", "已通过"),
            warned=("Accepted, with warnings", "通过，有提醒"), overridden=("Overridden", "特批通过"),
        ),
        "early_warning": _choices(
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
        "group": _choices(
            owner=("Owner", "负责人"), product=("Product", "产品"), source=("Source", "线索来源"), region=("Region", "区域"),
            sales_channel=("Channel", "渠道"), playbook=("Playbook", "销售流程"),
        ),
        "verdict": _choices(
            first=("The first does better", "第一组更好"), second=("The second does better", "第二组更好"),
            same=("No difference to speak of", "差异不明显"), too_few=("Too few deals to tell", "样本太少，无法判断"),
        ),
        "refusal": _choices(keep=("Keep the cell as typed", "保留填写的阶段"), restore=("Put the stage back", "恢复原阶段")),
        "forecast": _choices(
            pipeline=("Pipeline", "储备"), best_case=("Best case", "乐观"), commit=("Commit", "承诺"),
            closed=("Closed", "已成交"), omitted=("Omitted", "不计入"),
        ),
        "buyer_stage": _choices(
            indifference=("Indifference", "漠不关心"), investigation=("Investigation", "调查"),
            definition=("Definition", "定义"), selection=("Selection", "选择"), negotiation=("Negotiation", "谈判"),
            satisfaction=("Satisfaction", "满意"),
        ),
        "decision_role": _choices(
            decision_maker=("Decision-maker", "决策者"), approver=("Budget approver", "预算审批人"),
            champion=("Champion", "支持者"), influencer=("Influencer", "影响者"), user=("User", "使用者"),
            gatekeeper=("Gatekeeper", "把关人"), opponent=("Opponent", "反对者"),
        ),
        "check": _choices(
            filled=("is filled in", "已填写"), at_least=("is at least", "不小于"), at_most=("is at most", "不大于"),
            one_of=("is one of", "属于"), before_today=("is before today", "早于今天"), task_done=("task is done", "任务已完成"),
            activity_within=("activity within days", "若干天内有活动"), quote_is=("has a quote that is", "报价状态为"),
            bant_at_least=("BANT score at least", "BANT 得分不低于"), approved_by=("approved by", "已获以下人员批准"),
        ),
        "effect": _choices(block=("Block", "阻止"), warn=("Warn", "提醒")),
        "severity": _choices(block=("Blocks", "阻止"), warn=("Warning", "提醒"), note=("Note", "提示")),
        "dimension": _choices(
            budget=("Budget", "预算"), authority=("Authority", "权限"), need=("Need", "需求"), timeline=("Timeline", "时间线")
        ),
        "trait_kind": _choices(golden=("Golden", "黄金客户"), bad=("Bad", "不良客户")),
        "objection_status": _choices(open=("Open", "未解决"), answered=("Answered", "已答复"), resolved=("Resolved", "已解决")),
        "quote_status": _choices(
            draft=("Draft", "草稿"), sent=("Sent", "已发送"), accepted=("Accepted", "已接受"), rejected=("Rejected", "已拒绝"),
            expired=("Expired", "已过期"), superseded=("Superseded", "已被替代"),
        ),
        "tax_mode": _choices(exclusive=("Tax added", "价外税"), inclusive=("Tax included", "价内税")),
        "task_status": _choices(open=("Open", "未完成"), done=("Done", "已完成"), dropped=("Not needed", "不需要")),
        "feedback_kind": _choices(
            survey=("Survey", "调查"), visit=("Visit", "回访"), issue=("Issue", "问题"), review=("Review", "评价"),
            referral=("Referral", "转介绍"),
        ),
        "priority": _choices(high=("High", "高"), medium=("Medium", "中"), low=("Low", "低")),
        "reading": _choices(snapshot=("Closed in the period", "期内关闭"), cohort=("Created in the period", "期内创建")),
        "reach": _choices(implied=("Reached or passed", "到达或越过"), entered=("Really entered", "实际进入")),
        "workweek": _choices(
            mon_fri=("Monday to Friday", "周一至周五"), mon_sat=("Monday to Saturday", "周一至周六"),
            sun_thu=("Sunday to Thursday", "周日至周四"), every_day=("Every day", "每天"),
        ),
        "day_kind": _choices(off=("Day off", "休息"), work=("Working day", "上班")),
        "conflict": _choices(
            cell=("Both changed the cell", "双方都改了此单元格"), move=("Both moved the deal", "双方都变更了阶段"),
            removed_there=("Removed there, changed here", "另一副本已删除，本工作簿有修改"),
            removed_here=("Removed here, changed there", "本工作簿已删除，另一副本有修改"),
            numbered=("Given another number", "编号已更换"),
        ),
        "paper": _choices(
            quote=("Quote", "报价单"), proposal=("Proposal", "方案建议书"), contract=("Contract", "合同"),
            bant_card=("BANT card", "BANT 卡"), precall=("Pre-call sheet", "拜访前准备"), visit=("Visit report", "拜访报告"),
        ),
        "assignment": _choices(
            leave=("Leave them", "不分配"), in_turn=("Each in turn", "轮流"), least_busy=("Fewest open deals", "在手最少"),
        ),
        "operation": _choices(change=("Change", "修改"), add=("Add", "新增"), add_line=("Add line", "新增行"), remove=("Remove", "删除")),
    }
)  # fmt: skip


def label(choice: str, id: str, language: Language) -> str:
    """Return what a cell shows for *id* of list *choice*; an unknown id shows as it is."""
    text = CHOICES[choice].get(id)
    return text.in_(language) if text else id


def identify(choices: Choices, cell: str) -> str | None:
    """Return the id of what stands in a cell, in any language, or None when the list does not know it."""
    wanted = plain(cell)
    for id, text in choices.items():
        if wanted in (plain(id), plain(text.en), plain(text.zh)):
            return id
    return None


def plain(text: str) -> str:
    """Return *text* as it is compared: without outer blanks, case, and the difference of full-width and half-width."""
    return normalize("NFKC", text).strip().casefold()
