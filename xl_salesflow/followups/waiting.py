"""What the list has no room for, said to the person whose days are full."""

from __future__ import annotations

from collections.abc import Iterator

from xl_salesflow.followups.due import Listed
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.text import Text

LEFT = Text(
    "More deals ask for a follow-up than {days} working days of {limit} hold, {left} too many; hand some over, or raise the "
    "limit in Settings.",
    "需要跟进的商机超出 {days} 个工作日、每日 {limit} 个的容量，多出 {left} 个；请转交部分商机，或在“设置”中提高上限。",
)
NOBODY = Text("Deals without an owner: ", "未分配负责人的商机：")


def waiting(pipeline: Pipeline, listed: Listed) -> Iterator[Finding]:
    """Yield a note per owner whose follow-ups do not fit the days of the list."""
    settings, language = pipeline.settings, pipeline.language
    facts = {
        id: f"{settings.number(name):g}" for id, name in (("days", "followup_days"), ("limit", "followups_per_day"))
    }
    cell = pipeline.cell("FollowUps", 0)
    for owner, left in listed.left.items():
        message = LEFT.in_(language, left=left, **facts)
        message = message if owner else NOBODY.in_(language) + message  # the key names an owner
        yield Finding("followups_beyond", "note", message, "FollowUps", owner, "owner", cell)
