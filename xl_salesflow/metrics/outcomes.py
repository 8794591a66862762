"""How deals end: counts and values by state, and the win rates."""

from __future__ import annotations

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import Floats, Formula, Metric, Unit
from xl_salesflow.metrics.grouped import counts, ratio
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.metrics.rows import days, in_view
from xl_salesflow.metrics.workings import middle
from xl_salesflow.model.text import Text


def deal_count(cube: Cube) -> Floats:
    """Count every deal."""
    return cube.count(np.ones(len(cube.group), dtype=bool))


def created_count(cube: Cube) -> Floats:
    """Count the deals created in the period."""
    return cube.count(cube.created_then)


def open_count(cube: Cube) -> Floats:
    """Count the open deals."""
    return cube.count(cube.open)


def won_count(cube: Cube) -> Floats:
    """Count the won deals."""
    return cube.count(cube.won)


def lost_count(cube: Cube) -> Floats:
    """Count the lost deals."""
    return cube.count(cube.lost)


def closed_count(cube: Cube) -> Floats:
    """Count the won and the lost deals."""
    return cube.count(cube.won | cube.lost)


def open_value(cube: Cube) -> Floats:
    """Sum the amounts of open deals."""
    return cube.total(cube.amount, cube.open)


def won_value(cube: Cube) -> Floats:
    """Sum the amounts of won deals."""
    return cube.total(cube.amount, cube.won)


def lost_value(cube: Cube) -> Floats:
    """Sum the amounts of lost deals."""
    return cube.total(cube.amount, cube.lost)


def valued_won_count(cube: Cube) -> Floats:
    """Count the won deals that have an amount."""
    return cube.count(cube.won & ~np.isnan(cube.amount))


def mean_won_value(cube: Cube) -> Floats:
    """Divide the won value by the won deals that have an amount, to the cent."""
    return to_cents(ratio(won_value(cube), valued_won_count(cube)))


def median_won_value(cube: Cube) -> Floats:
    """Find the amount that half of the won deals stay below, to the cent."""
    return to_cents(cube.median(cube.amount, cube.won))


def win_rate(cube: Cube) -> Floats:
    """Divide won by closed."""
    return ratio(won_count(cube), closed_count(cube))


def win_rate_of_all(cube: Cube) -> Floats:
    """Divide won by created."""
    return ratio(won_count(cube), created_count(cube))


def win_rate_by_value(cube: Cube) -> Floats:
    """Divide won value by closed value."""
    return ratio(won_value(cube), won_value(cube) + lost_value(cube))


def undated_count(cube: Cube) -> Floats:
    """Count today's deals without a creation date, whatever the as-of date: past snapshots leave them out."""
    deals = cube.pipeline["Deals"]
    group = cube.group_of(deals)
    mask = (deals["outcome"] != "").to_numpy() & np.isnan(days(deals["created"]))
    return counts(mask & in_view(deals, cube.view.filters) & (group >= 0), group, cube.size)


def _counted(when: c.When, *criteria: c.Criterion) -> Formula:
    return Formula(c.deals(c.count, when, *criteria))


def _valued(when: c.When, *criteria: c.Criterion) -> Formula:
    return Formula(f"ROUND({c.deals(c.total('amount'), when, *criteria)},2)")


_DEALS = _counted("always", c.RECORDED)
_CREATED = _counted("created", c.RECORDED)
_OPEN = _counted("open", c.OPEN)
_WON = _counted("closed", c.WON)
_LOST = _counted("closed", c.LOST)
_VALUED_WON = _counted("closed", c.WON, c.HAS_AMOUNT)
_UNDATED = Formula(
    'COUNTIFS({Deals.in_view},1,{Deals.outcome},"<>")-COUNTIFS({Deals.in_view},1,{Deals.outcome},"<>",{Deals.created},">0")'
)

