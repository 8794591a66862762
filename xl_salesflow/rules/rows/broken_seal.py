"""A visit of History whose seal does not hold: the row, or how the visit before it ended, was changed by hand."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model import seal
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text

_ITSELF = Text("the row is not what was written", "本行内容与写入时不同")
_BEFORE = Text(
    "the deal's visit before it was changed, taken out or put in later", "该商机的上一条记录被修改、删除或后来插入"
)


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    history = pipeline["History"]
    broken = seal.broken(history)
    for rows, what in ((broken.itself, _ITSELF), (broken.before.difference(broken.itself, sort=False), _BEFORE)):
        facts = {name: history.loc[rows, name] for name in ("visit", "deal")}
        yield Hits("History", rows, "seal", {**facts, "what": what.in_(pipeline.language)})


RULE = Rule(
    "broken_seal",
    Text("A visit that was changed by hand", "被手工改动的历史记录"),
    Text(
        "The seal of visit {visit} of deal {deal} is broken: {what}; put it back from a backup, or clear the seals of this deal "
        "from here on to let it stand: the next update seals them again and says so.",
        "商机 {deal} 记录 {visit} 的封印已破坏：{what}；请从备份恢复；如认可现状，请清空该商机自此行起的封印，"
        "下次更新会重新封印并说明。",
    ),
    "block",
    _hits,
)
