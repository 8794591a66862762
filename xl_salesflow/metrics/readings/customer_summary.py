"""Sum up one customer: people, deals, quotes, contacts, issues, what was bought, and what alike customers bought besides.

A customer includes the companies that belong to it (column *Parent company* of Accounts). What it has bought are the
products of won deals: those of the accepted quote, or else the product of the deal.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

import pandas as pd

from xl_salesflow.core.customer_answers import (
    BoughtProduct,
    CustomerActivity,
    CustomerAnswer,
    CustomerContact,
    CustomerDeal,
    CustomerIssue,
    CustomerQuote,
    DealTotal,
    ProductToOffer,
)
from xl_salesflow.core.name_suggestions import unknown_key_error
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.plain_values import plain_value
from xl_salesflow.schema.table_frames import fold_keys

_FEWEST_BUYERS = 2
"""A product is offered if at least so many alike customers have bought it."""

_ROLE_ORDER = ("decision_maker", "approver", "champion", "influencer", "user", "gatekeeper", "opponent", "")
_CUSTOMER = Text("customer")


def summarize_customer(pipeline: Pipeline, name: str) -> CustomerAnswer:
    """Return everything about the customer *name*, in any case and width.

    Raises:
        UsageError: there is no such customer; the message names the most similar one.
    """
    accounts = pipeline["Accounts"]
    mine = accounts[fold_keys(accounts["account"]) == fold_text(name)]
    if mine.empty:
        raise unknown_key_error(name, _CUSTOMER, accounts["account"])
    about = {str(column): plain_value(value) for column, value in mine.iloc[0].items()}
    companies = _find_companies(accounts, about["account"])
    inside = frozenset(map(fold_text, companies))
    deals = _select_rows(pipeline, "Deals", "account", inside)
    keys = frozenset(fold_keys(deals["deal"]))
    activities = _select_rows(pipeline, "Activities", "deal", keys).sort_values("date", kind="stable")
    listed = _list_deals(deals)
    bought = _find_bought_products(pipeline)
    mine_bought = [row for row in bought if row.customer in inside]
    alike_by, alike = _find_alike_customers(pipeline, bought, inside, about["industry"])
    return CustomerAnswer(
        customer=about["account"],
        companies=tuple(companies),
        parent=about["parent"],
        account_class=about["account_class"],
        owner=about["owner"],
        industry=about["industry"],
        phone=about["phone"],
        fit_score=about["fit_score"],
        open=_add_up(listed, "open"),
        won=_add_up(listed, "won"),
        lost=_add_up(listed, "lost"),
        last_contact=_find_last_contact(activities),
        next_contact=next((deal for deal in listed if deal.outcome == "open" and deal.next_step_date), None),
        contacts=tuple(_list_contacts(pipeline, inside, activities)),
        deals=tuple(listed),
        quotes=tuple(_list_open_quotes(pipeline, keys)),
        issues=tuple(_list_open_issues(pipeline, inside, keys)),
        satisfaction=_mean_satisfaction(pipeline, inside, keys),
        bought=tuple(_sum_bought_products(mine_bought)),
        alike_by=alike_by,
        alike_customers=len(alike),
        to_offer=tuple(_find_products_to_offer(bought, alike, mine_bought)),
    )


def _find_companies(accounts: pd.DataFrame, customer: str) -> list[str]:
    """Return the customer and all companies below it; a circle of parents ends where it began."""
    parents, found = fold_keys(accounts["parent"]), {fold_text(customer): customer}
    waiting = [fold_text(customer)]
    while waiting:
        for company in accounts["account"][parents == waiting.pop()]:
            if fold_text(company) not in found:
                found[fold_text(company)] = company
                waiting.append(fold_text(company))
    first, *others = found.values()
    return [first, *sorted(others, key=str.casefold)]


def _select_rows(pipeline: Pipeline, table: str, column: str, folded: frozenset[str]) -> pd.DataFrame:
    return pipeline[table][fold_keys(pipeline[table][column]).isin(folded)]


def _read_rows(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for record in rows.to_dict("records"):
        yield {str(column): plain_value(value) for column, value in record.items()}


def _list_deals(deals: pd.DataFrame) -> list[CustomerDeal]:
    listed = []
    for row in _read_rows(deals):
        is_open = row["outcome"] == "open"
        listed.append(
            CustomerDeal(
                deal=row["deal"],
                name=row["name"],
                account=row["account"],
                owner=row["owner"],
                stage=row["recorded_stage"],
                outcome=row["outcome"],
                amount=row["amount"],
                expected_close=row["expected_close"] if is_open else None,
                closed=row["closed"],
                next_step=row["next_step"] if is_open else "",
                next_step_date=row["next_step_date"] if is_open else None,
            )
        )
    return sorted(listed, key=_deal_order)


def _deal_order(deal: CustomerDeal) -> tuple[bool, int, str]:
    if deal.outcome == "open":
        return False, (deal.next_step_date or date.max).toordinal(), deal.deal
    return True, -(deal.closed or date.min).toordinal(), deal.deal


def _add_up(deals: Iterable[CustomerDeal], outcome: str) -> DealTotal:
    amounts = [deal.amount or 0.0 for deal in deals if deal.outcome == outcome]
    return DealTotal(len(amounts), round(sum(amounts), 2))


def _find_last_contact(activities: pd.DataFrame) -> CustomerActivity | None:
    dated = activities[activities["date"].notna()]
    for row in _read_rows(dated.tail(1)):
        return CustomerActivity(row["date"], row["type"], row["contact"], row["by"], row["summary"])
    return None


def _list_contacts(pipeline: Pipeline, inside: frozenset[str], activities: pd.DataFrame) -> list[CustomerContact]:
    days = activities["date"].groupby(fold_keys(activities["contact"])).max()
    last: Mapping[str, date | None] = {str(person): plain_value(day) for person, day in days.items()}
    listed = [
        CustomerContact(
            contact=row["contact"],
            account=row["account"],
            title=row["title"],
            decision_role=row["decision_role"],
            attitude=row["attitude"],
            phone=row["phone"],
            email=row["email"],
            last_contact=last.get(fold_text(row["contact"])),
        )
        for row in _read_rows(_select_rows(pipeline, "Contacts", "account", inside))
    ]
    return sorted(listed, key=lambda one: _ROLE_ORDER.index(one.decision_role))


def _list_open_quotes(pipeline: Pipeline, deals: frozenset[str]) -> Iterator[CustomerQuote]:
    quotes = _select_rows(pipeline, "Quotes", "deal", deals)
    for row in _read_rows(quotes[quotes["status"].isin(("draft", "sent"))]):
        currency = row["currency"] or pipeline.settings.text("currency")
        yield CustomerQuote(row["quote"], row["deal"], row["status"], row["total"], currency, row["valid_until"])


def _select_feedback(pipeline: Pipeline, inside: frozenset[str], deals: frozenset[str]) -> pd.DataFrame:
    feedback = pipeline["Feedback"]
    return feedback[fold_keys(feedback["account"]).isin(inside) | fold_keys(feedback["deal"]).isin(deals)]


def _list_open_issues(pipeline: Pipeline, inside: frozenset[str], deals: frozenset[str]) -> Iterator[CustomerIssue]:
    feedback = _select_feedback(pipeline, inside, deals)
    issues = feedback[(feedback["kind"] == "issue") & feedback["resolved"].isna()]
    for row in _read_rows(issues.sort_values("date", kind="stable")):
        yield CustomerIssue(row["feedback"], row["date"], row["deal"], row["owner"], row["comment"])


def _mean_satisfaction(pipeline: Pipeline, inside: frozenset[str], deals: frozenset[str]) -> float | None:
    given = _select_feedback(pipeline, inside, deals)["satisfaction"].dropna()
    return round(float(given.mean()), 2) if len(given) else None


class _Purchase(NamedTuple):
    """A product of a won deal: folded customer, folded product, its name, the deal, the day it was won."""

    customer: str
    folded: str
    product: str
    deal: str
    closed: date | None


def _find_bought_products(pipeline: Pipeline) -> list[_Purchase]:
    """Return each product of each won deal once."""
    deals, lines = pipeline["Deals"], _list_accepted_products(pipeline)
    found: dict[tuple[str, str], _Purchase] = {}
    for row in _read_rows(deals[deals["outcome"] == "won"]):
        for product in lines.get(fold_text(row["deal"])) or [row["product"]]:
            folded = fold_text(product)
            if folded:
                found.setdefault(
                    (row["deal"], folded),
                    _Purchase(fold_text(row["account"]), folded, product, row["deal"], row["closed"]),
                )
    return list(found.values())


def _list_accepted_products(pipeline: Pipeline) -> Mapping[str, list[str]]:
    """Return folded deal → the products of its accepted quotes that are not optional."""
    quotes, lines = pipeline["Quotes"], pipeline["QuoteLines"]
    accepted = quotes[quotes["status"] == "accepted"]
    deal_of = dict(zip(fold_keys(accepted["quote"]), fold_keys(accepted["deal"]), strict=True))
    found = defaultdict[str, list[str]](list)
    ordered = lines[(lines["optional"] != "yes") & (lines["product"] != "")]
    for quote, product in zip(fold_keys(ordered["quote"]), ordered["product"], strict=True):
        if quote in deal_of:
            found[deal_of[quote]].append(str(product))
    return found


def _sum_bought_products(bought: Iterable[_Purchase]) -> list[BoughtProduct]:
    by_product = defaultdict[str, list[_Purchase]](list)
    for one in bought:
        by_product[one.folded].append(one)
    summed = [
        BoughtProduct(of[0].product, len(of), max((one.closed for one in of if one.closed), default=None))
        for of in by_product.values()
    ]
    return sorted(summed, key=lambda one: (-(one.last or date.min).toordinal(), one.product.casefold()))


def _find_alike_customers(
    pipeline: Pipeline, bought: Iterable[_Purchase], inside: frozenset[str], industry: str
) -> tuple[Literal["product", "industry"] | None, frozenset[str]]:
    """Return what makes other buyers alike, and the buyers that are, as folded names."""
    bought = list(bought)
    mine = {one.folded for one in bought if one.customer in inside}
    others = {one.customer for one in bought} - inside - {""}
    accounts = pipeline["Accounts"]
    if mine:
        alike = {one.customer for one in bought if one.folded in mine} & others
    elif industry:
        alike = {*fold_keys(accounts["account"][fold_keys(accounts["industry"]) == fold_text(industry)])} & others
    else:
        alike = set()
    return (("product" if mine else "industry") if alike else None), frozenset(alike)


def _find_products_to_offer(
    bought: Iterable[_Purchase], alike: frozenset[str], mine: Iterable[_Purchase]
) -> list[ProductToOffer]:
    owned = {one.folded for one in mine}
    new = [one for one in bought if one.customer in alike and one.folded not in owned]
    names = {one.folded: one.product for one in reversed(new)}  # as the first deal spells it
    buyers = Counter(folded for _, folded in dict.fromkeys((one.customer, one.folded) for one in new))
    found = [ProductToOffer(names[folded], count) for folded, count in buyers.items() if count >= _FEWEST_BUYERS]
    return sorted(found, key=lambda one: (-one.customers, one.product.casefold()))
