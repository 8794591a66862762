"""Rules about the products of deals; workbooks without deal lines are not asked."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_frames import fold_keys


def _find_unpriced_lines(pipeline: Pipeline) -> Iterable[RuleMatch]:
    lines, products = pipeline["DealLines"], pipeline["Products"]
    listed = set(fold_keys(products["product"][products["price"].notna()]))
    unpriced = lines["price"].isna() & ~fold_keys(lines["product"]).isin(listed) & (lines["product"] != "")
    rows = lines.index[unpriced & (lines["deal"] != "")]
    yield RuleMatch("DealLines", rows, "price", {"line": lines["line"][rows], "product": lines["product"][rows]})


UNPRICED_DEAL_LINE = Rule(
    "deal_line_price",
    Text("A deal line without a price"),
    Text(
        "{line}: “{column}” is blank, and {product} has no price in the price list; fill in one of them, or the line counts as 0."
    ),
    "warn",
    _find_unpriced_lines,
    needs=("DealLines",),
)
