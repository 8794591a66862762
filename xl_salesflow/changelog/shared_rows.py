"""Which rows of the workbook one person gets in a workbook of their own, and which cells of them stay behind.

A deal's owner gets the deal with everything about it, the customers and contacts behind it, and the set-up that a workbook
needs to work. A manager's numbers do not travel: calls, measures, targets, quotas and goals of others, costs that others
entered, what the plan assumes. Of commissions, a person gets their own part of deals and the plans that pay them; the
parts and plans of others stay behind, so that a workbook has the statement of nobody else. What is not named here does not
travel, so a new table stays behind until somebody decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.answers import SomeAnswer
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, Remove
from xl_salesflow.core.key_numbers import COUNTED_TABLES
from xl_salesflow.core.name_spelling import unify_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.sheet_modules import MODULE_TABLES
from xl_salesflow.schema.table_frames import blank_value, fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

DEAL_ROW_TABLES: Mapping[str, str] = MappingProxyType(
    {
        "Activities": "by",
        "Tasks": "owner",
        "Answers": "",
        "Objections": "",
        "DealLines": "",
        "Quotes": "",
        "Payments": "",
        "Subscriptions": "owner",
        "Feedback": "",
        "Approvals": "",
        "Documents": "",
        "History": "",
    }
)
"""Tables whose rows go with their deal → the column of the person whose rows without a deal go too, if there is one."""

CUSTOMER_TABLES = ("Accounts", "Contacts", "Traits")
COLLECTED_TABLES = frozenset(
    {"Deals", "QuoteLines", *CUSTOMER_TABLES, *DEAL_ROW_TABLES, "Calls", "Measures", "FollowUps"}
)
"""Tables in which a person works: what they change or add there is merged when the workbook comes back."""

SETUP_COPIES = (
    "Stages", "Gates", "StageTasks", "Questions", "FitCriteria", "Products", "Team", "Holidays", "Lists", "Columns", "Settings",
)  # fmt: skip
"""Tables that travel whole, because nothing in a workbook works without them; they are changed in the main workbook only."""

COMMISSION_TABLES = ("Credits", "CommissionPlans", "CommissionTiers")
"""Tables of which a person gets what concerns their own commission; they are changed in the main workbook only."""

KEPT_BACK_TABLES = frozenset(
    {"Calls", "Measures", "Findings", "Conflicts", "FollowUps", "Journal", *MODULE_TABLES["forecast"]}
)
"""Tables of which no row travels; those of metrics have rows of their own in every workbook."""

SHARE_REASON = "share"
"""The verb of the line in the Journal of a workbook that was made for a person; it is about no table."""

_KEPT_BACK_SETTINGS = ("assumed_deal_size", "adopted")
_GOAL_PREFIX = "goal_"

RowMarks = npt.NDArray[np.bool_]


def select_shared_rows(pipeline: Pipeline, person: str) -> Pipeline:
    """Return the workbook that *person* gets: their rows, the set-up, and no cell that is only a manager's."""
    pipeline = unify_names(pipeline)
    name = fold_text(person)
    deals = pipeline["Deals"][_is_person(pipeline["Deals"]["owner"], name)]
    own = {"Deals": deals.assign(sales_cost=np.nan)}
    keys = _name_set(deals["deal"])
    for table, column in DEAL_ROW_TABLES.items():
        own[table] = pipeline[table][_goes_with_deals(pipeline[table], keys, column, name)]
    lines, targets = pipeline["QuoteLines"], pipeline["Targets"]
    own["QuoteLines"] = lines[_is_among(lines["quote"], _name_set(own["Quotes"]["quote"]))]
    own["Targets"] = targets[_is_person(targets["owner"], name)].assign(cost=np.nan)
    own |= _select_commission(pipeline, keys, name)
    own["Activities"] = _blank_of_others("Activities", own["Activities"], "by", name, ("cost",))
    own |= _select_customers(pipeline, deals, own["Subscriptions"], name) | _copy_setup(pipeline, name)
    rest = {table: pipeline[table].iloc[:0] for table in KEPT_BACK_TABLES}
    return pipeline.with_tables(**{table: _numbered_rows(table, rows) for table, rows in own.items()}, **rest)


def count_unnumbered_rows(pipeline: Pipeline) -> int:
    """Return how many rows have no number yet and so cannot be found again in another workbook; they do not travel."""
    tables = [table for table in ("Deals", *DEAL_ROW_TABLES) if table in COUNTED_TABLES]
    return sum(len(pipeline[table]) - len(_numbered_rows(table, pipeline[table])) for table in tables)


def _numbered_rows(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows[TABLES[table].key or ""] != ""] if table in COUNTED_TABLES else rows


def fill_shared_book(into: Pipeline, part: Pipeline, mark: str) -> tuple[Pipeline, ChangeSet]:
    """Return *into*, a new workbook, with the settings of *part*, and the change set that fills it.

    *mark* stands in the numbers of rows that its owner adds.
    """
    travel = ("Deals", *DEAL_ROW_TABLES, "QuoteLines", *CUSTOMER_TABLES, "Targets", *COMMISSION_TABLES, *SETUP_COPIES)
    tables = [table for table in travel if table != "Settings"]
    values = part["Settings"].drop_duplicates("setting").set_index("setting")["value"].to_dict()
    settings = into["Settings"]
    kept = settings["setting"] == "language"
    known = [{**values, "number_mark": mark}.get(setting, "") for setting in settings["setting"]]
    after = pd.Series(known, settings.index, dtype=object).mask(kept, settings["value"])
    changed = (after != settings["value"]).to_numpy(bool)
    edit = Edit(
        "Settings", "value", settings["setting"][changed], settings["value"][changed], after[changed], SHARE_REASON
    )
    plan = ChangeSet(
        edits=(edit,) if changed.any() else (),
        removes=tuple(Remove(table, into[table], SHARE_REASON) for table in tables if len(into[table])),
        appends=tuple(Append(table, part[table], SHARE_REASON) for table in tables if len(part[table])),
    )
    return replace(into, settings=Settings({**part.settings.values, "number_mark": mark})), plan


