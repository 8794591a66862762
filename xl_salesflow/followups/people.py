"""Whom to reach about a deal, and how."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.followups.signal import Deals

_ROLES = ("decision_maker", "approver", "champion")


def people(deals: Deals, rows: npt.NDArray[np.intp]) -> dict[str, list[Any]]:
    """Return contact, phone and email of the deals at positions *rows*.

    The deal's own contact, else the one at the customer who is nearest to the decision; without a number of theirs, the
    customer's switchboard.
    """
    listed = deals.frame.iloc[rows]
    known = deals.pipeline["Contacts"]
    own = listed["contact"]
    contact = own.where(own != "", listed["account"].map(_nearest(known)).fillna(""))
    accounts = deals.pipeline["Accounts"].drop_duplicates("account").set_index("account")
    known = known.drop_duplicates("contact").set_index("contact")
    phone = contact.map(known["phone"]).fillna("")
    phone = phone.where(phone != "", listed["account"].map(accounts["phone"]).fillna(""))
    email = contact.map(known["email"]).fillna("")
    return {"contact": list(contact), "phone": list(phone), "email": list(email)}


def _nearest(contacts: pd.DataFrame) -> pd.Series:
    weight = contacts["decision_role"].map({role: n for n, role in enumerate(_ROLES)}).fillna(len(_ROLES))
    ordered = contacts.assign(weight=weight)[contacts["account"] != ""].sort_values("weight", kind="stable")
    return ordered.drop_duplicates("account").set_index("account")["contact"]
