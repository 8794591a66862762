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
    contact = own.where(own != "", _looked_up(listed["account"], _nearest(known)))
    accounts = deals.pipeline["Accounts"].drop_duplicates("account").set_index("account")
    known = known.drop_duplicates("contact").set_index("contact")
    phone = _looked_up(contact, known["phone"])
    phone = phone.where(phone != "", _looked_up(listed["account"], accounts["phone"]))
    email = _looked_up(contact, known["email"])
    return {"contact": list(contact), "phone": list(phone), "email": list(email)}


def _looked_up(keys: pd.Series, known: pd.Series) -> pd.Series:
    values = known.to_dict()
    return pd.Series([values.get(key, "") for key in keys], index=keys.index, dtype=object)


def _nearest(contacts: pd.DataFrame) -> pd.Series:
    weight = contacts["decision_role"].map({role: n for n, role in enumerate(_ROLES)}).fillna(len(_ROLES))
    ordered = contacts.assign(weight=weight)[contacts["account"] != ""].sort_values("weight", kind="stable")
    return ordered.drop_duplicates("account").set_index("account")["contact"]
