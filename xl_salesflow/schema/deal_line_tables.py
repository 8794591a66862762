"""The products that a deal is about, before there is a quote: how many of what, at which price."""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import DEAL_NAME_COLUMN, SheetGroup, T, TableSchema, declare_column

DEAL_LINES_TABLE = TableSchema(
    "DealLines", Text("Deal lines"), Text("What each deal is about, before there is a quote"), SheetGroup.WORK,
    (
        declare_column("line", Text("Line no.", context="DealLines"), T.KEY, "Counts up; filled in when blank", required=True, width=12),
        declare_column("deal", "Deal", T.REF, "The deal it belongs to", options="Deals", required=True),
        DEAL_NAME_COLUMN,
        declare_column("product", "Product", T.REF, "From the price list", options="Products", required=True, width=24),
        declare_column("description", "Description", T.LONG, "Blank: the product's own; the first quote takes it over"),
        declare_column("quantity", "Quantity", T.NUMBER, "How many", required=True, width=10),
        declare_column("price", "Unit price", T.MONEY, "Without tax; blank: the list price"),
        declare_column("discount", "Discount", T.PERCENT, "Off this line", width=10),
        declare_column("net", "Line total", T.MONEY, "Quantity × price less discount, rounded to cents",
               formula='ROUND({quantity}*IF({price}="",IFERROR(INDEX({Products.price},MATCH({product},{Products.product},0)),0),{price})*(1-{discount}),2)'),
    ), key="line", added="0.2",
)  # fmt: skip
