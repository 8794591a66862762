"""What papers about a deal tell of it, as plain values: the deal, who decides, what is needed, what is still open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.quotes.money import decimal, rounded
from xl_salesflow.quotes.record import Record, found, record, records

Facts = dict[str, Any]

NEEDS = ("pain", "explicit_needs", "latent_needs", "cost_of_inaction")
_SELLER = ("company", "address", "phone", "email", "bank", "logo")


def meant_row(pipeline: Pipeline, table: str, id: str, key: str) -> int | None:
    """Return the sheet row of *table* whose *id* is *key*, whatever its capitals and outer blanks."""
    keys, wanted = pipeline[table][id], key.strip().casefold()
    rows = keys.index[keys.str.strip().str.casefold() == wanted] if wanted else keys.index[:0]
    return int(rows[0]) if len(rows) else None


def deal_meant(pipeline: Pipeline, key: str) -> Record:
    """Return the deal that *key* means: its number, or that of one of its quotes.

    Raises:
        UsageError: there is no such deal; the sentence names the nearest.
    """
    row = meant_row(pipeline, "Deals", "deal", key)
    if row is None and (quote := meant_row(pipeline, "Quotes", "quote", key)) is not None:
        row = meant_row(pipeline, "Deals", "deal", str(pipeline["Quotes"].at[quote, "deal"]))
    if row is not None:
        return record(pipeline, "Deals", row)
    raise unknown(key, ("deal", "商机"), pipeline["Deals"]["deal"])


def unknown(key: str, what: tuple[str, str], known: pd.Series) -> UsageError:
    """Return the error for a key that nothing has."""
    near = nearest(key, [str(number) for number in known if number])
    return UsageError(
        f"There is no {what[0]} “{key}”" + (f"; did you mean {near}?" if near else "."),
        f"没有编号为“{key}”的{what[1]}" + (f"；是否指 {near}？" if near else "。"),
    )


def head(pipeline: Pipeline, deal: Record) -> Facts:
    """Return source, today, seller, currency, deal, needs, people, contact and owner."""
    contact, owner = found(pipeline, "Contacts", deal["contact"]), found(pipeline, "Team", deal["owner"])
    return {
        "source": pipeline.source,
        "today": pipeline.today,
        "seller": {id: pipeline.settings.text(id) for id in _SELLER},
        "currency": pipeline.settings.text("currency").strip().upper(),
        "deal": {
            **picked(deal, "deal", "name", "account", "owner"),
            "stage": str(deal["recorded_stage"] or deal["stage"]),
            "amount": money(deal["amount"]),
        },
        "needs": picked(deal, *NEEDS, "competitor"),
        "people": people(pipeline, deal),
        "contact": picked(contact, "contact", "title", "phone", "email"),
        "owner": picked(owner, "person", "email"),
    }


def people(pipeline: Pipeline, deal: Record) -> list[Facts]:
    """Return the contacts of the deal's account, its main contact first."""
    contacts = pipeline["Contacts"]
    mine = contacts[_same(contacts["account"], deal["account"]) | _same(contacts["contact"], deal["contact"])]
    rows = sorted(records(mine), key=lambda row: str(row["contact"]).casefold() != str(deal["contact"]).casefold())
    return [
        {**picked(row, "contact", "title", "phone", "email", "attitude"), "role": str(row["decision_role"])}
        for row in rows
    ]


def open_questions(pipeline: Pipeline, deal: Record) -> list[Facts]:
    """Return the BANT questions nobody answered, those of the dimensions least known first."""
    asked, answers = pipeline["Questions"], pipeline["Answers"]
    answers = answers[_same(answers["deal"], deal["deal"]) & ((answers["points"] > 0) | (answers["answer"] != ""))]
    known = set(answers["question"].str.casefold())
    rows = [row for row in records(asked) if row["text"] and str(row["question"]).casefold() not in known]
    rows.sort(key=lambda row: number(deal.get(str(row["dimension"]), float("nan"))) or 0)
    return [picked(row, "question", "dimension", "text", "strong") for row in rows]


def open_tasks(pipeline: Pipeline, deal: Record) -> list[Facts]:
    """Return the tasks of the deal that are not done, by the day they are due."""
    tasks = pipeline["Tasks"]
    mine = tasks[_same(tasks["deal"], deal["deal"]) & ~tasks["status"].isin(("done", "dropped"))].sort_values("due")
    return [
        {**picked(row, "task"), "due": day(row["due"]), "required": row["required"] == "yes"} for row in records(mine)
    ]


def objections(pipeline: Pipeline, deal: Record) -> list[Facts]:
    """Return what held the customer back, the open ones first."""
    told = pipeline["Objections"]
    mine = records(told[_same(told["deal"], deal["deal"])])
    mine.sort(key=lambda row: row["status"] == "resolved")
    return [{**picked(row, "type", "concern", "answer"), "worked": row["worked"] == "yes"} for row in mine]


def picked(row: Record, *ids: str) -> Facts:
    """Return some cells of a row as text."""
    return {id: str(row.get(id, "")) for id in ids}


def day(cell: Any) -> date | None:
    """Return a cell's day; None when it is blank."""
    return None if cell is pd.NaT or cell == "" else cell.date()


def money(cell: Any) -> Decimal | None:
    """Return a cell's amount in whole cents; None when it is blank."""
    return None if cell == "" or cell != cell else rounded(decimal(cell))


def number(cell: Any) -> int | None:
    """Return a cell's whole number; None when it is blank."""
    return None if cell == "" or cell != cell else int(cell)


def of_deal(frame: pd.DataFrame, deal: Record) -> pd.DataFrame:
    """Return the rows of *frame* that belong to *deal*."""
    return frame[_same(frame["deal"], deal["deal"])]


def _same(column: pd.Series, key: str) -> pd.Series:
    return (column.str.casefold() == str(key).casefold()) & (column != "")