def log_sharing(plan: ChangeSet[SomeAnswer], run: str, now: datetime, by: str, person: str) -> ChangeSet[SomeAnswer]:
    """Return *plan* with one line in the Journal, which names the state shared, instead of one for each row.

    Nothing of it can be undone in the person's workbook: that would look as if they had deleted their rows.
    """
    line = {"run": run, "time": now, "verb": SHARE_REASON, "operation": "change", "key": person, "by": by}
    journal = Append("Journal", make_table_frame(TABLES["Journal"], [line]), SHARE_REASON)
    return replace(plan, appends=(*(one for one in plan.appends if one.table != "Journal"), journal))


def find_share_run(pipeline: Pipeline) -> tuple[str, str]:
    """Return the run that shared the workbook and the person it is for; blank if it was not shared."""
    journal = pipeline["Journal"]
    lines = journal[(journal["verb"] == SHARE_REASON) & (journal["table"] == "")]
    return (str(lines["run"].iloc[0]), str(lines["key"].iloc[0])) if len(lines) else ("", "")


def _select_commission(pipeline: Pipeline, deals: set[str], name: str) -> dict[str, pd.DataFrame]:
    """Return the person's parts of deals, and the plans for them, for their role or for everybody, with their tiers."""
    credit_rows, plans, tiers = (pipeline[table] for table in COMMISSION_TABLES)
    team = pipeline["Team"]
    roles = _name_set(team["role"][_is_person(team["person"], name)])
    for_all = (plans["person"] == "").to_numpy(bool)
    theirs = _is_person(plans["person"], name) | (for_all & (_is_among(plans["role"], roles) | (plans["role"] == "")))
    own = _is_person(credit_rows["person"], name)
    divided = fold_keys(credit_rows["deal"])
    # of a deal that the person owns without a part of it, one row says that its value is credited to others
    given = _is_among(credit_rows["deal"], deals - set(divided[own])) & ~divided.duplicated().to_numpy(bool)
    blank = {"person": credit_rows["owner"].where(given, credit_rows["person"])}
    blank["role"] = credit_rows["role"].mask(given, "")
    shares = {column: credit_rows[column].mask(given, 0.0) for column in ("share", "credited")}
    before = credit_rows["shares_before"]
    shares["shares_before"] = before.mask(given & before.notna().to_numpy(bool), 0.0)
    return {
        "Credits": credit_rows.assign(**blank, **shares)[own | given],
        "CommissionPlans": plans[theirs],
        "CommissionTiers": tiers[_is_among(tiers["plan"], _name_set(plans["plan"][theirs]))],
    }


def _copy_setup(pipeline: Pipeline, name: str) -> dict[str, pd.DataFrame]:
    """Return the tables that travel whole, without the goals of others and what is only for plans."""
    copies = {table: pipeline[table] for table in SETUP_COPIES}
    team, settings = copies["Team"], copies["Settings"]
    goals = [str(column) for column in team if str(column).startswith(_GOAL_PREFIX)]
    kept_back = settings["setting"].isin(_KEPT_BACK_SETTINGS)
    return copies | {
        "Team": _blank_of_others("Team", team, "person", name, ("quota", *goals)),
        "Settings": settings.assign(value=settings["value"].mask(kept_back, "")),
    }


def _blank_of_others(table: str, rows: pd.DataFrame, who: str, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    others = ~_is_person(rows[who], name)
    blank = {column: rows[column].mask(others, blank_value(TABLES[table][column])) for column in columns}
    return rows.assign(**blank)


def _is_person(names: pd.Series, name: str) -> RowMarks:
    return (fold_keys(names) == name).to_numpy(bool)


def _is_among(names: pd.Series, known: set[str]) -> RowMarks:
    return fold_keys(names).isin(known).to_numpy(bool)


def _name_set(names: pd.Series) -> set[str]:
    return set(fold_keys(names)) - {""}


def _goes_with_deals(rows: pd.DataFrame, deals: set[str], column: str, name: str) -> RowMarks:
    theirs = _is_among(rows["deal"], deals)
    return theirs | ((rows["deal"] == "").to_numpy(bool) & _is_person(rows[column], name)) if column else theirs


def _select_customers(
    pipeline: Pipeline, deals: pd.DataFrame, subscriptions: pd.DataFrame, name: str
) -> dict[str, pd.DataFrame]:
    """Return the customers behind these rows and those that the person answers for, with their parents, contacts and traits."""
    accounts, contacts = pipeline["Accounts"], pipeline["Contacts"]
    wanted = _name_set(deals["account"]) | _name_set(subscriptions["account"])
    wanted |= _name_set(accounts["account"][_is_person(accounts["owner"], name)])
    named = _is_among(contacts["contact"], _name_set(deals["contact"]))
    parents = dict(zip(fold_keys(accounts["account"]), fold_keys(accounts["parent"]), strict=True))
    for account in sorted(wanted):
        while (account := parents.get(account, "")) and account not in wanted:
            wanted.add(account)
    traits = pipeline["Traits"]
    return {
        "Accounts": accounts[_is_among(accounts["account"], wanted)],
        "Contacts": contacts[_is_among(contacts["account"], wanted) | named],
        "Traits": traits[_is_among(traits["account"], wanted)],
    }
