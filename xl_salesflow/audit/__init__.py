"""Thirteen questions about how the team sells, answered from what the workbook holds; unanswered where it holds nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xl_salesflow.audit import facts
from xl_salesflow.audit.facts import Facts, spin
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.text import Text

__all__ = ["QUESTIONS", "Question", "answers", "spin"]

_SHARES = ("share", "resolved")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the audit; *facts* gives what fills *answer*, or None where the workbook cannot tell."""

    id: str
    text: Text
    answer: Text
    facts: Callable[[Pipeline], Facts | None]


def answers(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return question, text, answer (None: the workbook cannot tell) and facts of every question, in order."""
    found = []
    for question in QUESTIONS:
        told = question.facts(pipeline)
        answer = question.answer.in_(pipeline.language, **_worded(told)) if told else None
        text = question.text.in_(pipeline.language)
        found.append({"question": question.id, "text": text, "answer": answer, "facts": told or {}})
    return found


def _worded(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: _word(value, name in _SHARES) for name, value in facts.items()}


def _word(value: Any, share: bool) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.0%}" if share else f"{value:g}"
    return str(value)


def _question(
    id: str, en: str, zh: str, told_en: str, told_zh: str, told: Callable[[Pipeline], Facts | None]
) -> Question:
    return Question(id, Text(en, zh), Text(told_en, told_zh), told)


QUESTIONS: tuple[Question, ...] = (
    _question("lead_quality", "How many leads turn out to be worth the effort?",
        "有多少线索值得投入？",
        "{share} of {count} deals got beyond the first stage; the best source is {best}.",
        "{count} 个商机中 {share} 越过首个阶段；最佳来源：{best}。", facts.lead_quality),
    _question("assignment", "Who is given which lead?",
        "线索由谁负责？",
        "Owners of open deals: {owners}; {most} has most of them ({count}); without an owner: {unowned}.",
        "进行中商机由 {owners} 人负责，{most} 最多（{count} 个）；{unowned} 个无负责人。", facts.assignment),
    _question("attempts", "How often do we get in touch before we win or give up?",
        "赢单或放弃前联系了几次？",
        "In the median {won} activities for a deal won, {lost} for one lost.",
        "每个商机的活动数中位数：赢单 {won}，丢单 {lost}。", facts.attempts),
    _question("cadence", "In what rhythm do we stay in touch?",
        "以什么节奏保持联系？",
        "Every {days} days in the median, over {count} pairs of contacts.",
        "两次联系间隔的中位数为 {days} 天（{count} 次）。", facts.cadence),
    _question("first_talk", "Does the first conversation leave something behind?",
        "首次沟通留下了什么？",
        "{share} of {count} first contacts have notes.",
        "{count} 次首次联系中 {share} 有记录。", facts.first_talk),
    _question("notes", "Where do answers and problems get written down?",
        "答复与问题记在哪里？",
        "Summaries on {share} of the activities; BANT answers for {answered} deals; all four SPIN notes for {spin} of {count}.",
        "{share} 的活动有纪要，{answered} 个商机有 BANT 回答，{count} 个商机中 {spin} 个具备四类 SPIN 记录。", facts.notes),
    _question("next_contact", "How do we keep from forgetting the next contact?",
        "如何确保不漏掉后续联系？",
        "{share} of {count} open deals have a dated next step; {late} of them are late.",
        "{count} 个进行中商机中 {share} 有带日期的下一步，{late} 个已逾期。", facts.next_contact),
    _question("materials", "What do we send most?",
        "最常发送什么资料？",
        "{most}: {share} of {count} items sent.",
        "{most}：占 {count} 份资料的 {share}。", facts.materials),
    _question("gaps", "Which products lack words to sell them with?",
        "哪些产品缺少销售说明？",
        "{bare} of {count} products lack feature, advantage or benefit.",
        "{count} 个产品中 {bare} 个缺少特性、优势或利益说明。", facts.gaps),
    _question("presented", "By which way do we present?",
        "以什么方式演示？",
        "{most}: {share} of {count} demos.",
        "{most}：占 {count} 次演示的 {share}。", facts.presented),
    _question("prepared", "Is the homework done before it is needed?",
        "准备工作是否按时完成？",
        "{share} of {count} tasks that fell due were done in time.",
        "{count} 项到期任务中 {share} 按时完成。", facts.prepared),
    _question("objections", "What do customers object to, and what convinces them?",
        "客户主要有何异议，怎样打消？",
        "Mostly {most} ({share} of {count}); {resolved} are resolved; what worked best: {worked}.",
        "主要是{most}（{count} 条中占 {share}）；{resolved} 已解决；最有效的应对：{worked}。", facts.objections),
    _question("losses", "Why do deals get lost?",
        "商机为何丢失？",
        "Mostly {most}: {share} of {count} with a reason; {unknown} have none.",
        "主要是{most}：{count} 个有原因者中占 {share}；{unknown} 个未填原因。", facts.losses),
)  # fmt: skip
"""The thirteen questions, in the order of a deal's way."""
