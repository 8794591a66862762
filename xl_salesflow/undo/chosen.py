"""Which run is meant, and its lines of the Journal."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.errors import UsageError


def lines_of(journal: pd.DataFrame, run: str | None) -> pd.DataFrame:
    """Return the lines of *run*, or of the last run written.

    Raises:
        UsageError: there is no such run, or none at all.
    """
    if journal.empty:
        raise UsageError("The Journal holds no run to undo.", "“日志”中没有可撤销的运行。")
    times = journal.groupby("run", sort=False)["time"].max()  # in the order in which they were written
    last = str(times.index[(times == times.max()).to_numpy(bool)][-1]) if times.notna().any() else str(times.index[-1])
    told = journal[journal["run"] == (run or last)]
    if told.empty:
        raise UsageError(
            f"The Journal has no run {run}; the last one is {last}.", f"“日志”中没有运行 {run}；最近一次是 {last}。"
        )
    return told
