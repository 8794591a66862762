"""The open lists: what the Lists sheet offers in a new workbook. A team adds, renames and removes; ids keep what ships."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.model.choices import Choices
from xl_salesflow.model.text import Text


def _list(**labels: tuple[str, str]) -> Choices:
    return MappingProxyType({id: Text(*label) for id, label in labels.items()})


LISTS: Mapping[str, Choices] = MappingProxyType(
    {
        "source": _list(
            referral=("Referral", "客户推荐"), trade_show=("Trade show", "展会"), website=("Website form", "网站表单"),
            search=("Search", "搜索引擎"), social=("Social media", "社交媒体"), research=("Market research", "市场调研"),
            email=("E-mail campaign", "邮件营销"), outbound=("Outbound search", "主动开发"), existing=("Existing customer", "老客户"),
        ),
        "region": _list(north=("North", "华北"), east=("East", "华东"), south=("South", "华南"), west=("West", "西部")),
        "sales_channel": _list(direct=("Direct", "直销"), agent=("Agent", "代理"), ecommerce=("E-commerce", "电商")),
        "contact_channel": _list(
            phone=("Phone", "电话"), email=("E-mail", "邮件"), in_person=("In person", "面对面"), remote=("Online meeting", "远程会议"),
            chat=("Chat", "即时消息"),
        ),
        "activity_type": _list(
            call=("Call", "通话"), mail=("E-mail", "邮件"), meeting=("Meeting", "会面"), demo=("Demo", "演示"),
            proposal=("Proposal sent", "提交提案"), quote=("Quote sent", "发送报价"), contract_sent=("Contract sent", "提交合同"),
            contract_signed=("Contract signed", "合同签署"), approval=("Approval", "审批"), visit=("Customer visit", "客户回访"),
            delivery=("Delivery", "交付"), check_in=("Check-in", "定期关怀"), event=("Event", "活动"), site_visit=("Website visit", "访问网站"),
            download=("Download", "下载资料"), webinar=("Webinar", "网络研讨会"), note=("Note", "备注"),
        ),
        "activity_outcome": _list(
            reached=("Reached", "已联系上"), no_answer=("No answer", "未接通"), interested=("Interested", "有兴趣"),
            not_interested=("Not interested", "无兴趣"), postponed=("Postponed", "推迟"), approved=("Approved", "批准"),
            declined=("Declined", "未批准"),
        ),
        "loss_reason": _list(
            price=("Price", "价格"), contract=("Contract terms", "合同条款"), competitor=("Competitor", "竞争对手"),
            no_budget=("No budget", "没有预算"), no_need=("No real need", "没有真实需求"), no_authority=("No decision", "无决策"),
            timing=("Timing", "时机不合适"), not_understood=("Did not understand the offer", "不了解产品"),
            not_believed=("Did not believe the offer", "不相信产品"), no_follow_up=("Followed up too late", "跟进不及时"),
        ),
        "objection_type": _list(
            price=("Price", "价格"), contract=("Contract terms", "合同条款"), trust=("Trust", "信任"), need=("Need", "需求"),
            timing=("Timing", "时机"), competitor=("Competitor", "竞争对手"),
        ),
        "industry": _list(
            manufacturing=("Manufacturing", "制造业"), retail=("Retail", "零售"), software=("Software", "软件"),
            services=("Services", "服务业"), medical=("Medical", "医疗"), finance=("Finance", "金融"), other=("Other", "其他"),
        ),
        "unit": _list(piece=("piece", "件"), set=("set", "套"), licence=("licence", "许可"), year=("year", "年"), hour=("hour", "小时"), day=("day", "天")),
        "role": _list(rep=("Sales rep", "销售代表"), manager=("Sales manager", "销售经理"), director=("Director", "总监"), operations=("Operations", "销售运营")),
        "preparation": _list(
            strengths=("Our strengths for this customer", "本次方案的优势"), rivals=("Weak points of the other offers", "竞品的不足"),
            successes=("A success to tell of", "可讲述的成功案例"), customer=("Who they are and what we know of them", "客户的详细情况"),
            knowledge=("Product and trade knowledge", "产品与专业知识"), picture=("How the talk should go", "预想见面的过程"),
            condition=("Rested and well turned out", "身体与精神状态"), attitude=("Owner's, persistent, positive, thankful, learning", "老板、持久、积极、感恩、学习的心态"),
        ),
        "golden_trait": _list(
            urgent=("Needs it urgently", "需求迫切"), benefit=("Clear cost-benefit for their plans", "与其计划有明确的成本效益"),
            positive=("Thinks well of our industry and offer", "认可行业与产品"), large=("Large orders possible", "可能下大订单"),
            influence=("Centre of influence", "有影响力"), sound=("Financially sound, pays fast", "财务稳健且付款快"),
            near=("Close by", "距离近"),
        ),
        "bad_trait": _list(
            negative=("Negative about everything", "凡事消极"), value=("Value is hard to show", "难以体现价值"),
            small=("Small deal even when won", "成交也只是小单"), no_follow_on=("No follow-on business", "无后续机会"),
            no_reference=("No reference value", "无推荐价值"), struggling=("Their business is struggling", "经营状况差"),
            far=("Too far away", "距离太远"),
        ),
        "account_class": _list(key=("Key account", "重点客户"), growth=("Growth", "成长客户"), standard=("Standard", "普通客户"), watch=("Watch", "观察客户")),
    }
)  # fmt: skip