OUTCOMES: tuple[Metric[Cube], ...] = (
    Metric(
        "deal_count",
        Text("Deals", "商机总数"),
        Text(
            "Every deal there was on the as-of date, open or closed; the period does not matter.",
            "截至日期存在的全部商机，不论进行中或已关闭；与期间无关。",
        ),
        Unit.DEALS, _DEALS, deal_count, _DEALS, deal_count,
    ),
    Metric(
        "created_count",
        Text("Created", "新建商机"),
        Text(
            "Deals created in the period; without a period every deal, those without a creation date too.",
            "期内创建的商机；未设期间时为全部商机，含无创建日期者。",
        ),
        Unit.DEALS, _CREATED, created_count, _CREATED, created_count,
    ),
    Metric(
        "open_count",
        Text("Open deals", "进行中商机"),
        Text(
            "Deals still open on the as-of date; in the cohort reading, of those created in the period.",
            "截至日期仍在进行中的商机；群组口径下仅计期内创建者。",
        ),
        Unit.DEALS, _OPEN, open_count, _OPEN, open_count,
    ),
    Metric(
        "won_count",
        Text("Won deals", "赢单数"),
        Text(
            "Won deals closed in the period (cohort reading: created in it); aftercare counts as won. "
            "Won deals without a closing date count only when no period is set.",
            "期内关闭（群组口径：期内创建）的赢单，售后阶段计为赢单；无关闭日期者仅在未设期间时计入。",
        ),
        Unit.DEALS, _WON, won_count, _WON, won_count,
    ),
    Metric(
        "lost_count",
        Text("Lost deals", "丢单数"),
        Text(
            "Lost deals closed in the period (cohort reading: created in it). "
            "Lost deals without a closing date count only when no period is set.",
            "期内关闭（群组口径：期内创建）的丢单；无关闭日期者仅在未设期间时计入。",
        ),
        Unit.DEALS, _LOST, lost_count, _LOST, lost_count,
    ),
    Metric(
        "undated_count",
        Text("Without a creation date", "无创建日期"),
        Text(
            "Deals without a creation date: counted in today's snapshot, left out of every past date and of every period.",
            "无创建日期的商机：计入当前快照，不计入任何过去日期或期间。",
        ),
        Unit.DEALS, _UNDATED, undated_count, _UNDATED, undated_count,
    ),
    Metric(
        "open_value",
        Text("Open value", "进行中金额"),
        Text("Sum of the amounts of the open deals.", "进行中商机的金额合计。"),
        Unit.MONEY, _valued("open", c.OPEN), open_value, Formula("open_count"), open_count,
    ),
    Metric(
        "won_value",
        Text("Won value", "赢单金额"),
        Text("Sum of the amounts of the won deals.", "赢单的金额合计。"),
        Unit.MONEY, _valued("closed", c.WON), won_value, Formula("won_count"), won_count,
    ),
    Metric(
        "lost_value",
        Text("Lost value", "丢单金额"),
        Text("Sum of the amounts of the lost deals.", "丢单的金额合计。"),
        Unit.MONEY, _valued("closed", c.LOST), lost_value, Formula("lost_count"), lost_count,
    ),
    Metric(
        "mean_won_value",
        Text("Mean won value", "平均赢单金额"),
        Text(
            "Won value ÷ won deals that have an amount; a blank amount is no zero.",
            "赢单金额 ÷ 有金额的赢单数；空白金额不按零计算。",
        ),
        Unit.MONEY, Formula('IF({sample}=0,"",ROUND(won_value/{sample},2))'), mean_won_value, _VALUED_WON, valued_won_count,
    ),
    Metric(
        "median_won_value",
        Text("Median won value", "赢单金额中位数"),
        Text("Half of the won deals are smaller, half larger.", "一半赢单低于此值，一半高于此值。"),
        Unit.MONEY,
        Formula(
            f'IF({{sample}}=0,"",ROUND(IF(IsToday=1,{c.now(c.median("amount"), "closed", c.WON)},{middle("WonValue")}),2))',
            array=True,
        ),
        median_won_value, _VALUED_WON, valued_won_count,
    ),
    Metric(
        "win_rate",
        Text("Win rate", "赢单率"),
        Text("Won ÷ (won + lost), closed in the period.", "赢单 ÷（赢单 + 丢单），按期内关闭统计。"),
        Unit.RATIO, Formula('IF({sample}=0,"",won_count/{sample})'), win_rate,
        Formula("won_count+lost_count"), closed_count,
    ),
    Metric(
        "win_rate_of_all",
        Text("Win rate of all created", "全部商机赢单率"),
        Text(
            "Won ÷ created, both in the period; open deals weigh it down. Without a period, won ÷ every deal.",
            "赢单 ÷ 新建商机，均按期间统计，进行中商机会拉低该值；未设期间时为赢单 ÷ 全部商机。",
        ),
        Unit.RATIO, Formula('IF({sample}=0,"",won_count/{sample})'), win_rate_of_all,
        Formula("created_count"), created_count,
    ),
    Metric(
        "win_rate_by_value",
        Text("Win rate by value", "金额赢单率"),
        Text("Won value ÷ (won value + lost value).", "赢单金额 ÷（赢单金额 + 丢单金额）。"),
        Unit.RATIO,
        Formula('IF(won_value+lost_value=0,"",won_value/(won_value+lost_value))'), win_rate_by_value,
        Formula("won_count+lost_count"), closed_count,
    ),
)  # fmt: skip
