"""One team from many workbooks: their deals, visits and talks side by side under names that cannot collide."""

from xl_salesflow.rollup.joined import joined, numbers, together
from xl_salesflow.rollup.parquet import write_parquet

__all__ = ["joined", "numbers", "together", "write_parquet"]
